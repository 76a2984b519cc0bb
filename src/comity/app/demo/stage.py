"""The three parties of the demonstration: each a real node, served by a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Final

from comity.app.control import RemoteDesk, remote_desk
from comity.errors import PeerError
from comity.kit.desk import Json
from comity.node.founding import NewNode, found_node
from comity.parties.demo import demo_names
from comity.wording import LANGUAGES, say

CODES: Final = ("cn", "to", "us")
"""In the order of their codes, which are names for this computer and identify nobody."""
PORTS: Final = (8471, 8472, 8473)
READY_SECONDS: Final = 60
STOP_SECONDS: Final = 5
WAIT_SECONDS: Final = 15
PAUSE_SECONDS: Final = 0.05


@dataclass(slots=True, kw_only=True)
class Actor:
    """One party: its folder, its process, and the desk at which its officer sits."""

    code: str
    folder: Path
    url: str
    party: str
    desk: RemoteDesk

    def call(self, operation: str, **arguments: Json) -> dict[str, Json]:
        """Do what a command of the same name does."""
        return self.desk.call(operation, arguments)


@contextmanager
def claimed_port(wanted: int) -> Iterator[int]:
    """Hold a free port of this computer, the wanted one if it is, to the end of the block.

    Held against other demonstrations, which would choose it before the node listens on it: the
    node's is the TCP port, what is held is the UDP port of the same number.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as claim:
        for port in (wanted, 0):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                    claim.bind(probe.getsockname())
                except OSError:
                    continue
            break
        else:
            raise PeerError("demo.no-ready", party="127.0.0.1", seconds=0)
        yield int(claim.getsockname()[1])


def names_of(code: str) -> dict[str, str]:
    """Return how a party of the demonstration calls itself, marked as such."""
    return demo_names({lang: say(f"demo.text.name-{code}", lang) for lang in LANGUAGES})


def read_lines(stream: IO[str], lines: "Queue[str | None]") -> None:
    """Pass on what a process prints, so that it never waits for a reader; ``None`` at its end."""
    with stream:
        for line in stream:
            lines.put(line.rstrip("\n"))
    lines.put(None)


@contextmanager
def served(code: str, folder: Path) -> Iterator[Callable[[], str]]:
    """Serve a folder in a process of its own, to the end of the block.

    Yields a function that waits until the node accepts requests and returns its URL; it
    raises ``PeerError`` (``demo.no-ready``).
    """
    with (folder / "serve.log").open("w") as journal:
        process = subprocess.Popen(  # noqa: S603 - our own command, with a path of our own
            [sys.executable, "-m", "comity", "serve", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=journal,
            text=True,
            start_new_session=True,
        )
    lines: Queue[str | None] = Queue()
    Thread(target=read_lines, args=(process.stdout, lines), daemon=True).start()
    try:
        yield lambda: _ready(code, lines)
    finally:
        _stop(process)


def _ready(code: str, lines: "Queue[str | None]") -> str:
    give_up = time.monotonic() + READY_SECONDS
    while (left := give_up - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except Empty:
            break
        if line is None:
            break
        if line.startswith("ready "):
            return line.removeprefix("ready ")
    raise PeerError("demo.no-ready", party=code, seconds=READY_SECONDS)


def _stop(process: "subprocess.Popen[str]") -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Stage:
    """The three parties, from their first key to the end of the demonstration."""

    def __init__(self, folder: Path) -> None:
        """Choose the folder; ``open`` starts the nodes."""
        self.folder = folder
        self.actors: dict[str, Actor] = {}
        self._held = ExitStack()

    def open(self) -> None:
        """Set up and start the three nodes, side by side."""
        for code, port in zip(CODES, PORTS, strict=True):
            found_node(
                NewNode(
                    folder=self.folder / code,
                    names=names_of(code),
                    listen=f"127.0.0.1:{self._held.enter_context(claimed_port(port))}",
                    demo=True,
                )
            )
        waiting = [
            (code, self._held.enter_context(served(code, self.folder / code))) for code in CODES
        ]
        for code, ready in waiting:
            url = ready()
            desk = remote_desk(self.folder / code)
            if desk is None:
                raise PeerError("demo.no-ready", party=code, seconds=READY_SECONDS)
            self._held.callback(desk.close)
            party = str(desk.call("card", {})["party"])
            self.actors[code] = Actor(
                code=code, folder=self.folder / code, url=url, party=party, desk=desk
            )

    def close(self) -> None:
        """Stop the three nodes."""
        self._held.close()
