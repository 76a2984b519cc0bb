"""A change of this node's keys: made ready on disk, logged, and then in force, in that order.

1. The new keys are durable in a file beside the old ones, and the next signing key in its own.
2. The change is signed with the key that was kept elsewhere, and logged in a batch of its own.
3. Before a head is signed over it, the new keys take the place of the old ones.

A crash before 2 leaves the old keys, one after it the new ones: which, the log says.

Source: wire profile, section 5.5, rulings 8 and 11; security threat T14; ADR 24.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import ComityError, FormatError, TrustError
from comity.node.guard import sync_folder
from comity.node.keeping import Keeping
from comity.node.keychain import touch_all
from comity.node.keyring import (
    KEM,
    KEYS,
    NEXT_KEY,
    SIGN,
    KeyRing,
    load_next,
    load_ring,
    save_next,
    save_ring,
)
from comity.node.keythreads import key_rows
from comity.node.register import Entrant, Register
from comity.node.writer import Transaction, Writer
from comity.parties.inception import Party
from comity.parties.keys import (
    COMPROMISED,
    KIND,
    VOUCH,
    KeyWord,
    NewKeys,
    compromised_own,
    keys_own,
    renewed,
    vouch_own,
)
from comity.parties.keyset import next_digest
from comity.statement.act import Act, act_section
from comity.statement.body import Section, payload_of
from comity.statement.cbor import Value
from comity.statement.envelope import Statement, sign
from comity.statement.keys import PrivateKey, Signer
from comity.statement.model import PartyId, StatementId, subject_of, subject_urn
from comity.statement.subject import NONCE_BYTES, subject_id

STAGED: Final = "keys.new"
STAGED_NEXT: Final = "next-key.new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changing:
    """How keys are to be changed."""

    next_key: Path
    """Where the signing key lies to which the keys in force have committed."""
    out: Path
    """Where the signing key after that is to lie."""
    until: int | None = None
    """Until when the new signing keys are good, unix seconds, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What was said about keys."""

    statement: StatementId
    index: int
    party: Party


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A statement of our key thread, signed and not logged yet."""

    statement: Statement
    act: Act
    sections: Mapping[str, Section]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """Keys that are durable, and not in force."""

    ring: KeyRing
    new: NewKeys


class Rotation:
    """Says what this party has to say about its own keys."""

    def __init__(self, keeping: Keeping, register: Register, writer: Writer) -> None:
        """Use the node's parts."""
        self._keeping, self._register, self._writer = keeping, register, writer

    def rotate(self, changing: Changing) -> Changed:
        """Put new keys in force; durable and logged when this returns.

        Raises:
            FormatError: ``keys.no-next``, ``keys.other-next`` (not the key that was committed
                to), ``node.exists``, ``node.cannot-write``.
            TrustError: ``vault.not-opened``.
            ComityError: why the node signs nothing.

        """
        keeping = self._keeping
        coming = load_next(changing.next_key, keeping.vault)
        if next_digest([coming.public.encoded]) != keeping.own.next:
            raise FormatError("keys.other-next", path=str(changing.next_key))
        following = PrivateKey.generate(coming.public.alg)
        ring = _fresh(keeping.keys, coming)
        keys = {purpose: key.public.encoded for purpose, key in ring.signing.items()}
        new = NewKeys(
            replaces=keeping.own.now.statement,
            keys={**keys, KEM: ring.kem.public.encoded},
            next=next_digest([following.public.encoded]),
            until=changing.until,
        )
        self._stage(ring, following, changing)
        ready = _Ready(ring=ring, new=new)
        try:
            changed = self._writer.submit(
                lambda transaction: self._change(transaction, ready), alone=True
            ).result()
        except ComityError:
            self._unstage(changing)
            raise
        place(keeping.settings.folder, changing)
        return changed

    def compromised(self, kid: bytes, origin: str, size: int) -> Changed:
        """Say from which place in a log on what a key has signed is not ours.

        Raises:
            RuleError: ``KEYS-2``.

        """
        own = compromised_own(self._keeping.own, kid, origin, size)
        return self._writer.submit(
            lambda transaction: self._say(transaction, COMPROMISED, own, None), alone=True
        ).result()

    def _stage(self, ring: KeyRing, following: PrivateKey, changing: Changing) -> None:
        keeping = self._keeping
        folder = keeping.settings.folder
        staged, out = folder / STAGED, _staged(folder, changing.out)
        try:
            staged.unlink(missing_ok=True)
            if out.parent == folder:
                out.unlink(missing_ok=True)
            save_next(out, following, keeping.vault)
            sync_folder(out.parent)
            save_ring(staged, ring, keeping.vault)
            sync_folder(folder)
        except OSError as error:
            raise FormatError(
                "node.cannot-write", path=str(changing.out), why=error.strerror or ""
            ) from error

    def _unstage(self, changing: Changing) -> None:
        folder = self._keeping.settings.folder
        if self._writer.stopped is None:
            (folder / STAGED).unlink(missing_ok=True)
            _staged(folder, changing.out).unlink(missing_ok=True)

    def _change(self, transaction: Transaction, ready: _Ready) -> Changed:
        keeping = self._keeping
        own = keys_own(keeping.own, ready.new)
        changed = self._say(transaction, KIND, own, ready.ring.signing[SIGN])

        def switch() -> None:
            keeping.settings.folder.joinpath(STAGED).replace(keeping.settings.folder / KEYS)
            sync_folder(keeping.settings.folder)
            keeping.keys = keeping.ledger.keys = ready.ring

        transaction.committed.append(switch)
        return changed

    def _say(
        self, transaction: Transaction, kind: str, own: dict[str, Value], signer: Signer | None
    ) -> Changed:
        """Sign and log a statement of our key thread, and let it go to everyone we have met."""
        keeping = self._keeping
        act, subject = act_of(keeping, kind, own)
        body = {"act": act_section(act)}
        statement = sign(
            issuer=keeping.party,
            subject=subject,
            issued_at=transaction.now,
            payload=payload_of(body.values()),
            signer=signer or keeping.keys.signing[SIGN],
        )
        return self.take(transaction, Word(statement=statement, act=act, sections=body))

    def vouch(self, of: PartyId, keys: StatementId, net: StatementId) -> Changed:
        """Say that we stand for new keys of a party that lost all of its own (KEYS-5)."""
        own = vouch_own(self._keeping.own, of, keys, net)
        return self._writer.submit(
            lambda transaction: self._say(transaction, VOUCH, own, None), alone=True
        ).result()

    def take(self, transaction: Transaction, said: "Word") -> Changed:
        """Log a statement of our key thread, and let it go to everyone we have met."""
        keeping, statement = self._keeping, said.statement
        word = KeyWord(
            sid=statement.sid, kid=statement.header.kid, act=said.act, index=transaction.next_leaf
        )
        party = renewed(keeping.own, word, keeping.vouched)
        directory = keeping.directory.renew(party)
        entrant = Entrant(
            statement=statement,
            issuer=keeping.party,
            subject=subject_of(statement.header.subject),
            act=said.act,
            sections=said.sections,
            by_node=False,
        )
        self._register.take(transaction, entrant)
        self._register.queue(transaction, statement.sid, sorted(directory.parties))
        transaction.committed.append(lambda: keeping.knows(directory))
        touch_all(transaction, keeping.party)
        return Changed(statement=statement.sid, index=word.index, party=party)


def act_of(keeping: Keeping, kind: str, own: dict[str, Value]) -> tuple[Act, str]:
    """Return an act that opens our key thread or continues it, and its subject."""
    mine = [row for row in key_rows(keeping, keeping.store.write) if row.issuer == keeping.party]
    if not mine:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return Act(type=kind, nonce=nonce, own=own), subject_urn(subject_id(keeping.party, nonce))
    first, last = mine[0].word, mine[-1].word
    act = Act(type=kind, case=first.sid, prev=last.sid, seen=(last.sid,), own=own)
    return act, subject_urn(subject_id(keeping.party, first.act.nonce or b""))


def _fresh(ring: KeyRing, coming: PrivateKey) -> KeyRing:
    """Return new keys for every purpose, of the same algorithms; officers sign with ``coming``."""
    fresh = KeyRing.generate(coming.public.alg)
    return KeyRing(
        signing={**fresh.signing, SIGN: coming}, kem=fresh.kem, kems=(ring.kem, *ring.kems)
    )


def _staged(folder: Path, out: Path) -> Path:
    """Return where a next key lies until the change that commits to it is logged."""
    return folder / STAGED_NEXT if out == folder / NEXT_KEY else out


def place(folder: Path, changing: Changing) -> None:
    """Put the next key in its place; the one that is used up goes, if it lay in the folder."""
    staged = folder / STAGED_NEXT
    if staged.exists():
        staged.replace(folder / NEXT_KEY)
    elif changing.next_key == folder / NEXT_KEY:
        changing.next_key.unlink(missing_ok=True)
    sync_folder(folder)


def settle(keeping: Keeping) -> None:
    """Bring keys on disk to what the log says, when a node is opened.

    A change that was interrupted is completed if it was logged, and forgotten if it was not.
    Keys that are not those in force sign nothing.
    """
    folder, ring = keeping.settings.folder, keeping.keys
    staged, wanted = folder / STAGED, keeping.own.keys[SIGN].kid
    if staged.exists():
        made = _load(staged, keeping)
        if made is not None and made.signing[SIGN].public.kid == wanted:
            staged.replace(folder / KEYS)
            if (folder / STAGED_NEXT).exists():
                (folder / STAGED_NEXT).replace(folder / NEXT_KEY)
            ring = keeping.keys = keeping.ledger.keys = made
        else:
            staged.unlink()
            (folder / STAGED_NEXT).unlink(missing_ok=True)
        sync_folder(folder)
    elif (folder / STAGED_NEXT).exists():
        _settle_next(keeping)
    if ring.signing and ring.signing[SIGN].public.kid != wanted:
        keeping.ledger.hold(TrustError("keys.not-in-force", path=str(folder / KEYS)))


def _settle_next(keeping: Keeping) -> None:
    """Put a next key in its place, if it is the one that the keys in force committed to."""
    folder = keeping.settings.folder
    staged = folder / STAGED_NEXT
    try:
        made = load_next(staged, keeping.vault)
    except ComityError:
        made = None
    if made is not None and next_digest([made.public.encoded]) == keeping.own.next:
        staged.replace(folder / NEXT_KEY)
    else:
        staged.unlink()
    sync_folder(folder)


def _load(path: Path, keeping: Keeping) -> KeyRing | None:
    """Read keys that were being written when the node died; ``None``: they never were whole."""
    try:
        return load_ring(path, keeping.vault)
    except ComityError:
        return None
