"""A node that dies between any two steps of a batch comes back whole (ruling 11).

Each step is made to raise as if the process had died there; then the folder is opened again.
Killing whole processes is done in ``tests/chaos``.
"""

from collections.abc import Callable
from contextlib import closing
from typing import Any

import apsw
import pytest

from comity.errors import PeerError
from comity.log.receipt import sign_head
from comity.node import ledger, writer
from comity.node.guard import Guard, Triple
from comity.node.node import Node
from comity.node.tests.world import World, acts, examined, heads
from comity.statement.model import SubjectId


class DiedError(BaseException):
    """The end of the process, as far as this one is concerned."""


def dies(*_: object, **__: object) -> None:
    raise DiedError


def then_dies(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a step that is done, and then the process is dead."""

    def done(*arguments: Any, **named: Any) -> None:
        step(*arguments, **named)
        raise DiedError

    return done


def before_the_commit(patch: pytest.MonkeyPatch, node: Node) -> None:
    patch.setattr(node.register, "queue", dies)
    patch.setattr(node.register, "keep_receipts", dies)


def after_the_commit(patch: pytest.MonkeyPatch, node: Node) -> None:
    patch.setattr(node.keeping.ledger, "extend", dies)


def before_the_guard(patch: pytest.MonkeyPatch, node: Node) -> None:
    patch.setattr(node.keeping.ledger, "seal", dies)


def within_the_guard(patch: pytest.MonkeyPatch, node: Node) -> None:
    del node

    def torn(guard: Guard, head: Triple) -> None:
        with guard._path.open("ab") as file:
            file.write(guard._line(head)[:-5])
        raise DiedError

    patch.setattr(Guard, "_write", torn)


def after_the_guard(patch: pytest.MonkeyPatch, node: Node) -> None:
    del node
    patch.setattr(Guard, "_write", then_dies(Guard._write))


def within_the_signing(patch: pytest.MonkeyPatch, node: Node) -> None:
    del node
    patch.setattr(ledger, "sign_head", dies)


def after_the_signing(patch: pytest.MonkeyPatch, node: Node) -> None:
    del node
    patch.setattr(ledger, "sign_head", then_dies(sign_head))


def with_the_head(patch: pytest.MonkeyPatch, node: Node) -> None:
    patch.setattr(node.writer, "_show", dies)


STEPS = [
    before_the_commit,
    after_the_commit,
    before_the_guard,
    within_the_guard,
    after_the_guard,
    within_the_signing,
    after_the_signing,
    with_the_head,
]


def die(world: World, name: str, step: Callable[..., None], act: Callable[[], object]) -> None:
    """Let a node do something, dying at a step, and open its folder again."""
    node = world.nodes[name]
    with pytest.MonkeyPatch.context() as patch:
        step(patch, node)
        with pytest.raises(PeerError, match=r"node\.stopped"):
            act()
        world.close(name)
    world.open(name)


def check(world: World, name: str) -> None:
    """Check what must hold whatever happened."""
    node = world.nodes[name]
    found = heads(node)
    assert len({size for size, _, _ in found}) == len(found)
    assert node.tree_size == node.keeping.ledger.size
    latest = node.keeping.ledger.guard.latest
    assert latest is not None
    assert (latest.size, latest.root, latest.time) == found[-1]
    told = examined(node)
    assert [each for each in told["checks"] if not each["ok"]] == []


@pytest.mark.parametrize("step", STEPS)
def test_a_delivery_survives_the_addressees_death(
    pair: World, step: Callable[[pytest.MonkeyPatch, Node], None]
) -> None:
    """It was not acknowledged, so it comes again: one leaf, one receipt."""
    subject = pair.request("a", "b")
    (item,) = pair.due("a", "b")
    parcel = pair.nodes["a"].parcel(item)
    die(pair, "b", step, lambda: pair.hand("a", "b", parcel))
    first = pair.hand("a", "b", parcel)
    assert pair.hand("a", "b", parcel) == first
    assert acts(pair.nodes["b"], subject) == ["assistance.submit"]
    pair.pump()
    check(pair, "b")
    pair.close("b")
    pair.open("b")
    assert pair.hand("a", "b", parcel) == first


@pytest.mark.parametrize("step", STEPS)
def test_what_an_officer_says_survives_or_has_not_been_said(
    pair: World, step: Callable[[pytest.MonkeyPatch, Node], None]
) -> None:
    """With its row in the outbox and in the list of cases, or not at all."""
    pair.request("a", "b")
    pair.pump()
    die(pair, "a", step, lambda: pair.request("a", "b"))
    pair.pump()
    check(pair, "a")
    cases = [{case["subject"] for case in pair.ask(each, "list")["cases"]} for each in "ab"]
    assert cases[0] == cases[1]
    assert len(cases[0]) == (1 if step is before_the_commit else 2)


def test_a_death_before_the_answer_loses_nothing(pair: World) -> None:
    """Everything is durable; only nobody was told."""
    subject = pair.request("a", "b")
    parcel = pair.nodes["a"].parcel(pair.due("a", "b")[0])
    node = pair.nodes["b"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "_each", lambda _: None)
        answer = node.receive(pair.nodes["a"].party, parcel.signed, parcel.sealed)
        node._workers.shutdown()
        node.writer.close()
        assert not answer.done()
    pair.close("b")
    node = pair.open("b")
    assert acts(node, subject) == ["assistance.submit"]
    size = node.tree_size
    pair.pump()
    assert node.tree_size == size
    check(pair, "b")


def test_after_many_deaths_there_is_one_chain(pair: World) -> None:
    """Again and again, at every step in turn."""
    for step in STEPS:
        die(pair, "a", step, lambda: pair.request("a", "b"))
    pair.pump()
    pair.tick()
    check(pair, "a")
    check(pair, "b")


def test_an_old_copy_of_the_database_signs_nothing(pair: World) -> None:
    """Security finding 6, threat T02: and it says what to do, in both languages."""
    pair.request("a", "b")
    pair.close("a")
    folder = pair.folder / "a"
    old = (folder / "node.db").read_bytes()
    pair.open("a")
    pair.request("a", "b")
    pair.close("a")
    for path in folder.glob("node.db*"):
        path.unlink()
    (folder / "node.db").write_bytes(old)
    node = pair.open("a")
    with pytest.raises(Exception, match=r"node\.behind-guard"):
        pair.request("a", "b")
    before = heads(node)
    node.tick(node.clock.now() + 100)
    assert heads(node) == before
    told = examined(node)
    remedies = [each["remedy"] for each in told["checks"] if each["name"] == "guard"]
    assert "old copy" in remedies[0]["en"]
    assert "旧的副本" in remedies[0]["zh"]
    assert told["ok"] is False
    # Its readers still read, and its peers are told to come again.
    assert pair.ask("a", "list")["cases"]
    with pytest.raises(PeerError, match=r"node\.not-signing"):
        node.receive(pair.nodes["b"].party, b"", b"").result(10)


def test_without_its_guard_a_node_signs_nothing(pair: World) -> None:
    """It says with which line the guard may be made again by who is certain."""
    pair.request("a", "b")
    pair.close("a")
    guard = pair.folder / "a" / "guard"
    line = guard.read_text().splitlines()[-1]
    guard.unlink()
    pair.open("a")
    with pytest.raises(Exception, match=r"node\.guard-missing") as raised:
        pair.request("a", "b")
    assert raised.value.facts["line"] == line  # type: ignore[attr-defined]
    pair.close("a")
    guard.write_text(line + "\n")
    assert pair.open("a").keeping.ledger.quarantine is None
    pair.request("a", "b")


def test_a_guard_from_the_future_is_believed(pair: World) -> None:
    """A head that this database cannot account for was signed: it is the older of the two."""
    pair.close("a")
    guard = pair.folder / "a" / "guard"
    origin, size, root, time = guard.read_text().splitlines()[-1].split(" ")
    guard.write_text(f"{origin} {int(size) + 1} {root} {time}\n")
    pair.open("a")
    with pytest.raises(Exception, match=r"node\.behind-guard"):
        pair.request("a", "b")


def test_a_changed_entry_is_not_signed_over(pair: World) -> None:
    """Security threat T03: the log of the same size with another entry."""
    node = pair.nodes["a"]
    subject = pair.request("a", "b")
    leaf = node.keeping.store.one("log_size")[0]
    pair.close("a")
    with closing(apsw.Connection(str(pair.folder / "a" / "node.db"))) as database:
        changes = [bytes(32), int(str(leaf)) - 1]
        database.execute("UPDATE statement SET entry = ? WHERE leaf = ?", changes)
    pair.open("a")
    with pytest.raises(Exception, match=r"node\.head-differs"):
        pair.ask("a", "withdraw", subject="urn:comity:matter:" + SubjectId(subject).hex())
