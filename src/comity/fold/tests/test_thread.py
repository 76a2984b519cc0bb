"""The order in which threads are told, and what has no effect whatever it says."""

from dataclasses import replace

from comity.fold.tests.thread_stories import (
    STRANGER,
    A,
    B,
    C,
    barred,
    name,
    names,
    order,
    say,
    sid,
    tell_names,
)
from comity.fold.thread import (
    ADDRESSED,
    IGNORED_WHAT_IT_HELD,
    IN_THREAD_ORDER,
    NODE_KEY,
    ONE_CHAIN,
    SETTLED_STANDS,
    parties_of,
    tell,
)

OPENING = say("o", A, case=None)


def test_what_was_seen_comes_first() -> None:
    """THREAD-1: links decide, whatever the ids."""
    said = (OPENING, say("a", B, seen="o"), say("9", A, seen="a", prev="o"))

    assert tell_names(said) == ["o", "a", "9"]
    assert IN_THREAD_ORDER.id == "THREAD-1"


def test_ties_go_by_id() -> None:
    """THREAD-1: two statements that had not seen each other."""
    said = (OPENING, say("c", B, seen="o"), say("b", A, seen="o", prev="o"))

    assert tell_names(said) == ["o", "b", "c"]


def test_the_previous_statement_counts_as_seen() -> None:
    """THREAD-1: ``prev`` is a link like those in ``seen``."""
    telling = tell((OPENING, say("a", A, prev="o")), (A, B))

    assert names(telling.told[1].knew) == {"o"}


def test_who_cites_what_is_missing_waits_alone() -> None:
    """THREAD-1: the rest is told; when the missing one arrives, so is all."""
    said = (OPENING, say("b", B, seen="o missing"), say("c", A, seen="b", prev="o"))

    telling = tell(said, (A, B))

    assert order(telling) == ["o"]
    assert {name(each): names(missing) for each, missing in telling.waiting.items()} == {
        "b": {"missing"},
        "c": {"missing"},
    }
    assert tell_names((*said, say("missing", A, prev="o", seen="o"))) == ["o", "missing", "b", "c"]


def test_links_in_a_circle_wait_for_ever() -> None:
    """THREAD-1: no real id can do that; the telling does not hang or raise."""
    said = (OPENING, say("x", A, seen="y", prev="o"), say("y", B, seen="x o"))

    telling = tell(said, (A, B))

    assert order(telling) == ["o"]
    assert set(telling.waiting.values()) == {frozenset()}


def test_the_tips_are_what_the_next_statement_has_seen() -> None:
    """Tips and each party's last statement are what the next statement links to."""
    said = (OPENING, say("a", A, prev="o"), say("b", B, seen="o"))

    telling = tell(said, (A, B))

    assert list(map(name, telling.tips)) == ["a", "b"]
    assert {party: name(last) for party, last in telling.last_of.items()} == {A: "a", B: "b"}


def test_another_audience_has_no_effect() -> None:
    """THREAD-4: an aside is another thread; here it is kept and barred."""
    said = (OPENING, say("b", B, seen="o", parties=(A, B, C)))

    assert barred(tell(said, (A, B))) == {"b": ADDRESSED.id}


def test_a_statement_names_the_opening_of_its_thread() -> None:
    """THREAD-4: nothing, a statement that opened nothing, and one not seen will not do."""
    said = (
        OPENING,
        say("b", B, seen="o"),
        say("c", A, seen="b", prev="o", case="b"),
        say("d", B, prev="b", case="elsewhere"),
        say("e", A, seen="", prev=None),
    )

    assert barred(tell(said, (A, B))) == dict.fromkeys("cde", ADDRESSED.id)


def test_a_statement_names_the_mechanism_of_its_thread() -> None:
    """THREAD-4: no use of a statement in another mechanism."""
    wrong = say("b", B, seen="o")
    wrong = replace(wrong, act=replace(wrong.act, net=sid("other")))

    assert barred(tell((OPENING, wrong), (A, B))) == {"b": ADDRESSED.id}


def test_the_opening_of_a_charter_is_the_net_of_its_thread() -> None:
    """THREAD-4: a charter names no mechanism; what follows names the charter."""
    charter = replace(OPENING, act=replace(OPENING.act, net=None))
    accede = say("b", B, seen="o")
    accede = replace(accede, act=replace(accede.act, net=sid("o")))

    assert barred(tell((charter, accede), (A, B))) == {}


def test_nobody_opens_the_thread_of_another() -> None:
    """THREAD-4: the subject is made from the issuer of the opening and its nonce."""
    assert barred(tell((say("o", B, case=None),), (A, B))) == {"o": ADDRESSED.id}


def test_a_stranger_is_told_and_changes_nothing() -> None:
    """THREAD-4: its statement is kept, at the end, and settles or holds up nothing."""
    said = (OPENING, say("0", STRANGER, seen="o"), say("b", B, seen="o"))

    telling = tell(said, (A, B))

    assert order(telling) == ["o", "b", "0"]
    assert barred(telling) == {"0": ADDRESSED.id}
    assert list(map(name, telling.tips)) == ["b"]


def test_a_node_key_says_only_what_nodes_say() -> None:
    """THREAD-5: it may say ``thread.seen`` and ``delivery.*``, nothing else."""
    said = (
        OPENING,
        say("b", B, seen="o", by_node=True),
        say("c", B, prev="b", kind="thread.seen"),
        say("d", B, prev="c", kind="delivery.failed", by_node=True),
    )

    assert barred(tell(said, (A, B))) == {"b": NODE_KEY.id}


def test_a_chain_continues_ones_own_statements() -> None:
    """THREAD-6: ``prev`` is a statement of the same issuer."""
    assert barred(tell((OPENING, say("b", B, prev="o")), (A, B))) == {"b": ONE_CHAIN.id}


def test_who_ignored_what_its_log_held_is_marked() -> None:
    """THREAD-7: proved by two receipts of its own log."""
    said = (OPENING, say("a", A, prev="o"), say("b", B, seen="o"))
    held = {sid("b"): frozenset({sid("a"), sid("o")}), sid("a"): frozenset({sid("o")})}

    telling = tell(said, (A, B), held_before=held)

    assert {name(each.said.id) for each in telling.told if each.ignored} == {"b"}
    assert IGNORED_WHAT_IT_HELD.id == "THREAD-7"


def test_settled_is_what_all_have_firmly_seen() -> None:
    """THREAD-2: a receipt settles nothing; being seen to have seen does."""
    said = [OPENING]
    assert tell(said, (A, B)).settled == frozenset()

    said.append(say("b", B, seen="o"))
    assert names(tell(said, (A, B)).firm) == {"o"}
    assert tell(said, (A, B)).settled == frozenset()

    said.append(say("a", A, seen="b", prev="o"))
    assert names(tell(said, (A, B)).firm) == {"o", "b"}
    assert names(tell(said, (A, B)).settled) == {"o"}
    assert SETTLED_STANDS.id == "THREAD-2"


def test_a_statement_about_oneself_is_settled_at_once() -> None:
    """THREAD-2: a thread of one party has nobody else to wait for."""
    alone = say("o", A, case=None, parties=(A,))

    assert tell((alone,), parties_of(alone)).settled == {alone.id}


def test_parties_of_a_thread_are_issuer_and_audience() -> None:
    """Ruling 5."""
    assert parties_of(say("o", B, case=None, parties=(C, A, B))) == (A, B, C)
