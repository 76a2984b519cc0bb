"""A signed statement: one allowed shape, and no way to a ``Statement`` but a signature.

```
18([ << {1: alg, 4: kid, 15: {1: iss, 2: sub, 6: iat, 7: cti}, 16: type,
         258: SHA-256, 259: body} >>,
     {394: [receipt, …]},           never signed, never logged, changes no meaning
     payload: 32 bytes, signature ])
```

The protected header holds exactly these labels.  ``sid`` is the digest of what is
signed: the same whatever the signature bytes, the receipts or the log.  ``entry`` is the
digest of the statement with its unprotected header emptied: what a log holds.

Source: wire profile, section 7; RFC 9943; RFC 9995; security threat T11.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass
from hashlib import sha256
from typing import Final

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import Key, Value
from comity.statement.keys import ALGORITHMS, PublicKey, Signer
from comity.statement.model import DIGEST_BYTES, SELF, StatementId, check_party, subject_of
from comity.statement.reading import Reading
from comity.statement.sign1 import Sign1, decode_sign1, encode_sign1, sig_structure, sign1

__all__ = [
    "Header",
    "Sign1",
    "Statement",
    "UnverifiedStatement",
    "attach",
    "decode_sign1",
    "encode_sign1",
    "parse",
    "sig_structure",
    "sign",
    "sign1",
    "sign_header",
]

MOST_STATEMENT_BYTES: Final = 32 * 1024
"""Counted with the unprotected header emptied."""
MOST_RECEIPT_BYTES: Final = 64 * 1024
MOST_RECEIPTS: Final = 16
CTI_BYTES: Final = 16

ALG, KID, CLAIMS, TYPE, HASH, PREIMAGE = 1, 4, 15, 16, 258, 259
ISS, SUB, IAT, CTI = 1, 2, 6, 7
RECEIPTS, TIMESTAMP = 394, 270
SHA_256: Final = -16
STATEMENT_TYPE: Final = "application/vnd.comity.statement+cose"
BODY_TYPE: Final = "application/vnd.comity.body+cbor"
_MOST_PARSED_BYTES: Final = MOST_STATEMENT_BYTES + (MOST_RECEIPTS + 1) * (MOST_RECEIPT_BYTES + 16)
_PROVEN: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The protected header: claims of the issuer, until the signature is verified."""

    alg: int
    kid: bytes
    issuer: str
    """The party's URN; ``urn:comity:party:self`` in an inception."""
    subject: str
    """The matter's URN; ``urn:comity:party:self`` in an inception."""
    issued_at: int
    """The issuer's own date: unix seconds, UTC."""
    cti: bytes
    """16 random bytes, which make two statements of the same words different."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    header: Header
    protected: bytes
    payload: bytes
    """SHA-256 of the body's listing, 32 bytes."""
    signature: bytes
    receipts: tuple[bytes, ...]
    encoded: bytes
    """The statement with its unprotected header emptied."""
    sid: StatementId
    """What was said."""
    entry: bytes
    """What a log holds of it: 32 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(_Parts):
    """A statement whose signature was verified with an admitted key, or that we signed."""

    proven: InitVar[object]

    def __post_init__(self, proven: object) -> None:
        """Refuse to be built anywhere but here."""
        if proven is not _PROVEN:
            message = "a Statement comes from verify or sign"
            raise TypeError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnverifiedStatement(_Parts):
    """A statement of the right form.  Nothing in it is proved."""

    def verify(self, key: PublicKey) -> Statement:
        """Return the statement, if ``key`` signed it.  Whose key that is, others know.

        Raises:
            TrustError: ``envelope.other-algorithm``, ``envelope.other-key``,
                ``key.bad-signature``.

        """
        if self.header.alg != key.alg:
            raise TrustError("envelope.other-algorithm", alg=self.header.alg, expected=key.alg)
        if self.header.kid != key.kid:
            raise TrustError("envelope.other-key", kid=self.header.kid.hex())
        key.verify(self.signature, sig_structure(self.protected, self.payload))
        return Statement(
            header=self.header,
            protected=self.protected,
            payload=self.payload,
            signature=self.signature,
            receipts=self.receipts,
            encoded=self.encoded,
            sid=self.sid,
            entry=self.entry,
            proven=_PROVEN,
        )


def parse(data: bytes) -> UnverifiedStatement:
    """Read a statement, with or without receipts.

    Raises:
        FormatError: ``envelope.…`` naming the rule, ``statement.field``,
            ``statement.unknown-field``, ``statement.not-a-party``,
            ``subject.not-a-matter``, ``cbor.…``.
        TrustError: ``key.unknown-algorithm``.

    """
    parts = decode_sign1(data, _MOST_PARSED_BYTES)
    if parts.payload is None or len(parts.payload) != DIGEST_BYTES:
        raise FormatError("envelope.payload", expected=DIGEST_BYTES)
    receipts = _receipts(parts.unprotected)
    encoded = encode_sign1(parts.protected, {}, parts.payload, parts.signature)
    if len(encoded) > MOST_STATEMENT_BYTES:
        raise FormatError("envelope.too-large", size=len(encoded), limit=MOST_STATEMENT_BYTES)
    return UnverifiedStatement(
        header=_read_header(parts.protected),
        protected=parts.protected,
        payload=parts.payload,
        signature=parts.signature,
        receipts=receipts,
        encoded=encoded,
        sid=StatementId(sha256(sig_structure(parts.protected, parts.payload)).digest()),
        entry=sha256(encoded).digest(),
    )


def sign(*, issuer: str, subject: str, issued_at: int, payload: bytes, signer: Signer) -> Statement:
    """Sign a statement, with a fresh ``cti``.

    Args:
        issuer: the party's URN, or ``urn:comity:party:self``.
        subject: the matter's URN, or ``urn:comity:party:self``.
        issued_at: unix seconds, UTC.
        payload: ``body.payload_of`` its sections.
        signer: holds one of the issuer's keys.

    Raises:
        FormatError: as ``parse``.

    """
    header = Header(
        alg=signer.public.alg,
        kid=signer.public.kid,
        issuer=issuer,
        subject=subject,
        issued_at=issued_at,
        cti=secrets.token_bytes(CTI_BYTES),
    )
    return sign_header(header, payload, signer)


def sign_header(header: Header, payload: bytes, signer: Signer) -> Statement:
    """Sign exactly this header, which must name the signer's key and algorithm.

    Raises:
        FormatError: as ``parse``.
        TrustError: ``envelope.other-key``.

    """
    if (header.alg, header.kid) != (signer.public.alg, signer.public.kid):
        raise TrustError("envelope.other-key", kid=header.kid.hex())
    protected = _encode_header(header)
    # What could not be read back is not signed.
    _read_header(protected)
    if len(payload) != DIGEST_BYTES:
        raise FormatError("envelope.payload", expected=DIGEST_BYTES)
    structure = sig_structure(protected, payload)
    signature = signer.sign(structure)
    encoded = encode_sign1(protected, {}, payload, signature)
    return Statement(
        header=header,
        protected=protected,
        payload=payload,
        signature=signature,
        receipts=(),
        encoded=encoded,
        sid=StatementId(sha256(structure).digest()),
        entry=sha256(encoded).digest(),
        proven=_PROVEN,
    )


def attach(statement_encoded: bytes, receipts: Sequence[bytes]) -> bytes:
    """Return the statement with exactly these receipts beside it; its ids do not change.

    Raises:
        FormatError: as ``parse``; ``envelope.receipts``.

    """
    parts = decode_sign1(statement_encoded, _MOST_PARSED_BYTES)
    unprotected: dict[Key, Value] = {RECEIPTS: list(receipts)} if receipts else {}
    _receipts(unprotected)
    return encode_sign1(parts.protected, unprotected, parts.payload, parts.signature)


def _receipts(unprotected: Mapping[Key, Value]) -> tuple[bytes, ...]:
    if unprotected == {}:
        return ()
    reading = Reading(unprotected, "unprotected")
    if reading.has(TIMESTAMP) and len(reading.bytes(TIMESTAMP)) > MOST_RECEIPT_BYTES:
        raise FormatError("envelope.receipts", limit=MOST_RECEIPTS)
    receipts = reading.byte_strings(RECEIPTS) if reading.has(RECEIPTS) else ()
    reading.done()
    if reading.has(RECEIPTS) and not 0 < len(receipts) <= MOST_RECEIPTS:
        raise FormatError("envelope.receipts", limit=MOST_RECEIPTS)
    if any(len(receipt) > MOST_RECEIPT_BYTES for receipt in receipts):
        raise FormatError("envelope.receipts", limit=MOST_RECEIPTS)
    return receipts


def _read_header(protected: bytes) -> Header:
    reading = Reading(cbor.decode(protected, max_bytes=MOST_STATEMENT_BYTES), "protected")
    alg = reading.integer(ALG)
    if alg not in ALGORITHMS:
        raise TrustError("key.unknown-algorithm", alg=alg)
    if (reading.text(TYPE), reading.integer(HASH), reading.text(PREIMAGE)) != (
        STATEMENT_TYPE,
        SHA_256,
        BODY_TYPE,
    ):
        raise FormatError("envelope.type")
    claims = reading.reading(CLAIMS)
    header = Header(
        alg=alg,
        kid=reading.bytes(KID, DIGEST_BYTES),
        issuer=claims.text(ISS),
        subject=claims.text(SUB),
        issued_at=claims.integer(IAT, least=0),
        cti=claims.bytes(CTI, CTI_BYTES),
    )
    claims.done()
    reading.done()
    _check_names(header)
    return header


def _check_names(header: Header) -> None:
    # An inception cannot name its own party, whose id is made from it (ruling 7).
    if SELF in {header.issuer, header.subject}:
        if header.issuer != header.subject:
            raise FormatError("envelope.self")
        return
    check_party(header.issuer)
    subject_of(header.subject)


def _encode_header(header: Header) -> bytes:
    claims: dict[int, Value] = {
        ISS: header.issuer,
        SUB: header.subject,
        IAT: header.issued_at,
        CTI: header.cti,
    }
    return cbor.encode(
        {
            ALG: header.alg,
            KID: header.kid,
            CLAIMS: claims,
            TYPE: STATEMENT_TYPE,
            HASH: SHA_256,
            PREIMAGE: BODY_TYPE,
        }
    )
