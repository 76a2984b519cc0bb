"""One party's node, assembled: what peers, officers and the courier ask it."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

from comity.errors import ComityError, FormatError, PeerError, ProofError, TrustError
from comity.fold.opening import opening_of
from comity.fold.thread import parties_of
from comity.kit.office import Done, Saying, ThreadView
from comity.log.tiles import TILE_WIDTH, encode_bundle
from comity.node.clock import Clock
from comity.node.founding import INCEPTION_SUBJECT, make_keeping
from comity.node.keeping import Keeping
from comity.node.keyring import load_keys, open_vault
from comity.node.ledger import blob
from comity.node.loading import load_said
from comity.node.outbox import Outbox, OutboxItem, Parcel
from comity.node.receive import Receive, blobs_of
from comity.node.register import Entrant, Register
from comity.node.settings import Settings, load_settings
from comity.node.submit import Submit, prepare
from comity.node.surfaces import PROJECTIONS
from comity.node.writer import Transaction, Writer
from comity.parties.address import KIND as ADDRESS
from comity.parties.address import Address
from comity.parties.card import CardPart, write_card
from comity.parties.directory import Directory
from comity.parties.inception import KIND as INCEPTION
from comity.parties.inception import Party, read_inception
from comity.statement.body import open_body, seal_plaintext
from comity.statement.envelope import attach, parse
from comity.statement.keys import Signer
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.statement.seal import seal
from comity.statement.vault import Vault
from comity.store.blobs import Blobs
from comity.store.projections import Projection
from comity.store.sqlite import Store

WORKERS: Final = 2
MOST_MISSING: Final = 64


class Node:
    """A node.  Everything here may be called from any thread."""

    def __init__(self, keeping: Keeping, projections: Iterable[Projection[ThreadView]]) -> None:
        """Start the writer and the workers; complete what a crash interrupted."""
        self.keeping = keeping
        self.projections = {each.name: each for each in projections}
        self.register = Register(keeping, self.projections.values())
        self.submit = Submit(keeping, self.register)
        self.checking = Receive(keeping)
        self.outbox = Outbox(keeping.store)
        self.writer = Writer(keeping.store, keeping.ledger, keeping.clock, self.register.show)
        self._workers = ThreadPoolExecutor(WORKERS, "verify")
        self._ticking = threading.Lock()
        if keeping.ledger.quarantine is None:
            self.writer.submit(self._complete).result()

    def _complete(self, transaction: Transaction) -> None:
        """Sign the head that a crash left unsigned, and make the rows that are stale."""
        ledger = self.keeping.ledger
        last = ledger.last_head()
        unsigned = ledger.size - (last.size if last else 0)
        if self.register.is_stale(transaction):
            self.register.rebuild(transaction)
        if unsigned:
            ledger.seal(transaction.now, lambda: None)
            for row in transaction.all("all_rows", ledger.size - unsigned, unsigned):
                transaction.touched.add(SubjectId(blob(row[3])))

    def close(self) -> None:
        """Finish what is under way and let the folder go."""
        self._workers.shutdown()
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
        return int(str(row[0])) if row else 0

    def signer(self, purpose: str) -> Signer:
        """Return the party's own key of a purpose, for example ``transport``."""
        return self.keeping.keys.signing[purpose]

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
        return write_card(self._card_part(INCEPTION), self._card_part(ADDRESS))

    def _card_part(self, kind: str) -> CardPart:
        row = self.keeping.store.one("own_latest_of_kind", kind)
        sid, signed, leaf = StatementId(blob(row[0])), blob(row[1]), int(str(row[3]))
        receipt = self.keeping.ledger.receipt(leaf)
        assert receipt is not None
        return CardPart(signed=attach(signed, [receipt]), sections=self.keeping.sections(sid))

    def receive(self, caller: PartyId, signed: bytes, sealed: bytes) -> "Future[bytes]":
        """Take a statement: verify, decrypt, log; the future is our receipt.

        The future raises ``PeerError`` for what heals, and another ``ComityError`` for what
        is final.
        """
        answer: Future[bytes] = Future()

        def work() -> None:
            try:
                self._take(self.checking.check(caller, signed, sealed), answer)
            except ComityError as error:
                answer.set_exception(error)
            except Exception as error:  # noqa: BLE001 - a poisoned statement stops nothing else
                answer.set_exception(PeerError("node.fault", why=type(error).__name__))

        try:
            self._workers.submit(work)
        except RuntimeError:
            answer.set_exception(PeerError("node.stopped", why="closing"))
        return answer

    def _take(self, entrant: Entrant, answer: "Future[bytes]") -> None:
        def finish(future: "Future[int]") -> None:
            error = future.exception()
            if error is not None:
                answer.set_exception(error)
                return
            receipt = self.keeping.ledger.receipt(future.result())
            assert receipt is not None
            answer.set_result(receipt)

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
        return self.keeping.ledger.receipt(int(str(row[0]))) if row else None

    def statement_for(self, caller: PartyId, sid: StatementId) -> tuple[bytes, bytes]:
        """Return a statement with its receipts, and its body sealed for the caller.

        Raises:
            TrustError: ``node.no-such-statement``: it is not there, or not the caller's to see.

        """
        row = self.keeping.store.one("by_sid", sid)
        if not row or caller not in self._parties(SubjectId(blob(row[2]))):
            raise TrustError("node.no-such-statement", sid=sid.hex())
        parcel = self._pack(sid, caller)
        return parcel.signed, parcel.sealed

    def _parties(self, subject: SubjectId) -> tuple[PartyId, ...]:
        if subject == INCEPTION_SUBJECT:
            return ()
        said = [each for each, _, _ in load_said(self.keeping.store, subject, None)]
        opening = opening_of(said)
        return parties_of(opening) if opening is not None else ()

    def checkpoint(self) -> str:
        """Return the newest signed head."""
        checkpoint = self.keeping.ledger.checkpoint()
        assert checkpoint is not None
        return checkpoint

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
        return self._pack(item.sid, item.peer)

    def _pack(self, sid: StatementId, peer: PartyId) -> Parcel:
        keeping = self.keeping
        sections = keeping.sections(sid)
        return Parcel(
            signed=self.with_receipts(sid),
            sealed=seal(seal_plaintext(sections.values()), keeping.directory.party(peer).kem, sid),
            blobs=blobs_of(sections),
        )

    def with_receipts(self, sid: StatementId) -> bytes:
        """Return a statement with every receipt that is held for it.

        Raises:
            PeerError: ``node.not-sealed``: the head over it is still being signed.

        """
        row = self.keeping.store.one("by_sid", sid)
        own = self.keeping.ledger.receipt(int(str(row[0])))
        if own is None:
            raise PeerError("node.not-sealed", sid=sid.hex())
        others = [blob(each[3]) for each in self.keeping.store.all("receipts_of", sid)]
        return attach(blob(row[1]), [own, *others])

    def delivered(self, sid: StatementId, peer: PartyId, receipt: bytes) -> "Future[None]":
        """Verify the addressee's receipt and note the delivery.

        Raises:
            ProofError: the receipt does not hold.
            TrustError: it is another log's.

        """
        keeping = self.keeping
        row = keeping.store.one("by_sid", sid)
        held = self.checking.receipt_of(blob(row[5]), receipt)
        if held[0] != peer:
            raise TrustError("node.other-receipt", party=held[0])
        subject = SubjectId(blob(row[2]))

        def job(transaction: Transaction) -> None:
            known = {str(each[0]) for each in transaction.all("receipts_of", sid)}
            transaction.run("outbox_done", peer, sid)
            self.register.keep_receipts(transaction, sid, [held])
            transaction.touched.add(subject)
            if peer not in known and row[3] == keeping.party:
                # The issuer passes an addressee's receipt on to every other party (ruling 15).
                others = [each for each in self._parties(subject) if each != peer]
                self.register.queue(transaction, sid, others)

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
        return self.writer.submit(
            lambda transaction: transaction.run("outbox_refused", problem, peer, sid)
        )

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
        """Return statements that waiting ones cite, and who holds them."""
        return [
            (StatementId(blob(sid)), PartyId(str(holder)))
            for sid, holder in self.keeping.store.all("missing", MOST_MISSING)
        ]

    # What officers and the ticker ask.

    def say(self, saying: Saying) -> Done:
        """Say what an officer wants to say; durable and receipted when this returns."""
        prepared = prepare(self.keeping, saying)
        return self.writer.submit(
            lambda transaction: self.submit.say(transaction, prepared)
        ).result()

    def tick(self, now: int) -> None:
        """Say ``thread.seen`` where it is owed and the settling period is over."""
        if self.keeping.ledger.quarantine is not None or not self._ticking.acquire(blocking=False):
            return
        try:
            for (subject,) in self.keeping.store.all("owing", now):
                self._seen_if_due(SubjectId(blob(subject)), now)
        finally:
            self._ticking.release()

    def _seen_if_due(self, subject: SubjectId, now: int) -> None:
        _, net, _, _, touched = self.keeping.store.one("thread", subject)
        view = None if net is None else self.keeping.mechanism(StatementId(blob(net)))
        settle = view.settle_seconds if view else 2
        if now < int(str(touched)) + settle:
            return
        self.writer.submit(lambda transaction: self.submit.say_seen(transaction, subject)).result()


def open_node(folder: Path) -> Node:
    """Open the node of a folder, under its lock.

    Raises:
        FormatError: ``node.no-node``, ``node.settings``, ``node.secret``, ``node.keys``.
        TrustError: ``node.secret-open``, ``vault.not-opened``.
        PeerError: ``store.in-use``.

    """
    settings = load_settings(folder)
    vault = open_vault(folder)
    ring = load_keys(folder, vault)
    store = Store(folder)
    try:
        party = _own_party(store, vault)
        if party.id != settings.party:
            raise FormatError("node.settings", path=str(folder))
        return Node(make_keeping(settings, store, party, ring), PROJECTIONS)
    except BaseException:
        store.close()
        raise


def _own_party(store: Store, vault: Vault) -> Party:
    row = store.one("own_latest_of_kind", INCEPTION, db=store.write)
    if not row:
        raise FormatError("node.no-inception")
    sid, signed, body = blob(row[0]), blob(row[1]), blob(row[2])
    return read_inception(signed, open_body(vault.open(body, sid), parse(signed).payload))
