"""What a fork of a party's chain does: the others choose by what they build on.

THREAD-3  Two statements of one issuer at the same place of its chain, or two openings, are a
          fork.  Each other party that has not itself forked chooses by the first of its
          statements that has seen either; seeing both at once chooses none.  The branch that
          all of them chose has effect, with what continues it.  Until all have chosen, and
          once choices differ, no branch has.  (Wire profile, ruling 1.)
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.fold.graph import Graph, bits_of, chains
from comity.fold.rule import Rule
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText

BRANCH_NOT_CHOSEN: Final = Rule(
    "THREAD-3",
    BilingualText(
        zh="一方在同一位置作出两份签署件（分叉）的，只有其余各方一致选择的分支有效；"
        "尚未全部选择或者选择不一致的，各分支均不产生效力。",
        en="Where a party made two statements at one place of its chain (a fork), only the branch "
        "that all the others chose has effect; until all have chosen, or if their choices differ, "
        "none has.",
    ),
    "docs/adr/0003-finality-and-forks.md",
)


class Outcome(StrEnum):
    """What became of a fork."""

    UNDECIDED = "undecided"
    CHOSEN = "chosen"
    NONE = "none"
    """Choices differ, a party saw both at once, or nobody may choose: no branch has effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two or more statements of one issuer at the same place of its chain: evidence."""

    issuer: PartyId
    after: StatementId | None
    """The statement before the fork; ``None`` where the chain begins (two openings)."""
    branches: tuple[StatementId, ...]
    """The first statement of each branch, sorted."""
    choices: Mapping[PartyId, StatementId | None]
    """What each party that may choose and has chosen did; ``None``: it saw both at once."""
    chosen: StatementId | None
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Forks:
    """The forks of a thread and what follows from them."""

    forks: tuple[Fork, ...]
    forked: frozenset[PartyId]
    off: int
    """Statements on a branch without effect, as bits."""


def find_forks(
    graph: Graph, parties: AbstractSet[PartyId], void: int = 0, absent: int = 0
) -> Forks:
    """Find every fork of a party of the thread and decide it.

    Args:
        graph: the thread.
        parties: the parties of the thread; forks of others are nobody's concern.
        void: statements that are not their party's (THREAD-9), as bits: they fork nothing.
        absent: places that only others' words fill, as bits: no evidence of a fork.

    Source:
        THREAD-3.

    """
    own = {
        issuer: [each for each in numbers if not void >> each & 1]
        for issuer, numbers in chains(graph).items()
        if issuer in parties
    }
    places: dict[tuple[PartyId, int | None], list[int]] = {}
    for issuer, numbers in own.items():
        for number in (each for each in numbers if not absent >> each & 1):
            places.setdefault((issuer, graph.link[number]), []).append(number)
    split = {place: tips for place, tips in places.items() if len(tips) > 1}
    forked = frozenset(issuer for issuer, _ in split)
    choosers = sorted(parties - forked)
    forks = []
    lost = 0
    for (issuer, after), tips in split.items():
        choices = {
            party: choice
            for party in choosers
            if party != issuer and (choice := _choice(graph, own.get(party, ()), tips))
        }
        chosen, outcome = _decide(choices, sum(party != issuer for party in choosers))
        lost |= bits_of(tip for tip in tips if tip != chosen)
        forks.append(_fork(graph, issuer, after, (tips, choices, chosen, outcome)))
    return Forks(
        forks=tuple(sorted(forks, key=lambda fork: fork.branches)),
        forked=forked,
        off=_downwards(graph, lost),
    )


def _choice(graph: Graph, path: Sequence[int], tips: Sequence[int]) -> tuple[int, ...]:
    """Return the branches that the first statement of a path to see any of them has seen."""
    for number in path:
        seen = tuple(tip for tip in tips if graph.behind[number] >> tip & 1)
        if seen:
            return seen
    return ()


def _decide(
    choices: Mapping[PartyId, tuple[int, ...]], choosers: int
) -> tuple[int | None, Outcome]:
    """Return the branch that every chooser chose, if there is one."""
    made = set(choices.values())
    if len(made) > 1 or any(len(seen) > 1 for seen in made) or not choosers:
        return None, Outcome.NONE
    if len(choices) < choosers:
        return None, Outcome.UNDECIDED
    return made.pop()[0], Outcome.CHOSEN


def _fork(
    graph: Graph,
    issuer: PartyId,
    after: int | None,
    found: tuple[list[int], Mapping[PartyId, tuple[int, ...]], int | None, Outcome],
) -> Fork:
    """Return the fork in terms of statements."""
    tips, choices, chosen, outcome = found
    return Fork(
        issuer=issuer,
        after=None if after is None else graph.said[after].id,
        branches=tuple(sorted(graph.said[tip].id for tip in tips)),
        choices={
            party: graph.said[seen[0]].id if len(seen) == 1 else None
            for party, seen in choices.items()
        },
        chosen=None if chosen is None else graph.said[chosen].id,
        outcome=outcome,
    )


def _downwards(graph: Graph, lost: int) -> int:
    """Return the branches with all that continues them in their issuer's chain."""
    for number, before in enumerate(graph.link):
        if before is not None and lost >> before & 1:
            lost |= 1 << number
    return lost
