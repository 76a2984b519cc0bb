"""A time that lapsed: who proves it, by what, and what stands against it."""

import pytest

from comity.capabilities.assistance.request import Phase
from comity.capabilities.assistance.schema import (
    Acknowledge,
    Answer,
    Clarify,
    Lapse,
)
from comity.capabilities.assistance.tests.thread import (
    ASKED,
    ASKER,
    DAY,
    HOUR,
    T0,
    THIRD,
    Story,
    asked,
    both_ways,
)


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
