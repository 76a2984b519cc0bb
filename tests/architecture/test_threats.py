"""Every threat has a test that was seen to fail, or is named as owed; in both languages."""

import re
from pathlib import Path

import pytest

NUMBERS = [*range(1, 28), 30, 31, *range(35, 39)]
ROW = re.compile(r"^\| (T\d\d) \| .+ \| .+ \| (.*) ?\|$", re.MULTILINE)
PLACE = re.compile(r"tests/threats/test_t(\d\d)_\w+\.py")
OWED = {"threats.md": "Owed:", "threats.zh.md": "尚缺："}
FAILS_ONCE = re.compile(r"^def test_without_", re.MULTILINE)
NOT_YET: frozenset[int] = frozenset({14, 17, 18, 30})
"""Numbers whose test is still to be written."""


def rows(repository: Path, page: str) -> dict[int, str]:
    """Return what a page says of each threat: by what it is shown, or what is owed."""
    found = ROW.findall((repository / "docs" / page).read_text())
    return {int(number[1:]): told for number, told in found}


@pytest.mark.parametrize("page", OWED)
def test_the_pages_list_every_threat_in_order(repository: Path, page: str) -> None:
    """None is missing, none twice."""
    assert list(rows(repository, page)) == NUMBERS


def test_both_pages_name_the_same_tests_and_owe_the_same(repository: Path) -> None:
    """Equally complete."""
    english, chinese = (rows(repository, page) for page in OWED)
    for number in NUMBERS:
        told = english[number], chinese[number]
        assert PLACE.findall(told[0]) == PLACE.findall(told[1]), number
        owed = [sign in each for sign, each in zip(OWED.values(), told, strict=True)]
        assert owed[0] == owed[1], number


@pytest.mark.parametrize("number", sorted({*NUMBERS} - NOT_YET))
def test_a_threat_has_a_test_that_fails_without_its_defence(repository: Path, number: int) -> None:
    """Played under its own number, and listed; or owed, with the capability it waits for."""
    files = sorted((repository / "tests/threats").glob(f"test_t{number:02}_*.py"))
    told = rows(repository, "threats.md")[number]
    if files:
        assert any(path.name in told for path in files), told
        assert any(FAILS_ONCE.search(path.read_text()) for path in files), "never seen to fail"
    else:
        assert "Owed:" in told
