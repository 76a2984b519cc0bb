"""Whether a node is well, and what to do where it is not: every check names its remedy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import apsw

from comity.errors import ComityError
from comity.kit.desk import Json
from comity.log.merkle import leaf_hash
from comity.node.ledger import blob, number
from comity.node.node import Node
from comity.statement.body import open_body
from comity.statement.envelope import parse
from comity.store.projections import Cell
from comity.wording import say, tell

SLICE: Final = 500
OUTBOX_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    ok: bool
    facts: Mapping[str, str | int] = field(default_factory=dict)
    trouble: ComityError | None = None


def doctor(node: Node) -> dict[str, Json]:
    """Examine a node; it changes nothing."""
    findings = {name: check(node) for name, check in CHECKS.items()}
    checks: list[Json] = [_told(name, each) for name, each in findings.items()]
    return {
        "ok": all(each.ok for each in findings.values()),
        "party": node.party,
        "log_size": node.keeping.ledger.size,
        "said": number(node.keeping.store.one("said")[0]),
        "checks": checks,
    }


def _told(name: str, finding: Finding) -> dict[str, Json]:
    told: dict[str, Json] = {"name": name, "ok": finding.ok, **finding.facts}
    remedy: dict[str, Json] = {}
    for lang in ("zh", "en"):
        told[lang] = say(f"node.check.{name}", lang, **finding.facts)
        if not finding.ok:
            remedy[lang] = (
                tell(finding.trouble, lang)
                if finding.trouble is not None
                else say(f"node.remedy.{name}", lang, **finding.facts)
            )
    return {**told, "remedy": remedy} if remedy else told


def _database(node: Node) -> Finding:
    try:
        said = str(node.keeping.store.one("integrity")[0])
    except apsw.Error as error:
        said = type(error).__name__
    return Finding(ok=said == "ok", facts={"said": said})


def _guard(node: Node) -> Finding:
    trouble = node.keeping.ledger.quarantine
    latest = node.keeping.ledger.guard.latest
    return Finding(
        ok=trouble is None, facts={"size": latest.size if latest else 0}, trouble=trouble
    )


def _log(node: Node) -> Finding:
    """Hash everything again, from the stored bytes up to the tree."""
    ledger, leaf = node.keeping.ledger, 0
    while rows := node.keeping.store.all("all_rows", leaf, SLICE):
        for row in rows:
            if not _is_whole(node, leaf, row):
                return Finding(ok=False, facts={"leaf": leaf})
            leaf += 1
    head = node.keeping.store.one("last_head")
    whole = (
        bool(head) and ledger.tree.root(number(head[0])) == blob(head[1]) and leaf == ledger.size
    )
    return Finding(ok=whole, facts={"leaf": leaf})


def _is_whole(node: Node, leaf: int, row: tuple[Cell, ...]) -> bool:
    index, sid, entry, _, signed, act, body = row
    try:
        statement = parse(blob(signed))
        sections = open_body(node.keeping.vault.open(blob(body), blob(sid)), statement.payload)
    except (ComityError, apsw.Error):
        return False
    return (
        index == leaf
        and statement.sid == sid
        and statement.entry == entry
        and sections["act"].value == act
        and node.keeping.ledger.tree.leaf(leaf) == leaf_hash(statement.entry)
    )


def _receipts(node: Node) -> Finding:
    """Verify every receipt of other logs again."""
    count = 0
    for _, log, receipt, entry in node.keeping.store.all("all_receipts"):
        try:
            if node.checking.receipt_of(blob(entry), blob(receipt))[0] != log:
                return Finding(ok=False, facts={"count": count})
        except ComityError:
            return Finding(ok=False, facts={"count": count})
        count += 1
    return Finding(ok=True, facts={"count": count})


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


CHECKS: Final[Mapping[str, Callable[[Node], Finding]]] = {
    "database": _database,
    "guard": _guard,
    "log": _log,
    "receipts": _receipts,
    "outbox": _outbox,
    "waiting": _waiting,
}
"""In the order in which they are told."""
