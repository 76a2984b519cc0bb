"""What ``comity desk`` prints: for whoever looks at it at three in the morning.

Each thing owed is told on its own, next deadline first: by when and how long that is, whose it
is, what it is about, and what to type next.
"""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from comity.app.telling import name_in, with_mark
from comity.kit.desk import Json
from comity.kit.language import Language, from_iso, span_in_words, time_in_words
from comity.kit.printing import cut, line
from comity.kit.told import at, items, part, text
from comity.wording import SENTENCES, say

Result = dict[str, Json]
TITLE_COLUMNS: Final = 100
SUBJECT_LETTERS: Final = 13
"""Hexadecimal digits of a subject: enough to name it."""
MARK: Final = "▲"
"""Beside what is overdue; told in words too."""
ACCEDE: Final = "accede"


def desk(result: Result, lang: Language, folder: Path | None = None) -> str:
    """Print what is owed, then what is awaited.

    Args:
        result: of the operation ``desk``.
        lang: the reader's.
        folder: the node's, for what to type next; ``None`` if it stands in the environment.

    """
    node = "comity" if folder is None else f"comity --node {shlex.quote(str(folder))}"
    told = []
    for kind in ("owed", "awaited"):
        found = items(result, kind)
        told.append(say(f"cli.told.{kind}", lang, count=len(found)))
        for number, one in enumerate(found, 1):
            told += _owed(number, one, text(result, "as_of"), lang)
            told += _next(one, node, lang, ours=kind == "owed")
    return with_mark(result, told, lang)


def _owed(number: int, one: Json, as_of: str, lang: Language) -> Iterator[str]:
    mark = MARK if at(one, "overdue") else " "
    yield f"{mark}{number:2}. {_when(text(one, 'due'), as_of, lang)}"
    ours = at(one, "ours") is True
    other = part(one, "addressee" if ours else "requester")
    facts = {
        "duty": line(_duty(one, lang)),
        "name": name_in(other or one, lang),
        "code": line(text(other, "code")),
        "reference": line(text(one, "reference")),
    }
    yield f"     {say('cli.desk.charter' if not other else _whose(one, ours=ours), lang, **facts)}"
    summary = part(one, "summary")
    own = [tag for tag in summary if tag.partition("-")[0] == lang]
    told = next((text(summary, tag) for tag in [*own, *summary]), "")
    if told:
        yield f"     {cut(line(told), TITLE_COLUMNS)}"


def _whose(one: Json, *, ours: bool) -> str:
    """Return the sentence that says whose request it is, and between whom."""
    code = text(one, "addressee" if ours else "requester", "code")
    return f"cli.desk.{'asked-by-us' if ours else 'asked-of-us'}{'' if code else '-unnamed'}"


def _duty(one: Json, lang: Language) -> str:
    """Return what is owed: the clock's name, or in which phase a word is awaited."""
    if label := text(one, "duty_label", lang) or text(one, "duty"):
        return label
    key = f"{text(one, 'capability')}.phase.{text(one, 'phase')}"
    phase = say(key, lang) if key in SENTENCES else text(one, "phase")
    return say("cli.desk.our-word", lang, phase=phase)


def _when(due: str, as_of: str, lang: Language) -> str:
    """Return by when, and how long there is until then or since then."""
    if not due.endswith("Z"):
        return say("cli.desk.no-deadline", lang)
    when = time_in_words(due, lang)
    if not as_of.endswith("Z"):
        return when
    seconds = from_iso(due) - from_iso(as_of)
    key = "cli.desk.left" if seconds >= 0 else "cli.desk.overdue"
    return say(key, lang, when=when, span=span_in_words(abs(seconds), lang))


def _next(one: Json, node: str, lang: Language, *, ours: bool) -> Iterator[str]:
    """Return what to type next: look first, then what may be said."""
    noun = line(text(one, "capability"))
    subject = line(text(one, "subject").rpartition(":")[2][:SUBJECT_LETTERS])
    yield f"     → {node} {noun} show {subject}"
    if text(one, "duty") == ACCEDE:
        yield f"     → {node} {noun} accede {subject}"
        return
    verbs = [line(each) for each in items(one, "open_to_us")]
    if ours and text(one, "duty") in verbs:
        yield f"     → {node} {noun} {line(text(one, 'duty'))} {subject}"
    if ours and verbs:
        yield f"       {say('cli.desk.verbs', lang, verbs=', '.join(verbs))}"
