"""A node is killed, or its disk fails, at every file call of every write path (strace).

One process per point: SIGKILL before the call, or EIO or ENOSPC in its place.  Afterwards the
node is opened again: everything that was acknowledged is there, and ``fsck`` finds nothing.

The short run takes one point of each path, in its middle; the long one as many as fit into minutes,
and both print how many of how many.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from chaos.crash_world import prepare
from comity.errors import ComityError
from comity.log.receipt import parse_receipt
from comity.node.backup import backup
from comity.node.doctor import fsck
from comity.node.node import Node, open_node
from comity.node.restore import Restoring, restore

CALLS = (
    "pwrite64", "write", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "rename",
    "renameat", "openat", "mkdir", "chmod", "fchmod",
)  # fmt: skip
WRITES = frozenset({"pwrite64", "write", "fsync", "fdatasync", "ftruncate"})
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")
PATHS = ("append", "receipt", "cosign", "rotate", "backup", "restore")
"""A further write path is one more method of ``Copy`` and one more word here."""
SHORT, LONG = 1, 20
"""Points of each path."""

needs_strace = pytest.mark.skipif(
    shutil.which("strace") is None, reason="needs strace: apt-get install strace"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A call of a path, and what happens there."""

    call: str
    number: int
    fault: str


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crash") / "whole"
    folder.mkdir()
    prepare(folder)
    return folder


def run(whole: Path, target: Path, path: str, *strace: str) -> "subprocess.CompletedProcess[str]":
    """Run a write path on a fresh copy under strace."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(whole, target)
    tests = Path(__file__).parent.parent
    env = os.environ | {"PYTHONPATH": f"{tests}{os.pathsep}{tests.parent / 'src'}"}
    script = str(Path(__file__).with_name("writing.py"))
    traced = ["strace", "-f", "--seccomp-bpf", *strace]
    command = [*traced, sys.executable, "-B", script, path, str(target)]
    return subprocess.run(
        command, capture_output=True, text=True, env=env, timeout=120, check=False
    )


@cache
def points(whole: Path, path: str) -> list[Point]:
    """Return every call of a path on files of its folder, from ``ready`` to the end."""
    target, told = whole.parent / "count", whole.parent / "count.txt"
    traced = ("-y", "-o", str(told), "-e", f"trace={','.join(CALLS)}")
    ended = run(whole, target, path, *traced)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    found: list[Point] = []
    numbers = dict.fromkeys(CALLS, 0)
    is_ready = False
    for line in told.read_text(errors="replace").splitlines():
        called = re.match(r"\d+\s+(\w+)\(", line)
        if called is None or called[1] not in numbers:
            continue
        numbers[called[1]] += 1
        is_ready = is_ready or '"ready\\n"' in line
        if is_ready and str(target) in line:
            found += [Point(called[1], numbers[called[1]], fault) for fault in FAULTS]
    return found


def chosen(found: Sequence[Point], count: int) -> list[Point]:
    """Return so many points, evenly over calls and faults; a single one is in the middle."""
    step = max(1.0, len(found) / count)
    return [found[int((at + 0.5) * step)] for at in range(min(count, len(found)))]


def harm(whole: Path, path: str, point: Point) -> list[tuple[str, str]]:
    """Run a path to a point, and return what had been acknowledged; the copy stays."""
    inject = f"inject={point.call}:{point.fault}:when={point.number}"
    trace = f"trace={point.call}"
    ended = run(whole, whole.parent / "harmed", path, "-o", os.devnull, "-e", trace, "-e", inject)
    lines = [line.split(" ") for line in ended.stdout.splitlines()]
    # What could not be written is never tried again by the same process; a full disk may be.
    is_again = ["again"] in lines and point.fault == "error=EIO" and point.call in WRITES
    assert not is_again, f"went on after an error of the disk: {lines}"
    return [(words[1], words[2]) for words in lines if words[0] == "ack"]


def harm_all(whole: Path, path: str, found: Sequence[Point]) -> None:
    """Run a path to each of some points."""
    for point in found:
        harm(whole, path, point)


def held(node: Node, kind: str, what: str) -> bool:
    """Tell whether something acknowledged is there."""
    if kind == "statement":
        return bool(node.keeping.store.one("by_sid", bytes.fromhex(what)))
    if kind == "receipt":
        receipt = bytes.fromhex(what)
        return node.keeping.ledger.receipt_now(parse_receipt(receipt).index) == receipt
    if kind == "cosigned":
        return bool(node.keeping.store.all("witnessed_after", "", 1))
    return True


def examined(folder: Path, acked: Sequence[tuple[str, str]]) -> None:
    """Open what a crash left, and check it."""
    node = open_node(folder / "node")
    try:
        told = fsck(node)
        assert told["ok"] is True, told["first"]
        for each in acked:
            assert held(node, *each), f"lost: {each}"
        backup(node, str(folder / "later.backup"))
    finally:
        node.close()
    assert not list((folder / "node").glob("backup-*"))
    if ("backup", "-") in acked or (folder / "new.backup").exists():
        restore(Restoring(file=folder / "new.backup", folder=folder / "b", keys=folder / "node"))
    restored(folder / "back", is_acked=("restored", "-") in acked)


def restored(folder: Path, *, is_acked: bool) -> None:
    """A restored folder is a whole node in quarantine, or no node."""
    if not (folder / "comity.json").exists():
        assert not is_acked
        with pytest.raises(ComityError, match=r"node\.no-node"):
            open_node(folder)
        return
    node = open_node(folder)
    try:
        assert node.keeping.ledger.quarantine is not None, "it would sign"
        told = fsck(node)
        checks = told["checks"]
        assert isinstance(checks, list)
        wrong = [each["name"] for each in checks if isinstance(each, dict) and not each["ok"]]
        assert wrong == ["guard"], told["first"]
    finally:
        node.close()


def sweep(whole: Path, path: str, count: int) -> None:
    """Harm a path at some of its points."""
    found = points(whole, path)
    assert len(found) > len(FAULTS), "no call was found: the sweep would prove nothing"
    taken = chosen(found, count)
    acknowledged = 0
    for point in taken:
        try:
            acked = harm(whole, path, point)
            acknowledged += len(acked)
            examined(whole.parent / "harmed", acked)
        except BaseException as error:
            error.add_note(f"{path}: {point}")
            raise
    told = {"path": path, "points": len(taken), "of": len(found), "acknowledged": acknowledged}
    print(json.dumps(told))  # noqa: T201 - how far it went, for whoever runs it with -s


@needs_strace
@pytest.mark.parametrize("path", PATHS)
def test_a_crash_at_one_point_loses_nothing(whole: Path, path: str) -> None:
    sweep(whole, path, SHORT)


@needs_strace
@pytest.mark.long
@pytest.mark.parametrize("path", PATHS)
def test_a_crash_at_every_kind_of_point_loses_nothing(whole: Path, path: str) -> None:
    """Evenly over all calls and faults; POINTS=0 takes every one."""
    count = int(os.environ.get("POINTS", str(LONG)))
    sweep(whole, path, count or 1_000_000)


@needs_strace
def test_the_sweep_sees_a_node_that_goes_on(whole: Path) -> None:
    """The defence removed: a writer that does not stop when the disk fails is told."""
    syncs = [
        each
        for each in points(whole, "append")
        if each.fault == "error=EIO" and each.call in {"fsync", "fdatasync"}
    ]
    assert syncs
    with pytest.raises(AssertionError, match="went on"):
        harm_all(whole, "careless", syncs[:4])


@needs_strace
def test_the_sweep_sees_what_is_lost(whole: Path) -> None:
    """The harness can fail: what was acknowledged and is not there is told."""
    acked = harm(whole, "append", Point("pwrite64", 60_000, "signal=KILL"))
    assert len(acked) == 2
    examined(whole.parent / "harmed", acked)
    with pytest.raises(AssertionError, match="lost"):
        examined(whole.parent / "harmed", [("statement", parse_nothing())])


def parse_nothing() -> str:
    """Return the id of a statement that nobody made."""
    return "00" * 32
