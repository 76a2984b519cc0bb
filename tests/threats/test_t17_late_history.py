"""T17: whatever arrives when, both ends tell one state; what is settled is never undone."""

import os
from collections.abc import Iterator, Sequence
from random import Random

import pytest

from comity.fold.entry import Said
from comity.fold.graph import Graph
from comity.fold.state import state_digest
from comity.fold.thread import Telling, tell
from comity.node.loading import load_said
from comity.node.tests.world import World, forge, parcel, world
from comity.node.threads import Thread, load_thread
from comity.statement.act import Act
from comity.statement.model import StatementId, SubjectId

ORDERS = 10_000 if os.environ.get("LONG") == "1" else 300
Effects = dict[StatementId, str]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, SubjectId]]:
    """A case of two nodes that is settled, and then a's late branches, which b alone is shown."""
    with world(tmp_path_factory.mktemp("late") / "world", "ab") as made:
        a, b = made.nodes["a"], made.nodes["b"]
        subject = made.request("a", "b")
        urn = "urn:comity:matter:" + subject.hex()
        made.pump()
        made.ask("b", "acknowledge", subject=urn)
        made.pump()
        made.ask("a", "withdraw", subject=urn)
        made.pump()
        made.tick(4)
        thread = load_thread(a.keeping, subject)
        assert thread.telling.settled
        assert thread.opening is not None
        for number in range(6):
            act = Act(
                type="assistance.withdraw",
                net=made.net,
                case=thread.opening.id,
                aud=(b.party,),
                prev=thread.opening.id,
                seen=(thread.opening.id,),
                own={},
            )
            sid = forge(a, subject, act, at=a.clock.now() - number)
            made.hand("a", "b", parcel(a, sid, b))
        made.tick(3)
        yield made, subject


def thread_of(case: tuple[World, SubjectId]) -> Thread:
    """Return the case as b holds it, a's branches and all."""
    made, subject = case
    return load_thread(made.nodes["b"].keeping, subject)


def held(case: tuple[World, SubjectId]) -> list[Said]:
    """Return every statement of it, as b holds it."""
    made, subject = case
    return [row[0] for row in load_said(made.nodes["b"].keeping.store, subject, None)]


def told(thread: Thread, arrived: Sequence[Said]) -> tuple[Telling, bytes, Effects]:
    """Tell some statements; return the telling, the state's hash, and each one's effect."""
    telling = tell(arrived, thread.telling.parties)
    assert thread.capability is not None
    state = thread.capability.fold(telling.told, thread.ground)
    effects = {
        each.said.id: str(each.barred or state.without_effect.get(each.said.id) or "")
        for each in telling.told
    }
    return telling, state_digest(telling, state), effects


def play(thread: Thread, said: list[Said], random: Random) -> set[bytes]:
    """Deliver in two random orders, a part at a time; return the hashes at both ends.

    What an end has settled keeps its effect, whatever it gets afterwards.
    """
    hashes = set()
    for _ in "ab":
        order = random.sample(said + said[:3], len(said) + 3)
        cuts = sorted(random.sample(range(1, len(order)), 3))
        settled: Effects = {}
        for cut in (*cuts, len(order)):
            telling, digest, effects = told(thread, order[:cut])
            assert settled.items() <= effects.items(), "what was settled was undone"
            settled |= {each: effects[each] for each in telling.settled}
        hashes.add(digest)
    return hashes


def test_both_ends_come_to_one_state_in_every_order(case: tuple[World, SubjectId]) -> None:
    """The same set, in whatever order and however partly synchronised on the way."""
    thread, said = thread_of(case), held(case)
    random = Random(17)  # noqa: S311 - to play, not to hide
    hashes: set[bytes] = set()
    for _ in range(ORDERS):
        hashes |= play(thread, said, random)
    assert len(hashes) == 1


def test_what_came_late_is_shown_as_late_and_changed_nothing(
    case: tuple[World, SubjectId],
) -> None:
    """A branch beside what was settled is kept, is evidence, and has no effect."""
    thread = thread_of(case)
    telling = thread.telling
    assert telling.late
    assert telling.forks
    assert not telling.late & telling.settled
    barred = {each.said.id for each in telling.told if each.barred is not None}
    assert telling.late <= barred


def test_in_the_order_of_arrival_the_ends_differ(
    case: tuple[World, SubjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: a telling by arrival."""
    random = Random(1)  # noqa: S311 - to play, not to hide

    def by_arrival(graph: Graph, aside: int) -> list[int]:
        del aside
        left, order = list(range(len(graph.said))), list[int]()
        while left:
            free = [n for n in left if all(link in order for link in graph.parents[n])]
            order.append(random.choice(free))
            left.remove(order[-1])
        return order

    monkeypatch.setattr("comity.fold.thread.telling_order", by_arrival)
    thread, said = thread_of(case), held(case)
    hashes = {hash_ for _ in range(20) for hash_ in play_loosely(thread, said, random)}
    assert len(hashes) > 1


def play_loosely(thread: Thread, said: list[Said], random: Random) -> set[bytes]:
    """Return the hashes at both ends; what is undone on the way is let pass."""
    return {told(thread, random.sample(said, len(said)))[1] for _ in "ab"}


def test_if_what_is_held_were_final_late_history_would_undo_it(
    case: tuple[World, SubjectId], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: a receipt settles, so that everything held counts as settled."""
    monkeypatch.setattr("comity.fold.thread._settled", lambda graph, *_: (1 << len(graph.said)) - 1)
    thread, said = thread_of(case), held(case)
    random = Random(3)  # noqa: S311 - to play, not to hide
    with pytest.raises(AssertionError, match="undone"):
        _ = [play(thread, said, random) for _ in range(200)]
