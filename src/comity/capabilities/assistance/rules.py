"""Rules of requests for assistance: who may say what next, and what holds when two cross.

Pure: no clock, no database, no network.  ``judge`` serves our own officer before signing
and every told statement, ours or a peer's; this module does not know which party we are.
Nothing here raises, except ``check``, which reads the form of a statement.

Reading order: the rules (``ruling.py``), the table (``moves.py``), ``judge``, ``apply``,
``fold``.  ``ASSISTANCE`` is the capability's pure part (``fold.capability.Capability``).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from comity.capabilities.assistance import ruling
from comity.capabilities.assistance.codes import words_of
from comity.capabilities.assistance.effects import moved_by, opened
from comity.capabilities.assistance.fields import check_submission
from comity.capabilities.assistance.judgements import Asked, judge_content
from comity.capabilities.assistance.moves import MOVES, SPEAKERS, Crossing, Row, step_of
from comity.capabilities.assistance.request import Phase, Request, Role, answers, shown_phase
from comity.capabilities.assistance.schema import (
    KINDS,
    NAME,
    OPENS,
    Payload,
    Submit,
    Withdraw,
    payload_of,
)
from comity.errors import FormatError
from comity.fold.capability import Ground, State
from comity.fold.entry import Said, Told
from comity.fold.rule import Rule
from comity.fold.thread import DELIVERY, IGNORED_WHAT_IT_HELD, NODE_KEY, SEEN
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText

__all__ = [
    "ASSISTANCE",
    "RULES",
    "Phase",
    "Request",
    "Role",
    "apply",
    "fold",
    "judge",
    "shown_phase",
]

RULES: Final = ruling.RULES


def judge(request: Request, move: Told, ground: Ground) -> Rule | None:
    """Return the rule that bars a statement, or ``None`` if it takes effect."""
    if move.barred is not None or _passes(move):
        return move.barred
    if move.said.by_node:
        return NODE_KEY
    payload = _payload(move)
    if payload is None:
        return ruling.WELL_FORMED
    row = _row(request, payload, move)
    if isinstance(row, Rule):
        return row
    return judge_content(Asked(request=request, row=row, payload=payload, move=move, ground=ground))


def apply(request: Request, told: Told, ground: Ground) -> Request:
    """Return the request after one more statement.  Never raises."""
    if (barred := judge(request, told, ground)) is not None:
        noted = {**request.without_effect, told.said.id: barred}
        return replace(request, without_effect=MappingProxyType(noted))
    payload = _payload(told)
    if payload is None or _passes(told):
        return request
    if isinstance(payload, Submit):
        request = opened(request, payload, told)
    role = request.role(told.said.issuer) or Role.REQUESTER
    row = MOVES[step_of(payload), role, request.phase]
    return moved_by(request, row, payload, told)


def fold(told: Iterable[Told], ground: Ground) -> Request:
    """Tell the whole thread; the outcome depends on what was seen, never on ids or arrival.

    A withdrawal that takes effect bars what crossed it (ASSIST-5), so the thread is told
    again with that barred, until nothing more is.
    """
    order = _addressee_first(list(told))
    overruled: dict[StatementId, Rule] = {}
    while True:
        request = Request()
        for each in order:
            rule = overruled.get(each.said.id)
            request = apply(request, replace(each, barred=rule) if rule else each, ground)
        more = _overruled(request, order)
        if not more:
            return request
        overruled.update(dict.fromkeys(more, ruling.WITHDRAWAL_STANDS))


def _passes(move: Told) -> bool:
    """Whether a statement is the node's own word, which moves nothing."""
    kind = move.said.act.type
    return kind == SEEN or kind.startswith(DELIVERY)


def _payload(move: Told) -> Payload | None:
    try:
        return payload_of(move.said.act.type, move.said.act.own)
    except FormatError:
        return None


def _row(request: Request, payload: Payload, move: Told) -> Row | Rule:
    """Return the line of the table that lets this be said now, or the rule that bars it."""
    opens = isinstance(payload, Submit) and request.opening is None
    role = Role.REQUESTER if opens else request.role(move.said.issuer)
    step = step_of(payload)
    if role is None and request.opening is None:
        return ruling.IN_ORDER
    if role is None or (step, role) not in SPEAKERS:
        return ruling.BY_ITS_PARTY
    if _crosses_answer(request, step, role, move):
        return ruling.ANSWER_STANDS
    unseen = any(moved.by is not role and moved.id not in move.knew for moved in request.moves)
    row = MOVES.get((step, role, request.phase))
    if row is not None and (not row.unseen or (unseen and not move.ignored)):
        return row
    return IGNORED_WHAT_IT_HELD if unseen and move.ignored else ruling.IN_ORDER


def _crosses_answer(request: Request, step: str, role: Role, move: Told) -> bool:
    """ASSIST-4: ends or raises the request without having seen an answer."""
    rows = (row for (name, by, _), row in MOVES.items() if (name, by) == (step, role))
    row = next(rows, None)
    if row is None or row.crossing not in {Crossing.YIELDS, Crossing.PREVAILS}:
        return False
    return any(answer.id not in move.knew for answer in answers(request))


def _overruled(request: Request, order: Sequence[Told]) -> list[StatementId]:
    """ASSIST-5: the addressee's statements that a withdrawal had not seen."""
    ignoring = {each.said.id for each in order if each.ignored}
    for moved in request.moves:
        if isinstance(moved.payload, Withdraw) and moved.id not in ignoring:
            return [
                other.id
                for other in request.moves
                if other.by is Role.ADDRESSEE and other.id not in moved.knew
            ]
    return []


def _addressee_first(told: Sequence[Told]) -> list[Told]:
    """ASSIST-3: the statements along what each had seen, the addressee's first in a tie.

    One whose issuer ignored what its own log held (ruling 13) comes after what it crossed.
    """
    opening = next(
        (each for each in told if each.said.act.type == OPENS and each.barred is None), None
    )
    requester = None if opening is None else opening.said.issuer
    chains: dict[PartyId, list[Told]] = {}
    for each in reversed(told):
        chains.setdefault(each.said.issuer, []).append(each)
    left = {each.said.id for each in told}
    order: list[Told] = []
    while heads := [chain[-1] for chain in chains.values() if chain]:
        free = [head for head in heads if left.isdisjoint(head.knew - {head.said.id})]
        chosen = min(free or heads, key=lambda head: (_rank(head, requester), head.said.id))
        chains[chosen.said.issuer].pop()
        left.discard(chosen.said.id)
        order.append(chosen)
    return order


def _rank(told: Told, requester: PartyId | None) -> int:
    if told.said.issuer == requester:
        return 1
    return 2 if told.ignored else 0


class Assistance:
    """The pure part of the capability, as node and verifier need it."""

    name = NAME
    kinds = KINDS
    opens = OPENS
    rules: Sequence[Rule] = RULES

    def check(self, said: Said, sections: Mapping[str, Section]) -> None:
        """Check the form of a statement's own part, and an opening's fields.

        Raises:
            FormatError: ``assistance.…``.

        """
        payload = payload_of(said.act.type, said.act.own)
        if isinstance(payload, Submit):
            check_submission(payload, sections)

    def words(
        self, own: Mapping[str, Value], opening: Mapping[str, Value]
    ) -> Mapping[str, BilingualText]:
        """Return what the codes of a statement are called, as its profile has them."""
        return words_of(own, opening)

    def fold(self, told: Iterable[Told], ground: Ground) -> Request:
        """Tell a whole thread; never raises."""
        return fold(told, ground)

    def judge(self, state: State, move: Told, ground: Ground) -> Rule | None:
        """Return the rule that bars this statement now, or ``None``; never raises."""
        if not isinstance(state, Request):
            return ruling.IN_ORDER
        return judge(state, move, ground)


ASSISTANCE: Final = Assistance()
