"""The order in which a thread is told, what is settled, and what has no effect whatever it says.

THREAD-1  A thread is told along what each statement had seen; of the statements free to come
          next, the smallest id first.  Neither arrival, nor log position, nor a date decides.
          What cites a statement that is not held waits, and holds up only what builds on it.
THREAD-2  A statement is *firm* when every other party that has not forked has seen it, and its
          branch was chosen.  A statement is *settled* when every party has a firm statement of
          its own that is it or has seen it.  What is settled never changes, nor does the telling
          up to it; what turns up later beside it is shown as late.
THREAD-3  Forks: see ``fork``.
THREAD-4  A statement is addressed to exactly the parties of its thread and names its opening.
THREAD-5  A node's own key says only that the node holds something, or what became of a delivery.
THREAD-6  A statement's ``prev`` is a statement of the same issuer.
THREAD-7  A statement whose issuer's log is proved to have held what it had not seen gains
          nothing from a rule of crossing.
THREAD-10 Refused at the door: see ``refusal``.

THREAD-9  What a key signed that its party declared compromised has no effect above the bound,
          unless it is settled or another party's log held it before the announcement.

So that the telling up to a settled statement is stable, statements that cannot become part of
what all parties agree on (branches without effect, strangers) are put directly before the first
statement that had seen them, or at the end.  (Wire profile, rulings 1, 2, 5, 13, 14.)
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from comity.fold.entry import Said, Told
from comity.fold.fork import BRANCH_NOT_CHOSEN, Fork, Forks, find_forks
from comity.fold.graph import Graph, bits_of, link_up
from comity.fold.order import ends_of_chains, telling_order
from comity.fold.refusal import REFUSED_AT_THE_DOOR, refused_bits, stand_ins
from comity.fold.rule import Rule
from comity.statement.model import PartyId, StatementId
from comity.statement.subject import NONCE_BYTES, subject_id
from comity.statement.text import BilingualText

_ORDER: Final = "docs/adr/0002-thread-order.md"
_FINALITY: Final = "docs/adr/0003-finality-and-forks.md"
IN_THREAD_ORDER: Final = Rule(
    "THREAD-1",
    BilingualText(
        zh="事项的签署件按其所列已见签署件的先后讲述；次序未定的，编号小者在先。",
        en="A thread is told along what each statement had seen; ties go by the statement's id.",
    ),
    _ORDER,
)
SETTLED_STANDS: Final = Rule(
    "THREAD-2",
    BilingualText(
        zh="各方均已确立地见到的内容为终局，永不改变；其后在其旁出现的签署件予以留存，并显示为迟到。",
        en="What every party has firmly seen is settled and never changes; what turns up beside it "
        "later is kept and shown as late.",
    ),
    _FINALITY,
)
ADDRESSED: Final = Rule(
    "THREAD-4",
    BilingualText(
        zh="签署件的签发方和收件方须与本事项的各方完全一致，并须指明本事项的开启签署件及其所属机制。",
        en="A statement is said and addressed by exactly the parties of its thread, and names the "
        "statement that opened it and the mechanism it belongs to.",
    ),
    _ORDER,
)
NODE_KEY: Final = Rule(
    "THREAD-5",
    BilingualText(
        zh="节点自己的密钥只能签署：节点已收录签署件，以及投递的结果。",
        en="A node's own key signs only that the node holds statements, and what became of "
        "deliveries.",
    ),
    _FINALITY,
)
ONE_CHAIN: Final = Rule(
    "THREAD-6",
    BilingualText(
        zh="签署件所接续的，须为同一签发方在同一事项中的签署件。",
        en="A statement continues a statement of the same issuer in the same thread.",
    ),
    _ORDER,
)
IGNORED_WHAT_IT_HELD: Final = Rule(
    "THREAD-7",
    BilingualText(
        zh="经两份回执证明，签发方的日志在先已收录某签署件而本签署件未见该签署件的，不得援引交错规则。",
        en="A statement that had not seen what its issuer's own log is proved to have held before "
        "it gains nothing from a rule of crossing.",
    ),
    _FINALITY,
)
STRUCK: Final = Rule(
    "THREAD-9",
    BilingualText(
        zh="以失密密钥签署、不能证明在界点之前的签署件，不产生效力；但已成终局的，或者他方日志在收录失密声明之前"
        "已收录的，仍有效力，并显示为密钥有争议。",
        en="What a compromised key signed and what is not proved to stand before the bound has no "
        "effect; what is settled, or what another party's log held before it held the "
        "announcement, keeps its effect and is shown as contested.",
    ),
    "docs/adr/0024-keys-live-and-die.md",
)
RULES: Final = (
    IN_THREAD_ORDER,
    SETTLED_STANDS,
    BRANCH_NOT_CHOSEN,
    ADDRESSED,
    NODE_KEY,
    ONE_CHAIN,
    IGNORED_WHAT_IT_HELD,
    STRUCK,
    REFUSED_AT_THE_DOOR,
)

SEEN: Final = "thread.seen"
DELIVERY: Final = "delivery."


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A thread in the order in which it is told: the same at every node that holds the same."""

    parties: tuple[PartyId, ...]
    """Sorted."""
    told: tuple[Told, ...]
    waiting: Mapping[StatementId, frozenset[StatementId]]
    """Statements that cite what is not held, and what is missing behind each."""
    forks: tuple[Fork, ...]
    firm: frozenset[StatementId]
    settled: frozenset[StatementId]
    late: frozenset[StatementId]
    """Turned up beside what was settled: shown as late, without effect (THREAD-2)."""
    aside: frozenset[StatementId]
    """On a branch without effect, by a stranger, or struck (THREAD-9): it holds nothing up."""
    tips: tuple[StatementId, ...]
    """What no other statement has seen: the ``seen`` of the next statement.  Sorted."""
    last_of: Mapping[PartyId, StatementId]
    """Each party's last statement, on the branch that has effect if it forked: its next ``prev``.

    Where no branch has effect, on the branch told last: so that it does not fork again.
    """
    filled: frozenset[StatementId] = frozenset()
    """Places of statements that are not held because they were refused (THREAD-10)."""


def parties_of(opening: Said) -> tuple[PartyId, ...]:
    """Return the parties of the thread that a statement opens: issuer and audience, sorted."""
    return tuple(sorted({opening.issuer, *opening.act.aud}))


def tell(
    said: Iterable[Said],
    parties: Sequence[PartyId],
    *,
    held_before: Mapping[StatementId, frozenset[StatementId]] | None = None,
    struck: AbstractSet[StatementId] = frozenset(),
) -> Telling:
    """Put the statements on one subject into the order in which they are told.  Never raises.

    Args:
        said: the statements, in any order, repeated or not.
        parties: the parties of the thread, see ``parties_of``.  An opening with another
            audience is a statement of another thread and has no effect in this one.
        held_before: for a statement, those that its issuer's own log is proved, by two receipts
            of that log, to have held below it.  State must be a function of statements alone
            (ruling 15): give only what the thread's statements themselves prove.
        struck: statements above the bound of a compromised key that no counterpart's log held
            before the announcement; what of them is settled without that keeps its effect.

    Source:
        THREAD-1 to THREAD-7, THREAD-9, THREAD-10.

    """
    held, members = list(said), frozenset(parties)
    filling = stand_ins(held, members)
    filled = frozenset(each.id for each in filling)
    graph = link_up([*held, *filling])
    absent = bits_of(graph.at[sid] for sid in filled & graph.at.keys())
    void, stands = _void(graph, members, struck, absent)
    forks = find_forks(graph, members, void, absent)
    strange = bits_of(n for n, each in enumerate(graph.said) if each.issuer not in members) | void
    order = telling_order(graph, forks.off | strange)
    firm = _firm(graph, members, forks, void)
    settled = _settled(graph, members, firm) | stands
    refused = refused_bits(graph, members, forks.off | void | absent)
    each_told = _tell_each(graph, order, _Frame(members, forks, void, refused), held_before or {})
    last_of = ends_of_chains(graph, order, members, (forks.off, void))
    return Telling(
        parties=tuple(sorted(members)),
        told=tuple(each for each in each_told if each.said.id not in filled),
        waiting={sid: missing for sid, missing in graph.waiting.items() if sid not in filled},
        forks=forks.forks,
        firm=_ids(graph, firm & ~absent),
        settled=_ids(graph, settled & ~absent),
        late=_ids(graph, _late(graph, settled, forks.off | strange) & ~absent),
        aside=_ids(graph, (forks.off | strange) & ~absent),
        tips=_tips(graph, strange | absent),
        last_of={party: sid for party, sid in last_of.items() if sid not in filled},
        filled=filled,
    )


def _void(
    graph: Graph, members: AbstractSet[PartyId], struck: AbstractSet[StatementId], absent: int
) -> tuple[int, int]:
    """Return what has no effect by THREAD-9, and what was settled before that was looked at."""
    if not struck:
        return 0, 0
    forks = find_forks(graph, members, absent=absent)
    settled = _settled(graph, members, _firm(graph, members, forks))
    hit = bits_of(n for n, each in enumerate(graph.said) if each.id in struck)
    return hit & ~settled, settled


def _firm(graph: Graph, members: AbstractSet[PartyId], forks: Forks, void: int = 0) -> int:
    """Return the firm statements as bits (THREAD-2); what is void has seen nothing."""
    seen_by = dict.fromkeys(members, 0)
    for number, said in enumerate(graph.said):
        if said.issuer in seen_by and not void >> number & 1:
            seen_by[said.issuer] |= graph.behind[number]
    firm = 0
    for number, said in enumerate(graph.said):
        if said.issuer not in members or (forks.off | void) >> number & 1:
            continue
        others = members - forks.forked - {said.issuer}
        if all(seen_by[party] >> number & 1 for party in others):
            firm |= 1 << number
    return firm


def _settled(graph: Graph, members: AbstractSet[PartyId], firm: int) -> int:
    """Return the settled statements as bits (THREAD-2)."""
    covered = dict.fromkeys(members, 0)
    for number, said in enumerate(graph.said):
        if firm >> number & 1:
            covered[said.issuer] |= graph.behind[number] | 1 << number
    settled = (1 << len(graph.said)) - 1 if covered else 0
    for bits in covered.values():
        settled &= bits
    return settled


def _late(graph: Graph, settled: int, aside: int) -> int:
    """Return what stands aside, was not seen by what is settled and has not seen all of it."""
    return bits_of(
        number
        for number in range(len(graph.said))
        if aside >> number & 1 and not settled >> number & 1 and settled & ~graph.behind[number]
    )


def _tips(graph: Graph, strange: int) -> tuple[StatementId, ...]:
    """Return what no statement has seen, strangers left out, sorted."""
    seen = strange
    for number, bits in enumerate(graph.behind):
        if not strange >> number & 1:
            seen |= bits
    return tuple(sorted(each.id for n, each in enumerate(graph.said) if not seen >> n & 1))


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every statement of the thread is measured by."""

    members: frozenset[PartyId]
    forks: Forks
    void: int
    refused: int
    """As bits (THREAD-10)."""


def _tell_each(
    graph: Graph,
    order: Sequence[int],
    frame: _Frame,
    held_before: Mapping[StatementId, frozenset[StatementId]],
) -> Iterable[Told]:
    """Yield every statement in its place, with what bars it."""
    knew: dict[int, frozenset[StatementId]] = {}
    for number in order:
        said, links = graph.said[number], graph.parents[number]
        known = frozenset(graph.said[link].id for link in links)
        knew[number] = known.union(*(knew[link] for link in links))
        refused = REFUSED_AT_THE_DOOR if frame.refused >> number & 1 else None
        unseen = held_before.get(said.id, frozenset()) - knew[number] - {said.id}
        yield Told(
            said=said,
            knew=knew[number],
            barred=refused or (STRUCK if frame.void >> number & 1 else _bar(graph, number, frame)),
            ignored=not unseen.isdisjoint(graph.at),
        )


def _bar(graph: Graph, number: int, frame: _Frame) -> Rule | None:
    """Return the rule that bars a statement whatever it says, or ``None``."""
    said = graph.said[number]
    opening = _opening(graph, number)
    if opening is None or {said.issuer, *said.act.aud} != frame.members:
        return ADDRESSED
    if not _belongs(said, graph.said[opening]):
        return ADDRESSED
    if said.by_node and said.act.type != SEEN and not said.act.type.startswith(DELIVERY):
        return NODE_KEY
    if said.act.prev is not None and graph.link[number] is None:
        return ONE_CHAIN
    if (1 << number | 1 << opening) & frame.forks.off:
        return BRANCH_NOT_CHOSEN
    return None


def _opening(graph: Graph, number: int) -> int | None:
    """Return the opening that a statement is or names, if it has seen it."""
    said = graph.said[number]
    if said.act.case is None:
        return number
    opening = graph.at.get(said.act.case)
    if opening is None or not graph.behind[number] >> opening & 1:
        return None
    return opening if graph.said[opening].act.case is None else None


def _belongs(said: Said, opening: Said) -> bool:
    """Whether a statement names subject and mechanism of its opening; an opening, its own."""
    act, first = said.act, opening.act
    nonce = first.nonce
    if first.prev is not None or first.seen or nonce is None or len(nonce) != NONCE_BYTES:
        return False
    if opening.subject != subject_id(opening.issuer, nonce):
        return False
    founding = first.net is None and act.net == opening.id
    return said.subject == opening.subject and (act.net == first.net or founding)


def _ids(graph: Graph, bits: int) -> frozenset[StatementId]:
    """Return some statements by their ids."""
    return frozenset(said.id for number, said in enumerate(graph.said) if bits >> number & 1)
