"""Which statements on a subject are one thread, where its issuer opened it twice."""

from comity.fold.opening import choose_thread
from comity.fold.tests.thread_stories import A, B, C, name, say

PAIR = say("o", A, case=None)
WIDER = say("p", A, case=None, parties=(A, B, C))


def chosen(*held: object, party: str = B, opening: str | None = None) -> tuple[str, list[str]]:
    """Return the name of the opening, and those of the statements of its thread."""
    named = next((each.id for each in held if name(each.id) == opening), None)  # type: ignore[attr-defined]
    found = choose_thread(held, party, named)  # type: ignore[arg-type]
    assert found.opening is not None
    apart = {name(each.id) for each in found.apart}
    assert apart.isdisjoint(name(each.id) for each in found.said)
    assert len(apart) + len(found.said) == len(held)
    return name(found.opening.id), [name(each.id) for each in found.said]


def test_the_thread_that_was_logged_first_stands() -> None:
    """Until the party has spoken, whatever the ids are."""
    assert chosen(PAIR, WIDER) == ("o", ["o"])
    assert chosen(WIDER, PAIR) == ("p", ["p"])


def test_a_party_stays_where_it_has_spoken() -> None:
    """Its word names an opening; what comes before or after in its log changes nothing."""
    word = say("w", B, seen="p", case="p", parties=(A, B, C))
    later = say("x", B, seen="o")
    assert chosen(PAIR, WIDER, word, later) == ("p", ["p", "w"])
    assert chosen(later, PAIR, WIDER, word) == ("o", ["x", "o"])


def test_an_opening_that_is_named_decides() -> None:
    """A mechanism is told by its net, whatever the party said under another charter."""
    word = say("w", B, seen="p", case="p", parties=(A, B, C))
    assert chosen(PAIR, WIDER, word, opening="o") == ("o", ["o"])


def test_openings_among_the_same_parties_are_one_thread() -> None:
    """A fork: the one that others built on counts, then the smaller id."""
    twin = say("n", A, case=None)
    assert chosen(PAIR, twin) == ("n", ["o", "n"])
    assert chosen(PAIR, twin, say("w", B, seen="o")) == ("o", ["o", "n", "w"])


def test_without_an_opening_all_is_kept_together() -> None:
    """What is not held cannot part what is."""
    word = say("w", B, seen="o")
    found = choose_thread([word], B)
    assert (found.opening, found.said, found.apart) == (None, (word,), ())
