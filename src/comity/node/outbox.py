"""What must still reach whom.  A row is written with the statement and goes with the receipt."""

from collections.abc import Callable
from dataclasses import dataclass

from comity.node.ledger import blob, number
from comity.statement.model import PartyId, StatementId
from comity.store.sqlite import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxItem:
    """A statement that has not been delivered to one peer."""

    sid: StatementId
    peer: PartyId
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A statement ready to travel."""

    signed: bytes
    """With its receipts."""
    sealed: bytes
    """The body, encrypted for the peer."""
    blobs: tuple[bytes, ...]
    """Digests of the ciphertexts of its attachments."""
    public: bytes | None = None
    """The body in the clear, if everyone may read it: a key thread's."""


class Outbox:
    """Reads the outbox; the node writes it."""

    def __init__(self, store: Store, is_quiet: Callable[[], bool] = lambda: False) -> None:
        """Use the node's database; while it is quiet, nothing is for anybody."""
        self._store, self._is_quiet = store, is_quiet

    def peers(self) -> list[PartyId]:
        """Return the peers for whom something waits."""
        if self._is_quiet():
            return []
        return [PartyId(str(row[0])) for row in self._store.all("outbox_peers")]

    def due(self, peer: PartyId, now: int, limit: int) -> list[OutboxItem]:
        """Return what may be tried now (unix seconds), oldest first."""
        if self._is_quiet():
            return []
        return [
            OutboxItem(sid=StatementId(blob(sid)), peer=PartyId(str(to)), attempts=number(tried))
            for sid, to, tried in self._store.all("outbox_due", peer, now, limit)
        ]

    def next_at(self, peer: PartyId) -> int | None:
        """Return when the next one may be tried (unix seconds), or ``None`` if none waits."""
        row = self._store.one("outbox_next", peer)
        return None if not row or row[0] is None else number(row[0])
