"""What a request contains: every field type has one written JSON shape, and is checked.

Pure.  (Table of shapes follows.)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.capabilities.assistance.profiles import Profile
from comity.statement.cbor import Value

SECTION: Final = "fields"
CONTENT_TYPE: Final = "application/vnd.comity.fields+cbor"


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
        FormatError: ``assistance.field-missing``: TLP or PAP, or ``date_needed_reason``
            where a person gave the date.

    """
    raise NotImplementedError


def check_fields(profile: Profile, given: Mapping[str, object]) -> dict[str, Value]:
    """Check a complete set of fields, of ours or of a peer.

    Raises:
        FormatError: ``assistance.field-missing``, ``assistance.field-unknown``,
            ``assistance.field-shape`` (with the field's id and an example of its shape).

    """
    raise NotImplementedError


def conditions_of(profile: Profile, checked: Mapping[str, Value]) -> dict[str, str | int | bool]:
    """Return the fields on which a clock of the profile depends, for ``Submit.conditions``."""
    raise NotImplementedError


def languages_of(profile: Profile, checked: Mapping[str, Value]) -> tuple[str, ...]:
    """Return the language tags in which every long text is given, sorted."""
    raise NotImplementedError


def encode_fields(checked: Mapping[str, Value]) -> bytes:
    """Return the value of the section ``fields``: deterministic CBOR of the map."""
    raise NotImplementedError


def decode_fields(value: bytes) -> dict[str, Value]:
    """Read the section ``fields`` back; raises ``FormatError``."""
    raise NotImplementedError


def empty_form(profile: Profile) -> dict[str, object]:
    """Return a form to be filled: every field id with ``None``, and ``_help``."""
    raise NotImplementedError
