"""THREAD-10: a refusal at the door fills the place, and takes nothing from anybody else."""

from dataclasses import replace

import pytest

from comity.fold import thread
from comity.fold.entry import Said
from comity.fold.refusal import REFUSED, REFUSED_AT_THE_DOOR, own_of
from comity.fold.tests.thread_stories import A, B, C, barred, names, order, say, sid
from comity.fold.thread import tell
from comity.statement.model import PartyId

THREE = (A, B, C)
OPENING = say("o", A, case=None)
BAD = say("x", A, prev="o", seen="o")
AFTER = say("y", A, prev="x", seen="x")


def refuse(own: str, issuer: PartyId, what: Said, *, seen: str = "o", like: Said = OPENING) -> Said:
    """Say by a node that it refused something."""
    circle = (like.issuer, *like.act.aud)
    said = say(own, issuer, seen=seen, kind=REFUSED, parties=circle, by_node=True)
    return replace(said, act=replace(said.act, own=own_of(what, "node.unknown-kind")))


def test_both_ends_come_to_the_same() -> None:
    """THREAD-10: who has the refused statement, and who has not."""
    word = refuse("r", B, BAD)
    without = tell((OPENING, AFTER, word), (A, B))
    with_it = tell((OPENING, BAD, AFTER, word), (A, B))

    assert not without.waiting
    assert names(without.filled) == {"x"}
    assert order(with_it) == ["o", "r", "x", "y"]
    assert order(without) == ["o", "r", "y"]
    assert barred(with_it) == {"x": REFUSED_AT_THE_DOOR.id}
    assert barred(without) == {}
    assert (with_it.firm - {sid("x")}, with_it.tips) == (without.firm, without.tips)
    assert without.last_of == with_it.last_of


def test_without_the_rule_it_waits_and_keeps_its_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence off: the place stays empty at one end, and has effect at the other."""
    monkeypatch.setattr(thread, "stand_ins", lambda *_: [])
    monkeypatch.setattr(thread, "refused_bits", lambda *_: 0)
    word = refuse("r", B, BAD)

    assert names(tell((OPENING, AFTER, word), (A, B)).waiting) == {"y"}
    assert barred(tell((OPENING, BAD, AFTER, word), (A, B))) == {}


def test_who_had_seen_it_cannot_refuse_it_any_more() -> None:
    """THREAD-10: so that nothing settled is taken back."""
    word = refuse("r", B, BAD, seen="x")

    assert barred(tell((OPENING, BAD, word), (A, B))) == {}


def test_one_of_several_silences_nobody_towards_the_others() -> None:
    """THREAD-10: all addressees, or none."""
    first = say("o", A, case=None, parties=THREE)
    bad = say("x", A, prev="o", seen="o", parties=THREE)
    by_b, by_c = (refuse(own, who, bad, like=first) for own, who in (("r", B), ("s", C)))

    assert barred(tell((first, bad, by_b), THREE)) == {}
    assert set(barred(tell((first, bad, by_b, by_c), THREE))) == {"x"}


def test_false_links_make_nobody_a_forker() -> None:
    """THREAD-10: what a refusal says of a place is no evidence against the issuer."""
    honest = say("p", A, prev="o", seen="o")
    lie = refuse("r", B, replace(BAD, id=sid("x")))
    after = say("y", A, prev="x", seen="x p")

    assert tell((OPENING, honest, after, lie), (A, B)).forks == ()


def test_what_nobody_continues_is_not_filled() -> None:
    """THREAD-10: nobody puts an invented statement at the end of another's chain."""
    telling = tell((OPENING, refuse("r", B, BAD)), (A, B))

    assert telling.filled == frozenset()
    assert telling.last_of[A] == sid("o")
