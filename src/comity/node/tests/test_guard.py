"""The guard remembers the newest head, whatever happens to its file."""

from pathlib import Path

import pytest

from comity.errors import FormatError, ProofError
from comity.node.guard import Guard, Triple

ORIGIN = "log.example/0"


def head(size: int, root: int = 1, time: int = 100) -> Triple:
    return Triple(size=size, root=bytes([root]) * 32, time=time)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "guard"


def test_it_remembers_the_newest_head(path: Path) -> None:
    """Across restarts."""
    guard = Guard(path, ORIGIN)
    assert guard.latest is None
    for size in (2, 3, 7):
        guard.admit(head(size))
    assert Guard(path, ORIGIN).latest == head(7)


def test_a_smaller_size_is_never_admitted(path: Path) -> None:
    Guard(path, ORIGIN).admit(head(7))
    with pytest.raises(ProofError, match=r"node\.behind-guard"):
        Guard(path, ORIGIN).admit(head(6))


@pytest.mark.parametrize("other", [head(7, root=2), head(7, time=101), head(7, time=99)])
def test_one_size_has_one_root_and_one_time(path: Path, other: Triple) -> None:
    """Ruling 11: never two heads of one size that differ in root or time."""
    Guard(path, ORIGIN).admit(head(7))
    with pytest.raises(ProofError, match=r"node\.head-differs"):
        Guard(path, ORIGIN).admit(other)
    assert Guard(path, ORIGIN).latest == head(7)


def test_time_never_goes_back(path: Path) -> None:
    guard = Guard(path, ORIGIN)
    guard.admit(head(7, time=100))
    with pytest.raises(ProofError, match=r"node\.head-differs"):
        guard.admit(head(8, time=99))


def test_the_same_triple_heals(path: Path) -> None:
    """A crash between guard and signature: exactly that head may be signed again."""
    Guard(path, ORIGIN).admit(head(7))
    before = path.read_bytes()
    Guard(path, ORIGIN).admit(head(7))
    assert path.read_bytes() == before


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_line_is_dropped(path: Path, cut: int) -> None:
    """It was never synced, so it was never followed by a signature."""
    guard = Guard(path, ORIGIN)
    guard.admit(head(7))
    guard.admit(head(8))
    path.write_bytes(path.read_bytes()[:-cut])
    guard = Guard(path, ORIGIN)
    assert guard.latest == head(7)
    guard.admit(head(8, root=3))
    assert Guard(path, ORIGIN).latest == head(8, root=3)


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense\n",
        b"other.example/0 7 " + b"01" * 32 + b" 100\n",
        b"log.example/0 -7 " + b"01" * 32 + b" 100\n",
        b"log.example/0 7 " + b"01" * 32 + b" 100 \n",
        b"log.example/0 07 " + b"01" * 32 + b" 100\n",
        b"log.example/0 7 xx 100\n",
        b"\xff\xfe\n",
        b"\n",
    ],
)
def test_a_line_that_is_not_a_head_is_named(path: Path, content: bytes) -> None:
    """Nobody may go on by guessing what it was."""
    path.write_bytes(content)
    with pytest.raises(FormatError, match=r"node\.guard-broken"):
        Guard(path, ORIGIN)


def test_it_does_not_grow_for_ever(path: Path) -> None:
    """When it is large, it is replaced by its last line."""
    guard = Guard(path, ORIGIN)
    guard.admit(head(2))
    line = path.read_bytes()
    path.write_bytes(line * (1024 * 1024 // len(line) + 2))
    guard.admit(head(3))
    assert path.read_bytes().count(b"\n") == 1
    assert Guard(path, ORIGIN).latest == head(3)
