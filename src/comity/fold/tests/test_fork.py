"""Forks, decided as ruling 1 says: one story each."""

from comity.fold.fork import BRANCH_NOT_CHOSEN, Outcome
from comity.fold.tests.thread_stories import A, B, C, barred, name, names, order, say, sid
from comity.fold.thread import Telling, tell

ALL = (A, B, C)
OPENING = say("o", A, case=None, parties=ALL)
FORK = (
    OPENING,
    say("f", A, prev="o", parties=ALL),
    say("g", A, prev="o", parties=ALL),
)


def told(*said: tuple[str, str, str | None] | tuple[str, str, str | None, str]) -> Telling:
    """Tell the fork of A with some statements of B and C: (name, seen, prev)."""
    more = [
        say(each[0], B if each[0].startswith("b") else C, seen=each[1], prev=each[2], parties=ALL)
        for each in said
    ]
    return tell([*FORK, *more], ALL)


def test_undecided_as_long_as_one_has_not_chosen() -> None:
    """THREAD-3: B chose f; as long as C has not, neither branch has effect."""
    telling = told(("b", "f", None))

    [fork] = telling.forks
    assert fork.outcome is Outcome.UNDECIDED
    assert fork.choices == {B: sid("f")}
    assert barred(telling) == dict.fromkeys("fg", BRANCH_NOT_CHOSEN.id)


def test_the_branch_that_all_chose_has_effect() -> None:
    """THREAD-3: B and C built on f, whatever they saw afterwards."""
    telling = told(("b", "f", None), ("c", "f", None), ("b2", "g c", "b"))

    [fork] = telling.forks
    assert fork.outcome is Outcome.CHOSEN
    assert fork.chosen == sid("f")
    assert fork.after == sid("o")
    assert barred(telling) == {"g": BRANCH_NOT_CHOSEN.id}


def test_choices_that_differ_leave_no_branch() -> None:
    """THREAD-3: B chose f and C chose g: nothing else breaks the tie."""
    telling = told(("b", "f", None), ("c", "g", None))

    assert telling.forks[0].outcome is Outcome.NONE
    assert barred(telling) == dict.fromkeys("fg", BRANCH_NOT_CHOSEN.id)


def test_seeing_both_at_once_chooses_none() -> None:
    """THREAD-3: and then no branch can be the one that all chose."""
    telling = told(("b", "f g", None), ("c", "f", None))

    [fork] = telling.forks
    assert fork.outcome is Outcome.NONE
    assert fork.choices == {B: None, C: sid("f")}


def test_if_all_saw_both_at_once_none_is_chosen() -> None:
    """THREAD-3: agreeing to choose none chooses none."""
    assert told(("b", "f g", None), ("c", "f g", None)).forks[0].outcome is Outcome.NONE


def test_what_continues_a_branch_shares_its_fate() -> None:
    """THREAD-3: in the issuer's chain; who merely saw it is not barred."""
    said = [
        *FORK,
        say("g2", A, prev="g", parties=ALL),
        say("b", B, seen="f", parties=ALL),
        say("c", C, seen="f", parties=ALL),
        say("c2", C, seen="g2", prev="c", parties=ALL),
    ]

    assert barred(tell(said, ALL)) == dict.fromkeys(("g", "g2"), BRANCH_NOT_CHOSEN.id)


def test_who_forked_itself_does_not_choose() -> None:
    """THREAD-3: B forked too, so C alone decides about A."""
    telling = told(("b", "f", None), ("bb", "o", None), ("c", "g", None))

    outcomes = {name(fork.branches[0]): fork for fork in telling.forks}
    assert outcomes["f"].chosen == sid("g")
    assert outcomes["f"].choices == {C: sid("g")}
    assert outcomes["b"].outcome is Outcome.UNDECIDED


def test_two_openings_are_a_fork() -> None:
    """THREAD-3: the one on which the other party built counts."""
    said = (
        say("o", A, case=None),
        say("p", A, case=None),
        say("b", B, seen="p", case="p"),
        say("b2", B, seen="o", prev="b", case="o"),
    )

    telling = tell(said, (A, B))

    assert telling.forks[0].chosen == sid("p")
    assert barred(telling) == dict.fromkeys(("o", "b2"), BRANCH_NOT_CHOSEN.id)


def test_a_chain_begun_twice_is_a_fork_whatever_it_points_to() -> None:
    """THREAD-3: a ``prev`` that is somebody else's does not hide it."""
    said = (OPENING, say("b", B, seen="o", parties=ALL), say("bb", B, prev="o", parties=ALL))

    assert [names(fork.branches) for fork in tell(said, ALL).forks] == [{"b", "bb"}]


def test_if_all_others_forked_nobody_chooses() -> None:
    """THREAD-3: with two parties and two forks no branch has effect, and nothing is raised."""
    said = (
        say("o", A, case=None),
        say("f", A, prev="o"),
        say("g", A, prev="o"),
        say("b", B, seen="f"),
        say("c", B, seen="g"),
    )

    telling = tell(said, (A, B))

    assert {fork.outcome for fork in telling.forks} == {Outcome.NONE}


def test_a_branch_without_effect_is_told_when_it_must() -> None:
    """THREAD-3: before the first statement that had seen it, or at the end."""
    telling = told(("b", "f", None), ("c", "f", None), ("z", "g", "c"))

    assert order(telling) == ["o", "f", "b", "c", "g", "z"]
    assert order(told(("b", "f", None), ("c", "f", None)))[-1] == "g"


def test_a_late_branch_is_shown_as_late() -> None:
    """THREAD-2: it was not seen by what is settled, and is only shown."""
    said = (
        say("o", A, case=None),
        say("b", B, seen="o"),
        say("a", A, seen="b", prev="o"),
        say("b2", B, seen="a", prev="b"),
        say("0", A, seen="o", prev="o"),
    )

    telling = tell(said, (A, B))

    assert names(telling.settled) == {"o", "b", "a"}
    assert names(telling.late) == {"0"}
    assert order(telling) == ["o", "b", "a", "b2", "0"]


def test_who_forked_goes_on_without_forking_again() -> None:
    """The next ``prev`` lies on the branch with effect, or on the one told last."""
    chosen = told(("b", "g", None), ("c", "g", None))
    undecided = told(("b", "g", None))

    assert name(chosen.last_of[A]) == "g"
    assert name(undecided.last_of[A]) in {"f", "g"}
