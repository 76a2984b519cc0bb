"""How a log is cut into files that never change: tiles of hashes, bundles of entries.

A tile holds up to 256 hashes of one level; a bundle holds the entries under a tile of
level 0, each after its length.  A tile or bundle that is not full yet names its width.

Source: C2SP tlog-tiles.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.log.merkle import HASH_BYTES
from comity.statement.reading import shown

HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << HEIGHT
MOST_ENTRY_BYTES: Final = 0xFFFF
_LENGTH_BYTES: Final = 2
_ENTRIES: Final = "entries"
_PATH: Final = re.compile(
    rf"tile/(?P<level>[0-9]|[1-5][0-9]|6[0-3]|{_ENTRIES})"
    r"/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePath:
    """What a path below a log's prefix names."""

    level: int | None
    """Level of hashes, 0 to 63; ``None``: the entries themselves."""
    number: int
    """Number of the tile within its level, from 0."""
    width: int
    """How many hashes or entries: 1 to 256."""


def tile_path(tile: TilePath) -> str:
    """Return the path of a tile or bundle below the log's prefix: ``tile/0/x001/067.p/12``."""
    level = _ENTRIES if tile.level is None else str(tile.level)
    partial = "" if tile.width == TILE_WIDTH else f".p/{tile.width}"
    return f"tile/{level}/{_number_path(tile.number)}{partial}"


def _number_path(number: int) -> str:
    # All groups but the last are marked, so that no folder has the name of a tile.
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def parse_tile_path(path: str) -> TilePath:
    """Read the path of a tile or bundle; each has exactly one.

    Raises:
        FormatError: ``log.tile-path``.

    """
    found = _PATH.fullmatch(path)
    if found is not None:
        tile = TilePath(
            level=None if found["level"] == _ENTRIES else int(found["level"]),
            number=int(found["number"].replace("/", "").replace("x", "")),
            width=int(found["width"] or TILE_WIDTH),
        )
        # Written back, leading groups of zeros and a spelled-out full width are not the same.
        if tile.width <= TILE_WIDTH and tile_path(tile) == path:
            return tile
    raise FormatError("log.tile-path", path=shown(path))


def tile_width(size: int, level: int, number: int) -> int:
    """Return how wide a tile is in a tree of ``size`` leaves; 0 if it has none.

    For a bundle, ask for level 0.
    """
    hashes = size >> (HEIGHT * level)
    return min(max(hashes - number * TILE_WIDTH, 0), TILE_WIDTH)


def decode_tile(data: bytes) -> list[bytes]:
    """Return the hashes of a tile.

    Raises:
        FormatError: ``log.tile``.

    """
    if not 0 < len(data) <= TILE_WIDTH * HASH_BYTES or len(data) % HASH_BYTES:
        raise FormatError("log.tile", size=len(data))
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def encode_bundle(entries: Sequence[bytes]) -> bytes:
    """Return 1 to 256 entries as a bundle.

    Raises:
        FormatError: ``log.bundle``.

    """
    if not 0 < len(entries) <= TILE_WIDTH or max(map(len, entries)) > MOST_ENTRY_BYTES:
        raise FormatError("log.bundle")
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def decode_bundle(data: bytes) -> list[bytes]:
    """Return the entries of a bundle: 1 to 256.

    Raises:
        FormatError: ``log.bundle``.

    """
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < TILE_WIDTH:
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    # A length that was cut off, or an entry that was, leads beyond the end.
    if not entries or at != len(data):
        raise FormatError("log.bundle")
    return entries
