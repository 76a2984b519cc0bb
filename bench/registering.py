"""Registrations: a peer's statement in, verified, decrypted and logged; a receipt out.

Without HTTP: from the bytes that a peer sent to the bytes that go back.  Each statement opens a
thread of its own; those that arrive together were also logged together by their issuer, as they
would be, so as many heads of its log are checked as there would be.
"""

import time
from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Semaphore

from bench.figures import Timing
from bench.pair import make_pair
from comity.node.outbox import Parcel


class Registering:
    """Registers, at the node that is asked, what the one that asks has said."""

    def __init__(self, folder: Path) -> None:
        """Make the two nodes."""
        self._pair = make_pair(folder)
        self._before = self._pair.asked.tree_size
        self._acknowledged = 0

    def prepare(self, count: int, at_once: int) -> list[Parcel]:
        """Say what will be registered."""
        return self._pair.parcels(self._pair.ask_many(count, at_once))

    def run(self, parcels: Sequence[Parcel], at_once: int) -> Timing:
        """Register them, so many in flight."""
        asked, caller = self._pair.asked, self._pair.asker.party
        places, seconds = Semaphore(at_once), [0.0] * len(parcels)
        waiting: list[Future[bytes]] = []

        def done(number: int, begun: float, _: "Future[bytes]") -> None:
            seconds[number] = time.perf_counter() - begun
            places.release()

        busy, start = time.process_time(), time.perf_counter()
        for number, parcel in enumerate(parcels):
            places.acquire()
            begun = time.perf_counter()
            future = asked.receive(caller, parcel.signed, parcel.sealed)
            future.add_done_callback(partial(done, number, begun))
            waiting.append(future)
        for future in waiting:
            future.result()
        whole = time.perf_counter() - start
        busy = time.process_time() - busy
        self._acknowledged += len(parcels)
        return Timing(whole=whole, seconds=tuple(seconds), processor_seconds=busy)

    def finish(self) -> str:
        """Close the nodes; say whether what was acknowledged is in the log."""
        stored = self._pair.asked.tree_size - self._before
        self._pair.close()
        return f"stored {stored}, acknowledged {self._acknowledged}"
