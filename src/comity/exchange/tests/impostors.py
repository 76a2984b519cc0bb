"""What stands at a peer's address and is not the peer, or the peer in bad faith."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import ComityError, FormatError, PeerError
from comity.exchange.backoff import Backoff
from comity.exchange.courier import Courier, CourierSettings
from comity.exchange.delivery import ANSWER_TYPE, decode_delivery, encode_answers
from comity.exchange.problems import PROBLEM_TYPE, encode_problem
from comity.exchange.server import Listening, serve
from comity.node.node import Node
from comity.statement import cbor
from comity.statement.model import StatementId

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
QUICK: Final = CourierSettings(backoff=Backoff(first_seconds=0.05, most_seconds=0.2))


def row(node: Node, sid: StatementId) -> tuple[str, int, str | None]:
    """Return state, attempts and last problem of a statement in the outbox."""
    found_ = node.keeping.store.one("outbox_of", sid)
    assert isinstance(found_[2], int)
    return str(found_[1]), found_[2], None if found_[3] is None else str(found_[3])


def waiting(node: Node, peer: Node) -> list[StatementId]:
    """Return what waits for a peer."""
    return [each.sid for each in node.outbox.due(peer.party, 2**40, 128)]


@asynccontextmanager
async def impostor(theirs: Node, handler: Handler) -> AsyncGenerator[None]:
    """Serve something else at a peer's address."""
    stop, ready = asyncio.Event(), asyncio.Event()
    app = Starlette(routes=[Route("/{path:path}", handler, methods=["POST", "GET", "HEAD", "PUT"])])
    listening = Listening(host=theirs.settings.host, port=theirs.settings.port)
    server = asyncio.create_task(serve(app, listening, ready=lambda _: ready.set(), stop=stop))
    await ready.wait()
    try:
        yield
    finally:
        stop.set()
        await server


@asynccontextmanager
async def carrying(node: Node, settings: CourierSettings = QUICK) -> AsyncGenerator[Courier]:
    """Carry for a node, impatiently."""
    courier = Courier(node, settings)
    task = asyncio.create_task(courier.run())
    try:
        yield courier
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def answers(make: Callable[[int], Sequence[bytes | ComityError]]) -> Handler:
    """Answer each delivery with what is made for its number of statements."""

    async def handler(http: Request) -> Response:
        items = decode_delivery(await http.body())
        return Response(encode_answers(make(len(items)), ""), media_type=ANSWER_TYPE)

    return handler


async def html(_: Request) -> Response:
    return Response("<h1>404</h1>", 404, media_type="text/html")


async def wrong_type(_: Request) -> Response:
    return Response(cbor.encode([b"x"]), media_type="text/plain")


async def compressed(_: Request) -> Response:
    return Response(b"x", headers={"content-encoding": "gzip"}, media_type=ANSWER_TYPE)


async def endless(_: Request) -> Response:
    return Response(b"\0" * (10 << 20), media_type=ANSWER_TYPE)


async def unknown(_: Request) -> Response:
    return Response(
        encode_problem(PeerError("future.code", retry_after=0)), 503, media_type=PROBLEM_TYPE
    )


async def stranger(_: Request) -> Response:
    body = encode_problem(FormatError("exchange.version", expected="9"))
    return Response(body, 400, media_type=PROBLEM_TYPE)
