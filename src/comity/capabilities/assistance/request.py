"""The state of a request for assistance: what a fold of its thread returns.  Pure.

It holds ids of statements, never positions in a log, arrival times or anything of ours,
so it is the same at both ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from comity.capabilities.assistance.profiles import PROFILES, Profile
from comity.capabilities.assistance.schema import Answer, Payload, Quality, Scalar
from comity.fold.entry import Told
from comity.fold.rule import Rule
from comity.statement.model import PartyId, StatementId


class Phase(StrEnum):
    """Where a request stands.  ``draft`` and ``delivered`` are facts outside the fold."""

    ABSENT = "absent"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLARIFICATION = "clarification"
    ACCEPTED = "accepted"
    PARTLY = "partly"
    CONDITIONAL = "conditional"
    POSTPONED = "postponed"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    NOT_COMPETENT = "not-competent"
    NO_DATA = "no-data"
    EXECUTING = "executing"
    INTERIM = "interim"
    ANSWERED = "answered"
    RATED = "rated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ESCALATED = "escalated"


DRAFT = "draft"
DELIVERED = "delivered"


class Role(StrEnum):
    """The two parties of a request."""

    REQUESTER = "requester"
    ADDRESSEE = "addressee"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A statement that had effect, in the order of the fold: the clocks' input."""

    id: StatementId
    kind: str
    by: Role
    payload: Payload
    before: Phase
    phase: Phase
    knew: frozenset[StatementId]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """The requester's word on an answer, with the addressee's remarks on it."""

    id: StatementId
    quality: Quality
    answer: StatementId
    """The newest answer that the requester had seen."""
    remarks: tuple[StatementId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request as its thread tells it."""

    phase: Phase = Phase.ABSENT
    resumes: Phase | None = None
    """Where the request stood before a question was asked; back there once it is answered."""
    opening: StatementId | None = None
    requester: PartyId | None = None
    addressee: PartyId | None = None
    profile_id: str = ""
    profile_version: str = ""
    urgency: str = ""
    conditions: Mapping[str, Scalar] = field(default_factory=dict)
    tlp: str = ""
    pap: str = ""
    caveats: tuple[str, ...] = ()
    outcome: str | None = None
    """The newest outcome, as an id of the profile."""
    ground: str | None = None
    question: StatementId | None = None
    """The newest question of the addressee that waits for a reply."""
    terms: StatementId | None = None
    """Conditions that wait for the requester's word."""
    ratings: tuple[Rating, ...] = ()
    moves: tuple[Moved, ...] = ()
    without_effect: Mapping[StatementId, Rule] = field(default_factory=dict)

    @property
    def profile(self) -> Profile | None:
        """Return the profile that the opening names, or ``None`` while nothing is asked."""
        return PROFILES.get((self.profile_id, self.profile_version))

    @property
    def extensions(self) -> tuple[Moved, ...]:
        """Return the extensions that had effect, in order."""
        return tuple(moved for moved in self.moves if moved.kind == "assistance.extend")

    def role(self, party: PartyId) -> Role | None:
        """Return the part that a party has in this request, if any."""
        if self.opening is None:
            return None
        if party == self.requester:
            return Role.REQUESTER
        return Role.ADDRESSEE if party == self.addressee else None


def shown_phase(request: Request, *, delivered: bool) -> str:
    """Return the phase as people see it: *sent* is *delivered* once that is proved.

    Args:
        request: the state.
        delivered: whether the addressee's own receipt for the opening verified.

    """
    if request.phase is Phase.SENT and delivered:
        return DELIVERED
    return request.phase.value


def answers(request: Request) -> tuple[Moved, ...]:
    """Return the answers that had effect, in order."""
    return tuple(moved for moved in request.moves if isinstance(moved.payload, Answer))


def addressee_of(move: Told) -> PartyId | None:
    """Return the one party that an opening addresses, or ``None`` if it is not one."""
    others = set(move.said.act.aud) - {move.said.issuer}
    return others.pop() if len(others) == 1 else None
