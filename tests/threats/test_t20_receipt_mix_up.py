"""T20: a valid receipt is shown with another statement, for another log, to another audience."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from comity.errors import ComityError, ProofError, TrustError
from comity.log import receipt as receipts
from comity.node.ledger import number
from comity.node.node import Node
from comity.node.tests.world import World, forge, opening, world
from comity.statement.act import Act
from comity.statement.model import StatementId
from threats.given import count

MANY = count(1_000, 40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a log holds of a statement, and its receipt for it."""

    entry: bytes
    receipt: bytes


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three nodes of one mechanism."""
    with world(tmp_path_factory.mktemp("three"), "abc") as made:
        yield made


@pytest.fixture(scope="module")
def held(three: World) -> list[Held]:
    """Many statements in one log, under many heads, each with its own receipt."""
    node = three.nodes["a"]
    act = Act(type="assistance.submit", net=three.net, aud=(three.nodes["b"].party,), own={})
    return [_held(node, forge(node, *opening(node, act))) for _ in range(MANY)]


def _held(node: Node, sid: StatementId) -> Held:
    row = node.keeping.store.one("by_sid", sid)
    entry = row[5]
    assert isinstance(entry, bytes)
    return Held(entry=entry, receipt=node.keeping.ledger.receipt_now(number(row[0])))


def accepted(node: Node, held: list[Held]) -> int:
    """Return how many wrong pairs of statement and receipt a node takes for right."""
    taken = 0
    for other in held:  # each receipt is read once, and held against every statement
        for one in held:
            if one is not other:
                try:
                    node.checking.receipt_of(one.entry, other.receipt)
                except ProofError:
                    continue
                taken += 1
    return taken


def test_no_receipt_is_taken_for_another_statement(three: World, held: list[Held]) -> None:
    """Every wrong pair of a thousand statements, 999,000 under LONG=1; every right one holds."""
    judge = three.nodes["b"]
    for each in held:
        assert judge.checking.receipt_of(each.entry, each.receipt)[0] == three.nodes["a"].party
    assert accepted(judge, held) == 0


def test_without_the_path_every_receipt_fits_every_statement(
    three: World, held: list[Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: the signature holds, and nobody looks at what it is over."""
    monkeypatch.setattr(receipts, "verify_inclusion", lambda *_: None)
    some = held[:10]
    assert accepted(three.nodes["b"], some) == 90


def test_delivered_needs_the_receipt_of_the_addressee_and_of_no_other_log(three: World) -> None:
    """The sender's own receipt, and a third party's word, deliver nothing."""
    a, b = three.nodes["a"], three.nodes["b"]
    three.request("a", "b")
    (item,) = three.due("a", "b")
    own = a.keeping.ledger.receipt_now(number(a.keeping.store.one("by_sid", item.sid)[0]))
    with pytest.raises(TrustError, match=r"node\.other-receipt"):
        a.delivered(item.sid, b.party, own)
    right = three.hand("a", "b", a.parcel(item))
    with pytest.raises(TrustError, match=r"node\.other-receipt"):
        a.delivered(item.sid, three.nodes["c"].party, right)
    assert [each.sid for each in three.due("a", "b")] == [item.sid]
    a.delivered(item.sid, b.party, right).result(10)
    assert list(three.due("a", "b")) == []
    three.pump()


def test_without_the_name_of_the_log_ones_own_receipt_delivers(
    three: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: any receipt counts as the addressee's, and the request is lost."""
    a, b = three.nodes["a"], three.nodes["b"]
    three.request("a", "b")
    (item,) = three.due("a", "b")
    own = a.keeping.ledger.receipt_now(number(a.keeping.store.one("by_sid", item.sid)[0]))
    real = a.checking.receipt_of

    def blind(entry: bytes, receipt: bytes) -> object:
        return (b.party, *real(entry, receipt)[1:])

    monkeypatch.setattr(type(a.checking), "receipt_of", lambda _, *each: blind(*each))
    a.delivered(item.sid, b.party, own).result(10)
    assert list(three.due("a", "b")) == []
    assert not b.keeping.store.one("by_sid", item.sid)


@pytest.mark.parametrize("part", ["size", "origin"])
def test_a_receipt_with_another_size_or_log_is_no_receipt(
    three: World, held: list[Held], part: str
) -> None:
    """Size and log stand under the signature; whoever changes them breaks it."""
    receipt = held[0].receipt
    origin = three.nodes["a"].keeping.own.log.origin.encode()
    other = three.nodes["c"].keeping.own.log.origin.encode()
    spoilt = (
        receipt.replace(origin, other, 1)
        if part == "origin"
        else receipt.replace(b"\x3a\x00\x01\x11\x70", b"\x3a\x00\x01\x11\x71", 1)
    )
    assert spoilt != receipt
    with pytest.raises(ComityError):
        three.nodes["b"].checking.receipt_of(held[0].entry, spoilt)
