"""One statement as results show it: what it says, who says it, whether it has effect."""

from collections.abc import Iterable, Mapping

from comity.capabilities.assistance.case import Case, party_json
from comity.capabilities.assistance.schema import payload_of
from comity.errors import ComityError
from comity.fold.entry import Told
from comity.fold.rule import Rule
from comity.fold.thread import SEEN
from comity.kit.desk import Json
from comity.kit.language import iso
from comity.kit.office import EntryView, Office, Witnessed
from comity.statement.act import Act
from comity.statement.blob import Attachment, decode_attachments
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import StatementId
from comity.wording import say, tell

LANGUAGES = ("zh", "en")
ATTACHMENTS = "attachments"


def statement_json(
    office: Office, case: Case, told: Told, *, fits: bool | None = None
) -> dict[str, Json]:
    """Return a told statement with its effect, its texts and its receipts.

    ``fits``: whether it names the state that follows from what it had seen, as ``states_fit``.
    """
    said, telling = told.said, case.view.telling
    rule = case.request.without_effect.get(said.id)
    entry = case.view.entries.get(said.id)
    shown: dict[str, Json] = {
        "kind": said.act.type,
        "issuer": said.issuer,
        "issuer_named": party_json(office, said.issuer),
        "statement": said.id.hex(),
        "effect": rule is None and said.id not in case.view.set_aside,
        "without_effect": None if rule is None else rule_json(rule),
        "claimed_at": iso(said.claimed_at),
        "by_node": said.by_node,
        "note": _note(said.act),
        "firm": said.id in telling.firm,
        "settled": said.id in telling.settled,
        "late": said.id in telling.late,
        "aside": said.id in telling.aside,
        "ignored_what_it_held": told.ignored,
        "set_aside": case.view.set_aside.get(said.id),
        "state": None if fits is None else "fits" if fits else "differs",
        "own": _own(said.act),
        "labels": _labels(case, said.act),
    }
    return shown | _content(entry, said.act)


def waiting_json(office: Office, case: Case) -> list[Json]:
    """Return the statements that cite what is not here yet, and what that is."""
    found: list[Json] = []
    for sid, missing in sorted(case.view.telling.waiting.items()):
        entry = case.view.entries.get(sid)
        found.append(
            {
                "statement": sid.hex(),
                "kind": None if entry is None else entry.said.act.type,
                "issuer": None if entry is None else party_json(office, entry.said.issuer),
                "missing": [each.hex() for each in sorted(missing)],
            }
        )
    return found


def rule_json(rule: Rule) -> Json:
    """Return a rule: its id, both texts, and where it is from."""
    return {"rule": rule.id, "zh": rule.text.zh, "en": rule.text.en, "source": rule.source}


def texts_in(case: Case, statement: StatementId) -> Json:
    """Return the texts of a statement; none where this node does not hold it."""
    entry = case.view.entries.get(statement)
    return {} if entry is None else texts_json(entry.said.act, entry.sections)


def texts_json(act: Act, sections: Mapping[str, Section]) -> dict[str, Json]:
    """Return every text by language: authentic, or whose translation of what."""
    found: dict[str, Json] = {}
    for tag, origin in act.texts.items():
        section, maker = sections.get(f"text.{tag}"), sections.get(f"maker.{tag}")
        found[tag] = {
            "text": None if section is None else decoded(section.value),
            "authentic": origin is None,
            "translation": None
            if origin is None
            else {
                "of": origin.of,
                "at": iso(origin.at),
                "machine": origin.machine,
                "maker": None if maker is None else decoded(maker.value),
            },
        }
    return found


def attachments_of(sections: Mapping[str, Section]) -> tuple[Attachment, ...]:
    """Return the files that a body speaks of; raises ``FormatError`` as ``decode_attachments``."""
    section = sections.get(ATTACHMENTS)
    return () if section is None else decode_attachments(section.value)


def decoded(value: bytes) -> str:
    """Return the text of a section, whatever its bytes are."""
    return value.decode("utf-8", "replace")


def plain_value(value: Value) -> Json:
    """Return a value of CBOR as JSON; bytes as hexadecimal digits."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def _witnessed(told: Witnessed | None) -> Json:
    """Return by how many a receipt's head is cosigned: a fact apart from delivery."""
    return None if told is None else {"by": told.by, "of": told.of, "quorum": told.quorum}


def _content(entry: EntryView | None, act: Act) -> dict[str, Json]:
    """Return what the body says, as far as this node holds it."""
    if entry is None:
        return {"texts": {}, "no_text": [], "attachments": [], "problems": [], "receipts": []}
    problems: list[Json] = []
    files: tuple[Attachment, ...] = ()
    try:
        files = attachments_of(entry.sections)
    except ComityError as error:
        problems.append({"code": error.code, "zh": tell(error, "zh"), "en": tell(error, "en")})
    texts = texts_json(act, entry.sections)
    return {
        "texts": texts,
        "no_text": no_text(texts, texts),
        "attachments": [
            {"name": each.name, "type": each.type, "size": each.size, "sha256": each.sha256.hex()}
            for each in files
        ],
        "problems": problems,
        "receipts": [
            {
                "log": each.log,
                "size": each.size,
                "time": iso(each.time),
                "verified": each.verified,
                "witnessed": _witnessed(each.witnessed),
            }
            for each in entry.receipts
        ],
    }


def no_text(throughout: Iterable[str], somewhere: Iterable[str]) -> list[Json]:
    """Return the languages that are absent, of texts that there are.

    Args:
        throughout: tags of the languages in which every text is.
        somewhere: tags of the languages in which any text is.

    """
    spoken, partly = ({tag.partition("-")[0] for tag in tags} for tags in (throughout, somewhere))
    absent: list[Json] = []
    for tag in LANGUAGES:
        if partly and tag not in spoken:
            key = f"assistance.{'not-all-text' if tag in partly else 'no-text'}.{tag}"
            absent.append({"language": tag, "zh": say(key, "zh"), "en": say(key, "en")})
    return absent


def _note(act: Act) -> Json:
    """Return what must stand beside what a node says by itself (ruling 14)."""
    if act.type != SEEN:
        return None
    return {"zh": say("assistance.seen-note", "zh"), "en": say("assistance.seen-note", "en")}


def _own(act: Act) -> Json:
    """Return the kind's own part: codes and times; a lapse's receipts by what they are for."""
    try:
        payload_of(act.type, act.own)
    except ComityError:
        return {"unreadable": True}
    return {
        name: iso(value) if name == "until" and isinstance(value, int) else _shown(name, value)
        for name, value in act.own.items()
    }


def _labels(case: Case, act: Act) -> Json:
    """Return what the profile calls the codes of a statement, in both languages."""
    profile = case.request.profile
    found: dict[str, Json] = {}
    for name in ("outcome", "ground", "clock"):
        code = act.own.get(name)
        if profile is None or not isinstance(code, str):
            continue
        known = {
            "outcome": profile.outcome(code),
            "ground": profile.ground(code),
            "clock": profile.clock(code),
        }
        if (spec := known[name]) is not None:
            found[name] = {"zh": spec.label.zh, "en": spec.label.en}
    return found


def _shown(name: str, value: Value) -> Json:
    if name != "cites" or not isinstance(value, list | tuple):
        return plain_value(value)
    return [
        each[0].hex() for each in value if isinstance(each, list) and isinstance(each[0], bytes)
    ]
