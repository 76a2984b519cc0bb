"""Receipts: the proof, signed by a log, that it holds an entry.

```
18([ << {1: alg, 4: kid, 15: {1: log URI, 2: subject of the log, 6: head time},
         395: 1, -70001: tree size} >>,
     {396: {-1: [<< [size, index, [path]] >>]}, -70002: checkpoint},
     null, signature over the root ])
```

The signature covers the protected header and the root, so one signature serves every
entry under a head.  COSE receipts leave size and index unsigned; ours are fixed, because
the size stands in the protected header and in the signed checkpoint beside it.

Source: RFC 9942; wire profile, sections 1.3, 2.3 and 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from comity.errors import FormatError, ProofError, TrustError
from comity.log.checkpoint import log_note_keys, open_checkpoint
from comity.log.merkle import HASH_BYTES, MOST_PATH, leaf_hash, root_from_inclusion
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.keys import PublicKey, Signer
from comity.statement.reading import Reading
from comity.statement.sign1 import decode_sign1, encode_sign1, sig_structure, sign1

MOST_RECEIPT_BYTES: Final = 64 * 1024
ALG, KID, CLAIMS, VDS, VDP, SIZE, CHECKPOINT = 1, 4, 15, 395, 396, -70001, -70002
ISS, SUB, IAT = 1, 2, 6
INCLUSION: Final = -1
RFC9162_SHA256: Final = 1
SMALLEST_SIZE: Final = 2
"""A path has at least one hash, so a tree of one leaf has no receipt (RFC 9942)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """What a log signs with, and what it is called."""

    receipt: PublicKey
    ed25519: PublicKey
    mldsa44: PublicKey
    log_uri: str
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSignature:
    """What is signed once for a head: it serves every receipt under it."""

    protected: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt, read; what it proves ``verify_receipt`` says."""

    alg: int
    kid: bytes
    log_uri: str
    origin: str
    time: int
    """Head time, unix seconds, UTC."""
    size: int
    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    head: HeadSignature = field(repr=False)


def log_subject(origin: str) -> str:
    """Return the subject of a log's receipts."""
    return f"urn:comity:log:{origin}"


def sign_head(  # noqa: PLR0913 - what a head says
    *, log_uri: str, origin: str, time: int, size: int, root: bytes, signer: Signer
) -> HeadSignature:
    """Sign a head for receipts.

    Args:
        log_uri: issuer of the receipts.
        origin: the log's origin, as in its checkpoints.
        time: head time, unix seconds, UTC.
        size: tree size, at least 2.
        root: root hash, 32 bytes.
        signer: holds the log's ``receipt`` key.

    Raises:
        ProofError: ``log.too-small``.

    """
    if size < SMALLEST_SIZE:
        raise ProofError("log.too-small", size=size)
    claims: dict[int, Value] = {ISS: log_uri, SUB: log_subject(origin), IAT: time}
    protected = cbor.encode(
        {
            ALG: signer.public.alg,
            KID: signer.public.kid,
            CLAIMS: claims,
            VDS: RFC9162_SHA256,
            SIZE: size,
        }
    )
    return HeadSignature(protected=protected, signature=sign1(protected, root, signer))


def build_receipt(
    head: HeadSignature, index: int, path: Sequence[bytes], checkpoint: str
) -> bytes:
    """Return the receipt of the entry at ``index``: the same bytes for the same inputs."""
    protected = Reading(cbor.decode(head.protected, max_bytes=MOST_RECEIPT_BYTES), "head")
    proof = cbor.encode([protected.integer(SIZE), index, list(path)])
    proofs: dict[int, Value] = {INCLUSION: [proof]}
    return encode_sign1(
        head.protected, {VDP: proofs, CHECKPOINT: checkpoint}, None, head.signature
    )


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt; nothing is verified.

    Raises:
        FormatError: ``log.receipt``, ``envelope.not-sign1``, ``statement.field``,
            ``statement.unknown-field``, ``cbor.…``.

    """
    parts = decode_sign1(data, MOST_RECEIPT_BYTES)
    protected = Reading(cbor.decode(parts.protected, max_bytes=MOST_RECEIPT_BYTES), "receipt")
    claims = protected.reading(CLAIMS)
    if protected.integer(VDS) != RFC9162_SHA256 or parts.payload is not None:
        raise FormatError("log.receipt")
    unprotected = Reading(parts.unprotected, "receipt")
    proofs = unprotected.reading(VDP)
    inclusion = proofs.byte_strings(INCLUSION)
    if len(inclusion) != 1:
        raise FormatError("log.receipt")
    size, index, path = _parse_proof(inclusion[0])
    subject = claims.text(SUB)
    receipt = Receipt(
        alg=protected.integer(ALG),
        kid=protected.bytes(KID, HASH_BYTES),
        log_uri=claims.text(ISS),
        origin=subject.removeprefix("urn:comity:log:"),
        time=claims.integer(IAT, least=0),
        size=protected.integer(SIZE, least=SMALLEST_SIZE),
        index=index,
        path=path,
        checkpoint=unprotected.text(CHECKPOINT),
        head=HeadSignature(protected=parts.protected, signature=parts.signature),
    )
    if receipt.size != size or log_subject(receipt.origin) != subject:
        raise FormatError("log.receipt")
    for reading in (protected, claims, unprotected, proofs):
        reading.done()
    return receipt


def _parse_proof(encoded: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    match cbor.decode(encoded, max_bytes=MOST_RECEIPT_BYTES):
        case [int() as size, int() as index, list() as path] if 0 < len(path) <= MOST_PATH:
            hashes = tuple(each for each in path if isinstance(each, bytes))
            if len(hashes) == len(path) and not isinstance(size, bool | None):
                return size, index, hashes
    raise FormatError("log.receipt")


def verify_receipt(data: bytes, entry: bytes, keys: LogKeys) -> Receipt:
    """Check that a log holds an entry.

    Args:
        data: the receipt.
        entry: the log's entry, 32 bytes.
        keys: the log's.

    Raises:
        FormatError: as ``parse_receipt``; ``log.note``.
        ProofError: ``log.other-log``, ``log.receipt-key``, ``log.receipt-signature``,
            ``log.head-differs`` (the checkpoint says another head), ``log.index``,
            ``log.path-…``, ``log.head-…``.

    """
    receipt = parse_receipt(data)
    if (receipt.log_uri, receipt.origin) != (keys.log_uri, keys.origin):
        raise ProofError("log.other-log", origin=receipt.origin[:120])
    root = root_from_inclusion(leaf_hash(entry), receipt.index, receipt.size, receipt.path)
    verify_head(receipt, root, keys)
    return receipt


def verify_head(receipt: Receipt, root: bytes, keys: LogKeys) -> None:
    """Check what a head signs, once for all receipts under it.

    Raises:
        FormatError: ``log.note``.
        ProofError: as ``verify_receipt``.

    """
    if (receipt.alg, receipt.kid) != (keys.receipt.alg, keys.receipt.kid):
        raise ProofError("log.receipt-key", origin=keys.origin)
    _verify_head(receipt.head, root, receipt.checkpoint, (receipt.size, receipt.time), keys)


@lru_cache(maxsize=1024)
def _verify_head(
    head: HeadSignature, root: bytes, checkpoint: str, says: tuple[int, int], keys: LogKeys
) -> None:
    try:
        keys.receipt.verify(head.signature, sig_structure(head.protected, root))
    except TrustError as error:
        raise ProofError("log.receipt-signature", origin=keys.origin) from error
    note_keys = log_note_keys(keys.origin, keys.ed25519, keys.mldsa44)
    signed, time = open_checkpoint(checkpoint, note_keys)
    if (signed.origin, signed.size, signed.root, time) != (keys.origin, says[0], root, says[1]):
        raise ProofError("log.head-differs", origin=keys.origin)
