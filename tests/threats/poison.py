"""A capability with a fault in its fold: one statement makes it raise, loop or allocate."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from comity.capabilities.assistance.rules import ASSISTANCE
from comity.fold.capability import Ground, State
from comity.fold.entry import Said, Told
from comity.fold.rule import Rule
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.text import BilingualText

RAISES, LOOPS, ALLOCATES, IN_C = "raises", "loops", "allocates", "loops-in-c"
FAULTS: Final = (RAISES, LOOPS, ALLOCATES, IN_C)
DAY: Final = 1_700_086_400
"""A statement that names this day is the poison."""


@dataclass(frozen=True)
class Faulty:
    """Requests for assistance, as a faulty program tells them."""

    fault: str
    name: str = ASSISTANCE.name
    kinds: frozenset[str] = field(default=ASSISTANCE.kinds)
    opens: str = ASSISTANCE.opens

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules are as they were."""
        return ASSISTANCE.rules

    def check(self, said: Said, sections: Mapping[str, Section]) -> None:
        """Check as before."""
        ASSISTANCE.check(said, sections)

    def words(
        self, own: Mapping[str, Value], opening: Mapping[str, Value]
    ) -> Mapping[str, BilingualText]:
        """Say as before."""
        return ASSISTANCE.words(own, opening)

    def fold(self, told: Iterable[Told], ground: Ground) -> State:
        """Fold as before, but for the fault."""
        held = list(told)
        if any(each.said.act.own.get("until") == DAY for each in held):
            self._go_wrong()
        return ASSISTANCE.fold(held, ground)

    def judge(self, state: State, move: Told, ground: Ground) -> Rule | None:
        """Judge as before."""
        return ASSISTANCE.judge(state, move, ground)  # type: ignore[arg-type]

    def _go_wrong(self) -> None:
        if self.fault == RAISES:
            raise KeyError(self.fault)
        hoard: list[bytes] = []
        while self.fault == LOOPS:
            pass
        while self.fault == ALLOCATES:
            hoard.append(b"x" * 2**24)
        if self.fault == IN_C:
            # One call that holds the interpreter for days.
            sum(range(10**15))
