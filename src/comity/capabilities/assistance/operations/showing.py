"""One case in full: where it stands, who owes what, and everything that was said."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from comity.capabilities.assistance.case import Case, find_case, party_json, turn_json
from comity.capabilities.assistance.clocks import delivered_at
from comity.capabilities.assistance.fields import (
    check_fields,
    check_submission,
    languages_in,
    languages_of,
    read_fields,
)
from comity.capabilities.assistance.operations.choices import choices_json
from comity.capabilities.assistance.operations.statements import (
    no_text,
    plain_value,
    statement_json,
    texts_in,
    waiting_json,
)
from comity.capabilities.assistance.profile import FieldSpec
from comity.capabilities.assistance.request import Moved, Rating, Role
from comity.capabilities.assistance.rules import fold
from comity.capabilities.assistance.schema import Accept, Answer, Decision, Submit, verb_of
from comity.errors import ComityError
from comity.fold.duty import Duty
from comity.fold.fork import Fork
from comity.fold.state import states_fit
from comity.kit.asked import Asked
from comity.kit.desk import Json
from comity.kit.language import iso, maybe_iso
from comity.kit.office import Office
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId, subject_urn
from comity.statement.text import BilingualText
from comity.wording import LANGUAGES, say, tell

NOT_STATED: Final = "not stated"
"""What a chain of mandates says until there are mandates."""


def show(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Return one case in full, in the order of the telling.

    Arguments: ``subject``.

    Raises:
        FormatError: ``ask.…``; no such case.

    """
    asked = Asked(arguments)
    case = find_case(office, asked.text("subject"))
    asked.end()
    request, now = case.request, office.now()
    told = case.view.telling.told
    fits = states_fit(case.view.telling, partial(fold, ground=case.view.ground))
    return {
        "demo": case.view.demo,
        "as_of": iso(now),
        "subject": subject_urn(case.subject),
        "phase": case.phase,
        "us": office.party,
        "requester": party_json(office, request.requester),
        "addressee": party_json(office, request.addressee),
        "mechanism": None if case.view.ground.net is None else case.view.ground.net.hex(),
        "profile": _profile(case),
        "marks": {"tlp": request.tlp, "pap": request.pap, "caveats": list(request.caveats)},
        "urgency": request.urgency,
        "outcome": _labelled(case, request.outcome, "outcome"),
        "ground": _labelled(case, request.ground, "ground"),
        "facts": _facts(case),
        "turn": turn_json(office, case),
        "choices": choices_json(case, office.party),
        "clocks": [clock_json(duty) for duty in case.duties(now)],
        "no_third_party": len(case.view.ground.members) <= len(Role),
        "fields": _fields(case),
        "statements": [
            statement_json(office, case, each, fits=fits.get(each.said.id)) for each in told
        ],
        "waiting": waiting_json(office, case),
        "forks": [_fork(each) for each in case.view.telling.forks],
        "ratings": [_rating(case, each, now) for each in request.ratings],
    }


def clock_json(duty: Duty) -> dict[str, Json]:
    """Return a clock; times in ISO 8601, UTC."""
    return {
        "duty": duty.id,
        "kind": duty.kind,
        "owed_by": duty.actor,
        "label": both(duty.label),
        "start": maybe_iso(duty.start),
        "due": maybe_iso(duty.due),
        "state": duty.state.value,
        "met_at": maybe_iso(duty.met_at),
        "seconds_left_when_stopped": duty.left,
        "presumed": duty.presumed,
        "source": duty.source,
    }


def both(text: BilingualText) -> Json:
    """Return a sentence of the software in both languages."""
    return {"zh": text.zh, "en": text.en}


def _profile(case: Case) -> Json:
    request, profile = case.request, case.request.profile
    return {
        "id": request.profile_id,
        "version": request.profile_version,
        "title": None if profile is None else both(profile.title),
        "known": profile is not None,
    }


def _labelled(case: Case, name: str | None, of: str) -> Json:
    """Return an outcome or a ground with its label; ``None``: not stated."""
    profile = case.request.profile
    if name is None:
        return None
    spec = (profile.outcome(name) if of == "outcome" else profile.ground(name)) if profile else None
    return {"id": name, "label": None if spec is None else both(spec.label)}


def _facts(case: Case) -> Json:
    """Return delivery, acknowledgement and agreement: three facts, never one."""
    request, receipts = case.request, case.view.receipts
    opening = request.opening
    sent = (
        None
        if opening is None or request.requester is None
        else receipts.times.get((opening, request.requester))
    )
    acknowledged = _first(case, lambda moved: verb_of(moved.kind) == "acknowledge")
    agreed = _first(case, _agrees)
    return {
        "sent": {"at": maybe_iso(sent), "log": request.requester},
        "delivered": _delivered(case),
        "acknowledged": acknowledged,
        "agreed": agreed,
        "answered": _first(case, lambda moved: isinstance(moved.payload, Answer)),
    }


def _delivered(case: Case) -> Json:
    at = delivered_at(case.request, case.view.receipts)
    return None if at is None else {"at": iso(at), "log": case.request.addressee}


def _agrees(moved: Moved) -> bool:
    """Whether a statement agrees to what was asked, in full or in part, without conditions."""
    payload = moved.payload
    return isinstance(payload, Accept) and payload.decision in {Decision.ACCEPTED, Decision.PARTLY}


def _first(case: Case, wanted: Callable[[Moved], bool]) -> Json:
    found = next((moved for moved in case.request.moves if wanted(moved)), None)
    if found is None:
        return None
    payload = found.payload
    return {
        "statement": found.id.hex(),
        "decision": payload.decision.value if isinstance(payload, Accept) else None,
        "logs": log_times(case, found.id),
    }


def log_times(case: Case, statement: StatementId) -> Json:
    """Return when each log first held a statement: what both logs say, side by side."""
    times = case.view.receipts.times
    return {log: iso(at) for (sid, log), at in times.items() if sid == statement}


def _fields(case: Case) -> Json:
    """Return the fields of the request, checked, whoever wrote them."""
    opening, profile = case.request.opening, case.request.profile
    entry = None if opening is None else case.view.entries.get(opening)
    if opening is None or entry is None:
        return None
    problems: list[Json] = []
    given: dict[str, Value] = {}
    try:
        given = read_fields(entry.sections)
        if profile is not None:
            check_fields(profile, given)
            submit = case.request.moves[0].payload
            if isinstance(submit, Submit):
                check_submission(submit, entry.sections)
    except ComityError as error:
        problems.append({"code": error.code, "zh": tell(error, "zh"), "en": tell(error, "en")})
    # What is asked first, then the envelope; what the profile does not know, last.
    specs = sorted(profile.fields, key=lambda spec: spec.envelope) if profile else []
    labels = {spec.id: spec.label for spec in specs}
    order = [*(name for name in labels if name in given), *(set(given) - set(labels))]
    return {
        "values": {name: plain_value(given[name]) for name in order},
        "labels": {name: both(labels[name]) for name in given if name in labels},
        "words": {spec.id: _values(spec) for spec in specs if spec.id in given},
        "languages": list(languages_of(profile, given)) if profile else [],
        "no_text": no_text(languages_of(profile, given), languages_in(profile, given))
        if profile
        else [],
        "checked": profile is not None,
        "problems": problems,
    }


def _values(spec: FieldSpec) -> Json:
    """Return what the codes that a field may hold are called."""
    if spec.type == "mandate_chain":
        word: dict[str, Json] = {lang: say("assistance.not-stated", lang) for lang in LANGUAGES}
        return {NOT_STATED: word}
    return {value: both(label) for value, label in spec.value_labels.items()}


def _fork(fork: Fork) -> Json:
    choices: Mapping[PartyId, StatementId | None] = fork.choices
    return {
        "issuer": fork.issuer,
        "after": None if fork.after is None else fork.after.hex(),
        "branches": [each.hex() for each in fork.branches],
        "choices": {
            party: None if chosen is None else chosen.hex() for party, chosen in choices.items()
        },
        "chosen": None if fork.chosen is None else fork.chosen.hex(),
        "outcome": fork.outcome.value,
    }


def _rating(case: Case, rating: Rating, now: int) -> Json:
    """Return a rating with what is shown beside it: timeliness from both logs, the remarks."""
    opening = case.request.opening
    return {
        "statement": rating.id.hex(),
        "quality": rating.quality.value,
        "texts": texts_in(case, rating.id),
        "answer": rating.answer.hex(),
        "remarks": [
            {"statement": each.hex(), "texts": texts_in(case, each)} for each in rating.remarks
        ],
        "timeliness": {
            "asked": None if opening is None else log_times(case, opening),
            "answered": log_times(case, rating.answer),
            "clocks": [
                clock_json(duty) for duty in case.duties(now) if duty.kind == "duty" and duty.due
            ],
        },
    }
