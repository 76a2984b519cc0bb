"""The order of a run: every figure once a round, the machine's limits before and after each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.exchanging import Exchanging
from bench.figures import Round, Timing, line, spread
from bench.limits import CHECKS, COMMITS, Machine
from bench.registering import Registering

MOST_CHANGE: Final = 1.3
"""By how much a limit may change while a figure is measured before the round counts as uneven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is measured."""

    rounds: int
    scale: float
    """How many operations in a round, against the usual number."""
    limit_seconds: float
    client_seconds: float


USUAL: Final = Size(rounds=5, scale=1.0, limit_seconds=0.5, client_seconds=0.8)
QUICK: Final = Size(rounds=2, scale=0.25, limit_seconds=0.2, client_seconds=0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the bench."""

    title: str
    count: int
    at_once: int
    prepare: Callable[[int, int], Callable[[], Timing]]
    """Given how many and how many at once, make ready; return what is measured."""
    floor: float
    """What the plan asks for at least: a share of the durable commits a second."""
    rounds: list[Round] = field(default_factory=list)

    def told(self) -> str:
        """Return the line."""
        reached = [each.timing.rate / each.limits[COMMITS] for each in self.rounds]
        verdict = "met" if spread(reached).median >= self.floor else "NOT met"
        remark = f"floor {self.floor:.2f} x {COMMITS}: {verdict}"
        return line(self.title, self.rounds, remark=remark)


def figures(registering: Registering, exchanging: Exchanging) -> Sequence[Figure]:
    """Return every figure, in the order of a round."""

    def register(count: int, at_once: int) -> Callable[[], Timing]:
        parcels = registering.prepare(count, at_once)
        return lambda: registering.run(parcels, at_once)

    def exchange(count: int, at_once: int) -> Callable[[], Timing]:
        return lambda: exchanging.run(count, at_once)

    rows = (
        ("registrations, one at a time", 120, 1, register, 0.18),
        ("registrations, 8 clients", 320, 8, register, 0.6),
        ("registrations, 64 in flight", 640, 64, register, 1.0),
        ("exchanges of two nodes, one at a time", 60, 1, exchange, 1 / 20),
        ("exchanges of two nodes, 64 in flight", 384, 64, exchange, 0.45),
    )
    return [
        Figure(title=title, count=count, at_once=at_once, prepare=prepare, floor=floor)
        for title, count, at_once, prepare, floor in rows
    ]


def run_round(machine: Machine, plan: Sequence[Figure], scale: float) -> dict[str, list[float]]:
    """Measure every figure once; return what the limits were meanwhile."""
    seen: dict[str, list[float]] = {CHECKS: [], COMMITS: []}
    for figure in plan:
        work = figure.prepare(max(1, int(figure.count * scale)), figure.at_once)
        before = machine.measure()
        timing = work()
        after = machine.measure()
        limits = {name: (before[name] + after[name]) / 2 for name in before}
        uneven = any(
            max(before[name], after[name]) > MOST_CHANGE * min(before[name], after[name])
            for name in before
        )
        figure.rounds.append(Round(timing=timing, limits=limits, uneven=uneven))
        for name, values in seen.items():
            values += [before[name], after[name]]
    return seen
