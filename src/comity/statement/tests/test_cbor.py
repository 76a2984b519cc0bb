"""Deterministic CBOR: one value, one encoding; everything else is refused by name."""

import pytest

from comity.errors import FormatError
from comity.statement.cbor import LARGEST, SMALLEST, Key, Tagged, Value, decode, encode

REFUSED = {
    "nothing": ("", "cbor.truncated"),
    "a-second-item": ("0000", "cbor.trailing-bytes"),
    "integer-in-two-bytes": ("1817", "cbor.not-shortest"),
    "integer-in-three-bytes": ("1900ff", "cbor.not-shortest"),
    "integer-in-five-bytes": ("1a0000ffff", "cbor.not-shortest"),
    "integer-in-nine-bytes": ("1b00000000ffffffff", "cbor.not-shortest"),
    "length-not-shortest": ("580161", "cbor.not-shortest"),
    "tag-not-shortest": ("d81200", "cbor.not-shortest"),
    "integer-above-the-range": ("1b0020000000000000", "cbor.integer-range"),
    "integer-below-the-range": ("3b0020000000000000", "cbor.integer-range"),
    "largest-argument": ("1bffffffffffffffff", "cbor.integer-range"),
    "reserved-form": ("1c", "cbor.reserved"),
    "indefinite-bytes": ("5f4100ff", "cbor.indefinite"),
    "indefinite-array": ("9f00ff", "cbor.indefinite"),
    "indefinite-map": ("bf0000ff", "cbor.indefinite"),
    "break-alone": ("ff", "cbor.indefinite"),
    "half-float": ("f93c00", "cbor.float"),
    "double": ("fb3ff0000000000000", "cbor.float"),
    "undefined": ("f7", "cbor.simple"),
    "simple-in-two-bytes": ("f8ff", "cbor.simple"),
    "simple-zero": ("e0", "cbor.simple"),
    "bignum": ("c249010000000000000000", "cbor.unknown-tag"),
    "regular-expression-tag": ("d8236161", "cbor.unknown-tag"),
    "shared-reference-tag": ("d81c80", "cbor.unknown-tag"),
    "date-tag": ("c000", "cbor.unknown-tag"),
    "same-key-twice": ("a201000102", "cbor.duplicate-key"),
    "same-text-key-twice": ("a2616100616101", "cbor.duplicate-key"),
    "keys-out-of-order": ("a202000100", "cbor.key-order"),
    "keys-in-the-old-order": ("a2200019018b00", "cbor.key-order"),
    "boolean-key": ("a1f500", "cbor.key-type"),
    "bytes-key": ("a1410000", "cbor.key-type"),
    "null-key": ("a1f600", "cbor.key-type"),
    "array-key": ("a18000", "cbor.key-type"),
    "tagged-key": ("a1d20000", "cbor.key-type"),
    "float-key": ("a1f93c0000", "cbor.key-type"),
    "text-not-utf-8": ("61ff", "cbor.not-unicode"),
    "surrogate": ("63eda080", "cbor.not-unicode"),
    "overlong-utf-8": ("62c080", "cbor.not-unicode"),
    "not-nfc": ("6365cc81", "cbor.not-nfc"),
    "not-nfc-key": ("a16365cc8100", "cbor.not-nfc"),
    "too-few-bytes": ("4401", "cbor.truncated"),
    "bytes-longer-than-memory": ("5bffffffffffffffff", "cbor.truncated"),
    "text-longer-than-memory": ("7b7fffffffffffffff", "cbor.truncated"),
    "array-longer-than-memory": ("9bffffffffffffffff00", "cbor.truncated"),
    "map-longer-than-memory": ("bbffffffffffffffff0000", "cbor.truncated"),
    "argument-cut-off": ("1a0001", "cbor.truncated"),
    "map-without-its-value": ("a101", "cbor.truncated"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_the_one_encoding_is_refused_by_the_rule_it_breaks(name: str) -> None:
    """Every form but one is refused, with the rule as code."""
    digits, code = REFUSED[name]
    with pytest.raises(FormatError) as caught:
        decode(bytes.fromhex(digits), max_bytes=100)
    assert caught.value.code == code


def test_keys_are_in_the_bytewise_order_of_their_encodings() -> None:
    """RFC 8949, 4.2.1, and not the order by length of RFC 7049."""
    value: dict[Key, Value] = {1: 0, 3: 0, 15: 0, 395: 0, 396: 0, -1: 0, "a": 0}
    assert encode(value).hex() == "a7010003000f0019018b0019018c002000616100"


@pytest.mark.parametrize(
    "value",
    [0, 23, 24, 255, 256, 65535, 65536, 2**32 - 1, 2**32, LARGEST, -1, -24, -25, -257, SMALLEST],
)
def test_integers_come_back_at_every_edge(value: int) -> None:
    """Each width of integer is written in its shortest form and read back."""
    assert decode(encode(value), max_bytes=9) == value


@pytest.mark.parametrize("size", [0, 23, 24, 255, 256, 65535, 65536])
def test_lengths_come_back_at_every_edge(size: int) -> None:
    """Byte strings, texts and arrays are right at every width of their length."""
    for value in (b"a" * size, "a" * size, [0] * size):
        assert decode(encode(value), max_bytes=70_000) == value


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (LARGEST + 1, "cbor.integer-range"),
        (SMALLEST - 1, "cbor.integer-range"),
        ("e\u0301", "cbor.not-nfc"),
        ("\ud800", "cbor.not-unicode"),
        ({True: 0}, "cbor.key-type"),
        ({1.0: 0}, "cbor.key-type"),
        ({b"a": 0}, "cbor.key-type"),
        (1.5, "cbor.type"),
        ({1, 2}, "cbor.type"),
        (Tagged(2, b""), "cbor.unknown-tag"),
    ],
)
def test_a_value_without_an_encoding_is_refused(value: Value, code: str) -> None:
    """The encoder never writes what the decoder would refuse."""
    with pytest.raises(FormatError) as caught:
        encode(value)
    assert caught.value.code == code


def test_depth_is_bounded_both_ways() -> None:
    """Sixteen containers inside one another are allowed, seventeen are not."""
    value: Value = 0
    for _ in range(16):
        value = [value]
    assert decode(encode(value), max_bytes=100) == value
    with pytest.raises(FormatError, match=r"cbor\.too-deep"):
        encode([value])
    for opening in (b"\x81", b"\xa1\x00", b"\xd2"):
        with pytest.raises(FormatError, match=r"cbor\.too-deep"):
            decode(opening * 17 + b"\x00", max_bytes=100)
        with pytest.raises(FormatError, match=r"cbor\.too-deep"):
            decode(opening * 100_000 + b"\x00", max_bytes=1_000_000)


def test_more_bytes_than_allowed_are_not_looked_at() -> None:
    """The limit is checked before decoding."""
    with pytest.raises(FormatError, match=r"cbor\.too-large"):
        decode(b"\xff" * 11, max_bytes=10)
