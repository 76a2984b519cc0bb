"""Arguments of an operation are read one by one, and none is passed over."""

from collections.abc import Callable

import pytest

from comity.errors import FormatError
from comity.kit.asked import Asked
from comity.kit.desk import Json
from comity.kit.told import at, items, part, text


def test_what_is_given_is_read() -> None:
    """Null is as if it had not been given."""
    given: dict[str, Json] = {"a": "x", "b": ["y"], "c": {"en": "z"}, "d": None, "e": {"n": 1}}
    asked = Asked(given)
    assert (asked.text("a"), asked.strings("b"), asked.texts("c")) == ("x", ["y"], {"en": "z"})
    assert (asked.maybe("d"), asked.mapping("e"), asked.strings("f")) == (None, {"n": 1}, [])
    asked.end()


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"a": 1}, lambda asked: asked.text("a")),
        ({"a": "x"}, lambda asked: asked.strings("a")),
        ({"a": [1]}, lambda asked: asked.strings("a")),
        ({"a": []}, lambda asked: asked.mapping("a")),
        ({"a": {"en": 1}}, lambda asked: asked.texts("a")),
    ],
)
def test_another_shape_is_refused(given: dict[str, Json], read: Callable[[Asked], Json]) -> None:
    """By name."""
    with pytest.raises(FormatError, match=r"ask\.shape"):
        read(Asked(given))


def test_what_is_missing_or_not_known_is_named() -> None:
    """So that a misspelt argument is not passed over in silence."""
    with pytest.raises(FormatError, match=r"ask\.missing"):
        Asked({}).text("a")
    with pytest.raises(FormatError, match=r"ask\.unknown.*txt"):
        Asked({"txt": "x"}).end()


def test_a_result_of_another_shape_reads_as_empty() -> None:
    """A command prints what an older or newer node tells."""
    told: Json = {"a": {"b": ["c"]}, "n": 3}
    assert items(told, "a", "b") == ["c"]
    assert (items(told, "a"), part(told, "n"), at(told, "x", "y")) == ([], {}, None)
    assert (text(told, "n"), text(told, "a"), text(None, "a")) == ("3", "", "")
