"""The worker in which folds are tried: it reads one after the other and answers with a line each.

It is started by ``trial`` and ends when nobody asks any more.  The kernel ends it when a fold
takes too long, also if whoever asked is gone by then.
"""

import os
import pickle
import resource
import sys
from pathlib import Path
from typing import BinaryIO, Final

from comity.node.trial import ALLOCATES, HEAD_BYTES, UNREADABLE, tried_here
from comity.registry import CAPABILITIES

_AT_REST: Final = 256 * 1024 * 1024
"""Where the kernel does not say how much there is."""


def main() -> None:
    """Answer until the questions end."""
    cpu, room = int(sys.argv[1]), int(sys.argv[2])
    # Whatever a fold prints must not become an answer.
    answers = os.dup(1)
    os.dup2(2, 1)
    limit = _size() + room
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (request := _read(sys.stdin.buffer)) is not None:
        _allow(cpu)
        os.write(answers, _answer(request).encode("utf-8", "replace") + b"\n")


def _answer(request: bytes) -> str:
    try:
        # From the process that started this one, and from nobody else.
        asked, told, ground = pickle.loads(request)  # noqa: S301
        capability = CAPABILITIES[asked] if isinstance(asked, str) else asked
    except MemoryError:
        return ALLOCATES
    except Exception:  # noqa: BLE001 - it says nothing about what was to be folded
        return UNREADABLE
    why = tried_here(capability, told, ground)
    return ALLOCATES if why.startswith("MemoryError") else why


def _read(questions: BinaryIO) -> bytes | None:
    head = questions.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    size = int.from_bytes(head)
    request = questions.read(size)
    return request if len(request) == size else None


def _allow(seconds: int) -> None:
    """Let the kernel end this process so many seconds of its own from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _size() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return _AT_REST
    return pages * resource.getpagesize()
