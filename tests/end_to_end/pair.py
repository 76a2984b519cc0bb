"""Two real nodes in one process, a courier between them that does what it is told, one clock.

Keys, logs, receipts, sealed bodies and rules are real; only sockets and waiting are left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.app.operations import runner
from comity.kit.desk import Json
from comity.node.clock import Clock
from comity.node.founding import NewNode, found_node
from comity.node.node import Node, open_node
from comity.statement.model import PartyId

PATIENCE_SECONDS = 20
MOST_ROUNDS = 20


class SetClock(Clock):
    """A clock that the test sets."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def now(self) -> int:
        return self.at

    def machine(self) -> int:
        return self.at


class End:
    """One party's node and its desk."""

    def __init__(self, folder: Path, names: dict[str, str], clock: SetClock) -> None:
        found_node(NewNode(folder=folder, names=names, listen="127.0.0.1:8000"))
        self.node: Node = open_node(folder)
        self.node.keeping.clock = clock
        self.node.writer._clock = clock
        self.run = runner(self.node)

    @property
    def party(self) -> PartyId:
        return self.node.party

    def call(self, operation: str, **arguments: Json) -> dict[str, Json]:
        return self.run(operation, arguments)


class Pair:
    """A requester, an addressee, and a mechanism of both."""

    def __init__(self, folder: Path) -> None:
        self.clock = SetClock(1_800_000_000)
        self.asker = End(folder / "asker", {"en": "Ministry A", "zh": "甲方"}, self.clock)
        self.asked = End(folder / "asked", {"en": "Ministry B", "zh": "乙方"}, self.clock)
        self.ends = (self.asker, self.asked)
        for one, other in (self.ends, self.ends[::-1]):
            other.call("meet", card=one.call("card")["card"])
        founded = self.asker.call(
            "mechanism.found",
            names={"en": "Joint dialogue", "zh": "联合对话"},
            members=[str(self.asked.party)],
        )
        self.mechanism = str(founded["subject"])
        self.deliver()
        self.asked.call("mechanism.accede", subject=self.mechanism)
        self.deliver()

    def deliver(self) -> None:
        """Carry everything that waits, in both directions, until nothing does."""
        for _ in range(MOST_ROUNDS):
            if not sum(self._carry(one, other) for one, other in (self.ends, self.ends[::-1])):
                return
        raise AssertionError("the outboxes never empty")  # noqa: TRY003 - said once

    def _carry(self, one: End, other: End) -> int:
        due = one.node.outbox.due(other.party, self.clock.now(), 100)
        for item in due:
            parcel = one.node.parcel(item)
            for digest in parcel.blobs:
                self._carry_blob(one, other, digest)
            receipt = other.node.receive(one.party, parcel.signed, parcel.sealed).result(
                PATIENCE_SECONDS
            )
            one.node.delivered(item.sid, other.party, receipt).result(PATIENCE_SECONDS)
        return len(due)

    @staticmethod
    def _carry_blob(one: End, other: End, digest: bytes) -> None:
        if not other.node.blobs.has(digest):
            content = one.node.blobs.path(digest).read_bytes()
            other.node.blobs.append(digest, 0, content, len(content))

    def settle(self, seconds: int = 10) -> None:
        """Let some time pass, with what the nodes then say by themselves."""
        self.clock.at += seconds
        for _ in range(MOST_ROUNDS):
            before = [end.node.tree_size for end in self.ends]
            for end in self.ends:
                end.node.tick(self.clock.now())
            self.deliver()
            self.clock.at += 3
            if before == [end.node.tree_size for end in self.ends]:
                return
        raise AssertionError("the nodes never fall silent")  # noqa: TRY003 - said once

    def close(self) -> None:
        for end in self.ends:
            end.node.close()


@contextmanager
def two_nodes(folder: Path) -> Iterator[Pair]:
    """Found two nodes and a mechanism, and close them at the end."""
    pair = Pair(folder)
    try:
        yield pair
    finally:
        pair.close()
