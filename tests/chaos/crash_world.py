"""A node at rest that is copied for each crash point, and its write paths."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from comity.capabilities.assistance.operations import OPERATIONS as ASSISTANCE
from comity.node.backup import backup
from comity.node.key_operations import rotate
from comity.node.node import Node, open_node
from comity.node.office import NodeOffice
from comity.node.restore import Restoring, restore
from comity.node.tests.world import FIELDS, world
from comity.node.writer import Writer, _fail, fault


def prepare(folder: Path) -> None:
    """Make a node, a statement that a peer brings it, a peer's head to cosign, and a backup."""
    note = folder / "note.txt"
    note.write_bytes(b"evidence" * 4_000)
    with world(folder / "world", "ab") as made:
        made.request("a", "b", attach=[str(note)])
        made.pump()
        made.tick()
        a, b = made.nodes["a"], made.nodes["b"]
        (folder / "head").write_text(b.watch.submission(0)[1])
        (folder / "mechanism").write_text(f"{made.mechanism} {b.party}")
        made.request("b", "a")
        (item,) = made.due("b", "a")
        parcel = b.parcel(item)
        (folder / "signed").write_bytes(parcel.signed)
        (folder / "sealed").write_bytes(parcel.sealed)
        backup(a, str(folder / "a.backup"))
    (folder / "world" / "a").rename(folder / "node")
    shutil.rmtree(folder / "world")


class Copy:
    """A copy of what ``prepare`` made, in a process that may be killed."""

    def __init__(self, folder: Path) -> None:
        """Use a folder; the node is opened when its path is taken."""
        self.folder = folder
        self._node: Node | None = None

    @property
    def node(self) -> Node:
        """The node."""
        if self._node is None:
            self._node = open_node(self.folder / "node")
        return self._node

    def close(self) -> None:
        """Close the node in good order."""
        if self._node is not None:
            self._node.close()

    @property
    def paths(self) -> Mapping[str, Callable[[], Iterator[str]]]:
        """The write paths: each yields what is acknowledged."""
        return {
            "append": self.append,
            "receipt": self.receipt,
            "careless": self.careless,
            "cosign": self.cosign,
            "rotate": self.rotate,
            "backup": self.backup,
            "restore": self.restore,
        }

    def append(self) -> Iterator[str]:
        """An officer says something, twice."""
        mechanism, peer = (self.folder / "mechanism").read_text().split()
        for _ in range(2):
            told = ASSISTANCE["assistance.submit"](
                NodeOffice(self.node, "assistance"),
                mechanism=mechanism,
                to=peer,
                profile="csirt-incident",
                fields=dict(FIELDS),
            )
            yield f"statement {told['statement']}"

    def careless(self) -> Iterator[str]:
        """The same with the defence removed: the writer goes on when the disk has failed."""
        Writer._stop = lambda _self, jobs, error: _fail(jobs, fault(error))  # type: ignore[method-assign, assignment, arg-type]
        yield from self.append()

    def receipt(self) -> Iterator[str]:
        """A peer brings a statement and gets its receipt."""
        peer = self.node.keeping.find_party((self.folder / "mechanism").read_text().split()[1])
        signed, sealed = ((self.folder / each).read_bytes() for each in ("signed", "sealed"))
        yield f"receipt {self.node.receive(peer.id, signed, sealed).result().hex()}"

    def cosign(self) -> Iterator[str]:
        """A peer's head is cosigned."""
        self.node.witness.add_checkpoint((self.folder / "head").read_text()).result()
        yield "cosigned -"

    def rotate(self) -> Iterator[str]:
        """The party changes its keys."""
        yield f"statement {rotate(self.node)['statement']}"

    def backup(self) -> Iterator[str]:
        """The node is backed up."""
        backup(self.node, str(self.folder / "new.backup"))
        yield "backup -"

    def restore(self) -> Iterator[str]:
        """A backup becomes a folder."""
        restore(
            Restoring(
                file=self.folder / "a.backup",
                folder=self.folder / "back",
                keys=self.folder / "node",
            )
        )
        yield "restored -"
