"""Deterministic CBOR, and nothing else: one value has exactly one encoding.

Source: RFC 8949, section 4.2.1; wire profile, section 7.  Definite lengths, shortest
heads, keys in the bytewise order of their encodings, text in NFC, integers from -2^53
to 2^53 - 1 (so that JavaScript reads the same number), no floats, no tags except 18,
96 and 38.  What the decoder accepts, the encoder gives back byte for byte: nobody needs
to encode again to compare.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final, TypeAlias

from comity.errors import FormatError

Key: TypeAlias = int | str

MAX_DEPTH: Final = 16
"""Arrays, maps and tags inside one another."""
LARGEST: Final = 2**53 - 1
SMALLEST: Final = -(2**53)
TAGS: Final = frozenset({18, 38, 96})

_SIMPLE: Final[Mapping[int, bool | None]] = {20: False, 21: True, 22: None}
_SMALLEST_ARGUMENT: Final = (24, 1 << 8, 1 << 16, 1 << 32)
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _OTHER = range(8)
_RUNS: Final = (_BYTES, _TEXT)
_KEYS: Final = (_UNSIGNED, _NEGATIVE, _TEXT)
_HEADS: Final = tuple(
    tuple(bytes((major << 5 | argument,)) for argument in range(24)) for major in range(7)
)
_FIRST_KEY: Final = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Tagged:
    """A value under one of the tags 18 (COSE_Sign1), 38 (language), 96 (COSE_Encrypt)."""

    tag: int
    value: "Value"


Value: TypeAlias = (
    bool
    | int
    | str
    | bytes
    | Sequence["Value"]
    | Mapping[int, "Value"]
    | Mapping[str, "Value"]
    | Mapping[Key, "Value"]
    | Tagged
    | None
)
"""What can be encoded: of sequences, lists and tuples.  Decoding gives lists and dicts."""


def encode(value: Value) -> bytes:
    """Return the one encoding of a value.

    Raises:
        FormatError: the value has none (``cbor.integer-range``, ``cbor.not-nfc``,
            ``cbor.not-unicode``, ``cbor.key-type``, ``cbor.type``, ``cbor.unknown-tag``,
            ``cbor.too-deep``).

    """
    parts: list[bytes] = []
    _write(value, parts.append, MAX_DEPTH)
    return b"".join(parts)


def decode(data: bytes, *, max_bytes: int, max_depth: int = MAX_DEPTH) -> Value:
    """Return the value that ``data`` encodes, if it is the one encoding of that value.

    Args:
        data: exactly one item.
        max_bytes: the longest ``data`` to look at.
        max_depth: how many arrays, maps and tags may stand inside one another.

    Raises:
        FormatError: ``cbor.…``, naming the rule and the offset at which it is broken.

    """
    if len(data) > max_bytes:
        raise FormatError("cbor.too-large", size=len(data), limit=max_bytes)
    value, end = _item(data, 0, max_depth)
    if end != len(data):
        raise FormatError("cbor.trailing-bytes", at=end)
    return value


def has_more_items(data: bytes, most: int) -> bool:
    """Tell whether there are more than so many items in ``data``, nested ones included.

    It looks at no more heads than that and builds nothing, so it costs the same whatever is
    sent.  What is not well-formed is left for ``decode`` to name.
    """
    at = 0
    for _ in range(most):
        if at >= len(data):
            return False
        major, argument, at = data[at] >> 5, data[at] & 31, at + 1
        if 24 <= argument <= 27:  # noqa: PLR2004 - the argument follows, RFC 8949, section 3
            end = at + (1 << argument - 24)
            argument, at = int.from_bytes(data[at:end], "big"), end
        if major in _RUNS:
            at += argument
    return at < len(data)


def _head(major: int, argument: int) -> bytes:
    if argument < 24:  # noqa: PLR2004 - the shortest form, RFC 8949, section 3
        return _HEADS[major][argument]
    first = major << 5
    if argument < 1 << 8:
        return bytes((first | 24, argument))
    if argument < 1 << 16:
        return bytes((first | 25,)) + argument.to_bytes(2, "big")
    if argument < 1 << 32:
        return bytes((first | 26,)) + argument.to_bytes(4, "big")
    return bytes((first | 27,)) + argument.to_bytes(8, "big")


def _text(text: str) -> bytes:
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise FormatError("cbor.not-nfc", at=0)
    try:
        raw = text.encode()
    except UnicodeEncodeError as error:
        raise FormatError("cbor.not-unicode", at=error.start) from None
    return _head(_TEXT, len(raw)) + raw


def _integer(number: int) -> bytes:
    if not SMALLEST <= number <= LARGEST:
        raise FormatError("cbor.integer-range", at=0)
    return _head(_UNSIGNED, number) if number >= 0 else _head(_NEGATIVE, -1 - number)


def _key(key: object) -> bytes:
    if isinstance(key, str):
        return _text(key)
    if isinstance(key, int) and not isinstance(key, bool):
        return _integer(key)
    raise FormatError("cbor.key-type", at=0)


def _write(value: Value, put: Callable[[bytes], None], depth: int) -> None:
    if isinstance(value, bytes):
        put(_head(_BYTES, len(value)))
        put(value)
    elif isinstance(value, str):
        put(_text(value))
    elif value is None:
        put(b"\xf6")
    elif isinstance(value, bool):
        put(b"\xf5" if value else b"\xf4")
    elif isinstance(value, int):
        put(_integer(value))
    else:
        _write_container(value, put, depth - 1)


def _write_container(value: Value, put: Callable[[bytes], None], depth: int) -> None:
    if depth < 0:
        raise FormatError("cbor.too-deep", at=0)
    if isinstance(value, dict) or isinstance(value, Mapping):  # noqa: SIM101 - the usual one fast
        pairs = sorted([(_key(key), item) for key, item in value.items()], key=_FIRST_KEY)
        put(_head(_MAP, len(pairs)))
        for key, item in pairs:
            put(key)
            _write(item, put, depth)
    elif isinstance(value, list | tuple):
        put(_head(_ARRAY, len(value)))
        for item in value:
            _write(item, put, depth)
    elif isinstance(value, Tagged):
        if value.tag not in TAGS:
            raise FormatError("cbor.unknown-tag", at=0, tag=value.tag)
        put(_head(_TAG, value.tag))
        _write(value.value, put, depth)
    else:
        raise FormatError("cbor.type", type=type(value).__name__)


def _item(data: bytes, at: int, depth: int) -> tuple[Value, int]:  # noqa: C901, PLR0911 - a table
    """Decode one item; return it and the offset behind it.

    Every statement and receipt goes through here several times, so text and bytes, which are
    most of what there is, are read on the spot.
    """
    if at >= len(data):
        raise FormatError("cbor.truncated", at=at)
    major, argument = data[at] >> 5, data[at] & 31
    if major == _OTHER:
        return _simple(at, argument)
    start, at = at, at + 1
    if argument >= 24:  # noqa: PLR2004 - the argument follows, RFC 8949, section 3
        argument, at = _argument(data, at, argument)
    if major in _RUNS:
        end = at + argument
        # The length is compared before anything is allocated.
        if end > len(data):
            raise FormatError("cbor.truncated", at=len(data))
        if major == _BYTES:
            return data[at:end], end
        return _read_text(data[at:end], start), end
    if major <= _NEGATIVE:
        if argument > LARGEST:
            raise FormatError("cbor.integer-range", at=start)
        return (argument if major == _UNSIGNED else -1 - argument), at
    if depth <= 0:
        raise FormatError("cbor.too-deep", at=start)
    if major == _ARRAY:
        return _read_array(data, at, argument, depth - 1)
    if major == _MAP:
        return _read_map(data, at, argument, depth - 1)
    if argument not in TAGS:
        raise FormatError("cbor.unknown-tag", at=start, tag=argument)
    inner, end = _item(data, at, depth - 1)
    return Tagged(argument, inner), end


def _argument(data: bytes, at: int, form: int) -> tuple[int, int]:
    """Read the argument behind a head, and insist on the shortest form."""
    if form > 27:  # noqa: PLR2004 - 24 to 27 are followed by 1, 2, 4 or 8 bytes
        raise FormatError("cbor.indefinite" if form == 31 else "cbor.reserved", at=at - 1)  # noqa: PLR2004
    end = at + (1 << form - 24)
    if end > len(data):
        raise FormatError("cbor.truncated", at=len(data))
    argument = data[at] if form == 24 else int.from_bytes(data[at:end], "big")  # noqa: PLR2004
    if argument < _SMALLEST_ARGUMENT[form - 24]:
        raise FormatError("cbor.not-shortest", at=at - 1)
    return argument, end


def _read_text(raw: bytes, start: int) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise FormatError("cbor.not-unicode", at=start) from None
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        raise FormatError("cbor.not-nfc", at=start)
    return text


def _read_array(data: bytes, at: int, count: int, depth: int) -> tuple[list[Value], int]:
    if count > len(data) - at:
        raise FormatError("cbor.truncated", at=len(data))
    items: list[Value] = []
    for _ in range(count):
        item, at = _item(data, at, depth)
        items.append(item)
    return items, at


def _read_map(data: bytes, at: int, count: int, depth: int) -> tuple[dict[Key, Value], int]:
    if 2 * count > len(data) - at:
        raise FormatError("cbor.truncated", at=len(data))
    found: dict[Key, Value] = {}
    before = b""
    for _ in range(count):
        start = at
        if at < len(data) and data[at] >> 5 not in _KEYS:
            raise FormatError("cbor.key-type", at=at)
        key, at = _item(data, at, depth)
        encoded = data[start:at]
        if not isinstance(key, int | str):  # pragma: no cover - the head has told already
            raise FormatError("cbor.key-type", at=start)
        if encoded <= before:
            # Keys that only ever rise cannot repeat one another.
            raise FormatError("cbor.duplicate-key" if key in found else "cbor.key-order", at=start)
        before = encoded
        found[key], at = _item(data, at, depth)
    return found, at


def _simple(at: int, form: int) -> tuple[bool | None, int]:
    if form in _SIMPLE:
        return _SIMPLE[form], at + 1
    if 25 <= form <= 27:  # noqa: PLR2004 - the three widths of floats
        raise FormatError("cbor.float", at=at)
    raise FormatError("cbor.indefinite" if form == 31 else "cbor.simple", at=at)  # noqa: PLR2004
