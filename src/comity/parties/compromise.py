"""What becomes of a statement whose key its party has declared compromised.

It stands if it is proved to lie before the bound.  Otherwise it is contested: it keeps its effect
if a counterpart's log held it before it held the announcement, and is struck if none did, unless
it is settled, which the telling of its thread knows (THREAD-9).

Pure.  Source: wire profile, section 5.5 and ruling 8; security threat T14; ADR 24.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from comity.parties.inception import Party, log_origin
from comity.statement.model import PartyId


class Standing(StrEnum):
    """Whether a statement is its party's, as far as its key tells."""

    SOUND = "sound"
    CONTESTED = "contested"
    STRUCK = "struck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where logs hold a statement, as their receipts prove."""

    of: Mapping[PartyId, int]
    """Whose log to the index in it."""
    dated: Callable[[], bool]
    """Whether its issuer's own log still is of the history in which it stands: whoever stole the
    keys of a log can write any index, but not into the history that the next keys sign."""


def standing(
    party: Party, kid: bytes, places: Places, announced: Mapping[PartyId, int]
) -> Standing:
    """Return what the keys of its party make of a statement.

    Args:
        party: its issuer.
        kid: the key that signed it.
        places: where it stands.
        announced: where the logs hold the announcement that this key is compromised.

    """
    bound = party.bounds.get(kid)
    if bound is None:
        return Standing.SOUND
    of = next((each for each in places.of if log_origin(each) == bound.origin), None)
    if of is not None and places.of[of] < bound.size and (of != party.id or places.dated()):
        return Standing.SOUND
    for log, index in places.of.items():
        if log != party.id and (log not in announced or index < announced[log]):
            return Standing.CONTESTED
    return Standing.STRUCK
