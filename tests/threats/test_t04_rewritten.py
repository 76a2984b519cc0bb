"""T04: whoever owns a node and its keys rewrites an entry and signs the log again.

The first peer that is visited, or visits, holds the proof; what was exported before does not fit.
"""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from comity.log.equivocation import Kind
from comity.node import heads
from comity.node import watch as watching
from comity.node import witness as witnessing
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.parties.fork_proof import read_fork_proof
from threats.hostile import proofs, visit


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes with a mechanism, whose heads each other has cosigned."""
    with world(tmp_path, "ab") as made:
        made.request("a", "b")
        made.pump()
        visit(made.nodes["a"], made.nodes["b"])
        visit(made.nodes["b"], made.nodes["a"])
        yield made


def rewrite(made: World, leaf: int) -> Node:
    """Change one entry of a's log in its database, drop every head and the guard, sign again."""
    made.close("a")
    folder = made.folder / "a"
    database = apsw.Connection(str(folder / "node.db"))
    database.execute("UPDATE statement SET entry = randomblob(32) WHERE leaf = ?", (leaf,))
    database.execute("DELETE FROM head")
    database.close()
    (folder / "guard").unlink()
    return made.open("a")


@pytest.mark.parametrize("more", [0, 1, 2, 3, 4, 5])
def test_the_first_contact_proves_it(pair: World, more: int) -> None:
    """Whatever sizes the two heads have: entry 2 was rewritten and the log went on growing."""
    rewritten = rewrite(pair, 2)
    for _ in range(more):
        pair.request("a", "b")
    visit(rewritten, pair.nodes["b"])
    visit(pair.nodes["b"], rewritten)

    found = [
        read_fork_proof(pair.nodes["b"].watch.fork(each) or b"") for each in proofs(pair.nodes["b"])
    ]
    assert found
    assert {each.party.id for each in found} == {rewritten.party}
    expected = Kind.OTHER_PAST if more else Kind.SAME_SIZE
    assert expected in {each.conflict.kind for each in found}


def test_a_log_that_only_grew_is_not_accused(pair: World) -> None:
    """The same visits, and nobody rewrote anything."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    for _ in range(3):
        pair.request("a", "b")
        pair.pump()
        visit(a, b)
        visit(b, a)

    assert proofs(a) == proofs(b) == []
    assert b.keeping.store.one("not_linked_count", b.party)[0] == 0


def test_without_comparing_pasts_it_goes_unnoticed(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: what the log says of its past is not held against its heads."""
    for module in (heads, watching, witnessing):
        monkeypatch.setattr(module, "of_another_past", lambda *_: None)
    with pytest.raises(AssertionError):
        test_the_first_contact_proves_it(pair, 3)
