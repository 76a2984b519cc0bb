"""Which tile holds which hashes, what its path is, and what a bundle of entries looks like.

Source: C2SP tlog-tiles.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError

WIDTH: Final = 256
_MOST_ENTRY: Final = 65_535
_NUMBER: Final = r"(?P<number>(?:x[0-9]{3}/)*[0-9]{3})"
_PATH: Final = re.compile(
    rf"tile/(?P<level>[0-9]|[1-5][0-9]|6[0-3]|entries)/{_NUMBER}(?:\.p/(?P<width>[1-9][0-9]{{0,2}}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePath:
    """What a path asks for."""

    level: int | None
    """Level of hashes; ``None``: the entries themselves."""
    number: int
    width: int
    """How many hashes or entries, 1 to 256."""


def number_path(number: int) -> str:
    """Return a tile's number in groups of three digits, all but the last marked ``x``."""
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def tile_path(tile: TilePath) -> str:
    """Return the path of a tile below the log's prefix."""
    level = "entries" if tile.level is None else str(tile.level)
    partial = "" if tile.width == WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{number_path(tile.number)}{partial}"


def parse_tile_path(path: str) -> TilePath:
    """Read a tile's path.

    Raises:
        FormatError: ``log.tile-path``.

    """
    found = _PATH.fullmatch(path) if path.isascii() and len(path) < WIDTH else None
    if found is None:
        raise FormatError("log.tile-path", path=ascii(path[:80]))
    level = None if found["level"] == "entries" else int(found["level"])
    number = int(found["number"].replace("x", "").replace("/", ""))
    tile = TilePath(level=level, number=number, width=int(found["width"] or WIDTH))
    # One tile, one path: leading groups of zeros and a written-out full width are refused.
    if tile.width > WIDTH or tile_path(tile) != path:
        raise FormatError("log.tile-path", path=ascii(path[:80]))
    return tile


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """Return entries as a bundle: each after its length in two bytes.

    Raises:
        FormatError: ``log.bundle`` if an entry is too long.

    """
    pieces: list[bytes] = []
    for entry in entries:
        if len(entry) > _MOST_ENTRY:
            raise FormatError("log.bundle")
        pieces += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(pieces)


def decode_bundle(data: bytes) -> list[bytes]:
    """Read a bundle of at most 256 entries.

    Raises:
        FormatError: ``log.bundle``.

    """
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data) or len(entries) == WIDTH:
            raise FormatError("log.bundle")
        entries.append(data[at + 2 : end])
        at = end
    return entries
