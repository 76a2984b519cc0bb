"""A few seeds in a small world: the long run is ``make simulate``."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def simulated(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the simulator as ``make simulate`` does, in a world of four."""
    return subprocess.run(
        [sys.executable, "-m", "simulation", "--small", "--processes", "1", *arguments],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_seed_alone_gives_the_same_run_again() -> None:
    """Every request, answer, statement and head of two runs is the same, at the same moment."""
    first, again = simulated("--seeds", "2"), simulated("--seeds", "1", "--from", "1")

    assert first.returncode == again.returncode == 0, first.stdout + first.stderr
    digests = re.findall(r"digest (\w+)", first.stdout)
    assert len(set(digests)) == 2
    assert re.findall(r"digest (\w+)", again.stdout) == digests[1:]


@pytest.mark.long
@pytest.mark.parametrize(
    ("planted", "invariant", "more"),
    [
        ("no-fork-rule", "I6", ()),
        ("synchronous-normal", "I1", ()),
        ("no-head-guard", "I3", ("--disaster", "put-back")),
        ("receipts-not-bound", "I8", ()),
    ],
)
def test_it_finds_a_defence_that_is_missing(
    planted: str, invariant: str, more: tuple[str, ...]
) -> None:
    """Some seed of a few breaks the invariant for which the defence stands."""
    told = simulated("--seeds", "10", "--planted", planted, *more)

    assert told.returncode == 1, told.stdout + told.stderr
    assert f"VIOLATION {invariant} " in told.stdout


@pytest.mark.long
def test_nothing_is_found_where_nothing_is_missing() -> None:
    """The same seeds with every defence in its place, the disaster included."""
    told = simulated("--seeds", "10", "--disaster", "put-back")

    assert told.returncode == 0, told.stdout + told.stderr
    assert "VIOLATION" not in told.stdout
