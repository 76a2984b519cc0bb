"""The shape of a capability's pure part: what node and verifier need of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from comity.fold.entry import Said, Told
from comity.fold.rule import Rule
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.statement.text import BilingualText


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What rules may know beside the thread: the mechanism it belongs to, as data."""

    net: StatementId | None
    members: tuple[PartyId, ...]
    profiles: Mapping[str, str]
    """Profile id to version, as in force in the charter."""
    languages: Mapping[str, tuple[str, ...]]
    """Kind to the languages required for it; the key ``*`` stands for every other kind."""
    proven: Mapping[tuple[StatementId, StatementId], tuple["LogTime", ...]] = field(
        default_factory=dict
    )
    """(statement that cites, statement cited) to the log times its cited receipts prove."""


@dataclass(frozen=True, slots=True)
class LogTime:
    """That a party's log held a statement at the latest at a time (unix seconds, UTC)."""

    log: PartyId
    time: int


class State(Protocol):
    """What a fold returns; frozen, and the same at every node."""

    @property
    def phase(self) -> str:
        """The phase as a word, for example ``acknowledged``."""

    @property
    def without_effect(self) -> Mapping[StatementId, Rule]:
        """Statements that a rule bars: kept and shown."""


class Capability(Protocol):
    """The pure part of a capability."""

    name: str
    kinds: frozenset[str]
    opens: str
    """The kind that opens a thread."""
    rules: Sequence[Rule]

    def check(self, said: Said, sections: Mapping[str, Section]) -> None:
        """Check the form of a statement's own part; raises ``FormatError``."""

    def words(
        self, own: Mapping[str, Value], opening: Mapping[str, Value]
    ) -> Mapping[str, BilingualText]:
        """Return what codes in a statement's own part are called, by key; never raises.

        The second is the own part of the thread's opening.
        """

    def fold(self, told: Iterable[Told], ground: Ground) -> State:
        """Tell a whole thread; never raises."""

    def judge(self, state: State, move: Told, ground: Ground) -> Rule | None:
        """Return the rule that bars this statement now, or ``None``; never raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstReceipts:
    """When each log first held each statement: the input of clocks (ruling 15)."""

    times: Mapping[tuple[StatementId, PartyId], int]
    """(statement, party whose log it is) to head time in unix seconds, UTC."""
    subject: SubjectId
