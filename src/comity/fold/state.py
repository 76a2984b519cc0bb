"""The hash of the state that an author saw: a diagnosis, never a rule's input.

THREAD-1 makes a thread the same for whoever holds the same statements, so a statement may say
what its author's program made of what it had seen.  Where another program makes something else
of exactly that, one of them tells threads wrongly, or the statement lies about it: this is shown,
and changes nothing (ruling 20).

``state = SHA-256 of the deterministic CBOR of [phase, [* [sid, rule id or null]]]``: the
statements that the author knew, in the order of the telling, each with the rule that bars it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

from comity.fold.capability import State
from comity.fold.entry import Told
from comity.fold.refusal import REFUSED_AT_THE_DOOR
from comity.fold.thread import Telling, tell
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.model import StatementId

MOST_RETOLD: Final = 150
"""Longer threads are not told again for each of their statements: it takes the cube of this."""

Fold: TypeAlias = Callable[[Sequence[Told]], State]
"""A capability's ``fold``, with the ground of the thread."""


def state_digest(telling: Telling, state: State) -> bytes:
    """Return the hash of a state (32 bytes)."""
    told: list[Value] = []
    for each in telling.told:
        if each.barred is REFUSED_AT_THE_DOOR:
            # Who refused it has it not, and must come to the same.
            continue
        rule = each.barred or state.without_effect.get(each.said.id)
        told.append([each.said.id, None if rule is None else rule.id])
    return sha256(cbor.encode([str(state.phase), told])).digest()


def state_before(telling: Telling, state: State, cited: Iterable[StatementId], fold: Fold) -> bytes:
    """Return the hash that a statement carries which cites these.

    Args:
        telling: the thread as its author holds it.
        state: what follows from it.
        cited: what the statement has ``seen``, and its ``prev``.
        fold: tells the part of the thread that is cited, where that is not all of it.

    """
    last = frozenset(cited)
    knew = last.union(*(each.knew for each in telling.told if each.said.id in last))
    if all(each.said.id in knew for each in telling.told):
        return state_digest(telling, state)
    return _digest_of(telling, knew, fold)


def states_fit(telling: Telling, fold: Fold) -> Mapping[StatementId, bool]:
    """Tell of each statement that carries the hash of a state whether it is what it had seen.

    A statement that carries none is not in the answer; in a thread of more than ``MOST_RETOLD``
    statements, none is.
    """
    if len(telling.told) > MOST_RETOLD:
        return {}
    found: dict[frozenset[StatementId], bytes] = {}
    fits = {}
    for each in telling.told:
        if each.said.act.state is None or not telling.filled.isdisjoint(each.knew):
            continue
        if each.knew not in found:
            found[each.knew] = _digest_of(telling, each.knew, fold)
        fits[each.said.id] = each.said.act.state == found[each.knew]
    return fits


def _digest_of(telling: Telling, knew: frozenset[StatementId], fold: Fold) -> bytes:
    part = tell((each.said for each in telling.told if each.said.id in knew), telling.parties)
    return state_digest(part, fold(part.told))
