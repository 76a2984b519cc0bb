"""The threads of the simulated machines: greenlets of one thread, switched at seeded moments.

What the node's code takes from ``threading``, ``queue`` and ``concurrent.futures`` is here once
more, with the same meaning.  A call that would block gives way to whatever else there is to do; a
thread that may go on does so after a drawn time.  So the node's own code runs unchanged, one of
many interleavings at a time, and the same one for the same seed.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future as RealFuture
from queue import Empty
from random import Random
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet

CURRENT: contextvars.ContextVar[Any] = contextvars.ContextVar("machine", default=None)
"""Whose code is running: ``machine.Process`` or nothing."""
SLOWEST = 0.002


class BlockedError(RuntimeError):
    """The event loop itself would have waited: in a real process it would stand still."""


class Threads:
    """Every greenlet there is, and who may go on when."""

    def __init__(self, loop: asyncio.AbstractEventLoop, draw: Random) -> None:
        self._loop, self._draw = loop, draw
        self._main = getcurrent()
        self.alive: dict[greenlet, Any] = {}
        """Each with the process it belongs to, in the order of their start."""
        self.places: dict[greenlet, int] = {}
        """Which thread of its process each is: a small number, free again when it ends."""

    def start(self, run: Callable[[], object], name: str) -> greenlet:
        """Let ``run`` begin soon, in the name of the process that is current."""
        del name
        owner = CURRENT.get()
        made = greenlet(self._guarded(run), parent=self._main)
        made.gr_context = contextvars.copy_context()
        self.alive[made] = owner
        taken = {
            self.places[each]
            for each, whose in self.alive.items()
            if whose is owner and each is not made
        }
        self.places[made] = next(each for each in range(len(taken) + 1) if each not in taken)
        self.wake(made)
        return made

    def _guarded(self, run: Callable[[], object]) -> Callable[[], None]:
        def guarded() -> None:
            try:
                run()
            except GreenletExit:
                pass
            finally:
                self._forget(getcurrent())

        return guarded

    def _forget(self, ended: greenlet) -> None:
        self.alive.pop(ended, None)
        self.places.pop(ended, None)

    def place(self) -> int:
        """Return which thread of its process runs; the event loop's is -1."""
        return self.places.get(getcurrent(), -1)

    def wake(self, sleeper: greenlet, after: float | None = None) -> None:
        """Let a thread go on, after a drawn or a given time."""
        owner = self.alive.get(sleeper)
        slowest = SLOWEST if owner is None else owner.slowest
        seconds = self._draw.uniform(0, slowest) if after is None else after
        self._loop.call_later(seconds, self._switch, sleeper, context=contextvars.Context())

    def _switch(self, sleeper: greenlet) -> None:
        if sleeper.dead:
            return
        owner = self.alive.get(sleeper)
        if owner is not None and owner.gone:
            return
        if owner is not None and owner.paused_until > self._loop.time():
            self.wake(sleeper, owner.paused_until - self._loop.time())
            return
        sleeper.switch()

    def park(self) -> None:
        """Stop here until somebody wakes this thread."""
        if getcurrent() is self._main:
            raise BlockedError("the event loop waits for a thread")
        self._main.switch()

    def sleep(self, seconds: float) -> None:
        """Stop here for a while."""
        self.wake(getcurrent(), seconds)
        self.park()

    def end(self, owner: object) -> None:
        """End every thread of a process that has died, wherever it is."""
        for each in [each for each, whose in self.alive.items() if whose is owner]:
            self._forget(each)
            if not each.dead:
                each.throw(GreenletExit)


def threads() -> Threads:
    """Return the threads of the loop that runs."""
    loop = asyncio.get_running_loop()
    return loop.threads  # type: ignore[attr-defined]


class Work:
    """Something a thread does for the event loop."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: "asyncio.Future[Any]",
        func: Callable[..., Any],
        args: tuple[Any, ...],
    ) -> None:
        self._loop, self._answer, self._func, self._args = loop, answer, func, args

    def run(self) -> None:
        """Do it and answer."""
        try:
            result = self._func(*self._args)
        except GreenletExit:
            raise
        except BaseException as error:  # noqa: BLE001 - whoever asked is told
            if not self._answer.done():
                self._answer.set_exception(error)
            return
        if not self._answer.done():
            self._answer.set_result(result)


class Future(RealFuture):
    """A future; waiting for it lets the others go on."""

    def _wait(self) -> None:
        me = getcurrent()
        hands = threads()
        while not self.done():
            self.add_done_callback(lambda _: hands.wake(me))
            hands.park()

    def result(self, timeout: float | None = None) -> Any:
        """Wait for the result; nothing here is too slow."""
        del timeout
        self._wait()
        return super().result(0)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """Wait for the outcome."""
        del timeout
        self._wait()
        return super().exception(0)


class SimpleQueue:
    """A queue between threads."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._waiting: deque[greenlet] = deque()

    def put(self, item: Any) -> None:
        """Add to the end; wake who waits."""
        self._items.append(item)
        if self._waiting:
            threads().wake(self._waiting.popleft())

    def get(self) -> Any:
        """Take the first, waiting for it."""
        while not self._items:
            self._waiting.append(getcurrent())
            threads().park()
        return self._items.popleft()

    def get_nowait(self) -> Any:
        """Take the first, if there is one."""
        if not self._items:
            raise Empty
        return self._items.popleft()


class Lock:
    """A lock between threads."""

    def __init__(self) -> None:
        self._held = False
        self._waiting: deque[greenlet] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:  # noqa: FBT001, FBT002 - as threading's
        """Take it, waiting for it if ``blocking``."""
        del timeout
        while self._held:
            if not blocking:
                return False
            self._waiting.append(getcurrent())
            threads().park()
        self._held = True
        return True

    def release(self) -> None:
        """Give it back; wake who waits."""
        self._held = False
        if self._waiting:
            threads().wake(self._waiting.popleft())

    def locked(self) -> bool:
        """Tell whether somebody has it."""
        return self._held

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class Local:
    """``threading.local``."""

    def __init__(self) -> None:
        object.__setattr__(self, "_all", {})

    def __getattr__(self, name: str) -> Any:
        try:
            return self._all[threads().place()][name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self._all.setdefault(threads().place(), {})[name] = value


class Thread:
    """A thread."""

    def __init__(
        self,
        target: Callable[..., object],
        name: str = "",
        args: tuple[Any, ...] = (),
        *,
        daemon: bool | None = None,
    ) -> None:
        del daemon
        self._target, self._args, self._name = target, args, name
        self._over = Future()

    def start(self) -> None:
        """Begin soon."""
        threads().start(self._run, self._name)

    def _run(self) -> None:
        try:
            self._target(*self._args)
        finally:
            self._over.set_result(None)

    def join(self, timeout: float | None = None) -> None:
        """Wait for its end."""
        del timeout
        self._over.result()


class ThreadPoolExecutor:
    """A few threads that take work from one queue."""

    def __init__(self, max_workers: int = 1, thread_name_prefix: str = "") -> None:
        self._most, self._name = max_workers, thread_name_prefix
        self._queue = SimpleQueue()
        self._closed = False
        self._started: list[Thread] = []

    def submit(self, func: Callable[..., Any], /, *args: Any) -> Future:
        """Let one of the threads do it."""
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future = Future()
        future.set_running_or_notify_cancel()
        self._queue.put((future, func, args))
        if len(self._started) < self._most:
            self._started.append(Thread(target=self._work, name=self._name))
            self._started[-1].start()
        return future

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            future, func, args = item
            try:
                result = func(*args)
            except GreenletExit:
                raise
            except BaseException as error:  # noqa: BLE001 - whoever asked is told
                future.set_exception(error)
            else:
                future.set_result(result)

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002 - as concurrent.futures'
        """Finish what was submitted; take nothing more."""
        self._closed = True
        for _ in self._started:
            self._queue.put(None)
        for each in self._started if wait else ():
            each.join()
