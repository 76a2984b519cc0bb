"""A statement and what it is made of, for the tests beside the code."""

from dataclasses import dataclass

import pytest

from comity.statement.act import Act, TextOrigin, act_section
from comity.statement.body import TEXT_TYPE, Section, new_section, payload_of
from comity.statement.envelope import Statement, sign
from comity.statement.keys import ED25519, PrivateKey
from comity.statement.model import PartyId, party_id, subject_urn
from comity.statement.subject import subject_id

NONCE = bytes(range(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    issuer: PartyId
    key: PrivateKey
    act: Act
    sections: tuple[Section, ...]
    statement: Statement


@pytest.fixture(scope="session")
def said() -> Said:
    """Return an opening in Chinese and English, signed."""
    issuer, other = party_id(b"\x01" * 32), party_id(b"\x02" * 32)
    key = PrivateKey.generate(ED25519)
    act = Act(
        type="assistance.submit",
        nonce=NONCE,
        aud=(other,),
        texts={"zh": None, "en": TextOrigin(of="zh", at=1_800_000_000, machine=False)},
        own={"profile": "preservation", "until": 1_800_000_000},
    )
    sections = (
        act_section(act),
        new_section("text.zh", TEXT_TYPE, "请保全".encode()),
        new_section("text.en", TEXT_TYPE, b"Please preserve"),
    )
    statement = sign(
        issuer=issuer,
        subject=subject_urn(subject_id(issuer, NONCE)),
        issued_at=1_800_000_000,
        payload=payload_of(sections),
        signer=key,
    )
    return Said(issuer=issuer, key=key, act=act, sections=sections, statement=statement)
