"""The texts of a body: sections ``text.<tag>``, and ``maker.<tag>`` of a translation.

What ``act`` says of the texts and what the body holds must be the same: a text that is
not declared would be shown by one reader and passed over by another.
"""

from collections.abc import Mapping
from typing import Final

from comity.errors import FormatError
from comity.statement.act import Act
from comity.statement.body import TEXT_TYPE, Section, new_section
from comity.statement.text import Texts, check_language_tag, check_name, check_text

TEXT: Final = "text."
MAKER: Final = "maker."


def text_section(tag: str, text: str) -> Section:
    """Return the section of a text in one language.

    Raises:
        FormatError: ``text.…``.

    """
    return new_section(TEXT + check_language_tag(tag), TEXT_TYPE, check_text(text).encode())


def maker_section(tag: str, name: str) -> Section:
    """Return the section that names who made the translation into one language.

    Raises:
        FormatError: ``text.…``, ``name.…``.

    """
    return new_section(MAKER + check_language_tag(tag), TEXT_TYPE, check_name(name).encode())


def check_texts(act: Act, sections: Mapping[str, Section]) -> Texts:
    """Return the texts of a whole body, if they are those that its act declares.

    Raises:
        FormatError: ``body.texts`` (a text or maker is missing or not declared, or is not
            UTF-8 text), ``text.…``, ``name.…``.

    """
    makers = {MAKER + tag for tag, origin in act.texts.items() if origin is not None}
    declared = {TEXT + tag for tag in act.texts} | makers
    held = {name for name in sections if name.startswith((TEXT, MAKER))}
    if declared != held:
        raise FormatError("body.texts", names=", ".join(sorted(declared ^ held)))
    for name in makers:
        check_name(_read(sections[name]))
    return {tag: check_text(_read(sections[TEXT + tag])) for tag in act.texts}


def _read(section: Section) -> str:
    if section.content_type != TEXT_TYPE:
        raise FormatError("body.texts", names=section.name)
    try:
        return section.value.decode()
    except UnicodeDecodeError:
        raise FormatError("body.texts", names=section.name) from None
