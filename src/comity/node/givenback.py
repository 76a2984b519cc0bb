"""All keys of a party are lost: members of its mechanism give it new ones (KEYS-5).

1. The party makes new keys and a change of keys that names the charter; it tells the id of that
   to the members by another channel, as fingerprints are told.
2. Each member says in its own key thread that it stands for exactly that.
3. Once as many have as the charter says, the party logs the change, and signs again.

Source: wire profile, section 5.5, ruling 8; security threat T14; ADR 24.
"""

from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.fold.rule import refuse
from comity.node.guard import sync_folder
from comity.node.keeping import Keeping
from comity.node.keyring import (
    KEM,
    KEYS,
    NEXT_KEY,
    SIGN,
    KeyRing,
    load_ring,
    save_next,
    save_ring,
    write_private,
)
from comity.node.rotation import Changed, Rotation, Word, act_of
from comity.node.writer import Transaction, Writer
from comity.parties.key_rules import BY_THE_MEMBERS
from comity.parties.keys import KIND, NewKeys, keys_own
from comity.parties.keyset import next_digest
from comity.parties.speech import read_spoken
from comity.statement import cbor
from comity.statement.act import act_section
from comity.statement.body import decode_section, payload_of
from comity.statement.envelope import parse, sign
from comity.statement.keys import PrivateKey
from comity.statement.model import StatementId

RING: Final = "keys.given"
NEXT: Final = "next-key.given"
WORD: Final = "recovery.cbor"
_MOST_BYTES: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class GivenBack:
    """The way back of a party that lost its keys."""

    keeping: Keeping
    rotation: Rotation
    writer: Writer

    def begin(self, net: StatementId) -> StatementId:
        """Make new keys, and return the id for which members are to vouch; again, the same.

        Raises:
            FormatError: ``node.no-such-mechanism``.

        """
        keeping, folder = self.keeping, self.keeping.settings.folder
        if keeping.mechanism(net, keeping.store.write) is None:
            raise FormatError("node.no-such-mechanism", subject=net.hex())
        if (folder / WORD).exists():
            return self._word().statement.sid
        alg = keeping.own.keys[SIGN].alg
        ring, following = KeyRing.generate(alg), PrivateKey.generate(alg)
        keys = {purpose: key.public.encoded for purpose, key in ring.signing.items()}
        new = NewKeys(
            replaces=keeping.own.now.statement,
            keys={**keys, KEM: ring.kem.public.encoded},
            next=next_digest([following.public.encoded]),
            mechanism=net,
        )
        act, subject = act_of(keeping, KIND, keys_own(keeping.own, new))
        section = act_section(act)
        statement = sign(
            issuer=keeping.party,
            subject=subject,
            issued_at=keeping.clock.now(),
            payload=payload_of([section]),
            signer=ring.signing[SIGN],
        )
        for name in (RING, NEXT):
            (folder / name).unlink(missing_ok=True)
        save_ring(folder / RING, ring, keeping.vault)
        save_next(folder / NEXT, following, keeping.vault)
        write_private(folder / WORD, cbor.encode([statement.encoded, section.encoded]))
        sync_folder(folder)
        return statement.sid

    def finish(self) -> Changed:
        """Log the change and sign with the new keys, if enough members stand for it.

        Raises:
            RuleError: ``KEYS-5``.
            FormatError: ``keys.not-begun``.

        """
        keeping, word = self.keeping, self._word()
        ring = load_ring(keeping.settings.folder / RING, keeping.vault)
        net = StatementId(bytes(word.act.own["mechanism"]))  # type: ignore[arg-type] # as it was made
        if not keeping.vouched(net, word.statement.sid):
            raise refuse(BY_THE_MEMBERS)

        def job(transaction: Transaction) -> Changed:
            changed = self.rotation.take(transaction, word)
            transaction.committed.append(lambda: self._switch(ring))
            return changed

        return self.writer.submit(job, signs=False, alone=True).result()

    def _switch(self, ring: KeyRing) -> None:
        keeping, folder = self.keeping, self.keeping.settings.folder
        (folder / NEXT).replace(folder / NEXT_KEY)
        (folder / RING).replace(folder / KEYS)
        (folder / WORD).unlink()
        sync_folder(folder)
        keeping.keys = keeping.ledger.keys = ring
        trouble = keeping.ledger.quarantine
        if trouble is not None and trouble.code in {"node.keys-away", "keys.not-in-force"}:
            keeping.ledger.release()

    def _word(self) -> Word:
        path = self.keeping.settings.folder / WORD
        if not path.exists():
            raise FormatError("keys.not-begun")
        match cbor.decode(path.read_bytes(), max_bytes=_MOST_BYTES):
            case [bytes() as encoded, bytes() as section]:
                read = decode_section(section)
            case _:
                raise FormatError("keys.not-begun")
        unverified = parse(encoded)
        act = read_spoken(unverified, {read.name: read}, KIND)
        key = load_ring(self.keeping.settings.folder / RING, self.keeping.vault).signing[SIGN]
        return Word(statement=unverified.verify(key.public), act=act, sections={read.name: read})
