"""The hash of the state that an author saw (ruling 20): told alike, it fits; it bars nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

import pytest

from comity.fold.entry import Said, Told
from comity.fold.rule import Rule
from comity.fold.state import state_before, state_digest, states_fit
from comity.fold.tests.thread_stories import STRANGER, A, B, C, name, say, sid
from comity.fold.thread import ADDRESSED, Telling, tell
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.model import StatementId
from comity.statement.text import BilingualText

ODD = Rule("TEST-1", BilingualText(zh="不得", en="no"), "here")


@dataclass(frozen=True, slots=True)
class Counted:
    """A state: how many have been told; each whose name ends in ``x`` has no effect."""

    phase: str
    without_effect: Mapping[StatementId, Rule] = field(default_factory=dict)


def fold(told: Sequence[Told], start: str = "n") -> Counted:
    """Count what is told."""
    odd = {each.said.id: ODD for each in told if name(each.said.id).endswith("x")}
    return Counted(f"{start}{len(told)}", odd)


def with_state(said: Said, held: Sequence[Said], parties: Sequence[str] = (A, B)) -> Said:
    """Return a statement with the hash that an author puts in who holds this much."""
    telling = tell(held, parties)  # type: ignore[arg-type]
    cited = (*said.act.seen, *filter(None, [said.act.prev]))
    state = state_before(telling, fold(telling.told), cited, fold)
    return replace(said, act=replace(said.act, state=state))


def fits(telling: Telling) -> dict[str, bool]:
    """Return by name which fit."""
    return {name(each): found for each, found in states_fit(telling, fold).items()}


OPENING = say("o", A, case=None)
FIRST = with_state(say("bx", B, seen="o"), [OPENING])
CROSSING = with_state(say("a1", A, seen="o", prev="o"), [OPENING])
LAST = with_state(say("b2", B, seen="a1 bx", prev="bx"), [OPENING, FIRST, CROSSING])


def test_the_digest_is_of_the_phase_and_of_each_statement_with_its_rule() -> None:
    """Byte for byte as it is written down."""
    stranger = say("z", STRANGER, seen="o", parties=(A, B))
    telling = tell([OPENING, FIRST, stranger], (A, B))
    listed: list[Value] = [[sid("o"), None], [sid("bx"), "TEST-1"], [sid("z"), ADDRESSED.id]]
    wanted = sha256(cbor.encode(["n3", listed])).digest()
    assert state_digest(telling, fold(telling.told)) == wanted


def test_whoever_holds_more_tells_each_as_its_author_saw_it() -> None:
    """Crossing statements do not disturb one another; an opening carries none."""
    everything = [LAST, CROSSING, FIRST, OPENING]
    assert fits(tell(everything, (A, B))) == {"bx": True, "a1": True, "b2": True}


def test_an_author_who_cites_less_than_it_holds_hashes_what_it_cites() -> None:
    """More tips than a statement lists; or a stranger's word, which nobody cites."""
    held = [OPENING, FIRST, CROSSING, say("z", STRANGER, seen="o")]
    short = with_state(say("b3", B, seen="o", prev="bx"), held)
    assert short.act.state != state_digest(tell(held, (A, B)), fold(tell(held, (A, B)).told))
    assert fits(tell([*held, short], (A, B)))["b3"]


@pytest.mark.parametrize("other", [bytes(32), b"\xff" * 32])
def test_another_state_is_said_and_bars_nothing(other: bytes) -> None:
    """It is a diagnosis: the telling is the same with it and without."""
    liar = replace(LAST, act=replace(LAST.act, state=other))
    telling = tell([OPENING, FIRST, CROSSING, liar], (A, B))
    assert fits(telling) == {"bx": True, "a1": True, "b2": False}
    assert [each.barred for each in telling.told] == [None] * 4


def test_another_program_is_noticed() -> None:
    """One that tells the same statements into another phase."""
    telling = tell([OPENING, FIRST, CROSSING, LAST], (A, B))
    found = states_fit(telling, partial(fold, start="m"))
    assert set(found.values()) == {False}


def test_in_a_fork_each_hashes_the_branch_it_knew() -> None:
    """Three parties: who knew one branch, and who knew both."""
    one = say("f1", A, seen="o", prev="o", parties=(A, B, C))
    two = say("f2", A, seen="o", prev="o", parties=(A, B, C))
    opening = say("o", A, case=None, parties=(A, B, C))
    word = with_state(say("w", B, seen="f1", parties=(A, B, C)), [opening, one], (A, B, C))
    both = [opening, one, two]
    late = with_state(say("y", C, seen="f1 f2", parties=(A, B, C)), both, (A, B, C))
    assert fits(tell([opening, one, two, word, late], (A, B, C))) == {"w": True, "y": True}


def test_a_long_thread_is_not_told_again_for_each_of_its_statements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It would take the cube of its length; then nothing is said of any."""
    telling = tell([OPENING, FIRST, CROSSING, LAST], (A, B))
    monkeypatch.setattr("comity.fold.state.MOST_RETOLD", 3)
    assert fits(telling) == {}
