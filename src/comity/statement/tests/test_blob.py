"""Blobs: chunks that cannot be moved, cut off or exchanged."""

from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.blob import (
    CHUNK_BYTES,
    Attachment,
    BlobDigests,
    check_digests,
    cipher_size_of,
    decode_attachments,
    decrypt_stream,
    encode_attachments,
    encrypt_stream,
    new_key,
)

KEY = new_key()
SEALED_CHUNK = CHUNK_BYTES + 16


def encrypted(plain: bytes) -> tuple[bytes, BlobDigests]:
    out = BytesIO()
    digests = encrypt_stream(BytesIO(plain).read, out.write, KEY)
    return out.getvalue(), digests


def decrypted(cipher: bytes, key: bytes = KEY) -> bytes:
    out = BytesIO()
    decrypt_stream(BytesIO(cipher).read, out.write, key)
    return out.getvalue()


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 200_000])
def test_a_file_comes_back_with_its_digests(size: int) -> None:
    """At and around every edge of a chunk, also for an empty file."""
    plain = bytes(number % 251 for number in range(size))
    cipher, digests = encrypted(plain)
    assert decrypted(cipher) == plain
    assert digests == BlobDigests(
        size=size,
        sha256_plain=sha256(plain).digest(),
        sha256_cipher=sha256(cipher).digest(),
        cipher_size=len(cipher),
    )
    assert len(cipher) == cipher_size_of(size)
    assert decrypt_stream(BytesIO(cipher).read, BytesIO().write, KEY) == digests


def test_a_reader_that_gives_little_at_a_time_changes_nothing() -> None:
    """Chunks are of the file, not of how it arrives."""
    plain = bytes(CHUNK_BYTES + 100)
    source, out = BytesIO(plain), BytesIO()
    encrypt_stream(lambda most: source.read(min(most, 1000)), out.write, KEY)
    assert out.getvalue() == encrypted(plain)[0]


def test_what_was_changed_moved_or_cut_off_is_refused() -> None:
    """The number and the last flag of a chunk are part of its nonce."""
    cipher, _ = encrypted(bytes(2 * CHUNK_BYTES + 5))
    first, second, last = (
        cipher[:SEALED_CHUNK],
        cipher[SEALED_CHUNK : 2 * SEALED_CHUNK],
        cipher[2 * SEALED_CHUNK :],
    )
    for wrong in (
        b"",
        bytes(15),
        first,
        first + second,
        second + first + last,
        first + first + last,
        first + last,
        last,
        cipher[:-1],
        cipher + b"\0",
        cipher + last,
        bytes((cipher[0] ^ 1,)) + cipher[1:],
    ):
        with pytest.raises(TrustError, match=r"blob\.not-opened"):
            decrypted(wrong)
    with pytest.raises(TrustError, match=r"blob\.not-opened"):
        decrypted(cipher, new_key())


ATTACHMENT = Attachment(
    name="日志 e\u0301.csv",
    type="text/csv",
    size=5,
    sha256=bytes(32),
    key=b"\2" * 32,
    cipher=b"\1" * 32,
    cipher_size=21,
)


def test_attachments_come_back_as_they_were() -> None:
    """A file's name is data: it need not be in NFC, nor be a name here."""
    evil = replace(ATTACHMENT, name="../../etc/passwd\u202e\n")
    assert decode_attachments(encode_attachments([ATTACHMENT, evil])) == (ATTACHMENT, evil)
    assert decode_attachments(encode_attachments([])) == ()
    assert repr(ATTACHMENT.key) not in repr(ATTACHMENT)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 1025}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"type": ""}, "type"),
        ({"type": "text/csv\n"}, "type"),
        ({"type": "文本"}, "type"),
        ({"size": -1}, "size"),
        ({"size": 6}, "cipher_size"),
        ({"cipher_size": 5}, "cipher_size"),
        ({"sha256": bytes(31)}, "sha256"),
        ({"cipher": b""}, "sha256"),
        ({"key": bytes(16)}, "key"),
    ],
)
def test_an_attachment_of_another_form_is_refused(change: dict[str, object], field: str) -> None:
    """Sizes must fit each other, digests and keys be whole."""
    with pytest.raises(FormatError, match=r"blob\.attachment") as caught:
        encode_attachments([replace(ATTACHMENT, **change)])  # type: ignore[arg-type] # on purpose
    assert caught.value.facts["field"] == field


def test_attachments_of_another_shape_are_not_read() -> None:
    """A list of maps, not too many, names in UTF-8."""
    with pytest.raises(FormatError, match=r"blob\.attachment"):
        decode_attachments(b"\xa0")
    with pytest.raises(FormatError, match=r"blob\.too-many"):
        encode_attachments([ATTACHMENT] * 257)
    with pytest.raises(FormatError, match=r"blob\.too-many"):
        decode_attachments(cbor.encode([0] * 257))
    with pytest.raises(FormatError, match=r"blob\.attachment"):
        decode_attachments(cbor.encode([{"name": b"\xff"}]))


def test_a_file_that_is_not_the_one_spoken_of_is_refused() -> None:
    """All four facts of a file must be as the body says."""
    cipher, digests = encrypted(b"hello")
    said = replace(ATTACHMENT, sha256=digests.sha256_plain, cipher=sha256(cipher).digest(), key=KEY)
    check_digests(digests, said)
    with pytest.raises(TrustError, match=r"blob\.other-file"):
        check_digests(digests, ATTACHMENT)
