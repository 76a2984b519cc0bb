"""Very many turned bits, each judged alone, without a copy of the node's folder for each.

A node is opened once, and the inspection of ``fsck`` is run over the database as it would be
with one bit turned, in memory: what a running node sees whose disk changes under it.

- A flip *changed* content if a column that counts reads differently, or cannot be read.  The
  inspection then has to find something; it stops at its first fault, beginning with the part
  whose table was changed.  If it finds nothing, the flip is made in a copy of the folder, that
  is opened anew, and only if ``fsck`` is silent there too it was missed.
- It *damaged* the rest if other columns read differently, or SQLite says that its indexes and
  pages do not fit: an alarm is right then, and silence is no loss of content.
- All others are *harmless*, and any alarm is a false one.  Many of them together are made in
  one copy, and ``fsck`` of that copy, opened anew, must find nothing at all; faults do not
  cancel one another out, so each of them alone raises no alarm.  If there is one, the flips are
  halved until it is known whose it is.

Every so often a flip that changed content is made in a copy as well (*opened*), and has to be
found there too.  Signatures that were once found good are remembered; that is all that is.
"""

import os
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

import apsw

from comity.node.inspection.looks import Body, Part, walk
from comity.node.inspection.parts import PARTS
from comity.node.node import open_node
from comity.node.receive import Receive
from comity.statement.keys import PublicKey
from comity.store.sqlite import Store
from threats.flipping import CONTENT, Subject, content, told

CHUNK = 2_000
"""Flips that one process makes before it opens a node anew."""
OPENED_EACH = 250
_VERSIONS = (18, 19)
"""Where a database says that it has a write-ahead log; one in memory has none."""
_PART_OF: Mapping[str, str] = {
    "statement": "log",
    "head": "heads",
    "receipt": "receipts",
    "tally": "heads",
    "party": "parties",
    "thread": "threads",
    "assistance_cases": "threads",
    "outbox": "deliveries",
    "draft": "kept",
    "manifest": "kept",
}
"""Where to look first; witnessing else."""
Rows: TypeAlias = Mapping[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Flip:
    """A bit of a file of the node."""

    file: str
    at: int
    bit: int

    def turned(self, whole: bytes) -> bytearray:
        """Return the file with the bit turned."""
        made = bytearray(whole)
        made[self.at] ^= 1 << self.bit
        return made


@dataclass(slots=True)
class Count:
    """What came of it."""

    flips: int = 0
    changed: int = 0
    found: int = 0
    damaged: int = 0
    harmless: int = 0
    opened: int = 0
    missed: list[Flip] = field(default_factory=list)
    false_alarms: list[Flip] = field(default_factory=list)

    def add(self, other: "Count") -> None:
        """Add what came of more."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def told(self) -> dict[str, int]:
        """Return it in figures."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {name: len(v) if isinstance(v, list) else v for name, v in values.items()}


class Over(Store):
    """A database in memory, in place of the file."""

    def __init__(self, image: bytes) -> None:
        """Read this image."""
        self._path = ":memory:"
        self.write = apsw.Connection(":memory:")
        self.write.deserialize("main", image)

    @property
    def read(self) -> apsw.Connection:
        """The one connection."""
        return self.write


@contextmanager
def remembering() -> Iterator[None]:
    """Remember which signatures were found good: the same question has the same answer."""
    real = PublicKey.verify
    known = lru_cache(maxsize=1 << 14)(real)
    PublicKey.verify = known  # type: ignore[method-assign]
    try:
        yield
    finally:
        PublicKey.verify = real  # type: ignore[method-assign]


class Bench:
    """One opened copy, over which flips are judged."""

    def __init__(self, made: Subject, name: str, parts: Sequence[Part] = PARTS) -> None:
        """Open a copy, and make sure that all is well before anything is turned."""
        self._made, self._name, self._parts = made, name, parts
        self.folder = made.copy(name)
        paths = [made.folder / "node.db", *(made.folder / "blobs").rglob("*")]
        self.files = {
            str(path.relative_to(made.folder)): path.read_bytes()
            for path in paths
            if path.is_file()
        }
        self._before = content(made.folder)
        self._node = open_node(self.folder)
        self._image = self._readable(self.files["node.db"])
        with closing(apsw.Connection(":memory:")) as database:
            database.deserialize("main", self._image)
            tables = [
                str(row[0])
                for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            ]
            self._all = dict.fromkeys((*tables, "sqlite_schema"), "*")
            self._rest = read(database, self._all)
            self._content = read(database, CONTENT)
        assert not self._alarms(self._image, "")
        self._views = dict(self._node.keeping._views)

    def close(self) -> None:
        """Close the copy and throw it away."""
        self._node.close()
        shutil.rmtree(self.folder)

    def judge(self, flips: Sequence[Flip], *, opens: bool = True) -> Count:
        """Judge each flip; ``opens``: copies are opened anew as well."""
        count = Count(flips=len(flips))
        harmless = []
        for flip in flips:
            match self._kind(flip):
                case "harmless":
                    harmless.append(flip)
                case "damaged":
                    count.damaged += 1
                case where:
                    self._found(flip, where.partition(" ")[2], count, opens=opens)
        count.harmless = len(harmless)
        count.false_alarms = self._false(harmless) if opens else []
        return count

    def _found(self, flip: Flip, table: str, count: Count, *, opens: bool) -> None:
        count.changed += 1
        is_found = not self._is_apart(flip) and self._seen(flip, table)
        if opens and (not is_found or count.changed % OPENED_EACH == 0):
            count.opened += 1
            is_found = self._opened([flip])
        count.found += is_found
        if not is_found:
            count.missed.append(flip)

    def _is_apart(self, flip: Flip) -> bool:
        return flip.file == "node.db" and flip.at in _VERSIONS

    def _kind(self, flip: Flip) -> str:
        """Return ``harmless``, ``damaged``, or ``changed`` and what."""
        if flip.file != "node.db":
            return "changed blobs"
        if self._is_apart(flip):
            copy = self._turned([flip])
            differs = content(copy) != self._before
            shutil.rmtree(copy)
            return "changed database" if differs else "damaged"
        with closing(apsw.Connection(":memory:")) as database:
            try:
                database.deserialize("main", flip.turned(self._image))
            except apsw.Error:
                return "changed database"
            return self._read(database)

    def _read(self, database: apsw.Connection) -> str:
        now = read(database, CONTENT)
        differing = [name for name, rows in now.items() if not same(rows, self._content[name])]
        if len(now) < len(CONTENT):
            return "changed database"
        if differing:
            return f"changed {differing[0]}"
        if read(database, self._all) != self._rest:
            return "damaged"
        return "harmless" if whole(database) else "damaged"

    def _seen(self, flip: Flip, table: str) -> bool:
        if table != "blobs":
            return self._alarms(bytes(flip.turned(self._image)), table)
        path = self.folder / flip.file
        path.write_bytes(flip.turned(self.files[flip.file]))
        try:
            return self._alarms(self._image, table)
        finally:
            path.write_bytes(self.files[flip.file])

    def _alarms(self, image: bytes, table: str) -> bool:
        """Inspect the node over an image, up to the first fault."""
        first = table if table in {"blobs", "database"} else _PART_OF.get(table, "witnessing")
        try:
            store = Over(image)
        except apsw.Error:
            return True
        keeping = self._node.keeping
        views = dict(getattr(self, "_views", {})) or keeping._views
        keeping = replace(keeping, store=store, _views=views)
        body = Body(keeping=keeping, checking=Receive(keeping), projections=self._node.projections)
        try:
            return any(
                look.faults
                for part in sorted(self._parts, key=lambda part: part.name != first)
                for look in walk(part, body, "", 500)
            )
        finally:
            store.write.close()

    def _readable(self, whole: bytes) -> bytes:
        made = bytearray(whole)
        for at in _VERSIONS:
            assert made[at] == 2
            made[at] = 1
        return bytes(made)

    def _turned(self, flips: Sequence[Flip]) -> Path:
        copy = self._made.copy(f"{self._name}-opened")
        for flip in flips:
            path = copy / flip.file
            with path.open("r+b") as file:
                file.seek(flip.at)
                (old,) = file.read(1)
                file.seek(flip.at)
                file.write(bytes([old ^ 1 << flip.bit]))
        return copy

    def _opened(self, flips: Sequence[Flip]) -> bool:
        """Tell whether ``fsck`` of a copy that is opened anew finds something."""
        copy = self._turned(flips)
        try:
            return told(copy)["ok"] is False
        finally:
            shutil.rmtree(copy)

    def _false(self, flips: Sequence[Flip]) -> list[Flip]:
        """Return those of the harmless flips that raise an alarm."""
        if not flips or not self._opened(flips):
            return []
        if len(flips) == 1:
            return list(flips)
        half = len(flips) // 2
        return self._false(flips[:half]) + self._false(flips[half:])


def read(database: apsw.Connection, tables: Mapping[str, str]) -> Rows:
    """Return the rows of some tables, up to the first that cannot be read."""
    found: dict[str, Sequence[object]] = {}
    try:
        for table, columns in tables.items():
            found[table] = list(database.execute(f"SELECT {columns} FROM {table}"))  # noqa: S608 - a test's own
    except (apsw.Error, UnicodeDecodeError):
        pass
    return found


def same(rows: Sequence[object], before: Sequence[object]) -> bool:
    """Tell whether there are the same rows, in whatever order."""
    return rows == before or sorted(map(repr, rows)) == sorted(map(repr, before))


def whole(database: apsw.Connection) -> bool:
    """Ask SQLite whether its pages and indexes fit."""
    try:
        return database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    except (apsw.Error, UnicodeDecodeError):
        return False


def drawn(files: Mapping[str, bytes], count: int, chance: random.Random) -> list[Flip]:
    """Draw so many different flips: one in ten in a blob, the others in the database."""
    blobs = sorted(set(files) - {"node.db"})
    found: dict[Flip, None] = {}
    while len(found) < count:
        file = chance.choice(["node.db"] * 9 + blobs)
        found[Flip(file, chance.randrange(len(files[file])), chance.randrange(8))] = None
    return list(found)


def bench(
    made: Subject, count: int, seed: int, parts: Sequence[Part] = PARTS, *, opens: bool = True
) -> Count:
    """Make flips, in this process."""
    with remembering():
        judge = Bench(made, f"bench-{seed}", parts)
        try:
            chance = random.Random(seed)  # noqa: S311 - a schedule, not a secret
            return judge.judge(drawn(judge.files, count, chance), opens=opens)
        finally:
            judge.close()


def benches(made: Subject, count: int, seed: int) -> Count:
    """Make flips, in as many processes as there are cores."""
    total = Count()
    sizes = [min(CHUNK, count - at) for at in range(0, count, CHUNK)]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        seeds = range(seed * 1_000_000, seed * 1_000_000 + len(sizes))
        for each in pool.map(bench, [made] * len(sizes), sizes, seeds):
            total.add(each)
    return total
