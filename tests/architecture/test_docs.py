"""Documents: in both languages where they are for users, without gaps, without dead links."""

import re
from pathlib import Path

import pytest

from architecture import checks

READERS = ("officer", "operator")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def documents(repository: Path) -> list[Path]:
    """Return every document of the repository that is written by hand."""
    return [*repository.glob("*.md"), *(repository / "docs").rglob("*.md")]


@pytest.mark.parametrize("reader", READERS)
def test_every_page_for_users_has_its_twin(repository: Path, reader: str) -> None:
    """House 13: an English page without its Chinese twin fails the build at once."""
    pages = {
        lang: {path.name for path in (repository / "docs" / reader / lang).glob("*.md")}
        for lang in ("en", "zh")
    }

    assert pages["en"], f"no page for the {reader}"
    assert pages["en"] == pages["zh"]


def test_twins_have_the_same_shape(repository: Path) -> None:
    """Equally complete: as many headings, and the same commands, in both languages."""
    pairs = [(repository / "README.md", repository / "README.zh.md")]
    for reader in READERS:
        place = repository / "docs" / reader
        pairs += [(page, place / "zh" / page.name) for page in (place / "en").glob("*.md")]

    for english, chinese in pairs:
        texts = english.read_text(), chinese.read_text()
        headings = [len(re.findall(r"^#", CODE.sub("", text), re.MULTILINE)) for text in texts]
        blocks = [re.sub(r" +#.*", "", "".join(CODE.findall(text))) for text in texts]
        assert headings[0] == headings[1], english
        assert blocks[0] == blocks[1], english


def test_no_link_is_dead(repository: Path) -> None:
    """Every relative link leads to something."""
    dead = [
        f"{page.relative_to(repository)}: {link}"
        for page in documents(repository)
        for link in LINK.findall(CODE.sub("", page.read_text()))
        if not (page.parent / link).exists()
    ]

    assert dead == []


def test_decisions_are_numbered_without_gaps(repository: Path) -> None:
    """House 13: one decision a file, none missing."""
    records = sorted((repository / "docs/adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]

    assert checks.gaps(numbers) == []
    for number, path in zip(numbers, records, strict=True):
        assert path.read_text().startswith(f"# {number}. "), path.name


@pytest.mark.parametrize("part", ["Status: ", "Enforced by: ", "## Decision", "## What it costs"])
def test_every_decision_says_what_enforces_it_and_what_it_costs(
    repository: Path, part: str
) -> None:
    """House 13: an imperative decision, its cost, its guard."""
    for path in (repository / "docs/adr").glob("*.md"):
        assert f"\n{part}" in path.read_text(), f"{path.name}: no '{part}'"


def test_what_enforces_a_decision_exists(repository: Path) -> None:
    """A decision whose guard was deleted is found here."""
    for path in (repository / "docs/adr").glob("*.md"):
        told = next(line for line in path.read_text().splitlines() if line.startswith("Enforced"))
        for place in re.findall(r"`([^`]+)`", told):
            assert (repository / place).exists(), f"{path.name}: {place}"


def test_every_rule_and_command_of_the_first_page_exists(repository: Path) -> None:
    """The first page names only commands that there are."""
    listed = (repository / "src/comity/app/cli.py").read_text()
    for page in ("README.md", "README.zh.md"):
        text = (repository / page).read_text()
        for command in re.findall(r"^comity (?:--node \w+ )?([a-z]+)", text, re.MULTILINE):
            assert f'"{command}"' in listed or command == "assistance", command
