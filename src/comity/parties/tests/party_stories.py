"""Parties for the tests: real keys, real inceptions, and a log that holds what they say."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from comity.parties.inception import (
    KEM,
    LOG_PQ,
    PURPOSES,
    SIGN,
    WITNESS_PQ,
    NewParty,
    Party,
    make_inception,
    next_digest,
    read_inception,
)
from comity.parties.speech import Spoken
from comity.statement.kem import KemPrivateKey
from comity.statement.keys import ED25519, MLDSA44, PrivateKey

NOW: Final = 1_900_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A party with its private keys."""

    party: Party
    inception: Spoken
    keys: dict[str, PrivateKey]


def fresh_keys(name: str) -> dict[str, PrivateKey]:
    """Return a key for every purpose but encryption; the same for the same name."""
    return {
        purpose: PrivateKey.load(
            MLDSA44 if purpose in {LOG_PQ, WITNESS_PQ} else ED25519,
            sha256(f"{name} {purpose}".encode()).digest(),
        )
        for purpose in PURPOSES
        if purpose != KEM
    }


def encoded(name: str, keys: dict[str, PrivateKey]) -> dict[str, bytes]:
    """Return the public keys as an inception holds them."""
    kem = KemPrivateKey.load(sha256(f"{name} kem".encode()).digest())
    return {KEM: kem.public.encoded} | {each: keys[each].public.encoded for each in keys}


def new_party(name: str, *, demo: bool = False, **names: str) -> NewParty:
    """Return what the inception of a party says."""
    return NewParty(
        names=names or {"en": f"{name} (demo)" if demo else name},
        keys=encoded(name, fresh_keys(name)),
        next=next_digest([]),
        demo=demo,
    )


@lru_cache
def known(name: str, *, demo: bool = False) -> Known:
    """Return a party with this English name."""
    keys = fresh_keys(name)
    spoken = make_inception(new_party(name, demo=demo), signer=keys[SIGN], issued_at=NOW)
    party = read_inception(spoken.statement.encoded, spoken.sections)
    return Known(party=party, inception=spoken, keys=keys)
