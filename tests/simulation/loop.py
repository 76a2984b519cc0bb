"""An event loop whose time is virtual: it never waits, it goes on to what comes next."""

import asyncio
import math
from collections.abc import Callable
from random import Random
from typing import Any

from simulation.threads import Threads, Work


class _NothingToSee:
    """Stands where a selector stands: waiting is setting the time forward."""

    def __init__(self, loop: "SimLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing is going to happen any more")
        self._loop.advance(timeout)
        return []

    def close(self) -> None:
        """There is nothing to close."""


class SimLoop(asyncio.BaseEventLoop):
    """Callbacks in the order that asyncio promises; what takes time takes a drawn time."""

    def __init__(self, draw: Random) -> None:
        super().__init__()
        self._now = 0.0
        self._clock_resolution = 1e-6
        self._selector = _NothingToSee(self)
        self.threads = Threads(self, draw)
        self.failures: list[str] = []
        self.set_exception_handler(self._failed)

    def time(self) -> float:
        """Return virtual seconds since the beginning."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Set the time forward."""
        # To a grid, so that sums of waits are the same whatever their order.
        self._now = math.ceil((self._now + max(0.0, seconds)) * 1e6) / 1e6

    def run_in_executor(
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """Let a thread of the machine whose code asks do it."""
        del executor
        answer = self.create_future()
        self.threads.start(Work(self, answer, func, args).run, "to_thread")
        return answer

    def _process_events(self, event_list: list[Any]) -> None:
        """No events come from outside."""

    def _write_to_self(self) -> None:
        """Nobody waits."""

    def _failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Note what nobody caught: in a real process it would be a line in the journal."""
        error = context.get("exception")
        self.failures.append(f"{context.get('message')}: {type(error).__name__} {error}")
