"""The reading copies: the whole case as text, in each language, made from the signed bytes.

They are for people and prove nothing; ``comity verify`` reports them as not checked.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.casefile.content import CaseContent, StatementContent
from comity.casefile.layout import letters
from comity.casefile.story import Names, StoryLine, name_of, plain, plain_lines, tell_line
from comity.errors import ComityError
from comity.log.receipt import parse_receipt
from comity.statement import cbor
from comity.statement.act import TextOrigin
from comity.statement.blob import decode_attachments
from comity.statement.body import ACT, MOST_BODY_BYTES, Section
from comity.statement.cbor import Value
from comity.statement.envelope import UnverifiedStatement, parse
from comity.statement.model import PartyId, subject_urn
from comity.statement.text import BilingualText
from comity.wording import SENTENCES, say

_TEXT: Final = "text."
_MAKER: Final = "maker."
_ATTACHMENTS: Final = "attachments"
_INDENT: Final = "    "
_MOST_SHOWN_BYTES: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """For whom a statement is told, and what is called how."""

    names: Names
    words: Mapping[str, BilingualText]
    lang: str

    def called(self, key: str) -> str | None:
        """Return what a code is called, if its profile says so."""
        found = self.words.get(key)
        return None if found is None else plain(found.zh if self.lang == "zh" else found.en)


def reading_copy(content: CaseContent, lang: str) -> str:
    """Return the reading copy of a case in ``zh`` or ``en``."""
    return "\n".join(_lines(content, lang)) + "\n"


def names_of(content: CaseContent) -> Names:
    """Return what each party calls itself."""
    return {party.party: party.names for party in content.parties}


def _lines(content: CaseContent, lang: str) -> Iterator[str]:
    names = names_of(content)
    if content.demo:
        yield say("casefile.demo", lang)
    yield say("casefile.copy", lang)
    yield ""
    yield say("casefile.subject", lang, subject=subject_urn(content.subject))
    for party in content.parties:
        name = name_of(party.party, names, lang)
        yield say("casefile.party", lang, name=name, party=letters(party.party))
    for thread in content.threads:
        yield ""
        yield say("casefile.thread", lang, subject=subject_urn(thread.subject))
        for number, statement in enumerate(thread.statements, 1):
            yield ""
            words = thread.words.get(statement.sid, {})
            yield from _statement(number, statement, _Reader(names=names, words=words, lang=lang))


def _statement(number: int, content: StatementContent, reader: _Reader) -> Iterator[str]:
    said, lang = parse(content.encoded), reader.lang
    line = _story_line(content, said, reader.words)
    yield f"{number}. {tell_line(line, reader.names, lang)}"
    yield _INDENT + say("casefile.statement", lang, sid=content.sid.hex())
    origins = content.act.texts
    for name in sorted(content.sections):
        section = content.sections[name]
        if name.startswith(_TEXT):
            tag = name.removeprefix(_TEXT)
            maker = content.sections.get(_MAKER + tag)
            yield from _text(section, origins.get(tag), maker, lang)
        elif name == _ATTACHMENTS:
            yield from _attachments(section, reader)
        elif name != ACT and not name.startswith(_MAKER):
            yield from _other(section, reader)


def _story_line(
    content: StatementContent, said: UnverifiedStatement, words: Mapping[str, BilingualText]
) -> StoryLine:
    act = content.act
    return StoryLine(
        sid=content.sid,
        kind=act.type,
        issuer=PartyId(said.header.issuer),
        claimed_at=said.header.issued_at,
        own=act.own,
        words=words,
        held=tuple(
            (log, parse_receipt(receipt).time) for log, receipt in sorted(content.receipts.items())
        ),
    )


def _text(
    section: Section, origin: TextOrigin | None, maker: Section | None, lang: str
) -> Iterator[str]:
    tag = section.name.removeprefix(_TEXT)
    if origin is None:
        yield _INDENT + say("casefile.authentic", lang, tag=tag)
    else:
        by = "" if maker is None else plain(maker.value.decode(errors="backslashreplace"))
        code = "casefile.machine" if origin.machine else "casefile.translation"
        yield _INDENT + say(code, lang, tag=tag, of=origin.of, by=by)
    for line in plain_lines(section.value.decode(errors="backslashreplace")):
        yield 2 * _INDENT + line


def _attachments(section: Section, reader: _Reader) -> Iterator[str]:
    try:
        found = decode_attachments(section.value)
    except ComityError:
        yield from _other(section, reader)
        return
    for each in found:
        facts = {"name": plain(each.name), "size": each.size, "sha256": each.sha256.hex()}
        yield _INDENT + say("casefile.attachment", reader.lang, **facts)


def _other(section: Section, reader: _Reader) -> Iterator[str]:
    code = f"casefile.section.{section.name}"
    name = say(code, reader.lang) if code in SENTENCES else section.name
    yield _INDENT + say("casefile.section", reader.lang, name=name)
    try:
        value = cbor.decode(section.value, max_bytes=MOST_BODY_BYTES)
    except ComityError:
        value = section.value
    if not isinstance(value, Mapping):
        yield from _value(value, 2 * _INDENT, reader.lang)
        return
    for key, item in _called(section.name, value.items(), reader):
        yield from _labelled(key, item, 2 * _INDENT, reader.lang)


def _called(
    section: str, items: Iterable[tuple[int | str, Value]], reader: _Reader
) -> Iterator[tuple[str, Value]]:
    """Yield the items of a section, in words where the profile has words for them."""
    for key, item in items:
        name = f"{section}.{key}"
        label, word = reader.called(name), None
        if isinstance(item, str):
            code = f"casefile.word.{item}"
            word = reader.called(f"{name}.{item}") or (
                say(code, reader.lang) if label and code in SENTENCES else None
            )
        yield label or plain(str(key)), item if word is None else word


def _value(value: Value, indent: str, lang: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _labelled(plain(str(key)), item, indent, lang)
    elif isinstance(value, str):
        for line in plain_lines(value):
            yield indent + line
    elif isinstance(value, bytes):
        tail = "…" if len(value) > _MOST_SHOWN_BYTES else ""
        yield indent + value[:_MOST_SHOWN_BYTES].hex() + tail
    elif isinstance(value, Sequence):
        for item in value:
            yield from _listed(item, indent, lang)
    else:
        yield indent + ("—" if value is None else plain(str(value)))


def _labelled(label: str, item: Value, indent: str, lang: str) -> Iterator[str]:
    if isinstance(item, str | int) and "\n" not in str(item):
        yield indent + say("story.fact", lang, label=label, value=plain(str(item)))
    else:
        yield indent + say("casefile.section", lang, name=label)
        yield from _value(item, indent + _INDENT, lang)


def _listed(item: Value, indent: str, lang: str) -> Iterator[str]:
    if isinstance(item, str | int) and "\n" not in str(item):
        yield f"{indent}- {plain(str(item))}"
    else:
        yield f"{indent}-"
        yield from _value(item, indent + _INDENT, lang)
