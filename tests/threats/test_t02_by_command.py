"""T02 with processes: back up, go on, kill, restore, serve; and T62: what is in a backup.

The threat's own figures, 1,000 entries and 1,500, are the long run.
"""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.app.control import remote_desk
from comity.kit.desk import Json
from comity.log.checkpoint import parse_checkpoint
from comity.node.node import open_node
from end_to_end.nodes import FIELDS, Node, Pair, free_port, pair_in, spoken, until


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with pair_in(tmp_path) as each:
        yield each


def talk(pair: Pair, size: int) -> int:
    """Let both ask one another until a's log has so many entries, and all of it has arrived."""
    turn = 0
    while (there := pair.a.counts()[0]) < size:
        # A request becomes four entries: itself, and what the two nodes say of holding it.
        for _ in range(max(1, (size - there) // 4)):
            ask(pair.ends[turn % 2], pair.ends[1 - turn % 2], pair.mechanism)
            turn += 1
        pair.rest()
        until(lambda: all(settled(node) for node in pair.ends), 120)
    return there


def ask(node: Node, other: Node, mechanism: str) -> None:
    """Submit one request, as the command does, without the second that a process takes."""
    desk = remote_desk(node.folder)
    assert desk is not None
    to: dict[str, Json] = {"mechanism": mechanism, "to": other.party}
    desk.call("assistance.submit", {**to, "profile": "csirt-incident", "fields": dict(FIELDS)})
    desk.close()


def settled(node: Node) -> bool:
    """Tell whether nothing waits to go out."""
    checks = {
        each["name"]: each for each in json.loads(node.spoken("doctor", "--json").stdout)["checks"]
    }
    return bool(checks["outbox"]["waiting"] == 0 and checks["deliveries"]["ok"])


def head_of(folder: Path) -> tuple[list[tuple[object, ...]], str]:
    """Return the heads of a node that rests, and its newest checkpoint."""
    node = open_node(folder)
    try:
        return [
            tuple(row) for row in node.keeping.store.all("heads", 0, 1_000_000)
        ], node.checkpoint()
    finally:
        node.close()


def story(pair: Pair, tmp_path: Path, kept: int, lost: int) -> None:
    """Back up at ``kept`` entries, write ``lost`` more, kill, restore, recover, go on."""
    talk(pair, kept)
    file, keystore, folder = tmp_path / "a.backup", tmp_path / "keystore", pair.a.folder
    pair.a.told("backup", "--out", file)
    size = talk(pair, pair.a.counts()[0] + lost)
    pair.a.stop(signal.SIGKILL)
    pair.b.stop()
    folder.rename(keystore)
    before, _ = head_of(keystore)
    made = spoken("restore", file, folder, "--keys", keystore)
    assert made.returncode == 0, made.stderr

    # Nobody answers: it serves reads, signs nothing, says why in both languages.
    pair.a.start()
    assert pair.a.counts()[0] < size
    assert pair.a.told("assistance", "list")["cases"]
    words = pair.asking(pair.form())
    for lang in ("zh", "en"):
        refused = pair.a.run(*words, lang=lang)
        assert refused.returncode != 0
        assert "node.restored" in refused.stderr
    assert pair.a.spoken("doctor").returncode == 1
    assert (folder / "quarantine").exists()

    pair.b.start()
    until(lambda: not (folder / "quarantine").exists(), 300)
    until(lambda: pair.a.counts()[0] >= size)
    assert pair.a.counts()[0] == size
    assert pair.a.told("fsck")["ok"] is True
    until(lambda: pair.a.spoken(*words).returncode == 0)
    until(lambda: settled(pair.a))
    pair.rest()
    pair.a.stop()
    after, checkpoint = head_of(folder)
    assert after[: len(before)] == before, "a head was lost or signed twice"
    assert [row[0] for row in after] == sorted({row[0] for row in after})
    assert size + 1 in {row[0] for row in after}
    assert parse_checkpoint(checkpoint)[0].size > size


def test_what_was_written_after_the_backup_comes_back_from_the_peer(
    pair: Pair, tmp_path: Path
) -> None:
    """40 entries, then 20 more."""
    story(pair, tmp_path, 40, 20)


@pytest.mark.long
def test_five_hundred_entries_come_back(pair: Pair, tmp_path: Path) -> None:
    """1,000 entries, then 1,500: recovers 500, next size 1,501."""
    story(pair, tmp_path, 1_000, 500)


def test_a_node_put_back_whole_learns_of_it_before_it_signs(pair: Pair, tmp_path: Path) -> None:
    """Folder and guard from a copy: the peer says so before the first command is answered."""
    pair.a.stop()
    copy = tmp_path / "copy"
    shutil.copytree(pair.a.folder, copy)
    pair.a.start()
    size = talk(pair, pair.a.counts()[0] + 6)
    pair.a.stop()
    shutil.rmtree(pair.a.folder)
    copy.rename(pair.a.folder)
    pair.a.start()
    refused = pair.a.spoken(*pair.asking(pair.form()))
    assert "node.behind-peers" in refused.stderr or pair.a.counts()[0] >= size
    until(lambda: pair.a.counts()[0] >= size)
    until(lambda: pair.a.spoken(*pair.asking(pair.form())).returncode == 0)


def test_a_backup_without_keys_is_read_and_not_served(pair: Pair, tmp_path: Path) -> None:
    """T62: restored without the key store it starts read-only."""
    file, folder = tmp_path / "a.backup", tmp_path / "restored"
    pair.a.told("backup", "--out", file)
    secret = pair.a.folder / "secret"
    assert spoken("restore", file, folder, "--keys", secret).returncode == 0
    assert not (folder / "keys.bin").exists()
    restored = Node(folder=folder, port=free_port(), party=pair.a.party)
    assert restored.told("mechanism", "list")["mechanisms"]
    refused = restored.spoken("mechanism", "found", "--name-en", "x", "--member", pair.b.party)
    assert "node.keys-away" in refused.stderr
    served = spoken("serve", folder)
    assert served.returncode == 1
    assert "node.keys" in served.stderr


def test_the_guard_may_lie_on_another_device(tmp_path: Path) -> None:
    """``init --guard``; the doctor says which it is, in both languages."""
    other = Path("/dev/shm")  # noqa: S108 - another file system is what is wanted
    if not other.is_dir() or other.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs a second file system at /dev/shm")
    guard = other / f"comity-test-{os.getpid()}"
    try:
        made = spoken("init", tmp_path / "n", "--name-en", "Team", "--guard", guard)
        assert made.returncode == 0, made.stderr
        assert guard.exists()
        assert not (tmp_path / "n" / "guard").exists()
        node = Node(folder=tmp_path / "n", port=free_port(), party="")
        assert "--guard" not in node.run("doctor").stdout
        shutil.move(guard, tmp_path / "n" / "guard")
        settings = tmp_path / "n" / "comity.json"
        settings.write_text(json.dumps(json.loads(settings.read_text()) | {"guard": None}))
        for lang in ("zh", "en"):
            told = node.run("doctor", lang=lang)
            assert "init --guard" in told.stdout
            assert told.returncode == 0
    finally:
        guard.unlink(missing_ok=True)
