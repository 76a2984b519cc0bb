"""What ``comity keys`` prints for people."""

from comity.app.telling import Result, name_in, with_mark
from comity.kit.desk import Json
from comity.kit.language import Language, time_in_words
from comity.kit.printing import line
from comity.kit.told import at, items, part, text
from comity.wording import say


def shown(result: Result, lang: Language) -> str:
    """Print every set of keys, the newest first."""
    told = [say("cli.told.keys-of", lang, name=line(name_in(at(result, "names"), lang)))]
    for each in items(result, "sets"):
        code = "cli.told.keys-in-force" if at(each, "in_force") else "cli.told.keys-retired"
        told.append(say(code, lang, statement=text(each, "statement"), index=text(each, "after")))
        if text(each, "until"):
            until = time_in_words(text(each, "until"), lang)
            told.append("  " + say("cli.told.keys-until", lang, until=until))
        told += [f"  {name} {line(str(kid))}" for name, kid in sorted(part(each, "keys").items())]
    for each in items(result, "compromised"):
        facts = {"kid": text(each, "kid"), **_place(each)}
        told.append(say("cli.told.key-compromised", lang, **facts))
    if at(result, "two_histories"):
        told.append(say("cli.told.two-histories", lang))
    return with_mark(result, told, lang)


def rotated(result: Result, lang: Language) -> str:
    """Print what is in force now, and what to do with the next key."""
    facts = {"index": text(result, "index"), "path": line(text(result, "next_key"))}
    return with_mark(
        result,
        [say("cli.told.rotated", lang, **facts), say("cli.told.move-next-key", lang, **facts)],
        lang,
    )


def compromised(result: Result, lang: Language) -> str:
    """Print what was declared."""
    facts = {"count": str(len(items(result, "kids"))), **_place(result)}
    return with_mark(result, [say("cli.told.compromised", lang, **facts)], lang)


def begun(result: Result, lang: Language) -> str:
    """Print what members must vouch for."""
    facts = {"keys": text(result, "keys"), "needed": text(result, "needed")}
    return with_mark(result, [say("cli.told.begun", lang, **facts)], lang)


def vouched(result: Result, lang: Language) -> str:
    """Print for whom we stand."""
    return with_mark(result, [say("cli.told.vouched", lang, party=text(result, "party"))], lang)


def _place(result: Json) -> dict[str, str]:
    origin, size = items(result, "since")
    return {"origin": line(str(origin)), "size": str(size)}
