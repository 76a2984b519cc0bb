"""Hostile input that others published, kept outside the repository, and how much of it to play."""

import os
from pathlib import Path
from typing import Final

import pytest

LONG: Final = os.environ.get("LONG") == "1"
PLACE: Final = Path(__file__).parents[3] / "shared" / "data" / "10-hostile"
HOW: Final = "no hostile input at {place}: put the folder there (see docs/threats.md)"


def given(name: str) -> Path:
    """Return a file or folder of the published input, or skip and say where it belongs."""
    found = PLACE / name
    if not found.exists():
        pytest.skip(HOW.format(place=found))
    return found


def count(long: int, short: int) -> int:
    """Return how often: the full count under LONG=1, fewer otherwise."""
    return long if LONG else short
