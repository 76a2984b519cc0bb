"""From rows to statements."""

from comity.fold.entry import Said
from comity.node.ledger import blob, number
from comity.statement.act import decode_act
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.store.sqlite import Connection, Store


def load_said(store: Store, subject: bytes, db: Connection | None) -> list[tuple[Said, int, bytes]]:
    """Return the statements on a subject with their leaves and entries, in log order."""
    return [
        (
            Said(
                id=StatementId(blob(sid)),
                issuer=PartyId(str(issuer)),
                subject=SubjectId(subject),
                act=decode_act(blob(act)),
                claimed_at=number(claimed_at),
                by_node=bool(by_node),
            ),
            number(leaf),
            blob(entry),
        )
        for sid, issuer, act, claimed_at, by_node, leaf, entry in store.all(
            "thread_statements", subject, db=db
        )
    ]
