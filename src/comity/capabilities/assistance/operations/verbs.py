"""The verbs: what either party says on a request that is open."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, TypeVar

from comity.capabilities.assistance import ruling
from comity.capabilities.assistance.case import Case, case_of, find_case, standing_json
from comity.capabilities.assistance.clocks import has_lapsed
from comity.capabilities.assistance.operations.saying import files_of, texts_of, time_of
from comity.capabilities.assistance.profile import ClockKind
from comity.capabilities.assistance.request import Role
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
    Lapse,
    Payload,
    Progress,
    Quality,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Report,
    Transfer,
    Withdraw,
    kind_of,
    own_part,
)
from comity.errors import FormatError
from comity.fold.duty import DutyState
from comity.fold.rule import refuse
from comity.kit.asked import Asked
from comity.kit.desk import Json, Operation
from comity.kit.office import Office, Saying
from comity.statement.model import MOST_CITES, PartyId, StatementId

Word = TypeVar("Word", bound=StrEnum)
Read = Callable[[Office, Case, Asked], Payload]


def _word(asked: Asked, name: str, words: type[Word]) -> Word | None:
    """Return one of some words; raises ``FormatError`` (``assistance.no-such-word``)."""
    told = asked.maybe(name)
    if told is None:
        return None
    try:
        return words(told)
    except ValueError:
        raise FormatError(
            "assistance.no-such-word", name=name, word=told[:40], words=", ".join(words)
        ) from None


def _decided(case: Case, verb: str, outcome: str | None, words: type[Word]) -> Word | None:
    """Return the decision by which an outcome is reached, where the profile names one."""
    profile = case.request.profile
    way = profile.way(outcome, verb) if profile and outcome else None
    return words(way.decision) if way and way.decision in set(words) else None


def _accept(_office: Office, case: Case, asked: Asked) -> Payload:
    outcome = asked.maybe("outcome")
    decision = _word(asked, "decision", Decision) or _decided(case, "accept", outcome, Decision)
    return Accept(
        decision=decision or Decision.ACCEPTED, outcome=outcome, until=time_of(asked, "until")
    )


def _refuse(_office: Office, case: Case, asked: Asked) -> Payload:
    outcome = asked.maybe("outcome")
    decision = _word(asked, "decision", Refusal) or _decided(case, "refuse", outcome, Refusal)
    return Refuse(
        decision=decision or Refusal.REFUSED, ground=asked.maybe("ground"), outcome=outcome
    )


def _report(_office: Office, _case: Case, asked: Asked) -> Payload:
    status = _word(asked, "status", Progress) or Progress.EXECUTING
    return Report(status=status, until=time_of(asked, "until"))


def _extend(_office: Office, _case: Case, asked: Asked) -> Payload:
    until = time_of(asked, "until")
    if until is None:
        raise FormatError("ask.missing", name="until")
    return Extend(until=until, clock=asked.maybe("clock"))


def _transfer(office: Office, _case: Case, asked: Asked) -> Payload:
    to = asked.maybe("to")
    return Transfer(to=office.find_party(to).id if to else None, outcome=asked.maybe("outcome"))


def _rate(_office: Office, _case: Case, asked: Asked) -> Payload:
    quality = _word(asked, "quality", Quality)
    if quality is None:
        raise FormatError("ask.missing", name="quality")
    return Rate(quality=quality)


def _lapse(office: Office, case: Case, asked: Asked) -> Payload:
    """Return that a clock ran out, with the receipts of other logs that prove it.

    Raises:
        RuleError: ``ASSIST-7``: no receipt that is here proves it.

    """
    if case.request.role(office.party) is not Role.REQUESTER:
        raise refuse(ruling.BY_ITS_PARTY)
    clock = asked.maybe("clock") or _overdue(case, office.now())
    cites = _proofs(case, office.party)
    times = {(sid, log): time for sid, _, log, time in cites}
    if clock is None or not has_lapsed(case.request, clock, times):
        raise refuse(ruling.LAPSE_IS_PROVED)
    return Lapse(clock=clock, cites=tuple((sid, receipt) for sid, receipt, _, _ in cites))


def _overdue(case: Case, now: int) -> str | None:
    """Return the first deadline that has passed."""
    profile = case.request.profile
    for duty in case.duties(now):
        spec = profile.clock(duty.id) if profile else None
        if duty.state is DutyState.OVERDUE and spec and spec.kind is ClockKind.DEADLINE:
            return duty.id
    return None


def _proofs(case: Case, us: PartyId) -> list[tuple[StatementId, bytes, PartyId, int]]:
    """Return what a lapse may cite: what clocks start and stop by, and the newest receipt.

    Only receipts of logs other than ours prove anything (ASSIST-7).
    """
    events = {
        moved.id
        for moved in case.request.moves
        if moved.id == case.request.opening or isinstance(moved.payload, Clarify | Extend | Accept)
    }
    held = [
        (sid, receipt.encoded, receipt.log, receipt.time)
        for sid, entry in case.view.entries.items()
        for receipt in entry.receipts
        if receipt.verified and receipt.encoded and receipt.log != us
    ]
    newest = max(held, key=lambda each: each[3], default=None)
    wanted = [each for each in held if each[0] in events or each is newest]
    # The opening and the newest prove the most; of the others, the newest ones.
    wanted.sort(key=lambda each: (each[0] != case.request.opening, each is not newest, -each[3]))
    return wanted[:MOST_CITES]


VERBS: Final[Mapping[str, Read]] = {
    "acknowledge": lambda _office, _case, asked: Acknowledge(
        until=time_of(asked, "until"), outcome=asked.maybe("outcome")
    ),
    "clarify": lambda _office, _case, _asked: Clarify(),
    "accept": _accept,
    "refuse": _refuse,
    "report": _report,
    "extend": _extend,
    "transfer": _transfer,
    "escalate": lambda _office, _case, asked: Escalate(channel=asked.maybe("channel")),
    "answer": lambda _office, _case, asked: Answer(outcome=asked.maybe("outcome")),
    "withdraw": lambda _office, _case, _asked: Withdraw(),
    "rate": _rate,
    "remark": lambda _office, _case, _asked: Remark(),
    "close": lambda _office, _case, _asked: Close(),
    "lapse": _lapse,
}
"""Verb to how its own part is read; ``Office.say`` judges it before anything is signed."""


def move(read: Read, office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Say one thing on a request that is open.

    Arguments: ``subject``, ``texts``, ``makers``, ``machines``, ``attach``, and those of the verb.

    Raises:
        FormatError: for arguments of a wrong form, and no such case.
        RuleError: the rule that bars it; nothing was said.

    """
    asked = Asked(arguments)
    case = find_case(office, asked.text("subject"))
    texts, makers = texts_of(asked)
    attachments = files_of(asked)
    payload = read(office, case, asked)
    asked.end()
    done = office.say(
        Saying(
            kind=kind_of(payload),
            subject=case.subject,
            own=own_part(payload),
            texts=texts,
            makers=makers,
            attachments=attachments,
        )
    )
    after = case_of(office.thread(done.subject))
    return {
        **standing_json(office, after),
        "statement": done.statement.hex(),
        "kind": kind_of(payload),
    }


MOVES: Final[Mapping[str, Operation]] = {
    f"assistance.{verb}": partial(move, read) for verb, read in VERBS.items()
}
