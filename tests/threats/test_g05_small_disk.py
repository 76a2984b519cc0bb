"""G5 on a real small file system: full to the last byte, a node refuses and goes on by itself."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from comity.errors import ComityError, PeerError
from comity.exchange.problems import status_of
from comity.node.doctor import fsck
from comity.node.tests.world import World, heads, world
from comity.statement.model import SubjectId

MIB = 1024 * 1024


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 576 MiB, as only root may."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=576m", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root, and leave to mount: sudo make test")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def made(disk: Path) -> Iterator[World]:
    with world(disk / "world", "ab") as pair:
        pair.pump()
        yield pair


def fill(disk: Path) -> Path:
    """Write until there is not one byte left."""
    ballast = disk / "ballast"
    with ballast.open("ab", buffering=0) as file:
        for size in (MIB, 4096, 1):
            with suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
    return ballast


def test_a_node_on_a_full_disk_is_not_harmed_and_goes_on_by_itself(made: World, disk: Path) -> None:
    """Nothing acknowledged is lost, started on the full disk it opens, and room ends it."""
    made.request("a", "b")
    a = made.nodes["a"]
    made.request("b", "a")
    (item,) = made.due("b", "a")
    brought = made.nodes["b"].parcel(item)
    ballast = fill(disk)
    acknowledged: list[SubjectId] = []
    refused: list[str] = []
    for _ in range(40):
        try:
            acknowledged.append(made.request("a", "b"))
        except ComityError as error:
            refused.append(error.code)
    assert set(refused) == {"store.failed"}
    for _ in range(3):
        with pytest.raises(PeerError, match=r"node\.disk-full") as told:
            made.hand("b", "a", brought)
        assert status_of(told.value) == 507
    first = a.keeping.ledger.receipt_now(0)
    assert a.checkpoint()
    assert heads(a)
    size = a.tree_size
    ballast.unlink()
    # Not opened anew, not told anything: the same node goes on.
    made.request("a", "b")
    assert a.tree_size == size + 1
    assert a.keeping.ledger.receipt_now(0) == first
    assert made.hand("b", "a", brought)
    made.pump()
    for each in acknowledged:
        assert made.ask("b", "show", subject="urn:comity:matter:" + each.hex())
    assert all(fsck(node)["ok"] is True for node in made.nodes.values())


def test_a_node_opens_on_a_full_disk_as_often_as_it_is_started(made: World, disk: Path) -> None:
    """No loop of crashes: it opens or says why not, and is whole once there is room."""
    made.request("a", "b")
    size = made.nodes["a"].tree_size
    made.close("a")
    ballast = fill(disk)
    for _ in range(3):
        with suppress(ComityError):
            made.open("a")
            made.close("a")
    ballast.unlink()
    node = made.open("a")
    assert node.tree_size == size
    assert fsck(node)["ok"] is True
