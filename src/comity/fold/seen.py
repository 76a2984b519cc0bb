"""When a node says ``thread.seen`` by itself, so that what was said becomes settled.

THREAD-8  A node says that it holds the thread's statements as long as this brings one of another
          kind nearer to being settled, and never because of another ``thread.seen`` alone.
          (Wire profile, ruling 14.  The settling period before it is the node's affair.)

``thread.seen`` means that the node holds the statements; no person need have read them.

Why it ends: for each statement a party owes at most one statement of its own that covers it, and
one more for each other party's first statement that covers it.  When nobody owes anything and
nobody forked, every party's first statement that covers x has been seen by all, so it is firm, so
x is settled.
"""

from collections.abc import Mapping
from typing import Final

from comity.fold.rule import Rule
from comity.fold.thread import SEEN, Telling
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText

NODE_SAYS_SEEN: Final = Rule(
    "THREAD-8",
    BilingualText(
        zh="只要有助于使其他种类的签署件成为终局，节点即自行签发“本节点已收录，不表示有人阅读”；"
        "不因他方的同类签署件而为之。",
        en="A node says by itself that it holds the statements of a thread, while this brings one "
        "of another kind nearer to being settled; never because of another such statement. It "
        "does not say that a person has read them.",
    ),
    "docs/adr/0003-finality-and-forks.md",
)
RULES: Final = (NODE_SAYS_SEEN,)


def owes_seen(telling: Telling, party: PartyId) -> bool:
    """Tell whether a ``thread.seen`` of this party would bring the thread nearer to settled.

    Source:
        THREAD-8.

    """
    if party not in telling.parties:
        return False
    open_ones = [
        each.said.id
        for each in telling.told
        if each.said.act.type != SEEN
        and each.barred is None
        and each.said.id not in telling.settled
    ]
    if not open_ones:
        return False
    mine = _covered_by_last(telling, party)
    first = _first_cover(telling, frozenset(open_ones))
    return any(
        each not in mine
        or any(first[other].get(each, each) not in mine for other in telling.parties)
        for each in open_ones
    )


def _covered_by_last(telling: Telling, party: PartyId) -> frozenset[StatementId]:
    """Return what the party's last statement is or has seen: what its next one continues."""
    last = telling.last_of.get(party)
    for each in telling.told:
        if each.said.id == last:
            return each.knew | {last}
    return frozenset()


def _first_cover(
    telling: Telling, wanted: frozenset[StatementId]
) -> Mapping[PartyId, Mapping[StatementId, StatementId]]:
    """Return, for each party and statement, the party's first statement that covers it."""
    first: dict[PartyId, dict[StatementId, StatementId]] = {each: {} for each in telling.parties}
    for each in telling.told:
        mine = first.get(each.said.issuer)
        if mine is None or each.said.id in telling.aside:
            continue
        for covered in wanted & (each.knew | {each.said.id}):
            mine.setdefault(covered, each.said.id)
    return first
