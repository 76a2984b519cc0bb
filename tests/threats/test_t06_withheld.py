"""T06: a peer takes what is sent and denies it, or answers with anything but a receipt.

A node knows only *sent* and *receipted*.  Whatever the peer does short of a receipt for this very
statement, of its own log, the case never shows as delivered and the statement is sent again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence

import pytest
from starlette.requests import Request
from starlette.responses import Response

from comity.errors import ComityError, FormatError, PeerError
from comity.exchange.courier import CourierSettings
from comity.exchange.tests.impostors import (
    QUICK,
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
    wrong_type,
)
from comity.exchange.tests.live import serving, until
from comity.node.node import Node
from comity.node.receive import Receive
from comity.node.tests.world import World
from comity.node.threads import load_thread
from comity.statement.envelope import parse
from comity.statement.model import StatementId, SubjectId, subject_urn
from threats.hostile import live_world


class Sent:
    """A request of a, on its way to b."""

    def __init__(self, made: World) -> None:
        self.made, self.a, self.b = made, made.nodes["a"], made.nodes["b"]
        self.subject: SubjectId = made.request("a", "b")
        opening = load_thread(self.a.keeping, self.subject).opening
        assert opening is not None
        self.sid: StatementId = opening.id
        (item,) = [each for each in made.due("a", "b") if each.sid == self.sid]
        self.parcel = self.a.parcel(item)

    def phase(self) -> str:
        """Return what a shows of the case."""
        return str(self.made.ask("a", "show", subject=subject_urn(self.subject))["phase"])

    def receipted(self) -> bool:
        """Tell whether a holds a receipt of b's log for it."""
        rows = self.a.keeping.store.all("receipts_of", self.sid)
        return self.b.party in {str(each[0]) for each in rows}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three nodes with a mechanism; what each test leaves in the outbox stays there."""
    three = live_world(tmp_path_factory.mktemp("t06"), "abc")
    try:
        three.agree("a", "b", "c")
        yield three
    finally:
        for name in list(three.nodes):
            three.close(name)


@pytest.fixture
def sent(made: World) -> Sent:
    """A fresh request."""
    return Sent(made)


def always(answer: bytes | ComityError) -> Handler:
    """Answer every statement alike."""
    return answers(lambda count: [answer] * count)


def receipt_for_another(sent: Sent) -> Handler:
    """A genuine receipt of b's log, for something that b did take."""
    return always(sent.b.keeping.ledger.receipt_now(2))


def receipt_of_another_log(sent: Sent) -> Handler:
    """A receipt of a third party's log."""
    return always(sent.made.nodes["c"].keeping.ledger.receipt_now(2))


def receipt_of_our_own_log(sent: Sent) -> Handler:
    """The receipt that came with the statement, sent back."""
    return always(parse(sent.parcel.signed).receipts[0])


def spoilt_receipt(sent: Sent) -> Handler:
    """A receipt of which one bit is wrong."""
    receipt = bytearray(sent.b.keeping.ledger.receipt_now(1))
    receipt[-1] ^= 1
    return always(bytes(receipt))


def nothing_in_it(_: Sent) -> Handler:
    async def handler(_: Request) -> Response:
        return Response(b"", 200)

    return handler


def slow(_: Sent) -> Handler:
    """Takes the request and never answers; the connection ends some time later."""

    async def handler(http: Request) -> Response:
        await http.body()
        await asyncio.sleep(1)
        raise ConnectionResetError

    return handler


def reset_after_the_body(_: Sent) -> Handler:
    async def handler(http: Request) -> Response:
        await http.body()
        raise ConnectionResetError

    return handler


def never_got_it(_: Sent) -> Handler:
    return always(PeerError("node.missing-blob", digest="aa"))


def as_it_is(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Sent], Handler]:
    return lambda _: handler


BEHAVIOURS: dict[str, Callable[[Sent], Handler]] = {
    "200 and nothing": nothing_in_it,
    "200 and a page": as_it_is(html),
    "200 of another type": as_it_is(wrong_type),
    "compressed": as_it_is(compressed),
    "without end": as_it_is(endless),
    "a problem of the future": as_it_is(unknown),
    "no such version": as_it_is(stranger),
    "no receipt at all": lambda _: always(b"no receipt"),
    "one receipt too many": lambda _: answers(lambda count: [b"x"] * (count + 1)),
    "a receipt for another statement": receipt_for_another,
    "a receipt of another log": receipt_of_another_log,
    "our own receipt": receipt_of_our_own_log,
    "a spoilt receipt": spoilt_receipt,
    "slow": slow,
    "reset after the body": reset_after_the_body,
    "it never got it": never_got_it,
}


def played(sent: Sent, behaviour: str, settings: CourierSettings = QUICK) -> None:
    """Let b behave so until a has tried; check that a calls it sent, and goes on trying."""

    async def story() -> None:
        async with impostor(sent.b, BEHAVIOURS[behaviour](sent)), carrying(sent.a, settings):
            await until(lambda: sent.receipted() or row(sent.a, sent.sid)[1] >= 1)

    asyncio.run(story())
    assert not sent.receipted()
    assert row(sent.a, sent.sid)[0] == "due"
    assert sent.phase() == "sent"


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
def test_nothing_but_its_own_receipt_is_a_delivery(sent: Sent, behaviour: str) -> None:
    """Sixteen ways to withhold: the case says sent, and the statement stays in the outbox."""
    assert sent.phase() == "sent"
    played(sent, behaviour)


def test_a_refusal_is_shown_and_is_no_delivery(sent: Sent) -> None:
    """That b will not take it is said; it is not delivered for that."""

    async def story() -> None:
        refusal = always(FormatError("node.unknown-kind", kind="x"))
        async with impostor(sent.b, refusal), carrying(sent.a):
            await until(lambda: row(sent.a, sent.sid)[0] == "refused")

    asyncio.run(story())
    assert not sent.receipted()
    assert sent.phase() == "sent"


def test_whoever_receipts_and_then_denies_is_held_to_the_receipt(sent: Sent) -> None:
    """A receipt that was given stays given, whatever is answered afterwards."""
    receipt = sent.b.receive(sent.a.party, sent.parcel.signed, sent.parcel.sealed).result(10)
    seen: list[int] = []

    def first_then_denied(count: int) -> Sequence[bytes | ComityError]:
        seen.append(count)
        return [receipt if len(seen) == 1 else PeerError("node.missing-blob", digest="a")] * count

    async def story() -> None:
        async with impostor(sent.b, answers(first_then_denied)), carrying(sent.a):
            await until(sent.receipted)
            sent.made.ask("a", "withdraw", subject=subject_urn(sent.subject))
            await until(lambda: len(seen) > 1)

    asyncio.run(story())
    assert sent.receipted()
    node: Node = sent.a
    assert node.checking.receipt_of(parse(sent.parcel.signed).entry, receipt)[0] == sent.b.party


def test_an_honest_peer_delivers(sent: Sent) -> None:
    """So that what is withheld above is withheld for what the peer did."""

    async def story() -> None:
        async with serving(sent.b), carrying(sent.a):
            await until(sent.receipted)

    asyncio.run(story())
    assert sent.phase() == "delivered"


@pytest.mark.parametrize(
    "behaviour", ["a receipt for another statement", "a receipt of another log"]
)
def test_without_verifying_the_receipt_it_counts_as_delivered(
    sent: Sent, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    """The defence, removed: any receipt is believed to be the addressee's for this statement."""
    real, b = Receive.receipt_of, sent.b.party

    def believed(self: Receive, entry: bytes, receipt: bytes) -> object:
        del entry
        for node in sent.made.nodes.values():
            for (held,) in node.keeping.store.all("entries_from", 0):
                try:
                    return b, real(self, held, receipt)[1], receipt  # type: ignore[arg-type]
                except ComityError:
                    continue
        raise FormatError("log.receipt")

    monkeypatch.setattr(Receive, "receipt_of", believed)
    with pytest.raises(AssertionError):
        played(sent, behaviour)
    assert sent.phase() == "delivered"
