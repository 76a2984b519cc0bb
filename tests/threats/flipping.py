"""A node at rest, copies of it with one bit turned, and what a copy's database says."""

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from comity.errors import ComityError
from comity.node.doctor import fsck
from comity.node.node import open_node
from comity.node.tests.world import World, world

CONTENT: Mapping[str, str] = {
    "statement": "*",
    "head": "*",
    "receipt": "*",
    "tally": "*",
    "party": "*",
    "draft": "*",
    "manifest": "*",
    "witnessed": "origin, size, root, checkpoint, lines",
    "seen_head": "log, size, root, checkpoint",
    "continued": "*",
    "cosignature": "*",
    "fork": "digest, log, proof",
    "outbox": "peer, sid",
    "thread": "subject, opening, net, capability",
    "assistance_cases": "*",
}
"""What is content: all but counters of attempts, when we saw what, and where the scrub stands."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A node's folder that is copied and harmed."""

    folder: Path
    copies: Path

    def copy(self, name: str) -> Path:
        """Return a fresh copy of the folder."""
        target = self.copies / name
        shutil.copytree(self.folder, target)
        return target


@contextmanager
def subject(folder: Path) -> Iterator[Subject]:
    """Make a node that has asked, answered, attached and exported; it is closed."""
    note = folder / "note.txt"
    note.write_bytes(random.Random(1).randbytes(20_000))  # noqa: S311 - a file, not a secret
    with world(folder / "world", "ab") as made:
        urn = "urn:comity:matter:" + made.request("a", "b", attach=[str(note)]).hex()
        made.pump()
        made.ask("b", "acknowledge", subject=urn)
        made.request("b", "a")
        made.pump()
        made.tick()
        witness(made)
        made.request("a", "b")
    (folder / "copies").mkdir()
    yield Subject(folder / "world" / "a", folder / "copies")


def witness(made: World) -> None:
    """Let both cosign one another's heads twice, and show how the one continues the other."""
    a, b = made.nodes["a"], made.nodes["b"]
    for one, other in ((a, b), (b, a)):
        old = 0
        for _ in range(2):
            size, body = one.watch.submission(old)
            one.watch.cosigned(other.party, size, other.witness.add_checkpoint(body).result(10))
            made.request("a", "b")
            made.pump()
            made.tick()
            old = size
    for one, other in ((a, b), (b, a)):
        one.watch.take(other.watch.seen())
        for asked in one.watch.questions(other.party):
            one.watch.answered(other.party, asked, other.watch.continuation(*asked))


def told(folder: Path) -> dict[str, Any]:
    """Return what ``fsck`` says of a node that no process serves."""
    try:
        node = open_node(folder)
    except ComityError as error:
        return {"ok": False, "first": {"part": "open", "what": str(error)}}
    try:
        return fsck(node)
    finally:
        node.close()


def content(folder: Path) -> object:
    """Return everything in a copy that counts, or what barred reading it."""
    try:
        with closing(apsw.Connection(str(folder / "node.db"))) as database:
            rows = {
                table: sorted(map(repr, database.execute(f"SELECT {columns} FROM {table}")))  # noqa: S608 - a test's own
                for table, columns in CONTENT.items()
            }
    except (apsw.Error, UnicodeDecodeError) as error:
        return type(error).__name__
    stored = sorted((folder / "blobs").rglob("*"))
    return rows, {path.name: path.read_bytes() for path in stored if path.is_file()}
