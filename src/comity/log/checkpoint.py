"""Signed heads: what a log says it holds, as notes that other projects' tools can read.

```
origin
size, in decimal
root, in base64
```

Exactly these three lines: no extension lines, which an ML-DSA-44 line would not sign.  A
log signs its head twice, with Ed25519 (type 01) and with ML-DSA-44 (type 06); the second
states the head's time.  Witnesses add lines of types 04 and 06.  Lines of keys that nobody
asked about prove nothing and are passed over; a line of a known key that does not verify
refuses the whole checkpoint.

Source: C2SP tlog-checkpoint v1.0.0, tlog-cosignature v1.1.0-rc.1; wire profile, section 2.1.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError, ProofError, TrustError
from comity.log.merkle import HASH_BYTES
from comity.log.note import (
    ED25519_COSIGNATURE,
    ED25519_LINE,
    MLDSA44_COSIGNATURE,
    Note,
    NoteKey,
    check_name,
    decode_base64,
    parse_note,
    write_note,
)
from comity.statement.keys import PublicKey, Signer

LARGEST: Final = 2**53 - 1
"""The largest size and the latest time: what JavaScript reads exactly."""
_LINES: Final = 4
"""Origin, size, root, and nothing after the last newline."""
_TIME_BYTES: Final = 8
_LABEL: Final = b"subtree/v1\n\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a head says; only made if it can be said.

    Raises:
        FormatError: ``log.note-name``, ``log.checkpoint``.

    """

    origin: str
    """The log's name."""
    size: int
    """How many entries it holds."""
    root: bytes

    def __post_init__(self) -> None:
        """Check the parts."""
        check_name(self.origin)
        if not 0 <= self.size <= LARGEST or len(self.root) != HASH_BYTES:
            raise FormatError("log.checkpoint")

    @property
    def body(self) -> str:
        """The three lines, which are what is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def log_note_keys(origin: str, ed25519: PublicKey, mldsa44: PublicKey) -> tuple[NoteKey, NoteKey]:
    """Return the two keys with which a log signs its heads, in the order of their lines.

    Raises:
        FormatError: ``log.note-name``.
        TrustError: ``log.note-type``.

    """
    return (
        NoteKey(name=origin, type=ED25519_LINE, key=ed25519),
        NoteKey(name=origin, type=MLDSA44_COSIGNATURE, key=mldsa44),
    )


def sign_checkpoint(checkpoint: Checkpoint, time: int, ed25519: Signer, mldsa44: Signer) -> str:
    """Return a signed head.

    Args:
        checkpoint: what it says.
        time: head time, unix seconds, UTC.
        ed25519: the log's key for lines of type 01.
        mldsa44: the log's key for lines of type 06.

    Raises:
        FormatError: ``log.time``.
        TrustError: ``log.note-type``.

    """
    if not 0 <= time <= LARGEST:
        raise FormatError("log.time")
    first, second = log_note_keys(checkpoint.origin, ed25519.public, mldsa44.public)
    lines = [
        (first, ed25519.sign(signed_message(first, checkpoint, time))),
        (second, stamp(time) + mldsa44.sign(signed_message(second, checkpoint, time))),
    ]
    return write_note(checkpoint.body, lines)


def parse_checkpoint(note: str) -> tuple[Checkpoint, Note]:
    """Read a checkpoint and its lines.  Nothing is verified.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``.

    """
    parsed = parse_note(note)
    lines = parsed.text.split("\n")
    if len(lines) != _LINES:
        raise FormatError("log.checkpoint")
    root = decode_base64(lines[2])
    if root is None:
        raise FormatError("log.checkpoint")
    checkpoint = Checkpoint(origin=lines[0], size=_parse_size(lines[1]), root=root)
    return checkpoint, parsed


def open_checkpoint(note: str, keys: Sequence[NoteKey]) -> tuple[Checkpoint, int | None]:
    """Verify a checkpoint: every one of these keys must have signed it.

    Args:
        note: the checkpoint with its lines.
        keys: in general ``log_note_keys``.  At least one.

    Returns:
        The head, and the head time (unix seconds, UTC): what the log's own ML-DSA-44 line
        states, ``None`` if that key is not among those asked about.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``, ``log.note-repeated`` (a key signed
            twice).
        ProofError: ``log.head-unsigned`` (the line of a key is missing, or there is no
            key), ``log.head-signature``.

    """
    checkpoint, parsed = parse_checkpoint(note)
    if not keys:
        raise ProofError("log.head-unsigned", name=checkpoint.origin)
    head_time = None
    for key in keys:
        time = _verify(key, checkpoint, parsed)
        if key.type == MLDSA44_COSIGNATURE and key.name == checkpoint.origin:
            head_time = time
    return checkpoint, head_time


def cosignatures(note: str, keys: Iterable[NoteKey]) -> dict[NoteKey, int | None]:
    """Verify those lines of a checkpoint that some keys made.

    How many parties that are is for the caller to count: a party may have several keys.

    Args:
        note: the checkpoint with its lines.
        keys: in general those of witnesses.

    Returns:
        Each key that signed, and the time (unix seconds, UTC) at which it says it did;
        ``None`` for a type that states none.

    Raises:
        FormatError: as ``open_checkpoint``.
        ProofError: ``log.head-signature``.

    """
    checkpoint, parsed = parse_checkpoint(note)
    there = {(line.name, line.id) for line in parsed.signatures}
    signed = [key for key in keys if (key.name, key.id) in there]
    return {key: _verify(key, checkpoint, parsed) for key in signed}


def _parse_size(text: str) -> int:
    most = len(str(LARGEST))
    if not (text.isdecimal() and len(text) <= most and str(int(text)) == text):
        raise FormatError("log.checkpoint")
    return int(text)


def _verify(key: NoteKey, checkpoint: Checkpoint, note: Note) -> int | None:
    """Verify the one line of a key, and return the time that it states."""
    lines = [
        line.signature for line in note.signatures if (line.name, line.id) == (key.name, key.id)
    ]
    if not lines:
        raise ProofError("log.head-unsigned", name=key.name)
    if len(lines) > 1:
        raise FormatError("log.note-repeated", name=key.name)
    signature, time = lines[0], None
    if key.type != ED25519_LINE:
        time = int.from_bytes(signature[:_TIME_BYTES], "big")
        signature = signature[_TIME_BYTES:]
        if time > LARGEST:
            raise ProofError("log.head-signature", name=key.name)
    try:
        key.key.verify(signature, signed_message(key, checkpoint, time or 0))
    except TrustError:
        raise ProofError("log.head-signature", name=key.name) from None
    return time


def signed_message(key: NoteKey, checkpoint: Checkpoint, time: int) -> bytes:
    """Return what a line of this key signs (time: unix seconds, UTC, as the line states it)."""
    if key.type == ED25519_LINE:
        return checkpoint.body.encode()
    if key.type == ED25519_COSIGNATURE:
        return f"cosignature/v1\ntime {time}\n{checkpoint.body}".encode()
    return b"".join(
        (
            _LABEL,
            _prefixed(key.name),
            stamp(time),
            _prefixed(checkpoint.origin),
            # A checkpoint is the subtree from leaf 0 to its size.
            stamp(0),
            stamp(checkpoint.size),
            checkpoint.root,
        )
    )


def _prefixed(name: str) -> bytes:
    raw = name.encode()
    return bytes((len(raw),)) + raw


def stamp(number: int) -> bytes:
    """Return a number as notes write it: eight bytes, big-endian."""
    return number.to_bytes(_TIME_BYTES, "big")
