"""The log from its stored bytes, its signed heads, and the receipts of other logs."""

from collections.abc import Iterator

import apsw

from comity.errors import ComityError
from comity.log.merkle import leaf_hash
from comity.log.receipt import HeadSignature, build_receipt, verify_receipt
from comity.node.founding import INCEPTION_SUBJECT
from comity.node.inspection.looks import Body, Fault, Look, settled
from comity.node.keyring import NODE
from comity.node.ledger import blob, number
from comity.node.submit import ATTACHMENTS
from comity.parties.directory import Held
from comity.parties.inception import KIND as INCEPTION
from comity.statement.act import read_act
from comity.statement.blob import decode_attachments
from comity.statement.body import Section, open_body
from comity.statement.envelope import UnverifiedStatement, parse
from comity.statement.model import PartyId, subject_of
from comity.store.projections import Cell
from comity.store.sqlite import Row


def walk_log(body: Body, after: str, width: int) -> Iterator[Look]:
    """Hash every entry again, from the stored bytes of its row up to the tree."""
    ledger, store = body.keeping.ledger, body.keeping.store
    size, leaf = ledger.size, int(after or 0)
    while leaf < size:
        end = min(leaf + width, size)
        rows = {row[0]: row for row in store.all("all_rows", leaf, width)}
        faults: list[Fault] = []
        for index in range(leaf, end):
            faults += _entry_faults(body, index, rows.get(index))
        yield Look(after=str(end), count=end - leaf, faults=tuple(faults))
        leaf = end
    if not settled(lambda: tuple(store.one("log_count")) == (ledger.size, ledger.size)):
        yield Look(after=str(leaf), faults=(Fault(what=str(ledger.size), remedy="log"),))


def newest_entries(body: Body, count: int) -> str:
    """Return where the newest so many entries begin."""
    return str(max(0, body.keeping.ledger.size - count))


def _entry_faults(body: Body, leaf: int, row: Row | None) -> list[Fault]:
    """Compare every column of a row with the statement's bytes, and those with the tree."""
    wrong = [Fault(what=str(leaf), remedy="log")]
    if row is None:
        return wrong
    _, sid, entry, subject, signed, act_bytes, locked, *columns = row
    keeping = body.keeping
    try:
        statement = parse(blob(signed))
        sections = open_body(keeping.vault.open(blob(locked), blob(sid)), statement.payload)
        act = read_act(sections)
        said = _speaker(body, statement, act.type)
        expected: list[Cell] = [
            act.case or statement.sid,
            said.party,
            act.type,
            int(said.party == keeping.party),
            int(said.purpose == NODE),
            act.prev,
            statement.header.issued_at,
        ]
        about = INCEPTION_SUBJECT if act.type == INCEPTION else subject_of(statement.header.subject)
        is_whole = (
            (statement.sid, statement.entry, about) == (sid, entry, subject)
            and sections["act"].value == act_bytes
            and (columns == expected or columns == _anothers(body, statement, expected))
            and keeping.ledger.tree.leaf(leaf) == leaf_hash(statement.entry)
            # What stands beside the signed bytes is part of them: nothing is appended.
            and statement.encoded == signed
        )
        return _attached(body, sections) if is_whole else wrong
    except (ComityError, apsw.Error):
        return wrong


def _anothers(body: Body, statement: UnverifiedStatement, ours: list[Cell]) -> list[Cell]:
    """Return the columns of what a compromised key of ours signed: we did not say it."""
    bounded = statement.header.kid in body.keeping.own.bounds
    return [*ours[:3], 0, *ours[4:]] if bounded else ours


def _attached(body: Body, sections: dict[str, Section]) -> list[Fault]:
    """Name the attachments that a statement speaks of and that are not stored whole."""
    section = sections.get(ATTACHMENTS)
    if section is None:
        return []
    blobs = body.keeping.blobs
    return [
        Fault(what=each.cipher.hex(), remedy="blobs")
        for each in decode_attachments(section.value)
        if not blobs.has(each.cipher) or blobs.size(each.cipher) != each.cipher_size
    ]


def _speaker(body: Body, statement: UnverifiedStatement, kind: str) -> Held:
    """Return who signed a statement with which of its keys, verified once more."""
    header = statement.header
    issuer = body.keeping.party if kind == INCEPTION else PartyId(header.issuer)
    key, purpose = body.keeping.directory.key_for(issuer, header.kid)
    statement.verify(key)
    return Held(party=issuer, purpose=purpose)


def walk_heads(body: Body, after: str, width: int) -> Iterator[Look]:
    """Verify every signed head again, by the receipt of the newest entry under it."""
    store, size = body.keeping.store, int(after or 0)
    while rows := store.all("heads", size, width):
        faults = [
            Fault(what=str(row[0]), remedy="heads") for row in rows if not _head_holds(body, row)
        ]
        size = number(rows[-1][0])
        yield Look(after=str(size), count=len(rows), faults=tuple(faults))
    there, added = (number(each) for each in store.one("head_count"))
    if there != added:
        yield Look(after=str(size), faults=(Fault(what=f"{there} / {added}", remedy="heads"),))


def newest_heads(body: Body, count: int) -> str:
    """Return where the heads over the newest so many entries begin."""
    return newest_entries(body, count)


def _head_holds(body: Body, row: Row) -> bool:
    ledger = body.keeping.ledger
    try:
        size = number(row[0])
        head = HeadSignature(protected=blob(row[4]), signature=blob(row[5]))
        path = ledger.tree.inclusion(size - 1, size)
        entry = blob(body.keeping.store.one("entries_between", size - 1, size)[0])
        receipt = build_receipt(head, size - 1, path, str(row[3]))
        told = verify_receipt(receipt, entry, body.keeping.own.log)
    except (ComityError, IndexError):
        return False
    return (told.size, told.time, ledger.tree.root(size)) == (size, row[2], row[1])


def walk_receipts(body: Body, after: str, width: int) -> Iterator[Look]:
    """Verify every receipt of other logs again; what others said has their own log's."""
    store, leaf = body.keeping.store, int(after or 0)
    while leaf < (size := body.keeping.ledger.size):
        end = min(leaf + width, size)
        faults: list[Fault] = []
        receipted: set[int] = set()
        count = 0
        rows = store.all("receipts_between", leaf, end)
        for index, entry, issuer, _, log, *told in rows:
            if log is None:
                continue
            count += 1
            if log == issuer:
                receipted.add(number(index))
            if not _receipt_holds(body, blob(entry), (log, *told)):
                faults.append(Fault(what=str(index), remedy="receipts"))
        theirs = {number(row[0]) for row in rows if not row[3]}
        faults += [
            Fault(what=str(index), remedy="receipts") for index in sorted(theirs - receipted)
        ]
        yield Look(after=str(end), count=count, faults=tuple(faults))
        leaf = end
    there, added, orphans = (number(each) for each in store.one("receipt_count"))
    if there != added or orphans:
        what = f"{there} / {added}"
        yield Look(after=str(leaf), faults=(Fault(what=what, remedy="receipts"),))


def _receipt_holds(body: Body, entry: bytes, row: Row) -> bool:
    log, size, time, encoded = row
    try:
        party, receipt, _ = body.checking.receipt_of(entry, blob(encoded))
    except ComityError:
        return False
    return (party, receipt.size, receipt.time) == (log, size, time)
