"""What this node's program cannot tell is set aside: it stops neither its thread nor any other.

A statement at which a fold raises, loops or takes more room than there is stays in the log, with
its receipt, and is left out of what its thread is folded from, until ``comity rebuild`` with a
repaired program tells everything anew.  It is a fact about this node, shown as one; it is no rule.

A thread is folded here only once exactly this telling of it has come to an end in a process of
its own (``trial``); what has, is noted beside the log.

Source: security threat T18; ADR 26.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from typing import Final

from comity.errors import PeerError
from comity.fold.capability import Capability, Ground, State
from comity.fold.entry import Told
from comity.node.ledger import blob
from comity.node.trial import Trial
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.store.sqlite import Connection, Store

MOST_OF_ONE: Final = 4
"""After so many of one party in one thread, its further words there are set aside unread:
each may have cost the whole time that a fold may take."""
PROGRAM: Final = version("comity")
OF_ONE_WHO: Final = "after-others"
OF_ROWS: Final = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """What a thread's state is folded from."""

    subject: SubjectId
    capability: Capability
    told: tuple[Told, ...]
    """Without what is set aside."""
    ground: Ground

    @property
    def digest(self) -> bytes:
        """Return what stands for exactly this: capability, statements, bars, ground, program."""
        marks = [
            each.said.id + (each.barred.id if each.barred else "").encode() + bytes([each.ignored])
            for each in self.told
        ]
        head = f"{PROGRAM} {self.capability.name} {self.ground!r}".encode()
        return sha256(sha256(head).digest() + b"".join(marks)).digest()


def set_aside_of(
    store: Store, subject: SubjectId, db: Connection | None = None
) -> dict[StatementId, str]:
    """Return what is set aside in a thread, and why."""
    rows = store.all("set_aside_of", subject, db=db)
    return {StatementId(blob(sid)): str(why) for sid, why in rows}


def state_of(tale: Tale, store: Store, trial: Trial, db: Connection | None = None) -> State:
    """Fold a thread, once that is known to come to an end.

    Raises:
        PeerError: ``node.not-told``: it does not, and what is to blame is not set aside yet.

    """
    row = store.one("telling", tale.subject, db=db)
    if not row or row[0] != tale.digest:
        why = trial(tale.capability, tale.told, tale.ground)
        if why:
            raise PeerError("node.not-told", subject=tale.subject.hex(), why=why)
    return tale.capability.fold(tale.told, tale.ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What can be told of a thread, and what cannot."""

    tale: Tale
    set_aside: dict[StatementId, str]
    """What was set aside now, and why."""


def sort_out(
    tale: Tale, before: frozenset[StatementId], trial: Trial, aside: Iterable[PartyId] = ()
) -> Sorted:
    """Leave out of a thread what keeps it from being told.

    Args:
        tale: the thread, without what is set aside already.
        before: what of it has been told before.
        trial: tells whether a fold comes to an end.
        aside: the issuer of each statement of it that was set aside before.

    """
    counts, found = Counter(aside), dict[StatementId, str]()
    told = list(tale.told)
    while True:
        for each in told:
            if each.said.id not in before and counts[each.said.issuer] >= MOST_OF_ONE:
                found[each.said.id] = OF_ONE_WHO
        told = [each for each in told if each.said.id not in found]
        why = trial(tale.capability, told, tale.ground)
        if not why or not told:
            return Sorted(tale=_of(tale, told), set_aside=found)
        culprit = _culprit(told, before, partial(_stops, tale, trial))
        found[culprit.said.id] = why
        counts[culprit.said.issuer] += 1


def _culprit(
    told: Sequence[Told], before: frozenset[StatementId], stops: Callable[[Sequence[Told]], bool]
) -> Told:
    """Return the statement with which a telling that came to an end no longer does."""
    fresh = [each for each in told if each.said.id not in before]
    if len(fresh) == 1:
        return fresh[0]
    if not fresh or stops([each for each in told if each.said.id in before]):
        # Another program told it than this one.
        fresh, before = list(told), frozenset()
    well, ill = 0, len(fresh)
    while ill - well > 1:
        middle = (well + ill) // 2
        some = before.union(each.said.id for each in fresh[:middle])
        if stops([each for each in told if each.said.id in some]):
            ill = middle
        else:
            well = middle
    return fresh[well]


def _stops(tale: Tale, trial: Trial, told: Sequence[Told]) -> bool:
    return bool(told) and bool(trial(tale.capability, told, tale.ground))


def _of(tale: Tale, told: Sequence[Told]) -> Tale:
    return Tale(
        subject=tale.subject, capability=tale.capability, told=tuple(told), ground=tale.ground
    )
