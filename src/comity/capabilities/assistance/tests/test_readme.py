"""The page about the capability says what the code does."""

from importlib.resources import files

from comity.capabilities.assistance.moves import as_markdown
from comity.capabilities.assistance.ruling import RULES


def test_the_table_in_the_readme_is_the_table_of_moves() -> None:
    """Replace it with ``as_markdown()`` when this fails."""
    page = files("comity.capabilities.assistance").joinpath("README.md").read_text("utf-8")
    assert as_markdown() in page


def test_the_readme_names_the_rules_of_crossing() -> None:
    """By id, so that they are found."""
    page = files("comity.capabilities.assistance").joinpath("README.md").read_text("utf-8")
    for rule in RULES[2:10]:
        assert rule.id in page
