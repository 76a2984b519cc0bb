"""Peers take turns: whoever sends much waits behind itself, never in front of the others.

Source: security threat T30.
"""

import threading
from collections import deque
from collections.abc import Callable

from comity.statement.model import PartyId


class Turns:
    """Work that waits, a queue for each peer.  May be used from any thread."""

    def __init__(self) -> None:
        """Begin with nothing waiting."""
        self._lock = threading.Lock()
        self._queues: dict[PartyId, deque[Callable[[], None]]] = {}
        """In the order of their turns."""

    def put(self, whose: PartyId, work: Callable[[], None]) -> None:
        """Let some work wait; there must be one ``take`` for each."""
        with self._lock:
            self._queues.setdefault(whose, deque()).append(work)

    def take(self) -> None:
        """Do the first work of whoever's turn it is; their next one comes after the others'."""
        with self._lock:
            whose = next(iter(self._queues))
            queue = self._queues.pop(whose)
            work = queue.popleft()
            if queue:
                self._queues[whose] = queue
        work()
