"""A thread as this node holds it: loaded from the log, told, folded, shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from comity.fold.capability import Capability, FirstReceipts, Ground, State
from comity.fold.entry import Said
from comity.fold.opening import choose_thread
from comity.fold.thread import Telling, parties_of, tell
from comity.kit.office import EntryView, ReceiptView, ThreadView
from comity.node.aside import Tale, set_aside_of, state_of
from comity.node.contested import contested_in
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.node.loading import load_said
from comity.parties.cites import proven
from comity.parties.compromise import Standing
from comity.registry import capability_of
from comity.statement.body import Section
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.store.sqlite import Connection

NO_GROUND = Ground(net=None, members=(), profiles={}, languages={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The statements of one subject, told and folded."""

    subject: SubjectId
    said: Mapping[StatementId, Said]
    """Among the parties of the thread; in log order."""
    leaves: Mapping[StatementId, int]
    """Index of each statement in this node's log."""
    entries: Mapping[StatementId, bytes]
    """What each log has as the entry of a statement."""
    opening: Said | None
    telling: Telling
    capability: Capability | None
    """``None`` where nothing here knows the kind."""
    state: State | None
    ground: Ground
    set_aside: Mapping[StatementId, str] = field(default_factory=dict)
    """What this node cannot tell, and why."""
    contested: frozenset[StatementId] = frozenset()
    """Signed with a key that its party declared compromised, and not proved to be its own."""

    @property
    def tale(self) -> Tale | None:
        """What its state is folded from."""
        return None if self.capability is None else tale_of(self)


def load_thread(
    keeping: Keeping,
    subject: SubjectId,
    db: Connection | None = None,
    opening: StatementId | None = None,
    *,
    folded: bool = True,
) -> Thread:
    """Load, tell and fold a thread.

    Args:
        keeping: what the node holds.
        subject: the thread's subject; one that nobody opened gives an empty thread.
        db: the writer's connection, inside a transaction.
        opening: of several threads of one subject, the one that this opened; by default the
            one that this party is in (``fold.opening``).
        folded: whether to fold it; without, there is no state.

    Raises:
        PeerError: ``node.not-told``: the writer has not sorted out yet what cannot be told.

    """
    held = {row[0].id: row for row in load_said(keeping.store, subject, db)}
    chosen = choose_thread([each for each, _, _ in held.values()], keeping.party, opening)
    first, said = chosen.opening, {each.id: each for each in chosen.said}
    standings = contested_in(keeping, chosen.said, db)
    struck = {sid for sid, each in standings.items() if each is Standing.STRUCK}
    telling = tell(said.values(), parties_of(first) if first else (), struck=struck)
    capability = capability_of(first.act.type) if first else None
    entries = {sid: held[sid][2] for sid in said}
    ground = NO_GROUND
    if first is not None and capability is not None:
        ground = keeping.ground_of(first.act.net, db)
        ground = proven(said.values(), entries, keeping.directory, ground)
    thread = Thread(
        subject=subject,
        said=said,
        leaves={sid: held[sid][1] for sid in said},
        entries=entries,
        opening=first,
        telling=telling,
        capability=capability,
        state=None,
        ground=ground,
        set_aside=set_aside_of(keeping.store, subject, db),
        contested=frozenset(standings),
    )
    tale = thread.tale
    if not folded or first is None or tale is None:
        return thread
    return replace(thread, state=state_of(tale, keeping.store, keeping.trial, db))


def tale_of(thread: Thread) -> Tale:
    """Return what a thread's state is folded from, without what is set aside."""
    assert thread.capability is not None  # noqa: S101 - the caller has looked
    told = (each for each in thread.telling.told if each.said.id not in thread.set_aside)
    return Tale(
        subject=thread.subject,
        capability=thread.capability,
        told=tuple(told),
        ground=thread.ground,
    )


@dataclass(frozen=True, slots=True)
class LazySections(Mapping[str, Section]):
    """The sections of a statement, decrypted when they are first asked for."""

    keeping: Keeping
    sid: StatementId
    db: Connection | None
    found: dict[str, Section] = field(default_factory=dict)

    def _open(self) -> dict[str, Section]:
        if not self.found:
            self.found.update(self.keeping.sections(self.sid, self.db))
        return self.found

    def __getitem__(self, name: str) -> Section:
        return self._open()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._open())

    def __len__(self) -> int:
        return len(self._open())


def view_of(
    keeping: Keeping,
    thread: Thread,
    db: Connection | None = None,
    bodies: Mapping[StatementId, Mapping[str, Section]] = MappingProxyType({}),
) -> ThreadView | None:
    """Return a thread as a capability sees it, or ``None`` if nothing here knows its kind.

    Args:
        keeping: what the node holds.
        thread: from ``load_thread``.
        db: the writer's connection, inside a transaction.
        bodies: those that are at hand; the others are decrypted when somebody asks.

    """
    if thread.opening is None or thread.state is None:
        return None
    receipts = receipts_of(keeping, thread, db)
    times = {(sid, each.log): each.time for sid, found in receipts.items() for each in found}
    return ThreadView(
        subject=thread.subject,
        parties=thread.telling.parties,
        telling=thread.telling,
        state=thread.state,
        entries={
            sid: EntryView(
                said=each,
                sections=bodies.get(sid) or LazySections(keeping, sid, db),
                receipts=tuple(receipts.get(sid, ())),
                contested=sid in thread.contested,
            )
            for sid, each in thread.said.items()
        },
        ground=thread.ground,
        receipts=FirstReceipts(times=times, subject=thread.subject),
        demo=keeping.demo,
        set_aside=thread.set_aside,
    )


def receipts_of(
    keeping: Keeping, thread: Thread, db: Connection | None
) -> dict[StatementId, list[ReceiptView]]:
    """Return every receipt held for a thread: our own log's, then the others'.

    All of them were verified before they were stored.
    """
    found: dict[StatementId, list[ReceiptView]] = {}
    for sid, size, time in keeping.store.all("thread_heads", thread.subject, db=db):
        mine = ReceiptView(log=keeping.party, size=number(size), time=number(time), verified=True)
        found.setdefault(StatementId(blob(sid)), []).append(mine)
    for row in keeping.store.all("thread_receipts", thread.subject, db=db):
        found.setdefault(StatementId(blob(row[0])), []).append(
            ReceiptView(
                log=PartyId(str(row[1])),
                size=number(row[2]),
                time=number(row[3]),
                verified=True,
                encoded=blob(row[4]),
            )
        )
    for receipts in found.values():
        receipts.sort(key=lambda each: each.log)
    return found
