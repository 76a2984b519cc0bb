"""Which statements of a thread are contested or struck, because a key was declared compromised."""

from collections.abc import Iterable, Mapping

from comity.fold.entry import Said
from comity.log.checkpoint import parse_checkpoint
from comity.log.receipt import parse_receipt
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.parties.compromise import Places, Standing, standing
from comity.parties.inception import Party
from comity.statement.envelope import parse
from comity.statement.model import PartyId, StatementId
from comity.store.sqlite import Connection


def contested_in(
    keeping: Keeping, said: Iterable[Said], db: Connection | None = None
) -> Mapping[StatementId, Standing]:
    """Return those statements that are not sound, and what their keys make of them."""
    found = {}
    for each in said:
        party = keeping.directory.parties.get(each.issuer)
        if party is None or not party.bounds:
            continue
        told = _standing(keeping, party, each.id, db)
        if told is not Standing.SOUND:
            found[each.id] = told
    return found


def _standing(keeping: Keeping, party: Party, sid: StatementId, db: Connection | None) -> Standing:
    row = keeping.store.one("by_sid", sid, db=db)
    kid = parse(blob(row[1])).header.kid
    bound = party.bounds.get(kid)
    if bound is None:
        return Standing.SOUND
    places = Places(of=_places(keeping, sid, db), dated=lambda: _dated(keeping, party, sid, db))
    return standing(party, kid, places, _places(keeping, bound.statement, db))


def _places(keeping: Keeping, sid: StatementId, db: Connection | None) -> dict[PartyId, int]:
    """Return where each log holds a statement, as far as is known here."""
    found = {
        PartyId(str(row[0])): parse_receipt(blob(row[3])).index
        for row in keeping.store.all("receipts_of", sid, db=db)
    }
    row = keeping.store.one("by_sid", sid, db=db)
    if row:
        found[keeping.party] = number(row[0])
    return found


def _dated(keeping: Keeping, party: Party, sid: StatementId, db: Connection | None) -> bool:
    """Tell whether a head signed with later keys continues the head over a statement."""
    if party.id == keeping.party:
        return True
    for row in keeping.store.all("receipts_of", sid, db=db):
        if row[0] != party.id:
            continue
        receipt = parse_receipt(blob(row[3]))
        head, _ = parse_checkpoint(receipt.checkpoint_text)
        after = next((each.after for each in party.sets if each.after >= receipt.size), None)
        held = (party.id, receipt.size, head.root, after)
        return after is not None and bool(keeping.store.one("is_dated", *held, db=db))
    return False
