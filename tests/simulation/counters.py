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
    "bit-flip",
    "put-back",
    "restore-old",
    "total-loss",
    "alone-after-a-disaster",
    "fork-of-a-log",
    "answered:nothing",
    "answered:garbage",
    "answered:another's-receipt",
    "answered:refusal",
    "answered:late",
    "did:replay",
    "did:mutilate",
    "did:pass-on",
    "did:forge",
    "did:flood",
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
    "said-by-hostile",
    "bit-flip-found",
    "out-of-quarantine",
    "fork-of-a-log-proved",
    "fork-of-a-thread-shown",
    "nothing-signed-in-quarantine",
)
"""Each followed, or the fault had no effect."""


def missing(total: Counter[str]) -> list[str]:
    """Return what never happened."""
    return [each for each in (*FAULTS, *CONSEQUENCES) if not total[each]]
