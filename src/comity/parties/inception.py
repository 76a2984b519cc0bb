"""A party's inception: the statement that makes it, and from whose id its own id is made.

``party.inception`` has the fixed issuer and subject ``urn:comity:party:self`` (ruling 7) and is
signed by the ``sign`` key that it holds itself.  Its own part is ``keys``, one for each purpose,
``next``, the digest of the next set of signing keys (SHA-256 over the deterministic CBOR list of
their COSE_Keys, in order), and ``demo``.  Names stand in the sections ``text.<tag>``.

Source: wire profile, sections 5.5 and 11 (rulings 6, 7, 14); security threats T12, T13, T35.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from comity.errors import FormatError
from comity.log.cosign import WitnessKeys
from comity.log.receipt import LogKeys
from comity.parties.demo import check_demo_names
from comity.parties.keyset import (
    KEM,
    LOG,
    LOG_PQ,
    NODE,
    PURPOSES,
    RECEIPT,
    SIGN,
    TRANSPORT,
    WITNESS,
    WITNESS_PQ,
    KeySet,
    key_list,
    next_digest,
    read_key_list,
)
from comity.parties.speech import Spoken, name_sections, read_names, read_spoken, speak
from comity.parties.words import words_of
from comity.statement.act import Act
from comity.statement.body import Section
from comity.statement.envelope import parse
from comity.statement.kem import KemPublicKey
from comity.statement.keys import PublicKey, Signer
from comity.statement.model import (
    DIGEST_BYTES,
    PARTY_PREFIX,
    SELF,
    PartyId,
    StatementId,
    party_id,
)
from comity.statement.reading import Reading
from comity.statement.text import BilingualText

__all__ = [
    "KEM",
    "KIND",
    "LOG",
    "LOG_PQ",
    "NODE",
    "PURPOSES",
    "RECEIPT",
    "SIGN",
    "TRANSPORT",
    "WITNESS",
    "WITNESS_PQ",
    "NewParty",
    "Party",
    "log_keys",
    "log_origin",
    "log_uri",
    "make_inception",
    "next_digest",
    "read_inception",
    "witness_name",
]

KIND: Final = "party.inception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """From where on what a key has signed is not its party's: a place in a log."""

    kid: bytes
    origin: str
    """Of the log in which the place is."""
    size: int
    """What that log held at this size or below is the party's own."""
    statement: StatementId
    """Where the party says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party, as its inception makes it."""

    id: PartyId
    inception: StatementId
    names: Mapping[str, str]
    """Language tag to name."""
    demo: bool
    sets: tuple[KeySet, ...]
    """Its keys: the sets that were ever in force, the oldest first, and now the last."""
    bounds: Mapping[bytes, Bound] = field(default_factory=dict)
    """Keys that it says are in others' hands, by their thumbprint."""
    rivals: tuple[KeySet, ...] = ()
    """Sets that other rotations brought, from a set that had been changed already: then the party
    has two histories, and says nothing new until members of a mechanism give it new keys."""

    @property
    def now(self) -> KeySet:
        """The set in force."""
        return self.sets[-1]

    @property
    def keys(self) -> Mapping[str, PublicKey]:
        """Purpose to key, of those in force that sign: all purposes but ``kem``."""
        return self.now.keys

    @property
    def kem(self) -> KemPublicKey:
        """What is encrypted for the party is encrypted for this key."""
        return self.now.kem

    @property
    def next(self) -> bytes:
        """Digest of the next set of signing keys (32 bytes)."""
        return self.now.next

    @property
    def log(self) -> LogKeys:
        """The keys of its log, with the log's URI and origin; ``at`` a size, those in force."""
        found = log_keys(self.id, self.sets[0])
        for each in self.sets[1:]:
            found = replace(log_keys(self.id, each), before=found)
        return replace(found, rivals=tuple(log_keys(self.id, each) for each in self.rivals))

    @property
    def fingerprint(self) -> str:
        """The root that people compare: the inception's id in 64 hex digits."""
        return self.inception.hex()

    @property
    def words(self) -> BilingualText:
        """The fingerprint to read over the telephone."""
        return words_of(self.inception)

    @property
    def witness(self) -> WitnessKeys:
        """What it cosigns other logs' heads with, and did before."""
        found = _witness_keys(self.id, self.sets[0])
        for each in self.sets[1:]:
            found = replace(_witness_keys(self.id, each), before=found)
        return found

    def set_at(self, index: int) -> KeySet:
        """Return the set in force where an entry stands in the party's own log."""
        return next(each for each in reversed(self.sets) if each.after < index or each.after < 0)

    def speaking(self, kid: bytes) -> tuple[PublicKey, str] | None:
        """Return which of its keys signs statements under this thumbprint, and its purpose."""
        found = (each.speaking(kid) for each in (*reversed(self.sets), *self.rivals))
        return next((each for each in found if each is not None), None)

    def expired(self, kid: bytes, times: Iterable[int]) -> bool:
        """Tell whether no log held what a key signed before it expired (KEYS-6).

        Args:
            kid: of an officers' key; the node's own does not expire.
            times: head times of the receipts that are held, unix seconds, UTC.

        """
        for each in (*reversed(self.sets), *self.rivals):
            if each.keys[SIGN].kid == kid and each.until is not None:
                return all(time > each.until for time in times)
        return False

    def holds(self, kid: bytes) -> tuple[PublicKey, str, KeySet] | None:
        """Return a key that signs, of whatever purpose and set, by its thumbprint."""
        for each in (*reversed(self.sets), *self.rivals):
            for purpose, key in each.keys.items():
                if key.kid == kid:
                    return key, purpose, each
        return None


def log_keys(party: PartyId, keys: KeySet) -> LogKeys:
    """Return the keys of a party's log in one of its sets."""
    return LogKeys(
        receipt=keys.keys[RECEIPT],
        ed25519=keys.keys[LOG],
        mldsa44=keys.keys[LOG_PQ],
        log_uri=log_uri(party),
        origin=log_origin(party),
        after=keys.after,
    )


def _witness_keys(party: PartyId, keys: KeySet) -> WitnessKeys:
    return WitnessKeys(
        name=witness_name(party), ed25519=keys.keys[WITNESS], mldsa44=keys.keys[WITNESS_PQ]
    )


def log_origin(party: PartyId) -> str:
    """Return the origin of a party's log; it does not depend on where the node is."""
    return f"{party.removeprefix(PARTY_PREFIX)}.comity/log/0"


def log_uri(party: PartyId) -> str:
    """Return the URI of a party's log, as it stands in receipts."""
    return f"urn:comity:log:{log_origin(party)}"


def witness_name(party: PartyId) -> str:
    """Return what a party is called under the heads that it cosigns."""
    return f"{party.removeprefix(PARTY_PREFIX)}.comity/witness"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """What a party's inception is to say."""

    names: Mapping[str, str]
    keys: Mapping[str, bytes]
    """Every purpose to its encoded COSE_Key."""
    next: bytes
    demo: bool = False


def make_inception(new: NewParty, *, signer: Signer, issued_at: int) -> Spoken:
    """Sign an inception.

    Args:
        new: what it says.
        signer: holds the ``sign`` key.
        issued_at: unix seconds, UTC.

    Raises:
        FormatError: whatever ``read_inception`` would refuse.
        TrustError: as ``read_inception``.

    """
    act = Act(
        type=KIND,
        texts=dict.fromkeys(new.names),
        own={"keys": key_list(new.keys), "next": new.next, "demo": new.demo},
    )
    spoken = speak(act, name_sections(new.names), party=None, signer=signer, issued_at=issued_at)
    read_inception(spoken.statement.encoded, spoken.sections)
    return spoken


def read_inception(signed: bytes, sections: Mapping[str, Section]) -> Party:
    """Return the party that an inception makes, if it holds: form, keys, signature and names.

    Args:
        signed: the statement, with or without receipts.
        sections: its whole body.

    Raises:
        FormatError: ``parties.inception`` (another issuer, or links that it cannot have),
            ``parties.keys``, ``parties.key-algorithm``, ``parties.names``,
            ``parties.demo-name``, ``key.…``, ``text.…``,
            and as ``envelope.parse`` and ``read_act``.
        TrustError: ``envelope.other-key``, ``key.bad-signature``, ``key.unknown-algorithm``.

    """
    statement = parse(signed)
    if statement.header.issuer != SELF:
        raise FormatError("parties.inception")
    act = read_spoken(statement, sections, KIND)
    if act != Act(type=KIND, texts=act.texts, own=act.own):
        raise FormatError("parties.inception")
    own = Reading(act.own, KIND)
    keys, kem = read_key_list(own)
    next_keys, demo = own.bytes("next", DIGEST_BYTES), own.boolean("demo")
    own.done()
    statement.verify(keys[SIGN])
    names = read_names(act, sections)
    check_demo_names(names, demo=demo)
    first = KeySet(statement=statement.sid, keys=keys, kem=kem, next=next_keys)
    return Party(
        id=party_id(statement.sid),
        inception=statement.sid,
        names=names,
        demo=demo,
        sets=(first,),
    )
