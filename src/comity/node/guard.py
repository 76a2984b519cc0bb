"""The newest head that was signed, on a path of its own, apart from the database.

A database can be restored from a copy that is older than what was already published;
a log that then goes on has two histories.  The guard remembers: nothing is signed that is
not strictly newer than what it holds, or equal to it in size, root and time (a crash
between guard and signature heals so).  It is written and synced before a head is signed.

Source: wire profile, ruling 11; security, finding 6 and threat T02.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import FormatError, ProofError

_MOST_BYTES: Final = 1024 * 1024
_FIELDS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple:
    """What a head says."""

    size: int
    root: bytes
    time: int
    """Unix seconds, UTC."""


class Guard:
    """The file of the guard: one line a head, the last whole line counts."""

    def __init__(self, path: Path, origin: str) -> None:
        """Read the guard of a log, or begin one.

        Raises:
            FormatError: ``node.guard-broken``.

        """
        self._path = path
        self._origin = origin
        self.latest: Triple | None = self._read()

    def admit(self, head: Triple) -> None:
        """Remember a head that is about to be signed; durable when this returns.

        Raises:
            ProofError: ``node.behind-guard`` or ``node.head-differs``: never sign it.

        """
        latest = self.latest
        if latest is not None:
            if head == latest:
                return
            if head.size < latest.size:
                raise ProofError("node.behind-guard", size=head.size, guard=latest.size)
            if head.size == latest.size or head.time < latest.time:
                raise ProofError("node.head-differs", size=head.size)
        self._write(head)
        self.latest = head

    def _write(self, head: Triple) -> None:
        line = self._line(head)
        if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
            self._replace(line)
            return
        fresh = not self._path.exists()
        with self._path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if fresh:
            sync_folder(self._path.parent)

    def _replace(self, line: bytes) -> None:
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        sync_folder(self._path.parent)

    def _read(self) -> Triple | None:
        if not self._path.exists():
            return None
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            # A torn last line was never followed by a signature; drop it, so that the
            # next line begins on its own.
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        lines = whole.splitlines()
        return self._parse(lines[-1]) if lines else None

    def _parse(self, line: bytes) -> Triple:
        try:
            fields = line.decode("ascii").split(" ")
            if len(fields) != _FIELDS or fields[0] != self._origin or int(fields[1]) < 0:
                raise FormatError("node.guard-broken", path=str(self._path))
            head = Triple(size=int(fields[1]), root=bytes.fromhex(fields[2]), time=int(fields[3]))
        except ValueError as error:
            raise FormatError("node.guard-broken", path=str(self._path)) from error
        if self._line(head) != line + b"\n":
            raise FormatError("node.guard-broken", path=str(self._path))
        return head

    def _line(self, head: Triple) -> bytes:
        return f"{self._origin} {head.size} {head.root.hex()} {head.time}\n".encode()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
