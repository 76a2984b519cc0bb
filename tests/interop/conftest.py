"""Two nodes that serve; the log of one of them has tiles on two levels."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from signal import SIGKILL

import pytest

from comity.node.tests.world import World
from comity.statement.envelope import parse
from end_to_end.nodes import Node, Pair, founded

from .programs import LOG, WITNESS, fetched, require

REQUESTS = 540
"""Two full tiles, so that there is a tile of level 1, and one that is not full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """The log and the witness of a node that serves, as others know them."""

    node: Node
    vkeys: dict[str, str]

    @property
    def url(self) -> str:
        """Where the log is read."""
        return f"http://127.0.0.1:{self.node.port}{LOG}"

    @property
    def witness(self) -> str:
        """Where the node takes heads of others."""
        return f"http://127.0.0.1:{self.node.port}{WITNESS}"

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.vkeys["log"].partition("+")[0]

    @property
    def checkpoint(self) -> str:
        """The newest head, as it is served."""
        return fetched(f"{self.url}/checkpoint")[1].decode()

    def entries(self) -> list[str]:
        """Return the digests of the statements that the node holds, made again from those."""
        with closing(sqlite3.connect(f"file:{self.node.folder}/node.db?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT signed FROM statement ORDER BY leaf").fetchall()
        return [parse(signed).entry.hex() for (signed,) in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Two:
    """Two logs of parties that have met."""

    pair: Pair
    a: Log
    b: Log
    early: Path
    """A checkpoint of the first log, of when it was half as large."""

    def policy(self, *lines: str, quorum: str = "none") -> Path:
        """Write a tlog-policy that asks for both signatures of the first log."""
        keys = [f"log {self.a.vkeys[kind]}" for kind in ("log", "log-pq")]
        text = "\n".join([*keys, *lines, f"quorum {quorum}", ""])
        return self.file("policy", text)

    def file(self, kind: str, text: str) -> Path:
        """Write a text for a program to read."""
        path = self.pair.folder / f"{sha256(text.encode()).hexdigest()[:16]}.{kind}"
        path.write_text(text)
        return path


def grown(folder: Path) -> tuple[World, str]:
    """Let two nodes meet, and one of them ask the other much; return an early head as well."""
    world, early = World(folder), ""
    for name in "ab":
        world.open(name)
    world.meet_all()
    world.agree("a", "b")
    for number in range(REQUESTS):
        world.request("a", "b")
        if number == REQUESTS // 2:
            early = world.nodes["a"].checkpoint()
    world.pump(rounds=4)
    return world, early


@pytest.fixture(scope="session")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Two serving nodes, grown before they served."""
    require()
    folder = tmp_path_factory.mktemp("interop")
    a, b = (founded(folder / name, f"Ministry {name}") for name in "ab")
    world, early = grown(folder)
    for name in "ab":
        world.close(name)
    pair = Pair(folder=folder, a=a, b=b, mechanism=world.mechanism, root=world.net.hex())
    first, second = (Log(node=each, vkeys=each.told("card")["vkeys"]) for each in (a, b))
    path = folder / "early.checkpoint"
    path.write_text(early)
    try:
        for node in (a, b):
            node.start()
        a.told("card", "--out", folder / "a.card")
        yield Two(pair=pair, a=first, b=second, early=path)
    finally:
        for node in (a, b):
            node.stop(SIGKILL)
