"""What a statement must say to have effect, once the table of moves lets it be said.

Pure and total.  Each function returns the rule that bars, or ``None``.
"""

from dataclasses import dataclass

from comity.capabilities.assistance import ruling
from comity.capabilities.assistance.clocks import extended_clock, has_lapsed, met_by
from comity.capabilities.assistance.moves import Row
from comity.capabilities.assistance.profile import ClockKind, Profile
from comity.capabilities.assistance.profiles import ENVELOPE, PROFILES
from comity.capabilities.assistance.request import Request, Role, addressee_of, answers
from comity.capabilities.assistance.schema import (
    RULES_VERSION,
    Accept,
    Acknowledge,
    Answer,
    Extend,
    Lapse,
    Payload,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Submit,
    Transfer,
    kind_of,
    verb_of,
)
from comity.fold.capability import Ground
from comity.fold.entry import Told
from comity.fold.rule import Rule
from comity.statement.model import PartyId, StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One statement that the table lets be said, with all that it is judged by."""

    request: Request
    row: Row
    payload: Payload
    move: Told
    ground: Ground


def judge_content(asked: Asked) -> Rule | None:
    """Return the rule that bars what a statement says, or ``None``; never raises."""
    return _own_part(asked) or _text(asked)


def _own_part(asked: Asked) -> Rule | None:
    match asked.payload:
        case Submit() as submit:
            return _submit(submit, asked)
        case Refuse() as refuse:
            return _ground(refuse, asked.request.profile) or _outcome(asked)
        case Accept() | Acknowledge() | Answer() | Transfer():
            return _terms(asked) or _outcome(asked)
        case Extend() as extend:
            return _extension(extend, asked.request)
        case Lapse() as lapse:
            return _lapse(lapse, asked)
        case _:
            return _rating(asked)


def _submit(submit: Submit, asked: Asked) -> Rule | None:
    move, ground = asked.move, asked.ground
    addressee = addressee_of(move)
    if addressee is None or not {addressee, move.said.issuer} <= set(ground.members):
        return ruling.TWO_MEMBERS
    profile = PROFILES.get((submit.profile, submit.version))
    in_force = ground.profiles.get(submit.profile) == submit.version
    if profile is None or not in_force or submit.rules != RULES_VERSION:
        return ruling.PROFILE_IN_FORCE
    if ground.net is not None and move.said.act.net != ground.net:
        return ruling.PROFILE_IN_FORCE
    return None if _words_fit(submit, profile) else ruling.WELL_FORMED


def _words_fit(submit: Submit, profile: Profile) -> bool:
    """Whether marks and urgency are of the envelope, and conditions those of the clocks."""
    values = {spec.id: spec.values for spec in ENVELOPE}
    named = {clock.when.field for clock in profile.clocks if clock.when} - {"urgency"}
    return (
        submit.urgency in values["urgency"]
        and submit.tlp in values["tlp"]
        and submit.pap in values["pap"]
        and set(submit.caveats) <= set(values["caveats"])
        and set(submit.conditions) <= named
    )


def _ground(refuse: Refuse, profile: Profile | None) -> Rule | None:
    if profile is None:
        return ruling.PROFILE_IN_FORCE
    if refuse.ground is not None:
        return None if profile.ground(refuse.ground) else ruling.GROUND_NAMED
    needed = profile.ground_required and refuse.decision is Refusal.REFUSED
    return ruling.GROUND_NAMED if needed else None


def _outcome(asked: Asked) -> Rule | None:
    named = getattr(asked.payload, "outcome", None)
    if named is None:
        return None
    profile = asked.request.profile
    outcome = profile.outcome(named) if profile else None
    if outcome is None or asked.row.by is Role.REQUESTER:
        return ruling.OUTCOME_OF_PROFILE
    verb = verb_of(kind_of(asked.payload))
    decision = getattr(asked.payload, "decision", None)
    ways = {(way.verb, way.decision) for way in outcome.ways}
    return None if (verb, decision) in ways else ruling.OUTCOME_OF_PROFILE


def _terms(asked: Asked) -> Rule | None:
    """ASSIST-8, for the requester's word on conditions."""
    if asked.row.by is not Role.REQUESTER:
        return None
    if asked.request.terms is None:
        return ruling.IN_ORDER
    if getattr(asked.payload, "until", None) is not None:
        return ruling.WELL_FORMED
    return None if asked.request.terms in asked.move.knew else ruling.TERMS_SEEN


def _extension(extend: Extend, request: Request) -> Rule | None:
    profile = request.profile
    if profile is None:
        return ruling.PROFILE_IN_FORCE
    spec = profile.extension
    name = extended_clock(profile, extend)
    clock = profile.clock(name) if name in spec.clocks else None
    if clock is None or (spec.max_count is not None and len(request.extensions) >= spec.max_count):
        return ruling.EXTENSION_ALLOWED
    met = clock.kind is ClockKind.DEADLINE and met_by(request, clock) is not None
    return ruling.EXTENSION_ALLOWED if met else None


def _rating(asked: Asked) -> Rule | None:
    """ASSIST-10 and ASSIST-11: a rating and a remark are about something seen."""
    request, knew = asked.request, asked.move.knew
    if isinstance(asked.payload, Rate):
        known = [moved.id for moved in answers(request) if moved.id in knew]
        rated = {rating.answer for rating in request.ratings}
        return None if known and known[-1] not in rated else ruling.RATING_OF_WHAT_WAS_SEEN
    if isinstance(asked.payload, Remark):
        seen = any(rating.id in knew for rating in request.ratings)
        return None if seen else ruling.REMARK_ON_A_RATING
    return None


def _lapse(lapse: Lapse, asked: Asked) -> Rule | None:
    request, move = asked.request, asked.move
    profile = request.profile
    spec = profile.clock(lapse.clock) if profile else None
    met = met_by(request, spec) if spec else None
    if met is not None and met.id not in move.knew:
        return ruling.ACT_BEFORE_LAPSE
    times: dict[tuple[StatementId, PartyId], int] = {}
    for cited, _ in lapse.cites:
        for proved in asked.ground.proven.get((move.said.id, cited), ()):
            key = (cited, proved.log)
            times[key] = min(proved.time, times.get(key, proved.time))
    return None if has_lapsed(request, lapse.clock, times) else ruling.LAPSE_IS_PROVED


def _text(asked: Asked) -> Rule | None:
    """ASSIST-17 and ASSIST-18: a text where one is needed, in the languages agreed."""
    act, languages = asked.move.said.act, asked.ground.languages
    profile = asked.request.profile
    reasons = profile is not None and profile.extension.reason_required
    needed = asked.row.text or (isinstance(asked.payload, Extend) and reasons)
    if needed and not act.texts:
        return ruling.REASON_GIVEN
    spoken = set(act.texts)
    if isinstance(asked.payload, Submit):
        spoken |= set(asked.payload.languages)
    kind = kind_of(asked.payload)
    wanted = languages.get(kind)
    if wanted is None:
        wanted = languages.get("*", ()) if spoken or isinstance(asked.payload, Submit) else ()
    return None if set(wanted) <= spoken else ruling.LANGUAGES_GIVEN
