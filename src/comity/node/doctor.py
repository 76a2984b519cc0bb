"""Whether a node is well, and what to do where it is not: every check names its remedy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import apsw

from comity.errors import ComityError
from comity.kit.desk import Json
from comity.log.merkle import leaf_hash
from comity.log.receipt import HeadSignature, build_receipt, verify_receipt
from comity.node.cosigners import cosigners
from comity.node.founding import INCEPTION_SUBJECT
from comity.node.keyring import NODE
from comity.node.ledger import blob, number
from comity.node.node import Node
from comity.node.threads import load_thread, view_of
from comity.parties.directory import Held
from comity.parties.inception import KIND as INCEPTION
from comity.statement.act import decode_act, read_act
from comity.statement.body import open_body
from comity.statement.envelope import UnverifiedStatement, parse
from comity.statement.model import PartyId, SubjectId, subject_of
from comity.store.projections import Cell
from comity.wording import say, tell

SLICE: Final = 500
OUTBOX_SECONDS: Final = 300
_NOTHING: Final[Mapping[str, str | int]] = {
    **dict.fromkeys(("size", "leaf", "count", "waiting", "refused", "age"), 0),
    **dict.fromkeys(("by", "of", "seen", "open"), 0),
    **dict.fromkeys(("said", "subject", "sid"), "?"),
}
"""What the sentences mention, where a check could not say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    ok: bool
    facts: Mapping[str, str | int] = field(default_factory=dict)
    trouble: ComityError | None = None


def doctor(node: Node) -> dict[str, Json]:
    """Examine a node; it changes nothing."""
    findings = {name: _examined(node, check) for name, check in CHECKS.items()}
    checks: list[Json] = [_told(name, each) for name, each in findings.items()]
    return {
        "ok": all(each.ok for each in findings.values()),
        "party": node.party,
        "log_size": node.keeping.ledger.size,
        "said": _said(node),
        "checks": checks,
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
        return Finding(ok=False, facts={**_NOTHING, "said": type(error).__name__})


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
    trouble = node.keeping.ledger.quarantine or node.writer.stopped
    latest = node.keeping.ledger.guard.latest
    return Finding(
        ok=trouble is None, facts={"size": latest.size if latest else 0}, trouble=trouble
    )


def _log(node: Node) -> Finding:
    """Hash everything again, from the stored bytes up to the tree and the newest head."""
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
    """Compare every column of a row with the statement's bytes, and those with the tree."""
    index, sid, entry, subject, signed, act_bytes, body, *columns = row
    keeping = node.keeping
    try:
        statement = parse(blob(signed))
        sections = open_body(keeping.vault.open(blob(body), blob(sid)), statement.payload)
        act = read_act(sections)
        said = _speaker(node, statement, act.type)
    except (ComityError, apsw.Error):
        return False
    is_inception = act.type == INCEPTION
    expected = [
        act.case or statement.sid,
        said.party,
        act.type,
        int(said.party == node.party),
        int(said.purpose == NODE),
        act.prev,
        statement.header.issued_at,
    ]
    return (
        index == leaf < keeping.ledger.size
        and statement.sid == sid
        and statement.entry == entry
        and sections["act"].value == act_bytes
        and (INCEPTION_SUBJECT if is_inception else subject_of(statement.header.subject)) == subject
        and columns == expected
        and keeping.ledger.tree.leaf(leaf) == leaf_hash(statement.entry)
    )


def _speaker(node: Node, statement: UnverifiedStatement, kind: str) -> Held:
    """Return who signed a statement with which of its keys, verified once more."""
    header = statement.header
    issuer = node.party if kind == INCEPTION else PartyId(header.issuer)
    key, purpose = node.directory().key_for(issuer, header.kid)
    statement.verify(key)
    return Held(party=issuer, purpose=purpose)


def _heads(node: Node) -> Finding:
    """Verify every signed head again, by the receipt of the newest entry under it."""
    count = size = 0
    while rows := node.keeping.store.all("heads", size, SLICE):
        for row in rows:
            size = number(row[0])
            if not _holds(node, row):
                return Finding(ok=False, facts={"count": count})
            count += 1
    return Finding(ok=True, facts={"count": count})


def _holds(node: Node, row: tuple[Cell, ...]) -> bool:
    ledger = node.keeping.ledger
    size = number(row[0])
    try:
        head = HeadSignature(protected=blob(row[4]), signature=blob(row[5]))
        path = ledger.tree.inclusion(size - 1, size)
        entry = blob(node.keeping.store.one("entries_between", size - 1, size)[0])
        receipt = build_receipt(head, size - 1, path, str(row[3]))
        told = verify_receipt(receipt, entry, node.keeping.own.log)
    except (ComityError, IndexError):
        return False
    return (told.size, told.time, ledger.tree.root(size)) == (size, row[2], row[1])


def _threads(node: Node) -> Finding:
    """Tell every thread again: one that cannot be told was set aside when it was shown."""
    count = 0
    for (subject,) in node.keeping.store.all("subjects"):
        try:
            thread = load_thread(node.keeping, SubjectId(blob(subject)))
            view = view_of(node.keeping, thread)
            projection = node.projections.get(thread.capability.name if thread.capability else "")
            if projection is not None and view is not None:
                projection.row(view)
        except Exception:  # noqa: BLE001 - what this check looks for is any failure at all
            return Finding(ok=False, facts={"count": count, "subject": blob(subject).hex()})
        count += 1
    return Finding(ok=True, facts={"count": count})


def _deliveries(node: Node) -> Finding:
    """Look for what was said to somebody and neither reached them nor waits to."""
    count = 0
    for sid, act_bytes in node.keeping.store.all("own_said"):
        known = {str(row[0]) for row in node.keeping.store.all("receipts_of", sid)}
        waiting = {str(row[0]) for row in node.keeping.store.all("outbox_of", sid)}
        if set(decode_act(blob(act_bytes)).aud) - known - waiting - {node.party}:
            return Finding(ok=False, facts={"count": count, "sid": blob(sid).hex()})
        count += 1
    return Finding(ok=True, facts={"count": count})


def _receipts(node: Node) -> Finding:
    """Verify every receipt of other logs again, and that the row says of it what it says."""
    count = 0
    for log, size, time, receipt, entry in node.keeping.store.all("all_receipts"):
        try:
            party, held, _ = node.checking.receipt_of(blob(entry), blob(receipt))
            if (party, held.size, held.time) != (log, size, time):
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


def _forks(node: Node) -> Finding:
    """Look for proofs that a log has two histories; what is not explained is told, no more."""
    store = node.keeping.store
    count, waiting = len(store.all("forks")), number(store.one("not_linked_count", node.party)[0])
    return Finding(ok=count == 0, facts={"count": count, "open": waiting})


CHECKS: Final[Mapping[str, Callable[[Node], Finding]]] = {
    "database": _database,
    "guard": _guard,
    "log": _log,
    "heads": _heads,
    "receipts": _receipts,
    "threads": _threads,
    "deliveries": _deliveries,
    "outbox": _outbox,
    "waiting": _waiting,
    "witnesses": _witnesses,
    "forks": _forks,
}
"""In the order in which they are told."""
