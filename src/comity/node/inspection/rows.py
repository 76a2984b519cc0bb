"""What is made from the log, what waits to go out, and what the node keeps for itself."""

from collections.abc import Iterator

from comity.casefile.manifest import parse_manifest_signature
from comity.errors import ComityError
from comity.fold.seen import owes_seen
from comity.kit.office import ThreadView
from comity.node.inspection.looks import Body, Fault, Look, at_rest, settled
from comity.node.keeping import draft_label, party_digest, party_digest_key
from comity.node.ledger import blob, number
from comity.node.threads import Thread, load_thread, view_of
from comity.parties.card import read_card
from comity.statement.act import decode_act
from comity.statement.model import SUBJECT_BYTES, SubjectId
from comity.statement.sign1 import sig_structure
from comity.store.projections import Projection
from comity.store.sqlite import Row

_END = b"\xff" * (SUBJECT_BYTES + 1)
"""Sorts behind every subject."""
_FEW = 16
"""Threads a step, at most: each is told anew."""


def walk_threads(body: Body, after: str, width: int) -> Iterator[Look]:
    """Tell every thread again and compare the rows that pages read with what comes out."""
    store, low = body.keeping.store, bytes.fromhex(after)
    while True:
        looks: list[Look] = []

        def compared(low: bytes = low, looks: list[Look] = looks) -> bool:
            with store.look():
                looks[:] = [_compare(body, low, min(width, _FEW))]
                return not looks[0].faults or at_rest(body)

        settled(compared)
        yield looks[0]
        if not looks[0].after:
            return
        low = bytes.fromhex(looks[0].after)


def _compare(body: Body, low: bytes, width: int) -> Look:
    """Compare the rows of the next few subjects, and of whatever stands between them."""
    store, keeping = body.keeping.store, body.keeping
    subjects = [blob(row[0]) for row in store.all("subjects_after", low, width)]
    high = subjects[-1] if len(subjects) == width else _END
    faults: list[Fault] = []
    expected: dict[str, dict[bytes, Row]] = {name: {} for name in body.projections}
    threads: dict[bytes, Row] = {}
    for each in subjects:
        try:
            thread = load_thread(keeping, SubjectId(each))
            view = view_of(keeping, thread)
            if view is not None and thread.opening is not None and thread.capability is not None:
                threads[each] = _thread_row(body, thread)
                projection = body.projections.get(thread.capability.name)
                if projection is not None:
                    expected[projection.name][each] = projection.row(view)
            if not _asks_for(body, thread):
                faults.append(Fault(what=each.hex(), remedy="rows"))
        except Exception:  # noqa: BLE001 - what this walk looks for is any failure at all
            faults.append(Fault(what=each.hex(), remedy="threads"))
    spoiled = {each.what for each in faults}
    stored = {blob(row[0]): row for row in store.all("threads_between", low, high)}
    held = {key: (*row[:4], row[4] is not None) for key, row in stored.items()}
    differing = _differing(held, threads)
    for name, projection in body.projections.items():
        differing |= _differing(_rows_of(body, projection, low, high), expected[name])
    faults += [
        Fault(what=each.hex(), remedy="rows")
        for each in sorted(differing)
        if each.hex() not in spoiled
    ]
    after = high.hex() if high != _END else ""
    return Look(after=after, count=len(subjects), faults=tuple(faults))


def _rows_of(
    body: Body, projection: Projection[ThreadView], low: bytes, high: bytes
) -> dict[bytes, Row]:
    found = body.keeping.store.ask(projection.sql["between"], low, high)
    return {blob(row[0]): row for row in found}


def _thread_row(body: Body, thread: Thread) -> Row:
    opening, capability = thread.opening, thread.capability
    assert opening is not None  # noqa: S101 - the caller has looked
    assert capability is not None  # noqa: S101 - the caller has looked
    owes = owes_seen(thread.telling, body.keeping.party)
    return (thread.subject, opening.id, opening.act.net, capability.name, owes)


def _asks_for(body: Body, thread: Thread) -> bool:
    """Tell whether everything that the thread waits for is on the list of what to ask for."""
    store = body.keeping.store
    listed = {(str(row[0]), row[1]) for row in store.all("missing_of", thread.subject)}
    return all(
        (thread.said[waiting].issuer, sid) in listed or store.one("by_sid", sid)
        for waiting, missing in thread.telling.waiting.items()
        for sid in missing
    )


def _differing(stored: dict[bytes, Row], expected: dict[bytes, Row]) -> set[bytes]:
    return {key for key in stored.keys() | expected.keys() if stored.get(key) != expected.get(key)}


def walk_deliveries(body: Body, after: str, width: int) -> Iterator[Look]:
    """Look for what was said to somebody and neither reached them nor waits to."""
    store, leaf = body.keeping.store, int(after or 0)
    while leaf < (size := body.keeping.ledger.size):
        end = min(leaf + width, size)
        faults, count = [], 0
        with store.look():
            for sid, act_bytes in store.all("own_said", leaf, end):
                reached = {str(row[0]) for row in store.all("receipts_of", sid)}
                reached |= {str(row[0]) for row in store.all("outbox_of", sid)}
                try:
                    aud = decode_act(blob(act_bytes)).aud
                except ComityError:
                    continue  # the walk of the log names it
                if set(aud) - reached - {body.keeping.party}:
                    faults.append(Fault(what=blob(sid).hex(), remedy="deliveries"))
                count += 1
        yield Look(after=str(end), count=count, faults=tuple(faults))
        leaf = end
    yield from _waiting(body, width, str(leaf))


def _waiting(body: Body, width: int, after: str) -> Iterator[Look]:
    """Look at each row of the outbox: it is of a statement that is held, for a known party."""
    store, last = body.keeping.store, 0
    known = body.keeping.directory.parties
    while rows := store.all("outbox_after", last, width):
        faults = [
            Fault(what=f"{blob(sid).hex()} ({peer!s})", remedy="deliveries")
            for _, peer, sid, state, held in rows
            if held is None or peer not in known or state not in {"due", "refused"}
        ]
        last = number(rows[-1][0])
        yield Look(after=after, count=0, faults=tuple(faults))


def walk_parties(body: Body, after: str, width: int) -> Iterator[Look]:
    """Read every card again."""
    store, last = body.keeping.store, after
    while rows := store.all("parties_after", last, width):
        faults = [
            Fault(what=str(row[0]), remedy="kept") for row in rows if not _card_holds(body, row)
        ]
        last = str(rows[-1][0])
        yield Look(after=last, count=len(rows), faults=tuple(faults))
    there, added = (number(each) for each in store.one("party_tally"))
    if there != added:
        yield Look(after=last, faults=(Fault(what=f"{there} / {added}", remedy="kept"),))


def _card_holds(body: Body, row: Row) -> bool:
    digest = body.keeping.store.one("meta", party_digest_key(row))
    try:
        content = read_card(str(row[2]), body.keeping.vouched)
    except ComityError:
        return False
    return content.party.id == row[0] and digest == (party_digest(row),)


def walk_kept(body: Body, after: str, width: int) -> Iterator[Look]:
    """Open every draft, and verify every signature that was kept for an export."""
    store, count = body.keeping.store, 0
    faults: list[Fault] = []
    last: str = ""
    while rows := store.all("drafts_after", last, width):
        for draft, locked in rows:
            try:
                body.keeping.vault.open(blob(locked), draft_label(str(draft)))
            except ComityError:
                faults.append(Fault(what=str(draft), remedy="kept"))
        last, count = str(rows[-1][0]), count + len(rows)
    digest = b""
    while rows := store.all("manifests_after", digest, width):
        faults += [
            Fault(what=blob(row[0]).hex(), remedy="kept")
            for row in rows
            if not _signature_holds(body, row)
        ]
        digest, count = blob(rows[-1][0]), count + len(rows)
    there, added = (number(each) for each in store.one("manifest_count"))
    if there != added:
        faults.append(Fault(what=f"{there} / {added}", remedy="kept"))
    yield Look(after=after, count=count, faults=tuple(faults))


def _signature_holds(body: Body, row: Row) -> bool:
    try:
        signed = parse_manifest_signature(blob(row[1]))
        key, _ = body.keeping.directory.key_for(body.keeping.party, signed.kid)
        key.verify(signed.signature, sig_structure(signed.protected, signed.payload))
    except ComityError:
        return False
    return signed.payload == row[0]
