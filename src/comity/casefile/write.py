"""Writing a case file: the same content gives the same bytes.

The manifest's signature is the one thing that a second export could not repeat (ECDSA and
ML-DSA draw random numbers, and it holds a date), so whoever exports keeps it by the manifest's
digest and hands it back.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import BinaryIO

from comity.casefile.container import (
    Measured,
    Source,
    from_bytes,
    measure,
    write_archive,
)
from comity.casefile.content import CaseContent
from comity.casefile.layout import (
    Folder,
    card_path,
    consistency_path,
    cosignature_path,
    evidence_path,
    head_path,
    keys_path,
    letters,
    payload_path,
    receipt_path,
    statement_path,
)
from comity.casefile.manifest import (
    MANIFEST,
    SIGNATURE,
    FileRecord,
    Manifest,
    encode_manifest,
    extent_of,
    sign_manifest,
)
from comity.casefile.reading import reading_copy
from comity.casefile.readme import readme
from comity.errors import FormatError
from comity.log.receipt import parse_receipt
from comity.parties.card import read_card
from comity.parties.inception import NODE, SIGN, Party
from comity.parties.keys import as_it_says
from comity.statement import cbor
from comity.statement.envelope import parse
from comity.statement.keys import PublicKey, Signer
from comity.statement.model import PartyId


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCase:
    """What to keep, so that the same export gives the same bytes."""

    manifest_digest: bytes
    """SHA-256 of ``manifest.cbor``."""
    signature: bytes
    """``manifest.cose``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """How the manifest gets its signature."""

    signer: Signer
    """Holds the exporter's ``sign`` key."""
    now: int
    """Unix seconds, UTC."""
    kept: Callable[[bytes], bytes | None] = field(default=lambda _digest: None)
    """Returns the signature that was kept for this SHA-256 of a manifest, if there is one."""


def write_case(content: CaseContent, sealing: Sealing, out: BinaryIO) -> WrittenCase:
    """Write a case file.

    Args:
        content: all that goes in.
        sealing: signs the manifest, or hands back the signature that was kept.
        out: is written from where it stands, front to back; it need not be seekable.

    Raises:
        FormatError: a statement, receipt or card that is not of its form;
            ``casefile.twice`` (one file from two places), ``casefile.changed``,
            ``casefile.too-many``, ``text.…``, ``casefile.manifest``.

    """
    files = _measured(content)
    manifest = encode_manifest(_manifest(content, files))
    digest = sha256(manifest).digest()
    signature = sealing.kept(digest)
    if signature is None:
        signature = sign_manifest(manifest, content.exporter, sealing.now, sealing.signer)
    last = [
        measure(from_bytes(name, data))
        for name, data in ((MANIFEST, manifest), (SIGNATURE, signature))
    ]
    write_archive([*files.values(), *last], out)
    return WrittenCase(manifest_digest=digest, signature=signature)


def _measured(content: CaseContent) -> dict[str, Measured]:
    files: dict[str, Measured] = {}
    others = tuple(f"{Folder.HEADS}/{letters(each)}-" for each in content.stolen)
    for source in _sources(content):
        measured = measure(source)
        held = files.setdefault(source.name, measured)
        if held.sha256 != measured.sha256 and source.name.startswith(others):
            # Two heads of one size under stolen keys: both stand in receipts.
            continue
        # A checkpoint stands under many receipts, and an attachment in many statements.
        if held.sha256 != measured.sha256:
            raise FormatError("casefile.twice", name=source.name)
    return files


def _manifest(content: CaseContent, files: Mapping[str, Measured]) -> Manifest:
    return Manifest(
        kind=content.kind,
        subject=content.subject,
        net=content.net,
        exporter=content.exporter,
        purpose=content.purpose,
        left_out=content.left_out,
        audience=content.audience,
        marking=content.marking,
        demo=content.demo,
        threads=tuple(
            extent_of(
                thread.subject,
                (
                    (PartyId(parse(each.encoded).header.issuer), each.sid)
                    for each in thread.statements
                ),
            )
            for thread in content.threads
        ),
        files=tuple(
            FileRecord(path=path, size=file.size, sha256=file.sha256, sha512=file.sha512)
            for path, file in sorted(files.items())
        ),
    )


def _sources(content: CaseContent) -> Iterator[Source]:
    keys = {
        each.party: _keys_of(read_card(each.card, as_it_says).party) for each in content.parties
    }
    for lang in ("en", "zh"):
        yield from_bytes(f"README.{lang}.txt", readme(content, keys, lang).encode())
        yield from_bytes(f"case.{lang}.txt", reading_copy(content, lang).encode())
    for party in content.parties:
        yield from_bytes(card_path(party.party), party.card.encode())
    for (log, size), checkpoint in content.heads.items():
        yield from_bytes(head_path(log, size), checkpoint.encode())
    for (log, size), lines in content.cosignatures.items():
        yield from_bytes(cosignature_path(log, size), lines.encode())
    for (log, old, new), proof in content.consistency.items():
        yield from_bytes(consistency_path(log, old, new), cbor.encode(list(proof)))
    for word in content.keys:
        yield from_bytes(keys_path(word.sid), word.encoded)
        for log, receipt in word.receipts.items():
            yield from_bytes(receipt_path(word.sid, log), receipt)
            parsed = parse_receipt(receipt)
            yield from_bytes(head_path(log, parsed.size), parsed.checkpoint_text.encode())
    for each in content.evidence:
        yield Source(name=evidence_path(each.cipher), open=each.open)
    yield from _statements(content)


def _statements(content: CaseContent) -> Iterator[Source]:
    for thread in content.threads:
        for statement in thread.statements:
            yield from_bytes(statement_path(statement.sid), statement.encoded)
            yield from_bytes(payload_path(statement.sid), statement.record)
            for log, receipt in statement.receipts.items():
                parsed = parse_receipt(receipt)
                yield from_bytes(receipt_path(statement.sid, log), receipt)
                yield from_bytes(head_path(log, parsed.size), parsed.checkpoint_text.encode())


def _keys_of(party: Party) -> Mapping[str, PublicKey]:
    return {purpose: party.keys[purpose] for purpose in (SIGN, NODE)}
