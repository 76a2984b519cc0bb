"""Real nodes, each in a folder of its own, served on loopback."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager
from pathlib import Path

from comity.exchange.courier import Courier, CourierSettings
from comity.exchange.destination import destination
from comity.exchange.inbound import peer_app
from comity.exchange.limits import Limits
from comity.exchange.peer_client import PeerClient
from comity.exchange.server import Listening, serve
from comity.exchange.transport import Caller, Transport
from comity.node.founding import NewNode, found_node
from comity.node.node import Node, open_node
from comity.node.operations import meet


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def make_node(folder: Path, name: str) -> Node:
    """Return a new node that will listen on loopback."""
    found_node(NewNode(folder=folder, names={"en": name}, listen=f"127.0.0.1:{free_port()}"))
    return open_node(folder)


def two_nodes(folder: Path) -> Generator[tuple[Node, Node]]:
    """Make two nodes whose parties have met, and close them in the end."""
    ours, theirs = make_node(folder / "a", "Aurelia"), make_node(folder / "b", "Boralia")
    meet(ours, theirs.card_text())
    meet(theirs, ours.card_text())
    yield ours, theirs
    ours.close()
    theirs.close()


@asynccontextmanager
async def serving(
    node: Node, limits: Limits | None = None, courier: Courier | None = None
) -> AsyncGenerator[str]:
    """Serve a node's peers, and carry for it if there is a courier."""
    stop, ready = asyncio.Event(), asyncio.Event()
    app = peer_app(node, limits=limits, heard=courier.heard_from if courier else lambda _: None)
    listening = Listening(
        host=node.settings.host, port=node.settings.port, limits=limits or Limits()
    )
    server = asyncio.create_task(serve(app, listening, ready=lambda _: ready.set(), stop=stop))
    carrying = asyncio.create_task(courier.run()) if courier else None
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({server, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        yield node.settings.url
    finally:
        if carrying is not None:
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
        stop.set()
        await server


@asynccontextmanager
async def calling(caller: Node, callee: Node) -> AsyncGenerator[Transport]:
    """Speak to one node in the name of another."""
    transport = Transport(
        destination(callee.address_of(callee.party)),
        Caller(signer=caller.signer("transport"), clock=caller.clock),
    )
    try:
        yield transport
    finally:
        await transport.close()


@asynccontextmanager
async def peer_of(caller: Node, callee: Node) -> AsyncGenerator[PeerClient]:
    """Speak to one node in the name of another, in the words of the exchange."""
    async with calling(caller, callee) as transport:
        yield PeerClient(transport)


async def until(
    condition: Callable[[], bool] | Callable[[], Awaitable[bool]], seconds: float = 15.0
) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.02)


def courier_of(node: Node) -> Courier:
    """Return a courier for a node."""
    return Courier(node, CourierSettings())
