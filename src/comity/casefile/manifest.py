"""What a case file says it contains: two digests of every file, signed by its exporter.

```
manifest.cbor = {"format": "comity-case/1", "kind", "subject", "net", "exporter", "purpose",
                 "left_out": [+ section], "audience": [+ party], "marking", "demo",
                 "threads": [+ [subject, number of statements, {+ party: its last statement}]],
                 "files": [+ [path, length, SHA-256, SHA-512]]}
manifest.cose = 18([ << {1: alg, 4: kid, 15: {1: exporter, 6: time}, 16: type,
                     258: SHA-256, 259: type of manifest.cbor} >>, {}, SHA-256, signature ])
```

The manifest proves nothing about who said what: each statement does that for itself.  It
tells what the exporter put in, left out and meant the file for, and makes every byte count.
With ``threads`` the exporter signs how much it holds: the end of a thread is cited by nobody, so
that nothing else tells whether it was left out.

Source: security, section 5.3; issue 2, section 8.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.casefile.container import MOST_FILES, check_file_name
from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import LARGEST, Value
from comity.statement.envelope import decode_sign1, encode_sign1, sig_structure, sign1
from comity.statement.keys import PublicKey, Signer
from comity.statement.model import (
    DIGEST_BYTES,
    SUBJECT_BYTES,
    PartyId,
    StatementId,
    SubjectId,
    check_party,
)
from comity.statement.reading import Reading, present
from comity.statement.text import check_text

FORMAT: Final = "comity-case/1"
_FAMILY: Final = "comity-case/"
MANIFEST: Final = "manifest.cbor"
SIGNATURE: Final = "manifest.cose"
MANIFEST_TYPE: Final = "application/vnd.comity.manifest+cbor"
SIGNATURE_TYPE: Final = "application/vnd.comity.manifest+cose"
MOST_MANIFEST_BYTES: Final = 400 * MOST_FILES
MOST_SIGNATURE_BYTES: Final = 16 * 1024
MOST_WORDS_BYTES: Final = 4096
MOST_LISTED: Final = 256
MOST_THREADS: Final = 2
MARKINGS: Final = (
    "TLP:RED",
    "TLP:AMBER+STRICT",
    "TLP:AMBER",
    "TLP:GREEN",
    "TLP:CLEAR",
)
_SHA_512_BYTES: Final = 64
_SHA_256: Final = -16
_ALG, _KID, _CLAIMS, _TYPE, _HASH, _PREIMAGE = 1, 4, 15, 16, 258, 259
_ISS, _IAT = 1, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """What a manifest says of one file."""

    path: str
    size: int
    sha256: bytes
    sha512: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much of a thread its exporter says it holds: all of it up to here, and no more."""

    subject: SubjectId
    statements: int
    last: Mapping[PartyId, StatementId]
    """Each issuer's last statement, in the order of the file's thread."""


def extent_of(subject: SubjectId, said: Iterable[tuple[PartyId, StatementId]]) -> Extent:
    """Return the extent of a thread, given issuer and id of each statement in its order."""
    held = list(said)
    return Extent(subject=subject, statements=len(held), last=dict(held))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an exporter says of a case file."""

    kind: str
    """Capability of the subject, for example ``assistance`` or ``mechanism``."""
    subject: SubjectId
    net: StatementId
    """The founding statement of the mechanism that the subject belongs to."""
    exporter: PartyId
    purpose: str
    """What the file is for, in the exporter's words; may be empty."""
    left_out: tuple[str, ...]
    """Names of the sections that are not shown, sorted."""
    audience: tuple[PartyId, ...]
    """Whom the file is for, sorted; empty: whoever the marking allows."""
    marking: str | None
    """TLP 2.0 label."""
    demo: bool
    threads: tuple[Extent, ...]
    """The subject's own thread first, then the mechanism's (once, if they are the same)."""
    files: tuple[FileRecord, ...]
    """Every other file, sorted by path; not the manifest and not its signature."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSignature:
    """A signature over a manifest; ``verify`` checks it."""

    exporter: PartyId
    claimed_at: int
    """The exporter's own date: unix seconds, UTC."""
    alg: int
    kid: bytes
    protected: bytes
    payload: bytes
    signature: bytes

    def check_covers(self, manifest: bytes) -> None:
        """Check that it is over these bytes, whoever signed it.

        Raises:
            TrustError: ``casefile.other-manifest``.

        """
        if self.payload != sha256(manifest).digest():
            raise TrustError("casefile.other-manifest")

    def verify(self, key: PublicKey, manifest: bytes) -> None:
        """Check that ``key`` signed these bytes.

        Raises:
            TrustError: ``casefile.other-manifest``, ``envelope.other-algorithm``,
                ``envelope.other-key``, ``key.bad-signature``.

        """
        self.check_covers(manifest)
        if self.alg != key.alg:
            raise TrustError("envelope.other-algorithm", alg=self.alg, expected=key.alg)
        if self.kid != key.kid:
            raise TrustError("envelope.other-key", kid=self.kid.hex())
        key.verify(self.signature, sig_structure(self.protected, self.payload))


def encode_manifest(manifest: Manifest) -> bytes:
    """Return ``manifest.cbor``.

    Raises:
        FormatError: as ``decode_manifest``.

    """
    _check(manifest)
    fields: dict[str, Value] = {
        "format": FORMAT,
        "kind": manifest.kind,
        "subject": manifest.subject,
        "net": manifest.net,
        "exporter": manifest.exporter,
        "purpose": manifest.purpose,
        "left_out": manifest.left_out,
        "audience": manifest.audience,
        "marking": manifest.marking,
        "demo": manifest.demo,
        "threads": [_extent_value(each) for each in manifest.threads],
        "files": [[file.path, file.size, file.sha256, file.sha512] for file in manifest.files],
    }
    return cbor.encode(present(fields))


def version_of(data: bytes) -> str:
    """Return the format that a manifest names, whatever else it holds.

    Raises:
        FormatError: ``casefile.manifest``, ``cbor.…``.

    """
    value = cbor.decode(data, max_bytes=MOST_MANIFEST_BYTES)
    if isinstance(value, dict):
        named = value.get("format")
        if isinstance(named, str) and named.startswith(_FAMILY) and len(named) <= 2 * len(FORMAT):
            return named
    raise FormatError("casefile.manifest", field="format")


def decode_manifest(data: bytes) -> Manifest:
    """Read ``manifest.cbor``.

    Raises:
        FormatError: ``casefile.manifest``, ``casefile.name``, ``casefile.order``,
            ``statement.field``, ``statement.unknown-field``, ``statement.not-a-party``,
            ``text.…``, ``cbor.…``.

    """
    reading = Reading(cbor.decode(data, max_bytes=MOST_MANIFEST_BYTES), MANIFEST)
    if reading.text("format") != FORMAT:
        raise FormatError("casefile.manifest", field="format")
    manifest = Manifest(
        kind=reading.text("kind"),
        subject=SubjectId(reading.bytes("subject", SUBJECT_BYTES)),
        net=StatementId(reading.bytes("net", DIGEST_BYTES)),
        exporter=check_party(reading.text("exporter")),
        purpose=reading.text("purpose"),
        left_out=reading.texts("left_out", most=MOST_LISTED),
        audience=tuple(check_party(each) for each in reading.texts("audience", most=MOST_LISTED)),
        marking=reading.optional_text("marking"),
        demo=reading.boolean("demo"),
        threads=tuple(_extent(each) for each in reading.items("threads", most=MOST_THREADS)),
        files=tuple(_file(each) for each in reading.items("files", most=MOST_FILES)),
    )
    reading.done()
    _check(manifest)
    return manifest


def sign_manifest(manifest: bytes, exporter: PartyId, at: int, signer: Signer) -> bytes:
    """Return ``manifest.cose``.

    Args:
        manifest: the bytes of ``manifest.cbor``.
        exporter: whose key it is.
        at: unix seconds, UTC.
        signer: holds a signing key of the exporter.

    """
    claims: dict[int, Value] = {_ISS: exporter, _IAT: at}
    header: dict[int, Value] = {
        _ALG: signer.public.alg,
        _KID: signer.public.kid,
        _CLAIMS: claims,
        _TYPE: SIGNATURE_TYPE,
        _HASH: _SHA_256,
        _PREIMAGE: MANIFEST_TYPE,
    }
    protected, payload = cbor.encode(header), sha256(manifest).digest()
    return encode_sign1(protected, {}, payload, sign1(protected, payload, signer))


def parse_manifest_signature(data: bytes) -> ManifestSignature:
    """Read ``manifest.cose``.

    Raises:
        FormatError: ``casefile.signature``, ``envelope.not-sign1``, ``statement.field``,
            ``statement.unknown-field``, ``statement.not-a-party``, ``cbor.…``.

    """
    parts = decode_sign1(data, MOST_SIGNATURE_BYTES)
    payload = parts.payload
    if parts.unprotected != {} or payload is None or len(payload) != DIGEST_BYTES:
        raise FormatError("casefile.signature")
    reading = Reading(cbor.decode(parts.protected, max_bytes=MOST_SIGNATURE_BYTES), SIGNATURE)
    types = (reading.text(_TYPE), reading.integer(_HASH), reading.text(_PREIMAGE))
    if types != (SIGNATURE_TYPE, _SHA_256, MANIFEST_TYPE):
        raise FormatError("casefile.signature")
    claims = reading.reading(_CLAIMS)
    signature = ManifestSignature(
        exporter=check_party(claims.text(_ISS)),
        claimed_at=claims.integer(_IAT, least=0),
        alg=reading.integer(_ALG),
        kid=reading.bytes(_KID, DIGEST_BYTES),
        protected=parts.protected,
        payload=payload,
        signature=parts.signature,
    )
    claims.done()
    reading.done()
    return signature


def records_of(manifest: Manifest) -> Mapping[str, FileRecord]:
    """Return what a manifest says, by path."""
    return {file.path: file for file in manifest.files}


def _file(value: Value) -> FileRecord:
    match value:
        case [str() as path, int() as size, bytes() as short, bytes() as long] if (
            0 <= size <= LARGEST
            and not isinstance(size, bool)
            and len(short) == DIGEST_BYTES
            and len(long) == _SHA_512_BYTES
        ):
            return FileRecord(path=check_file_name(path), size=size, sha256=short, sha512=long)
        case _:
            raise FormatError("casefile.manifest", field="files")


def _extent_value(extent: Extent) -> Value:
    last: dict[str, Value] = {str(party): sid for party, sid in extent.last.items()}
    return [extent.subject, extent.statements, last]


def _extent(value: Value) -> Extent:
    match value:
        case [bytes() as subject, int() as statements, dict() as last] if (
            len(subject) == SUBJECT_BYTES
            and not isinstance(statements, bool)
            and len(last) <= statements <= MOST_FILES
        ):
            listed = {check_party(str(each)): _last(sid) for each, sid in last.items()}
            return Extent(subject=SubjectId(subject), statements=statements, last=listed)
        case _:
            raise FormatError("casefile.manifest", field="threads")


def _last(sid: Value) -> StatementId:
    if not isinstance(sid, bytes) or len(sid) != DIGEST_BYTES:
        raise FormatError("casefile.manifest", field="threads")
    return StatementId(sid)


def _check(manifest: Manifest) -> None:
    wrong = None
    if not manifest.kind.isascii() or not manifest.kind.isidentifier():
        wrong = "kind"
    elif list(manifest.left_out) != sorted(set(manifest.left_out)):
        wrong = "left_out"
    elif list(manifest.audience) != sorted(set(manifest.audience)):
        wrong = "audience"
    elif manifest.marking is not None and manifest.marking not in MARKINGS:
        wrong = "marking"
    elif any(len(name) > MOST_LISTED or not name.isascii() for name in manifest.left_out):
        wrong = "left_out"
    subjects = [each.subject for each in manifest.threads]
    if subjects[:1] != [manifest.subject] or len(set(subjects)) != len(subjects):
        wrong = "threads"
    if wrong is not None:
        raise FormatError("casefile.manifest", field=wrong)
    check_text(manifest.purpose, most_bytes=MOST_WORDS_BYTES)
    paths = [file.path for file in manifest.files]
    if paths != sorted(set(paths)) or MANIFEST in paths or SIGNATURE in paths:
        raise FormatError("casefile.order", name=MANIFEST)
