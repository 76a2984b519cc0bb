"""Each check of the house finds the fault that it is for."""

from pathlib import Path

import pytest

from architecture import checks


def test_a_file_of_too_many_lines_is_found() -> None:
    """House 10: the build stops at 500 lines."""
    assert list(checks.too_long("x = 1\n" * 501)) == ["501 lines"]
    assert not list(checks.too_long("x = 1\n" * 500))


def test_a_function_that_is_too_long_is_found() -> None:
    """House 10: functions stop at 60 lines."""
    assert list(checks.too_long("def tell():\n" + "    x = 1\n" * 60)) == ["tell: 61 lines"]


def test_a_function_that_takes_too_much_is_found() -> None:
    """House 10: five parameters beside ``self``."""
    assert list(checks.too_many_parameters("def tell(self, a, b, c, d, e, *, f): ..."))
    assert not list(checks.too_many_parameters("def tell(self, a, b, c, d, e): ..."))


@pytest.mark.parametrize(
    "source",
    [
        "import time\nx = time.time()",
        "from time import time",
        "from datetime import datetime\nx = datetime.now(tz)",
        "import datetime\nx = datetime.date.today()",
    ],
)
def test_a_second_clock_is_found(source: str) -> None:
    """House 7: node/clock.py alone asks what time it is."""
    assert list(checks.asks_the_time(source))


def test_measuring_a_duration_is_allowed() -> None:
    """A monotonic clock says nothing about what time it is."""
    assert not list(checks.asks_the_time("import time\nx = time.monotonic()"))


def test_sql_in_a_python_file_is_found() -> None:
    """House 14: SQL stands in named .sql files; prose about it may stand in a docstring."""
    assert list(checks.speaks_sql('x = "SELECT sid FROM entries WHERE n = 1"'))
    assert not list(checks.speaks_sql('"""Like SELECT sid FROM entries."""\n'))


def test_the_facts_of_an_error_are_read() -> None:
    """House 8: an error carries a code and facts."""
    raised = list(checks.errors_raised('raise FormatError("cbor.too-large", limit=3)'))

    assert [(one.code, one.facts) for one in raised] == [("cbor.too-large", {"limit"})]


def test_a_rule_is_found_by_its_id() -> None:
    """House 7: a rule is a value with an id."""
    assert list(checks.rule_ids('X = Rule(\n    "ASSIST-2",\n    text,\n)')) == ["ASSIST-2"]


@pytest.mark.parametrize(
    ("zh", "en"),
    [
        ("", "nothing"),
        ("没有{a}。", "no {b}."),
        ("没有,也没有。", "neither."),
        ("没有。", "没有."),
    ],
)
def test_a_half_translated_sentence_is_found(zh: str, en: str) -> None:
    """Design 11: the software's own words are complete in both languages."""
    assert list(checks.half_translated(zh, en))


def test_gaps_and_doubles_in_a_numbering_are_found() -> None:
    """House 13: decisions are numbered without gaps."""
    assert checks.gaps([1, 2, 4, 4]) == [3, 4]
    assert checks.gaps([1, 2, 3]) == []


def test_a_name_that_says_nothing_is_found() -> None:
    """House 10: no utils, common, misc, base, manager."""
    assert checks.badly_named(Path("src/comity/log/utils.py"))
