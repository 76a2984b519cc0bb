"""The section ``act``: ids, codes and times in one form."""

from dataclasses import replace
from typing import Any

import pytest

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.act import Act, TextOrigin, act_section, decode_act, encode_act, read_act
from comity.statement.body import new_section
from comity.statement.model import PartyId, StatementId, party_id

from .conftest import NONCE, Said

PARTIES = tuple(sorted(party_id(bytes((number,)) * 32) for number in range(70)))
IDS = tuple(StatementId(bytes((number // 256, number % 256)) * 16) for number in range(300))
REPLY = Act(
    type="assistance.answer",
    net=IDS[1],
    case=IDS[2],
    aud=PARTIES[:2],
    prev=IDS[3],
    seen=IDS[4:7],
    state=bytes(32),
    texts={"zh": None},
)


def test_an_act_comes_back_as_it_was(said: Said) -> None:
    """Every field is written and read."""
    for act in (REPLY, said.act, Act(type="party.inception")):
        assert decode_act(encode_act(act)) == act
    assert read_act({"act": act_section(REPLY)}) == REPLY


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": ""}, "act.type"),
        ({"type": "Assistance"}, "act.type"),
        ({"type": "assistance."}, "act.type"),
        ({"type": "a" * 65}, "act.type"),
        ({"type": "a\n"}, "act.type"),
        ({"aud": PARTIES[1::-1]}, "act.aud"),
        ({"aud": (PARTIES[0], PARTIES[0])}, "act.aud"),
        ({"aud": PARTIES[:65]}, "act.aud"),
        ({"aud": (PartyId("urn:comity:party:self"),)}, "statement.not-a-party"),
        ({"seen": IDS[6:4:-1]}, "act.seen"),
        ({"seen": IDS[:257]}, "act.seen"),
        ({"prev": StatementId(bytes(31))}, "act.digest"),
        ({"state": b""}, "act.digest"),
        ({"nonce": NONCE}, "act.opening"),
        ({"nonce": NONCE, "case": None, "prev": None}, "act.opening"),
        ({"texts": {"ZH": None}}, "text.language-tag"),
        ({"texts": {"en": TextOrigin(of="zh", at=0, machine=True)}}, "act.text"),
        ({"texts": {"en": TextOrigin(of="en", at=0, machine=True)}}, "act.text"),
        ({"own": {"a": 1.5}}, "cbor.type"),
    ],
)
def test_an_act_of_another_form_is_not_written(change: dict[str, Any], code: str) -> None:
    """The rules of form bind our own statements first."""
    with pytest.raises(FormatError) as caught:
        encode_act(replace(REPLY, **change))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"aud": list(PARTIES[1::-1])}, "act.aud"),
        ({"aud": ["x"]}, "statement.not-a-party"),
        ({"seen": [IDS[4], IDS[4]]}, "act.seen"),
        ({"seen": [b""]}, "statement.field"),
        ({"prev": None}, "statement.field"),
        ({"net": bytes(33)}, "statement.field"),
        ({"nonce": NONCE}, "act.opening"),
        ({"texts": {1: None}}, "statement.field"),
        ({"texts": {"zh": {"of": "en"}}}, "statement.field"),
        ({"texts": {"zh": True}}, "statement.field"),
        ({"texts": {"zh": {"of": "en", "at": 1, "machine": 1}}}, "statement.field"),
        ({"own": {1: 1}}, "statement.field"),
        ({"own": []}, "statement.field"),
        ({"note": "free text"}, "statement.unknown-field"),
    ],
)
def test_an_act_of_another_form_is_not_read(change: dict[str, Any], code: str) -> None:
    """Null is not absent, and what belongs to a kind stands under ``own``."""
    fields = cbor.decode(encode_act(REPLY), max_bytes=10_000)
    assert isinstance(fields, dict)
    with pytest.raises(FormatError) as caught:
        decode_act(cbor.encode({**fields, **change}))
    assert caught.value.code == code


def test_a_body_whose_act_is_of_another_type_is_refused() -> None:
    """The content type of ``act`` is fixed."""
    with pytest.raises(FormatError, match=r"body\.section"):
        read_act({"act": new_section("act", "text/plain", encode_act(REPLY))})
    with pytest.raises(FormatError, match=r"body\.no-act"):
        read_act({})
