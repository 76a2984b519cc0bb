"""Signed notes: a text, an empty line, and lines of signatures.

```
text, one or more lines

— name base64(key id || signature)
```

A key of a note is a name, a type and a public key.  Three types are known: Ed25519 over
the text (01), and cosignatures that begin with the time at which they were made, Ed25519
(04) and ML-DSA-44 (06).  What types 04 and 06 sign depends on what the text says, see
``checkpoint``.

Source: C2SP signed-note v1.0.0.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from comity.errors import FormatError, TrustError
from comity.statement.keys import ED25519, MLDSA44, PublicKey, public_key_from_raw
from comity.statement.reading import shown

ED25519_LINE: Final = 0x01
ED25519_COSIGNATURE: Final = 0x04
MLDSA44_COSIGNATURE: Final = 0x06
ALGORITHMS: Final = {
    ED25519_LINE: ED25519,
    ED25519_COSIGNATURE: ED25519,
    MLDSA44_COSIGNATURE: MLDSA44,
}
"""The algorithm of each type of key."""

MOST_NOTE_BYTES: Final = 96 * 1024
"""Room for 16 lines of 5 kB, which every reader must accept."""
MOST_SIGNATURES: Final = 32
MOST_NAME_BYTES: Final = 255
"""What fits behind the one-byte length in the message of an ML-DSA-44 line."""
_KEY_ID_BYTES: Final = 4
_DASH: Final = "\u2014 "
_SEPARATOR: Final = "\n\n"
_FIRST_PRINTABLE: Final = " "


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteKey:
    """A key that signs notes; only made if its parts go together.

    Raises:
        FormatError: ``log.note-name``.
        TrustError: ``log.note-type``, for a type that is unknown or of another algorithm.

    """

    name: str
    type: int
    key: PublicKey

    def __post_init__(self) -> None:
        """Check the parts."""
        check_name(self.name)
        if ALGORITHMS.get(self.type) != self.key.alg:
            raise TrustError("log.note-type", type=self.type)

    @property
    def id(self) -> bytes:
        """The four bytes that stand before its signatures.  They name it, and prove nothing."""
        digest = sha256(self.name.encode() + b"\n" + bytes((self.type,)) + self.key.raw)
        return digest.digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """The key as other tools are told of it: ``name+hex(id)+base64(type || key)``."""
        encoded = b64encode(bytes((self.type,)) + self.key.raw).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One line under a note, as received."""

    name: str
    id: bytes
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note, read.  Nothing is verified."""

    text: str
    """What the lines sign, with its last newline."""
    signatures: tuple[NoteSignature, ...]


def check_name(name: str) -> str:
    """Return the name of a key or log, if it may be one: no space, no ``+``, nothing unseen.

    Raises:
        FormatError: ``log.note-name``.

    """
    # A space, a control, a lone surrogate: none is printable but the space itself.
    if not name or not name.isprintable() or " " in name or "+" in name:
        raise FormatError("log.note-name", name=shown(name))
    if len(name.encode()) > MOST_NAME_BYTES:
        raise FormatError("log.note-name", name=shown(name))
    return name


def parse_vkey(text: str) -> NoteKey:
    """Read a verifier key; it has exactly one form.

    Raises:
        FormatError: ``log.vkey``, ``log.note-name``, and as ``keys.public_key``.
        TrustError: ``log.note-type``, and as ``keys.public_key``.

    """
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    if not data:
        raise FormatError("log.vkey")
    kind, raw = data[0], data[1:]
    if kind not in ALGORITHMS:
        raise TrustError("log.note-type", type=kind)
    key = NoteKey(name=name, type=kind, key=public_key_from_raw(ALGORITHMS[kind], raw))
    if key.vkey != text:
        raise FormatError("log.vkey")
    return key


def parse_note(note: str) -> Note:
    """Read a note.

    Raises:
        FormatError: ``log.note-size``, ``log.note``, ``log.note-lines`` (none, or too many).

    """
    try:
        size = len(note.encode()) if len(note) <= MOST_NOTE_BYTES else len(note)
    except UnicodeEncodeError:
        raise FormatError("log.note") from None
    if size > MOST_NOTE_BYTES:
        raise FormatError("log.note-size", size=size, limit=MOST_NOTE_BYTES)
    if any(letter < _FIRST_PRINTABLE and letter != "\n" for letter in set(note)):
        raise FormatError("log.note")
    # The last empty line separates; the text may have others.
    text, found, lines = note.rpartition(_SEPARATOR)
    if not found or not text or not lines.endswith("\n"):
        raise FormatError("log.note")
    split = lines[:-1].split("\n")
    if len(split) > MOST_SIGNATURES:
        raise FormatError("log.note-lines", limit=MOST_SIGNATURES)
    return Note(text=text + "\n", signatures=tuple(map(parse_signature_line, split)))


def write_note(text: str, signatures: list[tuple[NoteKey, bytes]]) -> str:
    """Return a note: ``text``, which ends in a newline, and a line for each signature."""
    return f"{text}\n{write_lines(signatures)}"


def write_lines(signatures: list[tuple[NoteKey, bytes]]) -> str:
    """Return a line for each signature, each with its newline."""
    return "".join(
        f"{_DASH}{key.name} {b64encode(key.id + signature).decode()}\n"
        for key, signature in signatures
    )


def decode_base64(text: str) -> bytes | None:
    """Return what a base64 text stands for, or ``None`` if it is not its one encoding."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if b64encode(data).decode() == text else None


def parse_signature_line(line: str) -> NoteSignature:
    """Read one line of a note, without its newline.

    Raises:
        FormatError: ``log.note``, ``log.note-name``.

    """
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(encoded)
    if not line.startswith(_DASH) or data is None or len(data) <= _KEY_ID_BYTES:
        raise FormatError("log.note")
    return NoteSignature(
        name=check_name(name), id=data[:_KEY_ID_BYTES], signature=data[_KEY_ID_BYTES:]
    )
