"""The section ``act``: what a statement does, in ids, codes and times.

It holds no free text and no personal data, and it is all that rules read (ruling 4).
What every kind has stands here; what belongs to one kind stands under ``own``.

Source: wire profile, sections 7 and 11 (rulings 4 to 7).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.body import ACT, CBOR_TYPE, MOST_BODY_BYTES, Section, new_section
from comity.statement.cbor import Value
from comity.statement.model import DIGEST_BYTES, PartyId, StatementId, check_party
from comity.statement.reading import Reading, present, shown
from comity.statement.subject import NONCE_BYTES
from comity.statement.text import check_language_tag

MOST_ADDRESSED: Final = 64
MOST_SEEN: Final = 256
MOST_TEXTS: Final = 64
_TYPE: Final = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*")
_MOST_TYPE_CHARACTERS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class TextOrigin:
    """Where a translation comes from; its maker's name is the section ``maker.<tag>``."""

    of: str
    """Language tag of the text that was translated."""
    at: int
    """When it was made: unix seconds, UTC."""
    machine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a statement does, and its place among the statements it knew."""

    type: str
    """Statement kind, for example ``assistance.submit``."""
    net: StatementId | None = None
    """The charter's opening; absent in what a party says about itself (ruling 6)."""
    case: StatementId | None = None
    """The statement that opened the thread; absent in the opening."""
    nonce: bytes | None = None
    """In an opening: what the subject is made from (32 bytes)."""
    aud: tuple[PartyId, ...] = ()
    """Who is addressed, sorted."""
    prev: StatementId | None = None
    """The issuer's previous statement in the thread."""
    seen: tuple[StatementId, ...] = ()
    """The last statements of the thread that the issuer knew, sorted."""
    state: bytes | None = None
    """Hash of the state the issuer saw (32 bytes); diagnostic (ruling 20)."""
    texts: Mapping[str, TextOrigin | None] = field(default_factory=dict, hash=False)
    """Language tag to where the text comes from; ``None``: it is authentic."""
    own: Mapping[str, Value] = field(default_factory=dict, hash=False)
    """What belongs to the kind."""


def encode_act(act: Act) -> bytes:
    """Return the value of the section ``act``.

    Raises:
        FormatError: as ``decode_act``.

    """
    _check(act)
    fields: dict[str, Value] = {
        "type": act.type,
        "net": act.net,
        "case": act.case,
        "nonce": act.nonce,
        "aud": act.aud,
        "prev": act.prev,
        "seen": act.seen,
        "state": act.state,
        "texts": {tag: _origin_value(origin) for tag, origin in act.texts.items()},
        "own": act.own,
    }
    return cbor.encode(present(fields))


@lru_cache(maxsize=1024)
def decode_act(data: bytes) -> Act:
    """Read the value of the section ``act``, once: its thread is told anew again and again.

    Raises:
        FormatError: ``act.type``, ``act.aud``, ``act.seen``, ``act.opening``, ``act.text``,
            ``act.digest``, ``statement.field``, ``statement.unknown-field``,
            ``statement.not-a-party``, ``text.language-tag``, ``cbor.…``.

    """
    reading = Reading(cbor.decode(data, max_bytes=MOST_BODY_BYTES), "act")
    act = Act(
        type=reading.text("type"),
        net=_statement(reading, "net"),
        case=_statement(reading, "case"),
        nonce=reading.optional_bytes("nonce", NONCE_BYTES),
        aud=tuple(check_party(party) for party in reading.texts("aud", most=MOST_ADDRESSED)),
        prev=_statement(reading, "prev"),
        seen=tuple(
            StatementId(each) for each in reading.byte_strings("seen", DIGEST_BYTES, most=MOST_SEEN)
        ),
        state=reading.optional_bytes("state", DIGEST_BYTES),
        texts={tag: _origin(value, tag) for tag, value in reading.text_mapping("texts").items()},
        own=reading.text_mapping("own"),
    )
    reading.done()
    _check(act)
    return act


def act_section(act: Act) -> Section:
    """Return the section ``act``, with a fresh salt."""
    return new_section(ACT, CBOR_TYPE, encode_act(act))


def read_act(sections: Mapping[str, Section]) -> Act:
    """Return the act of an opened body.

    Raises:
        FormatError: as ``decode_act``; ``body.no-act``, ``body.section``.

    """
    section = sections.get(ACT)
    if section is None:
        raise FormatError("body.no-act")
    if section.content_type != CBOR_TYPE:
        raise FormatError("body.section", name=ACT)
    return decode_act(section.value)


def _statement(reading: Reading, name: str) -> StatementId | None:
    digest = reading.optional_bytes(name, DIGEST_BYTES)
    return None if digest is None else StatementId(digest)


def _origin(value: Value, tag: str) -> TextOrigin | None:
    if value is None:
        return None
    reading = Reading(value, f"act.texts.{shown(tag)}")
    origin = TextOrigin(
        of=reading.text("of"), at=reading.integer("at", least=0), machine=reading.boolean("machine")
    )
    reading.done()
    return origin


def _origin_value(origin: TextOrigin | None) -> Value:
    if origin is None:
        return None
    value: dict[str, Value] = {"of": origin.of, "at": origin.at, "machine": origin.machine}
    return value


def _check(act: Act) -> None:
    if len(act.type) > _MOST_TYPE_CHARACTERS or _TYPE.fullmatch(act.type) is None:
        raise FormatError("act.type", type=ascii(act.type[:_MOST_TYPE_CHARACTERS]))
    if len(act.aud) > MOST_ADDRESSED or list(act.aud) != sorted(set(act.aud)):
        raise FormatError("act.aud", limit=MOST_ADDRESSED)
    for party in act.aud:
        check_party(party)
    if len(act.seen) > MOST_SEEN or list(act.seen) != sorted(set(act.seen)):
        raise FormatError("act.seen", limit=MOST_SEEN)
    for digest in (act.net, act.case, act.nonce, act.prev, act.state, *act.seen):
        if digest is not None and len(digest) != DIGEST_BYTES:
            raise FormatError("act.digest", size=len(digest), expected=DIGEST_BYTES)
    if act.nonce is not None and (act.case, act.prev, act.seen) != (None, None, ()):
        raise FormatError("act.opening")
    _check_texts(act.texts)


def _check_texts(texts: Mapping[str, TextOrigin | None]) -> None:
    if len(texts) > MOST_TEXTS:
        raise FormatError("act.text", tag="*")
    for tag, origin in texts.items():
        check_language_tag(tag)
        if origin is None:
            continue
        # A translation is made from a text of the same statement, and not from itself.
        if origin.of == tag or origin.of not in texts or origin.at < 0:
            raise FormatError("act.text", tag=tag)
