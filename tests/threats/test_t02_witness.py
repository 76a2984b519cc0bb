"""T02 for witnesses: who was put back breaks nothing that it promised by cosigning since."""

import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from comity.errors import ComityError, FormatError, PeerError, ProofError
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.tree import Tree
from comity.node import promises
from comity.node.doctor import fsck
from comity.node.keyring import LOG, LOG_PQ
from comity.node.node import Node
from comity.node.promises import Promises
from comity.node.tests.world import World, world


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", "ab") as pair:
        pair.pump()
        yield pair


def cosigned(made: World, old: int) -> int:
    """Let b cosign a's newest head."""
    size, body = made.nodes["a"].watch.submission(old)
    assert made.nodes["b"].witness.add_checkpoint(body).result(10)
    return size


def forked(node: Node, old: int, size: int) -> str:
    """Return a request to cosign a second history: the same up to ``old``, then other entries."""
    ledger = node.keeping.ledger
    tree = Tree()
    tree.extend([ledger.tree.leaf(at) for at in range(old)])
    tree.extend([bytes([at]) * 32 for at in range(size - old)])
    signing = node.keeping.keys.signing
    note = sign_checkpoint(
        Checkpoint(origin=ledger.name.origin, size=size, root=tree.root()),
        node.clock.now(),
        signing[LOG],
        signing[LOG_PQ],
    )
    path = "".join(f"{b64encode(each).decode()}\n" for each in tree.consistency(old, size))
    return f"old {old}\n{path}\n{note}"


def put_back(made: World) -> tuple[int, int]:
    """Let b forget, by an older copy of its database, the newest head that it cosigned."""
    old = cosigned(made, 0)
    made.close("b")
    shutil.copytree(made.folder / "b", made.folder / "copy")
    made.open("b")
    made.request("a", "b")
    newest = cosigned(made, old)
    made.close("b")
    for name in ("node.db", "node.db-wal", "node.db-shm"):
        (made.folder / "b" / name).unlink(missing_ok=True)
        if (made.folder / "copy" / name).exists():
            shutil.copy(made.folder / "copy" / name, made.folder / "b" / name)
    made.open("b")
    return old, newest


def test_what_was_cosigned_before_binds_after_a_rollback(made: World) -> None:
    """The log shows a second history from the older head on: the witness names the newer one."""
    old, newest = put_back(made)
    a, b = made.nodes["a"], made.nodes["b"]
    assert b.keeping.ledger.quarantine is None, "b's own log has not grown: only the promise tells"
    with pytest.raises(ProofError, match=r"witness\.behind") as refused:
        b.witness.add_checkpoint(forked(a, old, newest + 3)).result(10)
    assert refused.value.facts["size"] == newest
    with pytest.raises(ProofError, match=r"witness\.(behind|inconsistent)"):
        b.witness.add_checkpoint(forked(a, old, newest)).result(10)
    # The honest log goes on, and is cosigned.
    made.request("a", "b")
    assert cosigned(made, newest) > newest
    assert fsck(b)["ok"] is True


def test_without_the_promise_a_second_history_is_cosigned(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence removed: the database alone remembers, and it was put back."""
    monkeypatch.setattr(Promises, "latest", lambda _self, _origin: None)
    old, newest = put_back(made)
    lines = made.nodes["b"].witness.add_checkpoint(forked(made.nodes["a"], old, newest + 3))
    assert lines.result(10)


def test_the_promise_is_durable_before_anything_is_cosigned(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails it stops the node: nothing is cosigned, nothing tried again."""

    def fail(_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(promises.os, "fsync", fail)
    _, body = made.nodes["a"].watch.submission(0)
    b = made.nodes["b"]
    with pytest.raises(PeerError):
        b.witness.add_checkpoint(body).result(10)
    monkeypatch.undo()
    with pytest.raises(ComityError, match=r"node\.stopped"):
        b.witness.add_checkpoint(body).result(10)
    assert b.keeping.store.all("witnessed_after", "", 10) == []


def test_a_torn_line_is_dropped_and_a_changed_one_refused(tmp_path: Path) -> None:
    guard = tmp_path / "guard"
    kept = Promises(guard)
    head = Checkpoint(origin="example.org/log", size=7, root=b"r" * 32)
    kept.keep(head)
    file = tmp_path / "guard.witness"
    whole = file.read_bytes()
    file.write_bytes(whole + b"example.org/log 9 ")
    assert Promises(guard).latest(head.origin) == head
    assert file.read_bytes() == whole
    file.write_bytes(whole.replace(b" 7 ", b" 07 "))
    with pytest.raises(FormatError, match=r"node\.guard-broken"):
        Promises(guard)
    with pytest.raises(apsw.IOError):
        Promises(tmp_path / "away" / "guard").keep(head)
