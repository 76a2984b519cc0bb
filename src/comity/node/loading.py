"""From rows to statements."""

from typing import TypeAlias

from comity.fold.entry import Said
from comity.node.ledger import blob, number
from comity.statement.act import decode_act
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.store.sqlite import Connection, Store

Held: TypeAlias = tuple[Said, int, bytes]
"""A statement, its leaf in this node's log, and its entry."""


def load_said(store: Store, subject: bytes, db: Connection | None) -> list[Held]:
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


def load_one(store: Store, sid: StatementId, db: Connection | None = None) -> Said | None:
    """Return one statement that is held, or ``None``."""
    row = store.one("act", sid, db=db)
    if not row:
        return None
    return Said(
        id=sid,
        issuer=PartyId(str(row[0])),
        subject=SubjectId(blob(row[1])),
        act=decode_act(blob(row[2])),
        claimed_at=number(row[3]),
        by_node=bool(row[4]),
    )
