"""Which language, and times as people and programs write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError
from comity.kit.language import (
    LAST_SECOND,
    duration_in_words,
    from_iso,
    iso,
    language_of,
    span_in_words,
    time_in_words,
)


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        ("zh", {"LANG": "en_GB.UTF-8"}, "zh"),
        ("en", {"LANG": "zh_CN.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8"}, "zh"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        (None, {"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {}, "en"),
    ],
)
def test_what_is_asked_for_comes_before_the_environment(
    asked: str | None, environment: dict[str, str], language: str
) -> None:
    """``--lang``, then LC_ALL, LC_MESSAGES, LANG; English for what is neither."""
    assert language_of(asked, environment) == language


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2026-11-20T02:31:00Z", 1_795_141_860),
        ("2026-11-20T10:31+08:00", 1_795_141_860),
        ("2026-11-20t02:31z", 1_795_141_860),
        ("2026-11-20 02:31:00.999Z", 1_795_141_860),
    ],
)
def test_a_time_with_its_zone_is_read(text: str, at: int) -> None:
    """Fractions of a second are cut off."""
    assert from_iso(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tomorrow",
        "2026-11-20",
        "2026-11-20T02:31:00",
        "2026-02-30T00:00Z",
        "2026-11-20T25:00Z",
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00" * 9,
        "2026-W47-5T02:31Z",
        "２０２６-11-20T02:31Z",
    ],
)
def test_a_time_that_is_not_one_is_refused(text: str) -> None:
    """By name, never by another exception."""
    with pytest.raises(FormatError, match="not-iso-8601"):
        from_iso(text)


@given(st.integers(min_value=0, max_value=LAST_SECOND))
@settings(max_examples=50, deadline=None)
def test_what_is_written_is_read_back(at: int) -> None:
    """For every second that has a date."""
    assert from_iso(iso(at)) == at


@given(st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_reading_raises_nothing_else(text: str) -> None:
    """Whatever is typed."""
    try:
        from_iso(text)
    except FormatError as error:
        assert error.code == "time.not-iso-8601"  # noqa: PT017 - the other way is no error


def test_a_time_beyond_all_dates_is_still_told() -> None:
    """A peer may state any number of seconds."""
    assert iso(LAST_SECOND + 1) == f"@{LAST_SECOND + 1}"
    assert time_in_words(iso(2**53), "zh") == f"@{2**53}"


def test_people_see_the_zone() -> None:
    """In both languages."""
    assert time_in_words("2026-11-20T02:31:00Z", "en") == "2026-11-20 02:31 UTC"
    assert time_in_words("2026-11-20T02:31:00Z", "zh") == "2026年11月20日 02:31（UTC）"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0, "under a minute", "不足1分钟"),
        (-5, "under a minute", "不足1分钟"),
        (60, "1 min", "1分钟"),
        (3 * 3600 + 120, "3 h 2 min", "3小时2分钟"),
        (2 * 86_400 + 60, "2 d 1 min", "2天1分钟"),
        (86_400 + 3600 + 60, "1 d 1 h", "1天1小时"),
    ],
)
def test_a_span_is_told_in_two_units(seconds: int, en: str, zh: str) -> None:
    """The two largest that are not nought."""
    assert (span_in_words(seconds, "en"), span_in_words(seconds, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("told", "en", "zh"),
    [
        ("P2Y", "2 years", "2年"),
        ("P1Y6M", "1 year 6 months", "1年6个月"),
        ("PT4H", "4 hours", "4小时"),
        ("P1WT30M", "1 week 30 minutes", "1周30分钟"),
        ("PT0S", "0 seconds", "0秒"),
        ("soon", "soon", "soon"),
        ("P", "P", "P"),
    ],
)
def test_a_duration_is_told_in_words(told: str, en: str, zh: str) -> None:
    """What is none stays as it is."""
    assert (duration_in_words(told, "en"), duration_in_words(told, "zh")) == (en, zh)
