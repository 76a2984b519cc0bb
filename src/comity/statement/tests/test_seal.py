"""Sealed bodies: for one party, for one statement."""

from typing import Any

import pytest

from comity.errors import ComityError, FormatError, TrustError
from comity.statement import cbor
from comity.statement.body import MOST_BODY_BYTES
from comity.statement.cbor import Tagged
from comity.statement.kem import KemPrivateKey
from comity.statement.seal import recipient_of, seal, unseal

KEY = KemPrivateKey.generate()
SID = bytes(range(32))
PLAINTEXT = b"what was said"
SEALED = seal(PLAINTEXT, KEY.public, SID)


def test_a_sealed_body_opens_for_its_recipient_alone() -> None:
    """It opens with the key it is for, and names that key."""
    assert unseal(SEALED, KEY, SID) == PLAINTEXT
    assert unseal(SEALED, KemPrivateKey.load(KEY.secret), SID) == PLAINTEXT
    assert recipient_of(SEALED) == KEY.public.kid
    with pytest.raises(TrustError, match=r"seal\.other-recipient"):
        unseal(SEALED, KemPrivateKey.generate(), SID)


def test_a_sealed_body_opens_for_its_statement_alone() -> None:
    """A ciphertext cannot be put beside another statement."""
    with pytest.raises(TrustError, match=r"seal\.not-opened"):
        unseal(SEALED, KEY, bytes(32))


def test_sealing_twice_gives_nothing_to_compare() -> None:
    """Key, nonce and encapsulation are fresh each time."""
    assert seal(PLAINTEXT, KEY.public, SID) != SEALED


def test_every_changed_byte_is_refused() -> None:
    """Nothing of a sealed body can be changed."""
    for at in range(len(SEALED)):
        changed = bytearray(SEALED)
        changed[at] ^= 1
        with pytest.raises(ComityError):
            unseal(bytes(changed), KEY, SID)


def test_the_largest_body_can_be_sealed() -> None:
    """The limit of a sealed body leaves room for what surrounds it."""
    largest = bytes(MOST_BODY_BYTES)
    assert unseal(seal(largest, KEY.public, SID), KEY, SID) == largest


def test_any_other_shape_is_refused() -> None:
    """One recipient, exactly these headers."""
    value: Any = cbor.decode(SEALED, max_bytes=10_000)
    protected, unprotected, ciphertext, recipients = value.value
    for parts in (
        [protected, unprotected, ciphertext, [*recipients, *recipients]],
        [protected, unprotected, ciphertext, []],
        [protected, unprotected, None, recipients],
        [protected, {**unprotected, 1: 3}, ciphertext, recipients],
        [protected, {5: bytes(16)}, ciphertext, recipients],
        [protected, {}, ciphertext, recipients],
        [cbor.encode({1: 1}), unprotected, ciphertext, recipients],
        [b"", unprotected, ciphertext, recipients],
        [protected, unprotected, ciphertext],
    ):
        with pytest.raises(FormatError, match=r"seal\.form"):
            unseal(cbor.encode(Tagged(96, parts)), KEY, SID)
    with pytest.raises(FormatError, match=r"seal\.form"):
        unseal(cbor.encode(Tagged(18, value.value)), KEY, SID)
    with pytest.raises(FormatError, match=r"seal\.form"):
        recipient_of(b"\x80")
