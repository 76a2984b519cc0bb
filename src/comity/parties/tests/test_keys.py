"""Keys change by the key that was committed to, and by no other (KEYS-1 to KEYS-5)."""

from dataclasses import replace
from hashlib import sha256

import pytest

from comity.errors import FormatError, PeerError, RuleError
from comity.parties.inception import SIGN, Party
from comity.parties.keys import (
    COMPROMISED,
    KIND,
    KeyWord,
    NewKeys,
    compromised_own,
    keys_own,
    renewed,
)
from comity.parties.keyset import next_digest
from comity.parties.tests.party_stories import encoded, fresh_keys, known
from comity.statement.act import Act
from comity.statement.model import StatementId

NONCE = bytes(32)
NET = StatementId(sha256(b"charter").digest())


def sign_key(name: str) -> bytes:
    return fresh_keys(name)[SIGN].public.encoded


def party() -> Party:
    """Return a party that has committed to the signing key of the set ``two``."""
    found = known("Aurelia").party
    first = replace(found.sets[0], next=next_digest([sign_key("two")]))
    return replace(found, sets=(first,))


def change(  # noqa: PLR0913 - what a change says
    of: Party,
    name: str,
    *,
    index: int = 10,
    then: str = "three",
    replaces: StatementId | None = None,
    mechanism: StatementId | None = None,
) -> KeyWord:
    """Return a change to the keys of this name, signed by its own signing key."""
    new = NewKeys(
        replaces=of.now.statement if replaces is None else replaces,
        keys=encoded(name, fresh_keys(name)),
        next=next_digest([sign_key(then)]),
        mechanism=mechanism,
    )
    return KeyWord(
        sid=StatementId(sha256(f"{name} {index}".encode()).digest()),
        kid=fresh_keys(name)[SIGN].public.kid,
        act=Act(type=KIND, nonce=NONCE, own=keys_own(of, new)),
        index=index,
    )


def bound(of: Party, kid: bytes, *, by: str, size: int = 5, index: int = 12) -> KeyWord:
    """Return the announcement that a key is in others' hands."""
    return KeyWord(
        sid=StatementId(sha256(f"bound {by} {index} {size}".encode()).digest()),
        kid=fresh_keys(by)[SIGN].public.kid,
        act=Act(type=COMPROMISED, nonce=NONCE, own=compromised_own(of, kid, of.log.origin, size)),
        index=index,
    )


def test_keys_change_by_the_key_that_was_committed_to() -> None:
    """KEYS-1: and what was signed below the change still verifies with the keys before it."""
    old = party()
    new = renewed(old, change(old, "two"))

    assert new.keys[SIGN].encoded == sign_key("two")
    assert new.log.at(10).receipt == old.log.receipt
    assert new.log.at(11).receipt == new.log.receipt != old.log.receipt
    assert new.set_at(10) == old.now
    assert new.set_at(11) == new.now
    assert renewed(new, change(old, "two")) == new


@pytest.mark.parametrize("thief", ["thief", "Aurelia"])
def test_a_thief_of_the_keys_in_force_cannot_change_them(thief: str) -> None:
    """KEYS-1: neither to keys of his own nor to those that he stole."""
    with pytest.raises(RuleError, match=r"KEYS-1"):
        renewed(party(), change(party(), thief))


def test_the_change_must_be_signed_with_the_new_signing_key_itself() -> None:
    """KEYS-1: a thief who saw the owner's change cannot make another with its public key."""
    word = replace(change(party(), "two"), kid=party().keys[SIGN].kid)
    with pytest.raises(RuleError, match=r"KEYS-1"):
        renewed(party(), word)


def test_no_key_comes_back() -> None:
    """KEYS-1: a thumbprint names its set."""
    two = renewed(party(), change(party(), "two", then="two"))
    with pytest.raises(RuleError, match=r"KEYS-1"):
        renewed(two, change(two, "two", index=20, replaces=two.now.statement))


def test_a_change_from_a_set_that_is_not_held_waits() -> None:
    """Its forerunner may be on its way."""
    two = renewed(party(), change(party(), "two"))
    with pytest.raises(PeerError, match=r"keys\.set-not-held"):
        renewed(party(), change(two, "three", index=20, then="four"))


def test_a_change_stands_behind_the_one_before_it() -> None:
    """Or its keys would be in force before they were named."""
    two = renewed(party(), change(party(), "two"))
    with pytest.raises(FormatError, match=r"keys\.order"):
        renewed(two, change(two, "three", index=10))


def test_two_changes_of_one_set_are_two_histories() -> None:
    """KEYS-4: the keys of both stay known, because what was said under either binds."""
    two = renewed(party(), change(party(), "two"))
    rival = replace(change(party(), "two", index=11), kid=b"", sid=StatementId(bytes(32)))
    with pytest.raises(RuleError):
        renewed(two, rival)
    other = party()
    other = replace(other, sets=(replace(other.sets[0], next=next_digest([sign_key("other")])),))
    split = renewed(replace(two, sets=(other.sets[0], two.now)), change(other, "other", index=11))

    assert split.rivals
    assert split.now == two.now
    assert split.speaking(fresh_keys("other")[SIGN].public.kid) is not None
    assert split.log.at(12, fresh_keys("other")["receipt"].public.kid).receipt.kid != (
        two.log.receipt.kid
    )


def test_only_retired_keys_are_declared_compromised_and_by_a_later_one() -> None:
    """KEYS-2: a thief of the keys in force declares nothing about them."""
    old = party()
    two = renewed(old, change(old, "two"))
    stolen = old.keys[SIGN].kid
    declared = renewed(two, bound(two, stolen, by="two"))

    assert declared.bounds[stolen].size == 5
    assert renewed(declared, bound(two, stolen, by="two", size=2, index=13)) == declared
    for word in (
        bound(two, two.keys[SIGN].kid, by="two"),
        bound(two, stolen, by="Aurelia"),
        bound(two, stolen, by="thief"),
        bound(two, stolen, by="two", size=11),
        bound(two, bytes(32), by="two"),
    ):
        with pytest.raises(RuleError, match=r"KEYS-2"):
            renewed(two, word)


def test_lost_keys_are_given_back_by_as_many_members_as_the_charter_says() -> None:
    """KEYS-5: nobody stands for them, or enough do."""
    word = change(party(), "found", mechanism=NET)
    with pytest.raises(RuleError, match=r"KEYS-5"):
        renewed(party(), word)

    def enough(mechanism: StatementId, keys: StatementId) -> bool:
        return (mechanism, keys) == (NET, word.sid)

    assert renewed(party(), word, enough).keys[SIGN].encoded == sign_key("found")
