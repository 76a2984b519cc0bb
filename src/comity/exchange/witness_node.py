"""What this folder asks of a node as a witness and as a watch-keeper, of the real one and others.

Everything here may be called from any thread.
"""

from concurrent.futures import Future
from typing import Protocol

from comity.statement.model import PartyId


class WitnessSide(Protocol):
    """A node as a witness of others' logs."""

    def add_checkpoint(self, body: str) -> Future[str]:
        """Cosign a head; the future is our lines for it."""

    def latest(self, origin_hash: str) -> str | None:
        """Return the newest head that we cosigned of the log with this hash, with our lines."""


class WatchSide(Protocol):
    """A node as it compares heads."""

    def peers(self) -> list[PartyId]:
        """Return whom to visit."""

    def newest(self) -> int:
        """Return the size of our newest signed head; 0: none."""

    def submission(self, old: int) -> tuple[int, str]:
        """Return our newest size, and what to send a witness that has cosigned ``old``."""

    def cosigned(self, witness: PartyId, size: int, lines: str) -> None:
        """Keep a witness's lines for our own head of a size."""

    def continuation(self, old: int, new: int) -> bytes:
        """Return how our log continued from one size to another."""

    def seen(self) -> bytes:
        """Return what we tell a peer of the heads that we have seen."""

    def take(self, told: bytes) -> list[bytes]:
        """Compare what a peer has seen with what we hold; return which proofs we lack."""

    def take_fork(self, proof: bytes, digest: bytes) -> None:
        """Keep a proof that a peer holds, once all of it was verified."""

    def fork(self, digest: bytes) -> bytes | None:
        """Return a proof that we hold."""

    def questions(self, log: PartyId) -> list[tuple[int, int]]:
        """Return of which sizes a log is to be asked how one continues the other."""

    def answered(self, log: PartyId, asked: tuple[int, int], answer: bytes | None) -> None:
        """Take what a log says how one of its heads continues another."""


class WitnessNode(Protocol):
    """A node that witnesses and watches."""

    @property
    def witness(self) -> WitnessSide:
        """As a witness."""

    @property
    def watch(self) -> WatchSide:
        """As a watch-keeper."""
