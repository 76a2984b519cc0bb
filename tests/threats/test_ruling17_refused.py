"""What a node refuses for good holds up nothing: its signed word fills the place (ruling 17)."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from comity.errors import FormatError
from comity.fold.entry import Said
from comity.fold.refusal import REFUSED, REFUSED_AT_THE_DOOR, read_refusal
from comity.node.node import Node
from comity.node.submit import MOST_REFUSED, Refusing
from comity.node.tests.world import World, acts, forge, parcel, world
from comity.node.threads import Thread, load_thread
from comity.statement.act import Act
from comity.statement.model import StatementId, SubjectId

UNKNOWN = "assistance.bribe"
"""A kind that no program knows: refused at the door for good."""


@pytest.fixture
def two(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, "ab") as made:
        yield made


def thread_of(node: Node, subject: SubjectId) -> Thread:
    node.writer.submit(lambda _: None).result(10)
    return load_thread(node.keeping, subject)


def asked(made: World) -> tuple[SubjectId, Said]:
    subject = made.request("a", "b")
    made.pump()
    opening = load_thread(made.nodes["a"].keeping, subject).opening
    assert opening is not None
    return subject, opening


def bring(made: World, subject: SubjectId, kind: str, prev: StatementId) -> StatementId:
    """Let a say something, whatever it is, and bring it to b; return its id."""
    a, b = made.nodes["a"], made.nodes["b"]
    case = load_thread(a.keeping, subject).opening
    assert case is not None
    act = Act(type=kind, net=made.net, case=case.id, aud=(b.party,), prev=prev, seen=(prev,))
    sid = forge(a, subject, act, by="node" if kind == "thread.seen" else "sign")
    with suppress(FormatError):
        made.hand("a", "b", parcel(a, sid, b))
    return sid


def test_what_continues_a_refused_statement_does_not_wait_for_ever(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refuser says so in the thread, once; both ends tell the rest alike."""
    subject, opening = asked(two)
    a, b = two.nodes["a"], two.nodes["b"]
    # Here the issuer's own node holds what it said as its own.
    monkeypatch.setattr("comity.node.tests.world.NOBODY", a.party)
    bad = bring(two, subject, UNKNOWN, opening.id)
    after = bring(two, subject, "thread.seen", bad)
    with pytest.raises(FormatError, match=r"node\.unknown-kind"):
        two.hand("a", "b", parcel(a, bad, b))

    at_b = thread_of(b, subject)
    refusals = [each for each in at_b.said.values() if each.act.type == REFUSED]
    assert [read_refusal(each.act)[0].sid for each in refusals] == [bad]
    assert read_refusal(refusals[0].act)[1] == "node.unknown-kind"
    assert refusals[0].by_node
    assert not at_b.telling.waiting
    assert after in {each.said.id for each in at_b.telling.told}
    assert b.missing() == []
    assert at_b.telling.filled == {bad}
    assert not at_b.telling.forks

    two.pump()
    at_a = thread_of(a, subject)
    barred = {each.said.id: each.barred for each in at_a.telling.told if each.barred}
    assert barred[bad] is REFUSED_AT_THE_DOOR
    assert [each for each in acts(a, subject) if each != UNKNOWN] == acts(b, subject)
    assert not two.due("a", "b")


def test_without_the_word_of_the_refuser_it_waits(
    two: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: what continues the refused statement is never told."""
    monkeypatch.setattr(Refusing, "__call__", lambda *_: None)
    subject, opening = asked(two)
    b = two.nodes["b"]
    bad = bring(two, subject, UNKNOWN, opening.id)
    after = bring(two, subject, "thread.seen", bad)

    at_b = thread_of(b, subject)
    assert at_b.telling.waiting == {after: frozenset({bad})}
    assert [sid for sid, _ in b.missing()] == [bad]


def test_who_goes_on_sending_what_is_refused_does_not_make_the_node_talk(two: World) -> None:
    """A bound for each issuer and thread: the refuser's own chain is not used up."""
    subject, opening = asked(two)
    for _ in range(MOST_REFUSED + 2):
        bring(two, subject, UNKNOWN, opening.id)

    thread_of(two.nodes["b"], subject)
    told = acts(two.nodes["b"], subject)
    assert told.count(REFUSED) == MOST_REFUSED
