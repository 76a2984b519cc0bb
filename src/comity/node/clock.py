"""The only place that asks what time it is."""

import time


class Clock:
    """The time of this machine, never going back within one process."""

    def __init__(self) -> None:
        """Start at the machine's time."""
        self._latest = 0

    def now(self) -> int:
        """Return the time in unix seconds, UTC."""
        self._latest = max(self._latest, self.machine())
        return self._latest

    def machine(self) -> int:
        """Return what the machine says now, even if it said more before (unix seconds, UTC)."""
        return int(time.time())
