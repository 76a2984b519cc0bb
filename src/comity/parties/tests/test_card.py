"""Cards: what two parties hand each other, verified to the last byte."""

from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, ProofError
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import build_receipt, sign_head
from comity.log.tree import Tree
from comity.parties.address import KIND as ADDRESS
from comity.parties.address import Address, make_address, own_part
from comity.parties.card import HEADER, CardPart, read_card, write_card
from comity.parties.inception import LOG, LOG_PQ, RECEIPT, SIGN
from comity.parties.policy import Policy, make_policy
from comity.parties.speech import Spoken, name_sections, speak
from comity.parties.tests.party_stories import NOW, Known, known, new_party
from comity.statement.act import Act, act_section
from comity.statement.body import ACT, payload_of
from comity.statement.cbor import Value, decode, encode
from comity.statement.envelope import attach, parse, sign
from comity.statement.model import StatementId, SubjectId, subject_urn
from comity.statement.subject import subject_id

URL = "https://node.example"
WEAK = encode({1: 1, 3: -19, -1: 6, -2: bytes(32)})
"""An Ed25519 key of small order."""


def logged(owner: Known, *spoken: Spoken) -> list[CardPart]:
    """Put statements into a party's log and attach its receipts."""
    tree = Tree()
    for each in spoken:
        tree.append(leaf_hash(each.statement.entry))
    log = owner.party.log
    head = Checkpoint(origin=log.origin, size=tree.size, root=tree.root())
    checkpoint = sign_checkpoint(head, NOW, owner.keys[LOG], owner.keys[LOG_PQ])
    signature = sign_head(
        log_uri=log.log_uri,
        origin=log.origin,
        time=NOW,
        size=head.size,
        root=head.root,
        signer=owner.keys[RECEIPT],
    )
    return [
        CardPart(
            signed=attach(
                each.statement.encoded,
                [build_receipt(signature, at, tree.inclusion(at, tree.size), checkpoint)],
            ),
            sections=each.sections,
        )
        for at, each in enumerate(spoken)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What stands on a card."""

    inception: CardPart
    node: CardPart


@lru_cache
def parts(name: str, signer: str | None = None) -> Parts:
    """Return the parts of a card; ``signer`` says the address in the party's place."""
    owner = known(name)
    speaker = known(signer or name)
    policy = make_policy(
        owner.party.id, Policy(), bytes(32), signer=owner.keys[SIGN], issued_at=NOW
    )
    node = make_address(
        speaker.party.id,
        Address(url=URL, pin=bytes(range(32))),
        bytes(32),
        signer=speaker.keys[SIGN],
        issued_at=NOW,
    )
    _, inception, address = logged(owner, policy, owner.inception, node)
    return Parts(inception=inception, node=address)


@lru_cache
def card(name: str) -> str:
    """Return a party's card."""
    return write_card(parts(name).inception, parts(name).node)


def armoured(*values: bytes | list[bytes]) -> str:
    """Return a card with whatever inside, unchecked."""
    return "\n".join([HEADER, b64encode(encode(list(values))).decode()])


def refusal(text: str) -> str:
    """Return the code with which a card is refused."""
    with pytest.raises(ComityError) as refused:
        read_card(text)
    return refused.value.code


def test_a_card_is_read_as_it_was_written() -> None:
    """Party, address and both receipts come out, verified."""
    content = read_card(card("Aurelia"))

    assert content.party == known("Aurelia").party
    assert content.address == Address(url=URL, pin=bytes(range(32)))
    assert content.node_statement.header.issuer == content.party.id
    assert (content.inception_receipt.index, content.node_receipt.index) == (1, 2)
    assert content.inception_receipt.time == NOW


def test_a_card_tells_the_eye_who_it_is() -> None:
    """Name, id and words stand in lines that nothing reads."""
    text = card("Aurelia")

    assert text.startswith(HEADER + "\n# name (en): Aurelia\n")
    assert known("Aurelia").party.words.en in text
    assert known("Aurelia").party.words.zh in text


def test_mail_may_change_its_lines() -> None:
    """Line ends, comments, empty lines and a byte-order mark are nobody's words."""
    lines = [each for each in card("Aurelia").splitlines() if not each.startswith("#")]

    text = "\ufeff" + "\r\n".join(["", lines[0], "# somebody else", "", *lines[1:], ""])

    assert read_card(text).party == known("Aurelia").party


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda text: text.removeprefix(HEADER),
        lambda _: HEADER,
        lambda text: text.replace(HEADER, "comity-card/2"),
        lambda text: text[: len(text) // 2],
        lambda text: text + "AAAA",
        lambda text: text + "名片",
        lambda text: text + text,
    ],
)
def test_noise_is_no_card(spoil: Callable[[str], str]) -> None:
    """Cut off, doubled, of another version, or something else."""
    code = refusal(spoil(card("Aurelia")))

    assert code.split(".")[0] in {"card", "cbor"}


def test_an_endless_card_is_not_read() -> None:
    """The limit stands before everything else."""
    assert refusal(HEADER + "\n" * 600_000) == "card.too-long"


def test_an_address_by_somebody_else_is_refused() -> None:
    """Nobody says where another's node is."""
    mixed = parts("Aurelia", "Boralia")

    with pytest.raises(ComityError) as refused:
        write_card(mixed.inception, mixed.node)
    assert refused.value.code == "card.node"


def test_an_address_opens_a_subject_of_its_own_or_continues_one() -> None:
    """Signed by the right party, in another's subject, or in none that anybody opened."""
    owner, other = known("Aurelia"), known("Boralia")
    own = own_part(Address(url=URL, pin=None))
    foreign = subject_id(other.party.id, bytes(32))
    sid = StatementId(bytes(32))
    opening = Act(type=ADDRESS, nonce=bytes(32), own=own)
    loose = Act(type=ADDRESS, own=own)
    after = Act(type=ADDRESS, case=sid, prev=sid, seen=(sid,), own=own)

    def code(act: Act, subject: bytes) -> str:
        section = act_section(act)
        statement = sign(
            issuer=owner.party.id,
            subject=subject_urn(SubjectId(subject)),
            issued_at=NOW,
            payload=payload_of([section]),
            signer=owner.keys[SIGN],
        )
        spoken = Spoken(statement=statement, act=act, sections={ACT: section})
        policy = make_policy(
            owner.party.id, Policy(), bytes(32), signer=owner.keys[SIGN], issued_at=NOW
        )
        _, inception, address = logged(owner, policy, owner.inception, spoken)
        try:
            write_card(inception, address)
        except ComityError as error:
            return error.code
        return "read"

    assert code(opening, subject_id(owner.party.id, bytes(32))) == "read"
    assert code(after, foreign) == "read"
    assert code(opening, foreign) == "address.not-its-own"
    assert code(loose, foreign) == "address.not-its-own"


def test_a_card_without_receipt_is_refused() -> None:
    """Its own log must hold what the card says."""
    whole = parts("Aurelia")
    bare = CardPart(
        signed=known("Aurelia").inception.statement.encoded, sections=whole.inception.sections
    )

    with pytest.raises(ComityError) as refused:
        write_card(bare, whole.node)
    assert refused.value.code == "card.receipt"


def test_a_receipt_for_something_else_is_refused() -> None:
    """Receipts cannot be swapped, nor come from another's log."""
    whole, other = parts("Aurelia"), parts("Boralia")
    with pytest.raises(ProofError):
        write_card(_with_receipt_of(whole.inception, whole.node), whole.node)
    with pytest.raises(ComityError) as refused:
        write_card(_with_receipt_of(whole.inception, other.inception), whole.node)
    assert refused.value.code == "log.other-log"


def _with_receipt_of(part: CardPart, other: CardPart) -> CardPart:
    """Return a part with the receipt of another."""
    receipts = parse(other.signed).receipts
    return CardPart(signed=attach(part.signed, receipts), sections=part.sections)


@pytest.mark.parametrize("purpose", ["sign", "node", "transport", "log", "receipt"])
def test_a_key_of_small_order_is_refused_at_the_card(purpose: str) -> None:
    """T13: whoever makes a card by hand with a trick key is not met."""
    owner = known("Aurelia")
    new = new_party("Aurelia")
    keys: list[Value] = [
        {"purpose": each, "key": WEAK if each == purpose else key}
        for each, key in sorted(new.keys.items())
    ]
    act = replace(owner.inception.act, own={"keys": keys, "next": new.next, "demo": False})
    forged = speak(
        act, name_sections(new.names), party=None, signer=owner.keys[SIGN], issued_at=NOW
    )
    node = [each.encoded for each in parts("Aurelia").node.sections.values()]
    bodies = [each.encoded for each in forged.sections.values()]

    code = refusal(armoured(forged.statement.encoded, bodies, parts("Aurelia").node.signed, node))

    assert code == "key.weak"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_every_changed_character_is_found(data: st.DataObject) -> None:
    """In the armour; and only our errors come out."""
    text = card("Aurelia")
    start = text.rindex("# ") + text[text.rindex("# ") :].index("\n") + 1
    at = data.draw(st.integers(start, len(text) - 2))
    other = data.draw(st.sampled_from("ABCabc019+/=!\u4e2d"))
    if text[at] in {other, "\n"}:
        return

    with pytest.raises(ComityError):
        read_card(text[:at] + other + text[at + 1 :])


@settings(max_examples=100, deadline=None)
@given(st.text() | st.binary().map(lambda each: f"{HEADER}\n{each.hex()}"))
def test_only_our_errors_come_out_of_noise(text: str) -> None:
    """Whatever somebody mails."""
    with pytest.raises(ComityError):
        read_card(text)


def test_the_armour_is_plain_base64() -> None:
    """So that one can be made by hand."""
    lines = [each for each in card("Aurelia").splitlines() if not each.startswith("#")]

    value = decode(b64decode("".join(lines[1:])), max_bytes=1 << 20)

    assert isinstance(value, list)
    assert len(value) == 4
