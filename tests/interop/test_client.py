"""Other projects' clients read the log of a serving node: torchwood's client, Tessera's fsck."""

from base64 import b64decode, b64encode
from collections.abc import Callable

import pytest

from comity.log.checkpoint import parse_checkpoint

from .conftest import REQUESTS, Two
from .programs import c2sp, fetched, fsck, key_name, run, spoiled, status

FULL_TILE, FULL_BUNDLE = 256 * 32, 256 * 34
_ED25519, _MLDSA44 = -2, -1


def test_a_third_party_client_verifies_both_signatures_and_every_entry(two: Two) -> None:
    """What it read is what the node's statements hash to; some entries it proved one by one."""
    two.pair.rest()
    told = c2sp("read", two.a.url, two.policy())

    checkpoint, _ = parse_checkpoint(two.a.checkpoint)
    held = two.a.entries()
    assert told["size"] == len(told["entries"]) > REQUESTS
    assert told["entries"] == held[: told["size"]]
    assert (told["origin"], told["root"]) == (two.a.origin, checkpoint.root.hex())
    assert told["signers"] == [key_name(two.a.vkeys[kind]) for kind in ("log", "log-pq")]
    assert {0, 500, told["size"] - 1} <= set(told["proved"])


@pytest.mark.parametrize("kind", ["log", "log-pq"])
def test_another_program_makes_every_tile_again_from_the_entries(two: Two, kind: str) -> None:
    """Tessera's fsck, once with the Ed25519 key and once with the ML-DSA-44 key."""
    heard = fsck(two.a.url, two.file("vkey", two.a.vkeys[kind]))

    assert "Successfully fsck'd log" in heard, heard
    assert "fsck failed" in fsck(two.a.url, two.file("vkey", two.b.vkeys[kind]))


def test_a_third_party_client_proves_that_the_log_only_grew(two: Two) -> None:
    """From a head of half the size to today's, and on to the next, over what is served."""
    policy = two.policy()
    first = c2sp("continues", two.a.url, policy, two.early)
    before = two.file("checkpoint", two.a.checkpoint)
    two.pair.ask()
    second = c2sp("continues", two.a.url, policy, before)

    sizes = [first["old"]["size"], first["new"]["size"], second["new"]["size"]]
    assert 256 < sizes[0] < 512 < sizes[1] < sizes[2]
    other = two.file("checkpoint", two.b.checkpoint)
    assert run("c2sp", "continues", two.a.url, policy, other).returncode == 1


def flipped(at: int) -> Callable[[bytes], bytes]:
    """Return what changes one bit of some bytes."""

    def change(body: bytes) -> bytes:
        changed = bytearray(body)
        changed[at] ^= 1
        return bytes(changed)

    return change


def line_flipped(which: int) -> Callable[[bytes], bytes]:
    """Return what changes one bit of the signature in a line of a note."""

    def change(body: bytes) -> bytes:
        lines = body.decode().splitlines()
        head, _, encoded = lines[which].rpartition(" ")
        lines[which] = f"{head} {b64encode(flipped(-1)(b64decode(encoded))).decode()}"
        return ("\n".join(lines) + "\n").encode()

    return change


def unsigned(which: int) -> Callable[[bytes], bytes]:
    """Return what leaves a line of a note out."""

    def change(body: bytes) -> bytes:
        lines = body.decode().splitlines()
        del lines[which]
        return ("\n".join(lines) + "\n").encode()

    return change


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("checkpoint", line_flipped(_ED25519)),
        ("checkpoint", line_flipped(_MLDSA44)),
        ("checkpoint", unsigned(_ED25519)),
        ("checkpoint", unsigned(_MLDSA44)),
        ("tile/0/000", flipped(1000)),
        ("tile/1/", flipped(40)),
        ("tile/entries/001", flipped(2)),
        ("tile/entries/002", flipped(-1)),
    ],
)
def test_the_client_refuses_what_was_changed_on_the_way(
    two: Two, part: str, change: Callable[[bytes], bytes]
) -> None:
    """Else its agreement would say nothing: a bit of a signature, a tile, a bundle; a line less."""
    with spoiled(two.a.url, part, change) as url:
        assert run("c2sp", "read", url, two.policy()).returncode == 1


def test_tiles_are_served_as_other_projects_expect_them(two: Two) -> None:
    """Types, lengths and how long they may be kept; nothing that the newest head does not cover."""
    forever = "public, max-age=31536000, immutable"
    for path, length in (("tile/0/001", FULL_TILE), ("tile/entries/001", FULL_BUNDLE)):
        headers, body = fetched(f"{two.a.url}/{path}")
        assert len(body) == length
        assert headers["content-type"] == "application/octet-stream"
        assert headers["cache-control"] == forever
    headers, _ = fetched(f"{two.a.url}/checkpoint")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert "immutable" not in headers["cache-control"]
    two.pair.rest()
    size = parse_checkpoint(two.a.checkpoint)[0].size
    last = f"{(size - 1) // 256:03}.p"
    for width in {1, size % 256 or 1}:
        assert len(fetched(f"{two.a.url}/tile/entries/{last}/{width}")[1]) == 34 * width
        assert len(fetched(f"{two.a.url}/tile/0/{last}/{width}")[1]) == 32 * width
    for path in (
        f"tile/0/{last}/{size % 256 + 1}",
        f"tile/entries/{last}/0",
        "tile/2/000",
        "tile/x",
    ):
        assert status(f"{two.a.url}/{path}") == 404
