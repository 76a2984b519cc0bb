"""T30: a peer that sends ten times what a node can take holds up itself and nobody else."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import ComityError
from comity.exchange.delivery import Item, encode_delivery
from comity.exchange.limits import Limits
from comity.exchange.tests.live import serving
from comity.exchange.tests.raw import Raw, signed
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.node.turns import Turns
from comity.statement.model import PartyId

FLOOD, FEW = 1_000, 10


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", "abc") as three:
        yield three


def flooded(made: World) -> list[PartyId]:
    """Let a flood b before c says a little; return in whose order b looked at things."""
    a, b, c = (made.nodes[name] for name in "abc")
    order: list[PartyId] = []
    gate, entered = threading.Event(), threading.Event()
    check = b._receive

    def noted(delivery, answer, **more) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001, ANN003
        entered.set()
        gate.wait(20)
        order.append(delivery.caller)
        check(delivery, answer, **more)

    b._receive = noted  # type: ignore[method-assign]
    answers = [b.receive(a.party, b"junk", b"") for _ in range(FLOOD)]
    entered.wait(20)
    answers += [b.receive(c.party, b"junk", b"") for _ in range(FEW)]
    gate.set()
    for answer in answers:
        assert isinstance(answer.exception(30), ComityError)
    return order


def last_of(order: list[PartyId], node: Node) -> int:
    """Return the place of the last thing that was a peer's."""
    return max(place for place, whose in enumerate(order) if whose == node.party)


def test_the_others_are_served_in_their_turn(made: World) -> None:
    """Whatever a has in front, c waits for one of a's after each of its own, and no more."""
    order = flooded(made)

    assert len(order) == FLOOD + FEW
    assert last_of(order, made.nodes["c"]) <= 2 * FEW + 4


def test_without_turns_the_others_wait_behind_the_flood(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence off: one queue for all."""
    put = Turns.put
    monkeypatch.setattr(Turns, "put", lambda turns, _, work: put(turns, PartyId("all"), work))
    order = flooded(made)

    assert last_of(order, made.nodes["c"]) >= FLOOD


@pytest.mark.parametrize("limit", [4, 10_000], ids=["on", "off"])
def test_a_peer_that_sends_too_many_statements_is_told_to_wait(made: World, limit: int) -> None:
    """By count, whatever they weigh; the other peer's count is its own.  Off: all are looked at."""
    a, b, c = (made.nodes[name] for name in "abc")
    body = encode_delivery([Item(signed=b"not", sealed=b"a statement")] * 8)

    async def story() -> list[tuple[int, str]]:
        found = []
        async with serving(b, Limits(statements_per_second=limit)) as url:
            for caller in (a, a, c):
                raw = signed(caller, b, Raw(body=body))
                status, problem, headers = await raw.send(url)
                found.append((status, headers.get("retry-after", "") if problem else ""))
        return found

    first, second, other = asyncio.run(story())
    assert first == other == (200, "")
    assert second[0] == (429 if limit == 4 else 200)
    assert bool(second[1]) is (limit == 4)
