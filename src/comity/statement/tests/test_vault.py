"""What a node keeps for itself opens under its own label only."""

import pytest

from comity.errors import FormatError, TrustError
from comity.statement.vault import Vault

VAULT = Vault(bytes(32))


def test_what_was_locked_opens_under_its_label() -> None:
    """The same key and label give it back; locking twice gives nothing to compare."""
    locked = VAULT.lock(b"draft", b"label")
    assert VAULT.open(locked, b"label") == b"draft"
    assert locked != VAULT.lock(b"draft", b"label")
    assert VAULT.open(VAULT.lock(b"", b""), b"") == b""


def test_another_label_key_or_byte_is_refused() -> None:
    """Nothing kept can be changed, or put in the place of another thing."""
    locked = VAULT.lock(b"draft", b"label")
    with pytest.raises(TrustError, match=r"vault\.not-opened"):
        VAULT.open(locked, b"other")
    with pytest.raises(TrustError, match=r"vault\.not-opened"):
        Vault(b"\1" * 32).open(locked, b"label")
    for at in range(len(locked)):
        changed = bytearray(locked)
        changed[at] ^= 1
        with pytest.raises(TrustError, match=r"vault\.not-opened"):
            VAULT.open(bytes(changed), b"label")
        with pytest.raises(TrustError, match=r"vault\.not-opened"):
            VAULT.open(locked[:at], b"label")


def test_a_key_has_32_bytes() -> None:
    """A shorter key is not stretched."""
    with pytest.raises(FormatError, match=r"vault\.key"):
        Vault(bytes(16))
