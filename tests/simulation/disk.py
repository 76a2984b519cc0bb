"""A disk with two images: what the system shows, and what is there after a power cut.

The files themselves lie in memory and hold the first image.  Beside them is kept what was
synchronised.  At a power cut every write since then is kept, dropped or torn, each by itself and
in no order; so are names that were given, changed and removed.  SQLite writes through ``Vfs``,
which is the system's own one and watches; the node's other files are watched where they are
synchronised (``boundary``).
"""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import apsw

SECTOR = 512
VFS = "simulated"
_UNSEEN = ("-shm", ".log")
PLENTY = 1 << 40


class Disk:
    """The disk of one machine, as one process after another finds it."""

    def __init__(self, folder: Path, draw: Random, count: Callable[[str], None]) -> None:
        self.folder, self._draw, self._count = folder, draw, count
        self.free = PLENTY
        self.full = False
        self.broken = 0
        """So many operations from now on, one fails."""
        self.cut: int | None = None
        """So many operations from now on, the power goes."""
        self.on_cut: Callable[[], None] = lambda: None
        self.operations = 0
        self.begin()

    def begin(self) -> None:
        """Take what is in the folder as synchronised."""
        self.names: dict[str, int] = {}
        self.durable: dict[int, bytearray] = {}
        self.pending: dict[int, list[tuple[str, int, bytes]]] = {}
        self.cut, self.broken = None, 0
        for name, path in self._files():
            at = path.stat().st_ino
            self.names[name], self.durable[at] = at, bytearray(path.read_bytes())

    def _files(self) -> list[tuple[str, Path]]:
        found = []
        for top, folders, files in os.walk(self.folder):
            folders.sort()
            for each in sorted(files):
                if not each.endswith(_UNSEEN):
                    path = Path(top) / each
                    found.append((str(path.relative_to(self.folder)), path))
        return found

    # What happens to it.

    def step(self) -> None:
        """Count an operation; fail, or lose power, if it is time.

        Raises:
            OSError: the disk does not do it.

        """
        self.operations += 1
        if self.cut is not None:
            self.cut -= 1
            if self.cut <= 0:
                self.cut = None
                self.on_cut()
        if self.broken:
            self.broken -= 1
            if not self.broken:
                self._count("eio")
                raise OSError(errno.EIO, "simulated")

    def wrote(self, at: int, kind: str, offset: int, data: bytes) -> None:
        """Note a write that is not synchronised."""
        self.pending.setdefault(at, []).append((kind, offset, data))

    def synced(self, name: str, at: int) -> None:
        """Note that a file of SQLite's, and its name, are on the disk."""
        content = self.durable.setdefault(at, bytearray())
        for each in self.pending.pop(at, ()):
            _apply(content, *each)
        self.names[name] = at

    def fsync(self, path: str) -> None:
        """Note that another file, or the names in a folder, are on the disk."""
        where = Path(path)
        if not where.is_relative_to(self.folder):
            # Another device: the operator's.
            return
        self.step()
        if where.is_dir():
            self._sync_names(str(where.relative_to(self.folder)))
        elif where.is_file():
            self.durable[where.stat().st_ino] = bytearray(where.read_bytes())

    def _sync_names(self, within: str) -> None:
        for name in [each for each in self.names if str(Path(each).parent) == within]:
            del self.names[name]
        for name, path in self._files():
            if str(Path(name).parent) == within:
                self.names[name] = path.stat().st_ino

    # What is left of it.

    def after_kill(self) -> dict[str, bytes]:
        """Return what is there when the process has died and the machine goes on."""
        return {name: path.read_bytes() for name, path in self._files()}

    def after_cut(self) -> dict[str, bytes]:
        """Return what is there when the power has gone."""
        live = {name: path.stat().st_ino for name, path in self._files()}
        names: dict[str, int] = {}
        for name in sorted({*live, *self.names}):
            now, then = live.get(name), self.names.get(name)
            chosen = now if now == then or self._draw.random() < 0.5 else then
            if chosen is not None:
                names[name] = chosen
        return {name: self._left(at, name, live) for name, at in names.items()}

    def _left(self, at: int, name: str, live: dict[str, int]) -> bytes:
        content = bytearray(self.durable.get(at, b""))
        if at in self.pending:
            self._tear(content, self.pending[at])
        elif live.get(name) == at:
            now = (self.folder / name).read_bytes()
            if now != content and now.startswith(content):
                self._count("torn")
                content = bytearray(now[: self._draw.randint(len(content), len(now))])
        return bytes(content)

    def _tear(self, content: bytearray, writes: list[tuple[str, int, bytes]]) -> None:
        for kind, offset, data in writes:
            lot = self._draw.random()
            if lot < 0.4:
                self._count("unsynced-dropped")
                continue
            if lot < 0.6 and len(data) > SECTOR:
                self._count("torn")
                data = data[: self._draw.randrange(len(data) // SECTOR + 1) * SECTOR]  # noqa: PLW2901
            _apply(content, kind, offset, data)

    def lay(self, files: dict[str, bytes]) -> None:
        """Make the folder anew from what was left; what still has the old one open keeps it."""
        if self.folder.exists():
            _remove(self.folder)
        self.folder.mkdir(mode=0o700, parents=True)
        (self.folder / "blobs").mkdir(mode=0o700)
        for name, content in files.items():
            path = self.folder / name
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.touch(mode=0o600)
            path.write_bytes(content)
        self.begin()


def _remove(folder: Path) -> None:
    for top, folders, files in os.walk(folder, topdown=False):
        for each in files:
            (Path(top) / each).unlink()
        for each in folders:
            (Path(top) / each).rmdir()
    folder.rmdir()


def _apply(content: bytearray, kind: str, offset: int, data: bytes) -> None:
    if kind == "truncate":
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Vfs(apsw.VFS):
    """The system's VFS, watched; the default one while it is registered."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self.disks: dict[str, Disk] = {}
        """By folder."""
        self.handles = 0
        super().__init__(VFS, "", makedefault=True)

    def disk_of(self, path: str) -> Disk | None:
        """Return the disk that a path is on; ``None``: nobody's."""
        return self.disks.get(str(Path(path).parent))

    def xOpen(self, name: Any, flags: list[int]) -> Any:  # noqa: N802 - as apsw calls it
        path = name if isinstance(name, str | None) else name.filename()
        disk = None if path is None else self.disk_of(path)
        if disk is None or path is None:
            return apsw.VFSFile("unix", name, flags)
        return _File(name, flags, path, disk)

    def xDelete(self, path: str, syncdir: bool) -> None:  # noqa: N802, FBT001
        disk = self.disk_of(path)
        if disk is not None:
            disk.step()
            if syncdir:
                disk.names.pop(Path(path).name, None)
        super().xDelete(path, syncdir)

    def xRandomness(self, count: int) -> bytes:  # noqa: N802
        return self._draw.randbytes(count)


class _File(apsw.VFSFile):
    """One file of SQLite's."""

    def __init__(self, name: Any, flags: list[int], path: str, disk: Disk) -> None:
        super().__init__("unix", name, flags)
        self._disk, self._name = disk, Path(path).name
        self._size = Path(path)
        self._at = self._size.stat().st_ino
        self._pending = disk.pending

    @property
    def _mine(self) -> bool:
        """Whether the disk is still the one on which this was opened."""
        return self._disk.pending is self._pending

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        if self._mine:
            if self._disk.full:
                self._disk._count("full")
                raise apsw.FullError("simulated")
            self._step()
            # Before the power goes, what was written had reached nothing but memory.
            if self._mine:
                self._disk.wrote(self._at, "write", offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        if self._mine:
            self._step()
            self._disk.wrote(self._at, "truncate", size, b"")
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        del flags
        if self._mine:
            self._step()
            self._disk.synced(self._name, self._at)

    def _step(self) -> None:
        try:
            self._disk.step()
        except OSError as error:
            raise apsw.IOError("simulated") from error
