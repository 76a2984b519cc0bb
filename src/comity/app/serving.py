"""The process that serves a node: its peers, its officers' commands, its courier, its ticks."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.app.control import ControlServer, remote_desk
from comity.app.desks import IN_USE
from comity.app.journal import start_journal
from comity.app.operations import runner
from comity.errors import PeerError
from comity.exchange.asking import Asking
from comity.exchange.courier import Courier, CourierSettings
from comity.exchange.destination import PRIVATE_NETWORKS
from comity.exchange.inbound import peer_app
from comity.exchange.limits import Limits
from comity.exchange.outside_visits import OutsideVisits
from comity.exchange.server import Listening, serve
from comity.exchange.transport import Caller
from comity.exchange.visits import Visits
from comity.exchange.waiting import note_failure
from comity.node.node import Node, open_node

TICK_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.05
STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """A certificate and its key, as PEM files."""

    certificate: Path
    key: Path


def run_node(folder: Path, tls: Tls | None, announce: Callable[[str], None]) -> None:
    """Serve a folder's node until a signal stops it.

    Args:
        folder: the node's.
        tls: serve https with these, or plain http.
        announce: called with the URL once requests are accepted.

    Raises:
        PeerError: ``store.in-use`` if another process serves the folder.
        FormatError: as ``open_node`` and ``exchange.server.serve``.

    """
    start_journal()
    node = opened(folder)
    try:
        asyncio.run(serve_node(node, tls, announce))
    finally:
        node.close()


def opened(folder: Path) -> Node:
    """Open a node, waiting for a command that holds it, but not for another that serves it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return open_node(folder)
        except PeerError as error:
            if error.code != IN_USE or time.monotonic() > give_up or _is_served(folder):
                raise
        time.sleep(PAUSE_SECONDS)


def _is_served(folder: Path) -> bool:
    desk = remote_desk(folder)
    if desk is not None:
        desk.close()
    return desk is not None


async def serve_node(node: Node, tls: Tls | None, announce: Callable[[str], None]) -> None:
    """Serve a node in this event loop until a signal comes."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    allowed = PRIVATE_NETWORKS if node.settings.allow_private else ()
    courier = Courier(node, CourierSettings(allow_private=allowed))
    visits = Visits(node, allowed)
    outside = OutsideVisits(
        outside=node.keeping.outside,
        watch=node.watch,
        caller=Caller(signer=node.signer("transport"), clock=node.clock),
        allow_private=allowed,
    )
    asking = Asking(node, allowed)
    # Before anything is signed: whoever holds a newer head of our log says so now.
    await asking.first()
    listening = Listening(
        host=node.settings.host,
        port=node.settings.port,
        certificate=tls.certificate if tls else None,
        key=tls.key if tls else None,
    )
    async with (
        answering_commands(node),
        beside(courier.run()),
        beside(visits.run()),
        beside(outside.run()),
        beside(asking.run()),
        beside(tick(node)),
        beside(ticking(node, node.scrub.step)),
    ):
        limits = Limits(least_free_bytes=node.settings.reserve_bytes)
        app = peer_app(node, limits=limits, heard=courier.heard_from)
        await serve(app, listening, ready=announce, stop=stop)


@asynccontextmanager
async def answering_commands(node: Node) -> AsyncIterator[None]:
    """Answer commands on the control socket, to the end of the block."""
    control = ControlServer(node.settings.folder, runner(node))
    try:
        yield
    finally:
        await asyncio.to_thread(control.close)


@asynccontextmanager
async def beside(work: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Do some work beside the block, and cancel it at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def tick(node: Node) -> None:
    """Let the node say what time brings."""
    await ticking(node, node.tick)


async def ticking(node: Node, work: Callable[[int], None]) -> None:
    """Do some work again and again, for ever; one failure is written down and no more."""
    while True:
        try:
            await asyncio.to_thread(work, node.clock.now())
        except Exception as error:  # noqa: BLE001 - the node goes on serving
            note_failure(error)
        await asyncio.sleep(TICK_SECONDS)
