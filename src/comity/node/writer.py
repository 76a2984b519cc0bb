"""The one writer of a node: jobs run one after another, many in one durable transaction.

A job that raises is undone alone and the others go on.  A batch is committed, then a head
is signed over it; with the head, the rows that pages read are stored; and only then do the
jobs' futures answer.  What pages read follows from the log: after a crash between the two
commits it is made again.  A failure whose outcome is not known stops the writer, and so does
every failure to read or write the disk: it never guesses.  A full disk fails the batch only.

Source: wire profile, ruling 11; security, section 4.2, item 5; ADR 8.
"""

import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeAlias, TypeVar

import apsw

from comity.errors import ComityError, PeerError
from comity.node.clock import Clock
from comity.node.ledger import Ledger
from comity.statement.body import Section
from comity.statement.model import StatementId, SubjectId
from comity.store.projections import Cell
from comity.store.sqlite import Q, Row, Store

MOST_JOBS: Final = 256
T = TypeVar("T")
Show: TypeAlias = "Callable[[Transaction], None]"
OF_THE_DISK: Final = (apsw.IOError, apsw.FullError, apsw.CorruptError, apsw.NotADBError)
_NOTHING_HAPPENED: Final = (apsw.FullError, apsw.BusyError, apsw.LockedError)
"""SQLite rolls back and says so: the outcome is known."""


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
    barred: PeerError | None = None
    """Why nothing may be appended now."""
    bodies: dict[StatementId, Mapping[str, Section]] = field(default_factory=dict)
    """Of the statements that were added, so that nobody decrypts what was just encrypted."""
    committed: list[Callable[[], None]] = field(default_factory=list)
    """What must follow at once from the batch being on disk, before a head is signed over it;
    if it fails, the writer stops."""
    durable: list[Callable[[], None]] = field(default_factory=list)
    """What changes in memory once the batch is on disk; run in the writer's thread."""

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
        """Take the next leaf index for an entry.

        Raises:
            PeerError: ``node.clock-back``: a head over it would have to lie about the time.

        """
        if self.barred is not None:
            raise PeerError(self.barred.code, **self.barred.facts)
        leaf = self.next_leaf
        self.entries.append(entry)
        self.next_leaf += 1
        return leaf

    def attempt(self, work: "Callable[[Transaction], T]") -> T:
        """Do some work of which nothing remains if it raises.

        Raises whatever the work raises; a failure of the disk leaves the whole batch undone.
        """
        db = self.store.write
        size, durable, queued = len(self.entries), len(self.durable), self.queued
        committed = len(self.committed)
        db.execute(Q["savepoint"])
        try:
            result = work(self)
        except OF_THE_DISK:
            raise
        except Exception:
            db.execute(Q["undo"])
            db.execute(Q["keep"])
            self.next_leaf -= len(self.entries) - size
            del self.entries[size:], self.durable[durable:], self.committed[committed:]
            self.queued = queued
            raise
        db.execute(Q["keep"])
        return result


@dataclass(frozen=True, slots=True)
class _Job(Generic[T]):
    run: Callable[[Transaction], T]
    future: "Future[T]"
    alone: bool = False

    def work(self, transaction: Transaction) -> Callable[[], None]:
        """Run it inside its savepoint; return what answers its future after the commit."""
        try:
            result = transaction.attempt(self.run)
        except OF_THE_DISK:
            raise
        except Exception as error:  # noqa: BLE001 - one poisoned job must not stop the others
            refused = error if isinstance(error, ComityError) else fault(error)
            return lambda: self.future.set_exception(refused)
        return lambda: self.future.set_result(result)


class Writer:
    """A thread that runs jobs in batches."""

    def __init__(self, store: Store, ledger: Ledger, clock: Clock, show: Show) -> None:
        """Start the thread; ``show`` makes the rows of the threads that were touched."""
        self._store, self._ledger, self._clock, self._show = store, ledger, clock, show
        self._jobs: SimpleQueue[_Job[object] | None] = SimpleQueue()
        self._ahead: _Job[object] | None = None
        self.listeners: list[Callable[[], None]] = []
        self.stopped: ComityError | None = None
        """Why nothing can be written any more."""
        self._broken: ComityError | None = None
        self._door = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._thread.start()

    def submit(
        self, job: Callable[[Transaction], T], *, signs: bool = True, alone: bool = False
    ) -> "Future[T]":
        """Queue a job; its future answers when its effects are durable and its head signed.

        A job that leads to no signature (``signs=False``) is done in quarantine too: what it
        appends was signed before.  One that changes what others of its batch would be signed
        with gets a batch of its own (``alone``).

        The future cannot be cancelled: what is queued is done.  It raises what the job raised,
        or ``PeerError`` (``node.stopped``, ``store.failed``), or why the node signs nothing.
        """
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        with self._door:
            barred = self.stopped or (self._ledger.quarantine if signs else None)
            if barred is None:
                self._jobs.put(_Job(job, future, alone))  # type: ignore[arg-type] # one queue, many results
        if barred is not None:
            # A fresh one each time: every raise lengthens the trace of the one that is raised.
            future.set_exception(type(barred)(barred.code, **barred.facts))
        return future

    def close(self) -> None:
        """Finish what is queued and end the thread; what comes later is refused."""
        with self._door:
            self.stopped = self.stopped or PeerError("node.stopped", why="closed")
            self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        going = True
        while going:
            batch = self._batch()
            going = None not in batch
            jobs = [job for job in batch if job is not None]
            if jobs:
                self._run(jobs)

    def _batch(self) -> "list[_Job[object] | None]":
        """Wait for work, and take what else waits: but a job that stays alone, by itself."""
        first = self._ahead or self._jobs.get()
        self._ahead = None
        batch = [first]
        while len(batch) < MOST_JOBS and not (first and first.alone):
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None and job.alone:
                self._ahead = job
                break
            batch.append(job)
        return batch

    def _run(self, jobs: "list[_Job[object]]") -> None:
        broken = self._broken
        if broken is not None:
            _fail(jobs, broken)
            return
        try:
            transaction, answers = self._commit(jobs)
            for follow in transaction.committed:
                follow()
            if transaction.entries:
                self._ledger.extend(transaction.entries)
                if self._ledger.quarantine is not None:
                    self._show_alone(transaction)
                else:
                    self._ledger.seal(transaction.now, lambda: self._show(transaction))
        except _RolledBack as error:
            _fail(jobs, PeerError("store.failed", why=type(error.__cause__).__name__))
            return
        except BaseException as error:  # noqa: BLE001 - whatever it is, nothing more is written
            self._stop(jobs, error)
            return
        _each(transaction.durable)
        _each(answers)
        if transaction.queued:
            _each(self.listeners)

    def _show_alone(self, transaction: Transaction) -> None:
        """Make the rows of entries whose heads were signed long ago."""
        with self._store.write:
            self._show(transaction)

    def _commit(self, jobs: "list[_Job[object]]") -> tuple[Transaction, list[Callable[[], None]]]:
        """Run the jobs in one durable transaction.

        Raises:
            _RolledBack: nothing of the batch has happened.
            Exception: it is not known what has happened.

        """
        db = self._store.write
        transaction = Transaction(
            store=self._store,
            now=self._clock.now(),
            next_leaf=self._ledger.size,
            barred=self._ledger.clock_back(self._clock.machine()),
        )
        try:
            db.execute(Q["begin"])
            answers = [job.work(transaction) for job in jobs]
            if not transaction.entries:
                self._show(transaction)
            db.execute(Q["commit"])
        except BaseException as error:
            if db.in_transaction:
                db.execute(Q["rollback"])
            if isinstance(error, _NOTHING_HAPPENED):
                raise _RolledBack from error
            raise
        return transaction, answers

    def _stop(self, jobs: "list[_Job[object]]", error: BaseException) -> None:
        traceback.print_exception(error)
        why = error.code if isinstance(error, ComityError) else type(error).__name__
        self._broken = PeerError("node.stopped", why=why)
        with self._door:
            self.stopped = self._broken
        _fail(jobs, self._broken)


class _RolledBack(Exception):  # noqa: N818 - no error of its own: how far one reached
    """A batch failed and nothing of it has happened."""


def fault(error: Exception) -> PeerError:
    """Return what a fault of ours is called; its details are for the journal alone."""
    traceback.print_exception(error)
    return PeerError("node.fault", why=type(error).__name__)


def _each(calls: Sequence[Callable[[], None]]) -> None:
    """Call each; one that fails stops neither the others nor the writer."""
    for call in calls:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the batch is durable whatever a caller does
            traceback.print_exception(error)


def _fail(jobs: "list[_Job[object]]", error: ComityError) -> None:
    for job in jobs:
        if not job.future.done():
            job.future.set_exception(error)
