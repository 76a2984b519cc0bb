"""What a refusal at the door does: it fills the place in the chain, and that place has no effect.

THREAD-10 Where the nodes of all its addressees have said ``delivery.refused`` of a statement that
          they had not seen, it keeps its place in its issuer's chain and has no effect, at both
          ends.  Where it is not held, that place is filled with what the refusals say of its
          links, so that what continues it does not wait for ever.  (Wire profile, ruling 17.)

A refusal by some of the addressees takes nothing away: no party silences another towards a third.
One that its party's own chain contradicts, because it had seen the statement, counts for nothing;
so nothing settled is ever refused.  What fills a place is nobody's statement: it is not told, it
is no branch of a fork, and it is no evidence against whom it names.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.fold.entry import Said
from comity.fold.graph import Graph, bits_of, parents_of
from comity.fold.rule import Rule
from comity.statement.act import MOST_SEEN, Act
from comity.statement.cbor import Value
from comity.statement.model import DIGEST_BYTES, PartyId, StatementId
from comity.statement.reading import Reading, present
from comity.statement.text import BilingualText

REFUSED: Final = "delivery.refused"
MOST_GROUND: Final = 64
REFUSED_AT_THE_DOOR: Final = Rule(
    "THREAD-10",
    BilingualText(
        zh="全体收件方的节点均在收录前终局拒收的签署件，在签发方的签署件序列中保留其位置，不产生效力。",
        en="A statement that the nodes of all its addressees refused for good, before they had "
        "seen it, keeps its place in its issuer's chain and has no effect.",
    ),
    "docs/adr/0029-refused-at-the-door.md",
)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Place:
    """Where in the thread a statement stands."""

    sid: StatementId
    issuer: PartyId
    links: tuple[StatementId, ...]
    """``prev`` and ``seen``, sorted."""
    prev: StatementId
    """Itself, where its chain begins."""


def own_of(said: Said, ground: str) -> dict[str, Value]:
    """Return what a refusal of a statement says under ``own``; ``ground`` is an error's code."""
    act = said.act
    return present(
        {
            "sid": said.id,
            "issuer": said.issuer,
            "prev": act.prev,
            "seen": list(act.seen),
            "ground": ground[:MOST_GROUND],
        }
    )


def read_refusal(act: Act) -> tuple[Place, str]:
    """Return what a ``delivery.refused`` refuses, and the ground: an error's code.

    Raises:
        FormatError: ``statement.field``, ``statement.unknown-field``.

    """
    reading = Reading(dict(act.own), "act.own")
    sid = StatementId(reading.bytes("sid", DIGEST_BYTES))
    issuer = PartyId(reading.text("issuer"))
    prev = reading.optional_bytes("prev", DIGEST_BYTES)
    seen: Iterable[bytes] = ()
    if reading.has("seen"):
        seen = reading.byte_strings("seen", DIGEST_BYTES, most=MOST_SEEN)
    ground = reading.text("ground")
    if len(ground) > MOST_GROUND or not ground.isascii():
        raise reading.refuse("ground")
    reading.done()
    links = {*map(StatementId, seen), *([] if prev is None else [StatementId(prev)])}
    place = Place(
        sid=sid,
        issuer=issuer,
        links=tuple(sorted(links)),
        prev=sid if prev is None else StatementId(prev),
    )
    return place, ground


def refused_place(said: Said) -> Place | None:
    """Return what a statement refuses, if it refuses anything."""
    if said.act.type != REFUSED:
        return None
    try:
        place, _ = read_refusal(said.act)
    except FormatError:
        return None
    return None if place.issuer == said.issuer else place


def stand_ins(held: Sequence[Said], members: AbstractSet[PartyId]) -> list[Said]:
    """Return what fills the places of statements that are not held and that were refused.

    Only where a statement of the same issuer continues the place: what nobody continues is
    simply not there.

    Source:
        THREAD-10.

    """
    refusers: dict[Place, set[PartyId]] = {}
    example: dict[Place, Said] = {}
    for each in held:
        if (place := refused_place(each)) is not None:
            refusers.setdefault(place, set()).add(each.issuer)
            example[place] = each
    if not refusers:
        return []
    have = {each.id for each in held}
    full = {p.sid: p for p in sorted(refusers) if refusers[p] >= members - {p.issuer}}
    ahead = [(each.act.prev, each.issuer) for each in held]
    found = []
    while ahead:
        sid, issuer = ahead.pop()
        filling = full.get(sid) if sid is not None and sid not in have else None
        if filling is None or filling.issuer != issuer or issuer not in members:
            continue
        have.add(filling.sid)
        found.append(_filled(filling, example[filling]))
        ahead.append((found[-1].act.prev, issuer))
    return found


def _filled(place: Place, refusal: Said) -> Said:
    prev = None if place.prev == place.sid else place.prev
    act = Act(
        type=REFUSED,
        net=refusal.act.net,
        case=refusal.act.case,
        prev=prev,
        seen=place.links,
    )
    return Said(
        id=place.sid,
        issuer=place.issuer,
        subject=refusal.subject,
        act=act,
        claimed_at=refusal.claimed_at,
        by_node=False,
    )


def refused_bits(graph: Graph, members: AbstractSet[PartyId], off: int) -> int:
    """Return the held statements that were refused, as bits; ``off`` says nothing that counts.

    Source:
        THREAD-10.

    """
    refusers: dict[int, set[PartyId]] = {}
    for number, each in enumerate(graph.said):
        place = None if off >> number & 1 else refused_place(each)
        at = None if place is None else graph.at.get(place.sid)
        if place is None or at is None or graph.behind[number] >> at & 1:
            continue
        if _is_at(graph.said[at], place):
            refusers.setdefault(at, set()).add(each.issuer)
    return bits_of(at for at, by in refusers.items() if by >= members - {graph.said[at].issuer})


def _is_at(said: Said, place: Place) -> bool:
    prev = said.id if said.act.prev is None else said.act.prev
    links = tuple(sorted(parents_of(said)))
    return (said.issuer, prev, links) == (place.issuer, place.prev, place.links)
