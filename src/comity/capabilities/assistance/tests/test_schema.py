"""The own part of each kind is read strictly, and comes back as it was written."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.capabilities.assistance.schema import (
    KINDS,
    Accept,
    Acknowledge,
    Answer,
    Clarify,
    Close,
    Decision,
    Escalate,
    Extend,
    Lapse,
    Payload,
    Progress,
    Quality,
    Rate,
    Refusal,
    Refuse,
    Remark,
    Report,
    Submit,
    Transfer,
    Withdraw,
    kind_of,
    own_part,
    payload_of,
)
from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.model import MOST_CITES, PartyId, StatementId
from comity.wording import LANGUAGES, tell

SID = StatementId(b"\x01" * 32)
EVERY: tuple[Payload, ...] = (
    Submit(
        profile="csirt-incident",
        version="1",
        urgency="routine",
        conditions={"critical": True, "n": 3, "word": "x"},
        tlp="RED",
        pap="RED",
        caveats=("confidentiality",),
        languages=("zh",),
    ),
    Acknowledge(until=5, outcome="x"),
    Acknowledge(),
    Clarify(),
    Accept(decision=Decision.POSTPONED, until=7),
    Refuse(decision=Refusal.REFUSED, ground="law", outcome="refused"),
    Report(status=Progress.INTERIM),
    Extend(until=9, clock="respond"),
    Transfer(to=PartyId("urn:comity:party:" + "a" * 52)),
    Escalate(channel="hotline"),
    Answer(outcome="mitigated"),
    Withdraw(),
    Rate(quality=Quality.NOT_STATED),
    Remark(),
    Close(),
    Lapse(clock="respond", cites=((SID, b"receipt"),)),
)


@pytest.mark.parametrize("payload", EVERY, ids=kind_of)
def test_each_kind_comes_back_from_its_bytes(payload: Payload) -> None:
    """Through deterministic CBOR, as it travels."""
    own = cbor.decode(cbor.encode(own_part(payload)), max_bytes=10_000)
    assert isinstance(own, dict)
    assert payload_of(kind_of(payload), own) == payload


def test_every_kind_is_there() -> None:
    """One payload class per kind."""
    assert {kind_of(payload) for payload in EVERY} == KINDS


@pytest.mark.parametrize(
    ("kind", "own"),
    [
        ("assistance.clarify", {"text": "x"}),
        ("assistance.acknowledge", {"until": "tomorrow"}),
        ("assistance.acknowledge", {"until": True}),
        ("assistance.acknowledge", {"until": 0}),
        ("assistance.acknowledge", {"until": -1}),
        ("assistance.acknowledge", {"outcome": ""}),
        ("assistance.acknowledge", {"outcome": None}),
        ("assistance.accept", {}),
        ("assistance.accept", {"decision": "refused"}),
        ("assistance.refuse", {"decision": "refused", "ground": "x" * 129}),
        ("assistance.report", {"status": "answered"}),
        ("assistance.extend", {}),
        ("assistance.rate", {"quality": 5}),
        ("assistance.lapse", {"clock": "x", "cites": []}),
        ("assistance.lapse", {"clock": "x", "cites": [[SID, b"r"]] * (MOST_CITES + 1)}),
        ("assistance.lapse", {"clock": "x", "cites": [[b"short", b"r"]]}),
        ("assistance.lapse", {"clock": "x", "cites": [[SID]]}),
        ("assistance.lapse", {"clock": "x", "cites": [[SID, b""]]}),
        ("assistance.submit", {"profile": "x", "version": "1"}),
    ],
)
def test_what_is_not_of_its_form_is_refused(kind: str, own: dict[str, Value]) -> None:
    """With the kind and the key, in both languages."""
    with pytest.raises(FormatError) as caught:
        payload_of(kind, own)
    assert caught.value.code == "assistance.own-part"
    for lang in LANGUAGES:
        assert kind in tell(caught.value, lang)


def test_the_opening_repeats_no_caveat_and_no_language() -> None:
    """A list of words is a set."""
    own = own_part(EVERY[0])
    for key in ("caveats", "languages"):
        with pytest.raises(FormatError, match=key):
            payload_of("assistance.submit", {**own, key: ["x", "x"]})
        with pytest.raises(FormatError, match=key):
            payload_of("assistance.submit", {**own, key: "x"})
    wrong: list[Value] = [[], {"x": None}, {"x": b"1"}, {1: "x"}, {"x": "y" * 200}]
    for conditions in wrong:
        with pytest.raises(FormatError, match="conditions"):
            payload_of("assistance.submit", {**own, "conditions": conditions})


def test_another_kind_is_not_of_this_capability() -> None:
    """Also a made-up one with the same beginning."""
    for kind in ("thread.seen", "assistance.", "assistance.approve"):
        with pytest.raises(FormatError, match="unknown-kind"):
            payload_of(kind, {})


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(sorted(KINDS)),
    st.dictionaries(
        st.text(max_size=6) | st.sampled_from(["until", "decision", "cites", "clock"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.binary()),
        max_size=4,
    ),
)
def test_only_format_errors_come_out(kind: str, own: dict[str, Value]) -> None:
    """Whatever stands in the own part."""
    with suppress(FormatError):
        payload_of(kind, own)
