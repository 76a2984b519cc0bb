"""What this node has promised as a witness, on a path of its own beside the guard.

A witness that forgot what it cosigned would cosign a second history of the same log.  The
database remembers, but a database can be restored from an old copy; this file is not restored
with it.  It is written and synced before the database says that a head is cosigned, so it is
never behind what was signed.

Source: C2SP tlog-witness v1.0.0; security, threats T02, T04; ADR 27.
"""

import os
from pathlib import Path
from typing import Final

import apsw

from comity.errors import FormatError
from comity.log.checkpoint import Checkpoint
from comity.node.guard import sync_folder

SUFFIX: Final = ".witness"
_MOST_BYTES: Final = 1024 * 1024
_FIELDS: Final = 3


class Promises:
    """The file of the promises: one line a head, the last whole line of a log counts."""

    def __init__(self, guard: Path) -> None:
        """Read the promises that lie beside a guard.

        Raises:
            FormatError: ``node.guard-broken``.

        """
        self._path = guard.with_name(guard.name + SUFFIX)
        self._latest: dict[str, Checkpoint] = {}
        for line in self._lines():
            head = self._parse(line)
            self._latest[head.origin] = head

    def latest(self, origin: str) -> Checkpoint | None:
        """Return the newest head of a log that we may have cosigned."""
        return self._latest.get(origin)

    def keep(self, head: Checkpoint) -> None:
        """Remember a head that is about to be cosigned; durable when this returns.

        Raises:
            apsw.IOError: the disk failed, so that the writer stops.

        """
        if self._latest.get(head.origin) == head:
            return
        try:
            self._write(head)
        except OSError as error:
            raise apsw.IOError from error
        self._latest[head.origin] = head

    def _write(self, head: Checkpoint) -> None:
        if self._path.exists() and self._path.stat().st_size > _MOST_BYTES:
            heads = [*self._latest.values(), head]
            fresh = self._path.with_name(self._path.name + ".new")
            _append(fresh, "wb", "".join(map(_line, heads)))
            fresh.replace(self._path)
        elif self._path.exists():
            _append(self._path, "ab", _line(head))
            return
        else:
            _append(self._path, "ab", _line(head))
        sync_folder(self._path.parent)

    def _lines(self) -> list[bytes]:
        if not self._path.exists():
            return []
        content = self._path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:
            # A torn last line was never followed by a signature.
            with self._path.open("r+b") as file:
                file.truncate(len(whole))
        return whole.splitlines()

    def _parse(self, line: bytes) -> Checkpoint:
        try:
            fields = line.decode("utf-8").rsplit(" ", _FIELDS - 1)
            head = Checkpoint(origin=fields[0], size=int(fields[1]), root=bytes.fromhex(fields[2]))
        except (ValueError, IndexError) as error:
            raise FormatError("node.guard-broken", path=str(self._path)) from error
        if _line(head).encode() != line + b"\n":
            raise FormatError("node.guard-broken", path=str(self._path))
        return head


def _append(path: Path, mode: str, text: str) -> None:
    with path.open(mode) as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def _line(head: Checkpoint) -> str:
    return f"{head.origin} {head.size} {head.root.hex()}\n"
