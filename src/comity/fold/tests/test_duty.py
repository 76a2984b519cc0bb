"""DUTY-1 to DUTY-3: whose receipt starts the clock, what stops it, when it runs out."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError
from comity.fold.duty import (
    CALENDAR,
    CLARIFICATION_STOPS,
    DAY,
    FROM_THE_RECEIPT,
    HOUR,
    Clock,
    Due,
    Duration,
    DutyState,
    Pause,
    Start,
    add_duration,
    due_of,
    duty_at,
    parse_duration,
    start_of,
)
from comity.statement.text import BilingualText

LOGGED = int(datetime(2030, 1, 1, 9, tzinfo=UTC).timestamp())
GRACE = parse_duration("PT4H")


def at(text: str) -> int:
    """Return a UTC time as unix seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_the_addressees_receipt_starts_the_clock() -> None:
    """DUTY-1: the ordinary case."""
    assert start_of(addressee=LOGGED, deposit=None, grace=GRACE) == Start(at=LOGGED)
    assert FROM_THE_RECEIPT.id == "DUTY-1"


def test_the_requesters_own_receipt_starts_nothing() -> None:
    """DUTY-1: without the addressee's receipt or a deposit nothing is proved to have begun."""
    assert start_of(addressee=None, deposit=None, grace=GRACE) is None


def test_a_third_members_deposit_receipt_starts_it_after_grace() -> None:
    """DUTY-1: and the page says that it is presumed."""
    start = Start(at=LOGGED + 4 * HOUR, presumed=True)

    assert start_of(addressee=None, deposit=LOGGED, grace=GRACE) == start
    assert start_of(addressee=LOGGED + 5 * HOUR, deposit=LOGGED, grace=GRACE) == start
    assert start_of(addressee=LOGGED + HOUR, deposit=LOGGED, grace=GRACE) == Start(at=LOGGED + HOUR)


def test_a_clarification_stops_the_clock() -> None:
    """DUTY-2: and its answer lets it run again, for as long as was left."""
    eight_hours = parse_duration("PT8H")
    stopped = Pause(start=LOGGED + HOUR)
    answered = Pause(start=LOGGED + HOUR, end=LOGGED + 3 * HOUR)

    assert due_of(LOGGED, eight_hours, [stopped]) == Due(at=None, left=7 * HOUR)
    assert due_of(LOGGED, eight_hours, [answered]) == Due(
        at=LOGGED + 10 * HOUR, paused_seconds=2 * HOUR
    )
    assert CLARIFICATION_STOPS.id == "DUTY-2"


def test_no_time_is_taken_off_twice() -> None:
    """DUTY-2: pauses that overlap, come before the start or after the end."""
    pauses = [
        Pause(start=LOGGED + 2, end=LOGGED + 5),
        Pause(start=LOGGED - 9, end=LOGGED + 1),
        Pause(start=LOGGED + 3, end=LOGGED + 4),
        Pause(start=LOGGED + 14),
    ]

    assert due_of(LOGGED, Duration(seconds=10), pauses).at == LOGGED + 14


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("2030-01-31T10:00", "P1M", "2030-02-28T10:00"),
        ("2028-01-31T10:00", "P1M", "2028-02-29T10:00"),
        ("2030-11-30T23:59", "P3M", "2031-02-28T23:59"),
        ("2028-02-29T00:00", "P1Y", "2029-02-28T00:00"),
        ("2030-03-10T01:00", "P1M1DT1H", "2030-04-11T02:00"),
        ("2030-01-01T00:00", "P2W", "2030-01-15T00:00"),
    ],
)
def test_months_are_those_of_the_calendar(start: str, duration: str, end: str) -> None:
    """DUTY-3: a day that the month does not have is its last day."""
    assert add_duration(at(start), parse_duration(duration)) == at(end)
    assert CALENDAR.id == "DUTY-3"


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2500, 1, 1)),  # noqa: DTZ001
    st.integers(0, 500),
)
def test_dates_agree_with_the_standard_library(start: datetime, months: int) -> None:
    """DUTY-3: month and year are right, and the day is the same or the month's last."""
    start = start.replace(tzinfo=UTC, microsecond=0)

    seconds = add_duration(int(start.timestamp()), Duration(months=months))

    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert 12 * end.year + end.month == 12 * start.year + start.month + months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
    assert end.time() == start.time()


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "1D", "P1.5D", "P-1D", "p1d", "P1DT", "P１D"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A profile with a duration that we would have to guess is not accepted."""
    with pytest.raises(FormatError) as refused:
        parse_duration(text)
    assert refused.value.code == "duration.not-iso-8601"


def test_units_add_up() -> None:
    """Years are twelve months, weeks seven days."""
    assert parse_duration("P1Y2M1W3DT4H5M6S") == Duration(
        months=14, seconds=10 * DAY + 4 * HOUR + 5 * 60 + 6
    )


@pytest.mark.parametrize(
    ("start", "met", "kind", "now", "state"),
    [
        (None, None, "duty", LOGGED, DutyState.NOT_STARTED),
        (LOGGED, None, "duty", LOGGED + HOUR, DutyState.RUNNING),
        (LOGGED, None, "duty", LOGGED + HOUR + 1, DutyState.OVERDUE),
        (LOGGED, None, "period", LOGGED + HOUR + 1, DutyState.ELAPSED),
        (LOGGED, LOGGED + HOUR, "duty", LOGGED + DAY, DutyState.MET),
        (LOGGED, LOGGED + HOUR + 1, "duty", None, DutyState.MET_LATE),
        (LOGGED, None, "duty", None, DutyState.RUNNING),
    ],
)
def test_what_was_done_outweighs_what_the_time_says(
    start: int | None, met: int | None, kind: str, now: int | None, state: DutyState
) -> None:
    """A duty is overdue only for who asks at a time; being met late follows from receipts."""
    clock = Clock(
        id="answer",
        kind=kind,
        actor=None,
        label=BilingualText(zh="答复", en="Answer"),
        source="default",
        duration=parse_duration("PT1H"),
        start=None if start is None else Start(at=start),
        met_at=met,
    )

    assert duty_at(clock, now).state is state
