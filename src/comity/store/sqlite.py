"""One node's database: a single SQLite file with one writer.

Write-ahead log and ``synchronous=FULL``: what was committed survives a power cut.  The
version of SQLite is checked, because one below 3.51.3 can corrupt a database whose
write-ahead log is checkpointed while another connection writes (ADR 8).
"""

import fcntl
import os
import threading
import weakref
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

import apsw

from comity.errors import FormatError, PeerError
from comity.store.projections import Cell
from comity.store.queries import load_sql

OLDEST_SQLITE: Final = (3, 51, 3)
SCHEMA_VERSION: Final = 2
Q: Final = load_sql("comity.store.sql", "node.sql")
_SCHEMA: Final = load_sql("comity.store.sql", "schema.sql")
_DAMAGED: Final = (apsw.NotADBError, apsw.CorruptError)
_OF_THE_MACHINE: Final = (
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.FullError,
    apsw.IOError,
    apsw.LockedError,
    apsw.NoMemError,
    apsw.PermissionsError,
    apsw.ReadOnlyError,
)
"""What says nothing about the database itself."""
Row: TypeAlias = tuple[Cell, ...]
Connection: TypeAlias = apsw.Connection


class Store:
    """A node's database file, opened by this process and no other."""

    def __init__(self, folder: Path) -> None:
        """Open the database in a folder, making it if it is not there.

        Raises:
            PeerError: ``store.in-use`` (another process has the folder open),
                ``store.failed``.
            FormatError: ``store.damaged``, ``store.old-sqlite``, ``store.other-version``.

        """
        check_sqlite(apsw.sqlite_lib_version())
        self.folder = folder
        self._lock = _take(folder / "lock")
        try:
            self._path = str(folder / "node.db")
            self._local = threading.local()
            # A reader belongs to its thread and closes with it.
            self._readers: weakref.WeakSet[Connection] = weakref.WeakSet()
            self._guard = threading.Lock()
            self.write = self._open(apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
            self._make()
        except (apsw.Error, ValueError, IndexError) as error:
            os.close(self._lock)
            raise named(error, folder) from error
        except BaseException:
            os.close(self._lock)
            raise

    def _open(self, flags: int) -> Connection:
        try:
            connection = apsw.Connection(self._path, flags)
            connection.set_busy_timeout(10_000)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                connection.pragma(*pragma.split("="))
        except _DAMAGED as error:
            raise FormatError("store.damaged", path=self._path) from error
        except apsw.Error as error:
            raise PeerError("store.failed", why=type(error).__name__) from error
        return connection

    def _make(self) -> None:
        if self.one("is_made", db=self.write)[0] == 0:
            with self.write:
                for statement in _SCHEMA["create"].split(";\n"):
                    self.write.execute(statement)
                self.write.execute(Q["set_meta"], ("schema", str(SCHEMA_VERSION).encode()))
        version = self.one("meta", "schema", db=self.write)[0]
        if version != str(SCHEMA_VERSION).encode():
            raise FormatError("store.other-version", version=_shown(version), ours=SCHEMA_VERSION)
        with self.write:
            for statement in _SCHEMA["later"].split(";\n"):
                self.write.execute(statement)

    @property
    def read(self) -> Connection:
        """This thread's connection for reading."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open(apsw.SQLITE_OPEN_READWRITE)
            connection.pragma("query_only", value=1)
            self._local.connection = connection
            with self._guard:
                self._readers.add(connection)
        return connection

    def all(self, name: str, *values: Cell, db: Connection | None = None) -> list[Row]:
        """Return every row of a named query; without ``db`` on this thread's reader.

        Raises:
            FormatError: ``store.damaged``.

        """
        try:
            return rows((db or self.read).execute(Q[name], values))
        except _DAMAGED as error:
            raise FormatError("store.damaged", path=self._path) from error

    def one(self, name: str, *values: Cell, db: Connection | None = None) -> Row:
        """Return the first row of a named query, or an empty tuple."""
        return next(iter(self.all(name, *values, db=db)), ())

    def ask(self, query: str, *values: Cell) -> list[Row]:
        """Return every row of a projection's own query; on this thread's reader."""
        return rows(self.read.execute(query, values))

    def copy(self, target: Path) -> tuple[int, int]:
        """Copy the database, as this thread's reader sees it at one moment, over an empty file.

        Returns:
            How many entries the copy has, and how many its newest head covers.

        """
        copied = apsw.Connection(str(target))
        try:
            with copied.backup("main", self.read, "main") as copying:
                copying.step(-1)
            size = self.one("log_size", db=copied)
            head = self.one("last_head", db=copied)
            return int(str(size[0])), int(str(head[0])) if head else 0
        finally:
            copied.close()

    @contextmanager
    def look(self) -> Iterator[None]:
        """Let this thread's reader see one state of the database for the whole block."""
        self.read.execute(Q["look"])
        try:
            yield
        finally:
            self.read.execute(Q["commit"])

    def close(self) -> None:
        """Close every connection and let the folder go."""
        with self._guard:
            for connection in (*self._readers, self.write):
                connection.close()
        os.close(self._lock)


def named(error: Exception, folder: Path) -> FormatError | PeerError:
    """Return what it is called when a folder's database cannot be read: full, failing, damaged."""
    if isinstance(error, _OF_THE_MACHINE):
        return PeerError("store.failed", why=type(error).__name__)
    return FormatError("store.damaged", path=str(folder / "node.db"))


def rows(cursor: Iterable[object]) -> list[Row]:
    """Return what a cursor yields as tuples of cells."""
    return [row for row in cursor if isinstance(row, tuple)]


def check_sqlite(version: str) -> None:
    """Refuse an SQLite that is known to lose data.

    Raises:
        FormatError: ``store.old-sqlite``.

    """
    if tuple(int(part) for part in version.split(".")) < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise FormatError("store.old-sqlite", version=version, oldest=oldest)


def _take(path: Path) -> int:
    """Lock a file for this process; the kernel lets go of it when the process dies."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise PeerError("store.in-use", folder=str(path.parent)) from error
    return lock


def _shown(version: Cell) -> str:
    """Return a version as it stands in the database, if it is one."""
    return version.decode() if isinstance(version, bytes) and version.isdigit() else ascii(version)
