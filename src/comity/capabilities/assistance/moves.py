"""The table of moves: who may say what while a request stands where, and where it leads.

Pure.  This is the only place that says so; the table in ``README.md`` is made from it by
``as_markdown``.  A step is a verb, with its decision where it has one: ``accept:partly``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from comity.capabilities.assistance.request import Phase, Role
from comity.capabilities.assistance.schema import Accept, Payload, Refuse, Report, kind_of, verb_of


class To(Enum):
    """Where a move leads that does not name a phase."""

    SAME = "stays"
    RESUMED = "goes on where the question was asked"


class Crossing(StrEnum):
    """What holds between a move and what its issuer had not seen of the other party."""

    ADDRESSEE_FIRST = "the addressee's statement is told first"
    """ASSIST-3: nothing else is needed; both have effect if both are open in that order."""
    STANDS = "stands against what ends the request"
    """ASSIST-4: an answer."""
    YIELDS = "has no effect against an answer that crosses it"
    """ASSIST-4: closing, escalation, lapse."""
    PREVAILS = "prevails over all but an answer"
    """ASSIST-5: withdrawal; it yields to an answer and to nothing else."""
    OF_WHAT_WAS_SEEN = "concerns only what it had seen"
    """ASSIST-8, ASSIST-9, ASSIST-10: acceptance of conditions, reply, rating."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    step: str
    by: Role
    at: frozenset[Phase]
    to: Phase | To
    crossing: Crossing = Crossing.ADDRESSEE_FIRST
    text: bool = False
    """Needs a text whatever the profile says (ASSIST-17)."""
    unseen: bool = False
    """Open only to a party that had not seen what led to the phase."""


UNDECIDED: Final = frozenset(
    {
        Phase.SENT,
        Phase.ACKNOWLEDGED,
        Phase.CLARIFICATION,
        Phase.CONDITIONAL,
        Phase.POSTPONED,
        Phase.PARTLY,
        Phase.ESCALATED,
        Phase.EXPIRED,
    }
)
WORKING: Final = frozenset({Phase.ACCEPTED, Phase.EXECUTING, Phase.INTERIM})
OPEN: Final = UNDECIDED | WORKING
DECLINED: Final = frozenset({Phase.REFUSED, Phase.NOT_COMPETENT, Phase.NO_DATA, Phase.TRANSFERRED})
ANSWERED: Final = frozenset({Phase.ANSWERED, Phase.RATED})
REPLIED: Final = ANSWERED | DECLINED

_REQUESTER, _ADDRESSEE = Role.REQUESTER, Role.ADDRESSEE

TABLE: Final = (
    Row(step="submit", by=_REQUESTER, at=frozenset({Phase.ABSENT}), to=Phase.SENT),
    Row(
        step="acknowledge",
        by=_ADDRESSEE,
        at=frozenset({Phase.SENT, Phase.ESCALATED, Phase.EXPIRED}),
        to=Phase.ACKNOWLEDGED,
    ),
    Row(step="acknowledge", by=_ADDRESSEE, at=frozenset({Phase.CLARIFICATION}), to=To.SAME),
    Row(
        step="clarify",
        by=_ADDRESSEE,
        at=OPEN - {Phase.EXPIRED},
        to=Phase.CLARIFICATION,
        text=True,
    ),
    Row(
        step="clarify",
        by=_REQUESTER,
        at=frozenset({Phase.CLARIFICATION}),
        to=To.RESUMED,
        crossing=Crossing.OF_WHAT_WAS_SEEN,
        text=True,
    ),
    Row(
        step="clarify",
        by=_REQUESTER,
        at=(OPEN | ANSWERED) - {Phase.CLARIFICATION},
        to=To.SAME,
        crossing=Crossing.OF_WHAT_WAS_SEEN,
        text=True,
    ),
    Row(step="accept:accepted", by=_ADDRESSEE, at=UNDECIDED, to=Phase.ACCEPTED),
    Row(step="accept:partly", by=_ADDRESSEE, at=UNDECIDED, to=Phase.PARTLY),
    Row(step="accept:conditional", by=_ADDRESSEE, at=UNDECIDED, to=Phase.CONDITIONAL, text=True),
    Row(step="accept:postponed", by=_ADDRESSEE, at=UNDECIDED, to=Phase.POSTPONED),
    Row(
        step="accept:accepted",
        by=_REQUESTER,
        at=frozenset({Phase.CONDITIONAL, Phase.CLARIFICATION, Phase.ESCALATED, Phase.EXPIRED}),
        to=Phase.ACCEPTED,
        crossing=Crossing.OF_WHAT_WAS_SEEN,
    ),
    Row(step="refuse:refused", by=_ADDRESSEE, at=OPEN, to=Phase.REFUSED),
    Row(step="refuse:not-competent", by=_ADDRESSEE, at=OPEN, to=Phase.NOT_COMPETENT),
    Row(step="refuse:no-data", by=_ADDRESSEE, at=OPEN, to=Phase.NO_DATA),
    Row(step="transfer", by=_ADDRESSEE, at=OPEN, to=Phase.TRANSFERRED),
    Row(
        step="report:executing",
        by=_ADDRESSEE,
        at=OPEN - {Phase.CONDITIONAL},
        to=Phase.EXECUTING,
    ),
    Row(step="report:interim", by=_ADDRESSEE, at=OPEN - {Phase.CONDITIONAL}, to=Phase.INTERIM),
    Row(step="report:executing", by=_ADDRESSEE, at=ANSWERED, to=To.SAME),
    Row(step="report:interim", by=_ADDRESSEE, at=ANSWERED, to=To.SAME),
    Row(
        step="extend",
        by=_ADDRESSEE,
        at=(OPEN | ANSWERED) - {Phase.SENT, Phase.EXPIRED},
        to=To.SAME,
    ),
    Row(
        step="answer",
        by=_ADDRESSEE,
        at=OPEN | REPLIED,
        to=Phase.ANSWERED,
        crossing=Crossing.STANDS,
    ),
    Row(
        step="withdraw",
        by=_REQUESTER,
        at=OPEN,
        to=Phase.WITHDRAWN,
        crossing=Crossing.PREVAILS,
    ),
    Row(
        step="withdraw",
        by=_REQUESTER,
        at=DECLINED,
        to=Phase.WITHDRAWN,
        crossing=Crossing.PREVAILS,
        unseen=True,
    ),
    Row(
        step="escalate",
        by=_REQUESTER,
        at=(OPEN | DECLINED) - {Phase.ESCALATED},
        to=Phase.ESCALATED,
        crossing=Crossing.YIELDS,
    ),
    Row(
        step="lapse",
        by=_REQUESTER,
        at=OPEN - {Phase.EXPIRED},
        to=Phase.EXPIRED,
        crossing=Crossing.YIELDS,
    ),
    Row(
        step="lapse",
        by=_REQUESTER,
        at=DECLINED,
        to=Phase.EXPIRED,
        crossing=Crossing.YIELDS,
        unseen=True,
    ),
    Row(
        step="rate",
        by=_REQUESTER,
        at=ANSWERED,
        to=Phase.RATED,
        crossing=Crossing.OF_WHAT_WAS_SEEN,
    ),
    Row(step="remark", by=_ADDRESSEE, at=ANSWERED | {Phase.CLOSED}, to=To.SAME, text=True),
    Row(
        step="close",
        by=_REQUESTER,
        at=REPLIED | {Phase.EXPIRED},
        to=Phase.CLOSED,
        crossing=Crossing.YIELDS,
    ),
)

MOVES: Final[Mapping[tuple[str, Role, Phase], Row]] = MappingProxyType(
    {(row.step, row.by, phase): row for row in TABLE for phase in row.at}
)
SPEAKERS: Final[frozenset[tuple[str, Role]]] = frozenset((row.step, row.by) for row in TABLE)


def step_of(payload: Payload) -> str:
    """Return the step that a payload is, for example ``accept:partly``."""
    verb = verb_of(kind_of(payload))
    if isinstance(payload, Accept | Refuse):
        return f"{verb}:{payload.decision.value}"
    return f"{verb}:{payload.status.value}" if isinstance(payload, Report) else verb


def as_markdown() -> str:
    """Return the table of moves for ``README.md``."""
    lines = [
        "| Step | By | While the request is | It becomes | If it crossed the other's statement |",
        "|---|---|---|---|---|",
    ]
    for row in TABLE:
        at = ", ".join(phase.value for phase in Phase if phase in row.at)
        to = row.to.value if isinstance(row.to, Phase) else f"({row.to.value})"
        if row.unseen:
            at += " (not having seen it)"
        lines.append(f"| `{row.step}` | {row.by.value} | {at} | {to} | {row.crossing.value} |")
    return "\n".join(lines) + "\n"
