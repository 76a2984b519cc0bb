"""Statements, receipts and heads, read and verified by code that shares nothing with the node."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from simulation.oracle.evidence import Person

_TAG = 18
_RECEIPTS, _PROOFS, _CHECKPOINT, _SIZE, _CLAIMS = 394, 396, -70002, -70001, 15


class Wrong(Exception):  # noqa: N818 - that is what it is
    """It does not hold."""


def digest(*parts: bytes) -> bytes:
    """Return SHA-256."""
    return hashlib.sha256(b"".join(parts)).digest()


def sign1(data: bytes) -> tuple[bytes, dict[Any, Any], bytes | None, bytes]:
    """Return the four parts of a COSE_Sign1.

    Raises:
        Wrong: it is none.

    """
    try:
        value = cbor2.loads(data)
    except Exception as error:
        raise Wrong("no CBOR") from error
    if not isinstance(value, cbor2.CBORTag) or value.tag != _TAG or len(value.value) != 4:
        raise Wrong("no COSE_Sign1")
    protected, unprotected, payload, signature = value.value
    return protected, dict(unprotected), payload, signature


def signed_bytes(protected: bytes, payload: bytes) -> bytes:
    """Return what a COSE_Sign1 signs."""
    return cbor2.dumps(["Signature1", protected, b"", payload])


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as far as its outside shows."""

    sid: bytes
    entry: bytes
    issuer: str
    receipts: tuple[bytes, ...]


@lru_cache(maxsize=4096)
def statement(data: bytes) -> Statement:
    """Read a statement.

    Raises:
        Wrong: it is none.

    """
    protected, unprotected, payload, signature = sign1(data)
    if payload is None:
        raise Wrong("no payload")
    bare = cbor2.dumps(cbor2.CBORTag(_TAG, [protected, {}, payload, signature]))
    return Statement(
        sid=digest(signed_bytes(protected, payload)),
        entry=digest(bare),
        issuer=cbor2.loads(protected)[_CLAIMS][1],
        receipts=tuple(unprotected.get(_RECEIPTS, ())),
    )


@dataclass(frozen=True, slots=True)
class Head:
    """A signed head."""

    origin: str
    size: int
    root: bytes
    time: int


def _key(vkey: str) -> tuple[str, bytes, int, bytes]:
    name, number, encoded = vkey.split("+", 2)
    raw = base64.b64decode(encoded)
    return name, bytes.fromhex(number), raw[0], raw[1:]


@lru_cache(maxsize=8192)
def head(note: str, vkeys: tuple[str, str]) -> Head:
    """Verify a checkpoint with the two keys of its log.

    Raises:
        Wrong: it does not hold.

    """
    text, _, lines = note.rpartition("\n\n")
    origin, size, root = text.split("\n")[:3]
    raw = base64.b64decode(root)
    found: dict[bytes, bytes] = {}
    for line in lines.splitlines():
        _, name, encoded = line.split(" ", 2)
        data = base64.b64decode(encoded)
        if name == origin:
            found[data[:4]] = data[4:]
    (name, first_id, _, first), (_, second_id, _, second) = map(_key, vkeys)
    if name != origin or first_id not in found or second_id not in found:
        raise Wrong("not signed by its log")
    stamp, signature = found[second_id][:8], found[second_id][8:]
    name_bytes = origin.encode()
    message = b"".join(
        (
            b"subtree/v1\n\0",
            bytes((len(name_bytes),)),
            name_bytes,
            stamp,
            bytes((len(name_bytes),)),
            name_bytes,
            bytes(8),
            int(size).to_bytes(8, "big"),
            raw,
        )
    )
    try:
        Ed25519PublicKey.from_public_bytes(first).verify(found[first_id], f"{text}\n".encode())
        MLDSA44PublicKey.from_public_bytes(second).verify(signature, message)
    except InvalidSignature:
        raise Wrong("a head's signature") from None
    return Head(origin, int(size), raw, int.from_bytes(stamp, "big"))


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that holds."""

    log: int
    head: Head
    index: int


@lru_cache(maxsize=16384)
def receipt(data: bytes, entry: bytes, log: Person) -> Receipt:
    """Verify a receipt of one log for one entry.

    Raises:
        Wrong: it does not hold.

    """
    protected, unprotected, payload, signature = sign1(data)
    says = cbor2.loads(protected)
    claims = says[_CLAIMS]
    if payload is not None or claims[1] != log.log_uri:
        raise Wrong("another log's receipt")
    signed = head(unprotected[_CHECKPOINT], log.vkeys)
    (proof,) = unprotected[_PROOFS][-1]
    size, index, path = cbor2.loads(proof)
    if (size, size, claims[6]) != (says[_SIZE], signed.size, signed.time):
        raise Wrong("a receipt of another head")
    if climb(digest(b"\0", entry), index, size, path) != signed.root:
        raise Wrong("a receipt of another statement")
    key = cbor2.loads(log.receipt_key)
    try:
        Ed25519PublicKey.from_public_bytes(key[-2]).verify(
            signature, signed_bytes(protected, signed.root)
        )
    except InvalidSignature:
        raise Wrong("a receipt's signature") from None
    return Receipt(log.number, signed, index)


def climb(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Return the root to which a leaf's path leads.  Source: RFC 9162, section 2.1.3.2.

    Raises:
        Wrong: the path is of another length.

    """
    node, last, value = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise Wrong("a path too long")
        if node & 1 or node == last:
            value = digest(b"\1", sibling, value)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            value = digest(b"\1", value, sibling)
        node, last = node >> 1, last >> 1
    if last or index >= size:
        raise Wrong("a path too short")
    return value


def tree_root(entries: list[bytes]) -> bytes:
    """Return the root over some entries.  Source: RFC 9162, section 2.1.1."""
    level = [digest(b"\0", each) for each in entries]
    while len(level) > 1:
        paired = [digest(b"\1", a, b) for a, b in zip(level[::2], level[1::2], strict=False)]
        level = paired + ([level[-1]] if len(level) % 2 else [])
    return level[0] if level else digest()
