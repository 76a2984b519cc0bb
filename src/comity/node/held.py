"""What this node holds of another party's log: its receipts, and the statements under them.

A party whose node lost what it wrote after a backup asks for it.  It gets its own receipts and
nothing that it did not have: statements of threads in which it is, as they are.

Source: security, threat T02; ADR 27.
"""

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Final

from comity.errors import ComityError
from comity.fold.opening import circle_of
from comity.log.checkpoint import parse_checkpoint
from comity.log.receipt import parse_receipt
from comity.node.keeping import Keeping
from comity.node.ledger import blob
from comity.node.loading import load_one
from comity.node.outbox import Parcel
from comity.parties.keys import KINDS as KEY_KINDS
from comity.statement.model import PartyId, StatementId

MOST_ITEMS: Final = 128
MOST_BYTES: Final = 3 * 1024 * 1024
"""Of an answer, unless its first statement alone is larger."""
_ROWS: Final = 512
"""More than the entries of one batch, which share a head."""


class Held:
    """What one node holds of others' logs.  Everything may be called from any thread."""

    def __init__(self, keeping: Keeping, pack: Callable[[StatementId, PartyId], Parcel]) -> None:
        """Read what the node keeps; ``pack`` makes a statement ready to travel."""
        self._keeping, self._pack = keeping, pack

    def checkpoint(self, caller: PartyId) -> str | None:
        """Return the newest checkpoint of the caller's log that was ever seen here.

        Not only of those that stand in receipts: a head may have been brought to be cosigned, or
        shown by others, before anything under it arrived.  Signing its size again is what the
        caller must be kept from.
        """
        row = self._keeping.store.one("newest_receipt_of", caller)
        texts = [parse_receipt(blob(row[0])).checkpoint_text] if row else []
        texts += [str(each[0]) for each in self._keeping.store.all("newest_seen", caller, 1)]
        return max(texts, key=lambda text: parse_checkpoint(text)[0].size, default=None)

    def since(self, caller: PartyId, leaf: int) -> list[tuple[bytes, bytes]]:
        """Return statements that the caller's log holds from a leaf on, oldest first.

        Each with all its receipts, the caller's own among them, and its body sealed for the
        caller; as many as fit into one answer.
        """
        found: list[tuple[bytes, bytes]] = []
        size = 0
        for sid in self._ordered(caller, leaf):
            said = load_one(self._keeping.store, sid)
            if said is None or (caller not in circle_of(said) and said.act.type not in KEY_KINDS):
                continue
            try:
                parcel = self._pack(sid, caller)
            except ComityError:
                continue  # no head of ours over it yet
            size += len(parcel.signed) + len(parcel.sealed)
            if found and (size > MOST_BYTES or len(found) == MOST_ITEMS):
                break
            found.append((parcel.signed, parcel.sealed))
        return found

    def _ordered(self, caller: PartyId, leaf: int) -> Iterator[StatementId]:
        """Yield statements in the order of the caller's log: by head, then by place under it."""
        rows = self._keeping.store.all("receipts_over", caller, leaf, _ROWS)
        for _, group in groupby(rows, key=lambda row: row[0]):
            places = sorted((parse_receipt(blob(row[2])).index, blob(row[1])) for row in group)
            yield from (StatementId(sid) for index, sid in places if index >= leaf)
