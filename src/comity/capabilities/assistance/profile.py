"""What a profile is: agreed settings for one kind of request, as typed values.

Pure.  The settings themselves are data, in ``profiles/*.json``; ``profiles.py`` reads them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from comity.capabilities.assistance.schema import Scalar
from comity.statement.text import BilingualText

NETWORK_DEFAULT: Final = "network default"

FIELD_TYPES: Final = frozenset(
    {
        "text",
        "longtext",
        "boolean",
        "enum",
        "date",
        "datetime_tz",
        "reference",
        "reference_list",
        "version",
        "party",
        "office",
        "contact",
        "mandate_chain",
        "language",
        "language_list",
        "caveat_list",
        "identifier_list",
        "indicator_list",
        "asset_list",
        "evidence_list",
        "legal_reference",
        "classification",
        "declaration",
        "section",
    }
)
"""Each has a written shape in ``fields.py``."""

STARTS: Final = frozenset({"delivered", "preserved", "respond_due", "time_frame_stated"})
PRESERVED: Final = "preserved"
TIME_FRAME_STATED: Final = "time_frame_stated"
RESPOND: Final = "respond"
"""The clock whose end is the event ``respond_due``."""
GIVEN_BY_A_PERSON: Final = "date_needed given by a person"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpec:
    """One field of a request's form."""

    id: str
    type: str
    label: BilingualText
    required: bool
    values: tuple[str, ...] = ()
    value_labels: Mapping[str, BilingualText] = field(default_factory=dict)
    required_if: str | None = None
    allow_unknown: bool = False
    allow_empty: bool = False
    envelope: bool = False
    """Stands in the common envelope and not in this profile alone."""
    declares: BilingualText | None = None
    """What a sender affirms by ``true`` in a field of type ``declaration``."""
    note: BilingualText | None = None
    taxonomy: str | None = None
    """The list of codes that a field of type ``classification`` is from."""
    item: str | None = None
    """Paragraph of the treaty's list."""
    values_source: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """That a field of the request has a value."""

    field: str
    value: Scalar


class ClockKind(StrEnum):
    """What a clock measures."""

    DEADLINE = "deadline"
    INTERVAL = "interval"
    HOLD_MINIMUM = "hold_minimum"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSpec:
    """One clock of a profile."""

    id: str
    label: BilingualText
    kind: ClockKind
    actor: str
    """``addressee`` or ``requester``."""
    starts_at: str
    """``delivered``, ``preserved``, ``respond_due`` or ``time_frame_stated``."""
    value: str | None
    """ISO 8601 duration; ``None`` where neither the instrument nor the network fixes one."""
    source: str
    unverified: bool
    text_in_instrument: str | None = None
    when: Condition | None = None
    replaces: str | None = None
    repeats_until: str | None = None
    channel: str | None = None
    value_from: str | None = None
    then: str | None = None
    modelled_on: str | None = None
    discharged_by: tuple[str, ...] = ()
    """Verbs of the actor that meet it, or an event: ``preserved``, ``time_frame_stated``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionSpec:
    """Whether and how often the addressee may restate a time."""

    rule: BilingualText
    clocks: tuple[str, ...]
    """The clocks that may be extended; the first one if a statement names none."""
    max_count: int | None
    reason_required: bool
    then: str | None
    source: str
    unverified: bool


@dataclass(frozen=True, slots=True)
class Way:
    """How an outcome is reached: a verb (with a decision) and the state it leads to."""

    verb: str
    decision: str | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A result that the profile names."""

    id: str
    label: BilingualText
    ways: tuple[Way, ...]
    event: str | None = None
    """``preserved`` where the outcome starts the hold."""
    source: str | None = None
    unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundSpec:
    """A reason for refusing that the profile names."""

    id: str
    label: BilingualText
    source: str
    unverified: bool
    open: bool = False
    only_if: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a profile rests on."""

    ref: str
    label: BilingualText
    unverified: bool
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of request, in one version."""

    id: str
    version: str
    title: BilingualText
    basis: tuple[Basis, ...]
    status: BilingualText
    fields: tuple[FieldSpec, ...]
    """The envelope first, then the profile's own."""
    clocks: tuple[ClockSpec, ...]
    extension: ExtensionSpec
    outcomes: tuple[Outcome, ...]
    grounds: tuple[GroundSpec, ...]
    voluntary: bool
    ground_required: bool
    """Whether a refusal names a ground."""
    grace: str
    """ISO 8601 duration, from a third member's deposit receipt (ruling 16)."""
    grace_source: str
    needed_by: str
    """The clock that ``date_needed`` is computed from, and that a postponement restates."""

    def field(self, field_id: str) -> FieldSpec | None:
        """Return a field by its id."""
        return next((item for item in self.fields if item.id == field_id), None)

    def clock(self, clock_id: str) -> ClockSpec | None:
        """Return a clock by its id."""
        return next((item for item in self.clocks if item.id == clock_id), None)

    def outcome(self, outcome_id: str) -> Outcome | None:
        """Return an outcome by its id."""
        return next((item for item in self.outcomes if item.id == outcome_id), None)

    def ground(self, ground_id: str) -> GroundSpec | None:
        """Return a ground by its id."""
        return next((item for item in self.grounds if item.id == ground_id), None)

    def way(self, outcome_id: str, verb: str) -> Way | None:
        """Return the first way by which a verb reaches an outcome."""
        outcome = self.outcome(outcome_id)
        ways = outcome.ways if outcome else ()
        return next((way for way in ways if way.verb == verb), None)
