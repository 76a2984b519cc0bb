"""One party's node, assembled: what peers, officers and the courier ask it."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import apsw

from comity.errors import ComityError, FormatError, PeerError, ProofError, TrustError
from comity.fold.opening import circle_of
from comity.kit.office import Done, Saying, ThreadView
from comity.log.tiles import TILE_WIDTH, encode_bundle
from comity.node.clock import Clock
from comity.node.founding import make_keeping
from comity.node.givenback import GivenBack
from comity.node.held import Held
from comity.node.inspection.looks import Body
from comity.node.inspection.scrub import Scrub
from comity.node.keeping import Keeping
from comity.node.keychain import Keychain
from comity.node.keyring import TRANSPORT, KeyRing, Live, load_keys, open_vault
from comity.node.keythreads import own_card
from comity.node.ledger import blob, number
from comity.node.loading import load_one
from comity.node.outbox import Outbox, OutboxItem, Parcel
from comity.node.receive import Receive, blobs_of
from comity.node.recovery import Recovery
from comity.node.register import Entrant, Register
from comity.node.rotation import Rotation
from comity.node.settings import Settings, load_settings
from comity.node.submit import ATTACHMENTS, Refusing, Submit, prepare
from comity.node.surfaces import PROJECTIONS
from comity.node.turns import Turns
from comity.node.watch import Watch
from comity.node.witness import Witness
from comity.node.writer import Transaction, Writer, fault
from comity.parties.address import Address
from comity.parties.directory import Directory
from comity.parties.inception import KIND as INCEPTION
from comity.parties.inception import Party, read_inception
from comity.parties.keys import KINDS as KEY_KINDS
from comity.statement.body import open_body
from comity.statement.envelope import attach, parse
from comity.statement.keys import Signer
from comity.statement.model import PartyId, StatementId, SubjectId, subject_of
from comity.statement.seal import seal
from comity.statement.vault import Vault
from comity.store.blobs import Blobs
from comity.store.projections import Projection
from comity.store.sqlite import Store, named

WORKERS: Final = 2
MOST_MISSING: Final = 16
"""Of one holder at a time."""
ABANDONED_SECONDS: Final = 7 * 86_400
"""After how long an attachment that stopped arriving is forgotten."""
FULL_SECONDS: Final = 10
"""When a peer may try again whose statement there is no room for."""
STAND_BACK_SECONDS: Final = 60


class Node:
    """A node.  Everything here may be called from any thread."""

    def __init__(self, keeping: Keeping, projections: Iterable[Projection[ThreadView]]) -> None:
        """Start the writer and the workers; complete what a crash interrupted."""
        self.keeping = keeping
        self.projections = {each.name: each for each in projections}
        self.register = Register(keeping, self.projections.values())
        self.submit = Submit(keeping, self.register)
        self.outbox = Outbox(keeping.store, lambda: keeping.ledger.quarantine is not None)
        self.writer = Writer(keeping.store, keeping.ledger, keeping.clock, self.register.show)
        self.checking = Receive(keeping, Refusing(keeping, self.submit, self.writer))
        self.witness = Witness(keeping, self.writer)
        self.watch = Watch(keeping, self.writer)
        self.body = Body(keeping=keeping, checking=self.checking, projections=self.projections)
        self.scrub = Scrub(self.body, partial(self.writer.submit, signs=False))
        self.recovery = Recovery(keeping, self.checking, self.register, self.writer)
        self.held = Held(keeping, self._pack)
        self.keychain = Keychain(keeping, self.register, self.writer)
        self.rotation = Rotation(keeping, self.register, self.writer)
        self.given_back = GivenBack(keeping, self.rotation, self.writer)
        self._workers = ThreadPoolExecutor(WORKERS, "verify")
        self._turns = Turns()
        self._ticking = threading.Lock()
        self.meeting = threading.Lock()
        """Held while a party is met: what one card claims is known before the next is read."""
        self._coming: dict[StatementId, Future[bytes]] = {}
        self._packed: dict[tuple[StatementId, PartyId], int] = {}
        keeping.blobs.sweep(keeping.clock.now() - ABANDONED_SECONDS)
        try:
            self.complete()
        except BaseException:
            self._workers.shutdown()
            self.writer.close()
            raise

    def complete(self) -> None:
        """Do what a crash or a quarantine left undone, unless the node is in one."""
        if self.keeping.ledger.quarantine is None:
            self.writer.submit(self._complete).result()
            for listener in self.writer.listeners:
                listener()

    def _complete(self, transaction: Transaction) -> None:
        """Sign the head that a crash left unsigned, and make the rows that are stale."""
        ledger = self.keeping.ledger
        last = ledger.last_head()
        unsigned = ledger.size - (last.size if last else 0)
        if self.register.is_stale(transaction):
            self.register.rebuild(transaction)
        if unsigned:
            ledger.seal(transaction.now, lambda: None)
            for (subject,) in transaction.all("subjects_from", ledger.size - unsigned):
                transaction.touched.add(SubjectId(blob(subject)))

    def close(self) -> None:
        """Finish what is under way and let the folder go."""
        self._workers.shutdown()
        self.witness.close()
        self.writer.close()
        self.keeping.store.close()

    # What the exchange asks.

    @property
    def party(self) -> PartyId:
        """Whose node it is."""
        return self.keeping.party

    @property
    def clock(self) -> Clock:
        """The one clock."""
        return self.keeping.clock

    @property
    def blobs(self) -> Blobs:
        """Attachments."""
        return self.keeping.blobs

    @property
    def settings(self) -> Settings:
        """How the node is set up."""
        return self.keeping.settings

    @property
    def tree_size(self) -> int:
        """How many entries the newest signed head covers."""
        row = self.keeping.store.one("last_head")
        return number(row[0]) if row else 0

    def signer(self, purpose: str) -> Signer:
        """Return the party's own key of a purpose, for example ``transport``.

        Raises:
            FormatError: ``node.keys``: the keys are not on this machine.

        """
        found = self.keeping.keys.signing.get(purpose)
        if found is None:
            raise FormatError("node.keys", path=str(self.settings.folder / "keys.bin"))
        return Live(lambda: self.keeping.keys, purpose) if purpose == TRANSPORT else found

    def directory(self) -> Directory:
        """Return the parties it has met, and itself."""
        return self.keeping.directory

    def address_of(self, party: PartyId) -> Address:
        """Return where a party's node answers; also its own."""
        if party == self.party:
            return Address(url=self.settings.url, pin=self.settings.pin)
        return self.keeping.address_of(party)

    def card_text(self) -> str:
        """Return the party's card, as it is handed to others."""
        return own_card(self.keeping)

    def receive(self, caller: PartyId, signed: bytes, sealed: bytes) -> "Future[bytes]":
        """Take a statement: verify, decrypt, log; the future is our receipt.

        The future raises ``PeerError`` for what heals, and another ``ComityError`` for what
        is final.  It cannot be cancelled.
        """
        answer: Future[bytes] = Future()
        answer.set_running_or_notify_cancel()
        trouble = self.keeping.ledger.quarantine
        if trouble is not None:
            # Final for us, not for the statement: its sender tries again.
            answer.set_exception(PeerError("node.not-signing", why=trouble.code))
        elif self.settings.free_bytes < self.settings.reserve_bytes:
            answer.set_exception(PeerError("node.disk-full", retry_after=FULL_SECONDS))
        else:
            delivery = Delivery(caller, signed, sealed)
            self._work(answer, caller, lambda: self._receive(delivery, answer))
        return answer

    def _work(self, answer: "Future[bytes]", whose: PartyId, work: Callable[[], None]) -> None:
        """Let a worker do something that answers, in its peer's turn; there is always an answer."""

        def guarded() -> None:
            try:
                work()
            except ComityError as error:
                answer.set_exception(error)
            except Exception as error:  # noqa: BLE001 - a poisoned statement stops nothing else
                answer.set_exception(fault(error))

        try:
            self._turns.put(whose, guarded)
            self._workers.submit(self._turns.take)
        except RuntimeError:
            answer.set_exception(PeerError("node.stopped", why="closed"))

    def _receive(
        self, delivery: "Delivery", answer: "Future[bytes]", *, again: bool = False
    ) -> None:
        unverified = parse(delivery.signed)
        coming = self._coming.setdefault(unverified.sid, answer)
        if coming is answer:
            answer.add_done_callback(lambda _: self._coming.pop(unverified.sid, None))
        try:
            entrant = self.checking.check(delivery.caller, unverified, delivery.sealed)
        except PeerError as error:
            if error.code != "node.opening-not-held" or again:
                raise
            self._after_opening(delivery, error, answer)
        else:
            self._take(entrant, answer)

    def _after_opening(
        self, delivery: "Delivery", error: PeerError, answer: "Future[bytes]"
    ) -> None:
        """Look again once the opening is in, if it is on its way; else remember to ask for it."""
        unverified = parse(delivery.signed)
        case = StatementId(bytes.fromhex(str(error.facts["case"])))
        opening = self._coming.get(case)
        if opening is not None and opening is not answer:
            retry = partial(self._receive, delivery, answer, again=True)
            opening.add_done_callback(lambda _: self._work(answer, delivery.caller, retry))
            return
        subject = subject_of(unverified.header.subject)
        issuer = PartyId(unverified.header.issuer)
        self.writer.submit(lambda transaction: transaction.run("wish", case, issuer, subject))
        raise error

    def _take(self, entrant: Entrant, answer: "Future[bytes]") -> None:
        def finish(future: "Future[int]") -> None:
            try:
                answer.set_result(self.keeping.ledger.receipt_now(future.result()))
            except ComityError as error:
                answer.set_exception(error)
            except Exception as error:  # noqa: BLE001 - whatever happens, there is an answer
                answer.set_exception(fault(error))

        def job(transaction: Transaction) -> int:
            return self.register.take(transaction, entrant).leaf

        self.writer.submit(job).add_done_callback(finish)

    def register_bare(self, signed: bytes) -> "Future[bytes]":
        """Return our receipt for a statement that we hold; its body must come by delivery."""
        answer: Future[bytes] = Future()
        try:
            statement = self.checking.check_bare(signed)
            receipt = self.receipt_for_entry(statement.entry)
            if receipt is None:
                raise FormatError("node.body-needed", sid=statement.sid.hex())
            answer.set_result(receipt)
        except ComityError as error:
            answer.set_exception(error)
        return answer

    def receipt_for_entry(self, entry: bytes) -> bytes | None:
        """Return our first receipt for an entry."""
        row = self.keeping.store.one("by_entry", entry)
        return self.keeping.ledger.receipt(number(row[0])) if row else None

    def statement_for(self, caller: PartyId, sid: StatementId) -> tuple[bytes, bytes]:
        """Return a statement with its receipts, and its body sealed for the caller.

        Raises:
            TrustError: ``node.no-such-statement``: it is not there, or not the caller's to see.

        """
        said = load_one(self.keeping.store, sid)
        if said is None or (caller not in circle_of(said) and said.act.type not in KEY_KINDS):
            raise TrustError("node.no-such-statement", sid=sid.hex())
        parcel = self._pack(sid, caller)
        return parcel.signed, parcel.sealed

    def checkpoint(self) -> str:
        """Return the newest signed head, and under it what outside witnesses signed of it.

        Raises:
            PeerError: ``node.no-head-yet``.

        """
        checkpoint = self.keeping.ledger.checkpoint()
        if checkpoint is None:
            raise PeerError("node.no-head-yet", size=self.keeping.ledger.size)
        return checkpoint + self.keeping.outside.lines(checkpoint)

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return a tile of hashes."""
        return self.keeping.ledger.tree.tile(level, number, width)

    def bundle(self, number: int, width: int) -> bytes:
        """Return a bundle of entries.

        Raises:
            ProofError: ``log.no-such-tile``.

        """
        start = number * TILE_WIDTH
        rows = self.keeping.store.all("entries_between", start, start + width)
        if len(rows) != width:
            raise ProofError("log.no-such-tile", level=0, number=number)
        return encode_bundle([blob(row[0]) for row in rows])

    def parcel(self, item: OutboxItem) -> Parcel:
        """Return a waiting statement, ready to travel."""
        receipts = self._receipts(item.sid)
        self._packed[item.sid, item.peer] = len(receipts)
        return self._pack(item.sid, item.peer, receipts)

    def _pack(
        self, sid: StatementId, peer: PartyId, receipts: Sequence[bytes] | None = None
    ) -> Parcel:
        keeping = self.keeping
        plaintext, signed = keeping.body(sid)
        row = keeping.store.one("by_sid", sid)
        own = keeping.ledger.receipt_now(number(row[0]))
        others = self._receipts(sid) if receipts is None else receipts
        return Parcel(
            signed=attach(signed, [own, *others]),
            sealed=seal(plaintext, keeping.directory.party(peer).kem, sid),
            public=plaintext if str(row[6]) in KEY_KINDS else None,
            # A body in which the word does not stand has no attachments.
            blobs=blobs_of(keeping.sections(sid)) if ATTACHMENTS.encode() in plaintext else (),
        )

    def _receipts(self, sid: StatementId) -> list[bytes]:
        """Return the receipts of other logs that are held for a statement."""
        return [blob(each[3]) for each in self.keeping.store.all("receipts_of", sid)]

    def delivered(self, sid: StatementId, peer: PartyId, receipt: bytes) -> "Future[None]":
        """Verify the addressee's receipt and note the delivery.

        Raises:
            ProofError: the receipt does not hold.
            TrustError: ``node.no-such-statement``; ``node.other-receipt``: it is another log's.

        """
        keeping = self.keeping
        said = load_one(keeping.store, sid)
        if said is None:
            raise TrustError("node.no-such-statement", sid=sid.hex())
        held = self.checking.receipt_of(blob(keeping.store.one("by_sid", sid)[5]), receipt)
        if held[0] != peer:
            raise TrustError("node.other-receipt", party=held[0])

        def job(transaction: Transaction) -> None:
            before = {str(each[0]) for each in transaction.all("receipts_of", sid)}
            packed = self._packed.pop((sid, peer), len(before))
            # A receipt of a third party that came while this one travelled goes after it.
            done = len(before - {peer}) <= packed
            transaction.run("outbox_done" if done else "outbox_again", peer, sid)
            transaction.queued |= not done
            self.register.keep_receipts(transaction, sid, [held])
            transaction.touched.add(said.subject)
            if peer not in before and said.issuer == keeping.party:
                # The issuer passes an addressee's receipt on to every other party (ruling 15).
                self.register.queue(transaction, sid, sorted(circle_of(said) - {peer}))

        return self.writer.submit(job)

    def postponed(
        self, sids: Sequence[StatementId], peer: PartyId, problem: str, retry_at: int
    ) -> "Future[None]":
        """Note that it did not work now, and when to try again (unix seconds)."""

        def job(transaction: Transaction) -> None:
            for sid in sids:
                transaction.run("outbox_postpone", retry_at, problem, peer, sid)

        return self.writer.submit(job)

    def refused(self, sid: StatementId, peer: PartyId, problem: str) -> "Future[None]":
        """Note a final refusal; the statement stays in our log and shows as refused."""
        return self.writer.submit(lambda done: done.run("outbox_refused", problem, peer, sid))

    def sign_of_life(self, peer: PartyId) -> "Future[None]":
        """Make everything for a peer due at once."""

        def job(transaction: Transaction) -> None:
            transaction.run("outbox_alive", peer)
            transaction.queued = True

        return self.writer.submit(job)

    def add_listener(self, listener: Callable[[], None]) -> None:
        """Call back, from the writer's thread, when something new has to go out."""
        self.writer.listeners.append(listener)

    def missing(self) -> list[tuple[StatementId, PartyId]]:
        """Return statements that others cite, and one of those who do, a few at a time."""
        if self.keeping.ledger.quarantine is not None:
            return []
        return [
            (StatementId(blob(sid)), PartyId(str(holder)))
            for sid, holder in self.keeping.store.all("missing", MOST_MISSING)
        ]

    # What officers and the ticker ask.

    def say(self, saying: Saying) -> Done:
        """Say what an officer wants to say; durable and receipted when this returns."""
        prepared = prepare(self.keeping, saying)
        try:
            return self.writer.submit(
                lambda transaction: self.submit.say(transaction, prepared)
            ).result()
        except PeerError:
            # It may have been written all the same; the attachments stay.
            raise
        except ComityError:
            prepared.forget(self.blobs)
            raise

    def tick(self, now: int) -> None:
        """Say ``thread.seen`` where it is owed and the settling period is over."""
        if self.keeping.ledger.quarantine is not None or not self._ticking.acquire(blocking=False):
            return
        try:
            due = [SubjectId(blob(row[0])) for row in self.keeping.store.all("owing", now)]
            said = [(each, self.writer.submit(partial(self._say_seen, each))) for each in due]
            for subject, future in said:
                if future.exception() is not None:
                    # It stands back, so that it does not hold up the others.
                    later = now + STAND_BACK_SECONDS
                    self.writer.submit(partial(_put_off, subject, later)).result()
        finally:
            self._ticking.release()

    def _say_seen(self, subject: SubjectId, transaction: Transaction) -> None:
        if self.submit.say_seen(transaction, subject) is None:
            transaction.touched.add(subject)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a peer's node brings."""

    caller: PartyId
    signed: bytes
    sealed: bytes


def _put_off(subject: SubjectId, until: int, transaction: Transaction) -> None:
    transaction.run("put_off_seen", until, subject)


def open_node(folder: Path) -> Node:
    """Open the node of a folder, under its lock.

    Raises:
        FormatError: ``node.no-node``, ``node.settings``, ``node.secret``, ``node.keys``;
            ``store.damaged``: what stands in the database cannot be read.
        TrustError: ``node.secret-open``, ``vault.not-opened``.
        PeerError: ``store.in-use``.

    """
    settings = load_settings(folder)
    vault = open_vault(folder)
    ring = load_keys(folder, vault) if (folder / "keys.bin").exists() else KeyRing.away()
    store = Store(folder)
    try:
        party = _own_party(store, vault, settings)
        return Node(make_keeping(settings, store, party, ring), PROJECTIONS)
    except (apsw.Error, ValueError, IndexError) as error:
        store.close()
        raise named(error, folder) from error
    except BaseException:
        store.close()
        raise


def _own_party(store: Store, vault: Vault, settings: Settings) -> Party:
    row = store.one("own_latest_of_kind", INCEPTION, db=store.write)
    if not row:
        raise FormatError("node.no-inception")
    sid, signed, body = blob(row[0]), blob(row[1]), blob(row[2])
    party = read_inception(signed, open_body(vault.open(body, sid), parse(signed).payload))
    if party.id != settings.party:
        raise FormatError("node.settings", path=str(settings.folder))
    return party
