"""This node's log: its tree, its heads, and the receipts that follow from them.

The order of a batch (ruling 11): the entries are durable, the guard admits the triple,
exactly that triple is signed, the signed head is durable, and then receipts are released.
Never two heads of one size.  A receipt follows from the first head over its leaf, so the
first receipt of a statement is the same bytes for ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import ComityError, FormatError, PeerError, ProofError
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import HeadSignature, build_receipt, sign_head
from comity.log.tree import Tree
from comity.node.guard import Guard, Triple
from comity.node.keyring import LOG, LOG_PQ, RECEIPT, KeyRing
from comity.store.projections import Cell
from comity.store.sqlite import Q, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class LogName:
    """What a log is called in its heads."""

    origin: str
    uri: str


MOST_BACK_SECONDS: Final = 1_800
"""So far the machine's clock may be behind the newest head, whose time is then repeated: clocks
that are merely wrong and are put right stop nobody."""
CLOCK_RETRY_SECONDS: Final = 60


class Ledger:
    """The tree and the signed heads of one node."""

    def __init__(self, store: Store, keys: KeyRing, name: LogName, guard_path: Path) -> None:
        """Read the log and compare it with the guard.

        A log that is behind its guard is not an error yet: it can be read, and
        ``quarantine`` says why nothing may be signed.
        """
        self._store = store
        self.keys = keys
        """What heads are signed with; the writer changes them."""
        self.name = name
        self.tree = Tree()
        self.tree.extend([leaf_hash(blob(row[0])) for row in store.all("entries_from", 0)])
        self.guard = Guard(guard_path, name.origin)
        self.quarantine: ComityError | None = self._compare()
        """Why nothing may be signed, and with what remedy; ``None`` if all is well."""

    @property
    def size(self) -> int:
        """How many entries the tree has; the newest head may be for fewer."""
        return self.tree.size

    def last_head(self) -> Triple | None:
        """Return the newest head that was signed and stored."""
        row = self._store.one("last_head", db=self._store.write)
        return Triple(size=number(row[0]), root=blob(row[1]), time=number(row[2])) if row else None

    def last_head_read(self) -> Triple | None:
        """As ``last_head``, for any thread."""
        row = self._store.one("last_head")
        return Triple(size=number(row[0]), root=blob(row[1]), time=number(row[2])) if row else None

    def hold(self, trouble: ComityError) -> None:
        """Sign nothing from now on."""
        self.quarantine = trouble

    def release(self) -> None:
        """Sign again; the writer calls this when guard, heads and peers agree."""
        self.quarantine = None

    def clock_back(self, machine: int) -> PeerError | None:
        """Return why nothing new is signed while the machine's clock is behind what was signed.

        A head says when; time that was signed does not run again (security, threat T22).  It
        heals when the clock is right, or has caught up.  Unix seconds, UTC.
        """
        latest = self.guard.latest
        back = 0 if latest is None else latest.time - machine
        if back <= MOST_BACK_SECONDS or self.quarantine is not None:
            return None
        return PeerError("node.clock-back", seconds=back, retry_after=CLOCK_RETRY_SECONDS)

    def extend(self, entries: Sequence[bytes]) -> None:
        """Put entries that are durable into the tree."""
        self.tree.extend([leaf_hash(entry) for entry in entries])

    def seal(self, now: int, with_it: Callable[[], None]) -> None:
        """Sign a head over the whole tree, unless there is one, and store it.

        Args:
            now: unix seconds, UTC.
            with_it: changes the database in the transaction that stores the head.

        Raises:
            ProofError: ``node.behind-guard``, ``node.head-differs``.
            ComityError: whatever the node is in quarantine for.

        """
        if self.quarantine is not None:
            raise type(self.quarantine)(self.quarantine.code, **self.quarantine.facts)
        last = self.last_head()
        if self.size < 2 or (last is not None and last.size == self.size):  # noqa: PLR2004
            return
        head = self._next(last, now)
        self.guard.admit(head)
        checkpoint = sign_checkpoint(
            Checkpoint(origin=self.name.origin, size=head.size, root=head.root),
            head.time,
            self.keys.signing[LOG],
            self.keys.signing[LOG_PQ],
        )
        signed = sign_head(
            log_uri=self.name.uri,
            origin=self.name.origin,
            time=head.time,
            size=head.size,
            root=head.root,
            signer=self.keys.signing[RECEIPT],
        )
        db = self._store.write
        with db:
            db.execute(
                Q["add_head"],
                (head.size, head.root, head.time, checkpoint, signed.protected, signed.signature),
            )
            with_it()

    def receipt(self, leaf: int) -> bytes | None:
        """Return the first receipt of the entry at ``leaf``, or ``None`` before its head."""
        row = self._store.one("head_over", leaf)
        if not row:
            return None
        size, _, _, checkpoint, protected, signature = row
        return build_receipt(
            HeadSignature(protected=blob(protected), signature=blob(signature)),
            leaf,
            self.tree.inclusion(leaf, number(size)),
            str(checkpoint),
        )

    def receipt_now(self, leaf: int) -> bytes:
        """Return the first receipt of an entry that has one.

        Raises:
            PeerError: ``node.no-head-yet``.

        """
        receipt = self.receipt(leaf)
        if receipt is None:
            raise PeerError("node.no-head-yet", size=leaf + 1)
        return receipt

    def checkpoint(self) -> str | None:
        """Return the newest signed checkpoint."""
        row = self._store.one("last_head")
        return str(row[3]) if row else None

    def _next(self, last: Triple | None, now: int) -> Triple:
        root = self.tree.root()
        latest = self.guard.latest
        if latest is not None and latest.size == self.size:
            # The guard was written and then the node died: the same triple is signed.
            return Triple(size=self.size, root=root, time=latest.time)
        time = max(now, last.time if last else 0, latest.time if latest else 0)
        return Triple(size=self.size, root=root, time=time)

    def _compare(self) -> ComityError | None:
        latest, last = self.guard.latest, self.last_head()
        if latest is None:
            if last is None:
                return None
            line = f"{self.name.origin} {last.size} {last.root.hex()} {last.time}"
            return ProofError("node.guard-missing", line=line)
        if latest.size > self.size:
            return ProofError("node.behind-guard", size=self.size, guard=latest.size)
        if self.tree.root(latest.size) != latest.root:
            return ProofError("node.head-differs", size=latest.size)
        if last is not None and (last.size > self.size or self.tree.root(last.size) != last.root):
            return ProofError("node.log-changed", size=last.size)
        return None


def blob(cell: Cell) -> bytes:
    """Return a cell that the schema says is a blob; raises ``store.cell`` if it is not."""
    if not isinstance(cell, bytes):
        raise FormatError("store.cell", found=type(cell).__name__)
    return cell


def number(cell: Cell) -> int:
    """Return a cell that the schema says is an integer; raises ``store.cell`` if it is not."""
    if not isinstance(cell, int):
        raise FormatError("store.cell", found=type(cell).__name__)
    return cell
