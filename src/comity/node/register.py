"""The trunk: how one statement, ours or a peer's, gets into the log and onto the pages.

Within the batch's transaction: append entry and body, keep the receipts it came with,
queue what must go out.  With the signed head: tell the thread anew and make its rows.
The same bytes again change nothing; a second signature over the same words is refused.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from comity.errors import FormatError
from comity.fold.seen import owes_seen
from comity.fold.thread import tell
from comity.kit.office import ThreadView
from comity.log.checkpoint import parse_checkpoint
from comity.log.receipt import Receipt
from comity.node.aside import set_aside_of, sort_out
from comity.node.heads import see_head
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.node.threads import Thread, load_thread, view_of
from comity.node.writer import OF_THE_DISK, Transaction, fault
from comity.statement.act import Act
from comity.statement.body import ACT, Section, seal_plaintext
from comity.statement.envelope import Statement
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.store.projections import Projection
from comity.store.sqlite import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """A statement that is about to be logged; all of it has been verified."""

    statement: Statement
    issuer: PartyId
    """In an inception, the party that it makes."""
    subject: SubjectId
    act: Act
    sections: Mapping[str, Section]
    by_node: bool
    receipts: tuple[tuple[PartyId, Receipt, bytes], ...] = ()
    """Receipts of other parties' logs, with their bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Where a statement stands in our log."""

    sid: StatementId
    leaf: int
    fresh: bool
    """Whether it was not there before."""


class Register:
    """The trunk of one node."""

    def __init__(self, keeping: Keeping, projections: Iterable[Projection[ThreadView]]) -> None:
        """Use what the node keeps and the tables that pages read."""
        self._keeping = keeping
        self._projections = {each.name: each for each in projections}

    def take(self, transaction: Transaction, entrant: Entrant) -> Registered:
        """Append a statement, or find it.

        Raises:
            FormatError: ``node.other-signature``.

        """
        statement = entrant.statement
        found = transaction.one("by_sid", statement.sid)
        if found:
            if blob(found[5]) != statement.entry:
                raise FormatError("node.other-signature", sid=statement.sid.hex())
            self.keep_receipts(transaction, statement.sid, entrant.receipts)
            transaction.touched.add(entrant.subject)
            return Registered(sid=statement.sid, leaf=number(found[0]), fresh=False)
        leaf = transaction.append(statement.entry)
        body = seal_plaintext(entrant.sections.values())
        transaction.run(
            "append",
            leaf,
            statement.sid,
            statement.entry,
            entrant.subject,
            entrant.act.case or statement.sid,
            entrant.issuer,
            entrant.act.type,
            int(self._is_ours(entrant)),
            int(entrant.by_node),
            entrant.act.prev,
            statement.header.issued_at,
            statement.encoded,
            entrant.sections[ACT].value,
            self._keeping.vault.lock(body, statement.sid),
        )
        transaction.bodies[statement.sid] = entrant.sections
        self.keep_receipts(transaction, statement.sid, entrant.receipts)
        transaction.touched.add(entrant.subject)
        return Registered(sid=statement.sid, leaf=leaf, fresh=True)

    def _is_ours(self, entrant: Entrant) -> bool:
        """Tell whether we said it: a key that is in others' hands speaks in our name too."""
        keeping = self._keeping
        signed_by = entrant.statement.header.kid
        return entrant.issuer == keeping.party and signed_by not in keeping.own.bounds

    def keep_receipts(
        self,
        transaction: Transaction,
        sid: StatementId,
        receipts: Iterable[tuple[PartyId, Receipt, bytes]],
    ) -> None:
        """Keep the first receipt of each other log; what is kept never changes."""
        for log, receipt, encoded in receipts:
            if log != self._keeping.party:
                transaction.run("add_receipt", sid, log, receipt.size, receipt.time, encoded)
                head, _ = parse_checkpoint(receipt.checkpoint_text)
                seen = (head, receipt.checkpoint_text)
                see_head(self._keeping, transaction, log, seen, receipted=True)

    def queue(self, transaction: Transaction, sid: StatementId, peers: Iterable[PartyId]) -> None:
        """Put a statement into the outbox for each of these parties."""
        for peer in peers:
            if peer != self._keeping.party:
                transaction.run("queue", peer, sid, transaction.now)
                transaction.queued = True

    def show(self, transaction: Transaction) -> None:
        """Make the rows of every thread that the batch touched.

        A thread that cannot be told stays in the log as it is and is set aside, for ``doctor``
        to name: it stops neither the other threads nor the node (security threat T18).
        """
        for subject in sorted(transaction.touched):
            self._show_or_set_aside(transaction, subject)

    def _show_or_set_aside(self, transaction: Transaction, subject: SubjectId) -> bool:
        try:
            transaction.attempt(lambda _: self.show_thread(transaction, subject))
        except OF_THE_DISK:
            raise
        except Exception as error:  # noqa: BLE001 - see ``show``
            fault(error)
            return False
        return True

    def show_thread(self, transaction: Transaction, subject: SubjectId) -> None:
        """Tell one thread and make its rows."""
        keeping = self._keeping
        thread = self._told_within_limits(transaction, subject)
        transaction.run("clear_missing", subject)
        for waiting, missing in thread.telling.waiting.items():
            for sid in sorted(missing):
                transaction.run("put_missing", sid, thread.said[waiting].issuer, subject)
        self._pass_on_forks(transaction, thread)
        if thread.opening is None or thread.capability is None:
            return
        settle = keeping.settle_seconds(thread.opening, keeping.store.write)
        owes = owes_seen(thread.telling, keeping.party)
        transaction.run(
            "put_thread",
            subject,
            thread.opening.id,
            thread.opening.act.net,
            thread.capability.name,
            transaction.now + settle if owes else None,
        )
        self._project(transaction, thread)

    def _pass_on_forks(self, transaction: Transaction, thread: Thread) -> None:
        """Send every branch of a fork to each party whose log is not known to hold it.

        A fork is evidence, shown to all; who made it shows each branch to whom it likes.
        What a party refused for good is not sent again.
        """
        own = self._keeping.party
        for fork in thread.telling.forks:
            for sid in fork.branches:
                holders = {str(row[0]) for row in transaction.all("receipts_of", sid)}
                for peer in sorted({*thread.telling.parties} - {own, fork.issuer} - holders):
                    transaction.run("queue_once", peer, sid, transaction.now)
                    transaction.queued = True

    def _told_within_limits(self, transaction: Transaction, subject: SubjectId) -> Thread:
        """Tell a thread; what it cannot be told with is set aside, for ``doctor`` to name."""
        keeping = self._keeping
        store, db = keeping.store, keeping.store.write
        thread = load_thread(keeping, subject, db, folded=False)
        tale = thread.tale
        if tale is None:
            return thread
        row = transaction.one("telling", subject)
        if not row or row[0] != tale.digest:
            whose = [thread.said[sid].issuer for sid in thread.set_aside if sid in thread.said]
            found = sort_out(tale, _told_before(thread, row), keeping.trial, whose)
            for sid, why in sorted(found.set_aside.items()):
                transaction.run("set_aside", sid, subject, why, transaction.now)
            tale = found.tale
            transaction.run(
                "put_telling", subject, tale.digest, 1 + max(thread.leaves.values(), default=-1)
            )
        aside = set_aside_of(store, subject, db)
        return replace(thread, set_aside=aside, state=tale.capability.fold(tale.told, tale.ground))

    def _project(self, transaction: Transaction, thread: Thread) -> None:
        projection = self._projections.get(thread.capability.name if thread.capability else "")
        view = view_of(self._keeping, thread, self._keeping.store.write, transaction.bodies)
        if projection is not None and view is not None:
            transaction.execute(projection.sql["put"], projection.row(view))

    def rebuild(self, transaction: Transaction) -> int:
        """Drop what pages read and make it again from the log; return how many subjects."""
        transaction.run("clear_threads")
        transaction.run("clear_all_missing")
        transaction.run("clear_tellings")
        transaction.run("clear_set_aside")
        for projection in self._projections.values():
            self._make(transaction, projection)
        subjects = [SubjectId(blob(row[0])) for row in transaction.all("subjects")]
        return sum(self._show_or_set_aside(transaction, subject) for subject in subjects)

    def is_stale(self, transaction: Transaction) -> bool:
        """Tell whether a table is missing or of another version."""
        return any(
            transaction.one("projection_version", each.name) != (each.version,)
            for each in self._projections.values()
        )

    def _make(self, transaction: Transaction, projection: Projection[ThreadView]) -> None:
        for query in ("clear", "create"):
            for statement in projection.sql[query].split(";\n"):
                transaction.execute(statement)
        transaction.run("set_projection", projection.name, projection.version)


def _told_before(thread: Thread, row: Row) -> frozenset[StatementId]:
    """Return what of a thread was told when it was told last."""
    leaf = number(row[1]) if row else 0
    said = [each for sid, each in thread.said.items() if thread.leaves[sid] < leaf]
    before = tell(said, thread.telling.parties).told
    return frozenset(each.said.id for each in before) - thread.set_aside.keys()
