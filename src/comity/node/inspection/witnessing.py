"""What the node keeps as a witness and as a watch: heads, cosignatures, and what they prove."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from comity.errors import ComityError
from comity.log.checkpoint import Checkpoint
from comity.log.merkle import HASH_BYTES, past_root, verify_consistency
from comity.node.heads import verified_head
from comity.node.inspection.looks import Body, Fault, Look
from comity.node.ledger import blob, number
from comity.node.watch import cosignature_of
from comity.parties.fork_proof import proof_digest, read_fork_proof
from comity.statement.model import PartyId
from comity.store.sqlite import Row

Check: TypeAlias = Callable[[Body, Row], bool]


def walk_witnessing(body: Body, after: str, width: int) -> Iterator[Look]:
    """Verify every signature and every path again, a table after the other."""
    for table, (holds, start) in _TABLES.items():
        last: Row = start
        while rows := body.keeping.store.all(table, *last, width):
            faults = [
                Fault(what=", ".join(map(_named, row[: len(start)])), remedy="witnessing")
                for row in rows
                if not _held(holds, body, row)
            ]
            last = rows[-1][: len(start)]
            yield Look(after=after, count=len(rows), faults=tuple(faults))
    there, added = (number(each) for each in body.keeping.store.one("fork_count"))
    if there != added:
        fault = Fault(what=f"{there} / {added}", remedy="witnessing")
        yield Look(after=after, faults=(fault,))


def _named(cell: object) -> str:
    return cell.hex() if isinstance(cell, bytes) else str(cell)


def _held(holds: Check, body: Body, row: Row) -> bool:
    try:
        return holds(body, row)
    except (ComityError, IndexError, ValueError):
        return False


def _witnessed(body: Body, row: Row) -> bool:
    """A head that we cosigned: the log's signature, and ours unless a crash came between."""
    origin, size, root, text, lines = row
    party = body.keeping.directory.by_origin(str(origin))
    if party is None:
        return False
    head, own = verified_head(party, str(text))
    if (head.size, head.root, own) != (size, root, text):
        return False
    if not lines:
        return True
    made = cosignature_of(head, str(lines), body.keeping.own)
    # Every line counts: beside one that holds, another may have been spoilt.
    return made is not None and made.lines == lines


def _seen(body: Body, row: Row) -> bool:
    log, size, root, text = row
    head, own = verified_head(body.keeping.directory.party(PartyId(str(log))), str(text))
    return (head.size, head.root, own) == (size, root, text)


def _continued(body: Body, row: Row) -> bool:
    """A path: from the earlier head, or if that was forgotten, into the later one."""
    log, old, size, path = row
    data = blob(path)
    hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
    earlier = body.keeping.store.one("seen_head", log, old)
    later = body.keeping.store.one("seen_head", log, size)
    new = number(size), blob(later[0])
    if not earlier:
        return past_root(number(old), new, hashes) is not None
    verify_consistency((number(old), blob(earlier[0])), new, hashes)
    return True


def _cosignature(body: Body, row: Row) -> bool:
    log, size, witness, time, lines = row
    keeping = body.keeping
    party = keeping.directory.party(PartyId(str(log)))
    if party.id == keeping.party:
        root = keeping.ledger.tree.root(number(size))
    else:
        root = blob(keeping.store.one("seen_head", log, size)[0])
    head = Checkpoint(origin=party.log.origin, size=number(size), root=root)
    signer = keeping.directory.party(PartyId(str(witness)))
    made = cosignature_of(head, str(lines), signer)
    return made is not None and (made.time, made.lines) == (time, lines)


def _fork(_body: Body, row: Row) -> bool:
    digest, log, proof = row
    found = read_fork_proof(blob(proof))
    return proof_digest(blob(proof)) == digest and found.party.id == log


_TABLES: Final[Mapping[str, tuple[Check, Row]]] = {
    "witnessed_after": (_witnessed, ("",)),
    "seen_after": (_seen, ("", 0)),
    "continued_after": (_continued, ("", 0, 0)),
    "cosigned_after": (_cosignature, ("", 0, "")),
    "forks_after": (_fork, (b"",)),
}
"""By query: what checks a row, and before which key the first one stands."""
