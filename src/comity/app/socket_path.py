"""Where a node's control socket lies, also in folders whose path is too long for one.

A path in a socket address holds about a hundred bytes.  A longer one is reached through
an open handle of its folder, so that no process has to change its working folder.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.errors import FormatError

SOCKET_NAME = "control.sock"
MAX_ADDRESS_BYTES = 100
"""Linux allows 108, others 104, both with the closing zero."""


@contextmanager
def address_of(folder: Path) -> Iterator[str]:
    """Yield an address of the folder's control socket that fits, valid inside the block.

    Raises:
        FormatError: ``cli.socket-path-too-long`` where the system offers no short way.

    """
    direct = str(folder.absolute() / SOCKET_NAME)
    if len(os.fsencode(direct)) <= MAX_ADDRESS_BYTES:
        yield direct
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        short = f"/proc/self/fd/{handle}"
        if not Path(short).exists():
            raise FormatError("cli.socket-path-too-long", path=direct)
        yield f"{short}/{SOCKET_NAME}"
    finally:
        os.close(handle)


def connected(folder: Path) -> socket.socket | None:
    """Return a connection to the node that serves the folder, or ``None`` if none does."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with address_of(folder) as address:
            connection.connect(address)
    except (FileNotFoundError, NotADirectoryError, ConnectionRefusedError):
        connection.close()
        return None
    return connection


def listening(folder: Path) -> socket.socket:
    """Return a listening control socket that only its owner can reach.

    The caller holds the node's lock, so a socket that is still there has no owner any more.
    """
    (folder / SOCKET_NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with address_of(folder) as address:
            listener.bind(address)
    finally:
        os.umask(before)
    listener.listen(128)
    return listener
