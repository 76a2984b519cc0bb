"""Which desk a command works at: the serving node's, or the node opened for this one call."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from comity.app.control import RemoteDesk, remote_desk
from comity.errors import FormatError, PeerError
from comity.kit.desk import Desk, Json

PATIENCE_SECONDS: Final = 15.0
"""How long a command waits for a folder that another process is opening or closing."""
PAUSE_SECONDS: Final = 0.05
IN_USE: Final = "store.in-use"


class LocalDesk:
    """The desk of a node that this process opens, under its lock, and closes again."""

    def __init__(self, folder: Path) -> None:
        """Open the node; raises what ``comity.node.node.open_node`` raises."""
        # Loaded here because a command that talks to a serving node must start fast.
        from comity.app.operations import runner  # noqa: PLC0415
        from comity.node.node import open_node  # noqa: PLC0415

        self._node = open_node(folder)
        self._run = runner(self._node)

    def call(self, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Run an operation of the node; see ``Desk.call``."""
        return self._run(operation, arguments)

    def close(self) -> None:
        """Close the node and give up its lock."""
        self._node.close()


def find_desk(folder: Path) -> LocalDesk | RemoteDesk:
    """Return a desk of the folder's node; the caller closes it.

    Raises:
        FormatError: ``cli.no-such-node`` if nothing was ever set up there.
        PeerError: the node's own, if another process holds the folder and stays silent.

    """
    if not folder.is_dir():
        raise FormatError("cli.no-such-node", folder=str(folder))
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        desk = remote_desk(folder)
        if desk is not None:
            return desk
        try:
            return LocalDesk(folder)
        except PeerError as error:
            if error.code != IN_USE or time.monotonic() > give_up:
                raise
        time.sleep(PAUSE_SECONDS)


@contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Work at the desk of a folder's node, and close it at the end."""
    desk = find_desk(folder)
    try:
        yield desk
    finally:
        desk.close()
