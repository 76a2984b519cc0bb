"""The courier against peers that are down, lie, refuse, or come back."""

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from hashlib import sha256
from typing import Final, TypeAlias

import pytest
from starlette.requests import Request
from starlette.responses import Response

from comity.errors import FormatError, PeerError
from comity.exchange.backoff import Backoff
from comity.exchange.courier import Courier, CourierSettings
from comity.exchange.delivery import (
    ANSWER_TYPE,
    DELIVERY_TYPE,
    decode_delivery,
    encode_answers,
)
from comity.exchange.problems import PROBLEM_TYPE, encode_problem
from comity.exchange.tests.impostors import (
    Handler,
    answers,
    carrying,
    compressed,
    endless,
    html,
    impostor,
    row,
    stranger,
    unknown,
    waiting,
    wrong_type,
)
from comity.exchange.tests.live import courier_of, free_port, serving, until
from comity.node.node import Node
from comity.node.operations import found, list_all
from comity.node.outbox import OutboxItem, Parcel
from comity.parties.address import Address
from comity.statement.envelope import parse
from comity.statement.model import PartyId, StatementId

Pair: TypeAlias = tuple[Node, Node]
NAMES: Final = {"en": "Dialogue"}


@pytest.mark.parametrize(
    "handler",
    [
        html,
        wrong_type,
        compressed,
        endless,
        unknown,
        stranger,
        answers(lambda count: [b"no receipt"] * count),
        answers(lambda count: [b"x"] * (count + 1)),
        answers(lambda count: [PeerError("node.missing-blob", digest="aa")] * count),
    ],
)
def test_nothing_but_a_receipt_that_verifies_is_a_delivery(nodes: Pair, handler: Handler) -> None:
    """T06: whatever else is answered, the statement stays in the outbox and is tried again."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)

    async def story() -> None:
        async with impostor(theirs, handler), carrying(ours):
            await until(lambda: row(ours, sid)[1] >= 1)

    asyncio.run(story())
    state, attempts, problem = row(ours, sid)
    assert state == "due"
    assert attempts >= 1
    assert problem


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(nodes: Pair, status: int) -> None:
    """T37: not even to the same host."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)
    paths: list[str] = []

    async def handler(http: Request) -> Response:
        paths.append(http.url.path)
        return Response(status_code=status, headers={"location": "/canary"})

    async def story() -> None:
        async with impostor(theirs, handler), carrying(ours):
            await until(lambda: row(ours, sid)[1] >= 1)

    asyncio.run(story())
    assert set(paths) == {"/comity/deliver"}


def test_a_receipt_for_another_statement_is_no_delivery(nodes: Pair) -> None:
    """T06: a genuine receipt, of the right log, for something else."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)
    other = theirs.keeping.ledger.receipt(2)
    assert other is not None

    async def story() -> None:
        async with impostor(theirs, answers(lambda count: [other] * count)), carrying(ours):
            await until(lambda: row(ours, sid)[1] >= 1)

    asyncio.run(story())
    assert row(ours, sid)[0] == "due"


def test_a_final_refusal_stays_visible(nodes: Pair) -> None:
    """Ruling 17: it is not tried again, and not forgotten."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)
    refusal = answers(lambda count: [FormatError("node.unknown-kind", kind="x")] * count)

    async def story() -> None:
        async with impostor(theirs, refusal), carrying(ours):
            await until(lambda: row(ours, sid)[0] == "refused")

    asyncio.run(story())
    assert row(ours, sid)[2] == "node.unknown-kind"


def test_one_refused_request_is_taken_apart(nodes: Pair) -> None:
    """A statement that makes the whole request unreadable spoils no other."""
    ours, theirs = nodes
    for _ in range(3):
        found(ours, NAMES, [theirs.party])
    first, *others = waiting(ours, theirs)
    sizes: list[int] = []

    async def handler(http: Request) -> Response:
        items = decode_delivery(await http.body())
        sizes.append(len(items))
        bad = any(parse(each.signed).sid == first for each in items)
        if bad:
            return Response(
                encode_problem(FormatError("exchange.delivery", limit=1)),
                400,
                media_type=PROBLEM_TYPE,
            )
        problems = [PeerError("exchange.busy", retry_after=1)] * len(items)
        return Response(encode_answers(problems, ""), media_type=ANSWER_TYPE)

    async def story() -> None:
        async with impostor(theirs, handler), carrying(ours):
            await until(lambda: row(ours, first)[0] == "refused")
            await until(lambda: all(row(ours, each)[1] >= 1 for each in others))

    asyncio.run(story())
    assert sizes[:4] == [3, 1, 1, 1]
    assert {row(ours, each)[0] for each in others} == {"due"}


def test_a_peer_that_was_away_gets_everything_when_it_speaks(nodes: Pair) -> None:
    """Ruling 17: the back-off ends with any sign of life."""
    ours, theirs = nodes
    slow = CourierSettings(backoff=Backoff(first_seconds=1800, most_seconds=3600))
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)

    async def story() -> None:
        courier = Courier(ours, slow)
        async with serving(ours, courier=courier):
            await until(lambda: row(ours, sid)[1] >= 1)
            async with serving(theirs, courier=courier_of(theirs)):
                found(theirs, NAMES, [ours.party])
                await until(lambda: not ours.outbox.peers())

    asyncio.run(story())


def test_a_hundred_statements_go_in_few_requests(nodes: Pair) -> None:
    """Batches grow with what waits; each statement is receipted on its own."""
    ours, theirs = nodes
    for _ in range(100):
        found(ours, NAMES, [theirs.party])

    async def story() -> None:
        async with serving(theirs), carrying(ours):
            await until(lambda: not ours.outbox.peers())

    asyncio.run(story())
    mechanisms = list_all(theirs)["mechanisms"]
    assert isinstance(mechanisms, list)
    assert len(mechanisms) == 100


def test_what_is_missing_is_fetched_from_who_holds_it(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """THREAD-1: what a waiting statement cites is asked for, and taken like a delivery."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)
    asked = [(sid, ours.party), (StatementId(bytes(32)), ours.party)]
    monkeypatch.setattr(theirs, "missing", lambda: asked)

    async def story() -> None:
        async with serving(ours), carrying(theirs):
            await until(lambda: list_all(theirs)["mechanisms"] != [])

    asyncio.run(story())


def test_a_large_attachment_goes_before_its_statement_and_holds_up_no_other(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ruling 9: blobs first; in a task of their own."""
    ours, theirs = nodes
    content = b"\x07" * (9 << 20)
    digest = sha256(content).digest()
    ours.blobs.append(digest, 0, content, len(content))
    found(ours, NAMES, [theirs.party])
    (heavy,) = waiting(ours, theirs)
    found(ours, NAMES, [theirs.party])
    real, delivered = ours.parcel, ours.delivered
    order: list[StatementId] = []

    def parcel(item: OutboxItem) -> Parcel:
        packed = real(item)
        return replace(packed, blobs=(digest,)) if item.sid == heavy else packed

    def noted(sid: StatementId, peer: PartyId, receipt: bytes) -> "Future[None]":
        order.append(sid)
        if sid == heavy:
            assert theirs.blobs.has(digest)
        return delivered(sid, peer, receipt)

    monkeypatch.setattr(ours, "parcel", parcel)
    monkeypatch.setattr(ours, "delivered", noted)

    async def story() -> None:
        async with serving(theirs), carrying(ours):
            await until(lambda: not ours.outbox.peers())

    asyncio.run(story())
    assert len(order) == 2
    assert order[-1] == heavy


def test_a_peer_at_a_forbidden_address_is_noted_and_not_called(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """T37: no connection; the statement waits with the reason beside it."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    (sid,) = waiting(ours, theirs)
    there = Address(url=f"https://10.0.0.1:{free_port()}", pin=None)
    monkeypatch.setattr(ours, "address_of", lambda _: there)

    async def story() -> None:
        async with carrying(ours):
            await until(lambda: row(ours, sid)[1] >= 1)

    asyncio.run(story())
    assert row(ours, sid)[2] == "exchange.address"


def test_the_courier_outlives_failures_of_its_own_node(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that cannot be read for a moment stops nothing for good."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    real, calls = ours.outbox.peers, [0]

    def sometimes() -> list[object]:
        calls[0] += 1
        if calls[0] == 1:
            raise OSError
        return list(real())

    monkeypatch.setattr(ours.outbox, "peers", sometimes)

    async def story() -> None:
        async with serving(theirs), carrying(ours):
            await until(lambda: not real())

    asyncio.run(story())


def test_the_delivery_type_is_what_is_sent(nodes: Pair) -> None:
    """And the signature says who sends it."""
    ours, theirs = nodes
    found(ours, NAMES, [theirs.party])
    seen: list[str] = []

    async def handler(http: Request) -> Response:
        seen.extend((http.headers["content-type"], http.headers["comity-version"]))
        assert "user-agent" not in http.headers
        assert 'tag="comity/1"' in http.headers["signature-input"]
        return Response(status_code=503)

    async def story() -> None:
        async with impostor(theirs, handler), carrying(ours):
            await until(lambda: bool(seen))

    asyncio.run(story())
    assert seen[:2] == [DELIVERY_TYPE, "1"]
