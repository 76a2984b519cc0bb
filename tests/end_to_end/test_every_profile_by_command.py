"""Everything that a profile names is reached by the operations behind the commands.

The plans are generated from the profiles' own data; two real nodes play them, and after each
both ends must tell the same story.  A goal that cannot be reached fails the build.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from comity.capabilities.assistance.fields import BY_HAND
from comity.capabilities.assistance.profile import FieldSpec, Profile
from comity.capabilities.assistance.profiles import PROFILES, profile_named
from comity.capabilities.assistance.request import Phase, Role
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Escalate,
    Extend,
    Payload,
    Rate,
    Refuse,
    Report,
    Transfer,
    kind_of,
)
from comity.capabilities.assistance.tests.reach import Plan, plans
from comity.kit.desk import Json
from comity.kit.language import from_iso, iso
from comity.kit.told import at, items, text

from .pair import End, Pair, two_nodes

PLANS: Final = [plan for profile in PROFILES.values() for plan in plans(profile)]
LINE: Final = "one line"
TEXTS: Final[Json] = {"en": "Some words.", "zh": "若干文字𠮷。"}
VALUES: Final[dict[str, Json]] = {
    "text": LINE,
    "longtext": TEXTS,
    "boolean": True,
    "date": "2027-03-01",
    "datetime_tz": "2027-01-15T09:00:00+08:00",
    "reference": "A-17",
    "reference_list": ["A-17"],
    "party": LINE,
    "office": LINE,
    "contact": LINE,
    "language": "en",
    "language_list": ["en", "zh"],
    "identifier_list": [{"type": "domain", "value": "example.org"}],
    "indicator_list": ["203.0.113.77"],
    "asset_list": ["203.0.113.77"],
    "evidence_list": [TEXTS],
    "legal_reference": LINE,
    "classification": "malicious-code",
    "declaration": True,
}
"""A value of every type that a person must fill."""


def names(plan: Plan) -> str:
    return f"{plan.profile}-{plan.goal}"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes for all plans: each plan is a case of its own."""
    with two_nodes(tmp_path_factory.mktemp("pair")) as made:
        yield made


def filled(profile: Profile, plan: Plan) -> dict[str, Json]:
    """Return a form filled as the profile asks, with what the plan's clock depends on."""
    asked = [spec for spec in profile.fields if not spec.envelope or spec.id in BY_HAND]
    form: dict[str, Json] = {spec.id: value_of(spec) for spec in asked if spec.required}
    for name, value in plan.fields.items():
        assert isinstance(value, str | bool)
        form[name] = value
    if form.get("urgency", "routine") != "routine":
        form["urgency_reason"] = TEXTS
    return form


def value_of(spec: FieldSpec) -> Json:
    return spec.values[0] if spec.type == "enum" else VALUES[spec.type]


def arguments_of(payload: Payload) -> dict[str, Json]:
    """Return what an officer types for a payload, beside the subject and the texts."""
    typed: dict[str, Json] = {}
    match payload:
        case Accept():
            typed = {"decision": payload.decision.value, "outcome": payload.outcome}
        case Refuse():
            typed = {"decision": payload.decision.value, "outcome": payload.outcome}
            typed |= {"ground": payload.ground}
        case Report():
            typed = {"status": payload.status.value}
        case Acknowledge() | Answer() | Transfer():
            typed = {"outcome": payload.outcome}
        case Extend():
            typed = {"clock": payload.clock}
        case Rate():
            typed = {"quality": payload.quality.value}
        case Escalate():
            typed = {"channel": payload.channel}
        case _:
            pass
    until = getattr(payload, "until", None)
    return typed if until is None else typed | {"until": iso(until)}


def submitted(pair: Pair, plan: Plan) -> str:
    form = filled(profile_named(plan.profile), plan)
    done = pair.asker.call(
        "assistance.submit",
        mechanism=pair.mechanism,
        to=str(pair.asked.party),
        profile=plan.profile,
        fields=form,
    )
    assert done["phase"] == "sent"
    pair.deliver()
    return text(done, "subject")


def played(pair: Pair, plan: Plan) -> str:
    """Play a plan; every step arrives before the next is taken."""
    case = submitted(pair, plan)
    for step in plan.steps:
        end = pair.asker if step.by is Role.REQUESTER else pair.asked
        pair.clock.at += 60
        arguments = arguments_of(step.payload)
        end.call(kind_of(step.payload), subject=case, texts=TEXTS, **arguments)
        pair.deliver()
    return case


def shown(end: End, case: str) -> dict[str, Json]:
    told: dict[str, Json] = end.call("assistance.show", subject=case)
    return told


def check_both_ends(pair: Pair, case: str) -> dict[str, Json]:
    """Check that both ends tell the same, with both receipts on everything; return it."""
    one, other = (shown(end, case) for end in pair.ends)
    assert one["phase"] == other["phase"]
    stories = [
        [at(each, "statement") for each in items(told, "statements")] for told in (one, other)
    ]
    assert stories[0] == stories[1]
    clocks = [
        [
            (text(each, "duty"), at(each, "due"), text(each, "state"))
            for each in items(told, "clocks")
        ]
        for told in (one, other)
    ]
    assert clocks[0] == clocks[1]
    for each in items(one, "statements"):
        assert at(each, "effect") is True, each
        assert len(items(each, "receipts")) == len(pair.ends)
    return one


def goals(kind: str) -> list[Plan]:
    return [plan for plan in PLANS if plan.goal.startswith(f"{kind}:") and plan.lapse is None]


@pytest.mark.parametrize("plan", goals("phase"), ids=names)
def test_every_phase_is_reached_by_command(pair: Pair, plan: Plan) -> None:
    """From the profile's data; *sent* shows as *delivered* once the receipt is here."""
    case = played(pair, plan)
    wanted = plan.goal.split(":")[1]
    phase = check_both_ends(pair, case)["phase"]
    assert phase == ("delivered" if wanted == Phase.SENT.value else wanted)


@pytest.mark.parametrize("plan", goals("outcome"), ids=names)
def test_every_outcome_is_reached_by_command(pair: Pair, plan: Plan) -> None:
    """By each of the ways that the profile names."""
    _, outcome, _, state = plan.goal.split(":")
    told = check_both_ends(pair, played(pair, plan))
    assert (text(told, "outcome", "id"), told["phase"]) == (outcome, state)
    assert text(told, "outcome", "label", "zh")


@pytest.mark.parametrize("plan", goals("ground"), ids=names)
def test_every_ground_is_reached_by_command(pair: Pair, plan: Plan) -> None:
    """A refusal names it."""
    told = check_both_ends(pair, played(pair, plan))
    assert (text(told, "ground", "id"), told["phase"]) == (plan.goal.split(":")[1], "refused")


@pytest.mark.parametrize("plan", goals("clock"), ids=names)
def test_every_clock_runs_by_command(pair: Pair, plan: Plan) -> None:
    """It is shown at both ends, started by the addressee's receipt and by nothing of ours."""
    told = check_both_ends(pair, played(pair, plan))
    name = plan.goal.split(":")[1]
    (clock,) = (each for each in items(told, "clocks") if text(each, "duty") == name)
    assert text(clock, "state") == "running"
    assert from_iso(text(clock, "due")) > from_iso(text(clock, "start"))


@pytest.mark.parametrize("plan", goals("extension"), ids=names)
def test_every_extension_is_made_by_command(pair: Pair, plan: Plan) -> None:
    """And moves its clock to the time that was stated."""
    told = check_both_ends(pair, played(pair, plan))
    name = plan.goal.split(":")[1]
    (clock,) = (each for each in items(told, "clocks") if text(each, "duty") == name)
    extend = plan.steps[-1].payload
    assert isinstance(extend, Extend)
    assert text(clock, "due") == iso(extend.until)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_a_draft_is_reached_by_command(pair: Pair, profile: Profile) -> None:
    """The one phase that is nobody else's: nothing is said until it is sent."""
    before = [end.node.tree_size for end in pair.ends]
    plan = Plan(profile.id, "phase:draft")
    kept = pair.asker.call(
        "assistance.draft",
        mechanism=pair.mechanism,
        to=str(pair.asked.party),
        profile=profile.id,
        fields=filled(profile, plan),
    )
    assert (kept["phase"], kept["problem"]) == ("draft", None)
    assert [end.node.tree_size for end in pair.ends] == before
    listed = pair.asker.call("assistance.list")
    assert text(kept, "draft") in [text(each, "draft") for each in items(listed, "drafts")]
    done = pair.asker.call("assistance.submit", draft=kept["draft"])
    pair.deliver()
    assert check_both_ends(pair, text(done, "subject"))["phase"] == "delivered"


@pytest.mark.parametrize("plan", [plan for plan in PLANS if plan.lapse is not None], ids=names)
def test_a_lapse_is_proved_by_the_addressees_own_log(tmp_path: Path, plan: Plan) -> None:
    """Once it held something of later than the deadline; before that it is refused."""
    with two_nodes(tmp_path) as pair:
        case = submitted(pair, plan)
        pair.clock.at += 120 * 86_400
        pair.asker.call("assistance.clarify", subject=case, texts=TEXTS)
        pair.deliver()
        pair.asker.call("assistance.lapse", subject=case, clock=plan.lapse)
        pair.deliver()
        assert check_both_ends(pair, case)["phase"] == "expired"


def test_what_nodes_say_by_themselves_changes_no_phase(tmp_path: Path) -> None:
    """Ruling 14: it is told, marked as the node's own word, and nobody has read anything."""
    with two_nodes(tmp_path) as pair:
        case = submitted(pair, Plan("csirt-incident", "phase:sent"))
        pair.settle()
        told = check_both_ends(pair, case)
        kinds = [text(each, "kind") for each in items(told, "statements")]
        assert kinds[0] == "assistance.submit"
        assert set(kinds[1:]) == {"thread.seen"}
        assert told["phase"] == "delivered"
        assert at(told, "facts", "acknowledged") is None


def test_texts_and_attachments_are_saved_equal_at_both_ends(tmp_path: Path) -> None:
    """To the byte, under safe names, whatever they were called."""
    content = {"空 文件.txt": b"", "bin\x07ary": bytes(range(256)) * 1000}
    paths = []
    for name, data in content.items():
        path = tmp_path / name
        path.write_bytes(data)
        paths.append(str(path))
    with two_nodes(tmp_path / "nodes") as pair:
        plan = Plan("csirt-incident", "phase:sent")
        done = pair.asker.call(
            "assistance.submit",
            mechanism=pair.mechanism,
            to=str(pair.asked.party),
            profile="csirt-incident",
            fields=filled(profile_named(plan.profile), plan),
            attach=list(paths),
        )
        pair.deliver()
        for number, end in enumerate(pair.ends):
            out = tmp_path / f"out{number}"
            told = end.call("assistance.save", subject=done["subject"], out=str(out))
            found = {text(each, "name"): Path(text(each, "path")) for each in items(told, "files")}
            assert told["problems"] == []
            assert all(found[name].read_bytes() == data for name, data in content.items())
            assert "\x07" not in "".join(path.name for path in found.values())


def test_the_rows_are_the_same_after_a_rebuild(pair: Pair) -> None:
    """Nothing in a list is from a clock of ours."""
    for end in pair.ends:
        before = end.call("assistance.list")
        pair.clock.at += 1000
        end.call("rebuild")
        assert end.call("assistance.list") == before
        assert items(before, "cases")
