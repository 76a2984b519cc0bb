"""What a node keeps, in one value: database, log, keys, parties, mechanisms."""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from comity.errors import RuleError, TrustError
from comity.fold.capability import Ground
from comity.fold.entry import Said
from comity.fold.opening import choose_thread
from comity.fold.rule import Rule, refuse
from comity.fold.thread import parties_of, tell
from comity.kit.office import MechanismView, PartyView
from comity.node.aside import Tale, set_aside_of, state_of
from comity.node.clock import Clock
from comity.node.keyring import KeyRing
from comity.node.ledger import Ledger, blob
from comity.node.loading import load_one, load_said
from comity.node.outside import Outside
from comity.node.settings import Settings
from comity.node.trial import Trial, tried_apart
from comity.parties.address import Address
from comity.parties.card import CardContent, read_card
from comity.parties.charter import CHARTER, charter_names, ground_of, quorum_of
from comity.parties.directory import Directory
from comity.parties.inception import Party
from comity.parties.keys import read_vouch, vouchers_needed
from comity.parties.mechanism import MECHANISM, Mechanism, founding_ground
from comity.statement.act import decode_act
from comity.statement.body import Section, open_body
from comity.statement.envelope import parse
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText
from comity.statement.vault import Vault
from comity.store.blobs import Blobs
from comity.store.sqlite import Connection, Q, Row, Store

DEFAULT_SETTLE_SECONDS: Final = 2
UNDER_A_MECHANISM = Rule(
    "NODE-1",
    BilingualText(
        zh="事项须在本方为成员、且已经生效的机制之下开启。",
        en="A subject must be opened under a mechanism that is in force and of which we are a "
        "member.",
    ),
    "docs/adr/0009-mechanisms.md",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A mechanism as it follows from exactly these statements."""

    thread: tuple[bytes, ...]
    view: MechanismView | None


@dataclass(slots=True, kw_only=True)
class Keeping:
    """A node's belongings.  Only the writer changes them."""

    settings: Settings
    store: Store
    ledger: Ledger
    blobs: Blobs
    vault: Vault
    keys: KeyRing
    clock: Clock
    own: Party
    outside: Outside = field(default_factory=Outside)
    directory: Directory = field(default_factory=Directory)
    cards: dict[PartyId, CardContent] = field(default_factory=dict)
    codes: dict[PartyId, str] = field(default_factory=dict)
    trial: Trial = tried_apart
    """Tells whether a fold comes to an end before it is run here."""
    _views: dict[StatementId, "_Kept"] = field(default_factory=dict)

    @property
    def party(self) -> PartyId:
        """Whose node this is."""
        return self.own.id

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration."""
        return self.own.demo

    def load_parties(self) -> None:
        """Read the parties that were met from the database."""
        directory = Directory.of([self.own])
        rows = self.store.all("parties", db=self.store.write)
        if rows and not self.store.one("any_party_digest", db=self.store.write):
            # A database from before they were kept.
            for row in rows:
                self.store.write.execute(Q["set_meta"], (party_digest_key(row), party_digest(row)))
        for _, code, card, _ in rows:
            content = read_card(str(card), self.vouched)
            directory = directory.admit(content.party)
            self.cards[content.party.id] = content
            if code is not None:
                self.codes[content.party.id] = str(code)
        self.directory = directory

    def knows(self, directory: Directory) -> None:
        """Know these parties and their keys from now on; called by the writer."""
        self.directory = directory
        self.own = directory.party(self.party)

    def vouched(self, mechanism: StatementId, keys: StatementId) -> bool:
        """Tell whether enough members of a mechanism stand for keys that a party lost (KEYS-5)."""
        view = self.mechanism(mechanism, self.store.write)
        if view is None or not view.in_force:
            return False
        by = set()
        for issuer, act in self.store.all("vouches", db=self.store.write):
            party = self.directory.parties.get(PartyId(str(issuer)))
            if party is None or party.id not in view.ground.members:
                continue
            of, sid, net = read_vouch(party, decode_act(blob(act)))
            if (sid, net) == (keys, mechanism) and of != party.id:
                by.add(party.id)
        return len(by) >= vouchers_needed(len(view.ground.members), view.decision)

    def met(self, content: CardContent, code: str | None) -> None:
        """Keep a card from now on; called by the writer, after it is durable."""
        # New mappings: other threads may be reading the old ones.
        self.cards = {**self.cards, content.party.id: content}
        if code is not None:
            self.codes = {**self.codes, content.party.id: code}

    def party_view(self, party: PartyId) -> PartyView:
        """Return a party as pages show it; raises ``parties.unknown``."""
        found = self.directory.party(party)
        return PartyView(id=party, names=found.names, code=self.codes.get(party), demo=found.demo)

    def find_party(self, word: str) -> PartyView:
        """Resolve a local name, an id, or the beginning of one."""
        for party, code in self.codes.items():
            if code == word:
                return self.party_view(party)
        return self.party_view(self.directory.find(word).id)

    def address_of(self, party: PartyId) -> Address:
        """Return where a party's node answers; raises ``parties.unknown``."""
        self.directory.party(party)
        return self.cards[party].address

    def sections(self, sid: StatementId, db: Connection | None = None) -> dict[str, Section]:
        """Return the body of a statement that is held.

        Raises:
            TrustError: ``node.no-such-statement``; ``vault.not-opened`` if it was changed.

        """
        plaintext, signed = self.body(sid, db)
        return open_body(plaintext, parse(signed).payload)

    def body(self, sid: StatementId, db: Connection | None = None) -> tuple[bytes, bytes]:
        """Return the body of a statement as it is encrypted for a party, and what was signed.

        Raises:
            TrustError: as ``sections``.

        """
        row = self.store.one("body", sid, db=db)
        if not row:
            raise TrustError("node.no-such-statement", sid=sid.hex())
        return self.vault.open(blob(row[0]), sid), blob(row[1])

    def mechanism(self, net: StatementId, db: Connection | None = None) -> MechanismView | None:
        """Return a mechanism by its charter's id, as far as its thread is held."""
        opening = load_one(self.store, net, db)
        if opening is None or opening.act.type != CHARTER or opening.act.case is not None:
            return None
        thread = tuple(
            blob(row[0]) for row in self.store.all("thread_sids", opening.subject, db=db)
        )
        aside = set_aside_of(self.store, opening.subject, db)
        thread += tuple(aside)
        kept = self._views.get(net)
        if kept is None or kept.thread != thread:
            held = [each for each, _, _ in load_said(self.store, opening.subject, db)]
            chosen = choose_thread(held, self.party, net)
            told = tell(chosen.said, parties_of(opening)).told
            tale = Tale(
                subject=opening.subject,
                capability=MECHANISM,
                told=tuple(each for each in told if each.said.id not in aside),
                ground=founding_ground(),
            )
            state = state_of(tale, self.store, self.trial, db)
            view = self._view(state, opening, db) if isinstance(state, Mechanism) else None
            kept = _Kept(thread=thread, view=view)
            self._views[net] = kept
        return kept.view

    def _view(self, state: Mechanism, opening: Said, db: Connection | None) -> MechanismView | None:
        charter = state.charter
        if charter is None or charter.net != opening.id:
            return None
        sections = self.sections(charter.net, db)
        return MechanismView(
            net=charter.net,
            subject=charter.subject,
            names=charter_names(opening.act, sections),
            ground=ground_of(charter),
            in_force=not state.awaited,
            demo=charter.terms.demo,
            settle_seconds=charter.terms.settle_seconds,
            decision=charter.terms.decision,
            review=charter.terms.review,
            grace=charter.terms.grace,
            awaited=state.awaited,
            quorum=quorum_of(charter.terms),
        )

    def ground_of(self, net: StatementId | None, db: Connection | None = None) -> Ground:
        """Return what rules may know of a thread's mechanism."""
        view = None if net is None else self.mechanism(net, db)
        return founding_ground() if view is None else view.ground

    def settle_seconds(self, opening: Said, db: Connection | None = None) -> int:
        """Return how long this node waits before it says ``thread.seen`` in a thread."""
        view = self.mechanism(opening.act.net or opening.id, db)
        return view.settle_seconds if view is not None else DEFAULT_SETTLE_SECONDS

    def refuse_if_not_in_force(
        self, net: StatementId | None, db: Connection | None = None
    ) -> RuleError | None:
        """Return what bars a thread under this mechanism, or ``None``."""
        view = None if net is None else self.mechanism(net, db)
        if view is None or not view.in_force or self.party not in view.ground.members:
            return refuse(UNDER_A_MECHANISM)
        return None


def party_digest_key(row: Row) -> str:
    """Return under which name the digest of a row of the table ``party`` is kept."""
    return f"party/{row[0]!s}"


def party_digest(row: Row) -> bytes:
    """Return the digest of such a row: nothing else says what a party is called here."""
    return sha256(repr(row).encode()).digest()


def draft_label(draft: str) -> bytes:
    """Return the label under which a draft is encrypted at rest."""
    return b"comity/draft/" + draft.encode()
