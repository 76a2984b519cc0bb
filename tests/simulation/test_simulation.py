"""A few seeds in a small world: the long run is ``make simulate``."""

import os
import re
import subprocess
import sys
from pathlib import Path

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


def test_the_same_seed_gives_the_same_run() -> None:
    """Every request, answer, statement and head of two runs is the same, at the same moment."""
    first, second = simulated("--seeds", "2"), simulated("--seeds", "2")

    assert first.returncode == 0, first.stdout + first.stderr
    digests = re.findall(r"digest (\w+)", first.stdout)
    assert len(set(digests)) == 2
    assert re.findall(r"digest (\w+)", second.stdout) == digests
