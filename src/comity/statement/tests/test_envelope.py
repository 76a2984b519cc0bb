"""Envelopes: the one allowed shape, and everything near it refused."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from comity.errors import ComityError, FormatError, TrustError
from comity.statement import cbor, envelope
from comity.statement.cbor import Tagged, Value
from comity.statement.envelope import Statement, attach, parse, sign, sign_header
from comity.statement.keys import ED25519, ES256, PrivateKey
from comity.statement.model import SELF, subject_urn
from comity.statement.sign1 import decode_sign1, encode_sign1, sig_structure

from .conftest import Said


def test_receipts_change_no_identifier(said: Said) -> None:
    """What is said and what a log holds are the same with and without receipts."""
    statement = said.statement
    with_receipts = parse(attach(statement.encoded, [b"one", b"two"]))
    assert with_receipts.receipts == (b"one", b"two")
    assert with_receipts.sid == statement.sid
    assert with_receipts.entry == statement.entry
    assert with_receipts.encoded == statement.encoded
    assert attach(attach(statement.encoded, [b"one"]), []) == statement.encoded


def test_a_statement_is_what_was_signed(said: Said) -> None:
    """Parsing and verifying gives back header, payload and ids."""
    verified = parse(said.statement.encoded).verify(said.key.public)
    assert verified == said.statement
    assert verified.header.issuer == said.issuer


def test_a_statement_cannot_be_built_by_hand(said: Said) -> None:
    """Only a verified signature, or our own, makes a ``Statement``."""
    parts = parse(said.statement.encoded)
    names = "header protected payload signature receipts encoded sid entry"
    fields = {name: getattr(parts, name) for name in names.split()}
    with pytest.raises(TypeError):
        Statement(**fields, proven=object())


def test_another_key_or_algorithm_is_refused(said: Said) -> None:
    """T11: the algorithm belongs to the key, and must agree with the header."""
    parsed = parse(said.statement.encoded)
    with pytest.raises(TrustError, match=r"envelope\.other-key"):
        parsed.verify(PrivateKey.generate(ED25519).public)
    with pytest.raises(TrustError, match=r"envelope\.other-algorithm"):
        parsed.verify(PrivateKey.generate(ES256).public)


def test_an_ecdsa_statement_has_one_id_whatever_its_signature(said: Said) -> None:
    """Two signatures over the same words are one statement and two entries."""
    key = PrivateKey.generate(ES256)
    header = replace(said.statement.header, alg=ES256, kid=key.public.kid)
    first, second = (sign_header(header, bytes(32), key) for _ in range(2))
    assert first.sid == second.sid
    assert first.entry != second.entry


def header_of(said: Said) -> dict[Any, Any]:
    value = cbor.decode(said.statement.protected, max_bytes=1000)
    assert isinstance(value, dict)
    return {**value, 15: dict(value[15])}


def rebuilt(said: Said, header: Mapping[Any, Any]) -> bytes:
    """Return a statement with another header, rightly signed."""
    protected, payload = cbor.encode(header), said.statement.payload
    signature = said.key.sign(sig_structure(protected, payload))
    return encode_sign1(protected, {}, payload, signature)


HEADERS: dict[str, Callable[[dict[Any, Any]], object]] = {
    "no algorithm": lambda header: header.pop(1),
    "algorithm as text": lambda header: header.update({1: "EdDSA"}),
    "algorithm none": lambda header: header.update({1: 0}),
    "hmac": lambda header: header.update({1: 5}),
    "deprecated algorithm": lambda header: header.update({1: -8}),
    "algorithm true": lambda header: header.update({1: True}),
    "critical label": lambda header: header.update({2: [1]}),
    "content type": lambda header: header.update({3: "text/plain"}),
    "no kid": lambda header: header.pop(4),
    "short kid": lambda header: header.update({4: bytes(4)}),
    "no claims": lambda header: header.pop(15),
    "claim missing": lambda header: header[15].pop(7),
    "claim more": lambda header: header[15].update({4: 1}),
    "expiry as text twin": lambda header: header[15].update({"iss": "x"}),
    "issuer not a party": lambda header: header[15].update({1: "https://example.org"}),
    "issuer in capitals": lambda header: header[15].update({1: header[15][1].upper()}),
    "issuer with spare bits": lambda header: header[15].update({1: header[15][1][:-1] + "b"}),
    "subject a name": lambda header: header[15].update({2: "urn:comity:matter:Alpha"}),
    "subject in capitals": lambda header: header[15].update({2: "urn:comity:matter:" + "AB" * 16}),
    "issuer self alone": lambda header: header[15].update({1: SELF}),
    "subject self alone": lambda header: header[15].update({2: SELF}),
    "time before time": lambda header: header[15].update({6: -1}),
    "time as text": lambda header: header[15].update({6: "2026"}),
    "short cti": lambda header: header[15].update({7: bytes(8)}),
    "another type": lambda header: header.update({16: "application/cose"}),
    "another digest": lambda header: header.update({258: -43}),
    "another preimage": lambda header: header.update({259: "application/cbor"}),
    "payload location": lambda header: header.update({260: "https://example.org"}),
    "text label": lambda header: header.update({"alg": -19}),
    "certificate chain": lambda header: header.update({33: b""}),
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_of_any_other_shape_is_refused(said: Said, name: str) -> None:
    """T11: exactly the labels of the profile, none missing and none more."""
    header = header_of(said)
    parse(rebuilt(said, header)).verify(said.key.public)
    HEADERS[name](header)
    with pytest.raises(ComityError):
        parse(rebuilt(said, header))


def shapes(said: Said) -> dict[str, bytes]:
    s = said.statement
    four: list[Value] = [s.protected, {}, s.payload, s.signature]
    return {
        "untagged": cbor.encode(four),
        "tag of encryption": cbor.encode(Tagged(96, four)),
        "tagged twice": cbor.encode(Tagged(18, Tagged(18, four))),
        "five elements": cbor.encode(Tagged(18, [*four, b""])),
        "three elements": cbor.encode(Tagged(18, four[:3])),
        "detached payload": cbor.encode(Tagged(18, [s.protected, {}, None, s.signature])),
        "short payload": cbor.encode(Tagged(18, [s.protected, {}, bytes(31), s.signature])),
        "long payload": cbor.encode(Tagged(18, [s.protected, {}, bytes(48), s.signature])),
        "no protected header": cbor.encode(Tagged(18, [b"", {}, s.payload, s.signature])),
        "empty protected header": cbor.encode(Tagged(18, [b"\xa0", {}, s.payload, s.signature])),
        "protected as a map": cbor.encode(Tagged(18, [{}, {}, s.payload, s.signature])),
        "unprotected as bytes": cbor.encode(Tagged(18, [s.protected, b"", s.payload, b""])),
        "algorithm unprotected": encode_sign1(s.protected, {1: -19}, s.payload, s.signature),
        "no receipts listed": encode_sign1(s.protected, {394: []}, s.payload, s.signature),
        "receipt not bytes": encode_sign1(s.protected, {394: [1]}, s.payload, s.signature),
        "receipts not a list": encode_sign1(s.protected, {394: b""}, s.payload, s.signature),
        "seventeen receipts": encode_sign1(s.protected, {394: [b""] * 17}, s.payload, s.signature),
        "huge receipt": encode_sign1(
            s.protected, {394: [bytes(64 * 1024 + 1)]}, s.payload, s.signature
        ),
        "huge time stamp": encode_sign1(
            s.protected, {270: bytes(64 * 1024 + 1)}, s.payload, s.signature
        ),
        "huge signature": encode_sign1(s.protected, {}, s.payload, bytes(33 * 1024)),
        "longer than anything": bytes(2 * 1024 * 1024),
        "trailing byte": s.encoded + b"\0",
        "header not canonical": encode_sign1(
            b"\xbf" + s.protected[1:] + b"\xff", {}, s.payload, s.signature
        ),
    }


def test_a_message_of_any_other_shape_is_refused(said: Said) -> None:
    """T11: tag 18, four elements, receipts and nothing else beside."""
    accepted = []
    for name, data in shapes(said).items():
        try:
            parse(data)
        except FormatError:
            continue
        accepted.append(name)
    assert accepted == []


def test_every_changed_bit_is_refused(said: Said) -> None:
    """T11: no bit of a statement can be changed."""
    encoded = said.statement.encoded
    for at in range(len(encoded) * 8):
        changed = bytearray(encoded)
        changed[at // 8] ^= 1 << at % 8
        with pytest.raises(ComityError):
            parse(bytes(changed)).verify(said.key.public)


def test_an_inception_calls_itself_self(said: Said) -> None:
    """Ruling 7: its id cannot stand inside it."""
    statement = sign(issuer=SELF, subject=SELF, issued_at=5, payload=bytes(32), signer=said.key)
    assert parse(statement.encoded).verify(said.key.public).header.issuer == SELF


def test_what_could_not_be_parsed_is_not_signed(said: Said) -> None:
    """Signing refuses what parsing would refuse, before the signer is asked."""
    good: dict[str, Any] = {
        "issuer": said.issuer,
        "subject": subject_urn(said.statement.sid[:16]),  # type: ignore[arg-type] # 16 bytes
        "issued_at": 5,
        "payload": bytes(32),
        "signer": said.key,
    }
    sign(**good)
    for change in ({"issuer": "me"}, {"subject": "x"}, {"issued_at": -1}, {"payload": b""}):
        with pytest.raises(FormatError):
            sign(**{**good, **change})
    header = sign(**good).header
    with pytest.raises(FormatError):
        sign_header(replace(header, cti=b"short"), bytes(32), said.key)
    with pytest.raises(TrustError, match=r"envelope\.other-key"):
        sign_header(replace(header, kid=bytes(32)), bytes(32), said.key)


def test_a_time_stamp_beside_a_statement_is_allowed_and_means_nothing(said: Said) -> None:
    """Label 270 may stand in the unprotected header; no identifier depends on it."""
    s = said.statement
    stamped = parse(encode_sign1(s.protected, {270: b"token"}, s.payload, s.signature))
    assert stamped.verify(said.key.public).entry == s.entry


def test_receipts_are_checked_when_they_are_attached(said: Said) -> None:
    """Nothing is written that could not be read back."""
    with pytest.raises(FormatError, match=r"envelope\.receipts"):
        attach(said.statement.encoded, [b""] * 17)
    largest = [bytes(envelope.MOST_RECEIPT_BYTES)] * envelope.MOST_RECEIPTS
    assert parse(attach(said.statement.encoded, largest)).sid == said.statement.sid


def test_a_detached_payload_can_be_written_and_read() -> None:
    """Receipts are signed over a payload that is not inside them."""
    encoded = encode_sign1(b"\xa0", {396: {}}, None, b"signature")
    assert decode_sign1(encoded, 100).payload is None
