"""How often, how much and how many at a time: so that one peer leaves room for the others.

Source: security threat T30.
"""

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil
from typing import Final

from comity.errors import PeerError

MOST_KEYS: Final = 8192


@dataclass(slots=True)
class _Level:
    spent: float
    at: float


class Buckets:
    """A token bucket for each key; a full one holds two seconds of its rate."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        """Allow ``per_second`` on average; ``clock`` gives seconds that only grow."""
        self._rate = per_second
        self._most = 2 * per_second
        self._clock = clock
        self._levels: OrderedDict[Hashable, _Level] = OrderedDict()

    def spend(self, key: Hashable, cost: float = 1.0) -> None:
        """Take ``cost`` out of a key's bucket.

        A cost larger than the bucket is taken as soon as the bucket is full.

        Raises:
            PeerError: ``exchange.too-many``, with the seconds to wait.

        """
        now = self._clock()
        level = self._levels.setdefault(key, _Level(0.0, now))
        self._levels.move_to_end(key)
        if len(self._levels) > MOST_KEYS:
            self._levels.popitem(last=False)
        level.spent = max(0.0, level.spent - (now - level.at) * self._rate)
        level.at = now
        over = level.spent + min(cost, self._most) - self._most
        if over > 0:
            raise PeerError("exchange.too-many", retry_after=max(1, ceil(over / self._rate)))
        level.spent += cost


class Places:
    """At most so many pieces of work at a time for each key."""

    def __init__(self, most: int) -> None:
        """Allow ``most`` for each key."""
        self._most = most
        self._taken: dict[Hashable, int] = {}

    @contextmanager
    def take(self, key: Hashable) -> Generator[None]:
        """Hold a place while the work is done.

        Raises:
            PeerError: ``exchange.busy``.

        """
        taken = self._taken.get(key, 0)
        if taken >= self._most:
            raise PeerError("exchange.busy", retry_after=1)
        self._taken[key] = taken + 1
        try:
            yield
        finally:
            self._taken[key] -= 1
            if not self._taken[key]:
                del self._taken[key]
