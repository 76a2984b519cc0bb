"""T35: text and names that look like others, or that are not what they seem.

Nothing is repaired silently: what is barred is refused, by the rule that bars it, when it is
said and when it arrives.  A party whose name looks like that of a party that is known, and is
not the same, is not met.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import FormatError, TrustError
from comity.node import operations
from comity.node.founding import NewNode, found_node
from comity.node.node import Node, open_node
from comity.node.tests.world import World, world
from comity.statement import scripts, text
from comity.statement.tests.test_text import BAD_NAMES, GOOD_NAMES
from comity.statement.text import check_name, check_text
from threats.given import given

TROJAN = (
    'if access != "user\u202e \u2066// admin\u2069 \u2066"',
    "/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */",
    "return\u2067 none\u2069;",
    "60\u200e days \u2068or\u2069 30",
    "\u202a60\u202c",
)
ALIKE = ("СІЅА", "cisa", "C I S A", "C\u0406SA")


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[World]:
    """A node that knows nobody."""
    with world(tmp_path, "a", agreed=False) as made:
        yield made


def founded(folder: Path, name: str) -> Node:
    found_node(NewNode(folder=folder, names={"en": name}, listen="127.0.0.1:9999"))
    return open_node(folder)


def meet(node: Node, folder: Path, name: str) -> None:
    """Meet a new party of this name."""
    other = founded(folder / f"{len(list(folder.iterdir()))}", name)
    try:
        operations.meet(node, card=other.card_text())
    finally:
        other.close()


@pytest.mark.parametrize("row", BAD_NAMES)
def test_no_party_takes_a_name_that_can_be_mistaken(row: str) -> None:
    """Every row of the table, by the rule it breaks; what is not in NFC is refused, not changed."""
    name, code = BAD_NAMES[row]
    with pytest.raises(FormatError, match=re.escape(code)):
        check_name(name)


def test_honest_names_of_every_script_are_met(alone: World, tmp_path: Path) -> None:
    """国家CERT among them, as it was written."""
    for name in GOOD_NAMES[:3]:
        meet(alone.nodes["a"], tmp_path, name)
    told = operations.parties(alone.nodes["a"])["parties"]
    names = [each["names"].get("en") for each in told]  # type: ignore[union-attr,index,call-overload]
    assert set(GOOD_NAMES[:3]) <= set(names)


@pytest.mark.parametrize("name", ALIKE[:3])
def test_a_name_that_looks_like_a_known_one_is_not_met(
    alone: World, tmp_path: Path, name: str
) -> None:
    """All in Cyrillic, in another case, spaced out: beside CISA none of them is taken."""
    node = alone.nodes["a"]
    meet(node, tmp_path, "CISA")
    with pytest.raises(TrustError, match=r"parties\.name-alike"):
        meet(node, tmp_path, name)
    assert len(node.directory().parties) == 2


def test_without_the_skeleton_a_look_alike_is_met(
    alone: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: two parties are called the same to every eye."""
    monkeypatch.setattr("comity.parties.directory.skeleton", lambda name: name)
    for name in ("CISA", ALIKE[0]):
        meet(alone.nodes["a"], tmp_path, name)
    assert len(alone.nodes["a"].directory().parties) == 3


def test_without_the_rule_of_scripts_two_scripts_make_one_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed: Cyrillic letters stand in a Latin name."""
    with pytest.raises(FormatError):
        check_name("\u0421IS\u0410")
    monkeypatch.setattr(text, "may_stand_together", lambda _: True)
    assert check_name("\u0421IS\u0410") != "CISA"
    assert scripts.skeleton("\u0421IS\u0410") == scripts.skeleton("CISA")


@pytest.mark.parametrize("line", TROJAN)
def test_a_text_that_turns_its_reading_round_is_refused(line: str) -> None:
    """As it is signed, so it is read."""
    with pytest.raises(FormatError, match=r"text\.direction"):
        check_text(line)


def test_published_bidirectional_cases_with_controls_are_refused() -> None:
    """Every case of the Unicode test that holds a control of direction."""
    refused = 0
    for line in (given("bidi") / "BidiCharacterTest-excerpt.txt").read_text().splitlines():
        if not line or line[0] == "#":
            continue
        points = line.partition(";")[0].split()
        written = "".join(chr(int(each, 16)) for each in points)
        if set(written) & set(
            "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
        ):
            with pytest.raises(FormatError):
                check_text(written)
            refused += 1
    assert refused > 20


def test_without_barring_direction_a_text_reads_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed."""
    monkeypatch.setattr(text, "_BARRED", re.compile(r"(?P<control>\x00)"))
    assert check_text(TROJAN[0]) == TROJAN[0]
