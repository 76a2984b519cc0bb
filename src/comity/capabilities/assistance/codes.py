"""What the codes of a request are called, as its profile has them.

Pure.  Rules read codes; a person reads these.
"""

from collections.abc import Iterator, Mapping

from comity.capabilities.assistance.profile import Profile
from comity.capabilities.assistance.profiles import PROFILES
from comity.statement.cbor import Value
from comity.statement.text import BilingualText

__all__ = ["words_of"]


def words_of(own: Mapping[str, Value], opening: Mapping[str, Value]) -> Mapping[str, BilingualText]:
    """Return what the codes in a statement's own part are called; never raises.

    Args:
        own: the statement's own part.
        opening: that of the opening of its thread, which names the profile.

    Returns:
        By key of the own part; of an opening also ``fields.<id>`` and
        ``fields.<id>.<value>``.  Empty where the profile is not known here.

    """
    named, version = opening.get("profile"), opening.get("version")
    if not isinstance(named, str) or not isinstance(version, str):
        return {}
    profile = PROFILES.get((named, version))
    return {} if profile is None else dict(_words(own, profile))


def _words(own: Mapping[str, Value], profile: Profile) -> Iterator[tuple[str, BilingualText]]:
    looked_up = {"outcome": profile.outcome, "ground": profile.ground, "clock": profile.clock}
    for key, find in looked_up.items():
        code = own.get(key)
        spec = find(code) if isinstance(code, str) else None
        if spec is not None:
            yield key, spec.label
    if own.get("profile") != profile.id:
        return
    yield "profile", profile.title
    for field in profile.fields:
        yield f"fields.{field.id}", field.label
        for value, label in field.value_labels.items():
            yield f"fields.{field.id}.{value}", label
