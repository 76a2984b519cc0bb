"""Who owes what by when: a second function, of the state and of first receipts (ruling 15).

Pure.  The state's ``moves`` are the events; when each happened is the head time at which the
addressee's log first held it, so that one clock measures everything (DUTY-1).  A clock stands
still while a question waits for its reply (DUTY-2).  What a profile's clocks are, and which
statements meet them, is data in ``profiles/*.json``; how durations add up is ``fold.duty``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from comity.capabilities.assistance.moves import DECLINED
from comity.capabilities.assistance.profile import (
    PRESERVED,
    RESPOND,
    TIME_FRAME_STATED,
    ClockKind,
    ClockSpec,
    Profile,
)
from comity.capabilities.assistance.request import Moved, Phase, Request, Role
from comity.capabilities.assistance.schema import Accept, Clarify, Decision, Extend, verb_of
from comity.fold.capability import FirstReceipts
from comity.fold.duty import (
    DAY,
    Clock,
    Duration,
    Duty,
    DutyState,
    Pause,
    Start,
    add_duration,
    duty_at,
    parse_duration,
    start_of,
)
from comity.statement.model import PartyId, StatementId

Times = Mapping[tuple[StatementId, PartyId], int]
"""(Statement, party whose log it is) to head time in unix seconds, UTC."""

ENDED: Final = DECLINED | {Phase.WITHDRAWN, Phase.CLOSED}
"""Phases in which what is still owed no longer has to be met."""
MOST_PERIODS: Final = 1200
GOES_ON: Final = frozenset({"accept", "refuse", "report", "transfer", "answer"})
"""What the addressee says without waiting for a reply any longer."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A request that was asked, with its profile and the times at which logs held it."""

    request: Request
    profile: Profile
    times: Times

    def at(self, moved: StatementId) -> int | None:
        """Return the head time at which the addressee's log first held a statement."""
        party = self.request.addressee
        return None if party is None else self.times.get((moved, party))


def clocks(request: Request, receipts: FirstReceipts, now: int | None) -> tuple[Duty, ...]:
    """Return every clock that runs for this request, in the profile's order.

    A clock whose condition does not hold, or that another one replaces, is left out.

    Args:
        request: the state; its ``moves`` are the events that start and stop clocks.
        receipts: head times (unix seconds, UTC) at which each log first held each statement.
        now: unix seconds, UTC; ``None`` leaves out whether a time has passed.

    """
    profile = request.profile
    if profile is None or request.opening is None:
        return ()
    case = _Case(request, profile, receipts.times)
    return tuple(_duty(case, spec, now) for spec in running(request, profile))


def delivered_at(request: Request, receipts: FirstReceipts) -> int | None:
    """Return the head time of the addressee's own receipt for the opening, if it is there."""
    if request.opening is None or request.addressee is None:
        return None
    return receipts.times.get((request.opening, request.addressee))


def running(request: Request, profile: Profile) -> tuple[ClockSpec, ...]:
    """Return the clocks whose condition holds and that no other one replaces."""
    holding = [spec for spec in profile.clocks if _holds(request, spec)]
    replaced = {spec.replaces for spec in holding}
    return tuple(spec for spec in holding if spec.id not in replaced)


def met_by(request: Request, spec: ClockSpec) -> Moved | None:
    """Return the statement that met a clock, or ``None``."""
    return next(_meeting(request, spec), None)


def extended_clock(profile: Profile, payload: Extend) -> str:
    """Return the id of the clock that an extension is about."""
    return payload.clock or profile.extension.clocks[0]


def has_lapsed(request: Request, clock_id: str, times: Times) -> bool:
    """Whether log receipts prove that the time of a clock has passed and nothing met it.

    Args:
        request: the state.
        clock_id: a deadline of the profile that runs for this request.
        times: (statement, party) to a head time at which that party's log provably held
            it.  The requester's own log proves nothing here.

    Source:
        ASSIST-7; wire profile, rulings 15 and 16.

    """
    profile = request.profile
    spec = profile.clock(clock_id) if profile else None
    if profile is None or spec is None or spec.kind is not ClockKind.DEADLINE:
        return False
    if spec not in running(request, profile) or met_by(request, spec) is not None:
        return False
    case = _Case(request, profile, times)
    if any(case.at(each) is None for each in _events(case, spec)):
        return False
    due = _duty(case, spec, None).due
    seen = [time for (_, party), time in times.items() if party != request.requester]
    return due is not None and bool(seen) and max(seen) > due


def _holds(request: Request, spec: ClockSpec) -> bool:
    if spec.when is None:
        return True
    wanted, field = spec.when.value, spec.when.field
    value = request.urgency if field == "urgency" else request.conditions.get(field)
    return type(value) is type(wanted) and value == wanted


def _meeting(request: Request, spec: ClockSpec) -> Iterator[Moved]:
    for moved in request.moves:
        if moved.by is Role.ADDRESSEE and not _tokens(request, moved).isdisjoint(
            spec.discharged_by
        ):
            yield moved


def _tokens(request: Request, moved: Moved) -> set[str]:
    """Return the verb of a statement and the events that it is."""
    tokens = {verb_of(moved.kind)}
    if _outcome_event(request, moved) == PRESERVED:
        tokens.add(PRESERVED)
    if _until(moved) is not None:
        tokens.add(TIME_FRAME_STATED)
    return tokens


def _outcome_event(request: Request, moved: Moved) -> str | None:
    named = getattr(moved.payload, "outcome", None)
    profile = request.profile
    outcome = profile.outcome(named) if profile and isinstance(named, str) else None
    return outcome.event if outcome else None


def _until(moved: Moved) -> int | None:
    until = getattr(moved.payload, "until", None)
    return until if isinstance(until, int) and moved.by is Role.ADDRESSEE else None


def _stated(case: _Case, spec: ClockSpec) -> Moved | None:
    """Return the newest statement that says until when, for a clock that only that fixes."""
    found = None
    for moved in case.request.moves:
        about = not isinstance(moved.payload, Extend) or (
            extended_clock(case.profile, moved.payload) == spec.id
        )
        if _until(moved) is not None and about:
            found = moved
    return found


def _restated(case: _Case, spec: ClockSpec) -> Moved | None:
    """Return the newest extension or postponement of a clock."""
    found = None
    for moved in case.request.moves:
        payload = moved.payload
        extended = isinstance(payload, Extend) and extended_clock(case.profile, payload) == spec.id
        postponed = (
            isinstance(payload, Accept)
            and payload.decision is Decision.POSTPONED
            and payload.until is not None
            and spec.id == case.profile.needed_by
        )
        if extended or postponed:
            found = moved
    return found


def _waits(request: Request) -> list[tuple[StatementId, StatementId | None]]:
    """Return each question with what ended the wait: from the first unanswered one on."""
    waits: list[tuple[StatementId, StatementId | None]] = []
    first: StatementId | None = None
    question: StatementId | None = None
    for moved in request.moves:
        asked = isinstance(moved.payload, Clarify) and moved.by is Role.ADDRESSEE
        if asked:
            first, question = first or moved.id, moved.id
        elif first is not None and _ends_wait(moved, question):
            waits.append((first, moved.id))
            first = question = None
    return waits if first is None else [*waits, (first, None)]


def _ends_wait(moved: Moved, question: StatementId | None) -> bool:
    if isinstance(moved.payload, Clarify):
        return question in moved.knew
    return moved.by is Role.ADDRESSEE and verb_of(moved.kind) in GOES_ON


def _pauses(case: _Case, since: int | None = None) -> tuple[Pause, ...]:
    """Return when the clocks stood still, from ``since`` on if a time was restated then."""
    found = []
    for asked, replied in _waits(case.request):
        start, end = case.at(asked), None if replied is None else case.at(replied)
        if start is None or (since is not None and end is not None and end <= since):
            continue
        found.append(Pause(start=start if since is None else max(start, since), end=end))
    return tuple(found)


def _start(case: _Case, spec: ClockSpec) -> Start | None:
    if spec.starts_at == "delivered":
        return _delivery(case)
    if spec.starts_at == RESPOND + "_due":
        respond = case.profile.clock(RESPOND)
        due = None if respond is None else _duty(case, respond, None).due
        return None if due is None else Start(at=due)
    event = _event(case, spec)
    at = None if event is None else case.at(event.id)
    return None if at is None else Start(at=at)


def _event(case: _Case, spec: ClockSpec) -> Moved | None:
    """Return the statement that starts a clock which delivery does not start."""
    if spec.starts_at == TIME_FRAME_STATED:
        return _stated(case, spec)
    preserving = (
        moved for moved in case.request.moves if _outcome_event(case.request, moved) == PRESERVED
    )
    return next(preserving, None)


def _delivery(case: _Case) -> Start | None:
    request, opening = case.request, case.request.opening
    ours = {request.requester, request.addressee}
    deposits = [
        time for (sid, log), time in case.times.items() if sid == opening and log not in ours
    ]
    return start_of(
        addressee=None if opening is None else case.at(opening),
        deposit=min(deposits, default=None),
        grace=parse_duration(case.profile.grace),
    )


def _events(case: _Case, spec: ClockSpec) -> list[StatementId]:
    """Return every statement on whose time the end of a deadline depends."""
    if spec.starts_at == "delivered":
        begin = case.request.opening if _delivery(case) is None else None
    else:
        event = _event(case, spec)
        begin = None if event is None else event.id
    restated = _restated(case, spec)
    waits = [each for wait in _waits(case.request) for each in wait]
    events = [begin, *waits, None if restated is None else restated.id]
    return [each for each in events if each is not None]


def _clock(case: _Case, spec: ClockSpec) -> Clock:
    """Return a clock that runs once, with everything that its state follows from."""
    start, restated, until = _start(case, spec), _restated(case, spec), None
    duration = Duration() if spec.value is None else parse_duration(spec.value)
    since = None
    if spec.value_from == "addressee":
        stated = _stated(case, spec)
        until = None if stated is None else _until(stated)
        since = None if start is None else start.at
    elif restated is not None:
        until, since = _until(restated), case.at(restated.id)
    if until is not None and start is not None:
        duration = Duration(seconds=until - start.at)
    met = met_by(case.request, spec)
    timed = spec.kind in {ClockKind.DEADLINE, ClockKind.INTERVAL}
    request = case.request
    return Clock(
        id=spec.id,
        kind="duty" if timed else "period",
        actor=request.addressee if spec.actor == "addressee" else request.requester,
        label=spec.label,
        source=spec.source,
        duration=duration,
        start=start,
        pauses=_pauses(case, since) if timed else (),
        met_at=None if met is None else case.at(met.id),
        cancelled=request.phase in ENDED,
    )


def _duty(case: _Case, spec: ClockSpec, now: int | None) -> Duty:
    clock = _clock(case, spec)
    if spec.kind is ClockKind.INTERVAL:
        return duty_at(_current_period(case, spec, clock), now)
    duty = duty_at(clock, now)
    if met_by(case.request, spec) is not None and duty.met_at is None:
        return replace(duty, state=DutyState.MET)
    return duty


def _current_period(case: _Case, spec: ClockSpec, clock: Clock) -> Clock:
    """Return the first period that no report has met; each report meets those up to it."""
    if clock.start is None:
        return replace(clock, met_at=None)
    told = [case.at(moved.id) for moved in _meeting(case.request, spec)]
    last = max((time for time in told if time is not None), default=clock.start.at)
    month, period = 31 * DAY, clock.duration
    length = period.months * month + period.seconds
    skipped = max(0, last - clock.start.at) // length if length else 0
    count = min(skipped, MOST_PERIODS)
    while count < MOST_PERIODS and add_duration(clock.start.at, _times(period, count)) <= last:
        count += 1
    return replace(clock, duration=_times(period, max(1, count)), met_at=None)


def _times(duration: Duration, count: int) -> Duration:
    return Duration(months=duration.months * count, seconds=duration.seconds * count)
