"""How a node begins: a folder, keys, an inception, and the first two entries of its log."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from comity.errors import FormatError, ProofError, TrustError
from comity.node.clock import Clock
from comity.node.keeping import Keeping
from comity.node.keyring import (
    KEM,
    OFFICERS_ALGORITHMS,
    SIGN,
    KeyRing,
    make_secret,
    open_vault,
    save_keys,
)
from comity.node.keythreads import load_key_threads
from comity.node.ledger import Ledger, LogName
from comity.node.outside import load_outside
from comity.node.register import Entrant, Register
from comity.node.rotation import settle
from comity.node.settings import DEFAULT_LISTEN, Settings, split_listen
from comity.node.writer import Writer
from comity.parties.address import Address, make_address
from comity.parties.inception import (
    NewParty,
    Party,
    log_origin,
    log_uri,
    make_inception,
    next_digest,
    read_inception,
)
from comity.parties.policy import Policy, make_policy
from comity.parties.speech import Spoken
from comity.statement.keys import PrivateKey
from comity.statement.model import SELF, PartyId, SubjectId, subject_of
from comity.statement.subject import NONCE_BYTES
from comity.store.blobs import Blobs
from comity.store.sqlite import Store

INCEPTION_SUBJECT = SubjectId(bytes(16))
"""Under which an inception is kept: it has no subject of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNode:
    """What a new node is to be."""

    folder: Path
    names: Mapping[str, str]
    """Language tag to the party's name."""
    listen: str = DEFAULT_LISTEN
    url: str | None = None
    """Where peers reach it; the address it listens on, if not given."""
    pin: bytes | None = None
    algorithm: str = "ed25519"
    guard: Path | None = None
    allow_private: bool = False
    """Whether peers may have private addresses."""
    demo: bool = False


def found_node(new: NewNode) -> Party:
    """Make a node's folder and return the party that it stands for.

    Raises:
        FormatError: ``node.exists`` (the folder is not empty), ``node.listen``,
            ``node.algorithm``, ``text.…``, ``address.…``, ``parties.demo-name``.

    """
    split_listen(new.listen)
    alg = OFFICERS_ALGORITHMS.get(new.algorithm)
    if alg is None:
        raise FormatError("node.algorithm", algorithm=new.algorithm[:40])
    clock = Clock()
    ring, coming = KeyRing.generate(alg), PrivateKey.generate(alg)
    inception = _inception(new, ring, coming, clock.now())
    party = read_inception(inception.statement.encoded, inception.sections)
    settings = Settings(
        folder=new.folder,
        party=party.id,
        listen=new.listen,
        url=new.url or f"http://{new.listen}",
        pin=new.pin,
        guard=new.guard,
        allow_private=new.allow_private,
    )
    address = _address(settings, ring, clock.now())
    policy = make_policy(
        party.id,
        Policy(),
        secrets.token_bytes(NONCE_BYTES),
        signer=ring.signing[SIGN],
        issued_at=clock.now(),
    )
    _make_folder(new.folder)
    make_secret(new.folder)
    save_keys(new.folder, ring, coming, open_vault(new.folder))
    _first_batch(settings, party, ring, [policy, inception, address])
    settings.save()
    return party


def _inception(new: NewNode, ring: KeyRing, coming: PrivateKey, now: int) -> Spoken:
    keys = {purpose: key.public.encoded for purpose, key in ring.signing.items()}
    return make_inception(
        NewParty(
            names=new.names,
            keys={**keys, KEM: ring.kem.public.encoded},
            next=next_digest([coming.public.encoded]),
            demo=new.demo,
        ),
        signer=ring.signing[SIGN],
        issued_at=now,
    )


def _address(settings: Settings, ring: KeyRing, now: int) -> Spoken:
    return make_address(
        settings.party,
        Address(url=settings.url, pin=settings.pin),
        secrets.token_bytes(NONCE_BYTES),
        signer=ring.signing[SIGN],
        issued_at=now,
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FormatError("node.exists", path=str(folder))
        folder.chmod(0o700)
    except OSError as error:
        raise FormatError(
            "node.folder", path=str(folder), why=os.strerror(error.errno or 0)
        ) from error


def _first_batch(settings: Settings, party: Party, ring: KeyRing, spoken: list[Spoken]) -> None:
    """Log policy, inception and address in one batch, under one head."""
    store = Store(settings.folder)
    try:
        keeping = make_keeping(settings, store, party, ring)
        register = Register(keeping, ())
        writer = Writer(store, keeping.ledger, keeping.clock, register.show)
        try:
            entrants = [own_entrant(party.id, each) for each in spoken]
            writer.submit(
                lambda transaction: [register.take(transaction, each) for each in entrants]
            ).result()
        finally:
            writer.close()
    finally:
        store.close()


def own_entrant(party: PartyId, spoken: Spoken) -> Entrant:
    """Return what a party says about itself, ready to be logged."""
    subject = spoken.statement.header.subject
    return Entrant(
        statement=spoken.statement,
        issuer=party,
        subject=INCEPTION_SUBJECT if subject == SELF else subject_of(subject),
        act=spoken.act,
        sections=spoken.sections,
        by_node=False,
    )


def make_keeping(settings: Settings, store: Store, party: Party, ring: KeyRing) -> Keeping:
    """Return what a node keeps, over an open store."""
    name = LogName(origin=log_origin(party.id), uri=log_uri(party.id))
    keeping = Keeping(
        settings=settings,
        store=store,
        ledger=Ledger(store, ring, name, settings.guard_path),
        blobs=Blobs(settings.folder / "blobs"),
        vault=open_vault(settings.folder),
        keys=ring,
        clock=Clock(),
        own=party,
        outside=load_outside(settings.folder),
    )
    keeping.load_parties()
    load_key_threads(keeping)
    if not ring.signing:
        keeping.ledger.hold(TrustError("node.keys-away", path=str(settings.folder / "keys.bin")))
    elif settings.mark_path.exists():
        keeping.ledger.hold(ProofError("node.restored", size=keeping.ledger.size))
    settle(keeping)
    return keeping


def moved(settings: Settings, url: str) -> Settings:
    """Return the settings of a node that is now reached elsewhere."""
    return replace(settings, url=url)
