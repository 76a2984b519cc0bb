"""What a body holds in texts is what its act declares."""

from dataclasses import replace

import pytest

from comity.errors import FormatError
from comity.statement.act import Act, TextOrigin
from comity.statement.body import TEXT_TYPE, Section, new_section
from comity.statement.languages import check_texts, maker_section, text_section

ACT = Act(
    type="assistance.submit",
    texts={"zh": None, "en": TextOrigin(of="zh", at=5, machine=True)},
)
SECTIONS = (
    text_section("zh", "请保全"),
    text_section("en", "Please preserve"),
    maker_section("en", "Translation desk"),
)


def body(*sections: Section) -> dict[str, Section]:
    return {section.name: section for section in sections}


def test_declared_texts_are_read() -> None:
    """Language tag to text, with the maker of each translation there."""
    assert check_texts(ACT, body(*SECTIONS)) == {"zh": "请保全", "en": "Please preserve"}
    assert check_texts(replace(ACT, texts={}), {}) == {}


def test_a_text_that_is_missing_or_not_declared_is_refused() -> None:
    """Neither reader may see more or less than the other."""
    chinese, english, maker = SECTIONS
    for sections in (
        body(chinese, maker),
        body(chinese, english),
        body(*SECTIONS, text_section("fr", "Veuillez conserver")),
        body(*SECTIONS, maker_section("zh", "nobody")),
    ):
        with pytest.raises(FormatError, match=r"body\.texts"):
            check_texts(ACT, sections)


def test_a_text_of_another_form_is_refused() -> None:
    """Content type, encoding and characters are checked."""
    for section, code in (
        (new_section("text.en", "text/html", b"x"), "body.texts"),
        (new_section("text.en", TEXT_TYPE, b"\xff"), "body.texts"),
        (new_section("text.en", TEXT_TYPE, "\u202e".encode()), "text.direction"),
        (new_section("maker.en", TEXT_TYPE, b""), "name.empty"),
    ):
        with pytest.raises(FormatError) as caught:
            check_texts(ACT, {**body(*SECTIONS), section.name: section})
        assert caught.value.code == code
