"""Files that travel beside a body: encrypted in chunks, named by their ciphertext's digest.

Chunks of 64 KiB under AES-256-GCM with a key made for this one file.  The nonce is the
chunk's number (11 bytes, big-endian) and a byte that is 1 in the last chunk and 0 before,
so that chunks can neither be moved nor cut off.  An empty file is one empty last chunk;
no other last chunk is empty.

Source: wire profile, section 4.4 (attachments).
"""

import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.body import MOST_BODY_BYTES
from comity.statement.cbor import LARGEST, Value
from comity.statement.model import DIGEST_BYTES
from comity.statement.reading import Reading

CHUNK_BYTES: Final = 64 * 1024
KEY_BYTES: Final = 32
MOST_ATTACHMENTS: Final = 256
MOST_NAME_BYTES: Final = 1024
_TAG_BYTES: Final = 16
_TYPE: Final = re.compile(r"[!-~]([ -~]{0,126}[!-~])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlobDigests:
    """Sizes in bytes and SHA-256 digests of a file and of its ciphertext."""

    size: int
    sha256_plain: bytes
    sha256_cipher: bytes
    cipher_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What a body says of a file: all that is needed to fetch, open and check it."""

    name: str
    """The file's name as its sender had it: data, never a path on our machine."""
    type: str
    """Media type."""
    size: int
    sha256: bytes
    key: bytes = field(repr=False)
    cipher: bytes
    """SHA-256 of the ciphertext: the blob's address."""
    cipher_size: int


def new_key() -> bytes:
    """Return a fresh key, for one file only."""
    return secrets.token_bytes(KEY_BYTES)


def cipher_size_of(size: int) -> int:
    """Return how long the ciphertext of ``size`` bytes is."""
    return size + max(1, -(-size // CHUNK_BYTES)) * _TAG_BYTES


def encrypt_stream(
    read: Callable[[int], bytes], write: Callable[[bytes], object], key: bytes
) -> BlobDigests:
    """Encrypt a file as it is read.

    Args:
        read: returns up to so many bytes, and none at the end.
        write: takes the ciphertext, piece by piece.
        key: from ``new_key``, never used before.

    """
    return _stream(read, write, (CHUNK_BYTES, AESGCM(key).encrypt), encrypting=True)


def decrypt_stream(
    read: Callable[[int], bytes], write: Callable[[bytes], object], key: bytes
) -> BlobDigests:
    """Decrypt a file as it is read.  What was written before an error is not the file.

    Raises:
        TrustError: ``blob.not-opened``: changed, cut off, or of another key.

    """
    try:
        return _stream(
            read, write, (CHUNK_BYTES + _TAG_BYTES, AESGCM(key).decrypt), encrypting=False
        )
    except (InvalidTag, ValueError):
        raise TrustError("blob.not-opened") from None


def check_digests(found: BlobDigests, attachment: Attachment) -> None:
    """Check that an opened file is the one that the body speaks of.

    Raises:
        TrustError: ``blob.other-file``.

    """
    said = (attachment.size, attachment.sha256, attachment.cipher, attachment.cipher_size)
    if said != (found.size, found.sha256_plain, found.sha256_cipher, found.cipher_size):
        raise TrustError("blob.other-file", cipher=attachment.cipher.hex())


def encode_attachments(attachments: Sequence[Attachment]) -> bytes:
    """Return the value of the section ``attachments``.

    Raises:
        FormatError: as ``decode_attachments``.

    """
    listed: list[Value] = []
    for each in attachments:
        _check(each)
        # The name is bytes: a name may be text that is not in NFC, which CBOR texts are.
        fields: dict[str, Value] = {
            "name": each.name.encode(),
            "type": each.type,
            "size": each.size,
            "sha256": each.sha256,
            "key": each.key,
            "cipher": each.cipher,
            "cipher_size": each.cipher_size,
        }
        listed.append(fields)
    if len(listed) > MOST_ATTACHMENTS:
        raise FormatError("blob.too-many", limit=MOST_ATTACHMENTS)
    return cbor.encode(listed)


def decode_attachments(data: bytes) -> tuple[Attachment, ...]:
    """Read the value of the section ``attachments``.

    Raises:
        FormatError: ``blob.attachment``, ``blob.too-many``, ``statement.field``, ``cbor.…``.

    """
    value = cbor.decode(data, max_bytes=MOST_BODY_BYTES)
    if not isinstance(value, list):
        raise FormatError("blob.attachment", field="[]")
    if len(value) > MOST_ATTACHMENTS:
        raise FormatError("blob.too-many", limit=MOST_ATTACHMENTS)
    return tuple(_read(Reading(each, "attachments")) for each in value)


def _read(reading: Reading) -> Attachment:
    try:
        name = reading.bytes("name").decode()
    except UnicodeDecodeError:
        raise FormatError("blob.attachment", field="name") from None
    attachment = Attachment(
        name=name,
        type=reading.text("type"),
        size=reading.integer("size"),
        sha256=reading.bytes("sha256"),
        key=reading.bytes("key"),
        cipher=reading.bytes("cipher"),
        cipher_size=reading.integer("cipher_size"),
    )
    reading.done()
    _check(attachment)
    return attachment


def _check(attachment: Attachment) -> None:
    wrong = None
    if not _is_name(attachment.name):
        wrong = "name"
    elif _TYPE.fullmatch(attachment.type) is None:
        wrong = "type"
    elif len(attachment.sha256) != DIGEST_BYTES or len(attachment.cipher) != DIGEST_BYTES:
        wrong = "sha256"
    elif len(attachment.key) != KEY_BYTES:
        wrong = "key"
    elif not 0 <= attachment.size <= LARGEST:
        wrong = "size"
    elif attachment.cipher_size != cipher_size_of(attachment.size):
        wrong = "cipher_size"
    if wrong is not None:
        raise FormatError("blob.attachment", field=wrong)


def _is_name(name: str) -> bool:
    try:
        return 0 < len(name.encode()) <= MOST_NAME_BYTES
    except UnicodeEncodeError:
        return False


def _stream(
    read: Callable[[int], bytes],
    write: Callable[[bytes], object],
    cipher: tuple[int, Callable[[bytes, bytes, bytes | None], bytes]],
    *,
    encrypting: bool,
) -> BlobDigests:
    """Pass every chunk through the cipher; the last is known by what follows it: nothing."""
    width, turn = cipher
    came, went = sha256(), sha256()
    came_size = went_size = number = 0
    chunk = _fill(read, width)
    while True:
        following = _fill(read, width) if len(chunk) == width else b""
        is_last = not following
        turned = turn(number.to_bytes(11, "big") + bytes((is_last,)), chunk, None)
        if is_last and number and not (chunk if encrypting else turned):
            raise TrustError("blob.not-opened")
        write(turned)
        came.update(chunk)
        went.update(turned)
        came_size, went_size, number = came_size + len(chunk), went_size + len(turned), number + 1
        if is_last:
            break
        chunk = following
    plain, hidden = (came, went) if encrypting else (went, came)
    sizes = (came_size, went_size) if encrypting else (went_size, came_size)
    return BlobDigests(
        size=sizes[0],
        sha256_plain=plain.digest(),
        sha256_cipher=hidden.digest(),
        cipher_size=sizes[1],
    )


def _fill(read: Callable[[int], bytes], width: int) -> bytes:
    """Read a whole chunk, however little ``read`` gives at a time."""
    chunk = read(width)
    if len(chunk) == width:
        return chunk
    parts, missing = [chunk], width - len(chunk)
    while missing and parts[-1]:
        parts.append(read(missing))
        missing -= len(parts[-1])
    return b"".join(parts)
