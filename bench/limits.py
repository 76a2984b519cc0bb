"""The machine's own limits: what no node here can pass.

One signature check and one durable commit are the two things that a registration cannot do
without; both are measured with the libraries that the node uses, and with nothing else around.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import apsw

from comity.statement.keys import ED25519, PrivateKey

CHECKS: Final = "signature checks"
COMMITS: Final = "durable commits"
_MESSAGE: Final = bytes(range(256)) * 4
_WARM: Final = 20


class Machine:
    """Measures the limits again and again, in one folder."""

    def __init__(self, folder: Path, seconds: float) -> None:
        """Prepare.

        Args:
            folder: on the disk where the nodes' folders are.
            seconds: how long to measure each limit.

        """
        self._seconds = seconds
        key = PrivateKey.generate(ED25519)
        self._public, self._signature = key.public, key.sign(_MESSAGE)
        self._db = apsw.Connection(str(folder / "limits.db"))
        for pragma, value in (("journal_mode", "WAL"), ("synchronous", "FULL")):
            self._db.pragma(pragma, value)
        self._db.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    def measure(self) -> dict[str, float]:
        """Return how many of each a second, on one core."""
        return {
            CHECKS: _rate(self._check, self._seconds),
            COMMITS: _rate(self._commit, self._seconds),
        }

    def _check(self) -> None:
        """Verify one Ed25519 signature over 1 KiB."""
        self._public.verify(self._signature, _MESSAGE)

    def _commit(self) -> None:
        """Commit one row of 1 KiB, durably."""
        with self._db:
            self._db.execute("INSERT INTO row (content) VALUES (?)", (_MESSAGE,))


def _rate(work: Callable[[], None], seconds: float) -> float:
    for _ in range(_WARM):
        work()
    begun = time.perf_counter()
    done = 0
    while (passed := time.perf_counter() - begun) < seconds:
        work()
        done += 1
    return done / passed
