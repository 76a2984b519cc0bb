"""The table of cases that lists read; it can be dropped and made again from the log.

A row is a function of the thread and of first receipts.  Nothing in it is from our clock, so
that rebuilding gives the same rows: whether a time has passed is for the reader to say.
"""

import json
from dataclasses import dataclass, fields
from typing import Final

from comity.capabilities.assistance.case import Case, case_of
from comity.capabilities.assistance.fields import read_fields
from comity.errors import ComityError
from comity.fold.duty import DutyState
from comity.fold.thread import DELIVERY, SEEN
from comity.kit.office import ThreadView
from comity.statement.cbor import Value
from comity.statement.model import PartyId
from comity.store.projections import Cell, Projection
from comity.store.queries import load_sql

SUMMARY_LETTERS: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case, in the order of the table's columns.  Times: unix seconds, UTC."""

    subject: bytes
    net: bytes | None
    requester: str | None
    addressee: str | None
    profile: str
    version: str
    phase: str
    """As the fold tells it."""
    shown: str
    """As people see it: with the fact that it was delivered."""
    outcome: str | None
    turn: str | None
    """Whose word it waits for; ``None`` once it is over."""
    urgency: str
    tlp: str
    reference: str
    """The requester's number of it."""
    summary: str
    """JSON: language tag to the beginning of its first long text."""
    opened_at: int | None
    changed_at: int | None
    requester_due: int | None
    requester_duty: str | None
    addressee_due: int | None
    addressee_duty: str | None
    demo: int


def row_of(view: ThreadView) -> tuple[Cell, ...]:
    """Return the row of a thread."""
    case = case_of(view)
    request = case.request
    given = _fields(case)
    opened_at, changed_at = _times(case)
    requester_due, requester_duty = next_due(case, request.requester)
    addressee_due, addressee_duty = next_due(case, request.addressee)
    row = Row(
        subject=view.subject,
        net=view.ground.net,
        requester=request.requester,
        addressee=request.addressee,
        profile=request.profile_id,
        version=request.profile_version,
        phase=request.phase.value,
        shown=case.phase,
        outcome=request.outcome,
        turn=case.turn,
        urgency=request.urgency,
        tlp=request.tlp,
        reference=str(given.get("id", ""))[:SUMMARY_LETTERS],
        summary=json.dumps(_summary(case, given), ensure_ascii=False, sort_keys=True),
        opened_at=opened_at,
        changed_at=changed_at,
        requester_due=requester_due,
        requester_duty=requester_duty,
        addressee_due=addressee_due,
        addressee_duty=addressee_duty,
        demo=int(view.demo),
    )
    return tuple(getattr(row, column.name) for column in fields(Row))


def read_row(cells: tuple[object, ...]) -> Row:
    """Return a row that a query gave."""
    return Row(**dict(zip((column.name for column in fields(Row)), cells, strict=True)))  # type: ignore[arg-type] # the table is STRICT


def next_due(case: Case, party: PartyId | None) -> tuple[int | None, str | None]:
    """Return when a party must next act on a case, and the clock's id; it may have passed."""
    owed = [
        (duty.due, duty.id)
        for duty in case.duties(None)
        if duty.actor == party
        and duty.kind == "duty"
        and duty.due is not None
        and duty.state is DutyState.RUNNING
    ]
    return min(owed, default=(None, None))


def _fields(case: Case) -> dict[str, Value]:
    """Return the opening's fields, empty where they cannot be read."""
    opening = case.request.opening
    entry = None if opening is None else case.view.entries.get(opening)
    try:
        return {} if entry is None else read_fields(entry.sections)
    except ComityError:
        return {}


def _summary(case: Case, given: dict[str, Value]) -> dict[str, str]:
    profile = case.request.profile
    for spec in profile.fields if profile else ():
        value = given.get(spec.id)
        if spec.type == "longtext" and not spec.envelope and isinstance(value, dict):
            return {str(tag): str(text)[:SUMMARY_LETTERS] for tag, text in value.items()}
    return {}


def _times(case: Case) -> tuple[int | None, int | None]:
    """Return the first log time of the opening, and that of the newest thing a person said."""
    first: dict[bytes, int] = {}
    for (statement, _), time in case.view.receipts.times.items():
        first[statement] = min(time, first.get(statement, time))
    said = [
        first[told.said.id]
        for told in case.view.telling.told
        if told.said.id in first and not told.said.act.type.startswith((SEEN, DELIVERY))
    ]
    opening = case.request.opening
    return None if opening is None else first.get(opening), max(said, default=None)


PROJECTION: Final[Projection[ThreadView]] = Projection(
    name="assistance",
    version=1,
    sql=load_sql("comity.capabilities.assistance", "projection.sql"),
    row=row_of,
)
