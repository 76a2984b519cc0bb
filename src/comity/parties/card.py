"""A card: what two parties hand each other before they can speak, one text file.

```
comity-card/1
# name (en): …            for the eye only; nothing reads these lines
# party: urn:comity:party:…
# words: …
base64, in lines, of the deterministic CBOR array
  [inception with its receipt, [its sections],
   node address with its receipt, [its sections],
   * (a statement of its key thread with its receipt, [its sections])]
```

Lines that begin with ``#``, and empty lines, may be changed or lost without harm.  Everything
else is checked when the card is read: the inception by the ``sign`` key it holds, the address by
the key in force where it stands, and all receipts by the log keys in force at their size.  What
a card cannot show is that it came from whom it names: for that people compare the words by
telephone.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.log.receipt import Receipt, verify_receipt
from comity.parties.address import Address, read_address
from comity.parties.inception import SIGN, Party, read_inception
from comity.parties.keys import Vouched, nobody, prove
from comity.statement import cbor
from comity.statement.body import MOST_SECTIONS, Section, decode_section
from comity.statement.cbor import Value
from comity.statement.envelope import Statement, UnverifiedStatement, parse

HEADER: Final = "comity-card/1"
MOST_CHARACTERS: Final = 512 * 1024
_MOST_BYTES: Final = 384 * 1024
_LINE: Final = 76


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPart:
    """A statement on a card: with its receipt, and with its whole body."""

    signed: bytes
    """The statement with its receipt attached."""
    sections: Mapping[str, Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardContent:
    """What a card says, verified."""

    party: Party
    inception: CardPart
    inception_receipt: Receipt
    node: CardPart
    node_statement: Statement
    node_receipt: Receipt
    address: Address
    keys: tuple[CardPart, ...] = ()
    """Its key thread, oldest first."""


def write_card(
    inception: CardPart, node: CardPart, keys: Sequence[CardPart] = (), vouched: Vouched = nobody
) -> str:
    """Return the card of a party.

    Args:
        inception: its inception, with the receipt of its own log.
        node: its newest address, likewise.
        keys: its key thread, likewise, oldest first.
        vouched: as ``read_card``.

    Raises:
        ComityError: whatever ``read_card`` would find wrong with it.

    """
    value: list[Value] = []
    for part in (inception, node, *keys):
        bodies: list[Value] = [part.sections[name].encoded for name in sorted(part.sections)]
        value += [part.signed, bodies]
    armour = b64encode(cbor.encode(value)).decode()
    lines = [armour[at : at + _LINE] for at in range(0, len(armour), _LINE)]
    content = read_card("\n".join([HEADER, *lines]), vouched)
    party = content.party
    notes = [f"# name ({tag}): {name}" for tag, name in party.names.items()]
    notes += [f"# party: {party.id}", f"# node: {content.address.url}"]
    notes += [f"# words: {party.words.en}", f"# 指纹：{party.words.zh}"]
    return "\n".join([HEADER, *notes, *lines, ""])


def read_card(text: str, vouched: Vouched = nobody) -> CardContent:
    """Read a card and verify all of it.

    Args:
        text: the card.
        vouched: who stands for keys that the party lost and members gave back.

    Raises:
        FormatError: ``card.form`` (no card, cut off, or noise), ``card.too-long``,
            ``card.receipt`` (not exactly one), ``card.node`` (the address is another
            party's), ``address.not-its-own`` (it opens another's subject); and as
            ``read_inception`` and ``read_address``.
        TrustError: as ``read_inception``; the address is not signed by the party.
        ProofError: a receipt does not hold.
        RuleError: a change of keys that may not be.

    """
    value = _armoured(text)
    if not isinstance(value, list) or len(value) < 4 or len(value) % 2:  # noqa: PLR2004 - as the layout says
        raise FormatError("card.form")
    parts = [_part(*value[at : at + 2]) for at in range(0, len(value), 2)]
    inception, node, *keys = parts
    party = read_inception(inception.signed, inception.sections)
    for each in keys:
        if len(parse(each.signed).receipts) != 1:
            raise FormatError("card.receipt")
        party = prove(party, each.signed, each.sections, vouched).party
    address = read_address(unverified := parse(node.signed), node.sections)
    if unverified.header.issuer != party.id:
        raise FormatError("card.node", party=party.id)
    receipt = _receipt(unverified, party)
    statement = unverified.verify(party.set_at(receipt.index).keys[SIGN])
    return CardContent(
        party=party,
        inception=inception,
        inception_receipt=_receipt(parse(inception.signed), party),
        node=node,
        node_statement=statement,
        node_receipt=receipt,
        address=address,
        keys=tuple(keys),
    )


def _armoured(text: str) -> Value:
    """Return the value inside the armour."""
    if len(text) > MOST_CHARACTERS:
        raise FormatError("card.too-long", limit=MOST_CHARACTERS)
    lines = [line.strip() for line in text.removeprefix("\ufeff").splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if lines[:1] != [HEADER]:
        raise FormatError("card.form")
    try:
        data = b64decode("".join(lines[1:]), validate=True)
        # One card, one armour: the last character may not carry stray bits.
        if b64encode(data).decode() != "".join(lines[1:]):
            raise FormatError("card.form")
    except (binascii.Error, ValueError):
        raise FormatError("card.form") from None
    return cbor.decode(data, max_bytes=_MOST_BYTES)


def _part(signed: Value, bodies: Value) -> CardPart:
    """Read a statement and its sections."""
    if not isinstance(signed, bytes) or not isinstance(bodies, list):
        raise FormatError("card.form")
    sections: dict[str, Section] = {}
    for body in bodies[: MOST_SECTIONS + 1]:
        if not isinstance(body, bytes):
            raise FormatError("card.form")
        section = decode_section(body)
        if section.name in sections:
            raise FormatError("body.duplicate", name=section.name)
        sections[section.name] = section
    return CardPart(signed=signed, sections=sections)


def _receipt(statement: UnverifiedStatement, party: Party) -> Receipt:
    """Verify the one receipt of a statement, by the party's own log."""
    if len(statement.receipts) != 1:
        raise FormatError("card.receipt")
    return verify_receipt(statement.receipts[0], statement.entry, party.log)
