"""Nodes are killed at random moments while statements are exchanged, and nothing is lost.

Two processes of ``comity serve``.  What a command was told is acknowledged, and from then on
it must be there: once, in both logs, under heads of which no size has two.  After the last
kill the nodes are left alone until everything has arrived.

The long run is 50 kills and 500 statements.  SIGKILL shows the order of the steps, not what a
power cut does: the kernel keeps what was written.
"""

import json
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest

from comity.app.control import remote_desk
from comity.errors import ComityError
from end_to_end.nodes import FIELDS, Node, acquainted, founded, until

SETTLE_SECONDS = 120
PAUSE_SECONDS = 0.4
"""Between two things that one officer says, at most."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """Two nodes that serve, a mechanism, and what was acknowledged so far."""

    nodes: tuple[Node, Node]
    mechanism: str
    acknowledged: dict[str, str] = field(default_factory=dict)
    """Statement to the party that said it."""
    tried: int = 0
    latest: Node | None = None
    """Whose officer was told something last."""
    news: threading.Condition = field(default_factory=threading.Condition)

    def victim(self) -> Node:
        """Choose a node to be killed now: at any moment, or just when it has said "done"."""
        if random.random() < 0.5:  # noqa: S311
            time.sleep(random.random() * 0.2)  # noqa: S311
            return random.choice(self.nodes)  # noqa: S311
        with self.news:
            self.latest = None
            self.news.wait_for(lambda: self.latest is not None, 10)
            return self.latest or self.nodes[0]

    def say(self, node: Node, other: Node) -> None:
        """Make a request, or acknowledge one, as an officer would; it may not come through."""
        desk = remote_desk(node.folder)
        if desk is None:
            time.sleep(0.02)
            return
        try:
            with self.news:
                self.tried += 1
            told = self._said(desk.call, node, other)
            with self.news:
                self.acknowledged[str(told["statement"])] = node.party
                self.latest = node
                self.news.notify_all()
        except (ComityError, OSError, ValueError):
            # Killed before the answer: it may have been said or not.
            time.sleep(0.02)
        finally:
            with suppress(OSError):
                desk.close()

    def _said(self, call: Any, node: Node, other: Node) -> Mapping[str, Any]:
        ours = [
            case["subject"]
            for case in call("assistance.list", {})["cases"]
            if case["phase"] in {"sent", "delivered"} and case["addressee"]["party"] == node.party
        ]
        if ours and random.random() < 0.5:  # noqa: S311 - a schedule, not a secret
            found: Mapping[str, Any] = call("assistance.acknowledge", {"subject": ours[0]})
            return found
        arguments = {
            "mechanism": self.mechanism,
            "to": other.party,
            "profile": "csirt-incident",
            "fields": FIELDS,
        }
        made: Mapping[str, Any] = call("assistance.submit", arguments)
        return made


@contextmanager
def exchange(folder: Path) -> Iterator[Exchange]:
    """Set up two nodes that have founded a mechanism."""
    a, b = founded(folder / "a"), founded(folder / "b")
    acquainted(a, b)
    try:
        for node in (a, b):
            node.start()
        names = ("--name-en", "Joint", "--name-zh", "联合", "--member", b.party)
        mechanism = a.told("mechanism", "found", *names)["subject"]
        until(lambda: b.told("mechanism", "list")["mechanisms"])
        b.told("mechanism", "accede", mechanism)
        until(lambda: a.told("mechanism", "show", mechanism)["in_force"])
        yield Exchange(nodes=(a, b), mechanism=mechanism)
    finally:
        for node in (a, b):
            node.stop(SIGKILL)


def run(made: Exchange, kills: int, statements: int) -> None:
    """Exchange statements while one node or the other is killed and started again."""
    enough = threading.Event()

    def officers(node: Node, other: Node) -> None:
        while not enough.is_set():
            made.say(node, other)
            time.sleep(random.random() * PAUSE_SECONDS)  # noqa: S311

    a, b = made.nodes
    threads = [
        threading.Thread(target=officers, args=pair, daemon=True) for pair in ((a, b), (b, a)) * 2
    ]
    for each in threads:
        each.start()
    try:
        for number in range(1, kills + 1):
            until(lambda at=number: len(made.acknowledged) >= at * statements // kills)  # type: ignore[misc]
            victim = made.victim()
            victim.stop(SIGKILL)
            victim.start()
    finally:
        enough.set()
        for each in threads:
            each.join(30)


def settled(node: Node) -> bool:
    """Whether nothing waits to go out, nothing is missing, and the node is well."""
    desk = remote_desk(node.folder)
    if desk is None:
        return False
    with closing(desk):
        told: Any = desk.call("doctor", {})
    facts = {check["name"]: check for check in told["checks"]}
    return bool(told["ok"]) and facts["outbox"]["waiting"] == 0


def rows(node: Node, query: str) -> list[tuple[Any, ...]]:
    """Read a stopped node's database as it lies there."""
    with closing(sqlite3.connect(node.folder / "node.db")) as database:
        return database.execute(query).fetchall()


def check(made: Exchange) -> None:
    """Check what must hold at the end."""
    for node in made.nodes:
        told = node.json("doctor")
        assert told["ok"] is True, told
    held = []
    for node in made.nodes:
        said = rows(node, "SELECT lower(hex(sid)), issuer, kind FROM statement ORDER BY leaf")
        counted = Counter(sid for sid, _, _ in said)
        assert max(counted.values()) == 1
        assert [leaf for (leaf,) in rows(node, "SELECT leaf FROM statement ORDER BY leaf")] == list(
            range(len(said))
        )
        held.append({sid: issuer for sid, issuer, kind in said if kind.startswith("assistance.")})
        for sid, issuer in made.acknowledged.items():
            assert held[-1].get(sid) == issuer, "something acknowledged is lost"
        sizes = rows(node, "SELECT size FROM head")
        assert len(sizes) == len(set(sizes))
        guarded: dict[str, set[str]] = {}
        for line in (node.folder / "guard").read_text().splitlines():
            _, size, *rest = line.split(" ")
            guarded.setdefault(size, set()).add(" ".join(rest))
        assert {len(each) for each in guarded.values()} == {1}, "two heads of one size"
    assert held[0] == held[1]
    assert len(made.acknowledged) <= len(held[0]) <= made.tried


def story(folder: Path, kills: int, statements: int) -> None:
    """Run and check, printing what happened."""
    random.seed(time.time_ns())
    with exchange(folder) as made:
        run(made, kills, statements)
        for node in made.nodes:
            until(lambda each=node: settled(each), SETTLE_SECONDS)  # type: ignore[misc]
        for node in made.nodes:
            assert node.stop() == 0
        check(made)
        print(  # noqa: T201 - how far it went, for whoever runs it with -s
            json.dumps({"kills": kills, "told": len(made.acknowledged), "tried": made.tried})
        )


def test_a_few_kills_lose_nothing(tmp_path: Path) -> None:
    """In seconds, always."""
    story(tmp_path, kills=4, statements=40)


@pytest.mark.long
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    """50 kills while 500 statements are exchanged."""
    story(tmp_path, kills=50, statements=500)
