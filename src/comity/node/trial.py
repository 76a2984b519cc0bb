"""A fold is tried in a process of its own before it is run here: with a limit of time and room.

In CPython nothing inside a process stops a loop that runs in C, and nothing takes back what one
call allocates.  So whatever has not been told before is first folded by a worker, over which the
kernel keeps its processor time and its memory.  It answers with one line: that it came to an
end, or why not.  Folds are pure, so what came to an end there comes to an end here.

There is one worker for all nodes of a process.  It has neither the node's files nor its secret.

Source: security threat T18; ADR 26.
"""

import atexit
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from copyreg import dispatch_table
from io import BytesIO
from types import MappingProxyType
from typing import Final, TypeAlias

from comity.errors import PeerError
from comity.fold.capability import Capability, Ground
from comity.fold.entry import Told
from comity.registry import CAPABILITIES

CPU_SECONDS: Final = 3
"""Of processor time for one fold; the largest honest thread takes a tenth of it."""
ROOM_BYTES: Final = 512 * 1024 * 1024
"""What one fold may have in memory, above what the worker has at rest."""
WALL_SECONDS: Final = 120.0
"""After so long the worker is given up even if it does nothing."""
LOOPS, ALLOCATES, DIES, UNREADABLE = "loops", "allocates", "dies", "unreadable"
HEAD_BYTES: Final = 8
MOST_WORDS: Final = 200

Trial: TypeAlias = Callable[[Capability, Sequence[Told], Ground], str]
"""Returns the empty text if a fold comes to an end, else why it does not."""


class Worker:
    """The process in which folds are tried.  May be used from any thread."""

    def __init__(self, cpu_seconds: int = CPU_SECONDS, room_bytes: int = ROOM_BYTES) -> None:
        """Start nothing yet."""
        self._limits = (str(cpu_seconds), str(room_bytes))
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    def __call__(self, capability: Capability, told: Sequence[Told], ground: Ground) -> str:
        """Fold it there.

        Raises:
            PeerError: ``node.fault``: there is no worker to be had.

        """
        known = CAPABILITIES.get(capability.name) is capability
        request = _pickled((capability.name if known else capability, tuple(told), ground))
        with self._lock:
            # One that was there may have been killed from outside since.
            for _ in range(2):
                process, fresh = self._started()
                try:
                    return self._ask(process, request)
                except BrokenPipeError:
                    self._end(process)
                    if fresh:
                        break
        raise PeerError("node.fault", why="worker")

    def close(self) -> None:
        """End the process."""
        with self._lock:
            if self._process is not None:
                self._end(self._process)

    def _started(self) -> tuple["subprocess.Popen[bytes]", bool]:
        if self._process is not None and self._process.poll() is None:
            return self._process, False
        if self._process is not None:
            self._end(self._process)
        code = "from comity.node.trial_worker import main; main()"
        paths = os.pathsep.join(each for each in sys.path if each)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - see the import
                [sys.executable, "-c", code, *self._limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"PYTHONPATH": paths},
                start_new_session=True,
            )
        except OSError as error:
            raise PeerError("node.fault", why=type(error).__name__) from error
        return self._process, True

    def _ask(self, process: "subprocess.Popen[bytes]", request: bytes) -> str:
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None  # noqa: S101 - it was started with pipes
        assert stdout is not None  # noqa: S101
        stdin.write(len(request).to_bytes(HEAD_BYTES) + request)
        stdin.flush()
        answer, until = b"", time.monotonic() + WALL_SECONDS
        while not answer.endswith(b"\n"):
            ready, _, _ = select.select([stdout], [], [], max(0.0, until - time.monotonic()))
            piece = os.read(stdout.fileno(), 4096) if ready else b""
            if not piece:
                return self._gone(process, in_time=bool(ready))
            answer += piece
        why = answer.decode("utf-8", "replace").strip()[:MOST_WORDS]
        if why == UNREADABLE:
            raise PeerError("node.fault", why="worker")
        if why == ALLOCATES:
            self._end(process)
        return why

    def _gone(self, process: "subprocess.Popen[bytes]", *, in_time: bool) -> str:
        """Say why there is no answer; raises ``BrokenPipeError`` if it never took the question."""
        if in_time:
            process.wait()
        self._end(process)
        if not in_time or process.returncode == -signal.SIGXCPU:
            return LOOPS
        if process.returncode == -signal.SIGKILL:
            return ALLOCATES
        return DIES

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        process.wait()
        self._process = None


tried_apart: Final = Worker()
"""What nodes use."""


def tried_here(capability: Capability, told: Sequence[Told], ground: Ground) -> str:
    """Fold it in this very process, without a limit: for programs that trust what they fold."""
    try:
        capability.fold(told, ground)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        return where(error)
    return ""


def where(error: BaseException) -> str:
    """Return what kind of error it is and where in the program; never what it was about."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    file = os.path.basename(trace.tb_frame.f_code.co_filename)  # noqa: PTH119 - a name, no path
    return f"{type(error).__name__} ({file}:{trace.tb_lineno})"


def _pickled(request: object) -> bytes:
    buffer = BytesIO()
    pickler = pickle.Pickler(buffer, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {**dispatch_table, MappingProxyType: _unwrapped}  # type: ignore[dict-item] # as it is documented
    pickler.dump(request)
    return buffer.getvalue()


def _unwrapped(proxy: "MappingProxyType[object, object]") -> tuple[object, tuple[object]]:
    return MappingProxyType, (dict(proxy),)
