"""The profiles that this software knows, read once from ``profiles/*.json``.

Pure: the files are part of the package.  A broken one stops the import, and so the build
(``assistance.profile-broken``).  Every number says where it is from: an instrument, or
"network default" where the instrument gives none.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final, TypeVar

from comity.capabilities.assistance.profile import (
    FIELD_TYPES,
    GIVEN_BY_A_PERSON,
    PRESERVED,
    RESPOND,
    STARTS,
    TIME_FRAME_STATED,
    Basis,
    ClockKind,
    ClockSpec,
    Condition,
    ExtensionSpec,
    FieldSpec,
    GroundSpec,
    Outcome,
    Profile,
    Way,
)
from comity.capabilities.assistance.schema import KINDS, Decision, Refusal, verb_of
from comity.errors import FormatError
from comity.fold.duty import parse_duration
from comity.statement.text import BilingualText

__all__ = ["ENVELOPE", "PROFILES", "Profile", "load", "profile_named"]

VERBS: Final = frozenset(verb_of(kind) for kind in KINDS)
LEADS_TO: Final[Mapping[tuple[str, str | None], str]] = MappingProxyType(
    {
        ("acknowledge", None): "acknowledged",
        ("answer", None): "answered",
        ("transfer", None): "transferred",
        **{("accept", decision.value): decision.value for decision in Decision},
        **{("refuse", decision.value): decision.value for decision in Refusal},
    }
)
"""The steps that may carry an outcome, and the state they lead to."""

Item = TypeVar("Item")


class _Part:
    """An object of a profile's file, read key by key; every key must be asked for."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise FormatError("assistance.profile-broken", where=where, problem="{}")
        self.where = where
        self.left: dict[str, object] = dict(value)

    def broken(self, problem: str) -> FormatError:
        return FormatError("assistance.profile-broken", where=self.where, problem=problem)

    def take(self, key: str) -> object:
        if key not in self.left:
            raise self.broken(key)
        return self.left.pop(key)

    def text(self, key: str) -> str:
        value = self.take(key)
        if not isinstance(value, str) or not value:
            raise self.broken(key)
        return value

    def maybe(self, key: str) -> str | None:
        """Return a text, or ``None`` where the key is absent or null."""
        if self.left.get(key) is None:
            self.left.pop(key, None)
            return None
        return self.text(key)

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        value = self.left.pop(key, default)
        if not isinstance(value, bool):
            raise self.broken(key)
        return value

    def count(self, key: str) -> int | None:
        value = self.take(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise self.broken(key)
        return value

    def both(self, key: str) -> BilingualText:
        part = _Part(self.take(key), f"{self.where}.{key}")
        return part.end(BilingualText(zh=part.text("zh"), en=part.text("en")))

    def maybe_both(self, key: str) -> BilingualText | None:
        return self.both(key) if key in self.left else None

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.take(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.broken(key)
        return tuple(value)

    def parts(self, key: str, read: "Callable[[_Part], Item]") -> tuple[Item, ...]:
        value = self.take(key)
        if not isinstance(value, list):
            raise self.broken(key)
        found = (_Part(item, f"{self.where}.{key}[{n}]") for n, item in enumerate(value))
        return tuple(part.end(read(part)) for part in found)

    def duration(self, key: str) -> str:
        value = self.text(key)
        try:
            parse_duration(value)
        except FormatError as error:
            raise self.broken(key) from error
        return value

    def end(self, found: Item) -> Item:
        """Return what was read, if no key is left that nobody asked for."""
        if self.left:
            raise self.broken(next(iter(self.left)))
        return found


def _labelled(part: _Part) -> tuple[str, BilingualText | None]:
    return part.text("id"), part.maybe_both("label")


def _field(part: _Part, *, envelope: bool = False) -> FieldSpec:
    values = part.parts("values", _labelled) if "values" in part.left else ()
    spec = FieldSpec(
        id=part.text("id"),
        type=part.text("type"),
        label=part.both("label"),
        required=part.flag("required"),
        values=tuple(name for name, _ in values),
        value_labels={name: label for name, label in values if label is not None},
        values_source=part.maybe("values_source"),
        required_if=part.maybe("required_if"),
        allow_unknown=part.flag("allow_unknown", default=False),
        allow_empty=part.flag("allow_empty", default=False),
        envelope=envelope,
        declares=part.maybe_both("declares"),
        note=part.maybe_both("note"),
        taxonomy=part.maybe("taxonomy"),
        item=part.maybe("item"),
    )
    if spec.type not in FIELD_TYPES:
        raise part.broken("type")
    if bool(values) != (spec.type in {"enum", "caveat_list"}):
        raise part.broken("values")
    if (spec.declares is not None) != (spec.type == "declaration"):
        raise part.broken("declares")
    return spec


def _condition(part: _Part) -> Condition | None:
    if part.left.get("when") is None:
        part.left.pop("when", None)
        return None
    when = _Part(part.take("when"), f"{part.where}.when")
    value = when.take("value")
    if not isinstance(value, str | int):
        raise when.broken("value")
    return when.end(Condition(when.text("field"), value))


def _clock(part: _Part) -> ClockSpec:
    try:
        kind = ClockKind(part.text("kind"))
    except ValueError as error:
        raise part.broken("kind") from error
    spec = ClockSpec(
        id=part.text("id"),
        label=part.both("label"),
        kind=kind,
        actor=part.text("actor"),
        starts_at=part.text("starts_at"),
        value=None if part.left.get("value") is None else part.duration("value"),
        source=part.text("source"),
        unverified=part.flag("unverified"),
        text_in_instrument=part.maybe("text_in_instrument"),
        when=_condition(part),
        replaces=part.maybe("replaces"),
        repeats_until=part.maybe("repeats_until"),
        channel=part.maybe("channel"),
        value_from=part.maybe("value_from"),
        then=part.maybe("then"),
        modelled_on=part.maybe("modelled_on"),
        discharged_by=part.texts("discharged_by"),
    )
    part.left.pop("value", None)
    if spec.starts_at not in STARTS or spec.actor not in {"addressee", "requester"}:
        raise part.broken("starts_at")
    if (spec.value is None) != (spec.value_from == "addressee"):
        raise part.broken("value")
    if (spec.kind is ClockKind.INTERVAL) != (spec.repeats_until == "closed"):
        raise part.broken("repeats_until")
    if bool(spec.discharged_by) != (spec.kind in {ClockKind.DEADLINE, ClockKind.INTERVAL}):
        raise part.broken("discharged_by")
    if set(spec.discharged_by) - VERBS - {PRESERVED, TIME_FRAME_STATED}:
        raise part.broken("discharged_by")
    return spec


def _extension(part: _Part) -> ExtensionSpec:
    spec = ExtensionSpec(
        rule=part.both("rule"),
        clocks=part.texts("clocks"),
        max_count=part.count("max_count"),
        reason_required=part.flag("reason_required"),
        then=part.maybe("then"),
        source=part.text("source"),
        unverified=part.flag("unverified"),
    )
    part.left.pop("then", None)
    return part.end(spec)


def _way(part: _Part) -> Way:
    way = Way(part.text("verb"), part.maybe("decision"), part.text("state"))
    if LEADS_TO.get((way.verb, way.decision)) != way.state:
        raise part.broken("state")
    return way


def _outcome(part: _Part) -> Outcome:
    spec = Outcome(
        id=part.text("id"),
        label=part.both("label"),
        ways=part.parts("reached_by", _way),
        event=part.maybe("event"),
        source=part.maybe("source"),
        unverified=part.flag("unverified", default=False),
    )
    if not spec.ways:
        raise part.broken("reached_by")
    if spec.event not in {None, PRESERVED}:
        raise part.broken("event")
    return spec


def _ground(part: _Part) -> GroundSpec:
    if part.text("raised_by") != "addressee":
        raise part.broken("raised_by")
    return GroundSpec(
        id=part.text("id"),
        label=part.both("label"),
        source=part.text("source"),
        unverified=part.flag("unverified"),
        open=part.flag("open", default=False),
        only_if=part.maybe("only_if"),
    )


def _basis(part: _Part) -> Basis:
    return Basis(
        ref=part.text("ref"),
        label=part.both("label"),
        unverified=part.flag("unverified"),
        note=part.maybe("note"),
    )


def _object(text: str, where: str, schema: str) -> _Part:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FormatError("assistance.profile-broken", where=where, problem="JSON") from error
    part = _Part(value, where)
    if part.text("schema") != schema:
        raise part.broken("schema")
    return part


def _load_envelope(text: str) -> tuple[FieldSpec, ...]:
    part = _object(text, "envelope", "comity-envelope/1")
    return part.end(part.parts("fields", lambda item: _field(item, envelope=True)))


def _own_fields(part: _Part) -> tuple[FieldSpec, ...]:
    """Return envelope and own fields; what is ``from_envelope`` must be there already."""
    known = {item.id: item for item in ENVELOPE}

    def read(item: _Part) -> FieldSpec | None:
        if not item.flag("from_envelope", default=False):
            return _field(item)
        if (name := item.text("id")) not in known or not known[name].required:
            raise item.broken("from_envelope")
        return None

    own = (spec for spec in part.parts("fields", read) if spec is not None)
    return (*ENVELOPE, *own)


def load(text: str, where: str = "profile") -> Profile:
    """Read one profile from its JSON text.

    Raises:
        FormatError: ``assistance.profile-broken``, naming the place and what is wrong.

    """
    part = _object(text, where, "comity-profile/1")
    refusal = _Part(part.take("refusal"), f"{where}.refusal")
    grace = _Part(part.take("grace"), f"{where}.grace")
    profile = Profile(
        id=part.text("id"),
        version=part.text("version"),
        title=part.both("title"),
        basis=part.parts("basis", _basis),
        status=part.both("status"),
        fields=_own_fields(part),
        clocks=part.parts("clocks", _clock),
        extension=_extension(_Part(part.take("extension"), f"{where}.extension")),
        outcomes=part.parts("outcomes", _outcome),
        grounds=part.parts("grounds", _ground),
        voluntary=refusal.flag("voluntary"),
        ground_required=refusal.flag("ground_required"),
        grace=grace.duration("value"),
        grace_source=grace.text("source"),
        needed_by=part.text("needed_by"),
    )
    grace.flag("unverified")
    grace.both("label")
    refusal.end(grace.end(None))
    _check(part, profile)
    return part.end(profile)


def _check(part: _Part, profile: Profile) -> None:
    """Check what no part of a profile knows by itself: that names lead somewhere."""
    for name, items in (
        ("fields", [item.id for item in profile.fields]),
        ("clocks", [item.id for item in profile.clocks]),
        ("outcomes", [item.id for item in profile.outcomes]),
        ("grounds", [item.id for item in profile.grounds]),
    ):
        if len(set(items)) != len(items) or not items:
            raise part.broken(name)
    preserves = any(outcome.event == PRESERVED for outcome in profile.outcomes)
    for clock in profile.clocks:
        conditional = clock.when is not None and profile.field(clock.when.field) is None
        replaced = clock.replaces is not None and profile.clock(clock.replaces) is None
        events = {clock.starts_at, *clock.discharged_by}
        dangling = (PRESERVED in events and not preserves) or (
            clock.starts_at == "respond_due" and profile.clock(RESPOND) is None
        )
        if conditional or replaced or dangling:
            where = f"clocks.{clock.id}"
            raise part.broken(where)
    if not profile.extension.clocks or any(map(_cannot_extend(profile), profile.extension.clocks)):
        raise part.broken("extension.clocks")
    needed = profile.clock(profile.needed_by)
    if needed is None or needed.kind is not ClockKind.DEADLINE or needed.value is None:
        raise part.broken("needed_by")
    _check_required(part, profile.fields)


def _cannot_extend(profile: Profile) -> Callable[[str], bool]:
    def cannot(clock_id: str) -> bool:
        clock = profile.clock(clock_id)
        return clock is None or clock.kind not in {ClockKind.DEADLINE, ClockKind.HOLD_MINIMUM}

    return cannot


def _check_required(part: _Part, specs: Iterable[FieldSpec]) -> None:
    for spec in specs:
        if spec.required_if not in {None, "urgency!=routine", GIVEN_BY_A_PERSON}:
            where = f"fields.{spec.id}.required_if"
            raise part.broken(where)


def _read_all() -> Mapping[tuple[str, str], Profile]:
    folder = files(__package__).joinpath("profiles")
    found: dict[tuple[str, str], Profile] = {}
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".json") and entry.name != "envelope.json":
            profile = load(entry.read_text(encoding="utf-8"), entry.name)
            found[profile.id, profile.version] = profile
    return MappingProxyType(found)


ENVELOPE: Final = _load_envelope(
    files(__package__).joinpath("profiles", "envelope.json").read_text(encoding="utf-8")
)
"""The fields that every request has."""

PROFILES: Final = _read_all()
"""(Profile id, version) to the profile."""


def profile_named(profile_id: str, version: str | None = None) -> Profile:
    """Return a profile; without a version, the newest that this software knows.

    Raises:
        FormatError: ``assistance.unknown-profile``.

    """
    versions = sorted((key[1] for key in PROFILES if key[0] == profile_id), key=_by_number)
    wanted = version if version is not None else next(reversed(versions), None)
    if wanted is None or wanted not in versions:
        raise FormatError("assistance.unknown-profile", profile=profile_id[:80])
    return PROFILES[profile_id, wanted]


def _by_number(version: str) -> tuple[int, str]:
    return (int(version) if version.isascii() and version.isdigit() else 0, version)
