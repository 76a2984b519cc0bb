"""Clocks follow from what was said and from when the addressee's log held it."""

import pytest

from comity.capabilities.assistance.clocks import delivered_at
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Extend,
    Refuse,
    Report,
    Withdraw,
)
from comity.capabilities.assistance.tests.thread import (
    ASKED,
    ASKER,
    DAY,
    HOUR,
    SUBJECT,
    T0,
    THIRD,
    Story,
    asked,
    submit,
)
from comity.fold.capability import FirstReceipts
from comity.fold.duty import DutyState


def test_nothing_starts_before_the_addressees_receipt() -> None:
    """DUTY-1: the requester's own receipt starts nothing."""
    story = Story().say("ask", ASKER, submit())
    story.times[story.id("ask"), ASKER] = T0
    duties = story.duties(T0 + 90 * DAY)
    assert {duty.state for duty in duties.values()} == {DutyState.NOT_STARTED}
    assert delivered_at(story.request, FirstReceipts(times=story.times, subject=SUBJECT)) is None


def test_a_third_members_deposit_starts_the_clock_after_the_grace() -> None:
    """DUTY-1: four hours after, where the addressee gave no receipt."""
    story = Story().say("ask", ASKER, submit())
    story.times[story.id("ask"), THIRD] = T0
    duty = story.duties()["acknowledge"]
    assert (duty.start, duty.presumed) == (T0 + 4 * HOUR, True)


def test_acknowledging_in_time_and_late() -> None:
    """Timeliness comes from the logs: four hours for a CSIRT."""
    for hours, state in ((4, DutyState.MET), (5, DutyState.MET_LATE)):
        story = asked().say("ack", ASKED, Acknowledge(), at=T0 + hours * HOUR)
        duty = story.duties(T0 + 9 * DAY)["acknowledge"]
        assert (duty.state, duty.due) == (state, T0 + 4 * HOUR)
    assert asked().duties(T0 + 5 * HOUR)["acknowledge"].state is DutyState.OVERDUE


def test_an_acknowledgement_answers_nothing() -> None:
    """Delivery, acknowledgement and agreement are three things, with clocks of their own."""
    story = asked().say("ack", ASKED, Acknowledge(), at=T0 + HOUR)
    duties = story.duties(T0 + HOUR)
    assert duties["acknowledge"].state is DutyState.MET
    assert duties["triage"].state is DutyState.RUNNING
    assert duties["close_out"].state is DutyState.RUNNING


def test_the_shorter_clock_replaces_the_longer_one() -> None:
    """In an emergency, and where the incident is critical; a false flag starts nothing."""
    assert "acknowledge" not in asked(urgency="emergency").duties()
    assert asked(urgency="emergency").duties()["emergency"].due == T0 + HOUR
    critical = asked(conditions={"critical": True}).duties()
    assert "acknowledge" not in critical
    assert critical["acknowledge_critical"].due == T0 + HOUR
    assert "acknowledge" in asked(conditions={"critical": False}).duties()
    assert "acknowledge" in asked(conditions={"critical": 1}).duties()


def test_the_clock_stands_still_while_a_question_waits() -> None:
    """DUTY-2: it goes on when the reply is in the addressee's log."""
    story = asked().say("question", ASKED, Clarify(), at=T0 + HOUR)
    paused = story.duties(T0 + 400 * DAY)["triage"]
    assert (paused.state, paused.due, paused.left) == (DutyState.PAUSED, None, 23 * HOUR)
    story.say("reply", ASKER, Clarify())
    assert story.duties(T0 + 400 * DAY)["triage"].state is DutyState.PAUSED
    story.times[story.id("reply"), ASKED] = T0 + 3 * HOUR
    assert story.duties()["triage"].due == T0 + 26 * HOUR
    assert story.duties()["acknowledge"].state is DutyState.MET


def test_going_on_without_a_reply_ends_the_wait() -> None:
    """DUTY-2: who decides no longer waits; a second question does not begin a second wait."""
    story = asked().say("one", ASKED, Clarify(), at=T0 + HOUR)
    story.say("two", ASKED, Clarify(), at=T0 + 2 * HOUR)
    story.say("accept", ASKED, Accept(), at=T0 + 5 * HOUR)
    assert story.duties()["close_out"].due == T0 + 30 * DAY + 4 * HOUR


def test_an_extension_restates_the_time() -> None:
    """And a question after it moves the restated time as well."""
    story = asked("cn-us-2015").say("ack", ASKED, Acknowledge(), at=T0 + HOUR)
    story.say("extend", ASKED, Extend(until=T0 + 40 * DAY), at=T0 + DAY)
    assert story.duties()["respond"].due == T0 + 40 * DAY
    assert story.duties()["status"].due == T0 + 7 * DAY
    story.say("question", ASKED, Clarify(), at=T0 + 2 * DAY)
    story.say("reply", ASKER, Clarify(), at=T0 + 3 * DAY)
    assert story.duties()["respond"].due == T0 + 41 * DAY


def test_a_wait_before_the_extension_is_in_the_time_it_states() -> None:
    """The addressee knew of it when it restated the time; a wait still open then counts on."""
    story = asked("cn-us-2015").say("question", ASKED, Clarify(), at=T0 + DAY)
    story.say("reply", ASKER, Clarify(), at=T0 + 2 * DAY)
    story.say("second", ASKED, Clarify(), at=T0 + 3 * DAY)
    story.say("extend", ASKED, Extend(until=T0 + 40 * DAY), at=T0 + 5 * DAY)
    assert story.duties()["respond"].state is DutyState.PAUSED
    story.say("again", ASKER, Clarify(), at=T0 + 6 * DAY)
    assert story.duties()["respond"].due == T0 + 41 * DAY


def test_a_reply_that_crosses_a_second_question_does_not_start_the_clock_again() -> None:
    """ASSIST-9: the newer question waits."""
    story = asked().say("one", ASKED, Clarify(), at=T0 + HOUR)
    story.say("two", ASKED, Clarify(), seen=["one"], at=T0 + 2 * HOUR)
    story.say("reply", ASKER, Clarify(), seen=["one"], at=T0 + 3 * HOUR)
    assert story.duties()["triage"].state is DutyState.PAUSED
    story.say("both", ASKER, Clarify(), at=T0 + 5 * HOUR)
    assert story.duties()["triage"].due == T0 + 28 * HOUR


def test_a_postponement_states_until_when() -> None:
    """It restates the clock of the answer, and uses up no extension."""
    story = asked("cn-us-2015")
    story.say("x", ASKED, Accept(decision=Decision.POSTPONED, until=T0 + 60 * DAY), at=T0 + DAY)
    assert story.duties()["respond"].due == T0 + 60 * DAY
    assert story.request.extensions == ()


def test_status_reports_are_due_every_month_until_the_case_is_closed() -> None:
    """DUTY-3: calendar months from the end of the time for answering."""
    story = asked("cn-us-2015").say("ack", ASKED, Acknowledge(), at=T0 + HOUR)
    first = story.duties()["status_report"]
    assert first.due is not None
    assert first.due - T0 in range(58 * DAY, 62 * DAY)
    story.say("r1", ASKED, Report(), at=T0 + 40 * DAY)
    assert story.duties()["status_report"].due == first.due
    story.say("r2", ASKED, Report(), at=first.due + DAY)
    second = story.duties()["status_report"]
    assert second.due is not None
    assert second.due - first.due in range(28 * DAY, 32 * DAY)
    assert story.duties(second.due + 1)["status_report"].state is DutyState.OVERDUE
    story.say("answer", ASKED, Answer(), at=second.due).say("close", ASKER, Close())
    assert story.duties()["status_report"].state is DutyState.CANCELLED


def test_preservation_has_its_own_clock_and_reminders() -> None:
    """Budapest: sixty days from the hold, with reminders to the requester on the way."""
    story = asked("budapest-preservation")
    assert story.duties()["hold"].state is DutyState.NOT_STARTED
    story.say("held", ASKED, Accept(outcome="preserved"), at=T0 + DAY)
    duties = story.duties(T0 + 32 * DAY)
    assert duties["respond"].state is DutyState.MET
    assert duties["hold"].due == T0 + 61 * DAY
    reminders = [duties[f"remind_{days}"] for days in (30, 45, 55)]
    assert [duty.due for duty in reminders] == [T0 + (1 + days) * DAY for days in (30, 45, 55)]
    assert [duty.state for duty in reminders] == [
        DutyState.ELAPSED,
        DutyState.RUNNING,
        DutyState.RUNNING,
    ]
    assert {duty.actor for duty in reminders} == {ASKER}
    story.say("longer", ASKED, Extend(until=T0 + 120 * DAY), at=T0 + 50 * DAY)
    assert story.duties()["hold"].due == T0 + 120 * DAY


def test_an_acceptance_without_the_outcome_holds_nothing() -> None:
    """Only saying that the data are preserved starts the hold."""
    story = asked("budapest-preservation").say("accept", ASKED, Accept(), at=T0 + DAY)
    assert story.duties()["hold"].state is DutyState.NOT_STARTED
    assert story.duties()["respond"].state is DutyState.RUNNING


def test_a_un_contact_states_and_restates_its_own_time_frame() -> None:
    """The newest time counts; stating one meets the duty to state one."""
    story = asked("un-poc-communication")
    assert story.duties()["respond"].state is DutyState.NOT_STARTED
    story.say("ack", ASKED, Acknowledge(until=T0 + 9 * DAY), at=T0 + HOUR)
    assert story.duties()["time_frame"].state is DutyState.MET
    assert story.duties()["respond"].due == T0 + 9 * DAY
    story.say("extend", ASKED, Extend(until=T0 + 12 * DAY), at=T0 + DAY)
    assert story.duties()["respond"].due == T0 + 12 * DAY
    story.say("answer", ASKED, Answer(), at=T0 + 13 * DAY)
    assert story.duties()["respond"].state is DutyState.MET_LATE


@pytest.mark.parametrize(
    ("issuer", "payload"), [(ASKER, Withdraw()), (ASKED, Refuse(ground="capacity"))]
)
def test_what_ends_a_request_ends_its_clocks(issuer: str, payload: Withdraw | Refuse) -> None:
    """Nothing stays owed; what a refusal meets was met."""
    story = asked().say("end", ASKED if issuer == ASKED else ASKER, payload, at=T0 + HOUR)
    states = {duty.state for duty in story.duties(T0 + 99 * DAY).values()}
    assert states == {DutyState.CANCELLED if issuer == ASKER else DutyState.MET}


def test_what_was_met_at_an_unknown_time_is_met() -> None:
    """A case file may leave out a receipt; then nothing says whether it was late."""
    story = asked().say("ack", ASKED, Acknowledge())
    assert story.duties(T0 + 9 * DAY)["acknowledge"].state is DutyState.MET


def test_an_opening_that_was_barred_has_no_clocks() -> None:
    """There is no request."""
    assert asked(version="9").duties() == {}
