"""A party's inception: the statement that makes it, and from whose id its own id is made.

``party.inception`` has the fixed issuer and subject ``urn:comity:party:self`` (ruling 7) and is
signed by the ``sign`` key that it holds itself.  Its own part is ``keys``, one for each purpose,
``next``, the digest of the next set of signing keys (SHA-256 over the deterministic CBOR list of
their COSE_Keys, in order), and ``demo``.  Names stand in the sections ``text.<tag>``.

Source: wire profile, sections 5.5 and 11 (rulings 6, 7, 14); security threats T12, T13, T35.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeVar

from comity.errors import FormatError, TrustError
from comity.log.cosign import WitnessKeys
from comity.log.receipt import LogKeys
from comity.parties.demo import check_demo_names
from comity.parties.speech import Spoken, name_sections, read_names, read_spoken, speak
from comity.parties.words import words_of
from comity.statement import cbor
from comity.statement.act import Act
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.envelope import parse
from comity.statement.kem import KemPublicKey, kem_public_key
from comity.statement.keys import ED25519, MLDSA44, PublicKey, Signer, public_key
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

Key = TypeVar("Key", PublicKey, KemPublicKey)
KIND: Final = "party.inception"
SIGN, NODE, TRANSPORT = "sign", "node", "transport"
LOG, LOG_PQ, RECEIPT, KEM = "log", "log-pq", "receipt", "kem"
WITNESS, WITNESS_PQ = "witness", "witness-pq"
PURPOSES: Final = (KEM, LOG, LOG_PQ, NODE, RECEIPT, SIGN, TRANSPORT, WITNESS, WITNESS_PQ)
"""What keys are for: one each, sorted as they stand in the inception."""
_ALGORITHMS: Final = {
    LOG: ED25519,
    LOG_PQ: MLDSA44,
    TRANSPORT: ED25519,
    WITNESS: ED25519,
    WITNESS_PQ: MLDSA44,
}
"""What others verify with by a fixed algorithm: heads, cosignatures, requests between nodes."""
_ALGORITHM_NAMES: Final = {ED25519: "Ed25519", MLDSA44: "ML-DSA-44"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A party, as its inception makes it."""

    id: PartyId
    inception: StatementId
    names: Mapping[str, str]
    """Language tag to name."""
    keys: Mapping[str, PublicKey]
    """Purpose to key, of those that sign: all purposes but ``kem``."""
    kem: KemPublicKey
    """What is encrypted for the party is encrypted for this key."""
    next: bytes
    """Digest of the next set of signing keys (32 bytes)."""
    demo: bool
    log: LogKeys = field(repr=False)
    """The keys of its log, with the log's URI and origin."""

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
        """What it cosigns other logs' heads with."""
        return WitnessKeys(
            name=witness_name(self.id),
            ed25519=self.keys[WITNESS],
            mldsa44=self.keys[WITNESS_PQ],
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


def next_digest(keys: Sequence[bytes]) -> bytes:
    """Return the digest that commits to the next set of signing keys (encoded COSE_Keys)."""
    return sha256(cbor.encode(list(keys))).digest()


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
    keys: list[Value] = [
        {"purpose": purpose, "key": key} for purpose, key in sorted(new.keys.items())
    ]
    act = Act(
        type=KIND,
        texts=dict.fromkeys(new.names),
        own={"keys": keys, "next": new.next, "demo": new.demo},
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
    keys, kem = _read_keys(own.items("keys", most=len(PURPOSES)))
    next_keys, demo = own.bytes("next", DIGEST_BYTES), own.boolean("demo")
    own.done()
    statement.verify(keys[SIGN])
    names = read_names(act, sections)
    check_demo_names(names, demo=demo)
    party = party_id(statement.sid)
    return Party(
        id=party,
        inception=statement.sid,
        names=names,
        keys=keys,
        kem=kem,
        next=next_keys,
        demo=demo,
        log=LogKeys(
            receipt=keys[RECEIPT],
            ed25519=keys[LOG],
            mldsa44=keys[LOG_PQ],
            log_uri=log_uri(party),
            origin=log_origin(party),
        ),
    )


def _named(purpose: str, read: Callable[[bytes], Key], encoded: bytes) -> Key:
    """Read a key; what is wrong with it says also which key it is."""
    try:
        return read(encoded)
    except (FormatError, TrustError) as error:
        raise type(error)(error.code, **{**error.facts, "field": purpose}) from error


def _read_keys(items: Sequence[Value]) -> tuple[dict[str, PublicKey], KemPublicKey]:
    """Read the keys: each purpose once, in order, and no key for two purposes."""
    encoded = {}
    for item in items:
        reading = Reading(item, "keys")
        encoded[reading.text("purpose")] = reading.bytes("key")
        reading.done()
    if tuple(encoded) != PURPOSES or len(items) != len(PURPOSES):
        raise FormatError("parties.keys")
    kem = _named(KEM, kem_public_key, encoded.pop(KEM))
    keys = {purpose: _named(purpose, public_key, key) for purpose, key in encoded.items()}
    if len({key.kid for key in keys.values()}) != len(keys):
        raise FormatError("parties.keys")
    for purpose, alg in _ALGORITHMS.items():
        if keys[purpose].alg != alg:
            raise FormatError(
                "parties.key-algorithm", field=purpose, expected=_ALGORITHM_NAMES[alg]
            )
    return keys, kem
