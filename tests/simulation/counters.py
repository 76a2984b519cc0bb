"""What must really have happened in a run of many seeds, or the run proves nothing."""

from collections import Counter

FAULTS = (
    "crash",
    "power-cut",
    "power-cut-in-the-middle",
    "pause",
    "weather",
    "lost",
    "duplicated",
    "clog",
    "swizzle-clog",
    "partition",
    "one-way",
    "skew",
    "jump",
    "slow-disk",
    "full",
    "eio",
    "upgrade",
)
"""Each was done to a machine or a line."""
CONSEQUENCES = (
    "torn",
    "unsynced-dropped",
    "clogged",
    "cut",
    "restart",
    "writer-stopped",
    "said",
)
"""Each followed, or the fault had no effect."""


def missing(total: Counter[str]) -> list[str]:
    """Return what never happened."""
    return [each for each in (*FAULTS, *CONSEQUENCES) if not total[each]]
