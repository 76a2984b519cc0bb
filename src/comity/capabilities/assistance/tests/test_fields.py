"""Every field has a written shape, and is checked."""

import json
from typing import Any

import pytest

from comity.capabilities.assistance.fields import (
    Known,
    check_fields,
    check_submission,
    decode_fields,
    empty_form,
    encode_fields,
    fields_section,
    fill_envelope,
    submission,
)
from comity.capabilities.assistance.profile import FIELD_TYPES, FieldSpec
from comity.capabilities.assistance.profiles import PROFILES, Profile, profile_named
from comity.capabilities.assistance.rules import ASSISTANCE
from comity.capabilities.assistance.schema import Submit, own_part, payload_of
from comity.capabilities.assistance.shapes import SHAPES, check_shape, example_of
from comity.capabilities.assistance.tests.thread import ASKER, T0, Story
from comity.errors import FormatError
from comity.fold.entry import Said
from comity.statement.act import Act
from comity.statement.text import BilingualText
from comity.wording import LANGUAGES, tell

CSIRT = profile_named("csirt-incident")
KNOWN = Known(
    reference="A-1",
    from_office="Ministry A",
    to_office="Ministry B",
    languages=("en", "zh"),
    authentic=("en", "zh"),
    duty_contact="Ministry A",
    now=T0,
)
TEXT = {"en": "Please preserve the logs.", "zh": "请保全日志𠮷。"}
GIVEN: dict[str, dict[str, Any]] = {
    "csirt-incident": {
        "incident_id": "X-1",
        "detected_at": "2026-11-20T02:31:00Z",
        "reported_at": "2026-11-20T11:00:00+08:00",
        "classification": "malicious-code",
        "assets": ["203.0.113.77"],
        "evidence": [{"en": "see attachment", "zh": "见附件"}],
        "impact": {"en": "mail outage"},
        "action_asked": TEXT,
    },
    "cn-us-2015": {
        "request_type": "evidence",
        "activity": TEXT,
        "territory_link": TEXT,
        "indicators": [{"type": "indicator", "pattern": "[ipv4-addr:value = '203.0.113.77']"}],
        "asked": TEXT,
        "national_law_basis": {"instrument": "Law", "article": "7"},
        "case_reference": "C-9",
        "priority_case": False,
        "category": "hacking",
    },
    "budapest-preservation": {
        "requesting_authority": {"names": {"en": "Prosecutor"}},
        "facts": TEXT,
        "data": TEXT,
        "custodian": "unknown",
        "necessity": TEXT,
        "mla_intention": True,
        "expiry_wanted": "2027-01-31",
    },
    "un-poc-communication": {
        "poc_type": "technical",
        "incident_summary": TEXT,
        "sought_kind": "information",
        "sought": TEXT,
        "no_attribution": True,
        "reply_by": "2026-12-01T00:00:00Z",
    },
}
WRONG: tuple[object, ...] = ({}, "", 7, [[]])
"""What is of no field's shape."""
MARKS = {"tlp": "AMBER", "pap": "GREEN"}


def complete(form: Profile, /, **changes: Any) -> dict[str, object]:
    return fill_envelope(form, {**GIVEN[form.id], **MARKS, **changes}, KNOWN)


def refused(form: Profile, /, **changes: Any) -> FormatError:
    with pytest.raises(FormatError) as caught:
        check_fields(form, complete(form, **changes))
    for lang in LANGUAGES:
        assert tell(caught.value, lang) != str(caught.value)
    return caught.value


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_a_filled_form_is_taken_and_comes_back_the_same(profile: Profile) -> None:
    """The node fills the envelope; the section gives back what was written."""
    checked = check_fields(profile, complete(profile))
    assert decode_fields(encode_fields(checked)) == checked
    assert checked["authority_chain"] == "not stated"
    assert checked["urgency"] == "routine"
    assert str(checked["date_needed"]).endswith("Z")
    assert payload_of("assistance.submit", own_part(submission(profile, checked))) == submission(
        profile, checked
    )


def test_the_date_needed_is_from_the_profiles_clock() -> None:
    """Thirty days for closing out an incident."""
    assert complete(CSIRT)["date_needed"] == "2027-02-14T08:00:00Z"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_each_required_field_is_required(profile: Profile) -> None:
    """Leaving out any one of them is refused, and its name is said."""
    for name in [*GIVEN[profile.id], "id", "duty_contact", "languages"]:
        spec = profile.field(name)
        assert spec is not None
        if spec.required:
            whole = complete(profile)
            del whole[name]
            with pytest.raises(FormatError) as caught:
                check_fields(profile, whole)
            assert (caught.value.code, caught.value.facts["field"]) == (
                "assistance.field-missing",
                name,
            )


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_everything_that_is_missing_is_named_at_once(profile: Profile) -> None:
    """An empty form is filled in one go."""
    form = empty_form(profile)
    help_ = form["_help"]
    assert isinstance(help_, dict)
    needed = [name for name, told in help_.items() if told["required"]]
    with pytest.raises(FormatError) as caught:
        fill_envelope(profile, form, KNOWN)
    assert caught.value.facts["field"] == ", ".join(needed)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_a_form_filled_as_its_examples_say_is_complete(profile: Profile) -> None:
    """What the help shows as a value is one, alternatives included."""
    for spec in profile.fields:
        for example in example_of(spec).split(" | "):
            check_shape(spec, json.loads(example))


@pytest.mark.parametrize("mark", ["tlp", "pap"])
def test_marks_are_given_by_a_person(mark: str) -> None:
    """The node never marks a request by itself."""
    given = {**GIVEN["csirt-incident"], **MARKS, mark: None}
    with pytest.raises(FormatError, match=mark):
        fill_envelope(CSIRT, given, KNOWN)


def test_an_empty_form_is_refused_as_missing_and_a_filled_one_keeps_its_help() -> None:
    """``null`` means nothing was filled in; keys with an underscore are for people."""
    form = empty_form(CSIRT)
    with pytest.raises(FormatError, match="field-missing"):
        fill_envelope(CSIRT, form, KNOWN)
    check_fields(CSIRT, fill_envelope(CSIRT, form | GIVEN["csirt-incident"] | MARKS, KNOWN))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda each: each.id)
def test_a_form_explains_every_field_in_both_languages(profile: Profile) -> None:
    """With an example of its shape; the form is JSON."""
    form = empty_form(profile)
    help_ = form["_help"]
    assert isinstance(help_, dict)
    assert set(help_) == {spec.id for spec in profile.fields} == set(form) - {"_help"}
    assert all(each["zh"] and each["en"] and each["example"] for each in help_.values())
    assert json.loads(json.dumps(form)) == form


def test_why_urgent_is_asked_when_it_is_urgent() -> None:
    """``required_if``: not in the routine case."""
    assert refused(CSIRT, urgency="urgent").facts == {"field": "urgency_reason"}
    check_fields(CSIRT, complete(CSIRT, urgency="emergency", urgency_reason=TEXT))


def test_why_by_that_date_is_asked_when_a_person_gives_it() -> None:
    """Not when the node computed it."""
    when = "2026-12-01T00:00:00Z"
    with pytest.raises(FormatError, match="date_needed_reason"):
        complete(CSIRT, date_needed=when)
    assert complete(CSIRT, date_needed=when, date_needed_reason=TEXT)["date_needed"] == when


def test_a_field_that_the_profile_does_not_have_is_refused() -> None:
    """Rather than sent unread."""
    assert refused(CSIRT, nonsense="x").code == "assistance.field-unknown"


def test_unknown_is_an_answer_only_where_the_profile_says_so() -> None:
    """``allow_unknown``: the custodian of the data may not be known."""
    assert refused(CSIRT, impact="unknown").code == "assistance.field-shape"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("incident_id", ["X"]),
        ("incident_id", ""),
        ("incident_id", "two\nlines"),
        ("detected_at", "2026-11-20T02:31:00"),
        ("detected_at", "2026-11-20"),
        ("detected_at", "2026-13-20T02:31:00Z"),
        ("detected_at", 1_700_000_000),
        ("classification", 4),
        ("classification", {"taxonomy": "RSIT"}),
        ("assets", []),
        ("assets", "203.0.113.77"),
        ("assets", [7]),
        ("assets", [{"colour": "red"}]),
        ("evidence", [{"name": "x", "sha256": "abc"}]),
        ("evidence", [{"attachment": -1}]),
        ("evidence", [[]]),
        ("impact", "mail outage"),
        ("impact", {}),
        ("impact", {"english": "mail outage"}),
        ("impact", {"en": ""}),
        ("impact", {"en": 3}),
        ("critical", "yes"),
        ("critical", 1),
        ("tlp", "WHITE"),
        ("pap", True),
        ("caveats", ["secret"]),
        ("caveats", [{"value": "confidentiality", "text": "x"}]),
        ("languages", "en"),
        ("languages", ["English"]),
        ("authority_chain", ["mandate"]),
        ("from_office", {"unit": "x"}),
        ("duty_contact", 5),
        ("related_requests", [{}]),
        ("profile", "cn-us-2015"),
        ("profile_version", "2"),
    ],
)
def test_what_is_not_of_its_shape_is_refused(name: str, value: object) -> None:
    """With the field's id and an example of how it is written."""
    error = refused(CSIRT, **{name: value})
    assert error.code == "assistance.field-shape"
    assert error.facts["field"] == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("detected_at", "2026-11-20T02:31+08:00"),
        ("classification", {"taxonomy": "RSIT", "code": "malicious-code"}),
        ("assets", [{"ip": "203.0.113.77", "name": "mail", "ports": [25]}]),
        ("assets", [{"type": "ipv4-addr", "value": "203.0.113.77"}]),
        ("evidence", ["log.txt", {"name": "a", "sha256": "0" * 64}, {"attachment": 0}]),
        ("evidence", [{"type": "indicator", "id": "indicator--1", "labels": ["x"]}]),
        ("critical", True),
        ("caveats", ["confidentiality", {"value": "destroy-or-return-by", "date": "2027-01-01"}]),
        ("from_office", {"en": "Police", "zh": "警察"}),
        ("duty_contact", {"name": "Wu", "channels": ["+86 10 0000"], "hours": "24/7"}),
        ("related_requests", ["urn:comity:matter:00"]),
    ],
)
def test_people_may_write_a_field_in_several_ways(name: str, value: object) -> None:
    """As generous as is still unambiguous."""
    check_fields(CSIRT, complete(CSIRT, **{name: value}))


@pytest.mark.parametrize("value", [[{"type": "x", "n": 1.5}], [{"type": "x", "n": 2**60}]])
def test_numbers_are_whole(value: object) -> None:
    """A float has no deterministic form in a body."""
    assert refused(CSIRT, assets=value).code == "assistance.field-number"


def test_nesting_has_a_limit() -> None:
    """So that what is checked can also be encoded."""
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]
    assert refused(CSIRT, assets=[{"type": "x", "deep": deep}]).code == "assistance.field-depth"


def test_a_declaration_is_affirmed_or_not_made() -> None:
    """``false`` affirms nothing."""
    budapest = profile_named("budapest-preservation")
    assert refused(budapest, mla_intention=False).code == "assistance.field-shape"


def test_every_field_type_has_a_shape_and_its_example_fits() -> None:
    """The table of shapes, the types of the profiles and the checks are one."""
    assert set(SHAPES) == FIELD_TYPES
    for name, shape in SHAPES.items():
        values = ("x",) if name in {"enum", "caveat_list"} else ()
        spec = FieldSpec(
            id="f",
            type=name,
            label=BilingualText("字", "f"),
            required=True,
            values=values,
            allow_empty=True,
        )
        example = {"enum": '"x"', "boolean": "true"}.get(name, shape.example)
        example = example.replace('"sha256": "…"', f'"sha256": "{"0" * 64}"')
        check_shape(spec, json.loads(example))
        for wrong in WRONG:
            with pytest.raises(FormatError):
                check_shape(spec, wrong)


def test_what_act_says_is_what_the_fields_say() -> None:
    """An opening whose signed conditions differ from its fields is not taken."""
    checked = check_fields(CSIRT, complete(CSIRT, critical=True))
    submit = submission(CSIRT, checked)
    assert submit.conditions == {"critical": True}
    assert submit.languages == ("en",)
    sections = {"fields": fields_section(checked)}
    check_submission(submit, sections)
    lying = {"conditions": {}, "tlp": "CLEAR", "pap": "RED", "urgency": "urgent", "languages": ()}
    for name, value in lying.items():
        other = Submit(**{**{n: getattr(submit, n) for n in Submit.__slots__}, name: value})
        with pytest.raises(FormatError, match="act-differs"):
            check_submission(other, sections)
    with pytest.raises(FormatError, match="no-fields"):
        check_submission(submit, {})


def test_the_capability_checks_what_arrives() -> None:
    """Own part and fields; a profile unknown here is left to ASSIST-13."""
    checked = check_fields(CSIRT, complete(CSIRT))
    submit = submission(CSIRT, checked)
    sections = {"fields": fields_section(checked)}
    ASSISTANCE.check(said(submit), sections)
    unknown = Submit(profile="later", version="1", urgency="routine", tlp="RED", pap="RED")
    ASSISTANCE.check(said(unknown), {})
    broken = said(submit)
    with pytest.raises(FormatError, match="own-part"):
        ASSISTANCE.check(
            type(broken)(
                id=broken.id,
                issuer=broken.issuer,
                subject=broken.subject,
                act=Act(type="assistance.submit", own={"profile": 3}),
                claimed_at=0,
                by_node=False,
            ),
            sections,
        )


def said(submit: Submit) -> Said:
    return Story().say("ask", ASKER, submit).said["ask"]
