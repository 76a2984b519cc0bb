"""T14, over many seeds: owner, thief and two counterparts, in whatever order things reach whom.

Whatever the order: the thief never changes the keys; what the owner said below the bound stays
sound; what the thief said is never sound, whatever place in the log he claims; it has effect only
where a counterpart's log held it first, or where it is settled; nothing is deleted; and whoever
has all receipts says the same.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Final

import pytest

from comity.errors import RuleError
from comity.fold.entry import Said
from comity.fold.tests.thread_stories import A, B, C, say
from comity.fold.thread import STRUCK, tell
from comity.parties import compromise
from comity.parties.compromise import Places, Standing, standing
from comity.parties.inception import SIGN, Party
from comity.parties.keys import renewed
from comity.parties.tests.test_keys import bound, change, party
from comity.statement.model import PartyId, StatementId

SEEDS: Final = 1000
COUNTERPARTS: Final = (B, C)
CIRCLE: Final = (A, B, C)


@lru_cache
def owner() -> tuple[Party, Party]:
    """Return the party before and after it changed its keys."""
    old = party()
    return old, renewed(old, change(old, "two", index=1000))


@lru_cache
def declared(size: int) -> Party:
    """Return the party that has said from where on its first key was stolen."""
    old, new = owner()
    return renewed(new, bound(new, old.keys[SIGN].kid, by="two", size=size, index=1001))


@dataclass
class Run:
    """One seed."""

    random: Random
    said: list[Said] = field(default_factory=list)
    own: dict[StatementId, int] = field(default_factory=dict)
    """Where the owner's log holds it, or where the thief claims that it does."""
    honest: set[StatementId] = field(default_factory=set)
    logs: dict[PartyId, list[StatementId | None]] = field(
        default_factory=lambda: {each: [] for each in COUNTERPARTS}
    )
    """What each counterpart's log took, in order; ``None``: the announcement."""
    size: int = 0
    stolen_at: int | None = None

    def speak(self, *, thief: bool) -> None:
        number = len(self.said)
        name = f"{'t' if thief else 'h'}{number:03}"
        others = [each.id.rstrip(b"\0").decode() for each in self.said[1:]]
        heard = [] if thief or not others else [self.random.choice(others)]
        seen = " ".join(["o", *heard])
        one = say(name, A, seen=seen, prev="o", parties=CIRCLE)
        self.said.append(one)
        if thief:
            assert self.stolen_at is not None
            self.own[one.id] = self.random.randrange(self.size + 3)
            return
        self.own[one.id] = self.size
        self.size += 1
        self.honest.add(one.id)

    def deliver(self) -> None:
        to = self.random.choice(COUNTERPARTS)
        waiting: list[StatementId | None] = [
            each.id for each in self.said if each.id not in self.logs[to]
        ]
        if self.stolen_at is not None and None not in self.logs[to] and self.random.random() < 0.3:
            waiting = [None]
        if waiting:
            self.logs[to].append(self.random.choice(waiting))

    def finish(self) -> None:
        for log in self.logs.values():
            rest: list[StatementId | None] = [None, *(each.id for each in self.said)]
            self.random.shuffle(rest)
            log += [each for each in rest if each not in log]

    def standing(self, sid: StatementId) -> Standing:
        assert self.stolen_at is not None
        is_honest = sid in self.honest
        told = declared(self.stolen_at)
        places = Places(
            of={
                told.id: self.own[sid],
                **{log: held.index(sid) for log, held in self.logs.items()},
            },
            # Only what is of the owner's log continues into what the next keys sign.
            dated=lambda: is_honest,
        )
        announced = {log: order.index(None) for log, order in self.logs.items()}
        return standing(told, owner()[0].keys[SIGN].kid, places, announced)


def played(seed: int) -> Run:
    """Play a seed to its end, at which everything has reached everybody."""
    run = Run(random=Random(seed))  # noqa: S311 - a schedule, no secret
    run.said.append(say("o", A, case=None, parties=CIRCLE))
    run.own[run.said[0].id], run.size = 0, 1
    run.honest.add(run.said[0].id)
    for each in COUNTERPARTS:
        run.logs[each].append(run.said[0].id)
    steps = run.random.randrange(4, 14)
    theft = run.random.randrange(steps)
    for step in range(steps):
        if step == theft:
            run.stolen_at = run.size
        choice = run.random.random()
        if choice < 0.35:
            run.speak(thief=False)
        elif choice < 0.6 and run.stolen_at is not None:
            run.speak(thief=True)
        else:
            run.deliver()
    run.finish()
    return run


def check(seed: int) -> tuple[int, int]:
    """Check one seed; return how much was contested and how much was struck."""
    run = played(seed)
    assert run.stolen_at is not None
    told = {each.id: run.standing(each.id) for each in run.said}
    for sid, found in told.items():
        first = any(held.index(sid) < held.index(None) for held in run.logs.values())
        if sid in run.honest and run.own[sid] < run.stolen_at:
            assert found is Standing.SOUND, (seed, sid)
        else:
            assert found is (Standing.CONTESTED if first else Standing.STRUCK), (seed, sid)
    struck = {sid for sid, found in told.items() if found is Standing.STRUCK}
    telling = tell(run.said, CIRCLE, struck=struck)
    assert {each.said.id for each in telling.told} == {each.id for each in run.said}
    void = {each.said.id for each in telling.told if each.barred is STRUCK}
    assert void == struck - telling.settled
    assert not void & set(telling.tips)
    assert not void & {branch for each in telling.forks for branch in each.branches}
    return len(told) - list(told.values()).count(Standing.SOUND) - len(struck), len(struck)


def check_all() -> list[tuple[int, int]]:
    return [check(seed) for seed in range(SEEDS)]


def test_in_whatever_order_the_owner_wins_and_the_thief_is_contested() -> None:
    """Every seed; and contested and struck statements have really occurred."""
    found = check_all()
    assert sum(contested for contested, _ in found) > SEEDS / 4
    assert sum(struck for _, struck in found) > SEEDS / 4


@pytest.mark.parametrize("first", ["owner", "thief"])
def test_in_a_race_for_the_keys_the_owner_wins(first: str) -> None:
    """KEYS-1: whether the thief's change comes before the owner's or after it."""
    old, new = owner()
    held = old if first == "thief" else new
    with pytest.raises(RuleError, match=r"KEYS-1"):
        renewed(held, change(old, "thief", index=999))
    assert renewed(held, change(old, "two", index=1000)).keys == new.keys


def test_without_the_dating_the_thief_writes_into_the_past(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence, removed: whatever place he claims is believed."""
    real = compromise.standing

    def believing(*arguments: object) -> Standing:
        told, kid, places, announced = arguments
        assert isinstance(places, Places)
        return real(told, kid, Places(of=places.of, dated=lambda: True), announced)  # type: ignore[arg-type]

    monkeypatch.setitem(globals(), "standing", believing)
    with pytest.raises(AssertionError):
        check_all()
