"""A fork of a party's chain reaches everybody, whomever each branch was shown to (ruling 1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.fold.thread import SEEN
from comity.node.register import Register
from comity.node.tests.world import World, examined, forge, parcel, world
from comity.node.threads import load_thread
from comity.statement.act import Act
from comity.statement.model import StatementId, SubjectId, subject_of, subject_urn


@pytest.fixture
def forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Three parties of one thread; nobody says by itself what it has seen."""
    with world(tmp_path, "abc") as made:
        made.tick()
        monkeypatch.setattr("comity.node.submit.owes_seen", lambda *_: False)
        yield made


def fork(made: World) -> tuple[SubjectId, set[StatementId]]:
    """Let a sign twice at one place: b is shown both, c only one of them."""
    a, b = made.nodes["a"], made.nodes["b"]
    subject = subject_of(made.mechanism)
    telling = load_thread(a.keeping, subject).telling
    aud = tuple(sorted({b.party, made.nodes["c"].party}))
    prev = telling.last_of[a.party]
    branches = []
    for seen in ((prev,), tuple(sorted({prev, *telling.tips, made.net}))):
        act = Act(type=SEEN, net=made.net, case=made.net, aud=aud, prev=prev, seen=seen)
        branches.append(forge(a, subject, act, by="node"))
    made.hand("a", "c", parcel(a, branches[0], made.nodes["c"]))
    for sid in branches:
        made.hand("a", "b", parcel(a, sid, b))
    return subject, set(branches)


def finding(made: World, name: str) -> dict[str, object]:
    checks = examined(made.nodes[name])["checks"]
    return next(each for each in checks if each["name"] == "thread-forks")


def test_who_holds_two_branches_passes_them_on(forked: World) -> None:
    """The third party holds both, and its doctor names thread and signer and nobody else."""
    assert finding(forked, "c")["ok"] is True
    subject, branches = fork(forked)
    forked.pump()

    a = forked.nodes["a"].party
    for name in "bc":
        telling = load_thread(forked.nodes[name].keeping, subject).telling
        assert [set(each.branches) for each in telling.forks] == [branches]
        found = finding(forked, name)
        assert (found["ok"], found["count"]) == (False, 1)
        assert found["what"] == f"{subject_urn(subject)} ({a})"
        assert set(found["remedy"]) == {"zh", "en"}  # type: ignore[call-overload]
    assert not forked.due("b", "c")


def test_unless_it_is_passed_on_the_third_party_never_learns(
    forked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off."""
    monkeypatch.setattr(Register, "_pass_on_forks", lambda *_: None)
    subject, _ = fork(forked)
    forked.pump()

    assert load_thread(forked.nodes["b"].keeping, subject).telling.forks
    assert not load_thread(forked.nodes["c"].keeping, subject).telling.forks
    assert finding(forked, "c")["ok"] is True
