"""One case in full, for a person who sees it for the first time at three in the morning.

Where it stands and whose turn it is come first; delivery, acknowledgement and agreement stand
on three lines; then what is owed by when, what is asked, and everything that was said.
"""

from collections.abc import Iterator

from comity.capabilities.assistance.profile import NETWORK_DEFAULT
from comity.capabilities.assistance.words import (
    ID_LETTERS,
    Result,
    clock_state,
    demo_mark,
    heads_of,
    in_language,
    joined,
    kind,
    name_of,
    named,
    problem_words,
    standing,
    time_left,
    titled,
)
from comity.kit.desk import Json
from comity.kit.language import Language, time_in_words
from comity.kit.printing import indented, line, padded, table, width
from comity.kit.told import at, items, part, text
from comity.wording import say

FACTS = ("sent", "delivered", "acknowledged", "agreed", "answered")


def case(result: Result, lang: Language) -> str:
    """Print one case in full."""
    parts = (
        _head(result, lang),
        _facts(result, lang),
        _clocks(result, lang),
        _fields(result, lang),
        _statements(result, lang),
        _ratings(result, lang),
        _oddities(result, lang),
    )
    return "\n\n".join(told for told in ("\n".join(each) for each in parts) if told)


def _head(result: Result, lang: Language) -> Iterator[str]:
    yield from demo_mark(result, lang)
    yield line(text(result, "subject"))
    profile = part(result, "profile")
    title = in_language(at(profile, "title"), lang)
    of = say("assistance.named", lang, name=title, code=text(profile, "id"))
    marks = part(result, "marks")
    caveats = ", ".join(str(each) for each in items(marks, "caveats"))
    urgency = named("assistance.urgency", text(result, "urgency"), lang)
    marked = f"TLP:{text(marks, 'tlp')} PAP:{text(marks, 'pap')} {urgency} {caveats}"
    rows = [
        ("from", name_of(at(result, "requester"), lang)),
        ("to", name_of(at(result, "addressee"), lang)),
        ("profile", of),
        ("marks", marked.strip()),
    ]
    if at(result, "facts", "answered") or at(result, "outcome"):
        rows.append(("outcome", _labelled(at(result, "outcome"), lang)))
    if at(result, "ground"):
        rows.append(("ground", _labelled(at(result, "ground"), lang)))
    yield from _pairs([(say(f"assistance.head.{key}", lang), value) for key, value in rows])
    yield ""
    yield standing(result, lang)
    verbs = [str(each).partition(":")[0] for each in items(result, "turn", "open_to_us")]
    if verbs:
        yield say("assistance.next", lang, verbs=line(", ".join(dict.fromkeys(verbs))))
        yield from _choices(result, lang)
    else:
        yield say("assistance.next.nothing", lang)


def _choices(result: Result, lang: Language) -> Iterator[str]:
    """Print the codes that each verb may name, as they are typed, with what they are called."""
    for verb, kinds in part(result, "choices").items():
        for option in part(kinds):
            codes = [
                say("assistance.named", lang, name=line(text(each, lang)), code=text(each, "id"))
                for each in items(kinds, option)
            ]
            yield f"  {titled(f'{verb} --{option}', joined(codes, lang), lang)}"


def _facts(result: Result, lang: Language) -> Iterator[str]:
    rows = []
    for name in FACTS:
        fact = at(result, "facts", name)
        rows.append((say(f"assistance.fact.{name}", lang), _fact(result, fact, lang)))
    yield from _pairs(rows)
    yield "  " + say("assistance.facts-note", lang)
    if not at(result, "facts", "delivered"):
        yield "  " + say("assistance.undelivered", lang)


def _fact(result: Result, fact: Json, lang: Language) -> str:
    if not part(fact):
        return say("assistance.not-yet", lang)
    if logs := part(fact, "logs"):
        return joined((_logged(result, log, str(at_), lang) for log, at_ in logs.items()), lang)
    if not text(fact, "at"):
        return say("assistance.not-yet", lang)
    return _logged(result, text(fact, "log"), text(fact, "at"), lang)


def _logged(result: Result, log: str, when: str, lang: Language) -> str:
    told = time_in_words(when, lang)
    return say("assistance.by-log", lang, at=told, log=_party(result, log, lang))


def _party(result: Result, party: str, lang: Language) -> str:
    for known in (at(result, "requester"), at(result, "addressee")):
        if text(known, "party") == party:
            return name_of(known, lang)
    return line(party)


def _clocks(result: Result, lang: Language) -> Iterator[str]:
    clocks = items(result, "clocks")
    if not clocks:
        return
    yield say("assistance.head.clocks", lang)
    rows = []
    for clock in clocks:
        due, state = text(clock, "due"), text(clock, "state")
        when = time_in_words(due, lang) if due else "-"
        if state in {"running", "overdue"} and due:
            when = joined((when, time_left(due, text(result, "as_of"), lang)), lang)
        told = clock_state(state, lang)
        if at(clock, "presumed"):
            told = joined((told, say("assistance.presumed", lang)), lang)
        mark = "▲ " if state == "overdue" else "  "
        rows.append(
            (
                mark + in_language(at(clock, "label"), lang),
                when,
                told,
                _party(result, text(clock, "owed_by"), lang),
                _source(text(clock, "source"), lang),
            )
        )
    yield table(heads_of(("clock", "due", "state", "actor", "source"), lang), rows)
    if at(result, "no_third_party"):
        yield "  " + say("assistance.no-third-party", lang)


def _fields(result: Result, lang: Language) -> Iterator[str]:
    fields = part(result, "fields")
    if not fields:
        return
    yield say("assistance.head.fields", lang)
    if not at(fields, "checked"):
        yield "  " + say("assistance.unknown-profile-shown", lang)
    for absent in items(fields, "no_text"):
        yield f"  ({line(text(absent, lang))})"
    for problem in items(fields, "problems"):
        told = problem_words(problem, lang)
        yield "  ! " + say("assistance.problem", lang, problem=told)
    for name, value in part(fields, "values").items():
        label = text(fields, "labels", name, lang) or name
        if isinstance(value, str | int) or not value:
            shown = text(fields, "words", name, str(value), lang) or _plain(value, lang)
            yield f"  {titled(label, shown, lang)}"
            continue
        yield f"  {titled(label, '', lang)}"
        for each in value if isinstance(value, list) else [value]:
            yield from _value(each, lang)


def _plain(value: Json, lang: Language) -> str:
    """Return a value of one word."""
    if isinstance(value, bool):
        return say("assistance.yes" if value else "assistance.no", lang)
    return line(value) if isinstance(value, str | int) else say("assistance.empty", lang)


def _source(source: str, lang: Language) -> str:
    """Return where a number is from; the network's own choice, in the reader's language."""
    return say("assistance.network-default", lang) if source == NETWORK_DEFAULT else source


def _value(value: Json, lang: Language, by: str = "    ") -> Iterator[str]:
    """Print a value of several parts: each with what it is called, set in under what it is of."""
    if isinstance(value, dict):
        for name, told in value.items():
            if isinstance(told, dict | list) and told:
                yield indented(f"[{line(name)}]", by)
                yield from _value(told, lang, by + "  ")
            else:
                shown = told if isinstance(told, str) else _plain(told, lang)
                yield indented(f"[{line(name)}] {shown}", by)
    elif isinstance(value, list):
        for each in value:
            yield from _value(each, lang, by)
    else:
        yield indented(f"- {value if isinstance(value, str) else _plain(value, lang)}", by)


def _statements(result: Result, lang: Language) -> Iterator[str]:
    yield say("assistance.head.statements", lang)
    for number, each in enumerate(items(result, "statements"), 1):
        yield from _statement(result, number, each, lang)
    for each in items(result, "waiting"):
        missing = ", ".join(str(sid)[:ID_LETTERS] for sid in items(each, "missing"))
        statement = line(text(each, "statement")[:ID_LETTERS])
        told = say("assistance.waiting", lang, statement=statement, missing=line(missing))
        yield f"  … {told}"


def _statement(result: Result, number: int, told: Json, lang: Language) -> Iterator[str]:
    who = name_of(at(told, "issuer_named"), lang)
    when = time_in_words(text(told, "claimed_at"), lang)
    facts = {"who": who, "kind": kind(text(told, "kind"), lang), "when": when}
    yield f"{number:3}. {say('assistance.statement-head', lang, **facts)}"
    decided = _decided(result, told, lang)
    if decided:
        yield f"     {decided}"
    if note := text(told, "note", lang):
        yield f"     {line(note)}"
    rule = part(told, "without_effect")
    if rule:
        barred = titled(say("assistance.no-effect", lang), line(text(rule, "rule")), lang)
        yield f"     {barred}"
        yield indented(text(rule, "zh"), "       ")
        yield indented(text(rule, "en"), "       ")
    yield from _flags(told, lang)
    yield from _texts(told, lang)
    for absent in items(told, "no_text"):
        yield f"     {say('assistance.aside', lang, told=line(text(absent, lang)))}"
    for file in items(told, "attachments"):
        facts = {key: line(text(file, key)) for key in ("name", "size", "sha256")}
        yield "     " + say("assistance.attachment", lang, **facts)
    for problem in items(told, "problems"):
        yield f"     ! {problem_words(problem, lang)}"
    name = say("assistance.statement-line", lang, statement=line(text(told, "statement")))
    yield f"     {name}"
    yield f"     {_receipts(result, told, lang)}"


def _flags(told: Json, lang: Language) -> Iterator[str]:
    flags = {
        "set-aside": text(told, "set_aside"),
        "late": at(told, "late"),
        "ignored": at(told, "ignored_what_it_held"),
        "said-by-officers": text(told, "note", lang) and not at(told, "by_node"),
        "state-differs": text(told, "state") == "differs",
    }
    for key in (key for key, flies in flags.items() if flies):
        yield "     ! " + say(f"assistance.{key}", lang)


def _decided(result: Result, told: Json, lang: Language) -> str:
    """Return what a statement decides, in codes with their words."""
    own = part(told, "own")
    words = [
        named(f"assistance.{key}", str(own[key]), lang)
        for key in ("decision", "status")
        if key in own
    ]
    for key in ("outcome", "ground", "clock", "channel"):
        if key in own:
            label = text(told, "labels", key, lang)
            code = line(own[key])
            words.append(say("assistance.named", lang, name=label, code=code) if label else code)
    if quality := text(own, "quality"):
        words.append(named("assistance.quality", quality, lang))
    if until := text(own, "until"):
        words.append(say("assistance.until", lang, until=time_in_words(until, lang)))
    if to := text(own, "to"):
        words.append(_party(result, to, lang))
    return joined(words, lang)


def _texts(told: Json, lang: Language, before: str = "     ") -> Iterator[str]:
    for tag, each in part(told, "texts").items():
        origin = part(each, "translation")
        if origin:
            maker = text(origin, "maker") or say("assistance.not-stated", lang)
            facts = {"maker": line(maker), "of": line(text(origin, "of"))}
            by = "machine-translation" if at(origin, "machine") else "translation"
            mark = say(f"assistance.{by}", lang, **facts)
        else:
            mark = say("assistance.authentic", lang)
        held = at(each, "text") is not None
        absent = say("assistance.aside", lang, told=say("assistance.not-held", lang))
        words = text(each, "text") if held else absent
        tagged = say("assistance.tagged", lang, tag=tag, mark=mark)
        yield indented(f"{tagged} {words}", before)


def _receipts(result: Result, told: Json, lang: Language) -> str:
    found = []
    for receipt in items(told, "receipts"):
        key = "receipt-verified" if at(receipt, "verified") else "receipt-unverified"
        facts = {"log": _party(result, text(receipt, "log"), lang), "size": text(receipt, "size")}
        found.append(say(f"assistance.{key}", lang, **facts) + _witnessed(receipt, lang))
    if not found:
        return say("assistance.no-receipts", lang)
    return say("assistance.receipts", lang, receipts=joined(found, lang))


def _witnessed(receipt: Json, lang: Language) -> str:
    """Return by how many a receipt's head is cosigned."""
    fact = part(receipt, "witnessed")
    if not fact:
        return ""
    met = fact.get("quorum")
    quorum = "none" if met is None else "met" if met else "not-met"
    return say(f"witness.told.{quorum}", lang, by=text(fact, "by"), of=text(fact, "of"))


def _ratings(result: Result, lang: Language) -> Iterator[str]:
    ratings = items(result, "ratings")
    if not ratings:
        return
    yield say("assistance.head.ratings", lang)
    for rating in ratings:
        quality = named("assistance.quality", text(rating, "quality"), lang)
        yield "  " + say("assistance.rating", lang, quality=quality)
        yield from _texts(rating, lang)
        yield "  " + say("assistance.computed", lang)
        for key in ("asked", "answered"):
            logs = part(rating, "timeliness", key)
            told = joined((_logged(result, log, str(at_), lang) for log, at_ in logs.items()), lang)
            yield "    " + say(f"assistance.{key}-at", lang, logs=told)
        for clock in items(rating, "timeliness", "clocks"):
            label = in_language(at(clock, "label"), lang)
            due = time_in_words(text(clock, "due"), lang)
            state = clock_state(text(clock, "state"), lang)
            yield f"    {titled(label, joined((due, state), lang), lang)}"
        remarks = items(rating, "remarks")
        key = "assistance.remark" if remarks else "assistance.no-remark"
        yield "  " + say(key, lang)
        for remark in remarks:
            yield from _texts(remark, lang)


def _oddities(result: Result, lang: Language) -> Iterator[str]:
    """Print what needs a person's eye: evidence of forks."""
    for fork in items(result, "forks"):
        chosen = text(fork, "chosen")[:ID_LETTERS] or say("assistance.fork-open", lang)
        branches = ", ".join(str(each)[:ID_LETTERS] for each in items(fork, "branches"))
        yield say(
            "assistance.fork",
            lang,
            issuer=_party(result, text(fork, "issuer"), lang),
            count=len(items(fork, "branches")),
            branches=line(branches),
            choices=line(chosen),
        )


def _labelled(told: Json, lang: Language) -> str:
    if not part(told):
        return say("assistance.not-stated", lang)
    label = in_language(at(told, "label"), lang)
    code = text(told, "id")
    return say("assistance.named", lang, name=label, code=code) if label else code


def _pairs(rows: list[tuple[str, str]]) -> Iterator[str]:
    columns = max(width(key) for key, _ in rows)
    for key, value in rows:
        yield f"  {padded(key, columns)}  {line(value)}"
