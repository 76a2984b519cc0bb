"""Which script a character of a name belongs to, and which scripts may stand together.

Told from the names and categories of the Unicode database that comes with Python; only
the scripts that UAX 31 recommends, and Mongolian, Tifinagh and Yi, are known.

Source: Unicode UTS 39, section 5.2 ("highly restrictive"); UAX 31, table 5; security
threat T35.
"""

import unicodedata
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Final

HAN: Final = "Han"
LATIN: Final = "Latin"
_KNOWN: Final = """
    Arabic Armenian Bengali Bopomofo Cyrillic Devanagari Ethiopic Georgian Greek Gujarati
    Gurmukhi Hangul Hebrew Hiragana Kannada Katakana Khmer Lao Latin Malayalam Mongolian
    Myanmar Oriya Sinhala Tamil Telugu Thaana Thai Tibetan Tifinagh Yi
"""
_SCRIPTS: Final = {script.upper(): script for script in _KNOWN.split()} | {
    "CJK": HAN,
    "IDEOGRAPHIC": HAN,
    "KATAKANA-HIRAGANA": "Katakana",
    "ARABIC-INDIC": "Arabic",
    "EXTENDED": "Arabic",
}
_TOGETHER: Final = (
    frozenset({LATIN, HAN, "Hiragana", "Katakana"}),
    frozenset({LATIN, HAN, "Bopomofo"}),
    frozenset({LATIN, HAN, "Hangul"}),
)
_SPACES: Final = " \u3000"
# Marks of punctuation that compatibility forms would change, and that people do write.
_KEPT_PUNCTUATION: Final = "…‥"
# Mere forms that are the usual spelling: Thai and Lao AM.
_KEPT_LETTERS: Final = "\u0e33\u0eb3"
_SIGNS: Final = "$<=>^`|~"
_APOSTROPHES: Final = "\u02bb\u02bc"

_LATIN_TWINS: Final = str.maketrans(
    "АВЕЅІЈКМНОРСТУХѴԜԚҮӀавеѕіјкмнорстухѵԝԛһүӏ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχγϲ",
    "ABESIJKMHOPCTYXVWQYIabesijkmhopctyxvwqhyl" + "ABEZHIKMNOPTYXaikvoptuxyc",
)


def is_common(character: str) -> bool:
    """Tell whether a character belongs to every script: spaces, digits, punctuation."""
    if character.isascii():
        return character.isprintable() and not character.isalpha() and character not in _SIGNS
    if character in _SPACES or character in _APOSTROPHES or character in _KEPT_PUNCTUATION:
        return True
    if "\uff01" <= character <= "\uff65":
        return unicodedata.category(character)[0] == "P" or "\uff10" <= character <= "\uff19"
    category = unicodedata.category(character)
    if category[0] == "P":
        return not _is_mere_form(character)
    if category in {"Mn", "Me", "Mc"}:
        return unicodedata.name(character, "").startswith("COMBINING ")
    return False


@lru_cache(maxsize=4096)
def script_of(character: str) -> str | None:
    """Return the script of a letter, digit or mark that a name may hold, or ``None``."""
    category = unicodedata.category(character)
    if category[0] not in "LMN" or category == "No" or _is_mere_form(character):
        return None
    name = unicodedata.name(character, "")
    if "VARIATION SELECTOR" in name or "VOWEL SEPARATOR" in name or "FILLER" in name:
        return None
    return _SCRIPTS.get(name.split(" ")[0])


def may_stand_together(scripts: AbstractSet[str]) -> bool:
    """Tell whether one name may hold letters of all these scripts."""
    return len(scripts) <= 1 or any(scripts <= together for together in _TOGETHER)


def skeleton(name: str) -> str:
    """Return a form in which names that look alike are equal, for finding a double.

    It folds case and compatibility forms, drops accents and spaces, and writes Cyrillic
    and Greek letters as the Latin ones they look like.  It is never shown.
    """
    folded = unicodedata.normalize("NFKC", name).translate(_LATIN_TWINS).casefold()
    parts = unicodedata.normalize("NFKD", folded.translate(_LATIN_TWINS))
    alike = parts.translate(str.maketrans("10|", "lol"))
    return "".join(each for each in alike if not unicodedata.combining(each) and each != " ")


def _is_mere_form(character: str) -> bool:
    return character not in _KEPT_LETTERS and unicodedata.normalize("NFKC", character) != character
