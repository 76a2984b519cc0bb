"""What the oracle is given: bytes that were on the wire, databases, exports, and what was done."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A party: who it is, and the keys that it publishes."""

    number: int
    party: str
    honest: bool
    log_uri: str
    origin: str
    receipt_key: bytes
    """COSE_Key, as /.well-known/scitt-keys shows it."""
    vkeys: tuple[str, str]
    """The log's two keys as C2SP writes them: Ed25519, ML-DSA-44."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request that an honest machine answered."""

    at: float
    source: int
    target: int
    path: str
    status: int
    body: bytes
    answer: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a node told its own officer that it had said."""

    at: float
    machine: int
    sid: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """A bit that was turned on a disk: the database before and after, and what fsck said."""

    machine: int
    before: Path
    after: Path
    found: bool


@dataclass(slots=True, kw_only=True)
class Ending:
    """An honest machine at the end."""

    machine: int
    database: Path
    runs: bool
    quarantine: str | None
    sound: bool
    """What its own fsck says."""
    faults: str = ""
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Subject to the case in full, as the node exports it."""
    longest_wal: int = 0
    threads: int = 0
    handles: int = 0


@dataclass(slots=True, kw_only=True)
class Evidence:
    """Everything."""

    people: list[Person]
    endings: list[Ending]
    epoch: int
    sent: list[Sent] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    flips: list[Flip] = field(default_factory=list)
    lost: dict[int, list[Path]] = field(default_factory=dict)
    """Machines whose database was put back or lost, with what it was before."""
    lapses: list[tuple[int, str, str, int]] = field(default_factory=list)
    """Machine, subject, clock, unix seconds: a lapse that a node let its officer say."""


@dataclass(frozen=True, slots=True)
class Violation:
    """What must not be."""

    invariant: str
    machine: int
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} m{self.machine:02}: {self.what}"
