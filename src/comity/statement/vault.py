"""What a node keeps for itself, encrypted: drafts, bodies, private keys.

AES-256-GCM with a random nonce.  The label says what and whose it is and is not stored,
so that one kept thing cannot be put in the place of another.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.errors import FormatError, TrustError

KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"


class Vault:
    """One storage key.  It never shows the key again."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        """Use a key of 32 random bytes.

        Raises:
            FormatError: ``vault.key``.

        """
        if len(key) != KEY_BYTES:
            raise FormatError("vault.key", size=len(key), expected=KEY_BYTES)
        self._cipher = AESGCM(key)

    def lock(self, plaintext: bytes, label: bytes) -> bytes:
        """Return ``plaintext``, encrypted under ``label``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plaintext, label)

    def open(self, locked: bytes, label: bytes) -> bytes:
        """Return what was locked under ``label``.

        Raises:
            TrustError: ``vault.not-opened``: changed, or of another key or label.

        """
        nonce, ciphertext = locked[1 : 1 + _NONCE_BYTES], locked[1 + _NONCE_BYTES :]
        if locked[:1] != _VERSION or len(nonce) != _NONCE_BYTES:
            raise TrustError("vault.not-opened")
        try:
            return self._cipher.decrypt(nonce, ciphertext, label)
        except (InvalidTag, ValueError):
            raise TrustError("vault.not-opened") from None
