"""Which language a person reads, and how times are written and read.

Times are unix seconds, UTC; people see them in UTC with the zone beside them.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

from comity.errors import FormatError
from comity.wording import say

Language: TypeAlias = Literal["zh", "en"]

LAST_SECOND: Final = 253_402_300_799
"""The end of the year 9999: later times have no date in ISO 8601 without an agreement."""
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)

_DURATION: Final = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?",
    re.ASCII,
)


def language_of(asked: str | None, environment: Mapping[str, str]) -> Language:
    """Return the language of a person: what was asked for, else that of the environment."""
    told = asked or next(
        (
            environment[name]
            for name in ("COMITY_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
            if environment.get(name)
        ),
        "",
    )
    return "zh" if told.lower().startswith("zh") else "en"


def iso(at: int) -> str:
    """Return a time as ISO 8601 in UTC; one that has no date there as ``@`` and its seconds."""
    if not 0 <= at <= LAST_SECOND:
        return f"@{at}"
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def maybe_iso(at: int | None) -> str | None:
    """Return a time as ``iso`` does, and ``None`` for none."""
    return None if at is None else iso(at)


def from_iso(text: str) -> int:
    """Read a date and time with its zone, as ISO 8601; fractions of a second are cut off.

    Raises:
        FormatError: ``time.not-iso-8601``: no zone, no such date, or before 1970.

    """
    wrong = FormatError("time.not-iso-8601", time=text[:40])
    if _ISO.fullmatch(text) is None:
        raise wrong
    try:
        since = datetime.fromisoformat(text.upper()) - datetime(1970, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    at = since // timedelta(seconds=1)
    if at < 0:
        raise wrong
    return at


def time_in_words(text: str, lang: Language) -> str:
    """Return a time, given as ``iso`` writes it, for a reader; to the minute, with its zone."""
    if not text.endswith("Z"):
        return text
    day, _, clock = text.removesuffix("Z").partition("T")
    if lang == "zh":
        year, month, date = day.split("-")
        return f"{year}年{int(month)}月{int(date)}日 {clock[:5]}（UTC）"
    return f"{day} {clock[:5]} UTC"


def duration_in_words(text: str, lang: Language) -> str:
    """Return an ISO 8601 duration in whole units in words; what is none, as it is."""
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()):
        return text
    units = {
        "zh": ("年", "个月", "周", "天", "小时", "分钟", "秒"),
        "en": ("years", "months", "weeks", "days", "hours", "minutes", "seconds"),
    }[lang]
    named = [(int(count), unit) for count, unit in zip(found.groups(), units, strict=True) if count]
    if lang == "zh":
        return "".join(f"{count}{unit}" for count, unit in named)
    return " ".join(
        f"{count} {unit.removesuffix('s') if count == 1 else unit}" for count, unit in named
    )


def span_in_words(seconds: int, lang: Language) -> str:
    """Return a length of time in its two largest units, for example ``2 d 3 h``."""
    rest = max(0, seconds)
    counts = (rest // DAY, rest % DAY // HOUR, rest % HOUR // MINUTE)
    units = ("天", "小时", "分钟") if lang == "zh" else ("d", "h", "min")
    named = [(count, unit) for count, unit in zip(counts, units, strict=True) if count]
    if not named:
        return say("time.under-a-minute", lang)
    shown = named[: 2 if named[0][1] == units[0] or len(named) > 1 else 1]
    if lang == "zh":
        return "".join(f"{count}{unit}" for count, unit in shown)
    return " ".join(f"{count} {unit}" for count, unit in shown)
