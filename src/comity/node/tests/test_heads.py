"""Heads of other logs: how many are kept, and which are never forgotten."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.log.checkpoint import Checkpoint
from comity.node import heads
from comity.node.heads import see_head
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.node.writer import Transaction

FEW = 8


@pytest.fixture
def two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(heads, "MOST_LOOSE", FEW)
    monkeypatch.setattr(heads, "_AT_ONCE", 2)
    with world(tmp_path, "ab", agreed=False) as made:
        yield made


def kept(node: Node) -> list[int]:
    """Return the sizes of the heads that a node keeps of the other party's log."""
    query = "SELECT size FROM seen_head WHERE log <> ? ORDER BY size"
    return [int(str(row[0])) for row in node.keeping.store.write.execute(query, (node.party,))]


def look(made: World, size: int, *, receipted: bool = False, linked: bool = False) -> bool:
    """Let ``b`` see a head of ``a``; that its signature held is the caller's business."""
    a, b = made.nodes["a"], made.nodes["b"]
    origin = a.keeping.own.log.origin
    head = Checkpoint(origin=origin, size=size, root=size.to_bytes(32))

    def job(transaction: Transaction) -> bool:
        new = see_head(b.keeping, transaction, a.party, (head, f"{size}"), receipted=receipted)
        if linked:
            transaction.run("link_head", a.party, size)
        return new

    return b.writer.submit(job).result(10)


def test_a_log_that_signs_heads_without_end_does_not_fill_the_disk(two: World) -> None:
    """The newest are kept, and those under receipts; what rests on nothing goes."""
    look(two, 1_000, receipted=True)

    assert all(look(two, size, linked=True) for size in range(1_001, 1_101))

    sizes = [size for size in kept(two.nodes["b"]) if size >= 1_000]
    assert sizes[0] == 1_000
    assert sizes[1:] == list(range(1_101 - len(sizes) + 1, 1_101))
    assert FEW <= len(sizes) - 1 <= FEW + 2


def test_what_a_log_does_not_explain_has_only_so_much_room(two: World) -> None:
    """And is not forgotten for newer ones; a head under a receipt always finds room."""
    look(two, 1_000, receipted=True, linked=True)

    new = [look(two, size) for size in range(2_000, 2_000 + 2 * FEW)]

    assert new == [True] * FEW + [False] * FEW
    assert look(two, 3_000, receipted=True)
    sizes = [size for size in kept(two.nodes["b"]) if size >= 1_000]
    assert sizes == [1_000, *range(2_000, 2_000 + FEW), 3_000]
