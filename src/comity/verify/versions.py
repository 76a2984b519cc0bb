"""What a newer program might read otherwise: versions that an opening names for its thread.

Members may have put in force a profile that this program does not hold.  Then its rules bar
the opening, which says something about the program and nothing about the case.
"""

from comity.capabilities.assistance.profiles import PROFILES
from comity.capabilities.assistance.schema import OPENS, RULES_VERSION, Submit, payload_of
from comity.errors import FormatError
from comity.fold.capability import Ground
from comity.fold.entry import Said


def newer_version(opening: Said, ground: Ground) -> str | None:
    """Return what an opening names that this program does not know, or ``None``."""
    if opening.act.type != OPENS:
        return None
    try:
        payload = payload_of(opening.act.type, opening.act.own)
    except FormatError:
        return None
    if not isinstance(payload, Submit):
        return None
    if payload.rules > RULES_VERSION:
        return f"{OPENS}/{payload.rules}"
    in_force = ground.profiles.get(payload.profile) == payload.version
    if in_force and (payload.profile, payload.version) not in PROFILES:
        return f"{payload.profile}/{payload.version}"
    return None
