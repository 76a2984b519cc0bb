"""Full exchanges between two nodes over HTTP on loopback.

An officer submits; the asker's node signs, logs, encrypts and delivers; the other node, a
``comity serve`` in a process of its own, verifies, decrypts, logs and answers with its receipt;
the exchange is over when that receipt has been verified and is durable at the asker's.
"""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.figures import Timing
from bench.machine import processor_seconds
from bench.pair import make_pair
from comity.exchange.courier import Courier
from comity.exchange.inbound import peer_app
from comity.exchange.server import Listening, serve
from comity.node.node import Node, open_node
from comity.statement.model import PartyId, StatementId

PATIENCE_SECONDS: Final = 60.0


class Delivered:
    """When the receipt of each statement was durable."""

    def __init__(self, node: Node) -> None:
        """Look over the shoulder of a node's courier."""
        self._lock = threading.Lock()
        self._events: dict[StatementId, threading.Event] = {}
        self._at: dict[StatementId, float] = {}
        self._deliver = node.delivered
        node.delivered = self._watched  # type: ignore[method-assign] # only here, to see when

    def wait(self, sid: StatementId) -> float:
        """Wait for a statement's receipt; return when it came (``perf_counter``)."""
        if not self._event(sid).wait(PATIENCE_SECONDS):
            message = f"{sid.hex()} was not delivered"
            raise TimeoutError(message)
        return self._at[sid]

    def _watched(self, sid: StatementId, peer: PartyId, receipt: bytes) -> "Future[None]":
        future = self._deliver(sid, peer, receipt)
        future.add_done_callback(lambda done: self._note(sid, done))
        return future

    def _note(self, sid: StatementId, done: "Future[None]") -> None:
        if done.exception() is None:
            self._at[sid] = time.perf_counter()
            self._event(sid).set()

    def _event(self, sid: StatementId) -> threading.Event:
        with self._lock:
            return self._events.setdefault(sid, threading.Event())


class Exchanging:
    """Two nodes with real servers and couriers."""

    def __init__(self, folder: Path) -> None:
        """Make them and let them serve."""
        self._pair = make_pair(folder)
        self._before = self._pair.asked.tree_size
        self._acknowledged = 0
        self._pair.asked.close()
        self._folder = folder / "asked"
        self._peer = _serve_apart(self._folder)
        self._delivered = Delivered(self._pair.asker)
        self._serving = _Serving(self._pair.asker)

    def run(self, count: int, at_once: int) -> Timing:
        """Do some exchanges, so many in flight."""

        def one(_: int) -> float:
            begun = time.perf_counter()
            return self._delivered.wait(self._pair.ask()) - begun

        busy, start = self._busy(), time.perf_counter()
        with ThreadPoolExecutor(at_once) as officers:
            seconds = tuple(officers.map(one, range(count)))
        whole = time.perf_counter() - start
        self._acknowledged += count
        return Timing(whole=whole, seconds=seconds, processor_seconds=self._busy() - busy)

    def _busy(self) -> float:
        """Return the processor time of both nodes so far (seconds)."""
        return time.process_time() + processor_seconds(self._peer.pid)

    def finish(self) -> str:
        """Stop both; say whether what was acknowledged is in the other's log."""
        self._serving.stop()
        self._pair.asker.close()
        self._peer.terminate()
        self._peer.wait()
        asked = open_node(self._folder)
        stored = asked.tree_size - self._before
        asked.close()
        return f"stored {stored}, acknowledged {self._acknowledged}"


def _serve_apart(folder: Path) -> "subprocess.Popen[str]":
    """Start ``comity serve`` and wait until it is ready."""
    command = [sys.executable, "-m", "comity", "serve", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert process.stdout is not None
    if not process.stdout.readline().startswith("ready "):
        process.terminate()
        message = "comity serve did not start"
        raise RuntimeError(message)
    return process


class _Serving:
    """A node's server and courier in a thread of this process."""

    def __init__(self, node: Node) -> None:
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, args=(node,), daemon=True)
        self._thread.start()
        self._ready.wait(PATIENCE_SECONDS)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self, node: Node) -> None:
        asyncio.set_event_loop(self._loop)
        ready: Callable[[str], None] = lambda _: self._ready.set()  # noqa: E731
        self._loop.run_until_complete(self._serve(node, ready))

    async def _serve(self, node: Node, ready: Callable[[str], None]) -> None:
        courier = Courier(node)
        carrying = asyncio.create_task(courier.run())
        listening = Listening(host=node.settings.host, port=node.settings.port)
        app = peer_app(node, heard=courier.heard_from)
        await serve(app, listening, ready=ready, stop=self._stop)
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)
