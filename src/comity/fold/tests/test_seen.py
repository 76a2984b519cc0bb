"""THREAD-8: nodes say that they hold a thread until it is settled, and then fall silent."""

from collections.abc import Sequence
from random import Random

import pytest

from comity.fold.entry import Said
from comity.fold.seen import NODE_SAYS_SEEN, owes_seen
from comity.fold.tests.thread_stories import MOVE, SEEN, STRANGER, A, B, C, name, say
from comity.fold.thread import tell
from comity.statement.model import PartyId

OPENING = say("o", A, case=None)


def test_the_other_side_owes_it_first() -> None:
    """THREAD-8: who said it has seen it; who has not said so owes it."""
    assert not owes_seen(tell((OPENING,), (A, B)), A)
    assert owes_seen(tell((OPENING,), (A, B)), B)
    assert NODE_SAYS_SEEN.id == "THREAD-8"


def test_it_ends_with_the_issuer_seeing_that() -> None:
    """THREAD-8: never because of a ``thread.seen``, but because the opening is not settled."""
    first = say("s", B, seen="o", kind=SEEN)
    second = say("t", A, seen="s", prev="o", kind=SEEN)

    assert owes_seen(tell((OPENING, first), (A, B)), A)
    done = tell((OPENING, first, second), (A, B))
    assert OPENING.id in done.settled
    assert not owes_seen(done, A)
    assert not owes_seen(done, B)


def test_what_is_barred_is_owed_nothing() -> None:
    """THREAD-8: a statement without effect whatever it says sets nobody to work."""
    aside = say("o", A, case=None, parties=(A, B, C))

    assert not owes_seen(tell((aside,), (A, B)), B)


def test_a_stranger_owes_nothing() -> None:
    """THREAD-8: only parties of the thread take part."""
    assert not owes_seen(tell((OPENING,), (A, B)), STRANGER)


class _Node:
    """One party, which knows what has reached it and says what it owes."""

    def __init__(self, party: PartyId, parties: Sequence[PartyId]) -> None:
        self.party = party
        self.parties = parties
        self.held: list[Said] = []

    def say(self, number: int, kind: str) -> Said:
        telling = tell(self.held, self.parties)
        last = telling.last_of.get(self.party)
        said = say(
            f"{number * 7919 % 1000:03}-{number}",
            self.party,
            seen=" ".join(map(name, telling.tips)),
            prev=None if last is None else name(last),
            kind=kind,
            parties=self.parties,
        )
        self.held.append(said)
        return said


def _play(random: Random, parties: Sequence[PartyId], moves: int) -> list[Said]:
    """Let nodes say things and pass them on in random order until nothing is left to do."""
    nodes = {party: _Node(party, parties) for party in parties}
    opening = say("o", A, case=None, parties=parties)
    nodes[A].held.append(opening)
    everything = [opening]
    mail = [(party, opening) for party in parties if party != A]
    while True:
        owing = [party for party in parties if owes_seen(tell(nodes[party].held, parties), party)]
        able = [
            party
            for party in parties
            if moves and nodes[party].held and opening in nodes[party].held
        ]
        choices = [
            *("deliver" for _ in mail[:1]),
            *("seen" for _ in owing[:1]),
            *("say" for _ in able[:1]),
        ]
        if not choices:
            return everything
        choice = random.choice(choices)
        if choice == "deliver":
            to, said = mail.pop(random.randrange(len(mail)))
            nodes[to].held.append(said)
            continue
        party = random.choice(owing if choice == "seen" else able)
        moves -= choice == "say"
        said = nodes[party].say(len(everything), SEEN if choice == "seen" else MOVE)
        everything.append(said)
        mail += [(other, said) for other in parties if other != party]
        assert len(everything) < 200, "thread.seen does not end"


@pytest.mark.parametrize("parties", [(A, B), (A, B, C)])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_owed_settles_everything_and_ends(parties: tuple[PartyId, ...], seed: int) -> None:
    """THREAD-8: whatever the interleaving, all that people said ends up settled."""
    moves = 6

    everything = _play(Random(seed), parties, moves)  # noqa: S311 - a story, not a secret

    telling = tell(everything, parties)
    said_by_people = {each.id for each in everything if each.act.type != SEEN}
    assert len(said_by_people) == moves + 1
    assert said_by_people <= telling.settled
    assert not any(owes_seen(telling, party) for party in parties)
    assert not telling.forks
    bound = len(parties) * len(parties) * len(said_by_people)
    assert len(everything) - len(said_by_people) <= bound
