"""T02: a node that was put back to an earlier state signs nothing until it is whole again.

Nodes in one process, asked by hand; ``test_t02_by_command`` does the same with processes.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from comity.errors import ComityError, PeerError, ProofError
from comity.log.receipt import parse_receipt
from comity.node.backup import backup
from comity.node.doctor import doctor, fsck
from comity.node.ledger import Ledger
from comity.node.node import Node
from comity.node.restore import Restoring, restore
from comity.node.tests.world import World, heads, world
from comity.statement.envelope import attach, parse
from comity.statement.model import SubjectId
from threats.hostile import visit


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", "ab") as pair:
        pair.pump()
        yield pair


def talk(made: World, statements: int) -> None:
    """Let a and b speak until a's log has grown by at least so much, and all is delivered."""
    node = made.nodes["a"]
    size = node.tree_size + statements
    while node.tree_size < size:
        asker, asked = ("a", "b") if node.tree_size % 2 else ("b", "a")
        urn = "urn:comity:matter:" + made.request(asker, asked).hex()
        made.pump(2)
        made.ask(asked, "acknowledge", subject=urn)
        made.pump(2)
    made.tick()
    made.pump()


def saved(made: World, tmp_path: Path) -> Path:
    """Back a up."""
    out = tmp_path / "a.backup"
    backup(made.nodes["a"], str(out))
    return out


def back(made: World, file: Path, *, guard: bool = False) -> Node:
    """End a as a crash would, put the backup in its place, and open that."""
    made.close("a")
    folder, old = made.folder / "a", made.folder / "old"
    shutil.rmtree(old, ignore_errors=True)
    folder.rename(old)
    restore(Restoring(file=file, folder=folder, keys=old))
    if guard:
        shutil.copy(old / "guard", folder / "guard")
    return made.open("a")


def everything(node: Node) -> dict[str, Any]:
    """Return what a log says to the world: its heads, and the first receipt of each entry."""
    size = node.tree_size
    return {
        "heads": list(node.keeping.store.all("heads", 0, 100_000)),
        "receipts": [node.keeping.ledger.receipt_now(leaf) for leaf in range(size)],
        "statements": list(node.keeping.store.all("thread_sids", SubjectId(bytes(16)))),
    }


def ask(node: Node, *peers: Node) -> bool:
    """Ask peers as the exchange does; return whether the node is out of quarantine."""
    recovery = node.recovery
    for peer in peers:
        recovery.heard(peer.party, peer.held.checkpoint(node.party))
    while recovery.needed:
        given = [each for peer in peers for each in peer.held.since(node.party, recovery.next_leaf)]
        for peer in peers:
            for digest in [d for each in given for d in recovery.read(*each).blobs]:
                if peer.blobs.has(digest) and not node.blobs.has(digest):
                    content = peer.blobs.path(digest).read_bytes()
                    node.blobs.append(digest, 0, content, len(content))
        if not recovery.append([recovery.read(*each) for each in given]):
            break
    for peer in peers:
        for signed, _ in peer.held.since(node.party, recovery.next_leaf):
            recovery.see(signed)
    if recovery.conclude():
        node.complete()
    return not recovery.needed


def refuses(made: World, node: Node) -> None:
    """Neither officers nor the node itself nor peers get anything signed, and it says why."""
    before = heads(node), node.keeping.ledger.size
    with pytest.raises(ProofError, match=r"node\.(restored|behind|guard)"):
        made.request("a", "b")
    node.tick(node.clock.now() + 100)
    b = made.nodes["b"]
    answer = node.receive(b.party, b"", b"")
    with pytest.raises(PeerError, match=r"node\.not-signing"):
        answer.result()
    assert node.outbox.peers() == []
    assert (heads(node), node.keeping.ledger.size) == before
    checks: Any = {each["name"]: each for each in doctor(node)["checks"]}  # type: ignore[union-attr, index, call-overload, misc]
    assert checks["guard"]["ok"] is False
    assert checks["guard"]["remedy"]["zh"] != checks["guard"]["remedy"]["en"]


@pytest.mark.parametrize("guard", ["lost", "kept"])
def test_what_was_exchanged_is_fetched_back_in_its_order(
    made: World, tmp_path: Path, guard: str
) -> None:
    """Backup, go on, crash, restore: it refuses, recovers all, and goes on with the next size."""
    talk(made, 20)
    file = saved(made, tmp_path)
    kept = made.nodes["a"].tree_size
    note = tmp_path / "note.txt"
    note.write_text("attached after the backup")
    made.request("b", "a", attach=[str(note)])
    talk(made, 20)
    before, size = everything(made.nodes["a"]), made.nodes["a"].tree_size
    assert size >= kept + 20
    node = back(made, file, guard=guard == "kept")
    assert node.keeping.ledger.size == kept
    refuses(made, node)
    assert ask(node, made.nodes["b"])
    assert everything(node) == before
    assert not (made.folder / "a" / "quarantine").exists()
    assert fsck(node)["ok"] is True
    made.request("a", "b")
    assert node.tree_size == size + 1
    told = {}
    for each in [*before["heads"], *node.keeping.store.all("heads", 0, 100_000)]:
        assert told.setdefault(each[0], each) == each, "two heads of one size"
    made.pump()
    made.close("a")
    assert fsck(made.open("a"))["ok"] is True
    assert heads(made.nodes["b"])


def test_without_an_answer_nothing_is_ever_signed(made: World, tmp_path: Path) -> None:
    """T02 (b): guard and peers gone; also after another start."""
    talk(made, 4)
    file = saved(made, tmp_path)
    talk(made, 4)
    node = back(made, file)
    for _ in range(2):
        assert not node.recovery.conclude()
        assert not ask(node)
        refuses(made, node)
        made.close("a")
        node = made.open("a")
    assert ask(node, made.nodes["b"])


def test_a_guard_from_the_future_is_never_passed(made: World, tmp_path: Path) -> None:
    """T02 (c): more was signed than anybody gives back; the leaves are named."""
    talk(made, 4)
    file = saved(made, tmp_path)
    talk(made, 4)
    size = made.nodes["a"].tree_size
    made.request("a", "b")  # never delivered
    node = back(made, file, guard=True)
    assert not ask(node, made.nodes["b"])
    assert node.keeping.ledger.size == size
    assert node.recovery.missing() == [(size, size)]
    refuses(made, node)
    checks: Any = {each["name"]: each for each in doctor(node)["checks"]}  # type: ignore[union-attr, index, call-overload, misc]
    for lang in ("zh", "en"):
        assert (
            f" {size} "
            in checks["recovery"]["remedy"][lang].replace("；", " ").replace("：", " ") + " "
        )
        assert "new-log" in checks["recovery"]["remedy"][lang]


def test_a_gap_in_the_middle_is_named_and_not_jumped(made: World, tmp_path: Path) -> None:
    """What was never delivered lies between what was: the tree cannot be made again."""
    talk(made, 4)
    file = saved(made, tmp_path)
    talk(made, 4)
    gap = made.nodes["a"].tree_size
    made.request("a", "b")
    node = made.nodes["a"]
    lost = node.outbox.due(made.nodes["b"].party, node.clock.now(), 10)
    later = made.request("b", "a")
    for item in made.due("b", "a"):
        receipt = made.hand("b", "a", made.nodes["b"].parcel(item))
        made.nodes["b"].delivered(item.sid, item.peer, receipt).result(10)
    assert len(lost) == 1
    assert later
    node = back(made, file)
    assert not ask(node, made.nodes["b"])
    assert node.recovery.missing() == [(gap, gap)]
    assert node.keeping.ledger.size == gap
    refuses(made, node)


def test_every_peer_is_waited_for(tmp_path: Path) -> None:
    """One peer's word is not enough: the other may hold something newer."""
    with world(tmp_path / "world", "abc") as made:
        made.pump()
        file = saved(made, tmp_path)
        made.request("a", "c")
        made.pump()
        made.tick()
        made.pump()
        size = made.nodes["a"].tree_size
        node = back(made, file)
        assert not ask(node, made.nodes["b"])
        assert node.recovery.waits_for() == (made.nodes["c"].party,)
        assert ask(node, made.nodes["b"], made.nodes["c"])
        assert node.tree_size == size


def test_a_node_put_back_with_its_guard_learns_of_it_from_a_peer(made: World) -> None:
    """The whole folder, guard included, is an older copy: nothing here knows, the peer does."""
    talk(made, 4)
    made.close("a")
    copy = made.folder / "copy"
    shutil.copytree(made.folder / "a", copy)
    made.open("a")
    talk(made, 6)
    size = made.nodes["a"].tree_size
    made.close("a")
    shutil.rmtree(made.folder / "a")
    copy.rename(made.folder / "a")
    node = made.open("a")
    assert node.keeping.ledger.quarantine is None
    b = made.nodes["b"]
    node.recovery.heard(b.party, b.held.checkpoint(node.party))
    assert node.keeping.ledger.quarantine is not None
    assert node.keeping.ledger.quarantine.code == "node.behind-peers"
    refuses(made, node)
    assert ask(node, b)
    assert node.tree_size == size


def test_a_head_that_only_a_witness_has_seen_is_told(made: World, tmp_path: Path) -> None:
    """It was cosigned before anything under it was delivered: its size is not signed again."""
    talk(made, 4)
    file = saved(made, tmp_path)
    made.request("a", "b")
    a, b = made.nodes["a"], made.nodes["b"]
    visit(a, b)
    shown = a.checkpoint()
    node = back(made, file)
    assert b.held.checkpoint(node.party) == shown
    assert not ask(node, b)
    refuses(made, node)
    assert node.recovery.missing()


@pytest.mark.parametrize("further", [2, 20], ids=["shorter", "longer"])
def test_a_second_history_is_never_healed(made: World, tmp_path: Path, further: int) -> None:
    """It went on signing from the old copy: the peer's head does not fit, and it stops for good.

    Shown with the defence removed: the quarantine is lifted by hand.
    """
    talk(made, 4)
    file = saved(made, tmp_path)
    talk(made, 4)
    node = back(made, file)
    node.keeping.ledger.release()
    (made.folder / "a" / "quarantine").unlink()
    for _ in range(further):
        made.request("a", "b")
    b = made.nodes["b"]
    given = b.held.since(node.party, node.recovery.next_leaf - further)
    receipts = [parse_receipt(each) for signed, _ in given for each in parse(signed).receipts]
    signed_before = {each.size for each in receipts if each.log_uri == node.keeping.own.log.log_uri}
    assert signed_before & {each[0] for each in heads(node)}, "two heads of one size"
    with suppress(ProofError):
        ask(node, b)
    trouble = node.keeping.ledger.quarantine
    assert trouble is not None
    assert trouble.code == "node.head-differs"
    assert not node.recovery.needed
    with pytest.raises(ProofError, match=r"node\.head-differs"):
        made.request("a", "b")


def test_what_proves_nothing_is_not_put_in(made: World, tmp_path: Path) -> None:
    """A peer gives back a statement without our receipt, a changed one, another log's head."""
    talk(made, 4)
    file = saved(made, tmp_path)
    talk(made, 4)
    node, b = back(made, file), made.nodes["b"]
    size = node.keeping.ledger.size
    given = b.held.since(node.party, size)
    signed, sealed = given[0]
    bare = parse(signed)
    for bad in (bare.encoded, signed[:-1], attach(bare.encoded, bare.receipts[:1])):
        with pytest.raises(ComityError):
            node.recovery.read(bad, sealed)
    with pytest.raises(ComityError):
        node.recovery.read(signed, given[1][1])
    with pytest.raises(ComityError):
        node.recovery.heard(b.party, b.checkpoint())
    assert b.party in node.recovery.waits_for()
    # Out of order, and with a hole: only what continues the log goes in.
    read = [node.recovery.read(*each) for each in given]
    assert node.recovery.append(read[1:]) == 0
    assert node.keeping.ledger.size == size


def test_only_ones_own_is_given_back(tmp_path: Path) -> None:
    """A third party asks: it gets what its own log held, and nothing of others."""
    with world(tmp_path / "world", "abc") as made:
        made.request("a", "b")
        made.pump()
        b, c = made.nodes["b"], made.nodes["c"]
        for signed, _ in b.held.since(c.party, 0):
            c.recovery.see(signed)
        assert b.held.checkpoint(c.party) is not None
        before = len(b.held.since(c.party, 0))
        made.request("a", "b")
        made.pump()
        assert len(b.held.since(c.party, 0)) == before


def test_without_the_quarantine_a_restored_node_signs_again(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: neither guard nor mark is heeded, and used sizes are signed anew."""
    file = saved(made, tmp_path)
    talk(made, 4)
    before = {size: root for size, root, _ in heads(made.nodes["a"])}
    monkeypatch.setattr(Ledger, "_compare", lambda _: None)
    node = back(made, file)
    node.keeping.ledger.quarantine = None
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        refuses(made, node)
    again = {size: root for size, root, _ in heads(node)}
    assert any(root != before[size] for size, root in again.items() if size in before)
