"""T11: signatures stripped, algorithms confused, headers played with.

One shape is allowed, the algorithm belongs to the key, and what is not under the signature
changes no meaning.  Everything is brought to a real node by a party that it knows.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from random import Random

import pytest

from comity.errors import ComityError
from comity.node.outbox import Parcel
from comity.node.tests.world import World, world
from comity.statement import cbor, envelope
from comity.statement.act import read_act
from comity.statement.cbor import Key, Tagged, Value
from comity.statement.envelope import parse
from comity.statement.keys import ED25519, PrivateKey, PublicKey
from comity.statement.sign1 import decode_sign1, encode_sign1, sig_structure
from comity.statement.tests.conftest import Said
from comity.statement.tests.test_envelope import HEADERS, header_of, rebuilt, shapes

LONG = os.environ.get("LONG") == "1"
STATEMENTS = 1_000 if LONG else 3


class Brought:
    """A statement of a to b that b would take, and its author's key."""

    def __init__(self, made: World) -> None:
        made.request("a", "b")
        self.made, self.a, self.b = made, made.nodes["a"], made.nodes["b"]
        self.parcel: Parcel = self.a.parcel(made.due("a", "b")[-1])
        self.receipts = parse(self.parcel.signed).receipts
        key = self.a.signer("sign")
        assert isinstance(key, PrivateKey)
        statement = parse(self.parcel.signed).verify(key.public)
        self.said = Said(
            issuer=self.a.party,
            key=key,
            act=read_act(self.a.keeping.sections(statement.sid)),
            sections=(),
            statement=statement,
        )

    def bring(self, signed: bytes) -> bytes:
        """Bring it to b, with its own body, and with its receipts if there is room for them."""
        with suppress(ComityError):
            parts = decode_sign1(signed, 1 << 20)
            beside: dict[Key, Value] = {394: list(self.receipts), **parts.unprotected}
            signed = encode_sign1(parts.protected, beside, parts.payload, parts.signature)
        return self.b.receive(self.a.party, signed, self.parcel.sealed).result(10)


@pytest.fixture(scope="module")
def brought(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brought]:
    with world(tmp_path_factory.mktemp("t11"), "ab") as made:
        yield Brought(made)


def further(said: Said) -> dict[str, bytes]:
    """Return more ways to be almost right."""
    s, public = said.statement, said.key.public
    four: list[Value] = [s.protected, {}, s.payload, s.signature]
    mac = hmac.digest(public.raw, sig_structure(s.protected, s.payload), sha256)
    twice = b"\xa7" + s.protected[1:3] + s.protected[1:]
    other = PrivateKey.generate(ED25519)

    def tagged(tag: int, value: Value) -> bytes:
        return b"\xd8" + bytes([tag]) + cbor.encode(value)

    return {
        "no signature": encode_sign1(s.protected, {}, s.payload, b""),
        "half a signature": encode_sign1(s.protected, {}, s.payload, s.signature[:32]),
        "signature of zeros": encode_sign1(s.protected, {}, s.payload, bytes(64)),
        "signature null": cbor.encode(Tagged(18, [*four[:3], None])),
        "mac with the public key": encode_sign1(s.protected, {}, s.payload, mac),
        "another party's signature": encode_sign1(
            s.protected, {}, s.payload, other.sign(sig_structure(s.protected, s.payload))
        ),
        "payload of another statement": encode_sign1(s.protected, {}, bytes(32), s.signature),
        "signed without context": encode_sign1(
            s.protected, {}, s.payload, said.key.sign(s.protected + s.payload)
        ),
        "sign instead of sign1": tagged(98, [s.protected, {}, s.payload, [four[:1]]]),
        "mac0 instead of sign1": b"\xd1" + cbor.encode([s.protected, {}, s.payload, mac]),
        "encrypt0 instead of sign1": b"\xd0" + cbor.encode(four[:3]),
        "two algorithms": encode_sign1(twice, {}, s.payload, s.signature),
        "kid unprotected too": encode_sign1(s.protected, {4: public.kid}, s.payload, s.signature),
        "claims unprotected too": encode_sign1(s.protected, {15: {}}, s.payload, s.signature),
        "key unprotected": encode_sign1(
            s.protected, {-1: other.public.encoded}, s.payload, s.signature
        ),
    }


def table(said: Said) -> dict[str, Callable[[], bytes]]:
    """Return every row: a name, and what makes the bytes."""

    def header(name: str) -> bytes:
        value = header_of(said)
        HEADERS[name](value)
        return rebuilt(said, value)

    rows: dict[str, Callable[[], bytes]] = {
        f"header: {name}": lambda name=name: header(name) for name in HEADERS
    }
    rows |= {f"shape: {name}": lambda data=data: data for name, data in shapes(said).items()}
    return rows | {f"more: {name}": lambda data=data: data for name, data in further(said).items()}


def accepted(brought: Brought) -> list[str]:
    """Return the rows that b took."""
    found = []
    for name, make in table(brought.said).items():
        try:
            brought.bring(make())
        except ComityError:
            continue
        found.append(name)
    return found


def test_more_than_sixty_ways_to_be_almost_right_are_refused(brought: Brought) -> None:
    """And nothing of them is logged."""
    size = brought.b.tree_size
    assert len(table(brought.said)) > 60

    assert accepted(brought) == []
    assert brought.b.tree_size == size


def test_no_flipped_bit_of_a_statement_is_accepted(brought: Brought) -> None:
    """Every bit of some statements at the one check that all callers use."""
    key, random = brought.said.key, Random(11)  # noqa: S311 - chance that can be repeated
    taken = 0
    for _ in range(STATEMENTS):
        header = header_of(brought.said)
        header[15][7] = random.randbytes(16)
        data = rebuilt(brought.said, header)
        parse(data).verify(key.public)
        for bit in range(len(data) * 8):
            changed = bytearray(data)
            changed[bit // 8] ^= 1 << bit % 8
            try:
                parse(bytes(changed)).verify(key.public)
            except ComityError:
                continue
            taken += 1
    assert taken == 0


def test_what_is_not_signed_changes_no_meaning(brought: Brought) -> None:
    """With more receipts or fewer, it is the same statement and the same entry."""
    s = brought.said.statement
    stamped = parse(encode_sign1(s.protected, {270: b"token"}, s.payload, s.signature))
    assert (stamped.sid, stamped.entry) == (s.sid, s.entry)


def test_without_verifying_what_is_flipped_is_accepted(
    brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a signature that is not looked at fits everything."""
    monkeypatch.setattr(PublicKey, "verify", lambda *_: None)
    with pytest.raises(AssertionError):
        test_no_flipped_bit_of_a_statement_is_accepted(brought)


@pytest.mark.parametrize(
    ("check", "row"),
    [
        ("STATEMENT_TYPE", "header: another type"),
        ("BODY_TYPE", "header: another preimage"),
    ],
)
def test_without_the_one_shape_others_are_accepted(
    brought: Brought, monkeypatch: pytest.MonkeyPatch, check: str, row: str
) -> None:
    """The defence, removed: a type of the sender's choice is taken as ours, by parse and verify."""
    value = {"STATEMENT_TYPE": "application/cose", "BODY_TYPE": "application/cbor"}[check]
    data = table(brought.said)[row]()
    monkeypatch.setattr(envelope, check, value)
    assert parse(data).verify(brought.said.key.public)


def test_without_the_labels_being_counted_more_are_accepted(
    brought: Brought, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: what a header holds beside its labels is overlooked."""
    monkeypatch.setattr(envelope.Reading, "done", lambda _: None)
    rows = table(brought.said)
    for name in ("header: critical label", "header: payload location", "header: claim more"):
        assert parse(rows[name]()).verify(brought.said.key.public)


def test_it_is_taken_as_it_was_signed(brought: Brought) -> None:
    """So that what is refused above is refused for what was done to it; last: it is logged."""
    size = brought.b.tree_size
    brought.bring(brought.said.statement.encoded)
    assert brought.b.tree_size == size + 1
