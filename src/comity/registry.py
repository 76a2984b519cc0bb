"""The capabilities that this build knows: their pure parts, for node and verifier alike."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from comity.capabilities.assistance.rules import ASSISTANCE
from comity.fold.capability import Capability
from comity.parties.mechanism import MECHANISM

CAPABILITIES: Final[Mapping[str, Capability]] = MappingProxyType(
    {MECHANISM.name: MECHANISM, ASSISTANCE.name: ASSISTANCE}
)
"""By name, which is the first part of every kind: ``assistance.submit``."""


def capability_of(kind: str) -> Capability | None:
    """Return the capability that a kind belongs to, or ``None`` if nothing here knows it."""
    return CAPABILITIES.get(kind.partition(".")[0])
