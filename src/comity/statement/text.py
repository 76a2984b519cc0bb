"""What may stand in a text and in a name, and what a language tag looks like.

A text is refused, never repaired: it was signed as it is.  Barred are text that is not
in NFC, controls other than line feed and tab, controls of direction, private use,
surrogates, noncharacters, language tag characters and invisible fillers.  The lists are
ranges, so that the answer does not depend on a version of Unicode.

A name is a text on one line that can be mistaken for no other: one script, or Latin with
Han and one of kana, Bopomofo and Hangul (``scripts``); no letter or digit that is a mere
form of another, except full-width digits and punctuation, which Chinese uses.

Source: security threat T35; Unicode UAX 15; RFC 5646, section 2.1.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from comity.errors import FormatError
from comity.statement.scripts import is_common, may_stand_together, script_of

Texts: TypeAlias = Mapping[str, str]
"""What a party says: language tag to text.  Which are authentic stands in ``act``."""

MOST_TEXT_BYTES: Final = 64 * 1024
MOST_NAME_BYTES: Final = 512
MOST_MARKS: Final = 30
"""Combining marks in a row (UAX 15, stream-safe text)."""
MOST_MARKS_IN_NAMES: Final = 4

_CONTROL: Final = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
_DIRECTION: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_PRIVATE: Final = "\ue000-\uf8ff\U000f0000-\U000fffff\U00100000-\U0010ffff"
_NOT_CHARACTERS: Final = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(15)
)
_TAGS: Final = "\U000e0000-\U000e007f"
_INVISIBLE: Final = "\u115f\u1160\u180e\u2061-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
_BARRED: Final = re.compile(
    f"(?P<control>[{_CONTROL}])|(?P<direction>[{_DIRECTION}])|(?P<private>[{_PRIVATE}])"
    f"|(?P<unicode>[{_NOT_CHARACTERS}])|(?P<tag>[{_TAGS}])|(?P<invisible>[{_INVISIBLE}])"
)
_LANGUAGE_TAG: Final = re.compile(
    r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"
)
_MOST_TAG_CHARACTERS: Final = 35
_SPACES: Final = " \u3000"
_NO_BEGINNING: Final = _SPACES + "=+-@"


@dataclass(frozen=True, slots=True)
class BilingualText:
    """The software's own words.  Neither language is the original."""

    zh: str
    en: str


def check_text(text: str, *, most_bytes: int = MOST_TEXT_BYTES) -> str:
    """Return ``text``, if it may be signed as it is.

    Raises:
        FormatError: ``text.too-long``, ``text.not-nfc``, ``text.marks``, or the kind of
            character that is barred: ``text.control``, ``text.direction``,
            ``text.private``, ``text.unicode``, ``text.tag``, ``text.invisible``.

    """
    barred = _BARRED.search(text)
    if barred is not None:
        code = f"text.{barred.lastgroup}"
        raise FormatError(code, at=barred.start(), character=f"U+{ord(barred[0]):04X}")
    size = len(text.encode())
    if size > most_bytes:
        raise FormatError("text.too-long", size=size, limit=most_bytes)
    if not text.isascii():
        _check_composed(text)
    return text


def check_name(name: str) -> str:
    """Return ``name``, if a party, a mechanism or a person may be called so.

    Raises:
        FormatError: as ``check_text``; ``name.empty``, ``name.edge`` (begins or ends with
            a space, or begins like a formula), ``name.character``, ``name.marks``,
            ``name.scripts``.

    """
    check_text(name, most_bytes=MOST_NAME_BYTES)
    if not name:
        raise FormatError("name.empty")
    if name[0] in _NO_BEGINNING or name[-1] in _SPACES:
        edge = name[0] if name[0] in _NO_BEGINNING else name[-1]
        raise FormatError("name.edge", character=f"U+{ord(edge):04X}")
    scripts, row = set(), 0
    for at, character in enumerate(name):
        row = row + 1 if unicodedata.combining(character) else 0
        if row > MOST_MARKS_IN_NAMES:
            raise FormatError("name.marks", at=at)
        if is_common(character):
            continue
        script = script_of(character)
        if script is None:
            raise FormatError("name.character", at=at, character=f"U+{ord(character):04X}")
        scripts.add(script)
    if not may_stand_together(scripts):
        raise FormatError("name.scripts", scripts=", ".join(sorted(scripts)))
    return name


def check_language_tag(tag: str) -> str:
    """Return ``tag``, if it is a language tag in its one usual spelling, as ``zh-Hans``.

    Raises:
        FormatError: ``text.language-tag``.

    """
    if len(tag) > _MOST_TAG_CHARACTERS or _LANGUAGE_TAG.fullmatch(tag) is None:
        raise FormatError("text.language-tag", tag=ascii(tag[:_MOST_TAG_CHARACTERS]))
    return tag


def _check_composed(text: str) -> None:
    if not unicodedata.is_normalized("NFC", text):
        raise FormatError("text.not-nfc")
    row = 0
    for at, character in enumerate(text):
        row = row + 1 if unicodedata.combining(character) else 0
        if row > MOST_MARKS:
            raise FormatError("text.marks", at=at)
