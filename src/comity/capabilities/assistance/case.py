"""A case as an operation meets it: the thread, its state, and the parties in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from comity.capabilities.assistance.clocks import clocks, delivered_at
from comity.capabilities.assistance.moves import MOVES
from comity.capabilities.assistance.request import Phase, Request, Role, shown_phase
from comity.capabilities.assistance.schema import NAME
from comity.errors import FormatError
from comity.fold.duty import Duty
from comity.kit.desk import Json
from comity.kit.office import Office, ThreadView
from comity.statement.model import PartyId, SubjectId, subject_urn

TURNS: Mapping[Phase, Role] = {
    Phase.SENT: Role.ADDRESSEE,
    Phase.ACKNOWLEDGED: Role.ADDRESSEE,
    Phase.CLARIFICATION: Role.REQUESTER,
    Phase.ACCEPTED: Role.ADDRESSEE,
    Phase.PARTLY: Role.ADDRESSEE,
    Phase.CONDITIONAL: Role.REQUESTER,
    Phase.POSTPONED: Role.ADDRESSEE,
    Phase.REFUSED: Role.REQUESTER,
    Phase.TRANSFERRED: Role.REQUESTER,
    Phase.NOT_COMPETENT: Role.REQUESTER,
    Phase.NO_DATA: Role.REQUESTER,
    Phase.EXECUTING: Role.ADDRESSEE,
    Phase.INTERIM: Role.ADDRESSEE,
    Phase.ANSWERED: Role.REQUESTER,
    Phase.RATED: Role.REQUESTER,
    Phase.EXPIRED: Role.ADDRESSEE,
    Phase.ESCALATED: Role.ADDRESSEE,
}
"""Whose word the case waits for; where none is named, it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request, as this node tells it."""

    view: ThreadView
    request: Request

    @property
    def subject(self) -> SubjectId:
        """The subject of its thread."""
        return self.view.subject

    @property
    def delivered(self) -> bool:
        """Whether the addressee's own receipt for the opening verified (ruling 10)."""
        return delivered_at(self.request, self.view.receipts) is not None

    @property
    def phase(self) -> str:
        """The phase as people see it: *sent* is *delivered* once that is proved."""
        return shown_phase(self.request, delivered=self.delivered)

    @property
    def turn(self) -> PartyId | None:
        """Whose word it waits for; ``None`` once it is over."""
        role = TURNS.get(self.request.phase)
        if role is None:
            return None
        return self.request.requester if role is Role.REQUESTER else self.request.addressee

    def duties(self, now: int | None) -> tuple[Duty, ...]:
        """Return its clocks; see ``clocks.clocks``."""
        return clocks(self.request, self.view.receipts, now)

    def open_to(self, party: PartyId) -> list[str]:
        """Return the steps that the table lets a party take now, in the table's order."""
        role = self.request.role(party)
        phase = self.request.phase
        return [step for step, by, at in MOVES if (by, at) == (role, phase)]


def case_of(view: ThreadView) -> Case:
    """Return a thread as a request.

    Raises:
        FormatError: ``assistance.not-a-request``: the thread is of another capability.

    """
    if not isinstance(view.state, Request):
        raise FormatError("assistance.not-a-request", subject=subject_urn(view.subject))
    return Case(view=view, request=view.state)


def find_case(office: Office, word: str) -> Case:
    """Return the case that a word names: a subject, or a unique prefix of one.

    Raises:
        FormatError: as ``Office.find_subject`` and ``case_of``.

    """
    return case_of(office.thread(office.find_subject(NAME, word)))


def party_json(office: Office, party: PartyId | None) -> Json:
    """Return a party as results name it: id, its own names, this node's name for it."""
    if party is None:
        return None
    view = office.party_view(party)
    return {
        "party": party,
        "names": dict(view.names),
        "code": view.code,
        "demo": view.demo,
        "is_us": party == office.party,
    }


def texts_json(texts: Iterable[str]) -> list[Json]:
    """Return texts as a list of JSON."""
    return list(texts)


def turn_json(office: Office, case: Case) -> Json:
    """Return whose word the case waits for, and what our party may say now."""
    turn = case.turn
    return {
        "party": turn,
        "ours": turn == office.party,
        "open_to_us": texts_json(case.open_to(office.party)),
    }


def standing_json(office: Office, case: Case) -> dict[str, Json]:
    """Return where a case stands, as every operation on it tells at its end."""
    return {
        "subject": subject_urn(case.subject),
        "phase": case.phase,
        "requester": party_json(office, case.request.requester),
        "addressee": party_json(office, case.request.addressee),
        "delivered": case.delivered,
        "turn": turn_json(office, case),
        "demo": case.view.demo,
    }
