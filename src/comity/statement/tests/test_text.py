"""T35: what may be signed as text, and what a party may be called."""

import pytest

from comity.errors import FormatError
from comity.statement.scripts import skeleton
from comity.statement.text import check_language_tag, check_name, check_text

GOOD_NAMES = (
    "国家CERT",
    "國家互聯網應急中心",
    "Ünïon",
    "(demo)／（演示）",
    "北方演示（１２３号）：“甲”、乙",
    "Côte d’Ivoire",
    "R&D Office no. 7",
    "〇〇々村",
    "Việt Nam",
    "ตำรวจ",
    "भारत",
    "대한민국 KISA",
    "日本のサーバー",
    "ㄅㄆㄇ注音 TW",
    "وزارة ١٢",
    "Oʻzbekiston",
    "Україна",
    "Ελλάδα",
    "𠮷野",
    "བོད་ལྗོངས",
    "昂德里亚　共和国",
)
BAD_NAMES = {
    "bidi override": ("Ministry of \u202eecitsuJ\u202c", "text.direction"),
    "isolate": ("a\u2066b\u2069", "text.direction"),
    "arabic letter mark": ("a\u061c", "text.direction"),
    "zero width": ("CN\u200b-CERT", "name.character"),
    "zero width joiner": ("a\u200db", "name.character"),
    "Latin and Cyrillic": ("\u0421IS\u0410", "name.scripts"),
    "Latin and Greek": ("Οndria", "name.scripts"),
    "Han and Cyrillic": ("国家Б", "name.scripts"),
    "Han and Tibetan": ("西藏　བོད", "name.scripts"),
    "kana and Hangul": ("さ사", "name.scripts"),
    "full-width letters": ("ＣＩＳＡ", "name.character"),
    "compatibility ideograph": ("\uf90a", "text.not-nfc"),
    "radical": ("\u2f00", "name.character"),
    "variation selector": ("葛\U000e0100", "name.character"),
    "variation selector 16": ("葛\ufe0f", "name.character"),
    "tag characters": ("US\U000e0041", "text.tag"),
    "not NFC": ("e\u0301", "text.not-nfc"),
    "many marks": ("x" + "\u0301" * 5, "name.marks"),
    "Hangul filler": ("\u3164", "text.invisible"),
    "line separator": ("a\u2028b", "text.control"),
    "line feed": ("a\nb", "name.character"),
    "tab": ("a\tb", "name.character"),
    "formula": ("=cmd|calc", "name.edge"),
    "at sign first": ("@a", "name.edge"),
    "space first": (" a", "name.edge"),
    "space last": ("a\u3000", "name.edge"),
    "no-break space": ("a\u00a0b", "name.character"),
    "empty": ("", "name.empty"),
    "soft hyphen": ("in\u00adformation", "name.character"),
    "byte order mark": ("\ufeffx", "text.invisible"),
    "private use": ("\ue000", "text.private"),
    "private plane": ("\U00100000", "text.private"),
    "noncharacter": ("\ufdd0", "text.unicode"),
    "last noncharacter": ("\U000effff", "text.unicode"),
    "lone surrogate": ("\ud800", "text.unicode"),
    "null": ("a\0", "text.control"),
    "delete": ("a\x7f", "text.control"),
    "next line": ("a\x85", "text.control"),
    "roman numeral": ("Ⅻ", "name.character"),
    "mathematical letter": ("\U0001d400", "name.character"),
    "emoji": ("😀", "name.character"),
    "unassigned": ("\U0003fffd", "name.character"),
    "one dot leader": ("a․b", "name.character"),
    "division slash": ("a∕b", "name.character"),
    "Cherokee": ("Ꭺ", "name.character"),
    "too long": ("国" * 171, "text.too-long"),
}


@pytest.mark.parametrize("name", GOOD_NAMES)
def test_a_name_of_one_script_or_of_an_east_asian_mixture_is_allowed(name: str) -> None:
    """T35: no honest name of the table is refused."""
    assert check_name(name) == name


@pytest.mark.parametrize("row", BAD_NAMES)
def test_a_name_that_can_be_mistaken_is_refused(row: str) -> None:
    """T35: each row of the table is refused, by the rule it breaks."""
    name, code = BAD_NAMES[row]
    with pytest.raises(FormatError) as caught:
        check_name(name)
    assert caught.value.code == code
    assert str(caught.value).isascii()


def test_names_that_look_alike_have_one_skeleton() -> None:
    """T35: a name all in Cyrillic is one script, and is found beside its Latin twin."""
    assert check_name("СІЅА") != "CISA"
    assert skeleton("СІЅА") == skeleton("CISA") == skeleton("cisa") == skeleton("C I S A")
    assert skeleton("国家") != skeleton("國家")


def test_texts_keep_what_languages_need() -> None:
    """Lines, tabs, joiners of scripts, emoji and characters of every plane are text."""
    text = "第一行\n\tline two 👩\u200d⚕️ 𠮷 می\u200cخواهم ＣＩＳＡ “x”…"
    assert check_text(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\r\nb", "text.control"),
        ("e\u0301", "text.not-nfc"),
        ("a\u202eb", "text.direction"),
        ("\ue000", "text.private"),
        ("x" + "\u0301" * 31, "text.marks"),
        ("a" * 65_537, "text.too-long"),
        ("国" * 21_846, "text.too-long"),
    ],
)
def test_a_text_that_could_deceive_is_refused(text: str, code: str) -> None:
    """T35: refused as it is, never repaired."""
    with pytest.raises(FormatError) as caught:
        check_text(text)
    assert caught.value.code == code


@pytest.mark.parametrize("tag", ["zh", "en", "zh-Hans", "zh-Hant-TW", "es-419", "de-1996", "gsw"])
def test_a_language_tag_has_its_usual_spelling(tag: str) -> None:
    """RFC 5646, 2.1.1: language small, script titled, region large."""
    assert check_language_tag(tag) == tag


@pytest.mark.parametrize(
    "tag", ["", "z", "EN", "zh-hans", "zh_Hans", "x-a", "en\n", "ｚｈ", "en-" + "a" * 5 * 9]
)
def test_another_spelling_of_a_language_tag_is_refused(tag: str) -> None:
    """One language has one tag."""
    with pytest.raises(FormatError, match=r"text\.language-tag"):
        check_language_tag(tag)
