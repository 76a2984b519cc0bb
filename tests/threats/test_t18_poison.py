"""T18: a statement at which a fold raises, loops or allocates holds up nothing but itself."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import ComityError, PeerError
from comity.node.doctor import doctor
from comity.node.node import Node
from comity.node.tests.world import World, forge, parcel, world
from comity.node.threads import load_thread
from comity.node.trial import ALLOCATES, LOOPS, Worker, tried_apart, tried_here
from comity.registry import capability_of
from comity.statement.act import Act
from comity.statement.model import StatementId, SubjectId
from threats.poison import DAY, FAULTS, IN_C, RAISES, Faulty
from threats.poison import LOOPS as IN_PYTHON

FOLLOWING = 400 if os.environ.get("LONG") == "1" else 8
"""From the peer that sent the poison, and as many from another."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", "abc") as three:
        trial = Worker(cpu_seconds=1, room_bytes=64 * 1024 * 1024)
        for node in three.nodes.values():
            node.keeping.trial = trial
        yield three
        trial.close()


def plant(patch: pytest.MonkeyPatch, fault: str) -> None:
    """Let every fold of a request have a fault."""
    faulty = Faulty(fault)
    patch.setattr(
        "comity.node.threads.capability_of",
        lambda kind: faulty if kind.startswith("assistance.") else capability_of(kind),
    )


def poisoned(made: World, day: int = DAY) -> tuple[SubjectId, StatementId, bytes]:
    """Let b answer a's request with poison; return the thread, the poison and a's receipt."""
    a, b = made.nodes["a"], made.nodes["b"]
    subject = made.request("a", "b")
    made.pump()
    opening = load_thread(a.keeping, subject).opening
    assert opening is not None
    act = Act(
        type="assistance.acknowledge",
        net=made.net,
        case=opening.id,
        aud=(a.party,),
        seen=(opening.id,),
        own={"until": day},
    )
    sid = forge(b, subject, act)
    return subject, sid, made.hand("b", "a", parcel(b, sid, a))


def phase(node: Node, subject: SubjectId) -> str:
    """Return where a thread stands."""
    state = load_thread(node.keeping, subject).state
    return "" if state is None else state.phase


def alarm(node: Node) -> dict[str, object]:
    """Return what the doctor says of what is set aside."""
    checks = doctor(node)["checks"]
    assert isinstance(checks, list)
    found = next(each for each in checks if isinstance(each, dict) and each["name"] == "set-aside")
    assert isinstance(found, dict)
    return dict(found)


@pytest.mark.parametrize("fault", FAULTS)
def test_poison_is_receipted_and_set_aside_and_the_rest_goes_on(
    made: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """What follows, from its peer and another, in its thread and in others, has its effect."""
    a = made.nodes["a"]
    assert alarm(a)["ok"]
    plant(monkeypatch, fault)
    subject, sid, receipt = poisoned(made)

    assert receipt == a.receipt_for_entry(bytes(a.keeping.store.one("by_sid", sid)[5]))  # type: ignore[arg-type]
    assert set(load_thread(a.keeping, subject).set_aside) == {sid}
    found = alarm(a)
    assert not found["ok"]
    assert sid.hex() in str(found["remedy"])

    size = len(a.keeping.store.all("threads_of", "assistance"))
    for peer in "bc":
        for _ in range(FOLLOWING if fault == RAISES else 2):
            made.request(peer, "a")
    made.ask("a", "withdraw", subject="urn:comity:matter:" + subject.hex())
    made.pump(2)
    more = (FOLLOWING if fault == RAISES else 2) * 2
    assert len(a.keeping.store.all("threads_of", "assistance")) == size + more
    assert phase(a, subject) == "withdrawn"
    told = made.ask("a", "show", subject="urn:comity:matter:" + subject.hex())
    flags = [each["set_aside"] for each in told["statements"] if each["statement"] == sid.hex()]
    assert all(flags)
    assert len(flags) == 1


@pytest.mark.parametrize("fault", [RAISES, pytest.param(IN_C, marks=pytest.mark.long)])
def test_after_the_fix_a_rebuild_gives_the_right_state(
    made: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The poison was an acknowledgement: a repaired program tells it as one."""
    a = made.nodes["a"]
    with monkeypatch.context() as patch:
        plant(patch, fault)
        subject, sid, _ = poisoned(made)
        assert phase(a, subject) == "sent"
        assert sid in load_thread(a.keeping, subject).set_aside

    a.writer.submit(a.register.rebuild).result()

    assert alarm(a)["ok"]
    assert load_thread(a.keeping, subject).set_aside == {}
    assert phase(a, subject) == "acknowledged"


def test_without_setting_aside_the_thread_is_held_up(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: a fold that nobody tried raises, and its thread stands still."""
    a = made.nodes["a"]
    for node in made.nodes.values():
        node.keeping.trial = lambda *_: ""
    plant(monkeypatch, RAISES)
    subject, _, _ = poisoned(made)

    with pytest.raises((KeyError, ComityError)):
        made.ask("a", "withdraw", subject="urn:comity:matter:" + subject.hex())
    with pytest.raises(KeyError):
        phase(a, subject)


@pytest.mark.parametrize(
    "fault", [pytest.param(IN_PYTHON, marks=pytest.mark.long), pytest.param(IN_C)]
)
def test_without_the_limit_of_time_a_loop_does_not_end(
    made: World, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The defence off: with a limit of months the worker answers nothing; with one, it does."""
    plant(monkeypatch, fault)
    subject, sid, _ = poisoned(made)
    assert load_thread(made.nodes["a"].keeping, subject).set_aside[sid] == LOOPS
    thread = load_thread(made.nodes["a"].keeping, subject, folded=False)

    endless, answers = Worker(cpu_seconds=10**7), list[str]()
    asked = threading.Thread(
        target=lambda: answers.append(endless(Faulty(fault), thread.telling.told, thread.ground))
    )
    asked.start()
    asked.join(4)
    assert asked.is_alive()
    process = endless._process
    assert process is not None
    process.kill()
    asked.join()
    assert answers == [ALLOCATES]


def test_one_who_poisons_again_and_again_is_no_longer_tried(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each trial may cost its whole time: after four, its words in that thread wait for repair."""
    a, b = made.nodes["a"], made.nodes["b"]
    plant(monkeypatch, RAISES)
    subject, first, _ = poisoned(made)
    asked: list[int] = []

    def counted(*what: object) -> str:
        asked.append(1)
        return tried_here(*what)  # type: ignore[arg-type]

    a.keeping.trial = counted
    opening = load_thread(a.keeping, subject).opening
    assert opening is not None
    counts = []
    for number in range(6):
        act = Act(
            type="assistance.acknowledge",
            net=made.net,
            case=opening.id,
            aud=(a.party,),
            seen=(opening.id,),
            prev=first,
            own={"until": DAY, "outcome": f"o{number}"},
        )
        before = len(asked)
        made.hand("b", "a", parcel(b, forge(b, subject, act), a))
        counts.append(len(asked) - before)
    assert counts[-1] < counts[0]
    assert len(load_thread(a.keeping, subject).set_aside) == 7


def test_a_worker_that_was_killed_is_started_again(made: World) -> None:
    """It holds nothing: what it is asked next, another one answers."""
    made.request("a", "b")
    worker = made.nodes["a"].keeping.trial
    assert isinstance(worker, Worker)
    assert worker._process is not None
    worker._process.kill()
    worker._process.wait()

    made.request("a", "b")
    assert alarm(made.nodes["a"])["ok"]


def test_without_a_worker_nothing_is_taken_for_poison(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be tried at all says nothing about a statement."""
    a = made.nodes["a"]

    def none(*_: object) -> str:
        raise PeerError("node.fault", why="worker")

    with monkeypatch.context():
        a.keeping.trial = none
        made.request("b", "a")
        made.pump(1)
        assert a.keeping.store.all("all_set_aside") == []
    a.keeping.trial = tried_apart
    a.writer.submit(a.register.rebuild).result()
    assert alarm(a)["ok"]
