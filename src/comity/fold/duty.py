"""Who must do what by when: durations, starts, pauses; from receipts, never from a clock of ours.

DUTY-1  A duty of the addressee starts at the head time of the addressee's receipt; with a
        third member's deposit receipt, at that head time plus the profile's grace if this
        is earlier.  The requester's own receipt starts nothing.
DUTY-2  While the addressee waits for a clarification that it asked for, the clock stands still.
DUTY-3  Months and years are calendar months and years, in UTC; a day that the month does not
        have is its last day.  Days and weeks are multiples of 24 hours.

All times are unix seconds, UTC.  Nothing here raises except ``parse_duration``.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

from comity.errors import FormatError
from comity.fold.rule import Rule
from comity.statement.model import PartyId
from comity.statement.text import BilingualText

FROM_THE_RECEIPT: Final = Rule(
    "DUTY-1",
    BilingualText(
        zh="被请求方的时限自其回执所载时间起算；如有第三成员的存证回执，且该回执时间加宽限期更早，"
        "则以后者为准。请求方自己的回执不起算任何时限。",
        en="A duty of the addressee starts at the time of the addressee's receipt, or at the time "
        "of a third member's deposit receipt plus the grace period if that is earlier. "
        "The requester's own receipt starts nothing.",
    ),
    "docs/adr/0004-which-clock-counts.md",
)
CLARIFICATION_STOPS: Final = Rule(
    "DUTY-2",
    BilingualText(
        zh="被请求方要求澄清后、收到澄清前，时限停止计算。",
        en="While the addressee waits for a clarification that it asked for, its clocks stand "
        "still.",
    ),
    "docs/adr/0004-which-clock-counts.md",
)
CALENDAR: Final = Rule(
    "DUTY-3",
    BilingualText(
        zh="月和年按协调世界时的日历计算；当月没有该日的，取当月最后一日。日和周按每日24小时计算。",
        en="Months and years are those of the calendar in UTC; a day that the month does not have "
        "is its last day. Days and weeks are multiples of 24 hours.",
    ),
    "docs/adr/0004-which-clock-counts.md",
)
RULES: Final = (FROM_THE_RECEIPT, CLARIFICATION_STOPS, CALENDAR)

MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

# Five digits keep every sum far inside the integers that a statement may hold.
_DURATION: Final = re.compile(
    r"P(?=[0-9T])(?:([0-9]{1,5})Y)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})W)?(?:([0-9]{1,5})D)?"
    r"(?:T(?=[0-9])(?:([0-9]{1,5})H)?(?:([0-9]{1,5})M)?(?:([0-9]{1,5})S)?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """A span of time: calendar months, then seconds."""

    months: int = 0
    seconds: int = 0


@lru_cache(maxsize=256)
def parse_duration(text: str) -> Duration:
    """Read an ISO 8601 duration in whole units, for example ``PT4H``, ``P30D`` or ``P1M``.

    Raises:
        FormatError: ``duration.not-iso-8601``.

    """
    found = _DURATION.fullmatch(text)
    if found is None:
        raise FormatError("duration.not-iso-8601", duration=text[:40])
    years, months, weeks, days, hours, minutes, seconds = (
        int(each or 0) for each in found.groups()
    )
    return Duration(
        months=12 * years + months,
        seconds=(7 * weeks + days) * DAY + hours * HOUR + minutes * MINUTE + seconds,
    )


def add_duration(start: int, duration: Duration) -> int:
    """Return when a duration that began at ``start`` ends (both unix seconds, UTC).

    Source:
        DUTY-3.

    """
    if not duration.months:
        return start + duration.seconds
    day, second = divmod(start, DAY)
    year, month, date = _civil(day)
    count = 12 * year + month - 1 + duration.months
    year, month = count // 12, count % 12 + 1
    date = min(date, _days(year + month // 12, month % 12 + 1, 1) - _days(year, month, 1))
    return _days(year, month, date) * DAY + second + duration.seconds


# The two conversions count in eras of 400 years that begin in March, so that the leap day is the
# last of its year.  ``datetime`` would do it as well, but raises outside the years 1 to 9999.
_ERA: Final = 146_097
_TO_EPOCH: Final = 719_468


def _days(year: int, month: int, date: int) -> int:
    """Return the days from 1970-01-01 to a date of the Gregorian calendar."""
    year -= month < 3  # noqa: PLR2004 - January and February belong to the year before
    era, of_era = divmod(year, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + date - 1
    return era * _ERA + of_era * 365 + of_era // 4 - of_era // 100 + of_year - _TO_EPOCH


def _civil(days: int) -> tuple[int, int, int]:
    """Return year, month and date of a day counted from 1970-01-01."""
    era, of_era = divmod(days + _TO_EPOCH, _ERA)
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = (shifted + 2) % 12 + 1
    return 400 * era + year + (shifted >= 10), month, of_year - (153 * shifted + 2) // 5 + 1  # noqa: PLR2004


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When a clock began to run."""

    at: int
    presumed: bool = False
    """The addressee's receipt did not come in time: a third member's deposit receipt plus
    grace counts, and the page says so."""


def start_of(*, addressee: int | None, deposit: int | None, grace: Duration) -> Start | None:
    """Return when a duty of the addressee began, or ``None`` if nothing proves that it did.

    Args:
        addressee: head time of the addressee's first receipt, if there is one.
        deposit: head time of a third member's deposit receipt, if there is one.
        grace: from the profile in force.

    Source:
        DUTY-1 (wire profile, ruling 16).

    """
    latest = None if deposit is None else add_duration(deposit, grace)
    if addressee is not None and (latest is None or addressee <= latest):
        return Start(at=addressee)
    return None if latest is None else Start(at=latest, presumed=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time in which a clock stood still; ``end`` is ``None`` while it still does."""

    start: int
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """When a clock runs out."""

    at: int | None
    """``None`` while the clock stands still."""
    left: int | None = None
    """Seconds that were left when it was stopped; ``None`` while it runs."""
    paused_seconds: int = 0
    """How long it stood still in all, ended pauses only."""


def due_of(start: int, duration: Duration, pauses: Iterable[Pause] = ()) -> Due:
    """Return when a clock runs out: its calendar end, moved by every pause that began before it.

    Pauses may come in any order and overlap; time is never taken off twice.

    Source:
        DUTY-2.

    """
    due, counted, paused = add_duration(start, duration), start, 0
    for pause in sorted(pauses, key=lambda each: each.start):
        begin = max(pause.start, counted)
        if begin >= due:
            break
        if pause.end is None:
            return Due(at=None, left=due - begin, paused_seconds=paused)
        length = max(0, pause.end - begin)
        due, counted, paused = due + length, begin + length, paused + length
    return Due(at=due, paused_seconds=paused)


class DutyState(StrEnum):
    """Where a duty stands."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met-late"
    OVERDUE = "overdue"
    ELAPSED = "elapsed"
    """A period that nobody had to act in is over, for example of preservation."""
    CANCELLED = "cancelled"
    """It no longer has to be met: the case took another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What somebody must do by when, as it stands."""

    id: str
    """The clock's id in its profile, unique within the thread."""
    kind: str
    """``duty`` if an actor must do something, ``period`` if time merely runs."""
    actor: PartyId | None
    """Who owes it."""
    label: BilingualText
    start: int | None
    due: int | None
    """``None`` while it has not started or stands still."""
    state: DutyState
    source: str
    """The text it comes from, or that it is this network's default."""
    presumed: bool = False
    """Started without the addressee's receipt (DUTY-1)."""
    met_at: int | None = None
    """Head time of the receipt for the statement that met it."""
    left: int | None = None
    """Seconds left when it was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """All that a duty's state follows from, beside the time at which one asks."""

    id: str
    kind: str
    actor: PartyId | None
    label: BilingualText
    source: str
    duration: Duration
    start: Start | None
    pauses: tuple[Pause, ...] = ()
    met_at: int | None = None
    cancelled: bool = False


def duty_at(clock: Clock, now: int | None) -> Duty:
    """Return the duty as it stands at ``now``; ``None`` asks nothing of time (offline).

    Without a time a duty that is neither met nor cancelled is running or paused.
    """
    due = (
        Due(at=None)
        if clock.start is None
        else due_of(clock.start.at, clock.duration, clock.pauses)
    )
    return Duty(
        id=clock.id,
        kind=clock.kind,
        actor=clock.actor,
        label=clock.label,
        start=None if clock.start is None else clock.start.at,
        due=due.at,
        state=_state(clock, due, now),
        source=clock.source,
        presumed=clock.start is not None and clock.start.presumed,
        met_at=clock.met_at,
        left=due.left,
    )


def _state(clock: Clock, due: Due, now: int | None) -> DutyState:
    """Return the state; what was done outweighs what the time says."""
    if clock.met_at is not None:
        late = due.at is not None and clock.met_at > due.at
        return DutyState.MET_LATE if late else DutyState.MET
    if clock.cancelled:
        return DutyState.CANCELLED
    if clock.start is None:
        return DutyState.NOT_STARTED
    if due.at is None:
        return DutyState.PAUSED
    if now is None or now <= due.at:
        return DutyState.RUNNING
    return DutyState.OVERDUE if clock.kind == "duty" else DutyState.ELAPSED
