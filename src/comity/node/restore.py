"""From a backup to a folder that starts in quarantine: it signs nothing until peers were asked.

The mark of the quarantine is durable before the database is in its place, and the settings,
without which a folder is no node's, come last: a restore that is cut off leaves no node.

Source: security, finding 6, threat T02 and section 6, rule 12; ADR 27.
"""

import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from comity.errors import ComityError, FormatError, TrustError
from comity.kit.desk import Json
from comity.node.backup import (
    DATABASE,
    KEYS,
    LABEL,
    MAGIC,
    PASSPHRASE,
    SALT_BYTES,
    SECRET_FILE,
    SETTINGS,
    STORAGE,
    vault_of,
)
from comity.node.guard import sync_folder
from comity.node.keyring import SECRET, open_vault, write_private
from comity.node.settings import MARK, load_settings
from comity.statement import cbor
from comity.statement.blob import decrypt_stream
from comity.statement.reading import Reading
from comity.statement.vault import Vault

_MOST_HEAD_BYTES: Final = 1024
_LATE: Final = frozenset({DATABASE, SETTINGS})
_NAME: Final = re.compile(
    r"node\.db|comity\.json|witness-policy|keys\.bin|next-key\.bin|secret|blobs/([0-9a-f]{2})/\1[0-9a-f]{62}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoring:
    """What is to be restored, and with what."""

    file: Path
    folder: Path
    keys: Path | None = None
    """A folder with ``secret`` and ``keys.bin``, or the storage key as a file."""
    key_file: Path | None = None
    """A file with the passphrase of the backup."""


def restore(asked: Restoring) -> dict[str, Json]:
    """Make a node's folder from a backup.

    Raises:
        FormatError: ``node.exists`` (the folder is not empty), ``node.folder``,
            ``backup.not-a-backup``, ``backup.key-needed``, ``backup.passphrase``,
            ``node.secret``, ``node.no-node`` (there is no node inside).
        TrustError: ``vault.not-opened`` (another key), ``blob.not-opened`` (changed, cut off).

    """
    try:
        with asked.file.open("rb") as file:
            key = _open_head(file, asked)
            _make_folder(asked.folder)
            try:
                _fill(file, key, asked)
            except BaseException:
                shutil.rmtree(asked.folder, ignore_errors=True)
                raise
    except OSError as error:
        raise FormatError(
            "node.folder", path=str(error.filename), why=error.strerror or ""
        ) from error
    settings = load_settings(asked.folder)
    return {
        "folder": str(asked.folder),
        "party": settings.party,
        "guard": str(settings.guard_path),
        "keys": (asked.folder / KEYS[0]).is_file(),
    }


def _open_head(file: BinaryIO, asked: Restoring) -> bytes:
    """Return the key of the file."""
    if file.read(len(MAGIC)) != MAGIC:
        raise FormatError("backup.not-a-backup", path=str(asked.file))
    length = int.from_bytes(file.read(2), "big")
    try:
        value = cbor.decode(file.read(length), max_bytes=_MOST_HEAD_BYTES)
        head = Reading(value, "backup")
        locked = head.bytes("locked")
        kind = head.text("key")
        salt = head.bytes("salt", SALT_BYTES) if kind == PASSPHRASE else b""
    except ComityError as error:
        raise FormatError("backup.not-a-backup", path=str(asked.file)) from error
    if kind == PASSPHRASE:
        if asked.key_file is None:
            raise FormatError("backup.key-needed", option="--key-file")
        return vault_of(asked.key_file, salt).open(locked, LABEL)
    if kind != STORAGE:
        raise FormatError("backup.not-a-backup", path=str(asked.file))
    return _storage_vault(asked.keys).open(locked, LABEL)


def _storage_vault(keys: Path | None) -> Vault:
    if keys is None:
        if SECRET not in os.environ:
            raise FormatError("backup.key-needed", option="--keys")
        return open_vault(Path())
    if keys.is_dir():
        return open_vault(keys)
    try:
        return Vault(bytes.fromhex(keys.read_text("ascii", errors="replace").strip()))
    except (ValueError, FormatError) as error:
        raise FormatError("node.secret", path=str(keys)) from error


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FormatError("node.exists", path=str(folder))
    folder.chmod(0o700)


def _fill(file: BinaryIO, key: bytes, asked: Restoring) -> None:
    folder = asked.folder
    write_private(folder / MARK, f"{asked.file.name}\n".encode())
    sync_folder(folder)
    unpacking = _Unpacking(folder=folder)
    try:
        decrypt_stream(file.read, unpacking.take, key)
    finally:
        unpacking.close()
    if not unpacking.ended or {*_LATE} - unpacking.names:
        raise TrustError("blob.not-opened")
    _bring_keys(asked)
    for name in (DATABASE, SETTINGS):
        (folder / f"{name}.new").replace(folder / name)
        sync_folder(folder)


def _bring_keys(asked: Restoring) -> None:
    """Copy the keys that were named; what the backup itself brought stays."""
    if asked.keys is None:
        return
    given = {name: asked.keys / name for name in (SECRET_FILE, *KEYS)}
    if not asked.keys.is_dir():
        given = {SECRET_FILE: asked.keys}
    for name, path in given.items():
        if path.is_file() and not (asked.folder / name).exists():
            write_private(asked.folder / name, path.read_bytes())


@dataclass(slots=True, kw_only=True)
class _Unpacking:
    """Takes the content of a backup piece by piece and writes files."""

    folder: Path
    names: set[str] = field(default_factory=set)
    ended: bool = False
    _held: bytearray = field(default_factory=bytearray)
    _left: int = 0
    _file: BinaryIO | None = None

    def take(self, piece: bytes) -> None:
        """Go on with what has been decrypted."""
        self._held += piece
        step: Callable[[], bool] = self._step
        while step():
            pass

    def close(self) -> None:
        """Close what is open."""
        if self._file is not None:
            self._file.close()

    def _step(self) -> bool:
        if self._file is not None:
            part = self._held[: self._left]
            self._file.write(part)
            del self._held[: len(part)]
            self._left -= len(part)
            if self._left:
                return False
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            return True
        return self._begin()

    def _begin(self) -> bool:
        """Begin the next file, if its name and size have come."""
        if len(self._held) < 2:  # noqa: PLR2004 - the length of a length
            return False
        length = int.from_bytes(self._held[:2], "big")
        if length == 0:
            if len(self._held) > 2:  # noqa: PLR2004
                raise FormatError("backup.not-a-backup", path="…")
            self.ended = True
            return False
        if len(self._held) < 2 + length + 8:
            return False
        name = self._held[2 : 2 + length].decode("ascii", errors="replace")
        if _NAME.fullmatch(name) is None or name in self.names:
            raise FormatError("backup.not-a-backup", path=ascii(name))
        self._left = int.from_bytes(self._held[2 + length : 2 + length + 8], "big")
        del self._held[: 2 + length + 8]
        path = self.folder / (f"{name}.new" if name in _LATE else name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self.names.add(name)
        return True
