"""The form of a delivery: up to 128 statements, each with its body sealed for the addressee.

``application/vnd.comity.delivery+cbor`` is ``[+ [statement, sealed]]``: two byte strings, the
tagged COSE_Sign1 with its receipts beside it and the tagged COSE_Encrypt.  The answer,
``application/vnd.comity.delivery-answer+cbor``, is ``[+ receipt or problem]`` in the same
order: a byte string or a map.  Both are deterministic CBOR.  What is inside the byte strings
is read by whoever takes the statement, one by one: a bad one spoils no other.

Source: wire profile, ruling 9.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from comity.errors import ComityError, FormatError, PeerError
from comity.exchange.limits import (
    MOST_ANSWER_BYTES,
    MOST_DELIVERY_BYTES,
    MOST_ITEMS,
    MOST_RECEIPT_BYTES,
    MOST_SEALED_BYTES,
    MOST_SIGNED_BYTES,
)
from comity.exchange.problems import Problem, problem_of, read_problem
from comity.statement import cbor
from comity.statement.cbor import Value

DELIVERY_TYPE: Final = "application/vnd.comity.delivery+cbor"
ANSWER_TYPE: Final = "application/vnd.comity.delivery-answer+cbor"
HEAD_BYTES: Final = 16
"""What CBOR adds to an item or to a whole delivery, rounded up."""

_MOST_PARTS: Final = 1 + 3 * MOST_ITEMS
"""An array, and in it for each statement an array of two."""

Answer: TypeAlias = bytes | Problem
"""What became of one item: the addressee's receipt, or why there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One statement on its way."""

    signed: bytes
    """With its receipts beside it."""
    sealed: bytes
    """The body, encrypted for the addressee."""

    @property
    def size(self) -> int:
        """Return how many bytes it takes in a delivery, at most."""
        return len(self.signed) + len(self.sealed) + HEAD_BYTES


def encode_delivery(items: Sequence[Item]) -> bytes:
    """Return a delivery.

    Raises:
        FormatError: ``exchange.delivery`` or ``exchange.too-large``: the other side would
            refuse it.

    """
    encoded = cbor.encode([[item.signed, item.sealed] for item in items])
    decode_delivery(encoded)
    return encoded


def decode_delivery(data: bytes) -> list[Item]:
    """Read a delivery.

    Raises:
        FormatError: ``cbor.…``, ``exchange.delivery``, ``exchange.too-large``.

    """
    if len(data) <= MOST_DELIVERY_BYTES and cbor.has_more_items(data, _MOST_PARTS):
        # Millions of tiny items would hold up everybody while they are read.
        raise FormatError("exchange.delivery", limit=MOST_ITEMS)
    value = cbor.decode(data, max_bytes=MOST_DELIVERY_BYTES, max_depth=2)
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ITEMS:
        raise FormatError("exchange.delivery", limit=MOST_ITEMS)
    return [_item(each) for each in value]


def _item(value: Value) -> Item:
    match value:
        case [bytes() as signed, bytes() as sealed]:
            for part, limit in ((signed, MOST_SIGNED_BYTES), (sealed, MOST_SEALED_BYTES)):
                if len(part) > limit:
                    raise FormatError("exchange.too-large", size=len(part), limit=limit)
            return Item(signed=signed, sealed=sealed)
        case _:
            raise FormatError("exchange.delivery", limit=MOST_ITEMS)


def encode_answers(answers: Sequence[bytes | ComityError], accept_language: str) -> bytes:
    """Return the answer to a delivery; problems are told in the caller's language."""
    told: list[Value] = [
        problem_of(answer, accept_language) if isinstance(answer, ComityError) else answer
        for answer in answers
    ]
    return cbor.encode(told)


def decode_answers(data: bytes, count: int) -> list[Answer]:
    """Read the answer to a delivery of ``count`` items.

    Raises:
        PeerError: ``exchange.answer``: this is no answer to it.

    """
    try:
        value = cbor.decode(data, max_bytes=MOST_ANSWER_BYTES)
        if not isinstance(value, list) or len(value) != count:
            raise PeerError("exchange.answer", status=200)
        return [_answer(each) for each in value]
    except FormatError as error:
        raise PeerError("exchange.answer", status=200) from error


def _answer(value: Value) -> Answer:
    if isinstance(value, bytes) and len(value) <= MOST_RECEIPT_BYTES:
        return value
    if isinstance(value, Mapping):
        return read_problem(value)
    raise FormatError("exchange.problem")
