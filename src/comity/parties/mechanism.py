"""Rules of mechanisms: who founds one, who signs, and when it is in force.

MECH-1  A charter names its members, at least two, in neutral order, its founder among them, and
        is addressed to exactly the others.
MECH-2  Only a member that the charter names accedes, and each once; the founder has signed with
        the charter itself.
MECH-3  An accession names the charter as its case and its mechanism.
MECH-4  A mechanism has only one charter, and no statement may come before it.
MECH-5  A mechanism is in force when every founding member has signed the same charter.
MECH-6  A charter is marked as a demonstration if and only if every founding member is.
MECH-7  The keys in a charter's quorum are the witness and log keys of the members it names.

Pure and role-blind; ``MECHANISM`` is the capability's pure part.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from comity.errors import FormatError
from comity.fold.capability import Ground, State
from comity.fold.entry import Said, Told
from comity.fold.rule import Rule
from comity.fold.thread import DELIVERY, SEEN
from comity.log.checkpoint import log_note_keys
from comity.parties.charter import (
    ACCEDE,
    CHARTER,
    EVERY_OTHER_KIND,
    Charter,
    Terms,
    charter_names,
    charter_of,
    quorum_of,
)
from comity.parties.directory import Directory
from comity.parties.inception import log_keys
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText

_SOURCE: Final = "docs/adr/0009-mechanisms.md"
WELL_FOUNDED: Final = Rule(
    "MECH-1",
    BilingualText(
        zh="章程须列明成员：至少两个，按中立次序排列且不重复，发起方在内，并发给其余全体成员。",
        en="A charter must name its members, at least two, in neutral order and each once, its "
        "founder "
        "among them, and is addressed to exactly the others.",
    ),
    _SOURCE,
)
MEMBERS_ACCEDE: Final = Rule(
    "MECH-2",
    BilingualText(
        zh="只有章程所列成员可以加入，且只加入一次；发起方以签署章程为加入。",
        en="Only a member that the charter names may accede, and only once; the founder has signed "
        "with the charter itself.",
    ),
    _SOURCE,
)
SAME_CHARTER: Final = Rule(
    "MECH-3",
    BilingualText(
        zh="加入须指明其所加入的章程。",
        en="An accession must name the charter that it accedes to.",
    ),
    _SOURCE,
)
ONE_CHARTER: Final = Rule(
    "MECH-4",
    BilingualText(
        zh="一个机制只有一份章程，其前不得有任何签署件。",
        en="A mechanism has only one charter, and no statement may come before it.",
    ),
    _SOURCE,
)
ALL_HAVE_SIGNED: Final = Rule(
    "MECH-5",
    BilingualText(
        zh="全体创始成员均已签署同一份章程时，机制生效。",
        en="A mechanism is in force when every founding member has signed the same charter.",
    ),
    _SOURCE,
)
DEMO_AMONG_DEMOS: Final = Rule(
    "MECH-6",
    BilingualText(
        zh="章程带有演示标记，当且仅当全体创始成员均为演示方。",
        en="A charter is marked as a demonstration if and only if every founding member is one.",
    ),
    _SOURCE,
)
OWN_KEYS: Final = Rule(
    "MECH-7",
    BilingualText(
        zh="章程见证规则所列的密钥，须是所指成员自己的见证密钥和日志密钥。",
        en="The keys in a charter's witness policy are the witness and log keys of the members "
        "that it names.",
    ),
    "docs/adr/0022-witnesses.md",
)
RULES: Final = (
    WELL_FOUNDED,
    MEMBERS_ACCEDE,
    SAME_CHARTER,
    ONE_CHARTER,
    ALL_HAVE_SIGNED,
    DEMO_AMONG_DEMOS,
    OWN_KEYS,
)


class Phase(StrEnum):
    """Where a mechanism stands."""

    ABSENT = "absent"
    PROPOSED = "proposed"
    IN_FORCE = "in-force"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mechanism:
    """A mechanism as far as its thread has been told: the same at every node."""

    charter: Charter | None = None
    acceded: tuple[PartyId, ...] = ()
    """Members that have signed, sorted; the founder by the charter itself."""
    without_effect: Mapping[StatementId, Rule] = field(default_factory=dict)

    @property
    def phase(self) -> Phase:
        """Where it stands (MECH-5)."""
        if self.charter is None:
            return Phase.ABSENT
        return Phase.IN_FORCE if self.acceded == self.charter.terms.members else Phase.PROPOSED

    @property
    def awaited(self) -> tuple[PartyId, ...]:
        """Members that have not signed yet."""
        members = () if self.charter is None else self.charter.terms.members
        return tuple(each for each in members if each not in self.acceded)


def judge(mechanism: Mechanism, move: Told) -> Rule | None:
    """Return the rule that bars a statement, or ``None`` if it takes effect."""
    act = move.said.act
    if move.barred is not None:
        return move.barred
    if _is_of_the_node(act.type):
        return None
    if act.type == CHARTER:
        return _judge_charter(mechanism, move.said)
    if act.type != ACCEDE or mechanism.charter is None:
        return ONE_CHARTER
    if not act.net == act.case == mechanism.charter.net or act.own:
        return SAME_CHARTER
    return None if move.said.issuer in mechanism.awaited else MEMBERS_ACCEDE


def _judge_charter(mechanism: Mechanism, said: Said) -> Rule | None:
    if mechanism.charter is not None:
        return ONE_CHARTER
    return WELL_FOUNDED if _founded(said) is None else None


def apply(mechanism: Mechanism, told: Told) -> Mechanism:
    """Return the mechanism after one more statement.  Never raises."""
    said = told.said
    if (barred := judge(mechanism, told)) is not None:
        noted = MappingProxyType({**mechanism.without_effect, said.id: barred})
        return replace(mechanism, without_effect=noted)
    if said.act.type == CHARTER:
        return replace(mechanism, charter=_founded(said), acceded=(said.issuer,))
    if said.act.type == ACCEDE:
        return replace(mechanism, acceded=tuple(sorted({*mechanism.acceded, said.issuer})))
    return mechanism


def fold(told: Iterable[Told]) -> Mechanism:
    """Tell the whole thread.  Never raises."""
    mechanism = Mechanism()
    for each in told:
        mechanism = apply(mechanism, each)
    return mechanism


def judge_founders(charter: Charter, directory: Directory) -> Rule | None:
    """Return the rule that bars a charter among these parties (MECH-6, MECH-7), or ``None``.

    A fold cannot tell: whether a party is a demonstration, and what its keys are, stands in its
    inception, which a node knows only once it has met it.  Nodes ask before they sign a charter
    or an accession.

    Raises:
        TrustError: ``parties.unknown`` if a member has not been met.

    """
    return judge_terms(charter.terms, directory)


def judge_terms(terms: Terms, directory: Directory) -> Rule | None:
    """Return the rule that bars terms among these parties, as ``judge_founders``.

    Raises:
        TrustError: ``parties.unknown``.

    """
    members = [directory.party(member) for member in terms.members]
    if {each.demo for each in members} != {terms.demo}:
        return DEMO_AMONG_DEMOS
    quorum = quorum_of(terms)
    if quorum is None:
        return None
    keys = {
        key
        for each in members
        for key in (
            *each.witness.all_note_keys,
            *(
                key
                for one in (log_keys(each.id, held) for held in each.sets)
                for key in log_note_keys(one.origin, one.ed25519, one.mldsa44)
            ),
        )
    }
    listed = {each.key for each in (*quorum.witnesses.values(), *quorum.logs)}
    return None if listed <= keys else OWN_KEYS


class _MechanismCapability:
    """The pure part of mechanisms, as ``fold.capability.Capability`` wants it."""

    def __init__(self) -> None:
        self.name = "mechanism"
        self.kinds = frozenset({CHARTER, ACCEDE})
        self.opens = CHARTER
        self.rules: Sequence[Rule] = RULES

    def check(self, said: Said, sections: Mapping[str, Section]) -> None:
        """Check the form of a charter or an accession.

        Raises:
            FormatError: as ``charter_of`` and ``charter_names``; ``charter.accession``,
                ``parties.other-kind``.

        """
        if said.act.type == CHARTER:
            charter_of(said)
            charter_names(said.act, sections)
        elif said.act.type != ACCEDE:
            raise FormatError("parties.other-kind", kind=said.act.type, expected=ACCEDE)
        elif said.act.own or said.act.texts or set(sections) != {"act"}:
            raise FormatError("charter.accession")

    def words(
        self, own: Mapping[str, Value], opening: Mapping[str, Value]
    ) -> Mapping[str, BilingualText]:
        """Return nothing: a charter has no codes of a profile."""
        del own, opening
        return {}

    def fold(self, told: Iterable[Told], ground: Ground) -> Mechanism:
        """Tell a whole thread; never raises."""
        del ground
        return fold(told)

    def judge(self, state: State, move: Told, ground: Ground) -> Rule | None:
        """Return the rule that bars this statement now, or ``None``; never raises."""
        del ground
        return judge(state, move) if isinstance(state, Mechanism) else ONE_CHARTER


MECHANISM: Final = _MechanismCapability()


def founding_ground() -> Ground:
    """Return the ground of a mechanism's own thread, which stands on nothing before it."""
    return Ground(net=None, members=(), profiles={}, languages={EVERY_OTHER_KIND: ()})


def _founded(said: Said) -> Charter | None:
    """Return the charter, if it is well founded (MECH-1)."""
    try:
        charter = charter_of(said)
    except FormatError:
        return None
    others = {*charter.terms.members} - {said.issuer}
    if said.issuer not in charter.terms.members or others != set(said.act.aud):
        return None
    return charter


def _is_of_the_node(kind: str) -> bool:
    """Whether this is the node's own word, which moves nothing."""
    return kind == SEEN or kind.startswith(DELIVERY)
