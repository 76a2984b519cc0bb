"""What was found: as JSON for programs, in the reader's language for people."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from comity.casefile.layout import letters
from comity.casefile.manifest import Extent
from comity.casefile.story import Names, name_of, plain
from comity.statement.model import PartyId, StatementId, SubjectId, subject_urn
from comity.verify.checks import Check, Finding, Verdict
from comity.verify.story import Sentence
from comity.wording import SENTENCES, say

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"

EXIT_CODES: Final[Mapping[Verdict, int]] = {Verdict.VALID: 0, Verdict.INVALID: 1}
EXIT_BETWEEN: Final = 3
EXIT_UNREADABLE: Final = 2
_OF_A_STATEMENT: Final = (
    "format",
    "signature",
    "key",
    "body",
    "sections",
    "inclusion",
    "head",
    "witnessed",
    "links",
    "charter",
    "rules",
    "state",
    "evidence",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyTold:
    """A party whose card is in the file."""

    party: PartyId
    fingerprint: StatementId
    names: Mapping[str, str]
    demo: bool
    of_the_thread: bool
    exported: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was found in a case file."""

    checks: tuple[Check, ...]
    verdicts: tuple[Verdict, ...]
    """Every verdict that applies; the first is the word for the whole."""
    root: bytes | None
    subject: SubjectId | None = None
    kind: str | None = None
    exporter: PartyId | None = None
    demo: bool = False
    parties: tuple[PartyTold, ...] = ()
    extent: tuple[Extent, ...] = ()
    """What the exporter signed that it holds: all of each thread up to here."""
    phase: str | None = None
    marking: str | None = None
    purpose: str = ""
    story: tuple[Sentence, ...] = ()
    names: Names = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The word for the whole."""
        return self.verdicts[0]

    @property
    def exit_code(self) -> int:
        """0 for ``VALID`` only, 1 for ``INVALID``, 3 for everything in between."""
        return EXIT_CODES.get(self.verdict, EXIT_BETWEEN)

    @property
    def missing(self) -> tuple[Check, ...]:
        """What is not there."""
        return tuple(each for each in self.checks if each.makes is Verdict.VALID_WITH_GAPS)

    def as_json(self, lang: str = "en") -> dict[str, Json]:
        """Return the report for programs; sentences in ``zh`` or ``en``."""
        return {
            "verdict": self.verdict.value,
            "verdicts": [each.value for each in self.verdicts],
            "demo": self.demo,
            "subject": None if self.subject is None else subject_urn(self.subject),
            "kind": self.kind,
            "phase": self.phase,
            "root": None if self.root is None else self.root.hex(),
            "exporter": self.exporter,
            "marking": self.marking,
            "purpose": self.purpose,
            "parties": [_party(each) for each in self.parties],
            "extent": [_extent(each) for each in self.extent],
            "checks": [_check(each, lang) for each in self.checks],
            "missing": [_check(each, lang) for each in self.missing],
            "story": [_in(each, lang) for each in self.story],
        }

    def lines(self, lang: str) -> Iterator[str]:
        """Yield the report for people, line by line, in ``zh`` or ``en``."""
        if self.demo:
            yield say("casefile.demo", lang)
        if self.subject is not None:
            yield say("casefile.subject", lang, subject=subject_urn(self.subject))
        for party in self.parties:
            name = name_of(party.party, self.names, lang)
            yield say("casefile.party", lang, name=name, party=letters(party.party))
        yield ""
        yield from self._statements(lang)
        yield from self._whole(lang)
        if self.story:
            yield ""
            yield say("verify.story", lang)
            yield from (f"  {_in(each, lang)}" for each in self.story)
        if self.missing:
            yield ""
            yield say("verify.missing", lang)
            yield from (f"  {_of_object(each, lang)}" for each in self.missing)
        yield ""
        yield from self._verdict(lang)

    def _statements(self, lang: str) -> Iterator[str]:
        found: dict[StatementId, list[Check]] = {
            each.statement: [] for each in self.story if each.statement is not None
        }
        for each in self.checks:
            if each.about.statement is not None:
                found.setdefault(each.about.statement, []).append(each)
        for sid, checks in found.items():
            yield say("verify.of-statement", lang, sid=sid.hex())
            rank = {name: place for place, name in enumerate(_OF_A_STATEMENT)}
            for check in sorted(checks, key=lambda each: rank.get(each.check, len(rank))):
                yield self._line(check, lang)
            yield ""

    def _whole(self, lang: str) -> Iterator[str]:
        yield say("verify.whole", lang)
        for each in self.checks:
            of_statement = each.about.statement is not None
            if of_statement or (each.check == "file" and each.finding is Finding.HOLDS):
                continue
            yield self._line(each, lang)

    def _line(self, check: Check, lang: str) -> str:
        label = say(f"verify.check.{check.check}", lang)
        if check.about.log is not None:
            name = name_of(check.about.log, self.names, lang)
            label = say("verify.of-log", lang, check=label, name=name)
        elif check.about.statement is None and check.about.object != "*":
            label = f"{label} {plain(check.about.object)}"
        finding, why = say(f"verify.{check.finding.value}", lang), _why(check, lang)
        code = "verify.line-why" if why else "verify.line"
        return say(code, lang, check=label, finding=finding, why=why)

    def _verdict(self, lang: str) -> Iterator[str]:
        for each in self.checks:
            if each.finding is Finding.FAILS:
                yield _of_object(each, lang)
        text = say(f"verify.{self.verdict.value}", lang)
        yield say("verify.verdict", lang, verdict=self.verdict.value, text=text)
        if self.verdicts[1:]:
            others = ("、" if lang == "zh" else ", ").join(each.value for each in self.verdicts[1:])
            yield say("verify.also", lang, verdicts=others)


def _in(sentence: Sentence, lang: str) -> str:
    return sentence.text.zh if lang == "zh" else sentence.text.en


def _of_object(check: Check, lang: str) -> str:
    facts = {"label": plain(check.about.object), "value": _why(check, lang)}
    return say("story.fact", lang, **facts)


def _why(check: Check, lang: str) -> str:
    return check.why.zh if lang == "zh" else check.why.en


def _party(party: PartyTold) -> Json:
    names: dict[str, Json] = dict(party.names)
    return {
        "party": party.party,
        "fingerprint": party.fingerprint.hex(),
        "names": names,
        "demo": party.demo,
        "of_the_thread": party.of_the_thread,
        "exporter": party.exported,
    }


def _extent(extent: Extent) -> Json:
    last: dict[str, Json] = {party: sid.hex() for party, sid in extent.last.items()}
    return {
        "subject": subject_urn(extent.subject),
        "statements": extent.statements,
        "last": last,
    }


def _check(check: Check, lang: str) -> Json:
    sid = check.about.statement
    return {
        "statement": None if sid is None else sid.hex(),
        "object": check.about.object,
        "log": check.about.log,
        "check": check.check,
        "verdict": check.finding.value,
        "code": check.code,
        "why": _why(check, lang),
    }


def failed(code: str, text: str) -> dict[str, Json]:
    """Return what programs are told where nothing could be checked at all."""
    known = code if code in SENTENCES else "verify.unexpected"
    error: dict[str, Json] = {"code": known, "text": text}
    return {"verdict": None, "verdicts": [], "checks": [], "missing": [], "error": error}
