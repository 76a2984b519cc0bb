"""T22: clocks are set forwards and back to make a deadline pass, or not pass.

What was signed at one time is never followed by a head of an earlier time, and a node whose
clock was set back signs nothing until it is right again.  A deadline lapses by the log of the
other side alone.  Not strictly later but never earlier: a log signs several heads in one second.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from comity.capabilities.assistance.operations import verbs
from comity.errors import ComityError, PeerError, RuleError
from comity.node import ledger
from comity.node.clock import Clock
from comity.node.doctor import doctor
from comity.node.tests.world import World, heads, world
from comity.statement.model import SubjectId, subject_urn
from end_to_end.nodes import Node, acquainted, founded

HOUR, DAY = 3_600, 86_400
LIBRARY = Path("/usr/lib")
HOW = "no libfaketime: apt-get install faketime"


class Set(Clock):
    """A clock that somebody sets."""

    def __init__(self) -> None:
        super().__init__()
        self.by = 0

    def machine(self) -> int:
        return super().machine() + self.by


def give_clock(made: World, name: str) -> Set:
    """Let a node of a world have a clock that is set by hand."""
    node, clock = made.nodes[name], Set()
    node.keeping.clock = node.writer._clock = clock
    return clock


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes and a mechanism."""
    with world(tmp_path, "ab") as made:
        yield made


def times(made: World, name: str) -> list[int]:
    return [each[2] for each in heads(made.nodes[name])]


def try_everything(made: World, clock: Set) -> tuple[int, int]:
    """Let a say something at every hour of a bad clock; return how often it did, and did not."""
    said = refused = 0
    for by in (0, DAY, 0, -DAY, DAY, -10, DAY + 10, DAY - 30, DAY - 300, 2 * DAY):
        clock.by = by
        try:
            made.request("a", "b")
        except PeerError as error:
            if error.code != "node.clock-back":
                raise
            refused += 1
        else:
            said += 1
    return said, refused


def test_a_clock_that_goes_back_signs_nothing(pair: World) -> None:
    """Forwards a day and back again and again: no head is earlier than the one before it."""
    said, refused = try_everything(pair, give_clock(pair, "a"))
    assert (said, refused) == (7, 3)
    assert times(pair, "a") == sorted(times(pair, "a"))


def test_a_clock_put_right_heals_without_a_person_at_the_node(pair: World) -> None:
    """What is brought meanwhile waits at its sender; the doctor says what is wrong."""
    clock = give_clock(pair, "b")
    clock.by = -HOUR
    pair.request("a", "b")
    (item,) = pair.due("a", "b")
    parcel = pair.nodes["a"].parcel(item)
    with pytest.raises(PeerError) as caught:
        pair.hand("a", "b", parcel)
    assert caught.value.code in {"node.clock-back", "node.from-the-future"}
    told = doctor(pair.nodes["b"])
    (guard,) = [each for each in told["checks"] if each["name"] == "guard"]  # type: ignore[union-attr,index,call-overload]
    assert guard["ok"] is False  # type: ignore[index,call-overload]
    clock.by = 0
    pair.pump()
    assert list(pair.due("a", "b")) == []


def test_without_the_refusal_heads_say_a_time_that_was_not(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a day later is signed a day long, again and again."""
    monkeypatch.setattr(ledger.Ledger, "clock_back", lambda *_: None)
    clock = give_clock(pair, "a")
    said, refused = try_everything(pair, clock)
    assert (said, refused) == (10, 0)
    assert len(set(times(pair, "a")[-9:])) < 9


def test_without_the_guards_time_a_head_goes_back(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defences, removed: the clock's word is what is signed."""
    monkeypatch.setattr(ledger.Ledger, "clock_back", lambda *_: None)
    monkeypatch.setattr(
        ledger.Ledger,
        "_next",
        lambda self, _, now: ledger.Triple(size=self.size, root=self.tree.root(), time=now),
    )
    monkeypatch.setattr(Clock, "now", lambda self: self.machine())
    clock = give_clock(pair, "a")
    a = pair.nodes["a"]
    monkeypatch.setattr(a.keeping.ledger.guard, "admit", lambda _: None)
    for by in (DAY, 0):
        clock.by = by
        pair.request("a", "b")
    assert times(pair, "a") != sorted(times(pair, "a"))


def lapse(made: World, subject: SubjectId) -> str:
    """Let the requester say that the time has passed; return its case's phase afterwards."""
    urn = subject_urn(subject)
    with suppress(RuleError):
        made.ask("a", "lapse", subject=urn)
    return str(made.ask("a", "show", subject=urn)["phase"])


@pytest.mark.parametrize("by", [-DAY, -600, 600, DAY, 30 * DAY])
def test_the_requesters_clock_lets_no_deadline_lapse(pair: World, by: int) -> None:
    """However it is set: only a receipt of another log later than the end proves it."""
    subject = pair.request("a", "b")
    pair.pump()
    clock = give_clock(pair, "a")
    clock.by = by
    with suppress(ComityError):
        pair.ask("a", "clarify", subject=subject_urn(subject), text={"en": "Still waiting."})
    assert lapse(pair, subject) == "delivered"


def test_without_the_proof_the_requesters_clock_is_enough(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a request expires because somebody set his own clock."""
    subject = pair.request("a", "b")
    pair.pump()
    give_clock(pair, "a").by = 30 * DAY
    monkeypatch.setattr(verbs, "has_lapsed", lambda *_: True)
    monkeypatch.setattr("comity.capabilities.assistance.judgements.has_lapsed", lambda *_: True)
    assert lapse(pair, subject) == "expired"


@pytest.fixture
def faked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Node, Path]]:
    """A node that serves as a process of its own under a clock that a file sets."""
    library = next(LIBRARY.glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        pytest.skip(HOW)
    node, other = founded(tmp_path / "a", "Ministry A"), founded(tmp_path / "b", "Ministry B")
    acquainted(node, other)
    setting = tmp_path / "time"
    setting.write_text("+0")
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(setting))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    monkeypatch.setenv("LD_PRELOAD", str(library))
    node.start(wait=False)
    monkeypatch.delenv("LD_PRELOAD")
    node.wait()
    node.party = other.party
    try:
        yield node, setting
    finally:
        node.stop()


def test_the_clock_of_a_live_process_jumps_a_day_and_back(faked: tuple[Node, Path]) -> None:
    """By libfaketime: it goes on forwards, refuses backwards, and goes on when time has come."""
    node, setting = faked
    words = ["mechanism", "found", "--name-en", "D", "--name-zh", "对话", "--member", node.party]
    found = []
    for offset in ("+0", "+1d", "+0", "-1d", "+1d", "+86410"):
        setting.write_text(offset)
        ended = node.spoken(*words)
        found.append(ended.returncode == 0)
        if not found[-1]:
            assert "node.clock-back" in ended.stderr or "behind the newest head" in ended.stderr
    assert found == [True, True, False, False, True, True]
    with closing(sqlite3.connect(f"file:{node.folder}/node.db?mode=ro", uri=True)) as db:
        signed = [time for (time,) in db.execute("SELECT time FROM head ORDER BY size")]
    assert signed == sorted(signed)
    assert max(signed) - min(signed) >= DAY
