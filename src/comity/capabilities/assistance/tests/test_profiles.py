"""Profiles are data; a broken one stops the build."""

import json
from importlib.resources import files
from typing import Any

import pytest

from comity.capabilities.assistance.profile import NETWORK_DEFAULT, ClockKind
from comity.capabilities.assistance.profiles import PROFILES, Profile, load, profile_named
from comity.errors import FormatError

FOLDER = files("comity.capabilities.assistance").joinpath("profiles")


def data(profile_id: str = "csirt-incident") -> dict[str, Any]:
    loaded = json.loads(FOLDER.joinpath(f"{profile_id}.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def test_the_four_profiles_are_there() -> None:
    """In version 1; without a version, the newest is meant."""
    assert set(PROFILES) == {
        ("cn-us-2015", "1"),
        ("budapest-preservation", "1"),
        ("csirt-incident", "1"),
        ("un-poc-communication", "1"),
    }
    assert profile_named("csirt-incident").version == "1"


@pytest.mark.parametrize(("name", "version"), [("nothing", None), ("csirt-incident", "2")])
def test_an_unknown_profile_is_named(name: str, version: str | None) -> None:
    """So that the officer sees which."""
    with pytest.raises(FormatError, match=name):
        profile_named(name, version)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_every_number_says_where_it_is_from(profile: Profile) -> None:
    """An instrument, a party's own statement, or this network's default."""
    for clock in profile.clocks:
        assert clock.source
        assert (clock.value is not None) or clock.value_from == "addressee"
        if clock.source == NETWORK_DEFAULT:
            assert not clock.unverified, "a default is a choice, not a fact"
    assert profile.extension.source
    assert profile.grace_source
    assert all(ground.source for ground in profile.grounds)


def test_the_numbers_of_the_profiles() -> None:
    """Table 3.2 of the domain, written out once more."""
    values = {
        (key[0], clock.id): clock.value for key, item in PROFILES.items() for clock in item.clocks
    }
    assert values == {
        ("budapest-preservation", "acknowledge"): "PT4H",
        ("budapest-preservation", "respond"): "PT48H",
        ("budapest-preservation", "emergency"): "PT2H",
        ("budapest-preservation", "hold"): "P60D",
        ("budapest-preservation", "remind_30"): "P30D",
        ("budapest-preservation", "remind_45"): "P45D",
        ("budapest-preservation", "remind_55"): "P55D",
        ("cn-us-2015", "acknowledge"): "PT24H",
        ("cn-us-2015", "status"): "P7D",
        ("cn-us-2015", "respond"): "P30D",
        ("cn-us-2015", "status_report"): "P1M",
        ("cn-us-2015", "emergency"): "PT2H",
        ("csirt-incident", "acknowledge"): "PT4H",
        ("csirt-incident", "acknowledge_critical"): "PT1H",
        ("csirt-incident", "triage"): "PT24H",
        ("csirt-incident", "update"): "PT72H",
        ("csirt-incident", "close_out"): "P30D",
        ("csirt-incident", "emergency"): "PT1H",
        ("un-poc-communication", "acknowledge"): "PT24H",
        ("un-poc-communication", "time_frame"): "PT72H",
        ("un-poc-communication", "respond"): None,
        ("un-poc-communication", "emergency"): "PT4H",
    }
    assert {profile.grace for profile in PROFILES.values()} == {"PT4H"}
    kinds = {clock.kind for profile in PROFILES.values() for clock in profile.clocks}
    assert kinds == set(ClockKind)


BROKEN: list[tuple[str, Any]] = [
    ("schema", "comity-profile/2"),
    ("id", ""),
    ("title", {"zh": "题"}),
    ("title", {"zh": "题", "en": "t", "fr": "t"}),
    ("fields", "none"),
    ("clocks", []),
    ("outcomes", []),
    ("needed_by", "acknowledge_critical_no"),
    ("refusal", {"voluntary": True}),
    ("grace", {"value": "four hours", "source": "x", "unverified": False}),
    ("surplus", 1),
]


@pytest.mark.parametrize(("key", "value"), BROKEN, ids=lambda each: str(each)[:24])
def test_a_broken_profile_is_refused(key: str, value: object) -> None:
    """With the place and what is wrong."""
    with pytest.raises(FormatError, match="profile-broken"):
        load(json.dumps(data() | {key: value}))


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [
        ("fields", "type", "colour"),
        ("fields", "label", "Incident id"),
        ("fields", "required_if", "never"),
        ("fields", "required", None),
        ("clocks", "value", "4 hours"),
        ("clocks", "value", None),
        ("clocks", "kind", "window"),
        ("clocks", "actor", "nobody"),
        ("clocks", "starts_at", "noon"),
        ("clocks", "starts_at", "preserved"),
        ("clocks", "starts_at", "respond_due"),
        ("clocks", "when", {"field": "no-such-field", "value": True}),
        ("clocks", "when", {"field": "critical", "value": 1.5}),
        ("clocks", "replaces", "no-such-clock"),
        ("clocks", "repeats_until", "closed"),
        ("clocks", "discharged_by", []),
        ("clocks", "discharged_by", ["think"]),
        ("clocks", "unverified", "no"),
        ("outcomes", "event", "sunset"),
        ("outcomes", "reached_by", []),
        ("outcomes", "reached_by", [{"verb": "answer", "state": "accepted"}]),
        ("grounds", "raised_by", "requester"),
        ("grounds", "source", ""),
    ],
)
def test_a_broken_part_of_a_profile_is_refused(part: str, key: str, value: object) -> None:
    """Each of them would otherwise be noticed by nobody."""
    broken = data()
    broken[part][0] |= {key: value}
    with pytest.raises(FormatError, match="profile-broken") as caught:
        load(json.dumps(broken))
    assert str(caught.value.facts["where"]).startswith("profile")


@pytest.mark.parametrize(
    "change", [{"clocks": []}, {"clocks": ["none"]}, {"max_count": "one"}, {"max_count": True}]
)
def test_a_broken_extension_is_refused(change: dict[str, object]) -> None:
    """It names clocks that there are, and a whole number or none."""
    broken = data()
    broken["extension"] |= change
    with pytest.raises(FormatError, match="profile-broken"):
        load(json.dumps(broken))


def test_names_are_unique() -> None:
    """Two clocks of one name are one too many."""
    broken = data()
    broken["clocks"].append(broken["clocks"][0])
    with pytest.raises(FormatError, match="clocks"):
        load(json.dumps(broken))


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
def test_what_is_not_json_is_refused(text: str) -> None:
    """Only a FormatError comes out."""
    with pytest.raises(FormatError, match="profile-broken"):
        load(text)
