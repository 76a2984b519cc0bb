"""A mechanism's charter: who its members are, how they decide, and what is in force among them.

``mechanism.charter`` opens the mechanism's thread, is signed by the founder and addressed to the
other members; ``mechanism.accede`` is each other member's signature to the same charter.  The
charter's statement id is the ``net`` of everything said under it (ruling 6).  Two members or
twenty, it is the same thing.

Source: design, section 3, points 3 and 11; wire profile, section 11 (rulings 5, 6, 14, 16).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from comity.errors import FormatError
from comity.fold.capability import Ground
from comity.fold.duty import parse_duration
from comity.fold.entry import Said
from comity.log.quorum import Quorum, parse_quorum
from comity.parties.demo import check_demo_names
from comity.parties.inception import log_origin, witness_name
from comity.parties.speech import read_names
from comity.statement.act import MOST_ADDRESSED, Act
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId, SubjectId, check_party
from comity.statement.reading import Reading
from comity.statement.text import check_language_tag

CHARTER: Final = "mechanism.charter"
ACCEDE: Final = "mechanism.accede"
EVERY_OTHER_KIND: Final = "*"
DECISIONS: Final = ("consensus", "unanimity", "two-thirds", "majority")
"""How members decide, as codes.  Founding always needs every founding member."""
FEWEST_MEMBERS: Final = 2
MOST_MEMBERS: Final = MOST_ADDRESSED + 1
MOST_PROFILES: Final = 64
MOST_KINDS: Final = 64
MOST_SETTLE_SECONDS: Final = 86_400
_CODE: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}", re.ASCII)
_KIND: Final = re.compile(r"\*|[a-z][a-z0-9-]*\.[a-z0-9.-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What members agree on; the words for it are each party's own."""

    members: tuple[PartyId, ...]
    """All of them, the founder included, sorted: no order of rank."""
    decision: str = "consensus"
    review: str = "P2Y"
    """How often the charter is looked at again, ISO 8601."""
    profiles: Mapping[str, str] = field(default_factory=dict)
    """Request profile to version, as in force."""
    languages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Statement kind, or ``*`` for every other, to the language tags required for it."""
    grace: str = "PT4H"
    """How long an addressee's receipt may take after a third member's deposit (DUTY-1)."""
    settle_seconds: int = 2
    """How long a node waits before it says ``thread.seen`` (ruling 14)."""
    demo: bool = False
    quorum: str | None = None
    """Which members must have cosigned a head, as tlog-policy text in its one form; ``None``:
    the charter asks for none.  It says what counts as witnessed, never what is delivered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Charter:
    """A charter in its place: who founded what."""

    net: StatementId
    """The charter's own statement id: the root of everything said under it."""
    subject: SubjectId
    founder: PartyId
    terms: Terms


def own_part(terms: Terms) -> dict[str, Value]:
    """Return the charter's own part of ``act``.

    Raises:
        FormatError: as ``read_terms``.

    """
    profiles: list[Value] = [[name, version] for name, version in sorted(terms.profiles.items())]
    languages: dict[str, Value] = {kind: list(tags) for kind, tags in terms.languages.items()}
    own: dict[str, Value] = {
        "members": list(terms.members),
        "decision": terms.decision,
        "review": terms.review,
        "profiles": profiles,
        "languages": languages,
        "grace": terms.grace,
        "settle": terms.settle_seconds,
        "demo": terms.demo,
    }
    if terms.quorum is not None:
        own["quorum"] = terms.quorum
    read_terms(own)
    return own


def read_terms(own: Mapping[str, Value]) -> Terms:
    """Read a charter's own part of ``act``.

    Raises:
        FormatError: ``charter.members`` (fewer than two, doubled, or not in neutral order),
            ``charter.decision``, ``charter.profiles``, ``charter.languages``,
            ``charter.settle``, ``charter.quorum`` (not in its one form, or it names others
            than the members), ``quorum.…``, ``duration.not-iso-8601``, ``statement.field``,
            ``statement.unknown-field``, ``statement.not-a-party``, ``text.language-tag``.

    """
    reading = Reading(dict(own), CHARTER)
    terms = Terms(
        members=tuple(check_party(each) for each in reading.texts("members", most=MOST_MEMBERS)),
        decision=reading.text("decision"),
        review=reading.text("review"),
        profiles=_profiles(reading.items("profiles", most=MOST_PROFILES)),
        languages=_languages(reading.text_mapping("languages")),
        grace=reading.text("grace"),
        settle_seconds=reading.integer("settle", least=0, most=MOST_SETTLE_SECONDS),
        demo=reading.boolean("demo"),
        quorum=reading.optional_text("quorum"),
    )
    reading.done()
    members = list(terms.members)
    if len(members) < FEWEST_MEMBERS or members != sorted(set(members)):
        raise FormatError("charter.members")
    if terms.decision not in DECISIONS:
        raise FormatError("charter.decision", decision=ascii(terms.decision[:40]))
    parse_duration(terms.review)
    parse_duration(terms.grace)
    quorum_of(terms)
    return terms


def quorum_of(terms: Terms) -> Quorum | None:
    """Return the quorum that a charter asks for; ``None``: it asks for none.

    In a charter, ``witness`` lines are members' witnesses and ``log`` lines members' logs, each
    by the name in its vkey; what they are called within the text are plain words.

    Raises:
        FormatError: ``charter.quorum``, ``quorum.…``.

    """
    if terms.quorum is None:
        return None
    quorum = parse_quorum(terms.quorum)
    witnesses = {witness_name(each) for each in terms.members}
    logs = {log_origin(each) for each in terms.members}
    listed = [*quorum.witnesses.values(), *quorum.logs]
    plain = (
        quorum.text == terms.quorum
        and all(_CODE.fullmatch(name.lower()) for name in (*quorum.witnesses, *quorum.groups))
        and not any(each.url for each in listed)
        and all(each.key.name in witnesses for each in quorum.witnesses.values())
        and all(each.key.name in logs for each in quorum.logs)
    )
    if not plain:
        raise FormatError("charter.quorum")
    return quorum


def charter_of(said: Said) -> Charter:
    """Return the charter that a statement is.  Reads ``act`` alone (ruling 4).

    Raises:
        FormatError: as ``read_terms``; ``parties.other-kind``, ``charter.opening``.

    """
    act = said.act
    if act.type != CHARTER:
        raise FormatError("parties.other-kind", kind=act.type, expected=CHARTER)
    if act.nonce is None or act.net is not None or act.case is not None:
        raise FormatError("charter.opening")
    return Charter(
        net=said.id, subject=said.subject, founder=said.issuer, terms=read_terms(act.own)
    )


def charter_names(act: Act, sections: Mapping[str, Section]) -> dict[str, str]:
    """Return a mechanism's names, by language.

    Raises:
        FormatError: ``parties.names``, ``parties.demo-name``, ``text.…``; as ``read_terms``.

    """
    names = read_names(act, sections)
    check_demo_names(names, demo=read_terms(act.own).demo)
    return names


def charter_act(founder: PartyId, terms: Terms, *, nonce: bytes, tags: Sequence[str]) -> Act:
    """Return the act by which ``founder`` proposes a charter with names in these languages.

    Raises:
        FormatError: as ``read_terms``; ``charter.members`` if the founder is not a member.

    """
    if founder not in terms.members:
        raise FormatError("charter.members")
    return Act(
        type=CHARTER,
        nonce=nonce,
        aud=tuple(each for each in terms.members if each != founder),
        texts=dict.fromkeys(tags),
        own=own_part(terms),
    )


def ground_of(charter: Charter) -> Ground:
    """Return what the rules of threads under this charter may know of it."""
    return Ground(
        net=charter.net,
        members=charter.terms.members,
        profiles=charter.terms.profiles,
        languages=charter.terms.languages,
    )


def _profiles(items: Sequence[Value]) -> dict[str, str]:
    """Read the profiles in force: pairs of id and version, sorted, each id once."""
    found: dict[str, str] = {}
    for item in items:
        match item:
            case [str() as name, str() as version] if _CODE.fullmatch(name):
                if not _CODE.fullmatch(version) or name in found:
                    raise FormatError("charter.profiles")
                found[name] = version
            case _:
                raise FormatError("charter.profiles")
    if list(found) != sorted(found):
        raise FormatError("charter.profiles")
    return found


def _languages(fields: Mapping[str, Value]) -> dict[str, tuple[str, ...]]:
    """Read the languages required for each kind: sorted tags, none twice."""
    if len(fields) > MOST_KINDS:
        raise FormatError("charter.languages")
    found: dict[str, tuple[str, ...]] = {}
    for kind, value in fields.items():
        if not _KIND.fullmatch(kind) or not isinstance(value, list):
            raise FormatError("charter.languages")
        tags = [check_language_tag(tag) for tag in value if isinstance(tag, str)]
        if len(tags) != len(value) or tags != sorted(set(tags)):
            raise FormatError("charter.languages")
        found[kind] = tuple(tags)
    return found
