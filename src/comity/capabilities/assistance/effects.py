"""What a statement that takes effect leaves behind: phase, outcome, ratings, open questions.

Pure and total.
"""

from dataclasses import replace

from comity.capabilities.assistance.moves import Row, To
from comity.capabilities.assistance.request import (
    Moved,
    Phase,
    Rating,
    Request,
    Role,
    addressee_of,
    answers,
)
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Decision,
    Payload,
    Rate,
    Refuse,
    Remark,
    Report,
    Submit,
    Transfer,
)
from comity.fold.entry import Told


def opened(request: Request, submit: Submit, told: Told) -> Request:
    """Return the request that an opening asks, before it moves."""
    return replace(
        request,
        opening=told.said.id,
        requester=told.said.issuer,
        addressee=addressee_of(told),
        profile_id=submit.profile,
        profile_version=submit.version,
        urgency=submit.urgency,
        conditions=submit.conditions,
        tlp=submit.tlp,
        pap=submit.pap,
        caveats=submit.caveats,
    )


def moved_by(request: Request, row: Row, payload: Payload, told: Told) -> Request:
    """Return the request after a statement that takes effect."""
    phase = _phase(request, row, payload, told)
    moved = Moved(
        id=told.said.id,
        kind=told.said.act.type,
        by=row.by,
        payload=payload,
        before=request.phase,
        phase=phase,
        knew=told.knew,
    )
    resumes = request.resumes if phase is Phase.CLARIFICATION else None
    if row.to is Phase.CLARIFICATION and request.phase is not Phase.CLARIFICATION:
        resumes = Phase.ACKNOWLEDGED if request.phase is Phase.SENT else request.phase
    after = replace(request, phase=phase, resumes=resumes, moves=(*request.moves, moved))
    return _noted(after, row, payload, told)


def _phase(request: Request, row: Row, payload: Payload, told: Told) -> Phase:
    if isinstance(payload, Rate) and answers(request)[-1].id not in told.knew:
        return request.phase  # ASSIST-10: a newer answer is there, and not rated
    match row.to:
        case Phase() as phase:
            return phase
        case To.RESUMED if request.question is None or request.question in told.knew:
            return request.resumes or Phase.ACKNOWLEDGED
        case _:
            return request.phase  # also ASSIST-9: a newer question is open


def _noted(request: Request, row: Row, payload: Payload, told: Told) -> Request:
    """Return the request with what a statement leaves behind beside the phase."""
    if row.by is Role.REQUESTER:
        return _noted_of_requester(request, payload, told)
    return _noted_of_addressee(request, payload, told)


def _noted_of_requester(request: Request, payload: Payload, told: Told) -> Request:
    match payload:
        case Clarify():
            replied = request.question is None or request.question in told.knew
            return replace(request, question=None if replied else request.question)
        case Accept():
            return replace(request, terms=None)
        case Rate():
            known = [moved.id for moved in answers(request) if moved.id in told.knew]
            rating = Rating(id=told.said.id, quality=payload.quality, answer=known[-1])
            return replace(request, ratings=(*request.ratings, rating))
        case _:
            return request


def _noted_of_addressee(request: Request, payload: Payload, told: Told) -> Request:
    match payload:
        case Clarify():
            return replace(request, question=told.said.id)
        case Accept() | Refuse() | Transfer() | Answer():
            return _decided(request, payload, told)
        case Report():
            return replace(request, question=None, terms=None)
        case Acknowledge():
            return replace(request, outcome=payload.outcome or request.outcome)
        case Remark():
            return replace(request, ratings=_remarked(request.ratings, told))
        case _:
            return request


def _decided(request: Request, payload: Accept | Refuse | Transfer | Answer, told: Told) -> Request:
    conditional = isinstance(payload, Accept) and payload.decision is Decision.CONDITIONAL
    return replace(
        request,
        outcome=payload.outcome,
        ground=payload.ground if isinstance(payload, Refuse) else None,
        terms=told.said.id if conditional else None,
        question=None,
    )


def _remarked(ratings: tuple[Rating, ...], told: Told) -> tuple[Rating, ...]:
    """Return the ratings, with a remark on the newest that its issuer had seen."""
    seen = [rating.id for rating in ratings if rating.id in told.knew]
    return tuple(
        replace(rating, remarks=(*rating.remarks, told.said.id))
        if seen and rating.id == seen[-1]
        else rating
        for rating in ratings
    )
