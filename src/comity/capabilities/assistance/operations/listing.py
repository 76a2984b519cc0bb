"""All cases at a glance, and what is owed, next deadline first."""

import json
from collections.abc import Callable
from functools import cache
from typing import Final

from comity.capabilities.assistance.case import party_json
from comity.capabilities.assistance.moves import MOVES
from comity.capabilities.assistance.operations.submitting import drafts_json
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.projection import Row, read_row
from comity.capabilities.assistance.request import Role
from comity.errors import ComityError
from comity.kit.asked import Asked
from comity.kit.desk import Json
from comity.kit.language import iso, maybe_iso
from comity.kit.office import Office
from comity.statement.model import PartyId, StatementId, SubjectId, subject_urn

Name = Callable[[str | None], Json]
NO_DEADLINE: Final = 2**63 - 1


def list_cases(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Return every case and every draft.  Nothing in a case depends on the time of asking.

    Raises:
        FormatError: ``ask.unknown``.

    """
    Asked(arguments).end()
    name = _namer(office)
    rows = [read_row(cells) for cells in office.query("list")]
    return {"cases": [_case(row, office, name) for row in rows], "drafts": drafts_json(office)}


def desk(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Return what our party owes, next deadline first, and what it waits for.

    Raises:
        FormatError: ``ask.unknown``.

    """
    Asked(arguments).end()
    name, now = _namer(office), office.now()
    owed: list[tuple[int, dict[str, Json]]] = []
    awaited: list[tuple[int, dict[str, Json]]] = []
    for cells in office.query("open"):
        row = read_row(cells)
        ours = _owed(row, office.party)
        for (due, duty, party), found in ((ours, owed), (_theirs(row, office.party), awaited)):
            if party is not None:
                told = _case(row, office, name)
                told |= {"duty": duty, "due": maybe_iso(due), "owed_by": party}
                told |= {"duty_label": _label(row, duty)}
                told |= {"overdue": due is not None and due < now}
                told |= {"open_to_us": _open_to(row, office.party)}
                found.append((due if due is not None else NO_DEADLINE, told))
    return {
        "as_of": iso(now),
        "owed": [told for _, told in sorted(owed, key=lambda each: each[0])],
        "awaited": [told for _, told in sorted(awaited, key=lambda each: each[0])],
    }


def _owed(row: Row, us: PartyId) -> tuple[int | None, str | None, str | None]:
    """Return what we owe on a case: a clock's, or just our word (no clock)."""
    if row.requester == us and (row.requester_due is not None or row.turn == us):
        return row.requester_due, row.requester_duty, us
    if row.addressee == us and (row.addressee_due is not None or row.turn == us):
        return row.addressee_due, row.addressee_duty, us
    return None, None, None


def _theirs(row: Row, us: PartyId) -> tuple[int | None, str | None, str | None]:
    """Return what the other party owes on a case of ours."""
    other = row.addressee if row.requester == us else row.requester
    return (None, None, None) if other is None else _owed(row, PartyId(other))


def _open_to(row: Row, us: PartyId) -> list[Json]:
    """Return the verbs that the table lets us say now, each once."""
    role = Role.REQUESTER if row.requester == us else Role.ADDRESSEE
    steps = [step for step, by, at in MOVES if (by, at) == (role, row.phase)]
    return [*dict.fromkeys(step.partition(":")[0] for step in steps)]


def _label(row: Row, duty: str | None) -> Json:
    profile = PROFILES.get((row.profile, row.version))
    spec = profile.clock(duty) if profile and duty else None
    return None if spec is None else {"zh": spec.label.zh, "en": spec.label.en}


def _case(row: Row, office: Office, name: Name) -> dict[str, Json]:
    summary: dict[str, Json] = json.loads(row.summary)
    return {
        "subject": subject_urn(SubjectId(row.subject)),
        "phase": row.shown,
        "delivered": row.shown != "sent",
        "mechanism": None if row.net is None else StatementId(row.net).hex(),
        "requester": name(row.requester),
        "addressee": name(row.addressee),
        "ours": row.requester == office.party,
        "profile": row.profile,
        "profile_version": row.version,
        "outcome": row.outcome,
        "urgency": row.urgency,
        "tlp": row.tlp,
        "reference": row.reference,
        "summary": summary,
        "turn": row.turn,
        "our_turn": row.turn == office.party,
        "opened_at": maybe_iso(row.opened_at),
        "changed_at": maybe_iso(row.changed_at),
        "due": {
            "requester": _due(row.requester_due, row.requester_duty),
            "addressee": _due(row.addressee_due, row.addressee_duty),
        },
        "demo": bool(row.demo),
    }


def _due(at: int | None, duty: str | None) -> Json:
    return None if at is None else {"duty": duty, "due": iso(at)}


def _namer(office: Office) -> Name:
    """Return a function that names parties, each looked up once."""

    @cache
    def name(party: str | None) -> Json:
        if party is None:
            return None
        try:
            return party_json(office, PartyId(party))
        except ComityError:  # its card was never met: the id alone
            return {"party": party, "names": {}, "code": None, "demo": False, "is_us": False}

    return name
