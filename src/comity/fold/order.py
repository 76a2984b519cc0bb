"""The order of the telling (THREAD-1), stable up to whatever is settled (THREAD-2)."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush

from comity.fold.graph import Graph, bits_of, first_free_first
from comity.statement.model import PartyId, StatementId


def telling_order(graph: Graph, aside: int) -> list[int]:
    """Return the order of the telling; ``aside`` are the statements that hold nothing up.

    What is aside counts as told as soon as it could be, so that nothing waits for its id; it is
    placed only when a statement that had seen it is, or at the end.
    """
    left = [len(links) for links in graph.parents]
    followers: list[list[int]] = [[] for _ in graph.said]
    for number, links in enumerate(graph.parents):
        for link in links:
            followers[link].append(number)
    order: list[int] = []
    placed = 0
    free = [(graph.said[n].id, n) for n, links in enumerate(graph.parents) if not links]
    heapify(free)
    released = [n for _, n in free if aside >> n & 1]
    free = [(key, n) for key, n in free if not aside >> n & 1]
    heapify(free)
    while free or released:
        if released:
            number = released.pop()
        else:
            number = heappop(free)[1]
            before = _sorted(graph, graph.behind[number] & aside & ~placed)
            order += [*before, number]
            placed |= bits_of(before) | 1 << number
        for follower in followers[number]:
            left[follower] -= 1
            if left[follower]:
                continue
            if aside >> follower & 1:
                released.append(follower)
            else:
                heappush(free, (graph.said[follower].id, follower))
    return order + _sorted(graph, aside & ~placed)


def _sorted(graph: Graph, bits: int) -> list[int]:
    """Return some statements in thread order, as if there were no others."""
    some = [n for n in range(len(graph.said)) if bits >> n & 1]
    links = {
        graph.said[n].id: [graph.said[link].id for link in some if graph.behind[n] >> link & 1]
        for n in some
    }
    return [graph.at[each] for each in first_free_first(links, sorted(links))]


def ends_of_chains(
    graph: Graph, order: Sequence[int], members: AbstractSet[PartyId], without: tuple[int, int]
) -> dict[PartyId, StatementId]:
    """Return the end of each party's chain; at a fork follow the branch that has effect.

    ``without``: statements on branches without effect, and those that are not their party's.
    """
    off, void = without
    reach = {number: place for place, number in enumerate(order)}
    nexts: dict[tuple[PartyId, int | None], list[int]] = {}
    for number in reversed(range(len(graph.said))):
        before = graph.link[number]
        if void >> number & 1:
            continue
        nexts.setdefault((graph.said[number].issuer, before), []).append(number)
        if before is not None:
            reach[before] = max(reach[before], reach[number])
    last: dict[PartyId, StatementId] = {}
    for party in sorted(members):
        at: int | None = None
        while branches := nexts.get((party, at)):
            in_effect = [each for each in branches if not off >> each & 1]
            at = max(in_effect or branches, key=reach.__getitem__)
            last[party] = graph.said[at].id
    return last
