"""When to try again: full jitter, doubling up to a bound; what the other side asks for wins.

Source: wire profile, section 5.3 and ruling 17.
"""

import secrets
from dataclasses import dataclass
from math import ceil
from typing import Final

from comity.errors import ComityError

FIRST_SECONDS: Final = 0.5
MOST_SECONDS: Final = 3600.0
_MOST_DOUBLINGS: Final = 20
_random = secrets.SystemRandom()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long to wait after so many failures in a row."""

    first_seconds: float = FIRST_SECONDS
    most_seconds: float = MOST_SECONDS

    def wait(self, failures: int) -> float:
        """Return seconds to wait after ``failures`` (1 or more) in a row: 0 up to a bound."""
        doublings = min(max(failures, 1) - 1, _MOST_DOUBLINGS)
        return _random.uniform(0, min(self.most_seconds, self.first_seconds * 2**doublings))

    def after(self, error: ComityError, failures: int) -> float:
        """Return seconds to wait after this failure."""
        asked = error.facts.get("retry_after")
        own = self.wait(failures)
        if isinstance(asked, int) and 0 <= asked <= self.most_seconds:
            # Spread out over a little more, so that not all come back in the same second.
            return asked + _random.uniform(0, self.first_seconds)
        return own


def moment(now: int, seconds: float) -> int:
    """Return when a wait of ``seconds`` from ``now`` is over: whole seconds, at least one."""
    return now + max(1, ceil(seconds))
