"""What an officer sees of the codes that may be typed, and of fields of every shape."""

import pytest

from comity.capabilities.assistance.profiles import profile_named
from comity.capabilities.assistance.tests.memory import ASKED, ASKER, FIELDS, World, submitted
from comity.capabilities.assistance.words_case import case
from comity.kit.desk import Json
from comity.kit.language import Language
from comity.kit.told import items, part, text

CSIRT = profile_named("csirt-incident")


def shown(world: World, subject: str, party: str = ASKED) -> dict[str, Json]:
    return world.call(ASKER if party == ASKER else ASKED, "assistance.show", subject=subject)


def codes(told: dict[str, Json], verb: str, option: str) -> list[str]:
    return [text(each, "id") for each in items(told, "choices", verb, option)]


def test_the_codes_of_a_verb_are_offered_to_whom_it_is_open() -> None:
    """All grounds of the profile, and the outcomes that the verb can reach; nothing else."""
    world = World()
    subject = submitted(world)
    told = shown(world, subject)
    assert codes(told, "refuse", "ground") == [each.id for each in CSIRT.grounds]
    assert codes(told, "refuse", "outcome") == ["not-constituency", "refused"]
    assert codes(told, "transfer", "outcome") == ["forwarded"]
    assert "clarify" not in part(told, "choices")
    assert not part(shown(world, subject, ASKER), "choices")


def test_what_is_offered_is_taken() -> None:
    """Each ground that is printed refuses."""
    world = World()
    for ground in (each.id for each in CSIRT.grounds):
        subject = submitted(world)
        world.call(ASKED, "assistance.refuse", subject=subject, ground=ground)
        assert shown(world, subject)["phase"] == "refused"


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", "  refuse --ground: Capacity (capacity); Law (law);"),
        ("zh", "  refuse --ground：能力不足（capacity）；"),
    ],
)
def test_codes_are_printed_as_they_are_typed(lang: Language, words: str) -> None:
    """With what they are called in the reader's language."""
    world = World()
    assert words in case(shown(world, submitted(world)), lang)


def test_fields_of_several_parts_are_printed_for_people() -> None:
    """Yes and no, and no braces."""
    world = World()
    contact: dict[str, Json] = {"name": {"en": "Ada", "zh": "阿达"}, "channels": ["+44 1", "+44 2"]}
    assets: list[Json] = [{"ip": "203.0.113.77", "watched": True, "ports": [445]}]
    fields: dict[str, Json] = {**FIELDS, "duty_contact": contact, "assets": assets}
    told = case(shown(world, submitted(world, fields=fields)), "zh")
    assert "{" not in told
    for each in (
        "    [name]\n      [en] Ada\n      [zh] 阿达",
        "    [channels]\n      - +44 1\n      - +44 2",
        "    [ip] 203.0.113.77",
        "    [watched] 是",
        "      - 445",
    ):
        assert each in told
