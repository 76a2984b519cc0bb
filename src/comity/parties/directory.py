"""The parties that this reader has met: whose key is this, who is that?

A directory is a value: meeting a party gives a new one.  One key belongs to one party and to one
purpose, for ever (security threat T12); every key was admitted mathematically when it was read
(T13, ``statement.keys``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from comity.errors import FormatError, TrustError
from comity.parties.inception import TRANSPORT, Party
from comity.statement.keys import PublicKey
from comity.statement.model import PARTY_PREFIX, PartyId
from comity.statement.scripts import skeleton

_FEWEST_LETTERS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Whose a key is, and what it is for."""

    party: PartyId
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Parties by their id, and their keys by thumbprint."""

    parties: Mapping[PartyId, Party] = field(default_factory=dict)
    keys: Mapping[bytes, Held] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, parties: Iterable[Party]) -> Self:
        """Return a directory of these parties; raises as ``admit``."""
        directory = cls()
        for party in parties:
            directory = directory.admit(party)
        return directory

    def admit(self, party: Party) -> Self:
        """Return the directory with one more party; one that is known already changes nothing.

        Raises:
            TrustError: ``parties.key-held`` if another party holds one of its keys.

        """
        if party.id in self.parties:
            return self
        keys = _with_kids(self.keys, party)
        return type(self)(
            parties=MappingProxyType(dict(sorted({**self.parties, party.id: party}.items()))),
            keys=MappingProxyType(keys),
        )

    def renew(self, party: Party) -> Self:
        """Return the directory with what a known party's key thread says now.

        Raises:
            TrustError: ``parties.key-held`` if another party holds one of its keys.

        """
        keys = _with_kids(self.keys, party)
        return type(self)(
            parties=MappingProxyType({**self.parties, party.id: party}), keys=MappingProxyType(keys)
        )

    def party(self, party: PartyId) -> Party:
        """Return a party by its id.

        Raises:
            TrustError: ``parties.unknown``.

        """
        found = self.parties.get(party)
        if found is None:
            raise TrustError("parties.unknown", party=party)
        return found

    def key_for(self, issuer: PartyId, kid: bytes) -> tuple[PublicKey, str]:
        """Return the key with which a party signs statements, and its purpose.

        Keys of other purposes (transport, receipts, log) sign no statements.  One that has been
        changed since is known all the same: what it signed before stays.

        Raises:
            TrustError: ``parties.unknown``, ``parties.unknown-key``.

        """
        found = self.party(issuer).speaking(kid)
        if found is None:
            raise TrustError("parties.unknown-key", party=issuer, kid=kid.hex())
        return found

    def check_in_force(self, issuer: PartyId, kid: bytes, index: int) -> None:
        """Check that a key was in force where a statement stands in its issuer's own log.

        Raises:
            TrustError: ``parties.unknown``, ``parties.key-not-in-force``.

        """
        party = self.party(issuer)
        rival = any(each.after < index and each.speaking(kid) for each in party.rivals)
        if party.set_at(index).speaking(kid) is None and not rival:
            raise TrustError("parties.key-not-in-force", party=issuer, kid=kid.hex(), index=index)

    def transport_key(self, kid: bytes) -> tuple[PartyId, PublicKey]:
        """Return who calls with this transport key, and the key: the one in force.

        Raises:
            TrustError: ``parties.unknown-caller``.

        """
        held = self.keys.get(kid)
        if held is None or held.purpose != TRANSPORT:
            raise TrustError("parties.unknown-caller", kid=kid.hex())
        key = self.parties[held.party].keys[TRANSPORT]
        if key.kid != kid:
            raise TrustError("parties.unknown-caller", kid=kid.hex())
        return held.party, key

    def by_log(self, uri: str) -> Party:
        """Return the party whose log a receipt names.

        Raises:
            TrustError: ``parties.unknown-log``.

        """
        for party in self.parties.values():
            if party.log.log_uri == uri:
                return party
        raise TrustError("parties.unknown-log", log=uri[:120])

    def by_origin(self, origin: str) -> Party | None:
        """Return the party whose log has this origin, if it has been met."""
        return self._of(origin, "/log/0")

    def by_witness(self, name: str) -> Party | None:
        """Return the party that cosigns under this name, if it has been met."""
        return self._of(name, "/witness")

    def _of(self, name: str, role: str) -> Party | None:
        letters = name.removesuffix(f".comity{role}")
        return None if letters == name else self.parties.get(PartyId(PARTY_PREFIX + letters))

    def find(self, word: str) -> Party:
        """Return the party with this id, or whose letters or fingerprint begin with ``word``.

        Raises:
            FormatError: ``parties.ambiguous``.
            TrustError: ``parties.unknown``.

        """
        letters = word.removeprefix(PARTY_PREFIX).lower()
        found = [
            party
            for party in self.parties.values()
            if len(letters) >= _FEWEST_LETTERS
            and (
                party.id.removeprefix(PARTY_PREFIX).startswith(letters)
                or party.fingerprint.startswith(letters)
            )
        ]
        if not found:
            raise TrustError("parties.unknown", party=word[:80])
        if len(found) > 1:
            raise FormatError("parties.ambiguous", word=word[:80], count=len(found))
        return found[0]


def check_meeting(own: Party, other: Party) -> None:
    """Check that a party may meet another: real ones real ones, demonstrations demonstrations.

    Raises:
        TrustError: ``parties.is-demo``, ``parties.is-not-demo``.
        FormatError: ``parties.own-card``.

    """
    if own.id == other.id:
        raise FormatError("parties.own-card")
    if other.demo and not own.demo:
        raise TrustError("parties.is-demo", party=other.id)
    if own.demo and not other.demo:
        raise TrustError("parties.is-not-demo", party=other.id)


def _with_kids(known: Mapping[bytes, Held], party: Party) -> dict[bytes, Held]:
    """Return the keys with every one that a party ever had."""
    keys = dict(known)
    for purpose, kid in _kids(party):
        held = keys.setdefault(kid, Held(party=party.id, purpose=purpose))
        if held.party != party.id or held.purpose != purpose:
            raise TrustError("parties.key-held", party=party.id, holder=held.party)
    return keys


def check_alike(known: Iterable[Party], other: Party) -> None:
    """Check that no name of a party looks like another party's and is not the same.

    Who is called the same openly is told apart by code and fingerprint; who is called nearly
    the same, in letters of another script for example, wants not to be (security threat T35).

    Raises:
        TrustError: ``parties.name-alike``.

    """
    names = {skeleton(name): name for name in other.names.values()}
    for party in known:
        for name in party.names.values() if party.id != other.id else ():
            twin = names.get(skeleton(name))
            if twin is not None and twin != name:
                raise TrustError("parties.name-alike", name=twin, party=party.id)


def _kids(party: Party) -> list[tuple[str, bytes]]:
    """Return every key that a party ever had by purpose and thumbprint."""
    return [each for one in (*party.sets, *party.rivals) for each in one.kids]
