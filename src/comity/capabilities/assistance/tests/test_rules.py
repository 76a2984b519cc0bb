"""One story per rule: who said what, having seen what, and what holds then."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from comity.capabilities.assistance.moves import MOVES, TABLE, as_markdown
from comity.capabilities.assistance.profiles import ENVELOPE
from comity.capabilities.assistance.request import Phase, shown_phase
from comity.capabilities.assistance.rules import ASSISTANCE, RULES, Request
from comity.capabilities.assistance.schema import (
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
    Lapse,
    Payload,
    Progress,
    Quality,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Report,
    Submit,
    Transfer,
    Withdraw,
)
from comity.capabilities.assistance.tests.thread import (
    ASKED,
    ASKER,
    DAY,
    GROUND,
    HOUR,
    NET,
    STRANGER,
    T0,
    THIRD,
    Story,
    asked,
    both_ways,
    submit,
)
from comity.fold.capability import Ground
from comity.fold.rule import Rule
from comity.statement.model import PartyId, StatementId

REFUSE = Refuse(ground="capacity")
CONDITIONAL = Accept(decision=Decision.CONDITIONAL)


def test_the_whole_way_from_request_to_close() -> None:
    """ASSIST-1: every step of an ordinary case has effect, and the case is closed."""
    story = asked().say("ack", ASKED, Acknowledge())
    story.say("question", ASKED, Clarify()).say("reply", ASKER, Clarify())
    assert story.request.phase is Phase.ACKNOWLEDGED
    story.say("accept", ASKED, Accept()).say("report", ASKED, Report())
    story.say("interim", ASKED, Report(status=Progress.INTERIM))
    story.say("answer", ASKED, Answer(outcome="mitigated"))
    story.say("rate", ASKER, Rate(quality=Quality.MET)).say("remark", ASKED, Remark())
    story.say("close", ASKER, Close())

    request = story.request
    assert request.phase is Phase.CLOSED
    assert request.outcome == "mitigated"
    assert not request.without_effect
    assert request.ratings[0].remarks == (story.id("remark"),)


def test_what_is_not_open_has_no_effect() -> None:
    """ASSIST-1: a closed case is not answered, and a second acknowledgement does nothing."""
    story = asked().say("a", ASKED, Answer()).say("close", ASKER, Close())
    story.say("late", ASKED, Answer())
    assert story.effect("late") == "ASSIST-1"
    assert story.judge("late") is not None
    assert asked().say("1", ASKED, Acknowledge()).say("2", ASKED, Acknowledge()).effect("2") == (
        "ASSIST-1"
    )


@pytest.mark.parametrize(
    ("issuer", "payload"),
    [
        (ASKER, Acknowledge()),
        (ASKER, Answer()),
        (ASKER, REFUSE),
        (ASKED, Withdraw()),
        (ASKED, Rate(quality=Quality.MET)),
        (ASKED, Close()),
        (ASKED, Escalate()),
        (ASKER, Remark()),
        (ASKER, Transfer()),
    ],
)
def test_each_move_belongs_to_one_party(issuer: str, payload: Payload) -> None:
    """ASSIST-2: the other party's word changes nothing."""
    story = asked().say("wrong", issuer, payload)
    assert story.effect("wrong") == "ASSIST-2"
    assert story.request.phase is Phase.SENT


def test_a_stranger_is_kept_and_changes_nothing() -> None:
    """ASSIST-2: whatever the thread lets through, only the two parties move a request."""
    story = asked()
    move = asked().say("x", ASKED, Acknowledge()).telling.told[1]
    stranger = replace(move, said=replace(move.said, issuer=PartyId(STRANGER)))
    rule = ASSISTANCE.judge(story.request, stranger, GROUND)
    assert rule is not None
    assert rule.id == "ASSIST-2"


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


def lapsing(salt: str = "", *, late: int = T0 + 5 * HOUR) -> Story:
    """Return a story in which the time for acknowledging, four hours, is said to lapse."""
    story = asked("csirt-incident", salt)
    story.say("seen", ASKED, kind="thread.seen", own={}, by_node=True, seen=["ask"])
    cites = ((story.id("ask"), b"receipt"), (story.id("seen"), b"receipt"))
    story.say("lapse", ASKER, Lapse(clock="acknowledge", cites=cites), seen=["ask", "seen"])
    return story.prove("lapse", "ask", T0).prove("lapse", "seen", late)


def test_what_meets_the_clock_and_crosses_the_lapse_stands() -> None:
    """ASSIST-6: the lapse has no effect, whichever is told first."""

    def tell_it(salt: str) -> Story:
        return lapsing(salt).say("ack", ASKED, Acknowledge(), seen=["ask"])

    for story in both_ways(tell_it):
        assert story.request.phase is Phase.ACKNOWLEDGED
        assert story.effect("lapse") == "ASSIST-6"


def test_a_lapse_proved_by_the_addressees_own_log_has_effect() -> None:
    """ASSIST-7: its log took the request, and hours later something else, and no more."""
    assert lapsing().request.phase is Phase.EXPIRED
    assert lapsing().say("late", ASKED, Answer()).request.phase is Phase.ANSWERED


def test_a_third_members_log_proves_the_time_as_well() -> None:
    """ASSIST-7: any log but the requester's."""
    story = lapsing(late=T0 + HOUR).prove("lapse", "seen", T0 + 9 * HOUR, THIRD)
    assert story.request.phase is Phase.EXPIRED


def test_the_earliest_proof_of_delivery_counts() -> None:
    """ASSIST-7: in whatever order a lapse cites its receipts."""
    story = lapsing().prove("lapse", "ask", T0 + 3 * HOUR)
    assert story.request.phase is Phase.EXPIRED


def test_a_lapse_proves_every_time_on_which_the_clock_depends() -> None:
    """ASSIST-7: who leaves out that a question stopped the clock proves nothing."""
    story = asked().say("question", ASKED, Clarify()).say("reply", ASKER, Clarify())
    story.say("seen", ASKED, kind="thread.seen", own={}, by_node=True)
    names = ("ask", "question", "reply", "seen")
    cites = tuple((story.id(name), b"receipt") for name in names)
    story.say("lapse", ASKER, Lapse(clock="triage", cites=cites))
    story.prove("lapse", "ask", T0).prove("lapse", "seen", T0 + 30 * HOUR)
    assert story.effect("lapse") == "ASSIST-7"
    story.prove("lapse", "question", T0 + HOUR)
    assert story.effect("lapse") == "ASSIST-7"
    story.prove("lapse", "reply", T0 + 8 * HOUR)
    assert story.effect("lapse") == "ASSIST-7", "seven hours stood still"
    story.prove("lapse", "reply", T0 + 4 * HOUR)
    assert story.request.phase is Phase.EXPIRED


@pytest.mark.parametrize("log", [ASKED, ASKER])
def test_a_lapse_that_is_not_proved_has_no_effect(log: str) -> None:
    """ASSIST-7: too early, or by the requester's own log alone."""
    story = lapsing(late=T0 + HOUR)
    story.prove(
        "lapse", "seen", T0 + (3 if log == ASKED else 9) * HOUR, ASKED if log == ASKED else ASKER
    )
    assert story.effect("lapse") == "ASSIST-7"
    assert story.request.phase is Phase.SENT


def test_a_clock_that_was_met_does_not_lapse() -> None:
    """ASSIST-7: once the acknowledgement is seen."""
    story = asked().say("ack", ASKED, Acknowledge())
    story.say("x", ASKER, Lapse(clock="acknowledge", cites=((story.id("ask"), b"r"),)))
    assert story.prove("x", "ask", T0).prove("x", "ack", T0 + DAY).effect("x") == "ASSIST-7"


@pytest.mark.parametrize("clock", ["no-such-clock", "acknowledge_critical"])
def test_only_a_running_deadline_lapses(clock: str) -> None:
    """ASSIST-7: not a clock whose condition does not hold, nor one that there is not."""
    story = asked()
    story.say("x", ASKER, Lapse(clock=clock, cites=((story.id("ask"), b"r"),)))
    assert story.prove("x", "ask", T0, ASKED).prove("x", "ask", T0 + DAY).effect("x") == "ASSIST-7"


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


def opening(ground: Ground = GROUND, parties: tuple[str, ...] = (), **changes: Any) -> Story:
    story = Story(ground=ground)
    if parties:
        story.parties = tuple(each for each in (ASKER, ASKED, THIRD, STRANGER) if each in parties)
    return story.say("ask", ASKER, submit(**changes))


@pytest.mark.parametrize("parties", [(ASKER, ASKED, THIRD), (ASKER,), (ASKER, STRANGER)])
def test_a_request_is_between_two_members(parties: tuple[str, ...]) -> None:
    """ASSIST-12: not to two, not to oneself, not to a stranger."""
    story = opening(parties=parties)
    assert story.effect("ask") == "ASSIST-12"
    assert story.request.phase is Phase.ABSENT


@pytest.mark.parametrize(
    "changes", [{"profile": "no-such-profile"}, {"version": "2"}, {"rules": 2}]
)
def test_a_profile_must_be_in_force(changes: dict[str, Any]) -> None:
    """ASSIST-13: by id and version, under rules that are known."""
    assert opening(**changes).effect("ask") == "ASSIST-13"


def test_a_profile_that_the_charter_does_not_name_is_not_in_force() -> None:
    """ASSIST-13: that the software knows it is not enough; nor is another mechanism's charter."""
    other = Ground(net=NET, members=GROUND.members, profiles={"cn-us-2015": "1"}, languages={})
    assert opening(other).effect("ask") == "ASSIST-13"
    elsewhere = Ground(
        net=StatementId(bytes(32)), members=GROUND.members, profiles=GROUND.profiles, languages={}
    )
    assert opening(elsewhere).effect("ask") == "ASSIST-13"


def test_a_refusal_names_a_ground_of_the_profile() -> None:
    """ASSIST-14: unless the profile asks for no reason; saying "no data" refuses nothing."""
    assert asked().say("x", ASKED, Refuse()).effect("x") == "ASSIST-14"
    assert asked().say("x", ASKED, Refuse(ground="sovereignty")).effect("x") == "ASSIST-14"
    assert asked().say("x", ASKED, REFUSE).request.ground == "capacity"
    assert asked().say("x", ASKED, Refuse(decision=Refusal.NO_DATA)).effect("x") is None
    assert asked("un-poc-communication").say("x", ASKED, Refuse()).effect("x") is None


def test_an_outcome_is_one_of_the_profile_that_the_statement_can_give() -> None:
    """ASSIST-15: a refusal does not say that the owner was informed."""
    for payload in (
        Answer(outcome="no-such-outcome"),
        Answer(outcome="refused"),
        Refuse(ground="law", outcome="mitigated"),
        Accept(decision=Decision.PARTLY, outcome="mitigated"),
    ):
        assert asked().say("x", ASKED, payload).effect("x") == "ASSIST-15"
    assert asked().say("x", ASKED, Transfer(outcome="forwarded")).request.outcome == "forwarded"


def test_a_profile_says_how_often_a_time_is_extended() -> None:
    """ASSIST-16: once under cn-us-2015, with reasons; after that the request is escalated."""
    story = asked("cn-us-2015").say("ack", ASKED, Acknowledge())
    story.say("one", ASKED, Extend(until=T0 + 40 * DAY))
    story.say("two", ASKED, Extend(until=T0 + 50 * DAY))
    assert story.effect("one") is None
    assert story.effect("two") == "ASSIST-16"
    assert story.say("up", ASKER, Escalate(channel="hotline")).request.phase is Phase.ESCALATED


@pytest.mark.parametrize("clock", ["acknowledge", "no-such-clock", "triage"])
def test_only_a_clock_that_the_profile_names_and_that_is_not_met_is_extended(clock: str) -> None:
    """ASSIST-16: acknowledging is not put off, and what is met is not either."""
    story = asked().say("accept", ASKED, Accept())
    story.say("x", ASKED, Extend(until=T0 + DAY, clock=clock))
    assert story.effect("x") == "ASSIST-16"


def test_reasons_are_asked_for_where_they_are_needed() -> None:
    """ASSIST-17: a question, conditions, a remark; an extension where the profile says so."""
    for payload in (Clarify(), CONDITIONAL):
        assert asked().say("x", ASKED, payload, text=False).effect("x") == "ASSIST-17"
    for profile, rule in (("cn-us-2015", "ASSIST-17"), ("budapest-preservation", None)):
        story = asked(profile).say("ack", ASKED, Acknowledge())
        story.say("x", ASKED, Extend(until=T0 + DAY), text=False)
        assert story.effect("x") == rule
    assert asked().say("x", ASKED, Acknowledge(), text=False).effect("x") is None


def test_a_text_is_in_the_languages_that_the_charter_asks_for() -> None:
    """ASSIST-18: for this kind, else for every other; what needs no text may have none."""
    ground = Ground(
        net=NET,
        members=GROUND.members,
        profiles=GROUND.profiles,
        languages={"*": ("en", "zh"), "assistance.acknowledge": ()},
    )

    def said(payload: Payload, text: tuple[str, ...]) -> str | None:
        story = opening(ground).say("x", ASKED, payload, text=text)
        return story.effect("x")

    assert said(Answer(), ("en",)) == "ASSIST-18"
    assert said(Answer(), ("en", "zh", "fr")) is None
    assert said(Answer(), ()) is None
    assert said(Clarify(), ("zh",)) == "ASSIST-18"
    assert said(Acknowledge(), ("fr",)) is None
    assert opening(ground, languages=("en",)).effect("ask") == "ASSIST-18"
    assert opening(ground, languages=("en", "zh")).effect("ask") is None


def test_a_request_is_in_the_languages_that_the_charter_asks_for() -> None:
    """ASSIST-18: those of its long texts count with those of its texts."""
    ground = Ground(
        net=NET, members=GROUND.members, profiles=GROUND.profiles, languages={"*": ("en", "zh")}
    )
    story = Story(ground=ground).say("ask", ASKER, submit(languages=("zh",)), text=False)
    assert story.effect("ask") == "ASSIST-18"


@pytest.mark.parametrize(
    "own", [{}, {"decision": "maybe"}, {"decision": 3}, {"decision": "refused", "more": 1}]
)
def test_a_statement_that_is_not_of_its_form_has_no_effect(own: dict[str, Any]) -> None:
    """ASSIST-19: it is kept; our own officer is stopped earlier, by ``check``."""
    story = asked().say("x", ASKED, kind="assistance.refuse", own=own)
    assert story.effect("x") == "ASSIST-19"


@pytest.mark.parametrize(
    "changes",
    [
        {"urgency": "soon"},
        {"tlp": "WHITE"},
        {"pap": ""},
        {"caveats": ("x",)},
        {"conditions": {"x": 1}},
    ],
)
def test_marks_and_urgency_are_words_of_the_envelope(changes: dict[str, Any]) -> None:
    """ASSIST-19: so that every clock's condition can be judged from ``act``."""
    assert opening(**changes).effect("ask") == "ASSIST-19"


def test_who_ignored_what_its_own_log_held_gains_nothing_from_crossing() -> None:
    """THREAD-7: an answer that pretends not to have seen the withdrawal has no effect."""
    story = asked().say("withdraw", ASKER, Withdraw()).say("answer", ASKED, Answer(), seen=["ask"])
    assert story.phase == "answered"
    story.held[story.id("answer")] = frozenset({story.id("withdraw")})
    assert story.request.phase is Phase.WITHDRAWN
    assert story.effect("answer") == "THREAD-7"


def test_a_withdrawal_that_ignored_an_acknowledgement_does_not_bar_it() -> None:
    """THREAD-7: nor does the requester gain from not having looked."""
    story = (
        asked().say("ack", ASKED, Acknowledge()).say("withdraw", ASKER, Withdraw(), seen=["ask"])
    )
    story.held[story.id("withdraw")] = frozenset({story.id("ack")})
    assert story.effect("ack") is None
    assert story.request.phase is Phase.WITHDRAWN


def test_the_nodes_own_words_move_nothing() -> None:
    """THREAD-5: ``thread.seen`` and ``delivery.*`` pass through; no node acknowledges."""
    story = asked().say("seen", ASKED, kind="thread.seen", own={}, by_node=True)
    story.say("refused", ASKED, kind="delivery.refused", own={}, by_node=True)
    assert story.request.phase is Phase.SENT
    assert not story.request.without_effect
    assert story.say("ack", ASKED, Acknowledge(), by_node=True).effect("ack") == "THREAD-5"
    move = replace(story.telling.told[-1], barred=None)
    rule = ASSISTANCE.judge(asked().request, move, GROUND)
    assert rule is not None
    assert rule.id == "THREAD-5"


def test_delivered_is_sent_with_the_addressees_receipt() -> None:
    """Ruling 10: and it is never shown as acknowledged."""
    request = asked().request
    assert shown_phase(request, delivered=False) == "sent"
    assert shown_phase(request, delivered=True) == "delivered"
    acknowledged = asked().say("ack", ASKED, Acknowledge()).request
    assert shown_phase(acknowledged, delivered=False) == "acknowledged"


def test_escalation_raises_a_refusal_and_the_addressee_may_think_again() -> None:
    """ASSIST-1: after an escalation everything is open to the addressee again."""
    story = asked().say("no", ASKED, REFUSE).say("up", ASKER, Escalate())
    assert story.request.phase is Phase.ESCALATED
    assert story.say("yes", ASKED, Accept()).request.phase is Phase.ACCEPTED


def test_rules_are_numbered_without_gaps_and_in_both_languages() -> None:
    """Each rule has an id, two texts and a source."""
    assert [rule.id for rule in RULES] == [f"ASSIST-{n}" for n in range(1, len(RULES) + 1)]
    assert all(rule.text.zh and rule.text.en and rule.source for rule in RULES)


def test_the_table_names_every_move_once() -> None:
    """A step of a party in a phase leads to one place."""
    assert len(MOVES) == sum(len(row.at) for row in TABLE)
    assert as_markdown().count("\n") == len(TABLE) + 2


def test_judging_needs_a_state_of_this_capability() -> None:
    """A foreign state bars everything instead of failing."""

    class Foreign:
        phase = "x"
        without_effect: Mapping[StatementId, Rule] = MappingProxyType({})

    move = asked().telling.told[0]
    rule = ASSISTANCE.judge(Foreign(), move, GROUND)
    assert rule is not None
    assert rule.id == "ASSIST-1"
    assert ASSISTANCE.judge(Request(), move, GROUND) is None


def test_the_envelope_has_the_values_that_rules_read() -> None:
    """ASSIST-19 judges by these."""
    values = {spec.id: spec.values for spec in ENVELOPE}
    assert all(values[name] for name in ("tlp", "pap", "urgency", "caveats"))
    assert isinstance(submit(), Submit)
