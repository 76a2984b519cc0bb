"""The links of a thread as numbers: who had seen what, and whose chain goes where.

A statement is a number, its place in one topological order; a set of statements is the
bits of an integer, so that closures over a few hundred statements cost nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from comity.fold.entry import Said
from comity.statement.model import PartyId, StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """The statements of a thread whose links are all held."""

    said: tuple[Said, ...]
    """In one topological order, the same for the same set; not yet that of the telling."""
    at: Mapping[StatementId, int]
    parents: tuple[tuple[int, ...], ...]
    behind: tuple[int, ...]
    """All that a statement had seen, without itself, as bits."""
    link: tuple[int | None, ...]
    """The issuer's previous statement; ``None`` where its chain begins.

    A ``prev`` that is not a statement of the same issuer begins a chain as well: so every
    party's statements form one tree, which is a single path unless the party forked.
    """
    waiting: Mapping[StatementId, frozenset[StatementId]]
    """Statements that cite, at whatever remove, one that is not held: which ones."""

    def path(self, number: int) -> list[int]:
        """Return the issuer's chain up to this statement, from its beginning."""
        chain = [number]
        while (before := self.link[chain[-1]]) is not None:
            chain.append(before)
        return chain[::-1]


def parents_of(said: Said) -> frozenset[StatementId]:
    """Return what a statement links to: what it had ``seen`` and its ``prev``."""
    prev = said.act.prev
    return frozenset(said.act.seen) if prev is None else frozenset((*said.act.seen, prev))


def link_up(said: Iterable[Said]) -> Graph:
    """Build the graph of a set of statements, in whatever order and however often they come."""
    held = {each.id: each for each in said}
    parents = {each: parents_of(held[each]) for each in held}
    order = first_free_first(parents, sorted(held))
    at = {each: number for number, each in enumerate(order)}
    numbers = tuple(tuple(sorted(at[link] for link in parents[each])) for each in order)
    behind: list[int] = []
    for links in numbers:
        bits = 0
        for link in links:
            bits |= behind[link] | 1 << link
        behind.append(bits)
    return Graph(
        said=tuple(held[each] for each in order),
        at=at,
        parents=numbers,
        behind=tuple(behind),
        link=tuple(_link(held, at, held[each]) for each in order),
        waiting=_waiting(held, at, parents),
    )


def first_free_first(
    links: Mapping[StatementId, Iterable[StatementId]], ids: Sequence[StatementId]
) -> list[StatementId]:
    """Return the ids so that links come first; of those free to come next, the smallest.

    What links to something outside ``ids``, at whatever remove, is left out.

    Source:
        THREAD-1.

    """
    open_links = {each: len(frozenset(links[each])) for each in ids}
    followers: dict[StatementId, list[StatementId]] = {each: [] for each in ids}
    for each in ids:
        for link in frozenset(links[each]):
            if link in followers:
                followers[link].append(each)
    free = [each for each in ids if not open_links[each]]
    heapify(free)
    order = []
    while free:
        each = heappop(free)
        order.append(each)
        for follower in followers[each]:
            open_links[follower] -= 1
            if not open_links[follower]:
                heappush(free, follower)
    return order


def _link(
    held: Mapping[StatementId, Said], at: Mapping[StatementId, int], said: Said
) -> int | None:
    """Return the number of the issuer's previous statement."""
    prev = said.act.prev
    return at[prev] if prev is not None and held[prev].issuer == said.issuer else None


def _waiting(
    held: Mapping[StatementId, Said],
    at: Mapping[StatementId, int],
    parents: Mapping[StatementId, frozenset[StatementId]],
) -> dict[StatementId, frozenset[StatementId]]:
    """Return every statement that has to wait, with what is missing behind it."""
    waiting = {}
    for each in sorted(held.keys() - at.keys()):
        reached, ahead, missing = {each}, [each], set()
        while ahead:
            for link in parents[ahead.pop()] - reached:
                reached.add(link)
                if link not in held:
                    missing.add(link)
                elif link not in at:
                    ahead.append(link)
        waiting[each] = frozenset(missing)
    return waiting


def bits_of(numbers: Iterable[int]) -> int:
    """Return a set of numbers as bits."""
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def chains(graph: Graph) -> dict[PartyId, list[int]]:
    """Return each issuer's statements, in the order of the graph."""
    own: dict[PartyId, list[int]] = {}
    for number, said in enumerate(graph.said):
        own.setdefault(said.issuer, []).append(number)
    return own
