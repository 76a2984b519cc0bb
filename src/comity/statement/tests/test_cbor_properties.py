"""Whatever the bytes: an error with a name, or the one encoding of a value."""

import unicodedata
from functools import partial
from typing import Any

import cbor2
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError
from comity.statement.cbor import LARGEST, SMALLEST, Tagged, Value, decode, encode

FEW = settings(max_examples=150, deadline=None)

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    partial(unicodedata.is_normalized, "NFC")
)
integers = st.integers(min_value=SMALLEST, max_value=LARGEST)
values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | integers | st.binary(max_size=40) | texts,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(integers | texts, inner, max_size=4)
        | st.builds(Tagged, st.sampled_from([18, 38, 96]), inner)
    ),
    max_leaves=12,
)


def for_oracle(value: Any) -> Any:
    """Return the value as cbor2 knows it, its maps in the order we say they have."""
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: cbor2.dumps(pair[0]))
        return {key: for_oracle(item) for key, item in pairs}
    if isinstance(value, list):
        return [for_oracle(item) for item in value]
    if isinstance(value, Tagged):
        return cbor2.CBORTag(value.tag, for_oracle(value.value))
    return value


def accepted(data: bytes) -> Value | FormatError:
    try:
        return decode(data, max_bytes=100_000)
    except FormatError as error:
        return error


@FEW
@given(values)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    """Decoding what was encoded gives the value."""
    assert decode(encode(value), max_bytes=100_000) == value


@FEW
@given(values)
def test_an_independent_encoder_writes_the_same_bytes(value: Value) -> None:
    """A general library, told our order of keys, agrees byte for byte."""
    assert encode(value) == cbor2.dumps(for_oracle(value))


@FEW
@given(st.binary(max_size=60))
def test_random_bytes_are_refused_by_name_or_are_the_one_encoding(data: bytes) -> None:
    """What is accepted is encoded to the same bytes, so nobody must compare."""
    value = accepted(data)
    assert isinstance(value, FormatError) or encode(value) == data


@FEW
@given(values, st.data())
def test_changed_bytes_are_refused_by_name_or_are_the_one_encoding(
    value: Value, data: st.DataObject
) -> None:
    """A change anywhere gives an error with a name or another value's one encoding."""
    changed = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed)))
        kind = data.draw(st.sampled_from(["set", "insert", "cut"]))
        byte = data.draw(st.integers(0, 255))
        if kind == "insert" or at == len(changed):
            changed.insert(at, byte)
        elif kind == "set":
            changed[at] = byte
        else:
            del changed[at:]
            changed.append(byte)
    found = accepted(bytes(changed))
    assert isinstance(found, FormatError) or encode(found) == bytes(changed)
