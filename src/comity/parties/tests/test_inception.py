"""Inceptions: a party is what it says itself, under its own key."""

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError, TrustError
from comity.parties.inception import (
    KIND,
    LOG,
    NODE,
    SIGN,
    TRANSPORT,
    NewParty,
    log_origin,
    make_inception,
    next_digest,
    read_inception,
)
from comity.parties.speech import name_sections, speak
from comity.parties.tests.party_stories import NOW, encoded, fresh_keys, known, new_party
from comity.statement import cbor
from comity.statement.act import Act
from comity.statement.body import TEXT_TYPE, Section, new_section
from comity.statement.cbor import Value
from comity.statement.keys import ES256, MLDSA44, PrivateKey
from comity.statement.model import PartyId, party_id
from comity.wording import tell


def refusal(new: NewParty, signer: PrivateKey | None = None) -> str:
    """Return the code with which an inception is refused."""
    with pytest.raises(ComityError) as refused:
        make_inception(new, signer=signer or fresh_keys("Aurelia")[SIGN], issued_at=NOW)
    return refused.value.code


def test_a_party_is_what_its_inception_says() -> None:
    """Ruling 7: the id is made from the statement's id; names come from sections."""
    keys = fresh_keys("Aurelia")
    new = new_party("Aurelia", en="Aurelia", zh="奥里利亚")

    spoken = make_inception(new, signer=keys[SIGN], issued_at=NOW)
    party = read_inception(spoken.statement.encoded, spoken.sections)

    assert party.id == party_id(spoken.statement.sid)
    assert party.fingerprint == spoken.statement.sid.hex()
    assert party.names == {"en": "Aurelia", "zh": "奥里利亚"}
    assert party.keys[NODE] == keys[NODE].public
    assert party.log.ed25519 == keys[LOG].public
    assert party.log.origin == log_origin(party.id)
    assert party.log.log_uri == f"urn:comity:log:{party.log.origin}"
    assert not party.demo


def test_one_key_for_one_purpose() -> None:
    """T12: the same key under two purposes is refused."""
    new = new_party("Aurelia")
    twice = {**new.keys, TRANSPORT: new.keys[SIGN]}

    assert refusal(replace(new, keys=twice)) == "parties.keys"


def test_every_purpose_is_there() -> None:
    """An inception without a key for the log cannot be answered with receipts."""
    new = new_party("Aurelia")
    fewer = {purpose: key for purpose, key in new.keys.items() if purpose != LOG}

    assert refusal(replace(new, keys=fewer)) == "parties.keys"


def test_checkpoints_need_their_algorithms() -> None:
    """The log signs with Ed25519 and ML-DSA-44, nothing else."""
    new = new_party("Aurelia")
    other = PrivateKey.load(MLDSA44, bytes(32)).public.encoded

    assert refusal(replace(new, keys={**new.keys, LOG: other})) == "parties.key-algorithm"


def test_requests_between_nodes_need_their_algorithm() -> None:
    """Whoever checks them knows Ed25519 and nothing else: said at meet, not at each request."""
    keys = fresh_keys("Aurelia")
    new = new_party("Aurelia")
    other = PrivateKey.generate(ES256).public.encoded

    with pytest.raises(FormatError) as refused:
        make_inception(
            replace(new, keys={**new.keys, TRANSPORT: other}), signer=keys[SIGN], issued_at=NOW
        )
    facts = {"field": "transport", "expected": "Ed25519"}
    assert (refused.value.code, dict(refused.value.facts)) == ("parties.key-algorithm", facts)
    for lang in ("en", "zh"):
        assert {"transport", "Ed25519"} <= set(
            re.findall("[a-zA-Z0-9]+", tell(refused.value, lang))
        )


def test_a_key_of_small_order_is_refused() -> None:
    """T13: the key admission check stands before everything else."""
    new = new_party("Aurelia")
    weak = cbor.encode({1: 1, 3: -19, -1: 6, -2: bytes(32)})

    assert refusal(replace(new, keys={**new.keys, NODE: weak})) == "key.weak"


def test_an_inception_is_signed_by_its_own_key() -> None:
    """Another's signature makes no party."""
    assert refusal(new_party("Aurelia"), fresh_keys("Boralia")[SIGN]) == "envelope.other-key"


def test_a_party_has_a_name() -> None:
    """In one language at least, and not one that looks like another's (T35)."""
    new = new_party("Aurelia")

    assert refusal(replace(new, names={})) == "parties.names"
    assert refusal(replace(new, names={"en": "Аurelia"})) == "name.scripts"


def test_a_name_is_given_and_not_translated() -> None:
    """Nothing else stands beside the names."""
    keys = fresh_keys("Aurelia")
    own: dict[str, Value] = {
        "keys": [
            {"purpose": each, "key": key} for each, key in sorted(encoded("Aurelia", keys).items())
        ],
        "next": next_digest([]),
        "demo": False,
    }
    act = Act(type=KIND, texts={"en": None}, own=own)
    note = new_section("note", TEXT_TYPE, b"")

    spoken = speak(
        act, [*name_sections({"en": "A"}), note], party=None, signer=keys[SIGN], issued_at=NOW
    )

    with pytest.raises(FormatError) as refused:
        read_inception(spoken.statement.encoded, spoken.sections)
    assert refused.value.code == "parties.names"


@pytest.mark.parametrize(
    ("name", "demo"), [("Aurelia", True), ("Aurelia (demo)", False), ("奥里利亚（演示）", False)]
)
def test_demonstrations_and_only_they_say_so(name: str, *, demo: bool) -> None:
    """Design 16: the mark stands inside what is signed and at the end of every name."""
    assert refusal(replace(new_party("Aurelia"), names={"en": name}, demo=demo)) == (
        "parties.demo-name"
    )


def test_an_ordinary_statement_is_no_inception() -> None:
    """Ruling 7: issuer and subject are fixed, and nothing links it to others."""
    keys = fresh_keys("Aurelia")
    act = Act(type=KIND, nonce=bytes(32))
    party = PartyId("urn:comity:party:" + "a" * 52)

    spoken = speak(act, (), party=party, signer=keys[SIGN], issued_at=NOW)

    with pytest.raises(FormatError) as refused:
        read_inception(spoken.statement.encoded, spoken.sections)
    assert refused.value.code == "parties.inception"


def test_another_body_is_no_inception() -> None:
    """Ruling 3: what is read is what was signed."""
    aurelia, boralia = known("Aurelia"), known("Boralia")

    with pytest.raises(FormatError) as refused:
        read_inception(aurelia.inception.statement.encoded, boralia.inception.sections)
    assert refused.value.code == "body.does-not-fit"


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_only_our_errors_come_out_of_noise(data: st.DataObject) -> None:
    """A flipped bit anywhere in statement or body is refused, and with an error that has a name."""
    spoken = known("Aurelia").inception
    sections: Mapping[str, Section] = spoken.sections
    signed = bytearray(spoken.statement.encoded)
    at = data.draw(st.integers(0, len(signed) - 1))
    signed[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises((FormatError, TrustError)):
        read_inception(bytes(signed), sections)
