"""What commands print for people, except one case in full (``words_case.py``).

Pure text: a result of an operation and a language in, lines out.  Everything that a party
wrote passes through ``printing``, so nothing in it can move the cursor.
"""

import shlex
from collections.abc import Iterable

from comity.kit.desk import Json
from comity.kit.language import Language, from_iso, span_in_words, time_in_words
from comity.kit.printing import as_json, cut, line, table
from comity.kit.told import at, items, part, text
from comity.wording import SENTENCES, say

Result = dict[str, Json]
TITLE_COLUMNS = 40
ID_LETTERS = 12
SUBJECT_LETTERS = 13
"""Hexadecimal digits of a subject in lists: enough to name it."""


def done(result: Result, lang: Language) -> str:
    """Print that something was said, where the case stands, and what comes next."""
    reference = text(result, "reference")
    if reference:
        first = say("assistance.submitted", lang, reference=line(reference))
    else:
        first = say("assistance.done", lang, kind=kind(text(result, "kind"), lang))
    told = [*demo_mark(result, lang), first, f"  {line(text(result, 'subject'))}"]
    told += [standing(result, lang), say("assistance.done-note", lang)]
    return "\n".join(told)


def drafted(result: Result, lang: Language) -> str:
    """Print that a draft is kept, and what is still missing in it."""
    name = line(text(result, "draft"))
    told = [say("assistance.drafted", lang, draft=name)]
    if problem := part(result, "problem"):
        told.append(say("assistance.draft-problem", lang, problem=problem_words(problem, lang)))
    else:
        told.append(say("assistance.draft-ready", lang, draft=name))
    return "\n".join(told)


def form(result: Result, lang: Language) -> str:
    """Print the empty form itself, to be written to a file, or where it was written."""
    if out := text(result, "out"):
        help_ = part(result, "form", "_help")
        needed = [name for name in help_ if at(help_, name, "required") is True]
        return "\n".join(
            (
                say("assistance.form-written", lang, file=line(out)),
                say("assistance.form-needed", lang, fields=line(", ".join(needed))),
                say(
                    "assistance.form-next",
                    lang,
                    profile=line(text(result, "profile")),
                    file=line(shlex.quote(out)),
                ),
            )
        )
    return as_json(at(result, "form"))


def cases(result: Result, lang: Language) -> str:
    """Print all cases, the one that changed last at the end, and the drafts."""
    rows = []
    for case in items(result, "cases"):
        other = "addressee" if at(case, "ours") else "requester"
        rows.append(
            (
                short(text(case, "subject")),
                phase(text(case, "phase"), lang),
                turn_word(case, lang),
                name_of(at(case, other), lang),
                text(case, "reference"),
                title(case, lang),
            )
        )
    told = [*(demo_mark(_first_demo(result, "cases"), lang))]
    heads = heads_of(("case", "phase", "turn", "who", "reference", "title"), lang)
    told.append(table(heads, rows) if rows else say("assistance.none", lang))
    drafts = items(result, "drafts")
    if drafts:
        told += ["", say("assistance.drafts", lang)]
        told += [
            f"  {line(text(each, 'draft'))}  {line(text(each, 'profile'))}  "
            f"{time_in_words(text(each, 'saved_at'), lang)}"
            for each in drafts
        ]
    return "\n".join(told)


def desk(result: Result, lang: Language) -> str:
    """Print what is owed, next deadline first, then what the others owe."""
    told: list[str] = []
    for key in ("owed", "awaited"):
        found = items(result, key)
        told += demo_mark(_first_demo(result, key), lang) if not told else []
        if not found:
            told += [say("assistance.owed-none", lang)] if key == "owed" else []
            continue
        heads = heads_of(("due", "owed", "case", "who", "title"), lang)
        rows = [_owed_row(each, text(result, "as_of"), lang) for each in found]
        told += [say(f"assistance.{key}", lang, count=len(found)), table(heads, rows), ""]
    return "\n".join(told).rstrip()


def saved(result: Result, lang: Language) -> str:
    """Print the files that were written, with their digests."""
    files = items(result, "files")
    count = say("assistance.saved", lang, count=len(files))
    told = [*demo_mark(result, lang), count if files else say("assistance.saved-none", lang)]
    told += [f"  {line(text(each, 'sha256'))}  {line(text(each, 'path'))}" for each in files]
    for problem in items(result, "problems"):
        name = line(text(problem, "name") or text(problem, "kind"))
        why = problem_words(problem, lang)
        told.append(say("assistance.not-saved", lang, name=name, problem=why))
    return "\n".join(told)


def standing(told: Json, lang: Language) -> str:
    """Print where a case stands and whose turn it is."""
    turn = text(told, "turn", "party")
    if not turn:
        whose = say("assistance.turn.nobody", lang)
    elif at(told, "turn", "ours"):
        whose = say("assistance.turn.ours", lang)
    else:
        whose = say("assistance.turn.theirs", lang, party=_whose(told, turn, lang))
    return say("assistance.now", lang, phase=phase(text(told, "phase"), lang), turn=whose)


def _whose(told: Json, turn: str, lang: Language) -> str:
    parties = (at(told, "requester"), at(told, "addressee"))
    whose = next((each for each in parties if text(each, "party") == turn), None)
    return name_of(whose, lang) or line(turn)


def demo_mark(told: Json, lang: Language) -> list[str]:
    """Return the mark of a demo, for the first line."""
    return [say("assistance.demo", lang)] if at(told, "demo") else []


def problem_words(problem: Json, lang: Language) -> str:
    """Return a problem that a result tells, with its code."""
    return line(say("assistance.named", lang, name=text(problem, lang), code=text(problem, "code")))


def phase(word: str, lang: Language) -> str:
    """Return a phase for a reader."""
    return named("assistance.phase", word, lang)


def kind(word: str, lang: Language) -> str:
    """Return a kind of statement for a reader."""
    return named("assistance.kind", word, lang)


def joined(parts: Iterable[str], lang: Language) -> str:
    """Return several things on one line."""
    return say("assistance.between", lang).join(parts)


def titled(label: str, value: str, lang: Language) -> str:
    """Return a value after its label."""
    return f"{line(label)}{say('assistance.colon', lang)}{value}".rstrip(" ")


def named(area: str, word: str, lang: Language) -> str:
    """Return a code for a reader; one that is not known, as it is."""
    key = f"{area}.{word}"
    return say(key, lang) if key in SENTENCES else line(word)


def clock_state(word: str, lang: Language) -> str:
    """Return where a clock stands for a reader."""
    return named("assistance.clock", word, lang)


def name_of(party: Json, lang: Language) -> str:
    """Return what a reader calls a party: its name in the reader's language, our code for it."""
    names = part(party, "names")
    name = in_language(names, lang) or text(party, "party")
    code = text(party, "code")
    return line(say("assistance.party", lang, name=name, code=code) if code else name)


def in_language(told: Json, lang: Language) -> str:
    """Return the text in the reader's language, or else in any."""
    texts = part(told)
    own = [tag for tag in texts if tag.partition("-")[0] == lang]
    return next((text(told, tag) for tag in [*own, *texts]), "")


def title(case: Json, lang: Language) -> str:
    """Return the beginning of what a case is about."""
    words = in_language(at(case, "summary"), lang) or text(case, "profile")
    return cut(line(words), TITLE_COLUMNS)


def short(subject: str) -> str:
    """Return the first digits of a subject, enough for a command."""
    return line(subject.rpartition(":")[2][:SUBJECT_LETTERS])


def heads_of(names: tuple[str, ...], lang: Language) -> list[str]:
    """Return the heads of a table."""
    return [say(f"assistance.head.{name}", lang) for name in names]


def turn_word(case: Json, lang: Language) -> str:
    """Return in a word whose turn it is."""
    if not text(case, "turn"):
        return "-"
    who = "us" if at(case, "our_turn") else "them"
    return say(f"assistance.turn.{who}-word", lang)


def time_left(due: str, as_of: str, lang: Language) -> str:
    """Return how long there is until a time, or how long it is over; neither by colour."""
    if not due.endswith("Z") or not as_of.endswith("Z"):
        return ""
    seconds = from_iso(due) - from_iso(as_of)
    key = "assistance.left" if seconds >= 0 else "assistance.over"
    return say(key, lang, span=span_in_words(abs(seconds), lang))


def _owed_row(owed: Json, as_of: str, lang: Language) -> tuple[str, ...]:
    due = text(owed, "due")
    other = "addressee" if at(owed, "ours") else "requester"
    where = phase(text(owed, "phase"), lang)
    what = text(owed, "duty_label", lang) or say("assistance.your-word", lang, phase=where)
    mark = "▲ " if at(owed, "overdue") else "  "
    left = joined((time_in_words(due, lang), time_left(due, as_of, lang)), lang)
    return (
        mark + (left if due else say("assistance.no-deadline", lang)),
        what,
        short(text(owed, "subject")),
        name_of(at(owed, other), lang),
        title(owed, lang),
    )


def _first_demo(result: Result, key: str) -> Json:
    return next((each for each in items(result, key) if at(each, "demo")), None)
