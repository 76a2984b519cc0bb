"""What went wrong, as it travels: concise problem details, and back to one of our errors.

``application/concise-problem-details+cbor`` is a map: -1 title and -2 detail in the caller's
language (-6 names it; if the caller asked for neither Chinese nor English, the texts are under
tag 38, which names theirs), and under ``urn:comity:problem`` a map of our own: ``code``
(stable), ``family``, ``facts``, and where they apply ``retry-after`` (seconds), ``time``
(the server's, unix seconds) and ``zh`` and ``en`` (a rule's own texts).

Who reads a problem trusts it for nothing but what to do next: known codes are told in our own
words, the text of the other side is never shown.

Source: RFC 9290; wire profile, sections 1.6, 5.1 and 7.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from comity.errors import (
    ComityError,
    Fact,
    FormatError,
    PeerError,
    ProofError,
    RuleError,
    TrustError,
)
from comity.statement import cbor
from comity.statement.cbor import LARGEST, Key, Tagged, Value
from comity.statement.reading import Reading
from comity.wording import say, tell

PROBLEM_TYPE: Final = "application/concise-problem-details+cbor"
PROBLEM_KEY: Final = "urn:comity:problem"
MOST_PROBLEM_BYTES: Final = 16 * 1024
MOST_RETRY_SECONDS: Final = 24 * 3600
TITLE, DETAIL, BASE_LANGUAGE = -1, -2, -6
LANGUAGE_TAG: Final = 38

_MOST_FACTS: Final = 16
_MOST_TEXT: Final = 512
_MOST_RULE_TEXT: Final = 2048
_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_STATUS_OF_FAMILY: Final = {
    FormatError.family: 400,
    TrustError.family: 403,
    ProofError.family: 422,
    RuleError.family: 409,
    PeerError.family: 503,
}
_STATUS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "exchange.not-found": 404,
        "exchange.no-such-key": 404,
        "exchange.not-held": 404,
        "exchange.method": 405,
        "exchange.slow": 408,
        "exchange.length": 411,
        "exchange.too-large": 413,
        "exchange.media-type": 415,
        "exchange.content-encoding": 415,
        "exchange.not-signed": 401,
        "exchange.skew": 401,
        "exchange.replay": 401,
        "exchange.misdirected": 421,
        "exchange.too-many": 429,
        "exchange.internal": 500,
        "witness.unknown-log": 404,
        "witness.behind": 409,
        "node.disk-full": 507,
        "store.blob-offset": 409,
        "store.blob-digest": 409,
    }
)
_FAMILIES: Final[Mapping[str, type[ComityError]]] = MappingProxyType(
    {each.family: each for each in (FormatError, TrustError, ProofError, PeerError)}
)


def status_of(error: ComityError) -> int:
    """Return the HTTP status of an error: by its code, otherwise by its family."""
    return _STATUS.get(error.code, _STATUS_OF_FAMILY.get(error.family, 500))


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the other side says went wrong.  It is a claim."""

    family: str
    code: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    retry_after: int | None = None
    """Seconds."""
    time: int | None = None
    """The other side's clock, unix seconds, UTC."""
    rule: tuple[str, str] | None = None
    """Of a rule: its texts, Chinese and English."""

    @property
    def is_final(self) -> bool:
        """Tell whether trying again is of no use."""
        return self.family != PeerError.family

    def error(self) -> ComityError:
        """Return the error to raise here; what we have no sentence for is ``exchange.said``."""
        if self.rule is not None:
            zh, en = self.rule
            return RuleError(self.code, zh=zh, en=en, **self.facts)
        family = _FAMILIES.get(self.family, PeerError)
        known = family(self.code, **self.facts)
        try:
            if tell(known, "en") != str(known):
                return known
        except (KeyError, IndexError, ValueError):
            pass
        return family("exchange.said", problem=self.code)


def choose_language(accept_language: str) -> str | None:
    """Return ``zh`` or ``en``, whichever the caller prefers, or ``None`` if neither."""
    best, weight = None, 0.0
    for part in accept_language.split(",")[:32]:
        tag, _, rest = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            continue
        if primary in {"zh", "en"} and quality > weight:
            best, weight = primary, quality
    return best


def problem_of(error: ComityError, accept_language: str = "") -> dict[Key, Value]:
    """Return an error as problem details, in the caller's language."""
    asked = choose_language(accept_language)
    lang = asked or "en"
    title, detail = (
        say(f"problem.{error.family}", lang),
        _clean(_told(error, lang), _MOST_RULE_TEXT),
    )
    own: dict[str, Value] = {"code": error.code, "family": error.family}
    facts = dict(error.facts)
    for name, key in (("retry_after", "retry-after"), ("time", "time")):
        if isinstance(value := facts.get(name), int):
            own[key] = max(0, min(value, LARGEST))
    own["facts"] = {name: _fact(value) for name, value in list(facts.items())[:_MOST_FACTS]}
    if isinstance(error, RuleError):
        own |= {"zh": _clean(error.zh, _MOST_RULE_TEXT), "en": _clean(error.en, _MOST_RULE_TEXT)}
    if asked is None:
        return {
            TITLE: Tagged(LANGUAGE_TAG, [lang, title]),
            DETAIL: Tagged(LANGUAGE_TAG, [lang, detail]),
            PROBLEM_KEY: own,
        }
    return {TITLE: title, DETAIL: detail, BASE_LANGUAGE: lang, PROBLEM_KEY: own}


def encode_problem(error: ComityError, accept_language: str = "") -> bytes:
    """Return an error as the body of an answer."""
    return cbor.encode(problem_of(error, accept_language))


def decode_problem(data: bytes) -> Problem:
    """Read the body of an answer.

    Raises:
        FormatError: ``exchange.problem``, ``cbor.…``, ``statement.field``.

    """
    return read_problem(cbor.decode(data, max_bytes=MOST_PROBLEM_BYTES))


def read_problem(value: Value) -> Problem:
    """Read problem details; members that we do not know are passed over, as RFC 9290 asks.

    Raises:
        FormatError: ``exchange.problem``, ``statement.field``.

    """
    own = Reading(value, "problem").reading(PROBLEM_KEY)
    code, family = own.text("code"), own.text("family")
    if not _CODE.fullmatch(code) or family not in _STATUS_OF_FAMILY:
        raise FormatError("exchange.problem")
    facts = own.text_mapping("facts") if own.has("facts") else {}
    if len(facts) > _MOST_FACTS:
        raise FormatError("exchange.problem")
    return Problem(
        family=family,
        code=code,
        facts={_name(name): _read_fact(fact) for name, fact in facts.items()},
        retry_after=own.optional_integer("retry-after", least=0, most=MOST_RETRY_SECONDS),
        time=own.optional_integer("time", least=0),
        rule=_rule(own) if family == RuleError.family else None,
    )


def _told(error: ComityError, lang: str) -> str:
    try:
        return tell(error, lang)
    except (KeyError, IndexError):
        # Better the bare code than no answer; a test walks the codes and their facts.
        return error.code


def _clean(text: str, most: int) -> str:
    """Return a text that the encoder accepts, whatever was in it."""
    whole = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", whole)[:most])


def _fact(fact: Fact) -> Value:
    if isinstance(fact, str):
        return _clean(fact, _MOST_TEXT)
    return max(-LARGEST, min(int(fact), LARGEST))


def _read_fact(value: Value) -> Fact:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _printable(value, _MOST_TEXT)
    raise FormatError("exchange.problem")


def _name(name: str) -> str:
    # These two would collide with the parameters of the errors themselves.
    if not _NAME.fullmatch(name) or name in {"code", "zh", "en", "self"}:
        raise FormatError("exchange.problem")
    return name


def _rule(own: Reading) -> tuple[str, str]:
    return _printable(own.text("zh"), _MOST_RULE_TEXT), _printable(own.text("en"), _MOST_RULE_TEXT)


def _printable(text: str, most: int) -> str:
    if len(text) > most or not text.replace("\n", " ").isprintable():
        raise FormatError("exchange.problem")
    return text
