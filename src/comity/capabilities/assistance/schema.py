"""The statements of requests for assistance: the kind's own part of ``act``.

Pure.  One payload class per kind; the docstring of the class is the kind on the wire.
Free text, reasons and attachments are other sections of the body and never stand here
(wire profile, ruling 4): ``act.texts`` says which languages a statement speaks.  Times
are unix seconds, UTC.  ``payload_of`` reads strictly, ``own_part`` writes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

from comity.errors import FormatError
from comity.statement.cbor import Value
from comity.statement.model import DIGEST_BYTES, MOST_CITES, PartyId, StatementId

NAME: Final = "assistance"
RULES_VERSION: Final = 1
"""Version of the rules in ``rules.py`` that an opening names for its whole thread."""
WORD_LIMIT: Final = 128
RECEIPT_LIMIT_BYTES: Final = 64 * 1024
TIME_LIMIT: Final = 2**53 - 1

Scalar: TypeAlias = str | int | bool


class Decision(StrEnum):
    """What an addressee decides short of refusing."""

    ACCEPTED = "accepted"
    PARTLY = "partly"
    CONDITIONAL = "conditional"
    POSTPONED = "postponed"


class Refusal(StrEnum):
    """Three ways of not doing what is asked."""

    REFUSED = "refused"
    NOT_COMPETENT = "not-competent"
    NO_DATA = "no-data"


class Progress(StrEnum):
    """How far the addressee has come."""

    EXECUTING = "executing"
    INTERIM = "interim"


class Quality(StrEnum):
    """How an answer met what was asked; timeliness is computed, never rated."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not-met"
    NOT_STATED = "not-stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit:
    """``assistance.submit``: the requester opens a request."""

    profile: str
    version: str
    rules: int = RULES_VERSION
    urgency: str
    conditions: Mapping[str, Scalar] = field(default_factory=dict)
    """Field id to value, for the fields that a clock's condition names."""
    tlp: str
    pap: str
    caveats: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    """Language tags in which every long text of the fields is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge:
    """``assistance.acknowledge``: the addressee has it before it; it agrees to nothing."""

    until: int | None = None
    """By when the addressee expects to answer."""
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarify:
    """``assistance.clarify``: a question of the addressee, or the requester's reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """``assistance.accept``: the addressee's decision; the requester accepts conditions."""

    decision: Decision = Decision.ACCEPTED
    outcome: str | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """``assistance.refuse``: refused, not competent, or no data."""

    decision: Refusal = Refusal.REFUSED
    ground: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """``assistance.report``: a status report of the addressee."""

    status: Progress = Progress.EXECUTING
    until: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """``assistance.extend``: the addressee restates by when it must act."""

    until: int
    clock: str | None = None
    """Id of the clock; without it the first one that the profile lets be extended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """``assistance.transfer``: the addressee passed the request on."""

    to: PartyId | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate:
    """``assistance.escalate``: the requester takes it to a higher level."""

    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``assistance.answer``: the substantive answer."""

    outcome: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """``assistance.withdraw``: the requester no longer asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``assistance.rate``: the requester says how the answer met what it asked."""

    quality: Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """``assistance.remark``: the addressee's word on a rating, always shown with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """``assistance.close``: the requester closes the case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """``assistance.lapse``: the requester shows that a time has passed, by log receipts."""

    clock: str
    cites: tuple[tuple[StatementId, bytes], ...]
    """(statement, encoded receipt of a log other than the requester's)."""


Payload: TypeAlias = (
    Submit
    | Acknowledge
    | Clarify
    | Accept
    | Refuse
    | Report
    | Extend
    | Transfer
    | Escalate
    | Answer
    | Withdraw
    | Rate
    | Remark
    | Close
    | Lapse
)

Word = TypeVar("Word", bound=StrEnum)


class _Own:
    """The own part of one statement, read key by key; every key must be asked for."""

    def __init__(self, kind: str, own: Mapping[str, Value]) -> None:
        self.kind = kind
        self.left = dict(own)

    def wrong(self, key: str) -> FormatError:
        return FormatError("assistance.own-part", kind=self.kind, field=key[:WORD_LIMIT])

    def maybe(self, key: str) -> str | None:
        """Return a short word, or ``None`` where the key is absent."""
        if key not in self.left:
            return None
        value = self.left.pop(key)
        if not isinstance(value, str) or not 0 < len(value) <= WORD_LIMIT:
            raise self.wrong(key)
        return value

    def word(self, key: str) -> str:
        if (value := self.maybe(key)) is None:
            raise self.wrong(key)
        return value

    def choice(self, key: str, words: type[Word]) -> Word:
        try:
            return words(self.word(key))
        except ValueError as error:
            raise self.wrong(key) from error

    def time(self, key: str) -> int | None:
        if key not in self.left:
            return None
        value = self.left.pop(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= TIME_LIMIT:
            raise self.wrong(key)
        return value

    def number(self, key: str) -> int:
        if (value := self.time(key)) is None:
            raise self.wrong(key)
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """Return a list of different short words; absent means none."""
        value = self.left.pop(key, [])
        if not isinstance(value, list):
            raise self.wrong(key)
        found = [item for item in value if isinstance(item, str) and 0 < len(item) <= WORD_LIMIT]
        if len(found) != len(value) or len(set(found)) != len(found):
            raise self.wrong(key)
        return tuple(found)

    def scalars(self, key: str) -> Mapping[str, Scalar]:
        value = self.left.pop(key, {})
        if not isinstance(value, dict):
            raise self.wrong(key)
        found: dict[str, Scalar] = {}
        for name, item in value.items():
            if not isinstance(name, str) or not isinstance(item, str | int):
                raise self.wrong(key)
            if isinstance(item, str) and len(item) > WORD_LIMIT:
                raise self.wrong(key)
            found[name] = item
        return MappingProxyType(found)

    def cites(self, key: str) -> tuple[tuple[StatementId, bytes], ...]:
        value = self.left.pop(key, None)
        if not isinstance(value, list) or not 0 < len(value) <= MOST_CITES:
            raise self.wrong(key)
        return tuple(self._cite(key, item) for item in value)

    def _cite(self, key: str, item: Value) -> tuple[StatementId, bytes]:
        if not isinstance(item, list) or len(item) != len(("sid", "receipt")):
            raise self.wrong(key)
        sid, receipt = item
        if not isinstance(sid, bytes) or len(sid) != DIGEST_BYTES:
            raise self.wrong(key)
        if not isinstance(receipt, bytes) or not 0 < len(receipt) <= RECEIPT_LIMIT_BYTES:
            raise self.wrong(key)
        return StatementId(sid), receipt


def _submit(own: _Own) -> Submit:
    return Submit(
        profile=own.word("profile"),
        version=own.word("version"),
        rules=own.number("rules"),
        urgency=own.word("urgency"),
        conditions=own.scalars("conditions"),
        tlp=own.word("tlp"),
        pap=own.word("pap"),
        caveats=own.words("caveats"),
        languages=own.words("languages"),
    )


def _acknowledge(own: _Own) -> Acknowledge:
    return Acknowledge(until=own.time("until"), outcome=own.maybe("outcome"))


def _accept(own: _Own) -> Accept:
    return Accept(
        decision=own.choice("decision", Decision),
        outcome=own.maybe("outcome"),
        until=own.time("until"),
    )


def _refuse(own: _Own) -> Refuse:
    return Refuse(
        decision=own.choice("decision", Refusal),
        ground=own.maybe("ground"),
        outcome=own.maybe("outcome"),
    )


def _report(own: _Own) -> Report:
    return Report(status=own.choice("status", Progress), until=own.time("until"))


def _extend(own: _Own) -> Extend:
    return Extend(until=own.number("until"), clock=own.maybe("clock"))


def _transfer(own: _Own) -> Transfer:
    to = own.maybe("to")
    return Transfer(to=None if to is None else PartyId(to), outcome=own.maybe("outcome"))


READERS: Final[Mapping[str, Callable[[_Own], Payload]]] = MappingProxyType(
    {
        "assistance.submit": _submit,
        "assistance.acknowledge": _acknowledge,
        "assistance.clarify": lambda _own: Clarify(),
        "assistance.accept": _accept,
        "assistance.refuse": _refuse,
        "assistance.report": _report,
        "assistance.extend": _extend,
        "assistance.transfer": _transfer,
        "assistance.escalate": lambda own: Escalate(channel=own.maybe("channel")),
        "assistance.answer": lambda own: Answer(outcome=own.maybe("outcome")),
        "assistance.withdraw": lambda _own: Withdraw(),
        "assistance.rate": lambda own: Rate(quality=own.choice("quality", Quality)),
        "assistance.remark": lambda _own: Remark(),
        "assistance.close": lambda _own: Close(),
        "assistance.lapse": lambda own: Lapse(clock=own.word("clock"), cites=own.cites("cites")),
    }
)
KINDS: Final = frozenset(READERS)
OPENS: Final = "assistance.submit"


def kind_of(payload: Payload) -> str:
    """Return the kind on the wire, for example ``assistance.submit``."""
    return f"{NAME}.{type(payload).__name__.lower()}"


def verb_of(kind: str) -> str:
    """Return the last word of a kind, for example ``submit``."""
    return kind.removeprefix(f"{NAME}.")


def payload_of(kind: str, own: Mapping[str, Value]) -> Payload:
    """Read the own part of a statement.

    Raises:
        FormatError: ``assistance.unknown-kind``; ``assistance.own-part`` for a key that
            is missing, unknown, or not of its shape.

    """
    if (reader := READERS.get(kind)) is None:
        raise FormatError("assistance.unknown-kind", kind=kind[:WORD_LIMIT])
    asked = _Own(kind, own)
    payload = reader(asked)
    if asked.left:
        raise asked.wrong(str(next(iter(asked.left))))
    return payload


def own_part(payload: Payload) -> dict[str, Value]:
    """Write the own part of a statement; what is ``None`` or empty is left out."""
    parts = {item.name: getattr(payload, item.name) for item in fields(payload)}
    return {key: _value(part) for key, part in parts.items() if part not in (None, (), {})}


def _value(part: object) -> Value:
    if isinstance(part, StrEnum):
        return part.value
    if isinstance(part, Mapping):
        return {str(key): _value(item) for key, item in part.items()}
    if isinstance(part, tuple | list):
        return [_value(item) for item in part]
    if isinstance(part, str | bytes | int):
        return part
    raise FormatError("assistance.own-part", kind=type(part).__name__, field="?")
