"""The list of surfaces: what each capability adds to the command line, in menu order."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Where a capability's commands and operations stand, as ``module:attribute``."""

    name: str
    commands: str
    """Loaded only when one of them is called, so that every other command starts fast."""
    operations: str


SURFACES = (
    Surface(
        name="assistance",
        commands="comity.capabilities.assistance.cli:assistance",
        operations="comity.capabilities.assistance.operations:OPERATIONS",
    ),
)
