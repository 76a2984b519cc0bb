"""T19: two programs read one object differently, and each believes a signature over its reading.

What the decoder accepts has one encoding, and every number in it is the same number to a
program that counts in floating point, as JavaScript does.  A second program, a general CBOR
library by other hands, reads the same value from the same bytes.
"""

import json
import random
from collections.abc import Iterator
from typing import Any

import cbor2
import pytest

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.cbor import Tagged, Value
from threats.given import count, given

EDGES = (23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**64 - 1)
TEXTS = ("", "a", "é", "e\u0301", "国家", "\u202e", "𠮷")
HOSTILE = {
    "deep arrays": b"\x81" * 100_000 + b"\x00",
    "deep tags": b"\xd2" * 100_000 + b"\x00",
    "an array of 2^40": b"\x9b" + (1 << 40).to_bytes(8, "big"),
    "2^40 bytes": b"\x5b" + (1 << 40).to_bytes(8, "big"),
    "2^31 bytes": b"\x5a" + ((1 << 31) - 1).to_bytes(4, "big"),
    "a map of 2^60": b"\xbb" + (1 << 60).to_bytes(8, "big"),
    "one key twice": b"\xa2\x01\x02\x01\x03",
    "one and true as keys": b"\xa2\x01\x02\xf5\x03",
    "something behind it": b"\x01\x02",
    "a long way to write 1": b"\x1b" + (1).to_bytes(8, "big"),
    "an array without a length": b"\x9f\x01\xff",
    "no number, with content": b"\xf9\x7e\x01",
    "a value that holds itself": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a number of a megabyte": b"\xc2\x5a" + (1 << 20).to_bytes(4, "big") + b"\xff" * (1 << 20),
    "a large exponent": b"\xc4\x82\x1a" + (10**9).to_bytes(4, "big") + b"\x01",
    "a large binary exponent": b"\xc5\x82\x1a" + (10**9).to_bytes(4, "big") + b"\x01",
    "a fraction of nothing": b"\xd8\x1e\x82\x01\x00",
    "a pattern": b"\xd8\x23\x68(a+)+b$$",
    "a date as text": b"\xc0\x74" + b"2013-03-21T20:04:00Z",
    "a letter": b"\xd8\x24\x61x",
    "an address": b"\xd9\x01\x04\x44\x7f\x00\x00\x01",
    "broken text": b"\x62\xc3\x28",
    "an array as key": b"\xa1\x81\x01\x02",
}


def drawn(chance: random.Random, depth: int = 3) -> Any:  # noqa: PLR0911 - a table
    """Return a value, at and beyond every limit, as the general library knows it."""
    kind = chance.randrange(9 if depth else 5)
    if kind == 0:
        edge = chance.choice(EDGES)
        return edge if chance.random() < 0.5 else -edge
    if kind == 1:
        return chance.choice(TEXTS)
    if kind == 2:
        return chance.randbytes(chance.choice((0, 1, 23, 24)))
    if kind == 3:
        return chance.choice((True, False, None))
    if kind == 4:
        return chance.randrange(-30, 30)
    if kind == 5:
        return cbor2.CBORTag(chance.choice((18, 38, 96)), drawn(chance, depth - 1))
    if kind == 6:
        return {chance.choice((1, -1, 258, 395, "a", "zh")): drawn(chance, 0) for _ in range(3)}
    return [drawn(chance, depth - 1) for _ in range(chance.randrange(4))]


def inputs(many: int) -> Iterator[bytes]:
    """Yield encodings, every second one with bits changed, bytes put in or an end cut off."""
    chance = random.Random(19)  # noqa: S311 - the same inputs every time
    for number in range(many):
        data = bytearray(cbor2.dumps(drawn(chance), canonical=number % 3 == 0))
        if number % 2:
            for _ in range(chance.randrange(1, 3)):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            if chance.random() < 0.2:
                del data[chance.randrange(len(data)) :]
        yield bytes(data)


def as_floats(value: Any) -> Any:
    """Return what a program reads that keeps every number in a double."""
    if isinstance(value, int) and not isinstance(value, bool):
        return int(float(value))
    if isinstance(value, list | tuple):
        return [as_floats(each) for each in value]
    if isinstance(value, dict):
        return {as_floats(key): as_floats(each) for key, each in value.items()}
    if isinstance(value, Tagged):
        return Tagged(value.tag, as_floats(value.value))
    return value


def as_theirs(value: Any) -> Any:
    """Return our reading in the general library's types."""
    if isinstance(value, Tagged):
        return cbor2.CBORTag(value.tag, as_theirs(value.value))
    if isinstance(value, list):
        return [as_theirs(each) for each in value]
    if isinstance(value, dict):
        return {key: as_theirs(each) for key, each in value.items()}
    return value


def read(data: bytes) -> Value | FormatError:
    try:
        return cbor.decode(data, max_bytes=1 << 21)
    except FormatError as error:
        return error


def disagreements(many: int) -> tuple[int, int]:
    """Return how many inputs were accepted, and on how many of those two readers differ."""
    accepted = different = 0
    for data in inputs(many):
        value = read(data)
        if isinstance(value, FormatError):
            continue
        accepted += 1
        same = as_floats(value) == value and cbor.encode(value) == data
        theirs = cbor2.loads(data)
        different += not (same and cbor2.dumps(theirs) == cbor2.dumps(as_theirs(value)))
    return accepted, different


def test_nobody_reads_another_value_from_the_same_bytes() -> None:
    """A million inputs under LONG=1: what is accepted is one value to three ways of reading."""
    many = count(1_000_000, 20_000)
    accepted, different = disagreements(many)
    assert different == 0
    assert accepted > many // 20


@pytest.mark.parametrize("name", HOSTILE)
def test_an_oddity_is_refused_by_name(name: str) -> None:
    """Bombs, cycles, patterns, mail: nothing is built, compiled or parsed of it."""
    found = read(HOSTILE[name])
    assert isinstance(found, FormatError)
    assert found.code.startswith("cbor.")


def test_published_inputs_with_two_readings_have_one_verdict() -> None:
    """What is accepted of the published strict fixtures comes back as the same bytes."""
    kept = refused = 0
    for path in sorted(given("cbor").glob("dasl-*.json")):
        for row in json.loads(path.read_text()):
            data = bytes.fromhex(row["data"])
            value = read(data)
            if isinstance(value, FormatError):
                refused += 1
            else:
                assert cbor.encode(value) == data
                kept += 1
    for path in sorted(given("dag-cbor-binary").rglob("*")):
        if path.is_file():
            value = read(path.read_bytes())
            if isinstance(value, FormatError):
                refused += 1
            else:
                assert cbor.encode(value) == path.read_bytes()
                kept += 1
    assert kept > 10
    assert refused > 10


def test_without_the_bound_on_integers_two_programs_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed: one program reads 2^53 + 1 where the other reads 2^53."""
    monkeypatch.setattr(cbor, "LARGEST", 2**64)
    monkeypatch.setattr(cbor, "SMALLEST", -(2**64))
    assert disagreements(5_000)[1] > 0


def test_without_the_shortest_form_one_value_has_two_encodings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed: whoever encodes again signs other bytes than were sent."""
    monkeypatch.setattr(cbor, "_SMALLEST_ARGUMENT", (0, 0, 0, 0))
    assert read(HOSTILE["a long way to write 1"]) == 1
    assert cbor.encode(1) != HOSTILE["a long way to write 1"]
