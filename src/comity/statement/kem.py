"""Keys to encrypt for: MLKEM768-X25519 (X-Wing), safe if either half is.

The private key is a seed of 32 bytes, expanded by SHAKE256 into the seed of the ML-KEM
key (64 bytes) and the X25519 scalar (32 bytes).  The public key is both public halves.

Source: wire profile, section 4.4 (HPKE-9-KE, written -70157 until a number is assigned);
X-Wing (draft-connolly-cfrg-xwing-kem); RFC 9679.
"""

import secrets
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import shake_256
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.keys import AKP, ALG, FIRST, KTY, MOST_KEY_BYTES, thumbprint
from comity.statement.reading import Reading

HPKE_9_KE: Final = -70157
SEED_BYTES: Final = 32
ENCAPSULATED_BYTES: Final = 1120
_MLKEM_SEED_BYTES: Final = 64
_MLKEM_PUBLIC_BYTES: Final = 1184
_PUBLIC_BYTES: Final = _MLKEM_PUBLIC_BYTES + 32
_FIELD: Final = 2**255 - 19
_SUITE: Final = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.SHAKE256, hpke.AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True, kw_only=True)
class KemPublicKey:
    """An admitted key to encrypt for.  Made by ``kem_public_key``, which checks it."""

    suite: int
    raw: bytes = field(repr=False)
    kid: bytes
    """RFC 9679 thumbprint, 32 bytes."""
    encoded: bytes = field(repr=False)
    """The deterministic COSE_Key, with its suite as the algorithm."""
    loaded: hpke.MLKEM768X25519PublicKey = field(repr=False, compare=False)

    def wrap(self, secret: bytes, info: bytes) -> tuple[bytes, bytes]:
        """Encrypt a short secret; return the encapsulated key and the ciphertext."""
        sealed = _SUITE.encrypt(secret, self.loaded, info=info)
        return sealed[:ENCAPSULATED_BYTES], sealed[ENCAPSULATED_BYTES:]


@dataclass(frozen=True, slots=True, kw_only=True)
class KemPrivateKey:
    """A private key to decrypt with, held in memory."""

    public: KemPublicKey
    secret: bytes = field(repr=False, compare=False)
    """The seed, 32 bytes."""
    loaded: hpke.MLKEM768X25519PrivateKey = field(repr=False, compare=False)

    @classmethod
    def generate(cls) -> Self:
        """Return a fresh key."""
        return cls.load(secrets.token_bytes(SEED_BYTES))

    @classmethod
    def load(cls, secret: bytes) -> Self:
        """Return the key of this seed.

        Raises:
            FormatError: ``key.secret``.

        """
        if len(secret) != SEED_BYTES:
            raise FormatError("key.secret", alg=HPKE_9_KE)
        expanded = shake_256(secret).digest(_MLKEM_SEED_BYTES + 32)
        mlkem = MLKEM768PrivateKey.from_seed_bytes(expanded[:_MLKEM_SEED_BYTES])
        x25519 = X25519PrivateKey.from_private_bytes(expanded[_MLKEM_SEED_BYTES:])
        raw = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(
            public=kem_public_key(cbor.encode({KTY: AKP, ALG: HPKE_9_KE, FIRST: raw})),
            secret=secret,
            loaded=hpke.MLKEM768X25519PrivateKey(mlkem, x25519),
        )

    def unwrap(self, encapsulated: bytes, wrapped: bytes, info: bytes) -> bytes:
        """Decrypt a short secret.

        Raises:
            TrustError: ``seal.not-opened``.

        """
        try:
            return _SUITE.decrypt(encapsulated + wrapped, self.loaded, info=info)
        except (InvalidTag, ValueError):
            raise TrustError("seal.not-opened") from None


@lru_cache(maxsize=4096)
def kem_public_key(encoded: bytes) -> KemPublicKey:
    """Read a public key to encrypt for, and admit it or refuse it.

    Raises:
        FormatError: ``key.form``, ``key.weak``, ``statement.field``, ``cbor.…``.
        TrustError: ``key.unknown-algorithm``.

    """
    reading = Reading(cbor.decode(encoded, max_bytes=MOST_KEY_BYTES), "key")
    suite = reading.integer(ALG)
    if suite != HPKE_9_KE:
        raise TrustError("key.unknown-algorithm", alg=suite)
    if reading.integer(KTY) != AKP:
        raise FormatError("key.form", label=KTY)
    raw = reading.bytes(FIRST, _PUBLIC_BYTES)
    reading.done()
    return KemPublicKey(
        suite=suite,
        raw=raw,
        kid=thumbprint({KTY: AKP, ALG: suite, FIRST: raw}),
        encoded=encoded,
        loaded=_load(raw),
    )


def _load(raw: bytes) -> hpke.MLKEM768X25519PublicKey:
    x = raw[_MLKEM_PUBLIC_BYTES:]
    # One key, one encoding: X25519 itself would ignore the top bit and reduce the rest.
    if int.from_bytes(x, "little") >= _FIELD:
        raise FormatError("key.weak", alg=HPKE_9_KE)
    x25519 = X25519PublicKey.from_public_bytes(x)
    try:
        X25519PrivateKey.generate().exchange(x25519)
    except ValueError:  # a point of small order: the secret would be zero
        raise FormatError("key.weak", alg=HPKE_9_KE) from None
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES])
    except ValueError:
        raise FormatError("key.form", label=FIRST) from None
    return hpke.MLKEM768X25519PublicKey(mlkem, x25519)
