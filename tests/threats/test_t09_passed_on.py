"""T09: what was said to some is shown to others, as if it had been said to them.

A statement names its audience under the signature.  Whoever is not in it refuses before it logs
anything, whoever brings it.
"""

from collections.abc import Iterator
from itertools import permutations

import pytest

from comity.errors import PeerError, TrustError
from comity.exchange.problems import status_of
from comity.fold.entry import Said
from comity.node import receive
from comity.node.loading import load_one
from comity.node.node import Node
from comity.node.outbox import Parcel
from comity.node.tests.world import World, parcel, world
from comity.statement.model import PartyId, StatementId, subject_urn

FORBIDDEN = 403


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Five parties of one mechanism; each has asked each other, and been answered."""
    with world(tmp_path_factory.mktemp("five"), "abcde") as made:
        for asker, asked in permutations("abcde", 2):
            subject = subject_urn(made.request(asker, asked))
            made.pump(1)
            made.ask(asked, "acknowledge", subject=subject)
            made.pump(1)
        yield made


def private(node: Node) -> list[Said]:
    """Return every statement a node holds that was not said to all."""
    found = []
    for row in node.keeping.store.all("subjects"):
        for sid, *_ in node.keeping.store.all("thread_sids", row[0]):
            said = load_one(node.keeping.store, StatementId(bytes(sid)))  # type: ignore[arg-type]
            if said is not None and said.act.type.startswith("assistance."):
                found.append(said)
    return found


def offers(made: World) -> Iterator[tuple[Node, Node, Said, Parcel]]:
    """Yield every statement with each holder that passes it on and each node not addressed."""
    for giver in made.nodes.values():
        for said in private(giver):
            circle = {said.issuer, *said.act.aud}
            for taker in made.nodes.values():
                if taker.party not in circle:
                    yield giver, taker, said, parcel(giver, said.id, taker)


def test_whoever_is_not_addressed_refuses_whoever_brings_it(five: World) -> None:
    """For every statement and every node outside its audience: 403, and nothing has changed."""
    before = {name: (node.tree_size, private(node)) for name, node in five.nodes.items()}
    tried = 0
    for giver, taker, said, whole in offers(five):
        with pytest.raises(TrustError) as refused:
            taker.receive(giver.party, whole.signed, whole.sealed).result(10)
        assert refused.value.code == "node.not-addressed"
        assert status_of(refused.value) == FORBIDDEN
        with pytest.raises(TrustError):
            giver.statement_for(taker.party, said.id)
        tried += 1

    assert tried == 20 * 2 * 2 * 3, "requests, statements of each, holders, others"
    assert {name: (node.tree_size, private(node)) for name, node in five.nodes.items()} == before


def test_without_looking_at_the_audience_it_is_taken(
    five: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: whoever is a member counts as addressed, and logs what is passed on."""
    everybody: frozenset[PartyId] = frozenset(node.party for node in five.nodes.values())
    monkeypatch.setattr(receive, "circle_of", lambda _: everybody)
    _, taker, _, _ = next(offers(five))
    size = taker.tree_size
    with pytest.raises((AssertionError, PeerError, pytest.fail.Exception)):
        test_whoever_is_not_addressed_refuses_whoever_brings_it(five)
    assert taker.tree_size == size + 1
