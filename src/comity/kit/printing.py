r"""What is printed on a terminal: columns that stand straight, and nothing that moves the cursor.

What others wrote is data.  Controls, also the second row of them and those of direction,
are shown as ``\u001b`` and never sent, so that no text can colour, erase or reorder a line.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from comity.kit.desk import Json

_DANGEROUS: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f"
)
_IN_TEXT: Final = re.compile(f"[{_DANGEROUS}]")
_IN_LINE: Final = re.compile(f"[{_DANGEROUS}\t\n]")
_WIDE: Final = frozenset({"W", "F"})
_NO_WIDTH: Final = frozenset({"Mn", "Me", "Cf"})
ELLIPSIS: Final = "…"
GAP: Final = "  "


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code <= 0xFFFF:  # noqa: PLR2004 - the basic plane
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def plain(text: str) -> str:
    """Return a text of several lines as it may be printed."""
    return _IN_TEXT.sub(_escaped, text)


def line(text: object) -> str:
    """Return something on one line as it may be printed."""
    return _IN_LINE.sub(_escaped, str(text))


def as_json(value: Json) -> str:
    """Return a value as JSON for ``--json``: readable, and free of controls of any kind."""
    return _IN_TEXT.sub(_escaped, json.dumps(value, ensure_ascii=False, indent=2))


def width(text: str) -> int:
    """Return how many columns a text takes: wide characters are two, combining ones none."""
    return sum(
        0
        if unicodedata.category(each) in _NO_WIDTH
        else 2
        if unicodedata.east_asian_width(each) in _WIDE
        else 1
        for each in text
    )


def cut(text: str, columns: int) -> str:
    """Return a text that takes at most so many columns, with an ellipsis where it was cut."""
    if width(text) <= columns:
        return text
    kept, taken = [], width(ELLIPSIS)
    for each in text:
        taken += width(each)
        if taken > columns:
            break
        kept.append(each)
    return "".join(kept) + ELLIPSIS


def padded(text: str, columns: int) -> str:
    """Return a text filled up to so many columns."""
    return text + " " * (columns - width(text))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, most: int = 48) -> str:
    """Return rows under their heads, in columns.

    Args:
        heads: one word for each column.
        rows: what stands in each; made fit for printing here.
        most: the most columns of the terminal that one cell takes; the last cell of a row is
            never cut.

    """
    cells = [list(heads)]
    for row in rows:
        told = [line(each) for each in row]
        cells.append([*(cut(each, most) for each in told[:-1]), *told[-1:]])
    widths = [max(width(row[at]) for row in cells) for at in range(len(heads))]
    lines = (
        GAP.join(padded(cell, columns) for cell, columns in zip(row, widths, strict=True))
        for row in cells
    )
    return "\n".join(each.rstrip() for each in lines)


def indented(text: str, by: str = "    ") -> str:
    """Return a text of several lines, made fit for printing, each line set in."""
    return "\n".join(by + each if each else each for each in plain(text).split("\n"))
