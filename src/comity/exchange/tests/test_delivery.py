"""The form of deliveries and of their answers."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError, PeerError
from comity.exchange.delivery import (
    Item,
    decode_answers,
    decode_delivery,
    encode_answers,
    encode_delivery,
)
from comity.exchange.limits import MOST_DELIVERY_BYTES, MOST_SEALED_BYTES, MOST_SIGNED_BYTES
from comity.exchange.problems import Problem
from comity.statement import cbor

ITEM = Item(signed=b"signed", sealed=b"sealed")


def test_a_delivery_comes_out_as_it_went_in() -> None:
    """In order, up to 128."""
    items = [Item(signed=bytes([n]), sealed=b"x" * n) for n in range(128)]

    assert decode_delivery(encode_delivery(items)) == items


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        [[b"a"]],
        [[b"a", b"b", b"c"]],
        [[b"a", None]],
        [["a", b"b"]],
        [[b"a", b"b"]] * 129,
        [[b"a" * (MOST_SIGNED_BYTES + 1), b"b"]],
        [[b"a", b"b" * (MOST_SEALED_BYTES + 1)]],
        [[b"a", [b"b"]]],
    ],
)
def test_another_form_is_refused(value: cbor.Value) -> None:
    """Strict: nothing more, nothing less, nothing larger."""
    with pytest.raises(FormatError):
        decode_delivery(cbor.encode(value))


def test_a_delivery_that_is_too_large_is_not_even_looked_at() -> None:
    """The size is compared before anything is decoded."""
    with pytest.raises(FormatError) as caught:
        decode_delivery(b"\xff" * (MOST_DELIVERY_BYTES + 1))

    assert caught.value.code == "cbor.too-large"


def test_answers_are_receipts_and_problems_in_order() -> None:
    """A problem among receipts concerns its own statement only."""
    data = encode_answers([b"receipt", PeerError("exchange.busy", retry_after=2)], "zh")
    first, second = decode_answers(data, 2)

    assert first == b"receipt"
    assert isinstance(second, Problem)
    assert (second.code, second.retry_after, second.is_final) == ("exchange.busy", 2, False)


@pytest.mark.parametrize("count", [1, 3])
def test_answers_to_another_number_of_items_are_no_answer(count: int) -> None:
    """Else a receipt would be taken for another statement's."""
    with pytest.raises(PeerError, match=r"exchange\.answer"):
        decode_answers(encode_answers([b"a", b"b"], ""), count)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=64))
def test_random_bytes_are_refused_by_name(data: bytes) -> None:
    """Only ``ComityError`` comes out."""
    for decode in (decode_delivery, lambda each: decode_answers(each, 1)):
        with contextlib.suppress(ComityError):
            decode(data)
