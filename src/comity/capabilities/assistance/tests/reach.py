"""Ways to everything that a profile names, generated from the profile's own data.

``plans`` returns one plan per goal: a phase, an outcome (by each of its ways), a clock, an
extension, a ground.  A goal that cannot be reached raises ``Unreachable``.  The plans are
data, so that other tests can play them by command.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from comity.capabilities.assistance.clocks import running
from comity.capabilities.assistance.moves import MOVES, step_of
from comity.capabilities.assistance.profile import (
    PRESERVED,
    TIME_FRAME_STATED,
    ClockSpec,
    Condition,
    Outcome,
    Profile,
    Way,
)
from comity.capabilities.assistance.request import Phase, Request, Role
from comity.capabilities.assistance.rules import apply
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
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
)
from comity.capabilities.assistance.tests.thread import ASKED, ASKER, DAY, GROUND, T0, Story, submit
from comity.fold.entry import Told
from comity.statement.model import StatementId

UNTIL = T0 + 45 * DAY


class Unreachable(AssertionError):  # noqa: N818 - said of a goal
    """Nothing that a party can say leads there."""

    def __init__(self, profile: Profile, goal: object) -> None:
        super().__init__(f"{profile.id}: {goal}")


@dataclass(frozen=True)
class Step:
    """One thing to say: by whom, what."""

    by: Role
    payload: Payload

    @property
    def issuer(self) -> str:
        return ASKER if self.by is Role.REQUESTER else ASKED


@dataclass(frozen=True)
class Plan:
    """How to reach one thing that a profile names."""

    profile: str
    goal: str
    steps: tuple[Step, ...] = ()
    fields: dict[str, object] = field(default_factory=dict)
    """Fields of the request that a clock's condition asks for."""
    lapse: str | None = None
    """The clock whose time must pass first; then the requester says that it lapsed."""


def steps_of(profile: Profile) -> Iterator[Step]:
    """Yield everything that either party can say under a profile, outcomes left out."""
    ground = profile.grounds[0].id if profile.ground_required else None
    payloads: tuple[Payload, ...] = (
        Acknowledge(),
        Clarify(),
        *(Accept(decision=decision) for decision in Decision),
        Refuse(ground=ground),
        Refuse(decision=Refusal.NOT_COMPETENT),
        Refuse(decision=Refusal.NO_DATA),
        *(Report(status=status) for status in Progress),
        Transfer(),
        Answer(),
        Remark(),
    )
    for payload in payloads:
        yield Step(Role.ADDRESSEE, payload)
    words: tuple[Payload, ...] = (Clarify(), Accept(), Withdraw(), Escalate(), Close())
    for word in (*words, Rate(quality=Quality.MET)):
        yield Step(Role.REQUESTER, word)


def play(plan: Plan) -> Story:
    """Tell a plan as a thread; each statement reaches the addressee's log an hour later."""
    urgency = plan.fields.get("urgency", "routine")
    rest = {key: value for key, value in plan.fields.items() if key != "urgency"}
    story = Story().say("ask", ASKER, submit(plan.profile, urgency=urgency, conditions=rest), at=T0)
    for number, step in enumerate(plan.steps, 1):
        story.say(f"s{number}", step.issuer, step.payload, at=T0 + number * 3600)
    return story


def route(profile: Profile, goals: frozenset[Phase]) -> tuple[Step, ...]:
    """Return the shortest way to one of some phases, found by trying everything."""
    start = play(Plan(profile.id, "start")).request
    queue: deque[tuple[Request, tuple[Step, ...]]] = deque([(start, ())])
    known = {start.phase}
    while queue:
        request, steps = queue.popleft()
        if request.phase in goals:
            return steps
        for step in steps_of(profile):
            after = _then(profile, steps, step)
            if after.phase not in known and not after.without_effect:
                known.add(after.phase)
                queue.append((after, (*steps, step)))
    raise Unreachable(profile, f"{sorted(goals)}")


def _then(profile: Profile, steps: tuple[Step, ...], step: Step) -> Request:
    """Return the request after one step more, judged as the last word."""
    story = Story().say("ask", ASKER, submit(profile.id))
    for number, each in enumerate((*steps, step)):
        story.say(f"s{number}", each.issuer, each.payload)
    request = Request()
    knew: frozenset[StatementId] = frozenset()
    for said in story.said.values():
        request = apply(request, Told(said=said, knew=knew, barred=None), GROUND)
        knew |= {said.id}
    return request


def plans(profile: Profile) -> Iterator[Plan]:
    """Yield a plan for everything that the profile names."""
    yield from _phases(profile)
    for outcome in profile.outcomes:
        for way in outcome.ways:
            yield _outcome(profile, outcome, way)
    for ground in profile.grounds:
        steps = (*_before(profile, "refuse:refused"), _refusal(ground.id))
        yield Plan(profile.id, f"ground:{ground.id}", steps)
    for clock in profile.clocks:
        yield _clock(profile, clock)
    for clock_id in profile.extension.clocks:
        yield _extension(profile, clock_id)


def _phases(profile: Profile) -> Iterator[Plan]:
    for phase in Phase:
        if phase is Phase.EXPIRED:
            yield Plan(profile.id, "phase:expired", lapse=_lapsing(profile))
        elif phase is not Phase.ABSENT:
            yield Plan(profile.id, f"phase:{phase.value}", route(profile, frozenset({phase})))


def _lapsing(profile: Profile) -> str:
    """Return the first deadline that delivery starts and that always runs."""
    for clock in profile.clocks:
        if clock.kind == "deadline" and clock.starts_at == "delivered" and clock.when is None:
            return clock.id
    raise Unreachable(profile, "no clock can lapse")


def _before(profile: Profile, step: str) -> tuple[Step, ...]:
    """Return the way to a phase in which the addressee may say something."""
    phases = frozenset(at for name, by, at in MOVES if (name, by) == (step, Role.ADDRESSEE))
    return route(profile, phases)


def _outcome(profile: Profile, outcome: Outcome, way: Way) -> Plan:
    payload = _saying(profile, outcome.id, way)
    steps = (*_before(profile, step_of(payload)), Step(Role.ADDRESSEE, payload))
    return Plan(profile.id, f"outcome:{outcome.id}:{way.verb}:{way.state}", steps)


def _saying(profile: Profile, outcome: str, way: Way) -> Payload:
    match way.verb:
        case "acknowledge":
            return Acknowledge(outcome=outcome)
        case "answer":
            return Answer(outcome=outcome)
        case "transfer":
            return Transfer(outcome=outcome)
        case "accept":
            return Accept(decision=Decision(way.decision or ""), outcome=outcome)
        case "refuse":
            refusal = Refuse(decision=Refusal(way.decision or ""), outcome=outcome)
            named = profile.ground_required and way.decision == "refused"
            return replace(refusal, ground=profile.grounds[0].id) if named else refusal
        case _:
            raise Unreachable(profile, f"{outcome} by {way.verb}")


def _refusal(ground: str) -> Step:
    return Step(Role.ADDRESSEE, Refuse(ground=ground))


def _clock(profile: Profile, clock: ClockSpec) -> Plan:
    fields: dict[str, object] = {}
    if isinstance(clock.when, Condition):
        fields[clock.when.field] = clock.when.value
    return Plan(profile.id, f"clock:{clock.id}", _starting(profile, clock), fields)


def _starting(profile: Profile, clock: ClockSpec) -> tuple[Step, ...]:
    """Return what starts a clock."""
    if clock.starts_at == TIME_FRAME_STATED:
        return (Step(Role.ADDRESSEE, Acknowledge(until=UNTIL)),)
    if clock.starts_at == PRESERVED:
        for outcome in profile.outcomes:
            if outcome.event == PRESERVED:
                return _outcome(profile, outcome, outcome.ways[0]).steps
        raise Unreachable(profile, f"nothing starts {clock.id}")
    return ()


def _extension(profile: Profile, clock_id: str) -> Plan:
    clock = profile.clock(clock_id)
    if clock is None:
        raise Unreachable(profile, f"no clock {clock_id}")
    steps = _starting(profile, clock) or _before(profile, "extend")
    said = Extend(until=UNTIL, clock=clock_id)
    return Plan(profile.id, f"extension:{clock_id}", (*steps, Step(Role.ADDRESSEE, said)))


def clock_of(plan: Plan, story: Story) -> ClockSpec | None:
    """Return the running clock that a plan is about."""
    request = story.request
    profile = request.profile
    name = plan.goal.split(":")[1]
    return (
        next((each for each in running(request, profile) if each.id == name), None)
        if profile
        else None
    )
