"""T03 by the command line: ``comity fsck`` on a node that serves, that rests, that is broken."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from end_to_end.nodes import Node, acquainted, founded, spoken


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    one, other = founded(tmp_path / "a", "Ministry A"), founded(tmp_path / "b", "Ministry B")
    acquainted(one, other)
    yield one
    one.stop()


def changed(node: Node, change: str) -> None:
    with closing(apsw.Connection(str(node.folder / "node.db"))) as database:
        database.set_busy_timeout(10_000)
        database.execute(change)
        assert database.changes() == 1


def test_it_works_on_a_node_that_rests_and_on_one_that_serves(node: Node) -> None:
    """The same counts, exit code 0; then a row is changed under the running node: 1."""
    resting = node.json("fsck")
    assert resting["ok"] is True
    assert resting["counts"]["log"] == resting["log_size"] == 3
    node.start()
    serving = node.json("fsck")
    assert serving["counts"] == resting["counts"]
    changed(node, "UPDATE statement SET claimed_at = claimed_at + 1 WHERE leaf = 1")
    for lang, word in (("zh", "第1条"), ("en", "Entry 1")):
        ended = node.run("fsck", lang=lang)
        assert ended.returncode == 1
        assert word in ended.stdout
    told = json.loads(node.run("fsck", "--json").stdout)
    assert told["first"] == {"part": "log", "what": "1"}
    assert told["faults"] == 1
    # What was found stands as an alarm until a whole round finds nothing.
    changed(node, "UPDATE statement SET claimed_at = claimed_at - 1 WHERE leaf = 1")
    assert node.run("doctor").returncode == 1
    assert node.run("fsck").returncode == 0
    assert node.run("doctor").returncode == 0
    assert "fsck: log log 1" in node.heard


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_node_that_cannot_be_opened_is_a_fault_with_a_remedy(node: Node, lang: str) -> None:
    (node.folder / "node.db").write_bytes(b"noise" * 4096)
    for suffix in ("-wal", "-shm"):
        (node.folder / f"node.db{suffix}").unlink(missing_ok=True)
    ended = node.run("fsck", lang=lang)
    assert ended.returncode == 1
    assert "node.db" in ended.stdout
    told = json.loads(node.run("fsck", "--json").stdout)
    assert told["first"] == {"part": "open", "what": "store.damaged"}


def test_where_there_is_no_node_nothing_is_found(tmp_path: Path) -> None:
    """That is no fault of a node: it is said as every command says it."""
    ended = spoken("--node", tmp_path, "fsck")
    assert ended.returncode == 1
    assert "node.no-node" in ended.stderr
