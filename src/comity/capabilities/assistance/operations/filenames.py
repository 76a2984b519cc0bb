"""A file name that somebody sent is data: what of it may name a file in a folder of ours.

The result is one plain component of a path on every common system: no separators, controls,
marks of direction or invisible characters, no device names, no leading dot or dash, at most
200 bytes, and no two that differ only in case or in the way characters are composed.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

MOST_BYTES: Final = 200
MOST_EXTENSION_BYTES: Final = 20
UNNAMED: Final = "unnamed"
STAND_IN: Final = "_"
_SEPARATORS: Final = frozenset('/\\:*?"<>|')
_BARRED_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DEVICE: Final = re.compile(
    r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(COM|LPT)[0-9¹²³]) *", re.IGNORECASE
)


def safe_name(name: str) -> str:
    """Return a name for a file that was sent under any name at all."""
    plain = unicodedata.normalize("NFC", "".join(map(_allowed, name)))
    # Windows drops dots and spaces at the end, shells hide what begins with a dot.
    plain = plain.strip().rstrip(". ")
    plain = plain if plain.strip(" ._") else UNNAMED
    if plain[0] in ".-~" or _DEVICE.fullmatch(plain.partition(".")[0]):
        plain = STAND_IN + plain
    return _shortened(plain, MOST_BYTES)


class Names:
    """The names that are taken in one folder; no two differ only by case or composition."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        """Begin with the names that are there already."""
        self._taken = {folded(name) for name in taken}

    def choose(self, name: str) -> str:
        """Return a safe name that is not taken, and take it."""
        plain = safe_name(name)
        chosen, number = plain, 1
        while folded(chosen) in self._taken:
            number += 1
            chosen = _numbered(plain, number)
        self._taken.add(folded(chosen))
        return chosen


def folded(name: str) -> str:
    """Return a name as file systems compare it that know neither case nor composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def _allowed(character: str) -> str:
    if character in _SEPARATORS or unicodedata.category(character) in _BARRED_CATEGORIES:
        return STAND_IN
    return " " if character.isspace() else character


def _split(name: str) -> tuple[str, str]:
    """Return a name and its extension, with the dot; a long one is not an extension."""
    stem, dot, extension = name.rpartition(".")
    if not stem or not dot or len(extension.encode()) > MOST_EXTENSION_BYTES:
        return name, ""
    return stem, dot + extension


def _numbered(name: str, number: int) -> str:
    stem, extension = _split(name)
    mark = f"~{number}{extension}"
    return _cut(stem, MOST_BYTES - len(mark.encode())) + mark


def _shortened(name: str, most: int) -> str:
    if len(name.encode()) <= most:
        return name
    stem, extension = _split(name)
    return _cut(stem, most - len(extension.encode())) + extension


def _cut(text: str, most: int) -> str:
    """Return the beginning of a text, at most so many bytes, no character cut in two."""
    kept = text.encode()[:most].decode("utf-8", "ignore")
    while len(kept) < len(text) and kept and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip(". ") or STAND_IN
