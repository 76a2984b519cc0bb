"""Which statements are one thread, where a subject was opened more than once.

A subject belongs to one issuer and one nonce, so only a hostile party opens it twice.  Openings
with the same parties are a fork within one thread (THREAD-3).  Openings with other parties open
other threads (THREAD-4): what is said in one is no part of the other, whoever holds both.  Node
and verifier ask here, and nowhere else.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from comity.fold.entry import Said
from comity.statement.model import PartyId, StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One thread among the statements on a subject."""

    opening: Said | None
    """What the thread stands on; ``None`` if it is not held."""
    said: tuple[Said, ...]
    """The statements of the thread, in the order given."""
    apart: tuple[Said, ...] = ()
    """Those of other threads of the same subject, in the order given."""


def circle_of(said: Said) -> frozenset[PartyId]:
    """Return who says and hears a statement: the parties of its thread."""
    return frozenset({said.issuer, *said.act.aud})


def choose_thread(
    held: Sequence[Said], party: PartyId, opening: StatementId | None = None
) -> Chosen:
    """Return the thread of a subject that a party is in.

    It stays in the one in which it has spoken first, and before that in the one whose opening
    it logged first.

    Args:
        held: the statements on the subject, in the order of the party's own log.
        party: as whose node tells it.
        opening: an opening that decides it, whatever the party said: a mechanism's, which
            ``net`` names.

    """
    openings = {each.id: each for each in held if each.act.case is None and each.act.nonce}
    spoken = (openings.get(each.act.case or each.id) for each in held if each.issuer == party)
    named = None if opening is None else openings.get(opening)
    first = named or next(filter(None, spoken), None) or next(iter(openings.values()), None)
    if first is None:
        return Chosen(opening=None, said=tuple(held))
    circle = circle_of(first)
    said = tuple(each for each in held if circle_of(each) == circle)
    apart = tuple(each for each in held if circle_of(each) != circle)
    return Chosen(opening=_opening_of(said), said=said, apart=apart)


def _opening_of(said: Iterable[Said]) -> Said | None:
    """Return which opening the thread stands on, of several with the same parties.

    The one that others built on counts; nothing that the issuer itself says can change that,
    and where nobody built on either the smaller id decides what is shown.
    """
    held = list(said)
    openings = {each.id: each for each in held if each.act.case is None and each.act.nonce}
    first: dict[PartyId, Said] = {}
    for each in held:
        # A party's first statement names one opening; what it says later cannot vote again.
        case = openings.get(each.act.case) if each.act.case else None
        if case is not None and each.act.prev is None and each.issuer != case.issuer:
            first[each.issuer] = min(first.get(each.issuer, each), each, key=lambda one: one.id)
    named = Counter(each.act.case for each in first.values())
    return min(openings.values(), key=lambda each: (-named[each.id], each.id), default=None)
