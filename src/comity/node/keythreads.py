"""Key threads in this node's log: its own, and those of the parties it has met."""

from collections.abc import Iterator
from dataclasses import dataclass

from comity.log.receipt import parse_receipt
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.parties.address import KIND as ADDRESS
from comity.parties.card import CardPart, write_card
from comity.parties.directory import Directory
from comity.parties.inception import KIND as INCEPTION
from comity.parties.keys import KeyWord, renewed
from comity.statement.act import decode_act
from comity.statement.envelope import attach, parse
from comity.statement.model import PartyId, StatementId
from comity.store.sqlite import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRow:
    """A statement of a key thread in this node's log."""

    leaf: int
    issuer: PartyId
    signed: bytes
    word: KeyWord
    receipt: bytes | None
    """Of its party's own log; ``None``: it is our own, and follows from our heads."""


def key_rows(keeping: Keeping, db: Connection | None = None) -> Iterator[KeyRow]:
    """Yield every statement of a key thread that is held, in the order of our log."""
    for leaf, sid, issuer, signed, act, receipt in keeping.store.all("key_words", db=db):
        encoded = None if receipt is None else blob(receipt)
        index = number(leaf) if encoded is None else parse_receipt(encoded).index
        yield KeyRow(
            leaf=number(leaf),
            issuer=PartyId(str(issuer)),
            signed=blob(signed),
            word=KeyWord(
                sid=StatementId(blob(sid)),
                kid=parse(blob(signed)).header.kid,
                act=decode_act(blob(act)),
                index=index,
            ),
            receipt=encoded,
        )


def key_thread(
    keeping: Keeping, party: PartyId, db: Connection | None = None
) -> tuple[CardPart, ...]:
    """Return a party's key thread as a card shows it, as far as it is held.

    Raises:
        PeerError: ``node.no-head-yet``.

    """
    parts = []
    for row in key_rows(keeping, db):
        if row.issuer == party:
            receipt = row.receipt or keeping.ledger.receipt_now(row.leaf)
            parts.append(
                CardPart(
                    signed=attach(row.signed, [receipt]),
                    sections=keeping.sections(row.word.sid, db),
                )
            )
    return tuple(parts)


def load_key_threads(keeping: Keeping) -> None:
    """Bring the parties that are known to what their key threads in our log say."""
    directory: Directory = keeping.directory
    for row in key_rows(keeping, keeping.store.write):
        party = directory.parties.get(row.issuer)
        if party is not None:
            directory = directory.renew(renewed(party, row.word, keeping.vouched))
    keeping.knows(directory)


def own_card(keeping: Keeping) -> str:
    """Return our card, as it is handed to others."""
    return write_card(
        _part(keeping, INCEPTION),
        _part(keeping, ADDRESS),
        key_thread(keeping, keeping.party),
        keeping.vouched,
    )


def card_of(keeping: Keeping, party: PartyId) -> str:
    """Return a party's card, with all that it has said about its keys."""
    if party == keeping.party:
        return own_card(keeping)
    held = keeping.cards[party]
    thread = key_thread(keeping, party)
    return write_card(held.inception, held.node, thread or held.keys, keeping.vouched)


def _part(keeping: Keeping, kind: str) -> CardPart:
    row = keeping.store.one("own_latest_of_kind", kind)
    sid, signed, leaf = StatementId(blob(row[0])), blob(row[1]), number(row[3])
    receipt = keeping.ledger.receipt_now(leaf)
    return CardPart(signed=attach(signed, [receipt]), sections=keeping.sections(sid))
