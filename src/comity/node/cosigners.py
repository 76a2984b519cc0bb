"""By whom a head is witnessed, as far as this node holds it; a fact apart from delivery."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from comity.kit.office import MechanismView, ReceiptView, ThreadView, Witnessed
from comity.log.merkle import HASH_BYTES
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.parties.inception import witness_name
from comity.statement.model import PartyId


def cosigners(keeping: Keeping, log: PartyId, size: int) -> frozenset[PartyId]:
    """Return who cosigned a head, or a later head that is shown to continue it."""
    query = "cosigners_from" if log == keeping.party else "cosigners"
    return frozenset(PartyId(str(row[0])) for row in keeping.store.all(query, log, size))


def with_witnesses(
    keeping: Keeping, view: ThreadView, mechanism: MechanismView | None
) -> ThreadView:
    """Return a thread with the witnesses of each receipt's head."""
    members = view.ground.members or view.parties
    known: dict[tuple[PartyId, int], Witnessed] = {}

    def told(receipt: ReceiptView) -> ReceiptView:
        head = receipt.log, receipt.size
        if head not in known:
            known[head] = _witnessed(keeping, head, members, mechanism)
        return replace(receipt, witnessed=known[head])

    entries = {
        sid: replace(entry, receipts=tuple(map(told, entry.receipts)))
        for sid, entry in view.entries.items()
    }
    return replace(view, entries=entries)


def _witnessed(
    keeping: Keeping,
    head: tuple[PartyId, int],
    members: Sequence[PartyId],
    mechanism: MechanismView | None,
) -> Witnessed:
    others = {each for each in members if each != head[0]}
    by = cosigners(keeping, *head) & others
    quorum = None if mechanism is None else mechanism.quorum
    met = None if quorum is None else quorum.met_by({witness_name(each) for each in by})
    return Witnessed(by=len(by), of=len(others), quorum=met)


def shown_heads(
    keeping: Keeping, heads: Sequence[tuple[PartyId, int]]
) -> tuple[
    Mapping[tuple[PartyId, int], str],
    Mapping[tuple[PartyId, int], str],
    Mapping[tuple[PartyId, int, int], Sequence[bytes]],
]:
    """Return what shows the witnesses of some heads to whoever has no node.

    Returns:
        By log and size, the further checkpoints and the lines of cosignatures; by log and the
        two sizes, the proofs that the cosigned heads continue those asked about.

    """
    checkpoints: dict[tuple[PartyId, int], str] = {}
    lines: dict[tuple[PartyId, int], str] = {}
    proofs: dict[tuple[PartyId, int, int], Sequence[bytes]] = {}
    for log, size in heads:
        for target, path in _continued(keeping, log, size):
            found = "".join(
                str(row[2])
                for row in keeping.store.all("cosignatures", log, target)
                if row[0] != log
            )
            if not found:
                continue
            lines[log, target] = found
            if target != size:
                checkpoints[log, target] = _checkpoint(keeping, log, target)
                proofs[log, size, target] = path
    return checkpoints, lines, proofs


def _continued(keeping: Keeping, log: PartyId, size: int) -> list[tuple[int, Sequence[bytes]]]:
    """Return the head itself and, if more have cosigned one that continues it, that one.

    Of those that most have cosigned the first: once every member has, it is the same for ever.
    """
    store, tree = keeping.store, keeping.ledger.tree
    found: list[tuple[int, Sequence[bytes]]] = [(size, ())]
    paths: dict[int, Sequence[bytes]] = {}
    if log != keeping.party:
        for later, path in store.all("continuations", log, size):
            data = blob(path)
            hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
            paths[number(later)] = hashes
    for row in store.all("first_cosigned", log, size):
        target = number(row[0])
        if target == size:
            break
        if log == keeping.party or target in paths:
            shown = paths[target] if target in paths else tree.consistency(size, target)
            return [*found, (target, shown)]
    return found


def _checkpoint(keeping: Keeping, log: PartyId, size: int) -> str:
    if log == keeping.party:
        return str(keeping.store.one("head_of", size)[0])
    return str(keeping.store.one("seen_head", log, size)[1])
