"""What a node's folder says about it: one frozen value, read once from ``comity.json``."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import FormatError
from comity.statement.model import PartyId, check_party

FILE: Final = "comity.json"
MARK: Final = "quarantine"
"""Stands in the folder of a node that was restored, until its peers were asked."""
DEFAULT_RESERVE_MB: Final = 512
DEFAULT_LISTEN: Final = "127.0.0.1:8471"
_MIB: Final = 1024 * 1024
_MOST_PORT: Final = 65_535


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a node is set up."""

    folder: Path
    party: PartyId
    listen: str
    """HOST:PORT that the node listens on."""
    url: str
    """Where peers reach it, as the card says."""
    pin: bytes | None = None
    """SHA-256 of the TLS key's SubjectPublicKeyInfo, or ``None`` for the web's authorities."""
    guard: Path | None = None
    """Where the guard lies, if not in the folder."""
    allow_private: bool = False
    """Whether peers may have private addresses (closed networks)."""
    reserve_mb: int = DEFAULT_RESERVE_MB
    """With less than this free on its disk, in MiB, the node takes nothing more from peers."""

    @property
    def host(self) -> str:
        """The host to listen on."""
        return split_listen(self.listen)[0]

    @property
    def port(self) -> int:
        """The port to listen on."""
        return split_listen(self.listen)[1]

    @property
    def free_bytes(self) -> int:
        """How much is free on the disk of the folder."""
        return shutil.disk_usage(self.folder).free

    @property
    def reserve_bytes(self) -> int:
        """How much of it is kept for what was accepted."""
        return self.reserve_mb * _MIB

    @property
    def guard_path(self) -> Path:
        """Where the guard lies."""
        return self.guard or self.folder / "guard"

    @property
    def guard_is_apart(self) -> bool:
        """Whether the guard lies on another device than the database."""
        try:
            return self.guard_path.parent.stat().st_dev != self.folder.stat().st_dev
        except OSError:
            return True

    @property
    def mark_path(self) -> Path:
        """Where the mark of the quarantine lies, if the node is in it."""
        return self.folder / MARK

    def save(self) -> None:
        """Write the file."""
        content = {
            "party": self.party,
            "listen": self.listen,
            "url": self.url,
            "pin": self.pin.hex() if self.pin else None,
            "guard": str(self.guard) if self.guard else None,
            "allow_private": self.allow_private,
            "reserve_mb": self.reserve_mb,
        }
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (self.folder / FILE).write_text(text, "utf-8")


def split_listen(listen: str) -> tuple[str, int]:
    """Return host and port of HOST:PORT.

    Raises:
        FormatError: ``node.listen``.

    """
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) <= _MOST_PORT:
        raise FormatError("node.listen", listen=listen[:80])
    return host.strip("[]"), int(port)


def load_settings(folder: Path) -> Settings:
    """Read a node's settings.

    Raises:
        FormatError: ``node.no-node`` (not a node's folder), ``node.settings``.

    """
    path = folder / FILE
    if not path.is_file():
        raise FormatError("node.no-node", folder=str(folder))
    try:
        content = json.loads(path.read_text("utf-8"))
        guard = content.get("guard")
        return Settings(
            folder=folder,
            party=check_party(content["party"]),
            listen=str(content["listen"]),
            url=str(content["url"]),
            pin=bytes.fromhex(content["pin"]) if content.get("pin") else None,
            guard=Path(guard) if guard else None,
            allow_private=content.get("allow_private") is True,
            reserve_mb=int(content.get("reserve_mb", DEFAULT_RESERVE_MB)),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FormatError("node.settings", path=str(path)) from error
