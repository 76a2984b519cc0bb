"""What holds for every thread, however hostile."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.fold.entry import Said
from comity.fold.seen import owes_seen
from comity.fold.tests.thread_stories import MOVE, SEEN, STRANGER, A, B, C, name, names, say
from comity.fold.thread import Telling, tell
from comity.statement.model import PartyId, StatementId

ALL = (A, B, C)
FORKERS = {A, STRANGER}
"""In ``threads`` these say anything; B and C keep one chain each, as honest nodes do."""


@st.composite
def threads(draw: st.DrawFn, *, size: int = 16) -> list[Said]:
    """Draw a thread in which one party forks as it likes and two keep their chains."""
    random = draw(st.randoms(use_true_random=False))
    ids = [f"{random.randrange(10**6):06}" for _ in range(draw(st.integers(1, size)))]
    said: list[Said] = [say("o", A, case=None, parties=ALL)]
    last: dict[PartyId, str] = {}
    for own in dict.fromkeys(ids):
        issuer = random.choice([A, A, B, B, C, C, STRANGER])
        before = [name(each.id) for each in said]
        if issuer in FORKERS:
            seen = random.sample(before, random.randint(0, min(3, len(before))))
            mine = [name(each.id) for each in said if each.issuer == issuer]
            prev = random.choice([*mine, None]) if random.random() < 0.9 else "missing"
        else:
            few = random.sample(before, random.randint(1, min(3, len(before))))
            seen = before if random.random() < 0.5 else few
            prev = last.get(issuer)
            last[issuer] = own
        said.append(
            say(
                own,
                issuer,
                seen=" ".join(seen),
                prev=prev,
                kind=random.choice([MOVE, SEEN]),
                parties=ALL if random.random() < 0.95 else (A, B),
                case="o" if random.random() < 0.97 else None,
            )
        )
    return said


@settings(max_examples=60, deadline=None)
@given(threads(), st.randoms(use_true_random=False))
def test_arrival_order_does_not_matter(said: list[Said], random: Random) -> None:
    """THREAD-1: shuffled, with repetitions, the thread is told the same."""
    arrived = random.sample(said + said, 2 * len(said))

    assert tell(arrived, ALL) == tell(said, ALL)


@settings(max_examples=60, deadline=None)
@given(threads())
def test_nobody_is_told_before_what_they_knew(said: list[Said]) -> None:
    """THREAD-1: whatever a statement had seen stands before it, and every one is told once."""
    telling = tell(said, ALL)
    before: set[StatementId] = set()
    for told in telling.told:
        assert told.knew <= before
        before.add(told.said.id)
    assert len(before) == len(telling.told)
    assert before | telling.waiting.keys() == {each.id for each in said}


@settings(max_examples=250, deadline=None)
@given(threads(), st.randoms(use_true_random=False))
def test_what_is_settled_never_changes(said: list[Said], random: Random) -> None:
    """THREAD-2: whatever arrives afterwards, forged forks included, and in whatever order."""
    held_back = [each for each in said if each.issuer in FORKERS and random.random() < 0.5]
    arrived = [each for each in said if each not in held_back]
    cut = random.randint(0, len(arrived))
    steps = [arrived[:cut], arrived, [*arrived, *held_back[:1]], said]

    for early, later in pairwise(tell(step, ALL) for step in steps):
        assert early.settled <= later.settled
        assert early.firm <= later.firm
        settled_part = _up_to_settled(early)
        assert later.told[: len(settled_part)] == settled_part


def _up_to_settled(telling: Telling) -> Sequence[object]:
    """Return the telling up to the last settled statement."""
    places = [at for at, told in enumerate(telling.told) if told.said.id in telling.settled]
    return telling.told[: places[-1] + 1] if places else ()


@settings(max_examples=50, deadline=None)
@given(threads())
def test_branches_exclude_each_other(said: list[Said]) -> None:
    """THREAD-3: of two branches at most one is without this bar, and firm ones form one chain."""
    telling = tell(said, ALL)
    for fork in telling.forks:
        assert len(set(fork.branches) - telling.aside) <= 1
        assert len(set(fork.branches) & telling.firm) <= 1
    assert not telling.firm & telling.aside


@settings(max_examples=50, deadline=None)
@given(threads())
def test_asking_what_is_owed_never_raises(said: list[Said]) -> None:
    """THREAD-8: for whatever thread, a party that holds all of it need say at most a few."""
    for party in ALL:
        held = list(said)
        for number in range(4):
            telling = tell(held, ALL)
            if not owes_seen(telling, party):
                break
            last = telling.last_of.get(party)
            held.append(
                say(
                    f"~{number}",
                    party,
                    seen=" ".join(sorted(names(telling.tips))),
                    prev=None if last is None else name(last),
                    kind=SEEN,
                    parties=ALL,
                )
            )
        assert not owes_seen(tell(held, ALL), party)
