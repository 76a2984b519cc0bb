"""What the commands of a node print for people; programs ask for ``--json`` instead."""

from comity.kit.desk import Json
from comity.kit.language import Language, duration_in_words
from comity.kit.printing import line, table
from comity.kit.told import at, items, part, text
from comity.wording import SENTENCES, say

Result = dict[str, Json]
EVERY_OTHER_KIND = "*"


def name_in(told: Json, lang: Language) -> str:
    """Return a name in the reader's language if its owner gave one, else any that it gave."""
    names = part(told, "names")
    own = [str(name) for tag, name in names.items() if tag.partition("-")[0] == lang]
    return line((own or [str(name) for name in names.values()] or [""])[0])


def yes(value: Json, lang: Language) -> str:
    """Return yes or no."""
    return say("cli.yes" if value else "cli.no", lang)


def with_mark(result: Result, told: list[str], lang: Language) -> str:
    """Put the mark of a demonstration on the first line, where it belongs there."""
    marked = [say("demo.mark", lang)] if result.get("demo") else []
    return "\n".join([*marked, *told])


def fingerprint(result: Result, lang: Language) -> list[str]:
    """Return the lines to compare by telephone."""
    words = text(result, "words", lang) or text(result, "words")
    return [
        say("cli.told.fingerprint", lang, fingerprint=text(result, "fingerprint")),
        say("cli.told.words", lang, words=line(words)),
    ]


def made(result: Result, lang: Language) -> str:
    """Print that a node was set up."""
    folder, party = line(text(result, "folder")), text(result, "party")
    told = [say("cli.told.made", lang, folder=folder, party=party), *fingerprint(result, lang)]
    return with_mark(result, told, lang)


def card(result: Result, lang: Language) -> str:
    """Print one's own card: where it was written, or the text to hand over."""
    out = text(result, "out")
    first = say("cli.told.written", lang, path=line(out)) if out else text(result, "card").rstrip()
    return with_mark(result, [first, *fingerprint(result, lang)], lang)


def met(result: Result, lang: Language) -> str:
    """Print whose card was read, and what to compare by telephone."""
    told = [
        say("cli.told.met", lang, name=name_in(result, lang), party=text(result, "party")),
        *fingerprint(result, lang),
        say("cli.told.compare", lang),
    ]
    return with_mark(result, told, lang)


def parties(result: Result, lang: Language) -> str:
    """Print everyone this node has met."""
    heads = [say(f"cli.told.{head}", lang) for head in ("code", "name", "us", "party")]
    found = [
        (text(one, "code") or "-", name_in(one, lang), yes(at(one, "us"), lang), text(one, "party"))
        for one in items(result, "parties")
    ]
    told = [table(heads, found)]
    for one in items(result, "parties"):
        if items(one, "forks"):
            facts = {"name": name_in(one, lang), "party": text(one, "party")}
            told.append("! " + say("witness.forked", lang, **facts))
    return with_mark(_any_demo(result, "parties"), told, lang)


def _any_demo(result: Result, part_of: str) -> Result:
    """Return whether anything in a list belongs to a demonstration, as a result says it."""
    return {"demo": any(at(one, "demo") is True for one in items(result, part_of))}


def founded(result: Result, lang: Language) -> str:
    """Print a new charter's subject and root."""
    told = [
        say("cli.told.subject", lang, subject=text(result, "subject")),
        say("cli.told.root", lang, root=text(result, "root")),
        say("cli.told.waits", lang),
    ]
    return with_mark(result, told, lang)


def acceded(result: Result, lang: Language) -> str:
    """Print that we signed a charter."""
    return with_mark(result, [say("cli.told.acceded", lang, subject=text(result, "subject"))], lang)


def mechanisms(result: Result, lang: Language) -> str:
    """Print every mechanism."""
    heads = [say(f"cli.told.{head}", lang) for head in ("name", "in-force", "mechanism")]
    found = [
        (name_in(one, lang), yes(at(one, "in_force"), lang), text(one, "subject"))
        for one in items(result, "mechanisms")
    ]
    return with_mark(_any_demo(result, "mechanisms"), [table(heads, found)], lang)


def mechanism(result: Result, lang: Language) -> str:
    """Print one charter: names, members and who signed, profiles, root."""
    profiles = ", ".join(f"{name} {version}" for name, version in part(result, "profiles").items())
    members = [
        (name_in(one, lang), yes(at(one, "signed"), lang), text(one, "party"))
        for one in items(result, "members")
    ]
    heads = [say(f"cli.told.{head}", lang) for head in ("name", "signed", "party")]
    told = [
        name_in(result, lang),
        say("cli.told.subject", lang, subject=text(result, "subject")),
        say("cli.told.root", lang, root=text(result, "root")),
        say("cli.told.force", lang, yes=yes(at(result, "in_force"), lang)),
        say("cli.told.profiles", lang, profiles=line(profiles)),
        *_terms(result, lang),
        table(heads, members),
    ]
    return with_mark(result, told, lang)


def _terms(result: Result, lang: Language) -> list[str]:
    """Return what members agreed beside profiles: languages, decisions and times."""
    code = text(result, "decision")
    key = f"cli.told.decision.{code}"
    settle = f"PT{text(result, 'settle_seconds') or '0'}S"
    return [
        say("cli.told.languages", lang, languages=_languages(part(result, "languages"), lang)),
        say("cli.told.decision", lang, decision=say(key, lang) if key in SENTENCES else line(code)),
        say("cli.told.review", lang, span=duration_in_words(text(result, "review"), lang)),
        say("cli.told.grace", lang, span=duration_in_words(text(result, "grace"), lang)),
        say("cli.told.settle", lang, span=duration_in_words(settle, lang)),
    ]


def _languages(kinds: Result, lang: Language) -> str:
    """Return which languages are required for which kinds; the rule for all others last."""
    other = "other-kinds" if len(kinds) > 1 else "every-kind"
    told = []
    for kind in sorted(kinds, key=lambda each: (each == EVERY_OTHER_KIND, each)):
        named = say(f"cli.told.{other}", lang) if kind == EVERY_OTHER_KIND else line(kind)
        tags = ", ".join(str(tag) for tag in items(kinds, kind))
        told.append(f"{named} {line(tags) or say('cli.told.any-language', lang)}")
    if EVERY_OTHER_KIND not in kinds:
        rest = f"{say('cli.told.other-kinds', lang)} " if kinds else ""
        told.append(rest + say("cli.told.any-language", lang))
    return say("cli.told.between", lang).join(told)


def exported(result: Result, lang: Language) -> str:
    """Print where a case file was written, and how to verify it."""
    path = line(text(result, "out"))
    told = [
        say("cli.told.written", lang, path=path),
        say("cli.told.verify", lang, path=path, root=text(result, "root") or "…"),
    ]
    return with_mark(result, told, lang)


def rebuilt(result: Result, lang: Language) -> str:
    """Print how much was made again from the log."""
    return say("cli.told.rebuilt", lang, rows=text(result, "rows") or "?")


def backed_up(result: Result, lang: Language) -> str:
    """Print where the backup is, and what is not in it."""
    facts = {"path": line(text(result, "out")), "size": text(result, "log_size")}
    told = [say("cli.told.backed-up", lang, **facts)]
    told.append(say("cli.told.keys-inside" if result.get("keys") else "cli.told.no-keys", lang))
    return "\n".join(told)


def restored(result: Result, lang: Language) -> str:
    """Print what was made, and what happens next."""
    facts = {"folder": line(text(result, "folder")), "party": text(result, "party")}
    told = [say("cli.told.restored", lang, **facts)]
    if not result.get("keys"):
        told.append(say("cli.told.keys-wanted", lang, **facts))
    return "\n".join(told)


def whole(result: Result, lang: Language) -> str:
    """Print what an inspection of everything found."""
    return health(result, lang, "cli.told.whole")


def health(result: Result, lang: Language, well: str = "cli.told.health") -> str:
    """Print every check, and the remedy where one fails."""
    told = []
    for one in items(result, "checks"):
        told.append(f"{'✓' if at(one, 'ok') else '✗'} {line(text(one, lang) or text(one, 'name'))}")
        remedy = text(one, "remedy", lang) or text(one, "remedy")
        if remedy and not at(one, "ok"):
            told.append(f"  {line(remedy)}")
    facts = {"size": text(result, "log_size"), "said": text(result, "said")}
    told.append(say(well if result.get("ok") else "cli.told.faults", lang, **facts))
    return "\n".join(told)
