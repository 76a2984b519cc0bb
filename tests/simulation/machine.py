"""One machine: a clock, a disk, a line to the network, and the node's process, while it runs.

A process is what ``comity serve`` starts: the node, its courier, its visits, what it asks its
peers, its ticks.  It begins with ``open_node`` on what the disk holds and ends in good order, by a
kill or by a power cut.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from contextvars import Context
from pathlib import Path
from typing import Any

from comity.capabilities.assistance.operations import submitting
from comity.errors import ComityError
from comity.exchange.asking import Asking
from comity.exchange.courier import Courier, CourierSettings
from comity.exchange.inbound import peer_app
from comity.exchange.limits import Limits
from comity.exchange.visits import Pace, Visits
from comity.exchange.waiting import note_failure
from comity.node.node import Node, open_node
from comity.node.trial import tried_here
from simulation.disk import Disk
from simulation.network import Asked, Network, Told, call
from simulation.threads import CURRENT, SLOWEST

TICK_SECONDS = 5.0
SCRUB_SECONDS = 45.0
PACE = Pace(least=80.0, idle=300.0)
BRISK = Pace(least=8.0, idle=40.0)
PORT = 8471


class Process:
    """A node's process."""

    def __init__(self, machine: "Machine") -> None:
        self.machine = machine
        self.gone = False
        self.paused_until = 0.0
        self.slowest = SLOWEST
        self.node: Node | None = None
        self.trouble: str | None = None
        """Why it did not come up."""
        self.serves = False
        self._app: Any = None
        self._tasks: list[asyncio.Task[Any]] = []
        self.context = Context()
        self.context.run(CURRENT.set, self)
        self.up = self.task(self._start())

    def task(self, work: Any) -> "asyncio.Task[Any]":
        """Let the process do something."""
        task = asyncio.get_running_loop().create_task(work, context=self.context.copy())
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)
        return task

    async def thread(self, work: Callable[[], Any]) -> Any:
        """Let a thread of the process do something; return what comes of it."""
        return await self.task(asyncio.to_thread(work))

    async def _start(self) -> None:
        try:
            self.node = await asyncio.to_thread(open_node, self.machine.folder)
            # One thread, one process: what folds in a process of its own is for T18.
            self.node.keeping.trial = tried_here
        except ComityError as error:
            self.trouble = error.code
            return
        node = self.node
        courier = Courier(node, CourierSettings())
        asking = Asking(node)
        await asking.first()
        limits = Limits(least_free_bytes=node.settings.reserve_bytes)
        self._app = peer_app(node, limits=limits, heard=courier.heard_from)
        self.serves = True
        for work in (
            courier.run(),
            Visits(node, (), self.machine.pace).run(),
            asking.run(),
            self._ticking(node.tick, TICK_SECONDS),
            self._ticking(node.scrub.step, SCRUB_SECONDS),
        ):
            self.task(work)

    async def _ticking(self, work: Callable[[int], object], seconds: float) -> None:
        node = self.node
        while node is not None:
            try:
                await asyncio.to_thread(work, node.clock.now())
            except Exception as error:  # noqa: BLE001 - as the serving process does
                note_failure(error)
            await asyncio.sleep(seconds)

    async def answer(self, asked: Asked) -> Told:
        """Answer a request from the network."""
        if self.paused_until > asyncio.get_running_loop().time():
            await asyncio.sleep(self.paused_until - asyncio.get_running_loop().time())
        return await self.task(call(self._app, asked, self.machine.url))

    def end(self) -> None:
        """Be dead."""
        self.gone = True
        self.serves = False
        for task in list(self._tasks):
            task.cancel()
        asyncio.get_running_loop().threads.end(self)  # type: ignore[attr-defined]
        if self.node is not None:
            # What is left open leads to a folder that is no longer there.
            with contextlib.suppress(Exception):
                self.node.keeping.store.close()


class Command:
    """A command that is run on a machine while no node runs there."""

    def __init__(self, machine: "Machine") -> None:
        self.machine = machine
        self.gone, self.paused_until, self.slowest = False, 0.0, SLOWEST

    async def run(self, work: Callable[[], Any]) -> Any:
        """Do it; return what comes of it."""
        context = Context()
        context.run(CURRENT.set, self)
        try:
            return await asyncio.get_running_loop().create_task(
                asyncio.to_thread(work), context=context
            )
        finally:
            asyncio.get_running_loop().threads.end(self)  # type: ignore[attr-defined]


class Machine:
    """A machine."""

    def __init__(
        self, number: int, folder: Path, network: Network, count: Callable[[str], None]
    ) -> None:
        """Put it up; the first of a number is who is reached at its address."""
        self.number, self.folder, self.network, self.count = number, folder, network, count
        self.url = f"http://127.0.0.1:{PORT + number}"
        self.skew = 0.0
        self.pace = PACE
        self.disk = Disk(folder, network.draw, count)
        self.disk.on_cut = self._power_goes
        self.process: Process | None = None
        network.machines.setdefault(self.url.removeprefix("http://"), self)

    @property
    def node(self) -> Node | None:
        """The node, if it runs."""
        return self.process.node if self.process is not None and not self.process.gone else None

    def start(self) -> Process:
        """Start the process."""
        submitting._NUMBERS._given.clear()
        self.process = Process(self)
        return self.process

    def kill(self) -> None:
        """Kill the process; the machine goes on."""
        self._bury(self.disk.after_kill())

    def cut_power(self) -> None:
        """Cut the power now."""
        self._bury(self.disk.after_cut())

    def _power_goes(self) -> None:
        """Cut the power in the middle of what the disk does."""
        if self.process is None or self.process.gone:
            return
        self.process.gone = True
        self.process.serves = False
        self.count("power-cut")
        self.count("power-cut-in-the-middle")
        left = self.disk.after_cut()
        asyncio.get_running_loop().call_soon(self._bury, left, context=Context())

    def _bury(self, left: dict[str, bytes]) -> None:
        if self.process is not None:
            self.process.end()
        self.process = None
        self.disk.lay(left)

    async def stop(self) -> None:
        """End the process in good order."""
        process = self.process
        if process is None:
            return
        for task in list(process._tasks):
            task.cancel()
        if process.node is not None:
            process.serves = False
            await process.thread(process.node.close)
        process.end()
        self.process = None
        self.disk.begin()

    def age_rows(self) -> None:
        """Leave what pages read as an older release did; the process must have ended."""
        with contextlib.closing(sqlite3.connect(self.folder / "node.db")) as database, database:
            database.execute("UPDATE projection SET version = version - 1")
        self.disk.begin()
