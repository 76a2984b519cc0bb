"""Attachments by the digest of their ciphertext: encrypted files, never opened by the node.

A blob that is still arriving lies beside the others with the ending ``.part``; it gets
its name only when its digest is right and its bytes are on disk.
"""

import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from comity.errors import FormatError, PeerError

CHUNK_BYTES: Final = 1024 * 1024


class Blobs:
    """The folder of blobs of one node."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, making it if it is not there."""
        self.folder = folder
        self._door = threading.Lock()
        self._busy: set[bytes] = set()
        folder.mkdir(mode=0o700, exist_ok=True)

    def path(self, digest: bytes) -> Path:
        """Return where a blob lies, whether it is there or not."""
        name = digest.hex()
        return self.folder / name[:2] / name

    def has(self, digest: bytes) -> bool:
        """Tell whether the whole blob is stored."""
        return self.path(digest).is_file()

    def size(self, digest: bytes) -> int:
        """Return the size of a stored blob in bytes.

        Raises:
            PeerError: ``store.no-such-blob``.

        """
        try:
            return self.path(digest).stat().st_size
        except OSError as error:
            raise PeerError("store.no-such-blob", digest=digest.hex()) from error

    def open(self, digest: bytes) -> BinaryIO:
        """Open a stored blob for reading.

        Raises:
            PeerError: ``store.no-such-blob``.

        """
        try:
            return self.path(digest).open("rb")
        except OSError as error:
            raise PeerError("store.no-such-blob", digest=digest.hex()) from error

    def incoming_size(self, digest: bytes) -> int:
        """Return how many bytes of a blob have arrived (all of them, if it is stored)."""
        if self.has(digest):
            return self.size(digest)
        part = self._part(digest)
        return part.stat().st_size if part.is_file() else 0

    def append(self, digest: bytes, offset: int, data: bytes, total: int) -> int:
        """Add a piece to a blob that is arriving; the last piece makes it whole.

        Args:
            digest: SHA-256 of the whole ciphertext.
            offset: where the piece begins; must be where the last one ended.
            data: the piece.
            total: the size of the whole.

        Returns:
            How many bytes have arrived now.

        Raises:
            FormatError: ``store.blob-offset``, ``store.blob-digest`` (what arrived is
                dropped).
            PeerError: ``store.blob-busy`` (another piece of it is being written),
                ``store.failed``.

        """
        with self._taking(digest):
            try:
                return self._append(digest, offset, data, total)
            except OSError as error:
                raise PeerError("store.failed", why=type(error).__name__) from error

    @contextmanager
    def _taking(self, digest: bytes) -> Iterator[None]:
        """Keep two callers from writing to one blob at once."""
        with self._door:
            if digest in self._busy:
                raise PeerError("store.blob-busy", digest=digest.hex())
            self._busy.add(digest)
        try:
            yield
        finally:
            with self._door:
                self._busy.discard(digest)

    def _append(self, digest: bytes, offset: int, data: bytes, total: int) -> int:
        if self.has(digest):
            return self.size(digest)
        have = self.incoming_size(digest)
        if offset != have or offset + len(data) > total:
            raise FormatError("store.blob-offset", offset=offset, expected=have)
        part = self._part(digest)
        part.parent.mkdir(mode=0o700, exist_ok=True)
        with part.open("ab") as file:
            file.write(data)
        have += len(data)
        if have == total:
            self._finish(part, digest)
        return have

    def take(self, fill: Callable[[Callable[[bytes], object]], bytes]) -> None:
        """Store a blob that we make ourselves.

        Args:
            fill: writes the ciphertext through the function it is given and returns its
                digest.

        """
        fresh = self.folder / f"{secrets.token_hex(16)}.new"
        try:
            with fresh.open("xb") as file:
                digest = fill(file.write)
                file.flush()
                os.fsync(file.fileno())
            self._settle(fresh, digest)
        finally:
            fresh.unlink(missing_ok=True)

    def drop(self, digest: bytes) -> None:
        """Forget a blob that nothing speaks of; one that is not there is forgotten already."""
        self.path(digest).unlink(missing_ok=True)

    def sweep(self, older_than: int) -> None:
        """Remove what a crash left half made, and what stopped arriving long ago.

        Args:
            older_than: unix seconds; what has arrived since then may still go on.

        """
        for path in self.folder.glob("*.new"):
            path.unlink(missing_ok=True)
        for path in self.folder.glob("*/*.part"):
            if path.stat().st_mtime < older_than:
                path.unlink(missing_ok=True)

    def _part(self, digest: bytes) -> Path:
        path = self.path(digest)
        return path.with_name(path.name + ".part")

    def _finish(self, part: Path, digest: bytes) -> None:
        found = sha256()
        with part.open("rb") as file:
            while piece := file.read(CHUNK_BYTES):
                found.update(piece)
            if found.digest() != digest:
                part.unlink()
                raise FormatError("store.blob-digest", digest=digest.hex())
            os.fsync(file.fileno())
        self._settle(part, digest)

    def _settle(self, path: Path, digest: bytes) -> None:
        target = self.path(digest)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        path.replace(target)
        for folder in (target.parent, self.folder):
            opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(opened)
            finally:
                os.close(opened)
