"""From rows to statements, and which of them make up one thread."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from comity.fold.entry import Said
from comity.fold.opening import opening_of
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


def circle_of(said: Said) -> frozenset[PartyId]:
    """Return who says and hears a statement."""
    return frozenset({said.issuer, *said.act.aud})


def choose_opening(held: Sequence[Held], party: PartyId) -> Said | None:
    """Return the opening of the thread that this party is in.

    Openings of one subject with other audiences open other threads (THREAD-4), and only a
    hostile party makes them.  This party stays in the one in which it has spoken, and before
    that in the one that it logged first.
    """
    openings = {each.id: each for each, _, _ in held if each.act.case is None and each.act.nonce}
    spoken = (openings.get(each.act.case or each.id) for each, _, _ in held if each.issuer == party)
    first = next((each for each in spoken if each), next(iter(openings.values()), None))
    return None if first is None else opening_of(each for each, _, _ in in_circle(held, first))


def in_circle(held: Iterable[Held], opening: Said) -> list[Held]:
    """Return what belongs to an opening's thread: what is said among the same parties."""
    circle = circle_of(opening)
    return [each for each in held if circle_of(each[0]) == circle]
