"""Typed access: a field of the right kind, or an error that names it."""

from collections.abc import Callable

import pytest

from comity.errors import FormatError
from comity.statement.cbor import Value
from comity.statement.reading import Reading, present

FIELDS: dict[str, Value] = {
    "bytes": b"\x01\x02",
    "text": "a",
    "integer": 7,
    "boolean": True,
    "items": [b"\x01", b"\x02"],
    "texts": ["a"],
    "mapping": {"a": 1},
    "numbered": {1: 1},
}


def test_every_kind_is_read_and_nothing_may_be_left() -> None:
    """A reading gives each field once it is asked for by its kind."""
    reading = Reading(FIELDS, "test")
    assert reading.bytes("bytes", 2) == b"\x01\x02"
    assert reading.text("text") == "a"
    assert reading.integer("integer", least=7, most=7) == 7
    assert reading.boolean("boolean") is True
    assert reading.byte_strings("items", 1) == (b"\x01", b"\x02")
    assert reading.texts("texts") == ("a",)
    assert reading.text_mapping("mapping") == {"a": 1}
    assert reading.optional_text("absent") is None
    with pytest.raises(FormatError, match=r"statement\.unknown-field .*numbered"):
        reading.done()
    assert reading.reading("numbered").integer(1) == 1
    reading.done()


@pytest.mark.parametrize(
    "ask",
    [
        lambda reading: reading.bytes("text"),
        lambda reading: reading.bytes("bytes", 3),
        lambda reading: reading.text("bytes"),
        lambda reading: reading.integer("boolean"),
        lambda reading: reading.integer("integer", least=8),
        lambda reading: reading.integer("integer", most=6),
        lambda reading: reading.boolean("integer"),
        lambda reading: reading.items("text"),
        lambda reading: reading.items("items", most=1),
        lambda reading: reading.byte_strings("texts"),
        lambda reading: reading.byte_strings("items", 2),
        lambda reading: reading.texts("items"),
        lambda reading: reading.mapping("items"),
        lambda reading: reading.text_mapping("numbered"),
        lambda reading: reading.text("absent"),
        lambda reading: reading.reading("text"),
    ],
)
def test_another_kind_is_refused(ask: Callable[[Reading], object]) -> None:
    """A field of another kind or size, or none, is an error; ``true`` is no integer."""
    with pytest.raises(FormatError, match=r"statement\.field"):
        ask(Reading(FIELDS, "test"))


def test_what_is_no_map_is_refused() -> None:
    """A reading needs a map."""
    with pytest.raises(FormatError, match=r"statement\.field"):
        Reading([], "test")


def test_what_a_stranger_wrote_is_safe_in_a_journal() -> None:
    """The name of an unknown field cannot break a line or turn the writing direction."""
    with pytest.raises(FormatError) as caught:
        Reading({"\u202e\n" * 100: 1}, "test").done()
    assert str(caught.value).isascii()
    assert "\n" not in str(caught.value)


def test_what_is_unknown_is_absent_and_never_null() -> None:
    """Fields without a value are left out before encoding; null is refused when read."""
    assert present({"a": 1, "b": None}) == {"a": 1}
    with pytest.raises(FormatError, match=r"statement\.field"):
        Reading({"b": None}, "test").optional_integer("b")
