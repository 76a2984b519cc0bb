"""Each thread: what it refers to, whose log must hold it, the charter, and what rules say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from comity.casefile.layout import receipt_path
from comity.casefile.manifest import SIGNATURE
from comity.casefile.story import name_of
from comity.errors import ComityError, FormatError
from comity.fold.capability import Capability, Ground, State
from comity.fold.entry import Said
from comity.fold.opening import choose_thread, circle_of
from comity.fold.rule import Rule
from comity.fold.thread import ADDRESSED, DELIVERY, SEEN, Telling, parties_of, tell
from comity.parties.charter import Charter, ground_of
from comity.parties.cites import proven
from comity.parties.compromise import Standing
from comity.parties.directory import Directory
from comity.parties.mechanism import MECHANISM, Mechanism, founding_ground, judge_founders
from comity.registry import capability_of
from comity.statement.cbor import LARGEST
from comity.statement.model import PartyId, StatementId, SubjectId, subject_urn
from comity.statement.text import BilingualText
from comity.verify.bundle import Bundle
from comity.verify.checks import WHOLE, About, Checks, Verdict
from comity.verify.logs import Logs
from comity.verify.said import Heard, Hearing
from comity.verify.states import check_states
from comity.verify.versions import newer_version

NEWER: Final = (".unknown-kind", ".unknown-profile", ".unknown-version")
"""Ends of the codes by which a capability says that it does not know a version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """All that has been read from the file, for checks across statements."""

    bundle: Bundle
    directory: Directory
    hearing: Hearing
    logs: Logs
    checks: Checks
    contested: Mapping[StatementId, Standing] = field(default_factory=dict)
    """Statements whose key was declared compromised, and that are not proved to be sound."""

    @property
    def struck(self) -> frozenset[StatementId]:
        """Those of them that no counterpart's log held before the announcement."""
        return frozenset(sid for sid, each in self.contested.items() if each is Standing.STRUCK)

    def name(self, party: PartyId) -> str:
        """Return what a party calls itself, in both languages if they differ."""
        found = self.directory.parties.get(party)
        names = {} if found is None else {party: found.names}
        zh, en = name_of(party, names, "zh"), name_of(party, names, "en")
        return zh if zh == en else f"{zh} / {en}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread as this file shows it."""

    subject: SubjectId
    heard: Mapping[StatementId, Heard]
    opening: Said | None
    telling: Telling | None
    """``None`` where the opening is not there."""
    capability: Capability | None
    state: State | None
    """``None`` where it could not be told."""
    barred: Mapping[StatementId, Rule] = field(default_factory=dict)
    """Statements without effect, and the rule that bars each."""
    apart: frozenset[StatementId] = frozenset()
    """Statements of another thread of the same subject: they have no effect in this one."""

    @property
    def order(self) -> list[Said]:
        """Every statement: as they are told, then what waits, then what stands apart."""
        if self.telling is None:
            return [self.heard[sid].said for sid in sorted(self.heard)]
        rest = [*sorted(self.telling.waiting), *sorted(self.apart)]
        return [*(each.said for each in self.telling.told), *(self.heard[sid].said for sid in rest)]


def read_mechanism(case: Case) -> tuple[Thread | None, Mechanism | None]:
    """Tell the mechanism's thread, whose charter the manifest names."""
    net = case.bundle.manifest.net
    charter = case.hearing.heard.get(net)
    if charter is None:
        case.checks.missing("charter", WHOLE, "verify.charter-missing", net=net.hex())
        return None, None
    thread = _read(case, charter.said.subject, founding_ground(), net)
    state = thread.state
    return thread, state if isinstance(state, Mechanism) else None


def read_subject(case: Case, mechanism: Mechanism | None) -> Thread:
    """Tell the subject's own thread."""
    charter = None if mechanism is None else mechanism.charter
    ground = None if charter is None else ground_of(charter)
    return _read(case, case.bundle.manifest.subject, ground)


def check_strangers(case: Case, threads: Sequence[Thread]) -> None:
    """Note statements about any other subject."""
    told = {thread.subject for thread in threads}
    for heard in case.hearing.heard.values():
        if heard.said.subject not in told:
            case.checks.fails("format", heard.about, "verify.foreign-subject")


def check_charter(case: Case, thread: Thread, mechanism: Mechanism | None) -> None:
    """Check that the thread was opened under the charter by a member, while it was in force."""
    checks, net = case.checks, case.bundle.manifest.net
    charter = None if mechanism is None else mechanism.charter
    for heard in thread.heard.values():
        said = heard.said
        if charter is None or mechanism is None:
            checks.rests(["charter"], heard.about)
        elif not circle_of(said) <= frozenset(charter.terms.members):
            # No node takes it: neither a word of a stranger nor one that a stranger hears.
            checks.fails("charter", heard.about, "verify.not-a-member")
        elif said.id in thread.barred:
            checks.holds("charter", heard.about, without_effect(thread.barred[said.id]))
        elif thread.subject != charter.subject and said.act.net != net:
            checks.fails("charter", heard.about, "verify.other-charter")
        elif thread.subject == charter.subject:
            _check_founders(case, heard.about, charter)
        elif mechanism.awaited:
            checks.missing("charter", heard.about, "verify.not-in-force")
        elif thread.opening == said and not _was_in_force(case, said, mechanism):
            checks.fails("charter", heard.about, "verify.not-yet-in-force")
        else:
            checks.holds("charter", heard.about)


def _check_founders(case: Case, about: About, charter: Charter) -> None:
    try:
        rule = judge_founders(charter, case.directory)
    except ComityError:
        # A member whose card is missing is named once, for the whole file.
        case.checks.rests(["charter"], about)
        return
    if rule is None:
        case.checks.holds("charter", about)
    else:
        facts = {"rule": rule.id, "text": f"{rule.text.zh} {rule.text.en}"}
        case.checks.fails("charter", about, "verify.without-effect", **facts)


def check_members(case: Case, threads: Sequence[Thread], mechanism: Mechanism | None) -> None:
    """Note every party that speaks or is addressed and whose card is not there."""
    parties = {each for thread in threads if thread.telling for each in thread.telling.parties}
    if mechanism is not None and mechanism.charter is not None:
        parties |= set(mechanism.charter.terms.members)
    for party in sorted(parties - set(case.directory.parties)):
        case.checks.missing("card", WHOLE, "verify.card-missing", party=party)


def check_exporter_belongs(case: Case, subject: Thread) -> None:
    """Check that whoever signed the manifest is a party of the subject.

    The end of a thread is cited by nobody: that it was not left out, only the exporter's
    signature says, and a stranger's card costs nothing.
    """
    exporter = case.bundle.manifest.exporter
    if subject.telling is not None and exporter not in subject.telling.parties:
        about = About(object=SIGNATURE)
        case.checks.fails("manifest", about, "verify.exporter-stranger", name=case.name(exporter))


def _was_in_force(case: Case, opening: Said, mechanism: Mechanism) -> bool:
    """Whether the opener's log held every accession before the opening, as far as it shows."""
    mine = case.logs.receipts.get((opening.id, opening.issuer))
    charter = mechanism.charter
    if mine is None or charter is None:
        return True
    for heard in case.hearing.heard.values():
        said = heard.said
        counts = said.subject == charter.subject and said.id not in mechanism.without_effect
        if counts and said.act.type in MECHANISM.kinds:
            theirs = case.logs.receipts.get((said.id, opening.issuer))
            if theirs is not None and theirs.index > mine.index:
                return False
    return True


def _read(
    case: Case, subject: SubjectId, ground: Ground | None, net: StatementId | None = None
) -> Thread:
    heard = {sid: each for sid, each in case.hearing.heard.items() if each.said.subject == subject}
    chosen = choose_thread(_as_logged(case, heard), case.bundle.manifest.exporter, net)
    opening, said = chosen.opening, chosen.said
    if opening is None:
        urn = subject_urn(subject)
        case.checks.missing("links", WHOLE, "verify.opening-missing", subject=urn)
        for each in heard.values():
            case.checks.rests(["rules"], each.about)
        check_states(heard, None, None, case.checks)
        return Thread(
            subject=subject, heard=heard, opening=None, telling=None, capability=None, state=None
        )
    telling = tell(said, parties_of(opening), struck=case.struck)
    capability = capability_of(opening.act.type)
    state, retold = None, None
    if capability is not None and ground is not None:
        proofs = proven(said, case.hearing.entries, case.directory, ground)
        retold = partial(capability.fold, ground=proofs)
        state = retold(telling.told)
    apart = frozenset(each.id for each in chosen.apart)
    thread = Thread(
        subject=subject,
        heard=heard,
        opening=opening,
        telling=telling,
        capability=capability,
        state=state,
        barred=_barred(telling, state) | dict.fromkeys(apart, ADDRESSED),
        apart=apart,
    )
    newer = None if ground is None else newer_version(opening, ground)
    if newer is not None:
        about = heard[opening.id].about
        case.checks.open(
            "rules", about, Verdict.UNKNOWN_VERSION, "verify.newer-format", format=ascii(newer)
        )
    _check_links(case, thread, telling)
    _check_logged(case, thread, telling)
    _check_rules(case, thread, telling)
    check_states(heard, telling, retold, case.checks)
    return thread


def _as_logged(case: Case, heard: Mapping[StatementId, Heard]) -> list[Said]:
    """Return the statements in the order of the exporter's log, as far as receipts prove it."""
    exporter, unproved = case.bundle.manifest.exporter, LARGEST

    def place(sid: StatementId) -> tuple[int, StatementId]:
        receipt = case.logs.receipts.get((sid, exporter))
        return (unproved if receipt is None else receipt.index), sid

    return [heard[sid].said for sid in sorted(heard, key=place)]


def _check_links(case: Case, thread: Thread, telling: Telling) -> None:
    """Note every statement that another refers to and that is not there."""
    for sid, each in sorted(thread.heard.items()):
        act = each.said.act
        named = {*act.seen, *filter(None, (act.prev, act.case))}
        gone = sorted(named - set(thread.heard) - telling.filled)
        for absent in gone:
            facts = {"sid": absent.hex(), "by": sid.hex()}
            case.checks.missing("links", each.about, "verify.statement-missing", **facts)
        if not gone:
            case.checks.holds("links", each.about)
    for fork in telling.forks:
        one, other = (each.hex() for each in fork.branches[:2])
        name, about = case.name(fork.issuer), thread.heard[fork.branches[0]].about
        case.checks.note("links", about, "verify.fork", name=name, one=one, other=other)


def _check_logged(case: Case, thread: Thread, telling: Telling) -> None:
    """Note every party of the thread whose receipt for a statement is not there."""
    for sid, each in sorted(thread.heard.items()):
        if sid in thread.apart:
            continue
        for party in telling.parties:
            if not case.bundle.holds(receipt_path(sid, party)):
                about = About(object=each.about.object, statement=sid, log=party)
                facts = {"name": case.name(party), "sid": sid.hex()}
                case.checks.missing("inclusion", about, "verify.receipt-missing", **facts)


def _check_rules(case: Case, thread: Thread, telling: Telling) -> None:
    """Check the form that each kind wants, and say what the rules make of each statement."""
    for sid, each in sorted(thread.heard.items()):
        if not _check_kind(case, thread, each):
            continue
        rule = thread.barred.get(sid)
        if sid in telling.waiting:
            case.checks.missing("rules", each.about, "verify.waiting")
        elif thread.state is None:
            case.checks.rests(["rules"], each.about)
        elif rule is not None:
            case.checks.holds("rules", each.about, without_effect(rule))
        elif is_nodes_word(each.said.act.type) and not each.said.by_node:
            case.checks.note("rules", each.about, "verify.said-by-officers")
        else:
            case.checks.holds("rules", each.about)


def _barred(telling: Telling, state: State | None) -> dict[StatementId, Rule]:
    barred = {each.said.id: each.barred for each in telling.told if each.barred is not None}
    return barred if state is None else barred | dict(state.without_effect)


def without_effect(rule: Rule) -> BilingualText:
    """Return the words for a statement that a rule bars."""
    return BilingualText(
        zh=f"不产生效力（{rule.id}）：{rule.text.zh}",
        en=f"Without effect ({rule.id}): {rule.text.en}",
    )


def _check_kind(case: Case, thread: Thread, heard: Heard) -> bool:
    """Check that a kind is known, and that the statement is of its form."""
    kind, capability = heard.said.act.type, thread.capability
    if is_nodes_word(kind):
        return capability is not None or _unknown(case, heard)
    if capability is None or kind not in capability.kinds:
        return _unknown(case, heard)
    if heard.complete:
        try:
            capability.check(heard.said, heard.sections)
        except FormatError as error:
            if error.code.endswith(NEWER):
                return _unknown(case, heard)
            case.checks.error("rules", heard.about, error)
            return False
    return True


def is_nodes_word(kind: str) -> bool:
    """Tell whether nodes say this by themselves; officers may, and then it is told (THREAD-5)."""
    return kind == SEEN or kind.startswith(DELIVERY)


def _unknown(case: Case, heard: Heard) -> bool:
    kind = ascii(heard.said.act.type)
    case.checks.open(
        "rules", heard.about, Verdict.UNKNOWN_VERSION, "verify.unknown-kind", kind=kind
    )
    return False
