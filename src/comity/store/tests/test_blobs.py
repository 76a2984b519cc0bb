"""Attachments arrive in pieces, in order, and count only when they are whole."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from comity.errors import FormatError, PeerError
from comity.store.blobs import Blobs

CONTENT = os.urandom(3_000)
DIGEST = sha256(CONTENT).digest()


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "blobs")


def test_pieces_make_a_whole(blobs: Blobs) -> None:
    """Also across a restart, from where it ended."""
    assert blobs.append(DIGEST, 0, CONTENT[:1_000], 3_000) == 1_000
    assert not blobs.has(DIGEST)
    again = Blobs(blobs.folder)
    assert again.incoming_size(DIGEST) == 1_000
    assert again.append(DIGEST, 1_000, CONTENT[1_000:], 3_000) == 3_000
    assert again.path(DIGEST).read_bytes() == CONTENT
    assert again.append(DIGEST, 0, b"", 3_000) == 3_000
    with again.open(DIGEST) as file:
        assert file.read() == CONTENT


@pytest.mark.parametrize("offset", [1, 999, 1_001, 3_000])
def test_a_piece_that_does_not_follow_is_refused(blobs: Blobs, offset: int) -> None:
    blobs.append(DIGEST, 0, CONTENT[:1_000], 3_000)
    with pytest.raises(FormatError, match=r"store\.blob-offset"):
        blobs.append(DIGEST, offset, CONTENT[offset : offset + 1], 3_000)
    assert blobs.incoming_size(DIGEST) == 1_000


def test_more_than_was_announced_is_refused(blobs: Blobs) -> None:
    with pytest.raises(FormatError, match=r"store\.blob-offset"):
        blobs.append(DIGEST, 0, CONTENT, 2_999)


def test_another_content_is_dropped(blobs: Blobs) -> None:
    """And may be sent again, right this time."""
    with pytest.raises(FormatError, match=r"store\.blob-digest"):
        blobs.append(DIGEST, 0, CONTENT[::-1], 3_000)
    assert (blobs.has(DIGEST), blobs.incoming_size(DIGEST)) == (False, 0)
    blobs.append(DIGEST, 0, CONTENT, 3_000)
    assert blobs.has(DIGEST)


def test_two_do_not_write_at_once(blobs: Blobs) -> None:
    with blobs._taking(DIGEST), pytest.raises(PeerError, match=r"store\.blob-busy"):
        blobs.append(DIGEST, 0, CONTENT, 3_000)
    blobs.append(DIGEST, 0, CONTENT, 3_000)


def test_an_empty_blob_is_a_blob(blobs: Blobs) -> None:
    empty = sha256(b"").digest()
    assert blobs.append(empty, 0, b"", 0) == 0
    assert blobs.has(empty)


def test_what_is_not_there_is_named(blobs: Blobs) -> None:
    for ask in (blobs.size, blobs.open):
        with pytest.raises(PeerError, match=r"store\.no-such-blob"):
            ask(DIGEST)
    blobs.drop(DIGEST)


def test_our_own_is_there_when_it_is_whole(blobs: Blobs) -> None:
    """A failure half way leaves nothing."""

    def fill(write: object) -> bytes:
        write(CONTENT)  # type: ignore[operator]
        return DIGEST

    def fails(write: object) -> bytes:
        write(CONTENT)  # type: ignore[operator]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        blobs.take(fails)
    assert list(blobs.folder.iterdir()) == []
    blobs.take(fill)
    assert blobs.path(DIGEST).read_bytes() == CONTENT
    blobs.drop(DIGEST)
    assert not blobs.has(DIGEST)


def test_what_stopped_arriving_is_swept(blobs: Blobs) -> None:
    """What still arrives stays, and so does what is whole."""
    other = sha256(b"other").digest()
    blobs.append(DIGEST, 0, CONTENT[:10], 3_000)
    blobs.append(other, 0, b"other", 5)
    (blobs.folder / "left.new").write_bytes(b"x")
    blobs.sweep(0)
    assert blobs.incoming_size(DIGEST) == 10
    assert not (blobs.folder / "left.new").exists()
    blobs.sweep(2**40)
    assert (blobs.incoming_size(DIGEST), blobs.has(other)) == (0, True)
