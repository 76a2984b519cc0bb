"""What is printed stands straight and moves nothing."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.kit.printing import as_json, cut, indented, line, plain, table, width

WILD = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("\x1b[31mred", "\\u001b[31mred"),
        ("\x9b31m", "\\u009b31m"),
        ("a\rb", "a\\u000db"),
        ("\u202eabc", "\\u202eabc"),
        ("\u200bx", "\\u200bx"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\udb40\\udc41"),
        ("𠮷漢é", "𠮷漢é"),
        ("a\tb\nc", "a\tb\nc"),
    ],
)
def test_controls_are_shown_and_not_sent(text: str, printed: str) -> None:
    """Escape sequences, carriage returns, marks of direction, lone surrogates."""
    assert plain(text) == printed
    assert line("a\nb\tc") == "a\\u000ab\\u0009c"


@given(WILD)
@settings(max_examples=60, deadline=None)
def test_nothing_dangerous_is_printed(text: str) -> None:
    """Whatever somebody wrote; and it can always be encoded."""
    for printed in (plain(text), line(text), as_json({text: [text]}), indented(text)):
        printed.encode()
        assert not any(
            unicodedata.category(each) in {"Cc", "Cs"} for each in printed if each not in "\n\t"
        )
    assert "\n" not in line(text)


@given(WILD)
@settings(max_examples=60, deadline=None)
def test_json_reads_back_as_it_was(text: str) -> None:
    """Escaping is JSON's own, so a program sees the text to the letter."""
    assert json.loads(as_json({"text": text})) == {"text": text}


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("漢字", 4), ("𠮷", 2), ("é", 1), ("e\u0301", 1), ("ｱ", 1), ("Ａ", 2)],
)
def test_wide_characters_are_two_columns(text: str, columns: int) -> None:
    """And combining ones none."""
    assert width(text) == columns


def test_a_cut_text_says_so() -> None:
    """And takes no more columns than it may."""
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abc…"
    assert width(cut("漢字漢字", 6)) <= 6


def test_columns_stand_straight() -> None:
    """Counted as a terminal shows them."""
    told = table(["A", "甲乙"], [["漢字漢字", "x"], ["b", "y\x1b"]])
    lines = told.split("\n")
    assert [
        width(each[: each.rindex(last)]) for each, last in zip(lines[1:], "xy", strict=True)
    ] == [
        10,
        10,
    ]
    assert "\x1b" not in told
    assert not any(each.endswith(" ") for each in lines)
