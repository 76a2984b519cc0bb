"""Whether a node is well, and what to do where it is not: every check names its remedy.

What is held against what follows from it is the inspection's; the doctor walks its newest end,
and adds how the node is doing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import apsw

from comity.errors import ComityError
from comity.kit.desk import Json
from comity.node.cosigners import cosigners
from comity.node.inspection.fsck import examine, examine_all, report
from comity.node.inspection.looks import Part
from comity.node.inspection.parts import PARTS
from comity.node.inspection.scrub import LATE_SECONDS
from comity.node.ledger import blob, number
from comity.node.node import Node
from comity.node.threads import load_thread
from comity.statement.model import PartyId, SubjectId, subject_urn
from comity.wording import say, tell

NEWEST: Final = 2_000
"""So many entries the doctor hashes again; ``fsck`` and the scrub do the rest."""
MOST_GAPS: Final = 20
"""So many gaps of the log are named."""
OUTBOX_SECONDS: Final = 300
OUTSIDE_SECONDS: Final = 300
"""How long outside witnesses may take before that is trouble."""
_HOUR: Final = 3_600
_NOTHING: Final[Mapping[str, str | int]] = {
    **dict.fromkeys(("size", "count", "waiting", "refused", "age", "hours"), 0),
    **dict.fromkeys(("by", "of", "seen", "open", "free", "reserve"), 0),
    **dict.fromkeys(("what", "part", "leaves", "peers"), "?"),
}
"""What the sentences mention, where a check could not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    ok: bool
    facts: Mapping[str, str | int] = field(default_factory=dict)
    trouble: ComityError | None = None
    remedy: str = ""
    """The last part of the sentence's code, if not the check's own name."""
    check: str = ""
    """The same, of what is told whether all is well or not."""


def doctor(node: Node) -> dict[str, Json]:
    """Examine a node; it changes nothing."""
    findings = {
        name: _examined(node, check)
        for name, check in CHECKS.items()
        if name != "outside" or node.keeping.outside.witnesses
    }
    checks: list[Json] = [_told(name, each) for name, each in findings.items()]
    return {
        "ok": all(each.ok for each in findings.values()),
        "party": node.party,
        "log_size": node.keeping.ledger.size,
        "said": _said(node),
        "checks": checks,
    }


def fsck(node: Node) -> dict[str, Json]:
    """Hold everything the node keeps against what it follows from; counts as a whole scrub."""
    results = examine_all(node.body)
    node.scrub.note(results, node.clock.now())
    told = report(results)
    guard = _told("guard", _examined(node, _guard))
    checks = told["checks"]
    assert isinstance(checks, list)  # noqa: S101 - made above
    if guard["ok"] is not True:
        told |= {
            "ok": False,
            "first": told["first"] or {"part": "guard", "what": str(guard["size"])},
        }
    return {
        **told,
        "party": node.party,
        "log_size": node.keeping.ledger.size,
        "said": _said(node),
        "checks": [*checks, guard],
    }


def _said(node: Node) -> int:
    """Return how much our officers have said, or -1 if the database cannot tell."""
    try:
        return number(node.keeping.store.one("said")[0])
    except (ComityError, apsw.Error, IndexError):
        return -1


def _examined(node: Node, check: Callable[[Node], Finding]) -> Finding:
    """Run a check; one that cannot be run has found something."""
    try:
        return check(node)
    except (ComityError, apsw.Error, IndexError) as error:
        return Finding(ok=False, facts={**_NOTHING, "what": type(error).__name__})


def _told(name: str, finding: Finding) -> dict[str, Json]:
    told: dict[str, Json] = {"name": name, "ok": finding.ok, **finding.facts}
    remedy: dict[str, Json] = {}
    for lang in ("zh", "en"):
        told[lang] = say(f"node.check.{finding.check or name}", lang, **finding.facts)
        if not finding.ok:
            remedy[lang] = (
                tell(finding.trouble, lang)
                if finding.trouble is not None
                else say(f"node.remedy.{finding.remedy or name}", lang, **finding.facts)
            )
    return {**told, "remedy": remedy} if remedy else told


def _guard(node: Node) -> Finding:
    ledger = node.keeping.ledger
    trouble = ledger.quarantine or node.writer.stopped
    trouble = trouble or ledger.clock_back(node.keeping.clock.machine())
    latest = ledger.guard.latest
    facts: dict[str, str | int] = {"size": latest.size if latest else 0}
    check = "" if node.settings.guard_is_apart else "guard-shared"
    return Finding(ok=trouble is None, facts=facts, trouble=trouble, check=check)


def _inspected(part: Part, node: Node) -> Finding:
    """Walk the newest end of a part of the inspection."""
    result = examine(part, node.body, part.newest(node.body, NEWEST))
    facts: dict[str, str | int] = {"count": result.count, "faults": result.faults}
    if result.first is None:
        return Finding(ok=True, facts=facts)
    return Finding(ok=False, facts={**facts, "what": result.first.what}, remedy=result.first.remedy)


def _disk(node: Node) -> Finding:
    free, reserve = node.settings.free_bytes, node.settings.reserve_mb
    facts: dict[str, str | int] = {"free": free // 2**20, "reserve": reserve}
    return Finding(ok=free >= node.settings.reserve_bytes, facts=facts)


def _recovery(node: Node) -> Finding:
    """Tell which entries nobody has given back yet, and who was not heard."""
    gaps = node.recovery.missing() if node.recovery.needed else []
    waits = node.recovery.waits_for() if node.recovery.needed else ()
    leaves = ", ".join(str(one) if one == end else f"{one}-{end}" for one, end in gaps[:MOST_GAPS])
    if len(gaps) > MOST_GAPS:
        leaves += ", …"
    facts: dict[str, str | int] = {"leaves": leaves or "-", "peers": ", ".join(waits) or "-"}
    return Finding(ok=not node.recovery.needed, facts=facts)


def _scrub(node: Node) -> Finding:
    progress = node.scrub.progress
    age, alarm = progress.age(node.clock.now()), progress.alarm
    facts: dict[str, str | int] = {"hours": age // _HOUR, "part": progress.part}
    if alarm is not None:
        return Finding(ok=False, facts={**facts, "what": alarm.what}, remedy=alarm.remedy)
    return Finding(ok=age <= LATE_SECONDS, facts=facts)


def _outbox(node: Node) -> Finding:
    counts = {str(row[0]): row for row in node.keeping.store.all("outbox_counts")}
    due, refused = counts.get("due"), counts.get("refused")
    age = node.clock.now() - number(due[2]) if due else 0
    facts: dict[str, str | int] = {
        "waiting": number(due[1]) if due else 0,
        "refused": number(refused[1]) if refused else 0,
        "age": max(age, 0),
    }
    return Finding(ok=not refused and age <= OUTBOX_SECONDS, facts=facts)


def _waiting(node: Node) -> Finding:
    count = len(node.missing())
    return Finding(ok=count == 0, facts={"count": count})


def _witnesses(node: Node) -> Finding:
    """Tell who cosigned the newest head, and whether others have seen more than there is here."""
    store, size = node.keeping.store, node.keeping.ledger.size
    row = store.one("last_head")
    by = cosigners(node.keeping, node.party, number(row[0])) if row else frozenset[PartyId]()
    seen = number(store.one("most_seen", node.party)[0])
    facts: dict[str, str | int] = {
        "by": len(by),
        "of": len(node.watch.peers()),
        "seen": seen,
        "size": size,
    }
    return Finding(ok=seen <= size, facts=facts)


def _outside(node: Node) -> Finding:
    """Tell which witnesses that are no party's cosigned the newest head, if any are named."""
    outside, store = node.keeping.outside, node.keeping.store
    size, row = node.keeping.ledger.size, store.one("last_head")
    by = outside.by(str(row[3])) if row else frozenset[str]()
    facts: dict[str, str | int] = {
        "by": len(by),
        "of": len(outside.witnesses),
        "seen": outside.seen,
        "size": size,
    }
    if outside.seen > size:
        return Finding(ok=False, facts=facts, remedy="witnesses")
    fresh = bool(row) and node.clock.now() - number(row[2]) <= OUTSIDE_SECONDS
    return Finding(ok=fresh or not outside.visited or outside.policy.met_by(by), facts=facts)


def _forks(node: Node) -> Finding:
    """Look for proofs that a log has two histories; what is not explained is told, no more."""
    store = node.keeping.store
    count, waiting = len(store.all("forks")), number(store.one("not_linked_count", node.party)[0])
    return Finding(ok=count == 0, facts={"count": count, "open": waiting})


def _thread_forks(node: Node) -> Finding:
    """Name the threads in which a party signed two statements at one place of its chain."""
    keeping, told = node.keeping, list[str]()
    for (subject,) in keeping.store.all("split_threads"):
        thread = load_thread(keeping, SubjectId(blob(subject)), folded=False)
        issuers = sorted({fork.issuer for fork in thread.telling.forks})
        told += [f"{subject_urn(thread.subject)} ({', '.join(issuers)})"] if issuers else []
    return Finding(ok=not told, facts={"count": len(told), "what": "; ".join(told) or "-"})


def _set_aside(node: Node) -> Finding:
    """Name what this node's program cannot tell."""
    rows = node.keeping.store.all("all_set_aside")
    facts: dict[str, str | int] = {"count": len(rows), "what": "-"}
    if rows:
        facts["what"] = f"{blob(rows[0][0]).hex()} ({rows[0][2]!s})"
    return Finding(ok=not rows, facts=facts)


_OF_PARTS: Final[Mapping[str, Callable[[Node], Finding]]] = {
    part.name: partial(_inspected, part) for part in PARTS if part.name != "blobs"
}
CHECKS: Final[Mapping[str, Callable[[Node], Finding]]] = {
    "database": _OF_PARTS["database"],
    "guard": _guard,
    **_OF_PARTS,
    "set-aside": _set_aside,
    "outbox": _outbox,
    "waiting": _waiting,
    "witnesses": _witnesses,
    "outside": _outside,
    "forks": _forks,
    "thread-forks": _thread_forks,
    "disk": _disk,
    "scrub": _scrub,
    "recovery": _recovery,
}
"""In the order in which they are told."""
