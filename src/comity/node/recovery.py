"""Out of quarantine: what peers hold of our own log is fetched back, in exactly its order.

A node is in quarantine when it was restored, when its guard is ahead of its database or gone,
or when a peer shows a newer head of its log than it has.  It then signs nothing.  Every peer is
asked; what it gives back is believed only as far as our own receipts prove it: they name the
leaf, and with our own signed heads, whose rows are made again from them, the whole order.  When
the tree is the newest head that anybody shows, and every peer has answered, guard and head
agree again, the mark is removed, and only then is anything signed.

What no peer holds cannot be invented: then the node stays as it is and names the leaves.

Source: security, finding 6, threat T02; ADR 27.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError, ProofError
from comity.log.checkpoint import log_note_keys, open_checkpoint, parse_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import Receipt, parse_receipt, verify_receipt
from comity.node.guard import Triple, sync_folder
from comity.node.keeping import Keeping
from comity.node.receive import Receive, blobs_of
from comity.node.register import Entrant, Register
from comity.node.writer import Transaction, Writer
from comity.statement.envelope import UnverifiedStatement, parse
from comity.statement.model import PartyId

HEALS: Final = frozenset(
    {"node.restored", "node.guard-missing", "node.behind-guard", "node.behind-peers"}
)
"""Why a node is in quarantine that asking its peers can end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A statement that our own log held, proved by our own receipt."""

    leaf: int
    receipt: Receipt
    entrant: Entrant
    blobs: tuple[bytes, ...]
    """Attachments that are not stored here."""


class Recovery:
    """The way out of quarantine of one node.  ``run`` of the exchange asks the peers."""

    def __init__(
        self, keeping: Keeping, checking: Receive, register: Register, writer: Writer
    ) -> None:
        """Use the node's parts; nothing happens yet."""
        self._keeping, self._checking = keeping, checking
        self._register, self._writer = register, writer
        self.answered: set[PartyId] = set()
        """Who has told since the node was opened what it holds of our log."""
        self._newest: Triple | None = None
        self._elsewhere: set[int] = set()
        """Leaves that peers hold, behind those that are missing."""

    @property
    def needed(self) -> bool:
        """Whether the node is in a quarantine that its peers can end."""
        trouble = self._keeping.ledger.quarantine
        return trouble is not None and trouble.code in HEALS

    @property
    def next_leaf(self) -> int:
        """From which leaf on peers are asked: entries without their head are asked for too."""
        last = self._keeping.ledger.last_head_read()
        return min(self._keeping.ledger.size, last.size if last else 0)

    def waits_for(self) -> tuple[PartyId, ...]:
        """Return the peers that have not answered."""
        known = set(self._keeping.directory.parties) - {self._keeping.party}
        return tuple(sorted(known - self.answered))

    def missing(self) -> list[tuple[int, int]]:
        """Return the leaves that nobody has given back, as first and last of each gap."""
        size, newest = self._keeping.ledger.size, self._target()
        gaps: list[tuple[int, int]] = []
        if newest is None:
            return gaps
        start = size
        for leaf in [*sorted(each for each in self._elsewhere if each >= size), newest.size]:
            if leaf > start:
                gaps.append((start, leaf - 1))
            start = leaf + 1
        return gaps

    def heard(self, peer: PartyId, checkpoint: str | None) -> None:
        """Note the newest checkpoint of our log that a peer shows; ``None``: it holds none.

        Raises:
            FormatError, ProofError: it is not ours; then the peer has not answered.

        """
        if checkpoint is not None:
            self._note(self._ours(checkpoint))
        self.answered.add(peer)

    def _ours(self, text: str) -> Triple:
        keys = self._keeping.own.log.at(parse_checkpoint(text)[0].size)
        head, time = open_checkpoint(text, log_note_keys(keys.origin, keys.ed25519, keys.mldsa44))
        if head.origin != keys.origin or time is None:
            raise ProofError("log.other-log", origin=head.origin)
        return Triple(size=head.size, root=head.root, time=time)

    def _note(self, head: Triple) -> None:
        ledger = self._keeping.ledger
        if self._newest is None or head.size > self._newest.size:
            self._newest = head
        if head.size <= ledger.size:
            if ledger.tree.root(head.size) != head.root:
                ledger.hold(ProofError("node.head-differs", size=head.size))
        elif ledger.quarantine is None:
            ledger.hold(ProofError("node.behind-peers", size=ledger.size, peers=head.size))

    def _target(self) -> Triple | None:
        """Return the newest head of ours that is known of: a peer's, the guard's, or our own."""
        ledger = self._keeping.ledger
        known = [self._newest, ledger.guard.latest, ledger.last_head_read()]
        return max((each for each in known if each), key=lambda each: each.size, default=None)

    def read(self, signed: bytes, sealed: bytes) -> Found:
        """Verify what a peer gives back.

        Raises:
            ComityError: it proves nothing, or its issuer has not been met (again) yet.

        """
        unverified, receipt = self._proved(signed)
        entrant = self._checking.again(unverified, sealed)
        wanted = tuple(
            each for each in blobs_of(entrant.sections) if not self._keeping.blobs.has(each)
        )
        return Found(leaf=receipt.index, receipt=receipt, entrant=entrant, blobs=wanted)

    def see(self, signed: bytes) -> int:
        """Note that a peer holds a leaf which cannot be put in yet, and return it.

        Raises:
            ComityError: it proves nothing.

        """
        _, receipt = self._proved(signed)
        self._elsewhere.add(receipt.index)
        return receipt.index

    def _proved(self, signed: bytes) -> tuple[UnverifiedStatement, Receipt]:
        unverified = parse(signed)
        keys = self._keeping.own.log
        for encoded in unverified.receipts:
            if parse_receipt(encoded).log_uri == keys.log_uri:
                receipt = verify_receipt(encoded, unverified.entry, keys)
                self._note(self._ours(receipt.checkpoint_text))
                return unverified, receipt
        raise FormatError("node.no-own-receipt", sid=unverified.sid.hex())

    def append(self, found: Iterable[Found]) -> int:
        """Put in what continues the log without a gap, up to a head whose root it gives.

        Returns:
            How many entries and heads are there now that were not.

        Raises:
            ProofError: ``node.head-differs``: this database is of another history.

        """
        by_leaf = {each.leaf: each for each in found}

        def job(transaction: Transaction) -> int:
            return self._append(transaction, by_leaf)

        return self._writer.submit(job, signs=False).result()

    def _append(self, transaction: Transaction, by_leaf: dict[int, Found]) -> int:
        tree = self._keeping.ledger.tree
        size = end = tree.size
        while end in by_leaf:
            end += 1
        there = [each for leaf, each in sorted(by_leaf.items()) if leaf < size]
        run = [by_leaf[leaf] for leaf in range(size, end)]
        heads = {each.receipt.size: each.receipt for each in (*there, *run)}
        heads = {at: each for at, each in sorted(heads.items()) if at <= end}
        run = [each for each in run if each.leaf < max(heads, default=0)]
        self._check(there, run, heads)
        added = sum(self._keep_head(transaction, each) for each in heads.values())
        for each in there:
            self._register.keep_receipts(
                transaction, each.entrant.statement.sid, each.entrant.receipts
            )
            transaction.touched.add(each.entrant.subject)
        for each in run:
            if self._register.take(transaction, each.entrant).leaf != each.leaf:
                raise ProofError("node.head-differs", size=each.leaf)
            self._queue(transaction, each.entrant)
        return added + len(run)

    def _check(
        self, there: Sequence[Found], run: Sequence[Found], heads: dict[int, Receipt]
    ) -> None:
        """Check every leaf that is there, and every root that our receipts signed."""
        tree = self._keeping.ledger.tree
        size = tree.size
        for each in there:
            if tree.leaf(each.leaf) != leaf_hash(each.entrant.statement.entry):
                raise self._differs(each.leaf)
        tree.extend([leaf_hash(each.entrant.statement.entry) for each in run])
        try:
            for at, receipt in heads.items():
                if tree.root(at) != parse_checkpoint(receipt.checkpoint_text)[0].root:
                    raise self._differs(at)
        finally:
            tree.truncate(size)

    def _differs(self, size: int) -> ProofError:
        trouble = ProofError("node.head-differs", size=size)
        self._keeping.ledger.hold(trouble)
        return trouble

    def _keep_head(self, transaction: Transaction, receipt: Receipt) -> int:
        """Make the row of a head again, from a receipt under it; return whether it was absent."""
        checkpoint, _ = parse_checkpoint(receipt.checkpoint_text)
        row = (
            receipt.size,
            checkpoint.root,
            receipt.time,
            receipt.checkpoint_text,
            receipt.head.protected,
            receipt.head.signature,
        )
        held = transaction.one("head", receipt.size)
        if held and held != row:
            raise self._differs(receipt.size)
        if not held:
            transaction.run("add_head", *row)
        return int(not held)

    def _queue(self, transaction: Transaction, entrant: Entrant) -> None:
        """Let an own statement go out again to whom it may not have reached, or not the receipts.

        Who has it already gives the same receipt again.
        """
        if entrant.issuer != self._keeping.party:
            return
        reached = {party for party, _, _ in entrant.receipts}
        aud = entrant.act.aud
        again = aud if len(aud) > 1 else [each for each in aud if each not in reached]
        self._register.queue(transaction, entrant.statement.sid, again)

    def conclude(self) -> bool:
        """Leave the quarantine if nothing is missing; return whether the node signs again.

        Raises:
            PeerError: ``node.stopped``.

        """
        return self._writer.submit(lambda _: self._conclude(), signs=False).result()

    def _conclude(self) -> bool:
        ledger, target = self._keeping.ledger, self._target()
        last = ledger.last_head()
        if not self.needed or not self.answered or self._bars(target, last):
            return False
        latest = ledger.guard.latest
        if last is not None and (latest is None or latest.size < last.size):
            ledger.guard.admit(last)
        mark = self._keeping.settings.mark_path
        mark.unlink(missing_ok=True)
        sync_folder(mark.parent)
        ledger.release()
        return True

    def _bars(self, target: Triple | None, last: Triple | None) -> bool:
        """Tell whether something bars leaving: entries, heads or answers that are missing."""
        ledger, latest = self._keeping.ledger, self._keeping.ledger.guard.latest
        if target is None or target.size > ledger.size:
            return True
        if ledger.tree.root(target.size) != target.root:
            ledger.hold(ProofError("node.head-differs", size=target.size))
            return True
        shown = self._newest.size if self._newest else 0
        if shown > (last.size if last else 0):
            return True
        # A guard that was ahead of the database is the newest word there is: it was not restored
        # with it.  Every other quarantine needs every peer's.
        code = ledger.quarantine.code if ledger.quarantine else ""
        by_guard = code == "node.behind-guard" and latest is not None and shown <= latest.size
        return bool(self.waits_for()) and not by_guard
