"""Statements that cross: which counts, and what the other then is."""

import pytest

from comity.capabilities.assistance.request import Phase
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
    Payload,
    Quality,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Report,
    Transfer,
    Withdraw,
)
from comity.capabilities.assistance.tests.thread import (
    ASKED,
    ASKER,
    DAY,
    T0,
    Story,
    asked,
    both_ways,
)

REFUSE = Refuse(ground="capacity")
CONDITIONAL = Accept(decision=Decision.CONDITIONAL)


def test_of_crossing_statements_the_addressees_counts_first() -> None:
    """ASSIST-3: an extension and an escalation that cross both have effect."""

    def tell_it(salt: str) -> Story:
        story = asked("cn-us-2015", salt).say("ack", ASKED, Acknowledge())
        story.say("extend", ASKED, Extend(until=T0 + 40 * DAY), seen=["ack"])
        return story.say("escalate", ASKER, Escalate(), seen=["ack"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.ESCALATED
        assert len(story.request.extensions) == 1
        assert not story.request.without_effect


@pytest.mark.parametrize("ending", [Withdraw(), Escalate()])
def test_an_answer_that_crosses_an_end_stands(ending: Payload) -> None:
    """ASSIST-4: whichever of the two is told first."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("answer", ASKED, Answer(), seen=["ask"])
        return story.say("end", ASKER, ending, seen=["ask"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.ANSWERED
        assert story.effect("end") == "ASSIST-4"


def test_a_further_answer_that_crosses_the_closing_stands() -> None:
    """ASSIST-4: the closing has no effect; having seen the answer, the requester may close."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("first", ASKED, Answer())
        story.say("further", ASKED, Answer(), seen=["first"])
        return story.say("close", ASKER, Close(), seen=["first"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.ANSWERED
        assert story.effect("close") == "ASSIST-4"
        assert story.say("again", ASKER, Close()).request.phase is Phase.CLOSED


@pytest.mark.parametrize(
    "payload",
    [
        Acknowledge(),
        Clarify(),
        Accept(),
        Accept(decision=Decision.PARTLY),
        CONDITIONAL,
        Accept(decision=Decision.POSTPONED, until=T0 + DAY),
        REFUSE,
        Refuse(decision=Refusal.NO_DATA),
        Refuse(decision=Refusal.NOT_COMPETENT),
        Report(),
        Transfer(),
    ],
)
def test_what_crosses_a_withdrawal_is_shown_and_has_no_effect(payload: Payload) -> None:
    """ASSIST-5: anything but an answer."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("said", ASKED, payload, seen=["ask"])
        return story.say("withdraw", ASKER, Withdraw(), seen=["ask"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.WITHDRAWN
        assert story.effect("said") == "ASSIST-5"
        assert story.effect("withdraw") is None
        assert story.request.outcome is None


def test_who_has_seen_a_refusal_no_longer_withdraws() -> None:
    """ASSIST-1: the refusal stays what it was; only a withdrawal that crossed it prevails."""
    story = asked().say("no", ASKED, REFUSE).say("withdraw", ASKER, Withdraw())
    assert story.effect("withdraw") == "ASSIST-1"
    assert story.request.phase is Phase.REFUSED
    crossing = asked().say("no", ASKED, REFUSE).say("withdraw", ASKER, Withdraw(), seen=["ask"])
    crossing.held[crossing.id("withdraw")] = frozenset({crossing.id("no")})
    assert crossing.effect("withdraw") == "THREAD-7"


def test_an_extension_that_crosses_a_withdrawal_is_not_counted() -> None:
    """ASSIST-5: its count and its time go with it."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("ack", ASKED, Acknowledge())
        story.say("extend", ASKED, Extend(until=T0 + 40 * DAY), seen=["ack"])
        return story.say("withdraw", ASKER, Withdraw(), seen=["ack"])

    for story in both_ways(tell_it):
        assert story.request.extensions == ()
        assert story.effect("extend") == "ASSIST-5"


def test_an_answer_saves_what_was_said_before_it_from_a_withdrawal() -> None:
    """ASSIST-4: the withdrawal that the answer crosses bars nothing else either."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("ack", ASKED, Acknowledge(), seen=["ask"])
        story.say("answer", ASKED, Answer(), seen=["ack"])
        return story.say("withdraw", ASKER, Withdraw(), seen=["ask"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.ANSWERED
        assert story.effect("ack") is None
        assert story.effect("withdraw") == "ASSIST-4"


def test_the_requester_accepts_conditions() -> None:
    """ASSIST-8: then the request is accepted."""
    story = asked().say("terms", ASKED, CONDITIONAL)
    assert story.request.phase is Phase.CONDITIONAL
    assert story.say("agree", ASKER, Accept()).request.phase is Phase.ACCEPTED


def test_conditions_must_have_been_seen_to_be_accepted() -> None:
    """ASSIST-8: new conditions that cross the acceptance of the old ones wait for a new word."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("old", ASKED, CONDITIONAL)
        story.say("new", ASKED, CONDITIONAL, seen=["old"])
        return story.say("agree", ASKER, Accept(), seen=["old"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.CONDITIONAL
        assert story.effect("agree") == "ASSIST-8"
        assert story.say("again", ASKER, Accept()).request.phase is Phase.ACCEPTED


def test_a_refusal_that_crosses_the_acceptance_of_conditions_stands() -> None:
    """ASSIST-3: the addressee's counts first, and then there is nothing to accept."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("terms", ASKED, CONDITIONAL)
        story.say("refuse", ASKED, REFUSE, seen=["terms"])
        return story.say("agree", ASKER, Accept(), seen=["terms"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.REFUSED
        assert story.effect("agree") == "ASSIST-1"


def test_nothing_is_accepted_where_no_conditions_were_made() -> None:
    """ASSIST-1: the requester does not accept its own request."""
    story = asked().say("q", ASKED, Clarify()).say("agree", ASKER, Accept())
    assert story.effect("agree") == "ASSIST-1"


def test_two_clarifications_that_cross_leave_the_newer_question_open() -> None:
    """ASSIST-9: the reply had not seen it; both have effect, whichever is told first."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("first", ASKED, Clarify())
        story.say("second", ASKED, Clarify(), seen=["first"])
        return story.say("reply", ASKER, Clarify(), seen=["first"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.CLARIFICATION
        assert not story.request.without_effect
        assert story.say("both", ASKER, Clarify()).request.phase is Phase.ACKNOWLEDGED


def test_the_requester_may_add_to_its_request_unasked() -> None:
    """ASSIST-9: what replies to no question moves nothing."""
    story = asked().say("more", ASKER, Clarify())
    assert story.request.phase is Phase.SENT
    assert story.effect("more") is None


def test_a_rating_that_crosses_a_further_answer_is_of_the_first() -> None:
    """ASSIST-10: both stand, the newer answer is not rated yet, and can be."""

    def tell_it(salt: str) -> Story:
        story = asked("csirt-incident", salt).say("first", ASKED, Answer())
        story.say("further", ASKED, Answer(), seen=["first"])
        return story.say("rate", ASKER, Rate(quality=Quality.NOT_MET), seen=["first"])

    for story in both_ways(tell_it):
        assert story.phase == "answered"
        assert story.request.ratings[0].answer == story.id("first")
        story.say("again", ASKER, Rate(quality=Quality.MET))
        assert story.request.phase is Phase.RATED
        assert [rating.answer for rating in story.request.ratings] == [
            story.id("first"),
            story.id("further"),
        ]


def test_an_answer_is_rated_once() -> None:
    """ASSIST-10: a second rating of the same answer has no effect."""
    story = asked().say("answer", ASKED, Answer()).say("one", ASKER, Rate(quality=Quality.MET))
    assert story.say("two", ASKER, Rate(quality=Quality.NOT_MET)).effect("two") == "ASSIST-10"


def test_a_rating_of_nothing_seen_has_no_effect() -> None:
    """ASSIST-10: the answer must have been seen."""
    story = asked().say("answer", ASKED, Answer(), seen=["ask"])
    story.say("rate", ASKER, Rate(quality=Quality.MET), seen=["ask"])
    assert story.effect("rate") == "ASSIST-10"


def test_the_addressee_remarks_on_a_rating_that_it_has_seen() -> None:
    """ASSIST-11: also after the case is closed, and not before."""
    story = asked().say("answer", ASKED, Answer()).say("early", ASKED, Remark())
    assert story.effect("early") == "ASSIST-11"
    story.say("rate", ASKER, Rate(quality=Quality.PARTLY)).say("close", ASKER, Close())
    story.say("remark", ASKED, Remark())
    assert story.request.phase is Phase.CLOSED
    assert story.request.ratings[0].remarks == (story.id("remark"),)
