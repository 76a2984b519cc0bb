"""Every statement that continues a thread says what state its author saw (ruling 20)."""

import pytest

from comity.capabilities.assistance.words_case import case
from comity.fold.thread import SEEN
from comity.node.tests.world import World, forge, parcel
from comity.node.threads import load_thread
from comity.statement.act import Act
from comity.statement.model import subject_urn
from comity.wording import say


def states(made: World, name: str, subject: bytes) -> list[object]:
    """Return what a node shows of each statement's state, in the order of the telling."""
    shown = made.ask(name, "show", subject="urn:comity:matter:" + subject.hex())
    return [each["state"] for each in shown["statements"]]


def test_what_honest_nodes_say_fits_at_both_ends(pair: World) -> None:
    """Officers' words and the nodes' own, crossing ones too; an opening has nothing before it."""
    subject = pair.request("a", "b")
    pair.tick()
    pair.ask("b", "acknowledge", subject=subject_urn(subject))
    pair.ask("a", "withdraw", subject=subject_urn(subject))
    pair.tick()
    for name in "ab":
        found = states(pair, name, subject)
        assert len(found) > 3
        assert found == [None, *["fits"] * (len(found) - 1)]
    told = load_thread(pair.nodes["a"].keeping, subject).telling.told
    assert {each.said.by_node for each in told} == {True, False}


@pytest.mark.parametrize("by", ["node", "sign"])
def test_it_is_shown_whose_key_signed_a_nodes_word(pair: World, by: str) -> None:
    """THREAD-5 bars a node's key from officers' words, and nobody from a node's."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    first = load_thread(a.keeping, subject).opening
    assert first is not None
    act = Act(
        type=SEEN,
        net=pair.net,
        case=first.id,
        aud=(b.party,),
        prev=first.id,
        seen=(first.id,),
    )
    pair.hand("a", "b", parcel(a, forge(a, subject, act, by=by), b))
    shown = pair.ask("b", "show", subject=subject_urn(subject))
    (word,) = (each for each in shown["statements"] if each["kind"] == SEEN)
    assert (word["by_node"], word["effect"]) == (by == "node", True)
    for lang in ("en", "zh"):
        told = say("assistance.said-by-officers", lang) in case(shown, lang)
        assert told == (by == "sign")


def test_another_state_is_shown_and_changes_nothing(pair: World) -> None:
    """It keeps its effect; people read of it where it differs, and nowhere else."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    pair.ask("b", "acknowledge", subject=subject_urn(subject))
    opening = load_thread(a.keeping, subject).opening
    assert opening is not None
    shown = pair.ask("b", "show", subject=subject_urn(subject))
    for lang in ("en", "zh"):
        assert say("assistance.state-differs", lang) not in case(shown, lang)
    act = Act(
        type=SEEN,
        net=pair.net,
        case=opening.id,
        aud=(b.party,),
        prev=opening.id,
        seen=(opening.id,),
        state=bytes(32),
    )
    pair.hand("a", "b", parcel(a, forge(a, subject, act, by="node"), b))
    shown = pair.ask("b", "show", subject=subject_urn(subject))
    wrong = [each for each in shown["statements"] if each["state"] == "differs"]
    assert [(each["kind"], each["effect"]) for each in wrong] == [(SEEN, True)]
    assert shown["phase"] == "acknowledged"
    for lang in ("en", "zh"):
        assert case(shown, lang).count(say("assistance.state-differs", lang)) == 1  # type: ignore[arg-type]
