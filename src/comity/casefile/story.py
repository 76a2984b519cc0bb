"""What happened, told in sentences: by an exporter in a reading copy, by a verifier as proved.

A name or a text that somebody gave is data: whatever could steer a terminal or turn the
direction of a line is shown as its number.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from comity.casefile.layout import letters
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText
from comity.wording import SENTENCES, say

LAST_SECOND: Final = 253_402_300_799
_TOLD: Final = (
    "profile",
    "version",
    "tlp",
    "pap",
    "urgency",
    "decision",
    "status",
    "outcome",
    "ground",
    "quality",
    "clock",
    "channel",
    "until",
)
"""Keys of a kind's own part that a story mentions where they are there."""
_TIMES: Final = frozenset({"until"})
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MOST_WORD: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One statement, as a story tells it."""

    sid: StatementId
    kind: str | None
    """``None`` where the exporter does not show it."""
    issuer: PartyId
    claimed_at: int
    """The issuer's own date: unix seconds, UTC."""
    own: Mapping[str, Value] = field(default_factory=dict)
    words: Mapping[str, BilingualText] = field(default_factory=dict)
    """What codes of the own part are called, by their keys."""
    held: tuple[tuple[PartyId, int], ...] = ()
    """Whose log held it, at the latest when (unix seconds, UTC)."""


Names = Mapping[PartyId, Mapping[str, str]]
"""Party to language tag to name, as each party's own inception says."""


def when(at: int) -> str:
    """Return a time for people: UTC, to the second."""
    if not 0 <= at <= LAST_SECOND:
        return f"@{at}"
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def plain(text: str) -> str:
    """Return a text on one line, with everything invisible shown as its number."""
    return "".join(
        f"\\u{{{ord(each):04x}}}" if unicodedata.category(each) in _HIDDEN else each
        for each in text
    )


def plain_lines(text: str) -> list[str]:
    """Return the lines of a text, each as ``plain`` shows it."""
    return [plain(line) for line in text.split("\n")]


def name_of(party: PartyId, names: Names, lang: str) -> str:
    """Return what a party calls itself in a language, or in any, or else its id's beginning."""
    given = names.get(party, {})
    fitting = [tag for tag in sorted(given) if tag == lang or tag.startswith(f"{lang}-")]
    for tag in [*fitting, *sorted(given)]:
        return plain(given[tag])
    return f"{letters(party)[:8]}…"


def tell_line(line: StoryLine, names: Names, lang: str) -> str:
    """Return the sentences for one statement."""
    who = name_of(line.issuer, names, lang)
    does = does_of(line.kind, lang)
    dated = say("story.dated", lang, claimed=when(line.claimed_at))
    facts = say("story.between", lang).join([*_own_words(line, lang), dated])
    parts = [say("story.said", lang, who=who, does=does, facts=facts)]
    for log, time in sorted(line.held, key=lambda each: (each[1], each[0])):
        name = name_of(log, names, lang)
        parts.append(say("story.held", lang, log=name, time=when(time)))
    if not line.held:
        parts.append(say("story.not-held", lang))
    return ("" if lang == "zh" else " ").join(parts)


def does_of(kind: str | None, lang: str) -> str:
    """Return what a statement of this kind does, as words that follow a party's name."""
    if kind is None:
        return say("story.does.hidden", lang)
    code = f"story.does.{kind}"
    return say(code, lang) if code in SENTENCES else say("story.does.other", lang, kind=plain(kind))


def phase_words(phase: str, lang: str) -> str:
    """Return a phase in words."""
    code = f"story.phase.{phase}"
    return say(code, lang) if code in SENTENCES else plain(phase)


def _own_words(line: StoryLine, lang: str) -> list[str]:
    found = []
    for key in _TOLD:
        value = line.own.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and key in _TIMES:
            value = when(value)
        if isinstance(value, str):
            label = _first((f"story.own.{line.kind}.{key}", f"story.own.{key}"), lang) or key
            found.append(say("story.fact", lang, label=label, value=_word(line, key, value, lang)))
    return found


def _word(line: StoryLine, key: str, value: str, lang: str) -> str:
    """Return what a code is called, by its profile or by the software; else the code itself."""
    if (called := line.words.get(key)) is not None:
        return plain(called.zh if lang == "zh" else called.en)
    return _first((f"story.word.{key}.{value}",), lang) or plain(value[:_MOST_WORD])


def _first(codes: Iterable[str], lang: str) -> str | None:
    return next((say(code, lang) for code in codes if code in SENTENCES), None)
