"""Everything that a profile names can be reached; what cannot fails the build."""

import json
from importlib.resources import files

import pytest

from comity.capabilities.assistance.moves import MOVES, SPEAKERS
from comity.capabilities.assistance.profiles import LEADS_TO, PROFILES, Profile, load, profile_named
from comity.capabilities.assistance.request import Phase, Role
from comity.capabilities.assistance.schema import Escalate, Extend, Lapse
from comity.capabilities.assistance.tests.reach import (
    UNTIL,
    Plan,
    Unreachable,
    clock_of,
    plans,
    play,
)
from comity.capabilities.assistance.tests.thread import ASKED, ASKER, DAY, T0
from comity.errors import FormatError
from comity.fold.duty import DutyState

ALL = [plan for profile in PROFILES.values() for plan in plans(profile)]
NAMED = {
    "csirt-incident": {"phases": 19, "clocks": 6, "outcomes": 7, "grounds": 4},
    "cn-us-2015": {"phases": 19, "clocks": 5, "outcomes": 7, "grounds": 3},
    "budapest-preservation": {"phases": 19, "clocks": 7, "outcomes": 6, "grounds": 6},
    "un-poc-communication": {"phases": 19, "clocks": 4, "outcomes": 5, "grounds": 3},
}


def goals(kind: str) -> list[Plan]:
    return [plan for plan in ALL if plan.goal.startswith(f"{kind}:")]


def names(plan: Plan) -> str:
    return f"{plan.profile}-{plan.goal}"


def test_the_plans_cover_everything_that_the_profiles_name() -> None:
    """So that a plan lost is noticed."""
    for (profile_id, _), profile in PROFILES.items():
        mine = [plan.goal.split(":") for plan in ALL if plan.profile == profile_id]
        found = {
            "phases": len({goal[1] for goal in mine if goal[0] == "phase"}),
            "clocks": len({goal[1] for goal in mine if goal[0] == "clock"}),
            "outcomes": len({goal[1] for goal in mine if goal[0] == "outcome"}),
            "grounds": len({goal[1] for goal in mine if goal[0] == "ground"}),
        }
        assert found == NAMED[profile_id]
        assert found["phases"] == len(Phase) - 1
        assert {goal[1] for goal in mine if goal[0] == "extension"} == set(profile.extension.clocks)


@pytest.mark.parametrize("plan", goals("phase"), ids=names)
def test_every_phase_is_reached(plan: Plan) -> None:
    """By statements that all have effect."""
    story = play(plan)
    if plan.lapse is not None:
        cites = ((story.id("ask"), b"receipt"), (story.id("seen"), b"receipt"))
        story.say("seen", ASKED, kind="thread.seen", own={}, by_node=True)
        story.say("lapse", ASKER, Lapse(clock=plan.lapse, cites=cites))
        story.prove("lapse", "ask", T0).prove("lapse", "seen", T0 + 400 * DAY)
    assert f"phase:{story.request.phase.value}" == plan.goal
    assert not story.request.without_effect


@pytest.mark.parametrize("plan", goals("outcome"), ids=names)
def test_every_outcome_is_reached_by_each_of_its_ways(plan: Plan) -> None:
    """The verb that the profile names leads to the state that it names."""
    _, outcome, _, state = plan.goal.split(":")
    request = play(plan).request
    assert (request.outcome, request.phase.value) == (outcome, state)
    assert not request.without_effect


@pytest.mark.parametrize("plan", goals("ground"), ids=names)
def test_every_ground_is_reached(plan: Plan) -> None:
    """A refusal may name it."""
    request = play(plan).request
    assert (request.ground, request.phase) == (plan.goal.split(":")[1], Phase.REFUSED)


@pytest.mark.parametrize("plan", goals("clock"), ids=names)
def test_every_clock_runs_and_runs_out(plan: Plan) -> None:
    """It has a due time, and once that has passed it says so."""
    story = play(plan)
    spec = clock_of(plan, story)
    assert spec is not None
    duty = story.duties()[spec.id]
    assert duty.due is not None
    assert duty.state is DutyState.RUNNING
    assert story.duties(duty.due)[spec.id].state is DutyState.RUNNING
    after = story.duties(duty.due + 1)[spec.id].state
    assert after is (DutyState.OVERDUE if duty.kind == "duty" else DutyState.ELAPSED)
    if spec.replaces:
        assert spec.replaces not in story.duties()


@pytest.mark.parametrize("plan", goals("extension"), ids=names)
def test_every_extension_moves_its_clock(plan: Plan) -> None:
    """To the time that the addressee states."""
    story = play(plan)
    assert not story.request.without_effect
    assert story.duties()[plan.goal.split(":")[1]].due == UNTIL


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_every_extension_rule_is_kept(profile: Profile) -> None:
    """As often as it says, and then the way is up."""
    plan = next(plan for plan in goals("extension") if plan.profile == profile.id)
    story = play(plan)
    for number in range(2):
        story.say(f"more{number}", ASKED, Extend(until=UNTIL + DAY), at=T0 + 30 * 3600)
    limited = profile.extension.max_count is not None
    assert (story.effect("more0") == "ASSIST-16") is limited
    assert story.say("up", ASKER, Escalate()).request.phase is Phase.ESCALATED


def test_a_profile_that_names_something_out_of_reach_fails() -> None:
    """The test of the test: an outcome with a verb that nobody can say."""
    profile = profile_named("csirt-incident")
    broken = text_of("csirt-incident").replace(
        '{"verb": "transfer", "state": "transferred"}', '{"verb": "rate", "state": "rated"}'
    )
    with pytest.raises(FormatError, match="profile-broken"):
        load(broken)
    lonely = text_of("budapest-preservation").replace('"event": "preserved",', "")
    with pytest.raises(FormatError, match="profile-broken"):
        load(lonely)
    assert profile.outcome("forwarded") is not None
    with pytest.raises(Unreachable):
        list(plans(without_delivery(profile)))


def without_delivery(profile: Profile) -> Profile:
    """Return a profile whose clocks never lapse: ``expired`` is out of its reach."""
    data = json.loads(text_of(profile.id))
    data["clocks"] = [
        clock | {"when": {"field": "urgency", "value": "urgent"}} for clock in data["clocks"]
    ]
    return load(json.dumps(data))


def text_of(profile_id: str) -> str:
    folder = files("comity.capabilities.assistance").joinpath("profiles")
    return folder.joinpath(f"{profile_id}.json").read_text(encoding="utf-8")


def test_ways_and_moves_agree() -> None:
    """What the profiles may say of a verb is what the table of moves does."""
    for (verb, decision), state in LEADS_TO.items():
        step = f"{verb}:{decision}" if decision else verb
        assert (step, Role.ADDRESSEE) in SPEAKERS
        leads = {
            row.to
            for (name, by, _), row in MOVES.items()
            if (name, by) == (step, Role.ADDRESSEE) and isinstance(row.to, Phase)
        }
        assert leads == {Phase(state)}
