"""T05: a statement is dated earlier than it was made, so that a time limit looks met or missed.

A date is its issuer's claim.  Whatever it says, every limit counts from the heads of logs; and a
date from the future is not taken.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import PeerError
from comity.fold.capability import FirstReceipts
from comity.node import receive, submit, threads
from comity.node.tests.test_receive import from_the_future
from comity.node.tests.world import World, world
from comity.node.threads import load_thread
from comity.statement.envelope import sign
from comity.statement.model import subject_urn

YEAR = 366 * 86_400


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("t05"), "ab") as two:
        yield two


@contextmanager
def dated(seconds: int) -> Iterator[None]:
    """Date whatever is signed earlier than it is."""

    def backdated(*, issued_at: int, **named: Any) -> Any:
        return sign(issued_at=issued_at - seconds, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(submit, "sign", backdated)
        yield


def played(made: World, earlier: int) -> dict[str, Any]:
    """Play a request and its acknowledgement, dated so much earlier; return what b shows of it."""
    with dated(earlier):
        subject = subject_urn(made.request("a", "b"))
        made.pump(2)
        made.ask("b", "acknowledge", subject=subject)
        made.pump(2)
    return made.ask("b", "show", subject=subject)


def check(shown: dict[str, Any], honest: dict[str, Any]) -> None:
    """Every limit stands as an honest one does, and starts at the time of a receipt."""
    times = {each["time"] for said in shown["statements"] for each in said["receipts"]}
    assert [(each["duty"], each["state"]) for each in shown["clocks"]] == [
        (each["duty"], each["state"]) for each in honest["clocks"]
    ]
    assert {each["start"] for each in shown["clocks"] if each["start"]} <= times
    assert any(each["start"] for each in shown["clocks"])
    assert shown["phase"] == honest["phase"] == "acknowledged"


@settings(max_examples=8, deadline=None)
@given(earlier=st.integers(0, YEAR))
def test_a_date_in_the_past_changes_no_limit(made: World, earlier: int) -> None:
    """Only the date differs: phase and limits are those of an honest one, from the receipts."""
    check(played(made, earlier), played(made, 0))


def test_a_date_from_the_future_is_not_taken(made: World) -> None:
    """It may be only a clock, so it waits at its sender."""
    subject = made.request("a", "b")
    made.pump()
    opened = load_thread(made.nodes["a"].keeping, subject).opening
    assert opened is not None
    made.case = (subject, opened.id)
    size = made.nodes["b"].tree_size
    with pytest.raises(PeerError, match=r"node\.from-the-future"):
        from_the_future(made)
    assert made.nodes["b"].tree_size == size


def test_without_counting_from_receipts_a_date_moves_the_limits(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: were dates taken for log times, limits would start when one likes."""
    honest = played(made, 0)

    def believed(*, times: Mapping[Any, int], subject: Any) -> FirstReceipts:
        return FirstReceipts(
            times={key: each - YEAR for key, each in times.items()}, subject=subject
        )

    monkeypatch.setattr(threads, "FirstReceipts", believed)
    with pytest.raises(AssertionError):
        check(played(made, YEAR), honest)


def test_without_the_bound_a_date_from_the_future_is_taken(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a statement of next year is logged today."""
    monkeypatch.setattr(receive, "MOST_SECONDS_AHEAD", YEAR)
    with pytest.raises(pytest.fail.Exception):
        test_a_date_from_the_future_is_not_taken(made)
