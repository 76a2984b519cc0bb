"""A node as one encrypted file: the database as it stands at one moment, and every attachment.

```
comity-backup/1 LF
length (2 bytes)  head: CBOR {"key": "storage" or "passphrase", "locked": …, "salt": …}
chunks of 64 KiB under the file's own key, as those of attachments, over
    [* length (2 bytes) name  size (8 bytes) content]  0 (2 bytes)
```

The file's own key is locked by the storage key, or by a key made from a passphrase with scrypt.
No private key is inside unless that was asked for; with a passphrase the storage key is then
inside too, without one it never is.

Source: security, threat T62 and section 6, rule 12; ADR 27.
"""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from comity.errors import FormatError, PeerError
from comity.kit.desk import Json
from comity.node.guard import sync_folder
from comity.node.keyring import open_vault
from comity.node.node import Node
from comity.node.outside import FILE as WITNESSES
from comity.statement import cbor
from comity.statement.blob import encrypt_stream, new_key
from comity.statement.vault import Vault
from comity.store.blobs import CHUNK_BYTES

MAGIC: Final = b"comity-backup/1\n"
LABEL: Final = b"comity/backup/1"
STORAGE, PASSPHRASE = "storage", "passphrase"
SALT_BYTES: Final = 16
LEAST_LETTERS: Final = 12
"""Of a passphrase."""
MOST_PASSPHRASE_BYTES: Final = 4096
DATABASE: Final = "node.db"
SETTINGS: Final = "comity.json"
KEYS: Final = ("keys.bin", "next-key.bin")
SECRET_FILE: Final = "secret"  # noqa: S105 - the name of the file, not its content
_TRIES: Final = 20
_COPY: Final = "backup-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file that goes in."""

    name: str
    path: Path


def backup(
    node: Node,
    out: str,
    with_keys: bool = False,  # noqa: FBT001, FBT002 - arguments of operations are JSON
    key_file: str | None = None,
) -> dict[str, Json]:
    """Write a backup; the node goes on serving.

    Args:
        node: whose.
        out: path of the file; it is written beside it first and then renamed.
        with_keys: whether the private keys go in.
        key_file: a file with a passphrase; the storage key locks the backup, if not given.

    Raises:
        FormatError: ``node.cannot-write``, ``backup.passphrase``.
        PeerError: ``node.busy``: no moment was found at which every entry had its head.

    """
    folder, target = node.settings.folder, Path(out)
    head, vault = _head(folder, key_file)
    key = new_key()
    names = [*(KEYS if with_keys else ()), *((SECRET_FILE,) if with_keys and key_file else ())]
    names += [WITNESSES] if (folder / WITNESSES).is_file() else []
    fresh = target.with_name(target.name + ".new")
    try:
        with _snapshot(node) as (copy, size), fresh.open("xb") as file:
            fresh.chmod(0o600)
            files = [Kept(name=SETTINGS, path=folder / SETTINGS), Kept(name=DATABASE, path=copy)]
            files += _blobs(node.blobs.folder)
            files += [Kept(name=each, path=folder / each) for each in names]
            count = _write(file, head | {"locked": vault.lock(key, LABEL)}, key, files)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(target)
        sync_folder(target.absolute().parent)
    except OSError as error:
        raise FormatError("node.cannot-write", path=out, why=error.strerror or "") from error
    finally:
        fresh.unlink(missing_ok=True)
    return {"out": out, "log_size": size, "files": count, "keys": with_keys}


def _head(folder: Path, key_file: str | None) -> tuple[dict[str, cbor.Value], Vault]:
    if key_file is None:
        return {"key": STORAGE}, open_vault(folder)
    salt = secrets.token_bytes(SALT_BYTES)
    return {"key": PASSPHRASE, "salt": salt}, vault_of(Path(key_file), salt)


def vault_of(key_file: Path, salt: bytes) -> Vault:
    """Return the vault whose key is made from a passphrase (scrypt, n 2^17, r 8, p 1).

    Raises:
        FormatError: ``backup.passphrase``: the file cannot be read, or is too short.

    """
    try:
        with key_file.open("rb") as file:
            passphrase = file.read(MOST_PASSPHRASE_BYTES).strip()
    except OSError as error:
        raise FormatError("backup.passphrase", path=str(key_file), letters=LEAST_LETTERS) from error
    if len(passphrase) < LEAST_LETTERS:
        raise FormatError("backup.passphrase", path=str(key_file), letters=LEAST_LETTERS)
    return Vault(Scrypt(salt=salt, length=32, n=2**17, r=8, p=1).derive(passphrase))


@contextmanager
def _snapshot(node: Node) -> Iterator[tuple[Path, int]]:
    """Copy the database at a moment at which every entry has its head."""
    for left in node.settings.folder.glob(f"{_COPY}*"):
        left.unlink()
    copy = node.settings.folder / f"{_COPY}{secrets.token_hex(8)}"
    try:
        for _ in range(_TRIES):
            copy.unlink(missing_ok=True)
            os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            size, head = node.keeping.store.copy(copy)
            if size == head or node.keeping.ledger.quarantine is not None:
                yield copy, size
                return
        raise PeerError("node.busy", size=size)
    finally:
        copy.unlink(missing_ok=True)


def _blobs(folder: Path) -> Iterator[Kept]:
    """Yield every whole attachment in the order of their digests."""
    for place in sorted(each.name for each in os.scandir(folder) if each.is_dir()):
        for name in sorted(each.name for each in os.scandir(folder / place)):
            if "." not in name:
                yield Kept(name=f"blobs/{place}/{name}", path=folder / place / name)


def _write(file: BinaryIO, head: dict[str, cbor.Value], key: bytes, files: Iterable[Kept]) -> int:
    encoded = cbor.encode(head)
    file.write(MAGIC + len(encoded).to_bytes(2, "big") + encoded)
    counted: list[str] = []
    encrypt_stream(_reader(_pieces(files, counted)), file.write, key)
    return len(counted)


def _pieces(files: Iterable[Kept], counted: list[str]) -> Iterator[bytes]:
    for each in files:
        try:
            opened = each.path.open("rb")
        except FileNotFoundError:
            continue  # taken off the machine, or an attachment that was not said after all
        with opened:
            left = os.fstat(opened.fileno()).st_size
            name = each.name.encode("ascii")
            yield len(name).to_bytes(2, "big") + name + left.to_bytes(8, "big")
            while left:
                piece = opened.read(min(left, CHUNK_BYTES))
                if not piece:
                    raise FormatError("node.cannot-write", path=str(each.path), why="")
                left -= len(piece)
                yield piece
        counted.append(each.name)
    yield bytes(2)


def _reader(pieces: Iterator[bytes]) -> Callable[[int], bytes]:
    """Return a function that reads so many bytes of what is yielded, and none at the end."""
    held = bytearray()

    def read(size: int) -> bytes:
        while len(held) < size:
            piece = next(pieces, None)
            if piece is None:
                break
            held.extend(piece)
        taken = bytes(held[:size])
        del held[:size]
        return taken

    return read
