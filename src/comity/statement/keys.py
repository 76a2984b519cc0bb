"""Keys that sign: which are admitted, how they are named, and what they say yes to.

A public key is a deterministic COSE_Key map that names its algorithm; the algorithm
belongs to the key and is never taken from a message.  A key has one encoding, is checked
mathematically when it is read, and is known by the SHA-256 thumbprint of its required
members.  ECDSA signatures are r and s at fixed width, with s in the lower half.

Source: RFC 9052, section 7; RFC 9679; RFC 9864; RFC 9964; security threats T11 to T13.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Final, Protocol, Self, TypeAlias

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, mldsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.ed25519_admission import is_admissible
from comity.statement.reading import Reading

ED25519: Final = -19
ES256: Final = -9
ES384: Final = -51
MLDSA44: Final = -48
MLDSA65: Final = -49
MLDSA87: Final = -50

MOST_KEY_BYTES: Final = 4096
KTY, ALG, FIRST, X, Y = 1, 3, -1, -2, -3
"""Labels of a COSE_Key; the first is the curve, or for AKP the whole public key."""
OKP, EC2, AKP = 1, 2, 7
_ED25519_CURVE: Final = 6
_SEED_BYTES: Final = 32

_MlDsaPublic: TypeAlias = mldsa.MLDSA44PublicKey | mldsa.MLDSA65PublicKey | mldsa.MLDSA87PublicKey
_MlDsaPrivate: TypeAlias = (
    mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey
)
_Public: TypeAlias = Ed25519PublicKey | ec.EllipticCurvePublicKey | _MlDsaPublic
_Private: TypeAlias = Ed25519PrivateKey | ec.EllipticCurvePrivateKey | _MlDsaPrivate


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    number: int
    curve: ec.EllipticCurve
    hashing: ec.ECDSA
    width: int
    order: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lattice:
    load: Callable[[bytes], _MlDsaPublic]
    seed: Callable[[bytes], _MlDsaPrivate]
    generate: Callable[[], _MlDsaPrivate]
    key_bytes: int
    signature_bytes: int


_CURVES: Final[Mapping[int, _Curve]] = {
    ES256: _Curve(
        number=1,
        curve=ec.SECP256R1(),
        hashing=ec.ECDSA(hashes.SHA256()),
        width=32,
        order=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    ES384: _Curve(
        number=2,
        curve=ec.SECP384R1(),
        hashing=ec.ECDSA(hashes.SHA384()),
        width=48,
        order=int(
            "ffffffffffffffffffffffffffffffffffffffffffffffff"
            "c7634d81f4372ddf581a0db248b0a77aecec196accc52973",
            16,
        ),
    ),
}
_LATTICES: Final[Mapping[int, _Lattice]] = {
    MLDSA44: _Lattice(
        load=mldsa.MLDSA44PublicKey.from_public_bytes,
        seed=mldsa.MLDSA44PrivateKey.from_seed_bytes,
        generate=mldsa.MLDSA44PrivateKey.generate,
        key_bytes=1312,
        signature_bytes=2420,
    ),
    MLDSA65: _Lattice(
        load=mldsa.MLDSA65PublicKey.from_public_bytes,
        seed=mldsa.MLDSA65PrivateKey.from_seed_bytes,
        generate=mldsa.MLDSA65PrivateKey.generate,
        key_bytes=1952,
        signature_bytes=3309,
    ),
    MLDSA87: _Lattice(
        load=mldsa.MLDSA87PublicKey.from_public_bytes,
        seed=mldsa.MLDSA87PrivateKey.from_seed_bytes,
        generate=mldsa.MLDSA87PrivateKey.generate,
        key_bytes=2592,
        signature_bytes=4627,
    ),
}
ALGORITHMS: Final = frozenset({ED25519, *_CURVES, *_LATTICES})

DENIED: Final[frozenset[bytes]] = frozenset()
"""Thumbprints of keys that nobody may use, because their private halves are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """An admitted key.  Made by ``public_key`` and by ``PrivateKey``, which check it."""

    alg: int
    encoded: bytes
    """The deterministic COSE_Key, with its algorithm."""
    kid: bytes = field(compare=False)
    """RFC 9679 thumbprint, 32 bytes."""
    raw: bytes = field(repr=False, compare=False)
    """The key alone: 32 bytes for Ed25519, x and y for a curve, FIPS 204 for ML-DSA."""
    loaded: _Public = field(repr=False, compare=False)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a signature.

        Raises:
            TrustError: ``key.bad-signature``.

        """
        try:
            if isinstance(self.loaded, ec.EllipticCurvePublicKey):
                curve = _CURVES[self.alg]
                self.loaded.verify(_to_der(signature, curve), message, curve.hashing)
            else:
                self.loaded.verify(signature, message)
        except (InvalidSignature, ValueError):
            raise TrustError("key.bad-signature", alg=self.alg, kid=self.kid.hex()) from None


class Signer(Protocol):
    """Whatever can sign with one key: a file, a key daemon, a hardware module."""

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this signs."""

    def sign(self, message: bytes) -> bytes:
        """Return a signature in the form that ``PublicKey.verify`` accepts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateKey:
    """A private key held in memory."""

    public: PublicKey
    secret: bytes = field(repr=False, compare=False)
    """What ``load`` reads: the seed (32 bytes), or a curve's scalar at full width."""
    loaded: _Private = field(repr=False, compare=False)

    @classmethod
    def generate(cls, alg: int) -> Self:
        """Return a fresh key.

        Raises:
            TrustError: ``key.unknown-algorithm``.

        """
        if alg == ED25519:
            return cls._of(alg, Ed25519PrivateKey.generate())
        if alg in _CURVES:
            return cls._of(alg, ec.generate_private_key(_CURVES[alg].curve))
        return cls._of(alg, _lattice(alg).generate())

    @classmethod
    def load(cls, alg: int, secret: bytes) -> Self:
        """Return the key whose ``secret`` was kept.

        Raises:
            TrustError: ``key.unknown-algorithm``.
            FormatError: ``key.secret``.

        """
        try:
            if alg == ED25519:
                return cls._of(alg, Ed25519PrivateKey.from_private_bytes(secret))
            if alg in _CURVES:
                return cls._of(alg, _load_scalar(secret, _CURVES[alg]))
            return cls._of(alg, _lattice(alg).seed(secret))
        except ValueError:
            raise FormatError("key.secret", alg=alg) from None

    @classmethod
    def _of(cls, alg: int, loaded: _Private) -> Self:
        if isinstance(loaded, ec.EllipticCurvePrivateKey):
            numbers = loaded.private_numbers()
            secret = numbers.private_value.to_bytes(_CURVES[alg].width, "big")
        else:
            secret = loaded.private_bytes_raw()
        return cls(
            public=public_key(_encode(alg, loaded.public_key())), secret=secret, loaded=loaded
        )

    def sign(self, message: bytes) -> bytes:
        """Return a signature over ``message``."""
        if isinstance(self.loaded, ec.EllipticCurvePrivateKey):
            curve = _CURVES[self.public.alg]
            return _from_der(self.loaded.sign(message, curve.hashing), curve)
        return self.loaded.sign(message)


@lru_cache(maxsize=4096)
def public_key(encoded: bytes) -> PublicKey:
    """Read a public key and admit it, or refuse it.

    Raises:
        FormatError: ``key.form``, ``key.weak`` (small or mixed order, or not in the one
            encoding), ``key.not-on-curve``, ``statement.field``, ``cbor.…``.
        TrustError: ``key.unknown-algorithm``, ``key.denied``.

    """
    reading = Reading(cbor.decode(encoded, max_bytes=MOST_KEY_BYTES), "key")
    alg = reading.integer(ALG)
    try:
        if alg == ED25519:
            raw, loaded, required = _read_ed25519(reading)
        elif alg in _CURVES:
            raw, loaded, required = _read_point(reading, _CURVES[alg])
        else:
            raw, loaded, required = _read_lattice(reading, _lattice(alg), alg)
    except UnsupportedAlgorithm:
        raise TrustError("key.unknown-algorithm", alg=alg) from None
    reading.done()
    kid = thumbprint(required)
    if kid in DENIED:
        raise TrustError("key.denied", kid=kid.hex())
    return PublicKey(alg=alg, encoded=encoded, kid=kid, raw=raw, loaded=loaded)


def public_key_from_raw(alg: int, raw: bytes) -> PublicKey:
    """Return the key with these bytes alone, as C2SP notes and other lists hold it.

    Raises:
        FormatError, TrustError: as ``public_key``.

    """
    if alg in _CURVES:
        width = _CURVES[alg].width
        fields: dict[int, Value] = {KTY: EC2, FIRST: _CURVES[alg].number}
        fields |= {X: raw[:width], Y: raw[width:]}
    elif alg == ED25519:
        fields = {KTY: OKP, FIRST: _ED25519_CURVE, X: raw}
    else:
        fields = {KTY: AKP, FIRST: raw}
    return public_key(cbor.encode({**fields, ALG: alg}))


def thumbprint(required: Mapping[int, Value]) -> bytes:
    """Return the SHA-256 thumbprint of a key's required members.  Source: RFC 9679."""
    return sha256(cbor.encode(required)).digest()


def _lattice(alg: int) -> _Lattice:
    if alg not in _LATTICES:
        raise TrustError("key.unknown-algorithm", alg=alg)
    return _LATTICES[alg]


def _expect(reading: Reading, label: int, number: int) -> None:
    if reading.integer(label) != number:
        raise FormatError("key.form", label=label)


def _read_ed25519(reading: Reading) -> tuple[bytes, _Public, Mapping[int, Value]]:
    _expect(reading, KTY, OKP)
    _expect(reading, FIRST, _ED25519_CURVE)
    x = reading.bytes(X, _SEED_BYTES)
    if not is_admissible(x):
        raise FormatError("key.weak", alg=ED25519)
    return x, Ed25519PublicKey.from_public_bytes(x), {KTY: OKP, FIRST: _ED25519_CURVE, X: x}


def _read_point(reading: Reading, curve: _Curve) -> tuple[bytes, _Public, Mapping[int, Value]]:
    _expect(reading, KTY, EC2)
    _expect(reading, FIRST, curve.number)
    x, y = reading.bytes(X, curve.width), reading.bytes(Y, curve.width)
    try:
        loaded = ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, b"\x04" + x + y)
    except ValueError:
        raise FormatError("key.not-on-curve", curve=curve.number) from None
    return x + y, loaded, {KTY: EC2, FIRST: curve.number, X: x, Y: y}


def _read_lattice(
    reading: Reading, lattice: _Lattice, alg: int
) -> tuple[bytes, _Public, Mapping[int, Value]]:
    _expect(reading, KTY, AKP)
    raw = reading.bytes(FIRST, lattice.key_bytes)
    try:
        loaded = lattice.load(raw)
    except ValueError:
        raise FormatError("key.form", label=FIRST) from None
    return raw, loaded, {KTY: AKP, ALG: alg, FIRST: raw}


def _encode(alg: int, loaded: _Public) -> bytes:
    if isinstance(loaded, ec.EllipticCurvePublicKey):
        numbers, width = loaded.public_numbers(), _CURVES[alg].width
        x, y = numbers.x.to_bytes(width, "big"), numbers.y.to_bytes(width, "big")
        return cbor.encode({KTY: EC2, ALG: alg, FIRST: _CURVES[alg].number, X: x, Y: y})
    raw = loaded.public_bytes_raw()
    if alg == ED25519:
        return cbor.encode({KTY: OKP, ALG: alg, FIRST: _ED25519_CURVE, X: raw})
    return cbor.encode({KTY: AKP, ALG: alg, FIRST: raw})


def _load_scalar(secret: bytes, curve: _Curve) -> ec.EllipticCurvePrivateKey:
    scalar = int.from_bytes(secret, "big")
    if len(secret) != curve.width or not 0 < scalar < curve.order:
        raise FormatError("key.secret", alg=curve.number)
    return ec.derive_private_key(scalar, curve.curve)


def _to_der(signature: bytes, curve: _Curve) -> bytes:
    """Turn r and s at fixed width into DER; refuse what is not in its one form."""
    if len(signature) != 2 * curve.width:
        raise InvalidSignature
    r = int.from_bytes(signature[: curve.width], "big")
    s = int.from_bytes(signature[curve.width :], "big")
    if not (0 < r < curve.order and 0 < s <= curve.order // 2):
        raise InvalidSignature
    return encode_dss_signature(r, s)


def _from_der(signature: bytes, curve: _Curve) -> bytes:
    r, s = decode_dss_signature(signature)
    s = min(s, curve.order - s)
    return r.to_bytes(curve.width, "big") + s.to_bytes(curve.width, "big")
