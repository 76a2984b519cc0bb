"""The tables of every capability, in the order of the registry."""

from comity.capabilities.assistance.projection import PROJECTION as ASSISTANCE
from comity.kit.office import ThreadView
from comity.store.projections import Projection

PROJECTIONS: tuple[Projection[ThreadView], ...] = (ASSISTANCE,)
