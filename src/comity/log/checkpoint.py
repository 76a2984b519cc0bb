"""Signed heads in the form of C2SP: a checkpoint is a note with signature lines.

```
origin
size in decimal
root in base64

— name base64(key id || signature)
```

A head of a Comity log carries two lines of the log itself, Ed25519 (type 01) and
ML-DSA-44 (type 06); the second states the head's time.  Lines of keys that nobody asked
about are ignored; a line of a known key that does not verify refuses the whole note.

Source: C2SP signed-note, tlog-checkpoint, tlog-cosignature.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.errors import FormatError, ProofError, TrustError
from comity.log.merkle import HASH_BYTES
from comity.statement.keys import ED25519, MLDSA44, PrivateKey, PublicKey, public_key_from_raw

ED25519_NOTE, ED25519_COSIGNATURE, MLDSA44_COSIGNATURE = 1, 4, 6
MOST_CHECKPOINT_BYTES: Final = 128 * 1024
MOST_LINES: Final = 32
_DASH: Final = "\u2014 "
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_MOST_SIZE: Final = 2**53 - 1
_VKEY_PARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a head says."""

    origin: str
    size: int
    root: bytes

    @property
    def body(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A key as notes know it: a name, a type and the key."""

    name: str
    type: int
    key: PublicKey

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return key_id(self.name, self.type, self.key.raw)


def key_id(name: str, kind: int, raw: bytes) -> bytes:
    """Return a key's id in notes."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + raw).digest()[:_KEY_ID_BYTES]


def parse_vkey(text: str) -> NoteKey:
    """Read a verifier key, ``name+hex(id)+base64(type || key)``.

    Raises:
        FormatError: ``log.vkey``, ``key.…``.

    """
    parts = text.split("+", 2)
    try:
        if len(parts) != _VKEY_PARTS:
            raise FormatError("log.vkey")
        kind, raw = _split_type(base64.b64decode(parts[2], validate=True))
        alg = MLDSA44 if kind == MLDSA44_COSIGNATURE else ED25519
        key = NoteKey(name=parts[0], type=kind, key=public_key_from_raw(alg, raw))
        if bytes.fromhex(parts[1]) != key.id:
            raise FormatError("log.vkey")
    except ValueError:
        raise FormatError("log.vkey") from None
    return key


def _split_type(data: bytes) -> tuple[int, bytes]:
    if not data or data[0] not in {ED25519_NOTE, ED25519_COSIGNATURE, MLDSA44_COSIGNATURE}:
        raise FormatError("log.vkey")
    return data[0], data[1:]


def log_note_keys(origin: str, ed25519: PublicKey, mldsa44: PublicKey) -> tuple[NoteKey, NoteKey]:
    """Return the two keys with which a Comity log signs its heads."""
    return (
        NoteKey(name=origin, type=ED25519_NOTE, key=ed25519),
        NoteKey(name=origin, type=MLDSA44_COSIGNATURE, key=mldsa44),
    )


def sign_checkpoint(
    checkpoint: Checkpoint, time: int, ed25519: PrivateKey, mldsa44: PrivateKey
) -> str:
    """Return a signed checkpoint.

    Args:
        checkpoint: the head.
        time: head time, unix seconds, UTC; stands under the ML-DSA-44 signature.
        ed25519: the log's key of type 01.
        mldsa44: the log's key of type 06.

    """
    first, second = log_note_keys(checkpoint.origin, ed25519.public, mldsa44.public)
    stamp = time.to_bytes(_TIME_BYTES, "big")
    message = _cosigned(first.name, time, checkpoint)
    return (
        checkpoint.body
        + "\n"
        + _line(first, ed25519.sign(checkpoint.body.encode()))
        + _line(second, stamp + mldsa44.sign(message))
    )


def _line(key: NoteKey, signature: bytes) -> str:
    return f"{_DASH}{key.name} {base64.b64encode(key.id + signature).decode()}\n"


def _cosigned(name: str, time: int, checkpoint: Checkpoint) -> bytes:
    """Return what an ML-DSA-44 line signs: the tree from 0 to its size, and who says it."""
    names = [bytes([len(each)]) + each for each in (name.encode(), checkpoint.origin.encode())]
    return b"".join(
        [
            b"subtree/v1\n\0",
            names[0],
            time.to_bytes(_TIME_BYTES, "big"),
            names[1],
            bytes(8),
            checkpoint.size.to_bytes(8, "big"),
            checkpoint.root,
        ]
    )


def open_checkpoint(text: str, keys: Sequence[NoteKey]) -> tuple[Checkpoint, int]:
    """Verify a checkpoint: every one of ``keys`` must have signed it.

    Returns:
        The head, and its time (unix seconds, UTC) as the lines with a time state it; 0 if
        none does.

    Raises:
        FormatError: ``log.note``.
        ProofError: ``log.head-unsigned`` (a key is missing), ``log.head-signature``,
            ``log.head-times`` (two lines state two times).

    """
    checkpoint, lines = parse_checkpoint(text)
    times: set[int] = set()
    for key in keys:
        found = [sig for name, key_id_, sig in lines if (name, key_id_) == (key.name, key.id)]
        if not found:
            raise ProofError("log.head-unsigned", name=key.name)
        for signature in found:
            times |= _verify(key, signature, checkpoint)
    if len(times) > 1:
        raise ProofError("log.head-times", origin=checkpoint.origin)
    return checkpoint, times.pop() if times else 0


def _verify(key: NoteKey, signature: bytes, checkpoint: Checkpoint) -> set[int]:
    try:
        if key.type == ED25519_NOTE:
            key.key.verify(signature, checkpoint.body.encode())
            return set()
        time = int.from_bytes(signature[:_TIME_BYTES], "big")
        if key.type == ED25519_COSIGNATURE:
            message = f"cosignature/v1\ntime {time}\n{checkpoint.body}".encode()
        else:
            message = _cosigned(key.name, time, checkpoint)
        key.key.verify(signature[_TIME_BYTES:], message)
    except TrustError as error:
        raise ProofError("log.head-signature", name=key.name) from error
    return {time}


def parse_checkpoint(text: str) -> tuple[Checkpoint, list[tuple[str, bytes, bytes]]]:
    """Read a checkpoint; nothing is verified.

    Returns:
        The head, and its lines as (name, key id, signature).

    Raises:
        FormatError: ``log.note``.

    """
    body, found, signatures = text.rpartition("\n\n")
    if not found or len(text) > MOST_CHECKPOINT_BYTES or not signatures.endswith("\n"):
        raise FormatError("log.note")
    lines = signatures[:-1].split("\n")
    if not 0 < len(lines) <= MOST_LINES:
        raise FormatError("log.note")
    return _parse_body(body), [_parse_line(line) for line in lines]


def _parse_body(body: str) -> Checkpoint:
    lines = body.split("\n")
    if len(lines) != 3:  # noqa: PLR2004 - extension lines are not used and not accepted
        raise FormatError("log.note")
    origin, size, root = lines
    if not origin or len(origin.encode()) > HASH_BYTES * 7 or not origin.isprintable():
        raise FormatError("log.note")
    if not (size.isascii() and size.isdigit()) or (size[0] == "0" and size != "0"):
        raise FormatError("log.note")
    if len(size) > len(str(_MOST_SIZE)) or int(size) > _MOST_SIZE:
        raise FormatError("log.note")
    return Checkpoint(origin=origin, size=int(size), root=_base64(root, HASH_BYTES))


def _parse_line(line: str) -> tuple[str, bytes, bytes]:
    name, found, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found or not name or "+" in name:
        raise FormatError("log.note")
    raw = _base64(encoded, None)
    return name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:]


def _base64(text: str, length: int | None) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise FormatError("log.note") from None
    if base64.b64encode(raw).decode() != text or (length is not None and len(raw) != length):
        raise FormatError("log.note")
    return raw
