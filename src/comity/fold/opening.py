"""Which statement opened a thread, where there is more than one that claims to."""

from collections import Counter
from collections.abc import Iterable

from comity.fold.entry import Said
from comity.statement.model import PartyId


def opening_of(said: Iterable[Said]) -> Said | None:
    """Return the opening that the thread stands on, or ``None`` if it is not held.

    A subject belongs to one issuer and one nonce, so a second opening is a fork by that
    issuer.  The one that others built on counts; nothing that the issuer itself says can
    change that, and where nobody built on either the smaller id decides what is shown.
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
