"""What an officer may choose from now: the codes that the profile has for the verbs open to us."""

from comity.capabilities.assistance.case import Case
from comity.kit.desk import Json
from comity.statement.model import PartyId
from comity.statement.text import BilingualText


def choices_json(case: Case, us: PartyId) -> dict[str, Json]:
    """Return, by verb, the grounds and outcomes that it may name, if there are any."""
    profile = case.request.profile
    found: dict[str, Json] = {}
    if profile is None:
        return found
    for verb in dict.fromkeys(step.partition(":")[0] for step in case.open_to(us)):
        grounds = [_choice(each.id, each.label) for each in profile.grounds if verb == "refuse"]
        outcomes = [
            _choice(each.id, each.label)
            for each in profile.outcomes
            if profile.way(each.id, verb) is not None
        ]
        both: dict[str, list[Json]] = {"ground": grounds, "outcome": outcomes}
        named: dict[str, Json] = {name: [*codes] for name, codes in both.items() if codes}
        if named:
            found[verb] = named
    return found


def _choice(code: str, label: BilingualText) -> Json:
    return {"id": code, "zh": label.zh, "en": label.en}
