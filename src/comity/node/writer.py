"""The one writer of a node: jobs run one after another, many in one durable transaction.

A job that raises is undone alone and the others go on.  A batch is committed, then a head
is signed over it; with the head, the rows that pages read are stored; and only then do the
jobs' futures answer.  What pages read follows from the log: after a crash between the two
commits it is made again.  A failure whose outcome is not known stops the writer: it never
guesses.

Source: wire profile, ruling 11; ADR 8.
"""

import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeAlias, TypeVar

import apsw

from comity.errors import ComityError, PeerError
from comity.node.clock import Clock
from comity.node.ledger import Ledger
from comity.statement.model import SubjectId
from comity.store.projections import Cell
from comity.store.sqlite import Q, Row, Store

MOST_JOBS: Final = 256
T = TypeVar("T")
Show: TypeAlias = "Callable[[Transaction], None]"


@dataclass(slots=True, kw_only=True)
class Transaction:
    """What a job may do: ask and change the database within the batch."""

    store: Store
    now: int
    next_leaf: int
    entries: list[bytes] = field(default_factory=list)
    touched: set[SubjectId] = field(default_factory=set)
    """Threads whose rows must be made anew."""
    queued: bool = False
    """Something new must go out."""

    def all(self, name: str, *values: Cell) -> list[Row]:
        """Return every row of a named query."""
        return self.store.all(name, *values, db=self.store.write)

    def one(self, name: str, *values: Cell) -> Row:
        """Return the first row of a named query, or an empty tuple."""
        return self.store.one(name, *values, db=self.store.write)

    def run(self, name: str, *values: Cell) -> None:
        """Run a named query that changes something."""
        self.store.write.execute(Q[name], values)

    def execute(self, query: str, values: tuple[Cell, ...] = ()) -> None:
        """Run a projection's own query."""
        self.store.write.execute(query, values)

    def append(self, entry: bytes) -> int:
        """Take the next leaf index for an entry."""
        leaf = self.next_leaf
        self.entries.append(entry)
        self.next_leaf += 1
        return leaf


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    run: Callable[[Transaction], T]
    future: "Future[T]"

    def work(self, transaction: Transaction) -> Callable[[], None]:
        """Run it inside its savepoint; return what answers its future after the commit."""
        db = transaction.store.write
        before = (transaction.next_leaf, len(transaction.entries), transaction.queued)
        db.execute(Q["savepoint"])
        try:
            result = self.run(transaction)
        except (apsw.IOError, apsw.FullError, apsw.CorruptError, apsw.NotADBError):
            raise
        except Exception as error:  # noqa: BLE001 - one poisoned job must not stop the others
            refused = error if isinstance(error, ComityError) else fault(error)
            db.execute(Q["undo"])
            db.execute(Q["keep"])
            transaction.next_leaf, kept, transaction.queued = before
            del transaction.entries[kept:]
            return lambda: self.future.set_exception(refused)
        db.execute(Q["keep"])
        return lambda: self.future.set_result(result)


class Writer:
    """A thread that runs jobs in batches."""

    def __init__(self, store: Store, ledger: Ledger, clock: Clock, show: Show) -> None:
        """Start the thread; ``show`` makes the rows of the threads that were touched."""
        self._store, self._ledger, self._clock, self._show = store, ledger, clock, show
        self._jobs: SimpleQueue[_Job[object] | None] = SimpleQueue()
        self.listeners: list[Callable[[], None]] = []
        self._stopped: ComityError | None = None
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Transaction], T]) -> "Future[T]":
        """Queue a job; its future answers when its effects are durable and its head signed.

        The future raises what the job raised, or ``PeerError`` (``node.stopped``,
        ``store.failed``).
        """
        future: Future[T] = Future()
        barred = self._stopped or self._ledger.quarantine
        if barred is not None:
            future.set_exception(barred)
        else:
            self._jobs.put(_Job(job, future))  # type: ignore[arg-type] # one queue, many results
        return future

    def close(self) -> None:
        """Finish what is queued and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            batch = [self._jobs.get()]
            while len(batch) < MOST_JOBS:
                try:
                    batch.append(self._jobs.get_nowait())
                except Empty:
                    break
            going = None not in batch
            jobs = [job for job in batch if job is not None]
            if jobs:
                self._run(jobs)

    def _run(self, jobs: "list[_Job[object]]") -> None:
        if self._stopped is not None:
            _fail(jobs, self._stopped)
            return
        try:
            transaction, answers = self._commit(jobs)
        except (apsw.Error, OSError) as error:
            # Nothing was committed: SQLite rolled back, the tree was not touched.
            _fail(jobs, PeerError("store.failed", why=type(error).__name__))
            return
        except BaseException as error:
            self._stop(jobs, error)
            return
        try:
            if transaction.entries:
                self._ledger.extend(transaction.entries)
                self._ledger.seal(transaction.now, lambda: self._show(transaction))
        except BaseException as error:
            self._stop(jobs, error)
            return
        for answer in answers:
            answer()
        if transaction.queued:
            for listener in self.listeners:
                listener()

    def _commit(self, jobs: "list[_Job[object]]") -> tuple[Transaction, list[Callable[[], None]]]:
        db = self._store.write
        transaction = Transaction(
            store=self._store, now=self._clock.now(), next_leaf=self._ledger.size
        )
        db.execute(Q["begin"])
        try:
            answers = [job.work(transaction) for job in jobs]
            if not transaction.entries:
                self._show(transaction)
            db.execute(Q["commit"])
        except BaseException:
            if db.in_transaction:
                db.execute(Q["rollback"])
            raise
        return transaction, answers

    def _stop(self, jobs: "list[_Job[object]]", error: BaseException) -> None:
        why = error.code if isinstance(error, ComityError) else type(error).__name__
        self._stopped = PeerError("node.stopped", why=why)
        _fail(jobs, self._stopped)


def fault(error: Exception) -> PeerError:
    """Return what a fault of ours is called; its details are for the journal alone."""
    traceback.print_exception(error)
    return PeerError("node.fault", why=type(error).__name__)


def _fail(jobs: "list[_Job[object]]", error: ComityError) -> None:
    for job in jobs:
        if not job.future.done():
            job.future.set_exception(error)
