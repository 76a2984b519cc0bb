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
    NET,
    STRANGER,
    T0,
    THIRD,
    Story,
    asked,
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
