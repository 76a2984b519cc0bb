"""Typed access to a decoded map: every field is asked for, and no other may be there."""

from collections.abc import Mapping
from typing import TypeAlias

from comity.errors import FormatError
from comity.statement.cbor import Key, Value

# The methods are named like the types they return, which hides those inside the class.
_Bytes: TypeAlias = bytes
_Fields: TypeAlias = dict[Key, Value]


def present(fields: Mapping[str, Value]) -> dict[str, Value]:
    """Return the fields that are not ``None``: what is unknown is absent, never null."""
    return {name: value for name, value in fields.items() if value is not None}


def shown(word: Key) -> str:
    """Return what a stranger wrote in a form that is safe in a journal: short, and ASCII."""
    return ascii(str(word)[:80])[1:-1]


class Reading:
    """A decoded map, read field by field.

    Every method raises ``FormatError("statement.field", where=…, field=…)`` if the field
    is missing or of another kind.  An ``optional_…`` field may be absent; null is not
    absent.  ``done`` refuses fields that nobody asked for.
    """

    __slots__ = ("_asked", "_fields", "where")

    def __init__(self, value: Value, where: str) -> None:
        """Read ``value``, which must be a map; ``where`` names it in errors."""
        if not isinstance(value, dict):
            raise FormatError("statement.field", where=where, field="{}")
        self.where = where
        self._fields: _Fields = value
        self._asked: set[Key] = set()

    def refuse(self, key: Key) -> FormatError:
        """Return the error that says that this field is wrong."""
        return FormatError("statement.field", where=self.where, field=shown(key))

    def has(self, key: Key) -> bool:
        """Tell whether the field is there."""
        return key in self._fields

    def value(self, key: Key) -> Value:
        """Return a field of any kind."""
        if key not in self._fields:
            raise self.refuse(key)
        self._asked.add(key)
        return self._fields[key]

    def bytes(self, key: Key, length: int | None = None) -> _Bytes:
        """Return a byte string, of exactly ``length`` bytes if that is given."""
        value = self.value(key)
        if not isinstance(value, _Bytes) or length not in {None, len(value)}:
            raise self.refuse(key)
        return value

    def text(self, key: Key) -> str:
        """Return a text."""
        value = self.value(key)
        if not isinstance(value, str):
            raise self.refuse(key)
        return value

    def integer(self, key: Key, *, least: int | None = None, most: int | None = None) -> int:
        """Return an integer (``true`` is none), within the given bounds."""
        value = self.value(key)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.refuse(key)
        if (least is not None and value < least) or (most is not None and value > most):
            raise self.refuse(key)
        return value

    def boolean(self, key: Key) -> bool:
        """Return ``True`` or ``False``."""
        value = self.value(key)
        if not isinstance(value, bool):
            raise self.refuse(key)
        return value

    def items(self, key: Key, *, most: int | None = None) -> list[Value]:
        """Return an array, of at most ``most`` items."""
        value = self.value(key)
        if not isinstance(value, list) or (most is not None and len(value) > most):
            raise self.refuse(key)
        return value

    def byte_strings(
        self, key: Key, length: int | None = None, *, most: int | None = None
    ) -> tuple[_Bytes, ...]:
        """Return an array of byte strings, each of ``length`` bytes if that is given."""
        found = []
        for item in self.items(key, most=most):
            if not isinstance(item, _Bytes) or length not in {None, len(item)}:
                raise self.refuse(key)
            found.append(item)
        return tuple(found)

    def texts(self, key: Key, *, most: int | None = None) -> tuple[str, ...]:
        """Return an array of texts."""
        found = []
        for item in self.items(key, most=most):
            if not isinstance(item, str):
                raise self.refuse(key)
            found.append(item)
        return tuple(found)

    def mapping(self, key: Key) -> _Fields:
        """Return a map."""
        value = self.value(key)
        if not isinstance(value, dict):
            raise self.refuse(key)
        return value

    def text_mapping(self, key: Key) -> dict[str, Value]:
        """Return a map whose keys are all texts."""
        found: dict[str, Value] = {}
        for name, value in self.mapping(key).items():
            if not isinstance(name, str):
                raise self.refuse(key)
            found[name] = value
        return found

    def reading(self, key: Key) -> "Reading":
        """Return a map as a reading of its own."""
        return Reading(self.value(key), f"{self.where}.{key}")

    def optional_bytes(self, key: Key, length: int | None = None) -> _Bytes | None:
        """Return a byte string, or ``None`` if the field is absent."""
        return self.bytes(key, length) if self.has(key) else None

    def optional_text(self, key: Key) -> str | None:
        """Return a text, or ``None`` if the field is absent."""
        return self.text(key) if self.has(key) else None

    def optional_integer(
        self, key: Key, *, least: int | None = None, most: int | None = None
    ) -> int | None:
        """Return an integer, or ``None`` if the field is absent."""
        return self.integer(key, least=least, most=most) if self.has(key) else None

    def optional_boolean(self, key: Key) -> bool | None:
        """Return ``True`` or ``False``, or ``None`` if the field is absent."""
        return self.boolean(key) if self.has(key) else None

    def optional_items(self, key: Key, *, most: int | None = None) -> list[Value] | None:
        """Return an array, or ``None`` if the field is absent."""
        return self.items(key, most=most) if self.has(key) else None

    def optional_mapping(self, key: Key) -> _Fields | None:
        """Return a map, or ``None`` if the field is absent."""
        return self.mapping(key) if self.has(key) else None

    def optional_reading(self, key: Key) -> "Reading | None":
        """Return a map as a reading of its own, or ``None`` if the field is absent."""
        return self.reading(key) if self.has(key) else None

    def done(self) -> None:
        """Refuse fields that nobody asked for.

        Raises:
            FormatError: ``statement.unknown-field``.

        """
        for key in self._fields:
            if key not in self._asked:
                raise FormatError("statement.unknown-field", where=self.where, field=shown(key))
