"""Receipts: the proof, signed by a log, that it holds an entry.

```
18([ << {1: alg, 4: kid, 15: {1: log URI, 2: subject of the log, 6: head time},
         395: 1, -70001: tree size} >>,
     {396: {-1: [<< [tree size, index, [+ hash]] >>]}, -70002: checkpoint},
     null, signature over the root ])
```

The signature covers the protected header and the root, so one signature serves every
entry under a head.  COSE leaves size and index of a proof unsigned, and one path fits many
pairs of them; here the size stands in the protected header and in the signed checkpoint
beside it, and with the size the index is fixed.  The checkpoint is as the log signed it,
with its two lines and no other, so that a receipt of an entry under a head is one string
of bytes for ever; cosignatures travel beside it.

Source: RFC 9942; wire profile, sections 1.3, 2.3, 7 and ruling 10.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from comity.errors import FormatError, ProofError, TrustError
from comity.log.checkpoint import log_note_keys, open_checkpoint, parse_checkpoint
from comity.log.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from comity.log.note import check_name
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.envelope import MOST_RECEIPT_BYTES
from comity.statement.keys import PublicKey, Signer
from comity.statement.model import DIGEST_BYTES
from comity.statement.reading import Reading, shown
from comity.statement.sign1 import decode_sign1, encode_sign1, sig_structure, sign1

MOST_CHECKPOINT_BYTES: Final = 32 * 1024
"""Of the checkpoint inside a receipt."""
MOST_HASHES: Final = 2 * 64
"""In a path; how many there must be follows from size and index."""
SMALLEST_SIZE: Final = 2
"""A path has at least one hash, so a tree of one leaf has no receipts (RFC 9942)."""

ALG, KID, CLAIMS, VDS, VDP, SIZE, CHECKPOINT = 1, 4, 15, 395, 396, -70001, -70002
ISS, SUB, IAT = 1, 2, 6
INCLUSION: Final = -1
RFC9162_SHA256: Final = 1
_SUBJECT: Final = "urn:comity:log:"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """What a log signs with, and what it is called."""

    receipt: PublicKey
    ed25519: PublicKey
    mldsa44: PublicKey
    log_uri: str
    origin: str
    after: int = -1
    """Index of the entry that brought these keys: heads that hold it are signed with them."""
    before: "LogKeys | None" = field(default=None, compare=False, repr=False)
    """What the log signed with before that, if it has changed its keys."""

    rivals: "tuple[LogKeys, ...]" = field(default=(), compare=False, repr=False)
    """Where its party has two histories: the keys of the other one."""

    def at(self, size: int, kid: bytes | None = None) -> "LogKeys":
        """Return the keys with which a head of this size is signed.

        Args:
            size: how many entries the head holds.
            kid: of the receipt key that is said to have signed it, where that is known.

        """
        keys = self
        while keys.before is not None and size <= keys.after:
            keys = keys.before
        if kid is not None and keys.receipt.kid != kid:
            for other in self.rivals:
                if other.receipt.kid == kid and size > other.after:
                    return other
        return keys


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadSignature:
    """What is signed once for a head, and serves every receipt under it."""

    protected: bytes
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the protected header says."""

    alg: int
    kid: bytes
    """The log's receipt key, 32 bytes."""
    log_uri: str
    origin: str
    time: int
    """Head time: unix seconds, UTC."""
    size: int
    """How many entries the log held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A receipt, read.  It proves nothing until ``verify_receipt`` has returned it."""

    alg: int
    kid: bytes
    log_uri: str
    origin: str
    time: int
    """Head time: unix seconds, UTC."""
    size: int
    index: int
    path: tuple[bytes, ...] = field(repr=False)
    checkpoint_text: str = field(repr=False)
    head: HeadSignature = field(repr=False)


def log_subject(origin: str) -> str:
    """Return the subject of a log's receipts."""
    return _SUBJECT + origin


def sign_head(  # noqa: PLR0913 - what a head says
    *, log_uri: str, origin: str, time: int, size: int, root: bytes, signer: Signer
) -> HeadSignature:
    """Sign a head for receipts.

    Args:
        log_uri: issuer of the receipts.
        origin: the log's name, as in its checkpoints.
        time: head time, unix seconds, UTC.
        size: tree size, at least 2.
        root: root of the tree, 32 bytes.
        signer: holds the log's ``receipt`` key.

    Raises:
        ProofError: ``log.too-small``, ``log.path-hash``.
        FormatError: as ``parse_receipt``.

    """
    if size < SMALLEST_SIZE:
        raise ProofError("log.too-small", size=size)
    if len(root) != HASH_BYTES:
        raise ProofError("log.path-hash", size=len(root), expected=HASH_BYTES)
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
    read_head(protected)
    return HeadSignature(protected=protected, signature=sign1(protected, root, signer))


def build_receipt(
    head: HeadSignature, index: int, path: Sequence[bytes], checkpoint_text: str
) -> bytes:
    """Return the receipt of an entry: the same bytes for the same head and entry, always.

    Args:
        head: from ``sign_head``.
        index: the entry's, from 0.
        path: ``Tree.inclusion`` of the index in the head's size.
        checkpoint_text: the signed checkpoint of the same head.

    Raises:
        FormatError: as ``parse_receipt``.

    """
    proof = cbor.encode([read_head(head.protected).size, index, list(path)])
    proofs: dict[int, Value] = {INCLUSION: [proof]}
    unprotected: dict[int, Value] = {VDP: proofs, CHECKPOINT: checkpoint_text}
    return encode_sign1(head.protected, unprotected, None, head.signature)


@lru_cache(maxsize=1024)
def read_head(protected: bytes) -> Head:
    """Read a receipt's protected header.

    Raises:
        FormatError: ``log.receipt`` (another kind of tree, or a subject that is no log's),
            ``log.note-name``, ``statement.field``, ``statement.unknown-field``, ``cbor.…``.

    """
    reading = Reading(cbor.decode(protected, max_bytes=MOST_RECEIPT_BYTES), "receipt")
    claims = reading.reading(CLAIMS)
    subject = claims.text(SUB)
    if reading.integer(VDS) != RFC9162_SHA256 or not subject.startswith(_SUBJECT):
        raise FormatError("log.receipt")
    head = Head(
        alg=reading.integer(ALG),
        kid=reading.bytes(KID, DIGEST_BYTES),
        log_uri=claims.text(ISS),
        origin=check_name(subject.removeprefix(_SUBJECT)),
        time=claims.integer(IAT, least=0),
        size=reading.integer(SIZE, least=SMALLEST_SIZE),
    )
    claims.done()
    reading.done()
    return head


@lru_cache(maxsize=64)
def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt.  Nothing is verified but that its size is the one that is signed.

    Whose receipt it is must be known before it can be verified, so each is read twice in a row.

    Raises:
        FormatError: ``log.receipt``, ``envelope.not-sign1``, and as ``read_head``.
        ProofError: ``log.receipt-size``: the proof is for another size than the signed one.

    """
    parts = decode_sign1(data, MOST_RECEIPT_BYTES)
    head = read_head(parts.protected)
    unprotected = Reading(parts.unprotected, "receipt")
    proofs = unprotected.reading(VDP)
    inclusion = proofs.byte_strings(INCLUSION, most=1)
    checkpoint_text = unprotected.text(CHECKPOINT)
    proofs.done()
    unprotected.done()
    # The payload is the root, which whoever verifies makes from the entry.
    if not inclusion or parts.payload is not None:
        raise FormatError("log.receipt")
    if len(checkpoint_text) > MOST_CHECKPOINT_BYTES:
        raise FormatError("log.receipt")
    size, index, path = _read_proof(inclusion[0])
    if size != head.size:
        raise ProofError("log.receipt-size", size=size, signed=head.size)
    return Receipt(
        alg=head.alg,
        kid=head.kid,
        log_uri=head.log_uri,
        origin=head.origin,
        time=head.time,
        size=size,
        index=index,
        path=path,
        checkpoint_text=checkpoint_text,
        head=HeadSignature(protected=parts.protected, signature=parts.signature),
    )


def verify_receipt(data: bytes, entry: bytes, keys: LogKeys) -> Receipt:
    """Return the receipt, if it proves that this log holds this entry.

    Args:
        data: the receipt.
        entry: what a log holds of a statement: 32 bytes.
        keys: the log's; if it has changed them, those in force at the receipt's size count.

    Raises:
        FormatError: as ``parse_receipt``; ``log.entry``, ``log.checkpoint``, ``log.note…``.
        ProofError: ``log.receipt-size``, ``log.other-log``, ``log.receipt-key``;
            ``log.head-unsigned``, ``log.head-signature``, ``log.receipt-checkpoint`` (other
            lines than the log's two), ``log.head-differs`` (the checkpoint is of another
            head), ``log.receipt-signature``; ``log.index``, ``log.path-length``,
            ``log.path-hash``, ``log.root`` (the head does not hold this entry).

    """
    if len(entry) != DIGEST_BYTES:
        raise FormatError("log.entry", size=len(entry), expected=DIGEST_BYTES)
    receipt = parse_receipt(data)
    keys = keys.at(receipt.size, receipt.kid)
    if (receipt.log_uri, receipt.origin) != (keys.log_uri, keys.origin):
        raise ProofError("log.other-log", origin=shown(receipt.origin))
    if (receipt.alg, receipt.kid) != (keys.receipt.alg, keys.receipt.kid):
        raise ProofError("log.receipt-key", origin=keys.origin)
    root = _verified_root(receipt.head, receipt.checkpoint_text, keys)
    verify_inclusion(leaf_hash(entry), receipt.index, receipt.size, receipt.path, root)
    return receipt


@lru_cache(maxsize=256)
def _verified_root(head: HeadSignature, checkpoint_text: str, keys: LogKeys) -> bytes:
    """Verify a head, once for all receipts under it, and return the root that is signed.

    Only what was verified is kept: the key of the cache is every byte that was looked at.
    """
    says = read_head(head.protected)
    note_keys = log_note_keys(keys.origin, keys.ed25519, keys.mldsa44)
    checkpoint, time = open_checkpoint(checkpoint_text, note_keys)
    _, note = parse_checkpoint(checkpoint_text)
    if [(line.name, line.id) for line in note.signatures] != [
        (key.name, key.id) for key in note_keys
    ]:
        raise ProofError("log.receipt-checkpoint", origin=keys.origin)
    if (checkpoint.origin, checkpoint.size, time) != (says.origin, says.size, says.time):
        raise ProofError("log.head-differs", origin=keys.origin)
    try:
        keys.receipt.verify(head.signature, sig_structure(head.protected, checkpoint.root))
    except TrustError:
        raise ProofError("log.receipt-signature", origin=keys.origin) from None
    return checkpoint.root


def _read_proof(encoded: bytes) -> tuple[int, int, tuple[bytes, ...]]:
    """Read a proof: size, index, path."""
    items = cbor.decode(encoded, max_bytes=MOST_RECEIPT_BYTES)
    match items:
        case [int() as size, int() as index, [*path]] if 0 < len(path) <= MOST_HASHES:
            hashes = tuple(each for each in path if isinstance(each, bytes))
            # To Python, true is the integer 1; to CBOR it is not.
            numbers = not isinstance(size, bool) and not isinstance(index, bool)
            if numbers and len(hashes) == len(path):
                return size, index, hashes
    raise FormatError("log.receipt")
