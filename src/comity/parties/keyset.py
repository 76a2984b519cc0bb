"""The keys of a party: one for each purpose, and what its set before committed to.

A party has one set in force at a time.  Which one is decided by the party's own log: a set is in
force behind the entry that brought it, and a head is signed with the keys of the newest set that
it holds.  Whoever asks for a key asks for a place in that log; keys that went out of force stay
known for ever, because what they signed stays.

Source: wire profile, sections 5.5 and 11 (rulings 7, 8, 14); security threats T12, T13, T14.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeVar

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.kem import KemPublicKey, kem_public_key
from comity.statement.keys import ED25519, MLDSA44, PublicKey, public_key
from comity.statement.model import StatementId
from comity.statement.reading import Reading

Key = TypeVar("Key", PublicKey, KemPublicKey)
SIGN, NODE, TRANSPORT = "sign", "node", "transport"
LOG, LOG_PQ, RECEIPT, KEM = "log", "log-pq", "receipt", "kem"
WITNESS, WITNESS_PQ = "witness", "witness-pq"
PURPOSES: Final = (KEM, LOG, LOG_PQ, NODE, RECEIPT, SIGN, TRANSPORT, WITNESS, WITNESS_PQ)
"""What keys are for: one each, sorted as they stand in the inception."""
SPEAKING: Final = (SIGN, NODE)
"""Purposes whose keys sign statements: officers, and the node by itself."""
_ALGORITHMS: Final = {
    LOG: ED25519,
    LOG_PQ: MLDSA44,
    TRANSPORT: ED25519,
    WITNESS: ED25519,
    WITNESS_PQ: MLDSA44,
}
"""What others verify with by a fixed algorithm: heads, cosignatures, requests between nodes."""
_ALGORITHM_NAMES: Final = {ED25519: "Ed25519", MLDSA44: "ML-DSA-44"}
BEFORE_ALL: Final = -1
"""The first set of a party is in force from the beginning of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """The keys that a party uses at a time."""

    statement: StatementId
    """What brought it: the inception, or a rotation."""
    keys: Mapping[str, PublicKey]
    """Purpose to key, of those that sign: all purposes but ``kem``."""
    kem: KemPublicKey
    next: bytes = field(repr=False)
    """Digest of the next set of signing keys (32 bytes)."""
    until: int | None = None
    """Until when its signing keys are good, unix seconds, UTC; ``None``: until they are changed."""
    after: int = BEFORE_ALL
    """Index of ``statement`` in the party's own log: the set is in force behind it."""
    mechanism: StatementId | None = None
    """By whose members it was given back, if all keys before it were lost."""

    @property
    def kids(self) -> tuple[tuple[str, bytes], ...]:
        """Every key by purpose and thumbprint."""
        return (*((purpose, key.kid) for purpose, key in self.keys.items()), (KEM, self.kem.kid))

    def speaking(self, kid: bytes) -> tuple[PublicKey, str] | None:
        """Return the key that signs statements and has this thumbprint, and its purpose."""
        for purpose in SPEAKING:
            if self.keys[purpose].kid == kid:
                return self.keys[purpose], purpose
        return None


def next_digest(keys: Sequence[bytes]) -> bytes:
    """Return the digest that commits to the next set of signing keys (encoded COSE_Keys)."""
    return sha256(cbor.encode(list(keys))).digest()


def key_list(keys: Mapping[str, bytes]) -> list[Value]:
    """Return keys by purpose as they stand in a statement."""
    return [{"purpose": purpose, "key": key} for purpose, key in sorted(keys.items())]


def read_key_list(reading: Reading) -> tuple[dict[str, PublicKey], KemPublicKey]:
    """Read the keys of a statement: each purpose once, in order, and no key for two purposes.

    Raises:
        FormatError: ``parties.keys``, ``parties.key-algorithm``, ``key.…``, ``statement.field``.
        TrustError: ``key.unknown-algorithm``.

    """
    items = reading.items("keys", most=len(PURPOSES))
    encoded = {}
    for item in items:
        each = Reading(item, "keys")
        encoded[each.text("purpose")] = each.bytes("key")
        each.done()
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


def _named(purpose: str, read: Callable[[bytes], Key], encoded: bytes) -> Key:
    """Read a key; what is wrong with it says also which key it is."""
    try:
        return read(encoded)
    except (FormatError, TrustError) as error:
        raise type(error)(error.code, **{**error.facts, "field": purpose}) from error
