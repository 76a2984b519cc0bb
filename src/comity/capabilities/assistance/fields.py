"""What a request contains: filling, checking and writing the section ``fields``.

Pure.  The shape of each field type is in ``shapes.py``; which fields a request has is
data, in ``profiles/*.json``.  The section's value is the deterministic CBOR of the map.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from comity.capabilities.assistance.profile import GIVEN_BY_A_PERSON, FieldSpec, Profile
from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.schema import Scalar, Submit
from comity.capabilities.assistance.shapes import NOT_STATED, SHAPES, check_shape, example_of
from comity.errors import FormatError
from comity.fold.duty import add_duration, parse_duration
from comity.statement import cbor
from comity.statement.body import MOST_BODY_BYTES, Section, new_section
from comity.statement.cbor import Value

SECTION: Final = "fields"
CONTENT_TYPE: Final = "application/vnd.comity.fields+cbor"
BY_HAND: Final = ("tlp", "pap")
"""What the node never fills: the sender must mark the request."""
_MOST_NAME: Final = 80
_LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999, the last that a date can name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the node knows and fills into the envelope where the user gave nothing."""

    reference: str
    """This party's number of the request."""
    from_office: str
    to_office: str
    languages: tuple[str, ...]
    """Tags of the languages in which the request is written."""
    authentic: tuple[str, ...]
    duty_contact: str
    now: int
    """Unix seconds, UTC: ``date_needed`` is computed from it."""


def fill_envelope(profile: Profile, given: Mapping[str, object], known: Known) -> dict[str, object]:
    """Return the user's fields with the envelope filled in; never TLP and PAP.

    Keys that begin with ``_`` and values that are ``None`` (an empty form) are dropped.

    Raises:
        FormatError: ``assistance.field-missing``, naming every field that a person must fill:
            TLP, PAP, the profile's own, ``date_needed_reason`` where a person gave the date.

    """
    stated = {
        key: value for key, value in given.items() if not key.startswith("_") and value is not None
    }
    missing = [name for name in BY_HAND if name not in stated]
    for spec in profile.fields:
        due = spec.required_if == GIVEN_BY_A_PERSON and "date_needed" in stated
        due = due or (spec.required and not spec.envelope)
        if due and spec.id not in (stated.keys() | set(missing)):
            missing.append(spec.id)
    if missing:
        # All at once: nobody fills a form in twenty goes.
        raise FormatError("assistance.field-missing", field=", ".join(missing))
    filled: dict[str, object] = {
        "id": known.reference,
        "profile": profile.id,
        "profile_version": profile.version,
        "from_office": known.from_office,
        "to_office": known.to_office,
        "authority_chain": NOT_STATED,
        "languages": list(known.languages),
        "authentic_language": list(known.authentic),
        "caveats": [],
        "urgency": "routine",
        "date_needed": date_needed(profile, known.now),
        "related_requests": [],
        "duty_contact": known.duty_contact,
    }
    return filled | stated


def date_needed(profile: Profile, now: int) -> str:
    """Return when an answer is needed, by the profile's clock, in ISO 8601 (UTC)."""
    clock = profile.clock(profile.needed_by)
    value = clock.value if clock else None
    at = now if value is None else add_duration(now, parse_duration(value))
    day = datetime.fromtimestamp(min(max(at, 0), _LAST_SECOND), UTC)
    return day.isoformat().replace("+00:00", "Z")


def check_fields(profile: Profile, given: Mapping[str, object]) -> dict[str, Value]:
    """Check a complete set of fields, of ours or of a peer.

    Raises:
        FormatError: ``assistance.field-missing``, ``assistance.field-unknown``,
            ``assistance.field-shape`` (with the field's id and an example of its shape),
            ``assistance.field-number``, ``assistance.field-depth``, ``text.…``.

    """
    specs = {spec.id: spec for spec in profile.fields}
    for key in given:
        if key not in specs:
            raise FormatError("assistance.field-unknown", field=str(key)[:_MOST_NAME])
    for spec in profile.fields:
        value = given.get(spec.id)
        if value is not None:
            check_shape(spec, value)
        elif spec.required or _needed_now(spec, given):
            raise FormatError("assistance.field-missing", field=spec.id)
    for name, wanted in (("profile", profile.id), ("profile_version", profile.version)):
        if given.get(name) != wanted:
            raise FormatError("assistance.field-shape", field=name, expected=f'"{wanted}"')
    return {key: _value(value) for key, value in given.items() if value is not None}


def conditions_of(profile: Profile, checked: Mapping[str, Value]) -> dict[str, Scalar]:
    """Return the fields on which a clock of the profile depends, for ``Submit.conditions``."""
    named = {clock.when.field for clock in profile.clocks if clock.when} - {"urgency"}
    found: dict[str, Scalar] = {}
    for name in sorted(named):
        value = checked.get(name)
        if isinstance(value, str | int):
            found[name] = value
    return found


def languages_of(profile: Profile, checked: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the language tags in which every long text is given, sorted."""
    tags: set[str] | None = None
    for spec in profile.fields:
        value = checked.get(spec.id)
        if spec.type == "longtext" and isinstance(value, Mapping):
            given = {str(tag) for tag in value}
            tags = given if tags is None else tags & given
    return tuple(sorted(tags or ()))


def languages_in(profile: Profile, checked: Mapping[str, Value]) -> frozenset[str]:
    """Return the language tags in which some long text is given."""
    return frozenset(
        str(tag)
        for spec in profile.fields
        if spec.type == "longtext" and isinstance(value := checked.get(spec.id), Mapping)
        for tag in value
    )


def caveats_of(checked: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the codes of the caveats, for ``Submit.caveats``, sorted, each once."""
    caveats = checked.get("caveats")
    found: set[str] = set()
    for item in caveats if isinstance(caveats, list | tuple) else ():
        found.add(str(item["value"] if isinstance(item, dict) and "value" in item else item))
    return tuple(sorted(found))


def submission(profile: Profile, checked: Mapping[str, Value]) -> Submit:
    """Return the payload that opens a request with these fields."""
    return Submit(
        profile=profile.id,
        version=profile.version,
        urgency=str(checked.get("urgency")),
        conditions=conditions_of(profile, checked),
        tlp=str(checked.get("tlp")),
        pap=str(checked.get("pap")),
        caveats=caveats_of(checked),
        languages=languages_of(profile, checked),
    )


def fields_section(checked: Mapping[str, Value]) -> Section:
    """Return the section ``fields``, with a fresh salt; raises ``body.too-large``."""
    value = encode_fields(checked)
    if len(value) > MOST_BODY_BYTES:
        raise FormatError("body.too-large", size=len(value), limit=MOST_BODY_BYTES)
    return new_section(SECTION, CONTENT_TYPE, value)


def encode_fields(checked: Mapping[str, Value]) -> bytes:
    """Return the value of the section ``fields``: deterministic CBOR of the map.

    Raises:
        FormatError: ``cbor.…``.

    """
    return cbor.encode(dict(checked))


def decode_fields(value: bytes) -> dict[str, Value]:
    """Read the value of the section ``fields`` back.

    Raises:
        FormatError: ``cbor.…``, ``assistance.no-fields``.

    """
    decoded = cbor.decode(value, max_bytes=MOST_BODY_BYTES)
    if not isinstance(decoded, dict):
        raise FormatError("assistance.no-fields")
    found: dict[str, Value] = {}
    for key, item in decoded.items():
        if not isinstance(key, str):
            raise FormatError("assistance.no-fields")
        found[key] = item
    return found


def read_fields(sections: Mapping[str, Section]) -> dict[str, Value]:
    """Return the fields of an opening's body.

    Raises:
        FormatError: ``assistance.no-fields``, ``cbor.…``.

    """
    section = sections.get(SECTION)
    if section is None or section.content_type != CONTENT_TYPE:
        raise FormatError("assistance.no-fields")
    return decode_fields(section.value)


def check_submission(submit: Submit, sections: Mapping[str, Section]) -> None:
    """Check that an opening's fields are complete and that ``act`` says the same.

    A profile that this software does not know cannot be checked; ASSIST-13 bars it.

    Raises:
        FormatError: as ``read_fields`` and ``check_fields``; ``assistance.act-differs``.

    """
    profile = PROFILES.get((submit.profile, submit.version))
    if profile is None:
        return
    wanted = submission(profile, check_fields(profile, read_fields(sections)))
    for name in ("urgency", "conditions", "tlp", "pap", "caveats", "languages"):
        said, meant = getattr(submit, name), getattr(wanted, name)
        if said != meant and not (isinstance(said, tuple) and sorted(said) == sorted(meant)):
            raise FormatError("assistance.act-differs", field=name)


def empty_form(profile: Profile) -> dict[str, object]:
    """Return a form to be filled: every field id with ``None``, and ``_help`` for each."""
    own = [spec for spec in profile.fields if not spec.envelope or spec.id in BY_HAND]
    filled = [spec for spec in profile.fields if spec not in own]
    form: dict[str, object] = {spec.id: None for spec in (*own, *filled)}
    form["_help"] = {spec.id: _explain(spec, by_hand=spec in own) for spec in (*own, *filled)}
    return form


def _explain(spec: FieldSpec, *, by_hand: bool) -> dict[str, object]:
    """Return what a person must know to fill a field, in both languages."""
    words = SHAPES[spec.type].words
    notes = [note for note in (spec.declares, spec.note) if note is not None]
    help_: dict[str, object] = {
        "zh": "；".join((spec.label.zh, words.zh, *(note.zh for note in notes))),
        "en": "; ".join((spec.label.en, words.en, *(note.en for note in notes))),
        "type": spec.type,
        "example": example_of(spec),
        "required": spec.required and by_hand,
    }
    if not by_hand:
        help_["filled_by_the_node"] = spec.required or spec.id == "authority_chain"
    if spec.required_if:
        help_["required_if"] = spec.required_if
    if spec.values:
        help_["values"] = {
            value: {"zh": label.zh, "en": label.en} if label else {}
            for value, label in ((value, spec.value_labels.get(value)) for value in spec.values)
        }
    if spec.allow_unknown:
        help_["unknown"] = '"unknown"'
    return help_


def _needed_now(spec: FieldSpec, given: Mapping[str, object]) -> bool:
    return spec.required_if == "urgency!=routine" and given.get("urgency") != "routine"


def _value(value: object) -> Value:
    """Return a JSON value, already checked, as a value of CBOR."""
    if isinstance(value, Mapping):
        return {str(key): _value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    raise FormatError("assistance.field-shape", field="?", expected="JSON")
