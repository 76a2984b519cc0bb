"""Attachments: in pieces, resumed, wrong, too large."""

from collections.abc import Generator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from comity.errors import ComityError, FormatError
from comity.exchange.limits import Limits
from comity.exchange.tests.live import peer_of, two_nodes
from comity.exchange.tests.raw import Pair, Raw, outcome, run, signed


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Generator[Pair]:
    """Two nodes that have met, the same for every test here: none leaves anything behind."""
    yield from two_nodes(tmp_path_factory.mktemp("nodes"))


def test_an_attachment_resumes_where_it_broke_off(nodes: Pair, tmp_path: Path) -> None:
    """Rulings 9: pieces of at most 4 MiB; a wrong piece is told how far we are."""
    ours, theirs = nodes
    content = bytes(range(256)) * 40_000
    digest = sha256(content).digest()
    path = tmp_path / "cipher"
    path.write_bytes(content)

    async def story(url: str) -> None:
        theirs.blobs.append(digest, 0, content[:1000], len(content))
        async with peer_of(ours, theirs) as peer:
            await peer.send_blob(digest, path)
            await peer.send_blob(digest, path)
        assert theirs.blobs.path(digest).read_bytes() == content
        other = sha256(b"other").digest()
        piece = Raw(
            method="PUT",
            path=f"/comity/blobs/{other.hex()}",
            body=b"ab",
            headers={
                "content-type": "application/octet-stream",
                "content-range": "bytes 5-6/9",
            },
        )
        status, problem, headers = await signed(ours, theirs, piece).send(url)
        assert (status, headers["upload-offset"]) == (409, "0")
        assert problem is not None
        for bad in ("bytes 0-2/9", "bytes 0-1/1", "bytes 1-0/9", "0-1/9", "bytes 0-1/*"):
            spoilt = replace(piece, headers={**piece.headers, "content-range": bad})
            assert await outcome(signed(ours, theirs, spoilt), url) == (400, "exchange.range")
        late = signed(ours, theirs, piece)
        moved = late.headers | {"content-range": "bytes 0-1/9"}
        assert await outcome(replace(late, headers=moved), url) == (403, "exchange.unknown-caller")

    run(theirs, story)


def test_a_wrong_attachment_is_dropped_and_asked_for_again(nodes: Pair, tmp_path: Path) -> None:
    """The digest in the path is of the whole; three tries, then an error that heals."""
    ours, theirs = nodes
    path = tmp_path / "cipher"
    path.write_bytes(b"other")

    async def story(_: str) -> None:
        async with peer_of(ours, theirs) as peer:
            with pytest.raises(ComityError) as caught:
                await peer.send_blob(sha256(b"this").digest(), path)
        assert caught.value.family == "peer"
        assert theirs.blobs.incoming_size(sha256(b"this").digest()) == 0

    run(theirs, story)


def test_an_attachment_that_is_too_large_is_refused(nodes: Pair, tmp_path: Path) -> None:
    """T30: bounded by the node's limits."""
    ours, theirs = nodes
    path = tmp_path / "cipher"
    path.write_bytes(b"x" * 100)

    async def story(_: str) -> None:
        async with peer_of(ours, theirs) as peer:
            with pytest.raises(FormatError) as caught:
                await peer.send_blob(sha256(b"x" * 100).digest(), path)
        assert caught.value.code == "exchange.too-large"

    run(theirs, story, Limits(most_blob_bytes=99))
