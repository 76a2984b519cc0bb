"""Keys: what is admitted, what is refused, what a signature must look like."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity.errors import ComityError, FormatError, TrustError
from comity.statement import cbor, keys
from comity.statement.ed25519_admission import _add, _decode, is_admissible
from comity.statement.kem import HPKE_9_KE, KemPrivateKey, kem_public_key
from comity.statement.keys import ED25519, ES256, ES384, MLDSA44, PrivateKey, public_key

SMALL_ORDER = (
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
)
P = 2**255 - 19
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def ed25519(x: bytes) -> bytes:
    return cbor.encode({1: 1, 3: ED25519, -1: 6, -2: x})


@pytest.mark.parametrize("alg", sorted(keys.ALGORITHMS))
def test_a_key_signs_verifies_and_comes_back_from_its_secret(alg: int) -> None:
    """Every algorithm signs; the kept secret gives the same key; another message fails."""
    key = PrivateKey.generate(alg)
    again = PrivateKey.load(alg, key.secret)
    assert again.public == key.public
    assert public_key(key.public.encoded).kid == key.public.kid
    assert keys.public_key_from_raw(alg, key.public.raw) == key.public
    signature = again.sign(b"message")
    key.public.verify(signature, b"message")
    for wrong in (signature[:-1], signature + b"\0", b"", bytes(len(signature))):
        with pytest.raises(TrustError, match=r"key\.bad-signature"):
            key.public.verify(wrong, b"message")
    with pytest.raises(TrustError, match=r"key\.bad-signature"):
        key.public.verify(signature, b"another message")


def test_a_secret_is_not_shown() -> None:
    """The representation of a private key does not hold its secret."""
    key = PrivateKey.generate(ED25519)
    assert repr(key.secret) not in repr(key)
    assert repr(KemPrivateKey.load(bytes(32)).secret) not in repr(KemPrivateKey.load(bytes(32)))


@pytest.mark.parametrize("digits", SMALL_ORDER)
def test_a_key_of_small_order_is_refused(digits: str) -> None:
    """T13: one signature would fit many messages; the library itself takes such keys."""
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits))
    with pytest.raises(FormatError, match=r"key\.weak"):
        public_key(ed25519(bytes.fromhex(digits)))


def test_a_key_of_mixed_order_is_refused() -> None:
    """T13: a good key plus a point of small order is not a good key."""
    good = _decode(PrivateKey.generate(ED25519).public.raw)
    small = _decode(bytes.fromhex(SMALL_ORDER[4]))
    assert good is not None
    assert small is not None
    x, y, z, _ = _add(good, small)
    x, y = x * pow(z, -1, P) % P, y * pow(z, -1, P) % P
    mixed = (y | (x & 1) << 255).to_bytes(32, "little")
    assert _decode(mixed) is not None
    assert not is_admissible(mixed)


@pytest.mark.parametrize("y", [P, P + 1, P + 18, 2**255 - 1, 2])
def test_an_ed25519_key_has_one_encoding_and_lies_on_the_curve(y: int) -> None:
    """A coordinate above the field's order, or off the curve, is refused."""
    for sign in (0, 1):
        assert not is_admissible((y | sign << 255).to_bytes(32, "little"))


def test_fresh_keys_are_admitted() -> None:
    """The check refuses no honest key."""
    assert all(is_admissible(PrivateKey.generate(ED25519).public.raw) for _ in range(20))


def test_the_high_half_of_s_is_refused() -> None:
    """The second signature that ECDSA allows for the same content is not accepted."""
    key = PrivateKey.generate(ES256)
    signature = key.sign(b"message")
    s = int.from_bytes(signature[32:], "big")
    assert s <= P256_ORDER // 2
    for other in (P256_ORDER - s, 0, s + P256_ORDER):
        if other < 1 << 256:
            with pytest.raises(TrustError, match=r"key\.bad-signature"):
                key.public.verify(signature[:32] + other.to_bytes(32, "big"), b"message")


def refused_keys() -> dict[str, tuple[bytes, str]]:
    ed, p256 = PrivateKey.generate(ED25519).public, PrivateKey.generate(ES256).public
    x, y = p256.raw[:32], p256.raw[32:]
    return {
        "off the curve": (cbor.encode({1: 2, 3: ES256, -1: 1, -2: x, -3: x}), "key.not-on-curve"),
        "compressed": (cbor.encode({1: 2, 3: ES256, -1: 1, -2: x, -3: True}), "statement.field"),
        "point at infinity": (
            cbor.encode({1: 2, 3: ES256, -1: 1, -2: bytes(32), -3: bytes(32)}),
            "key.not-on-curve",
        ),
        "coordinate too long": (
            cbor.encode({1: 2, 3: ES256, -1: 1, -2: b"\0" + x, -3: y}),
            "statement.field",
        ),
        "another curve": (cbor.encode({1: 2, 3: ES384, -1: 1, -2: x, -3: y}), "key.form"),
        "no algorithm": (cbor.encode({1: 1, -1: 6, -2: ed.raw}), "statement.field"),
        "unknown algorithm": (
            cbor.encode({1: 1, 3: -8, -1: 6, -2: ed.raw}),
            "key.unknown-algorithm",
        ),
        "algorithm none": (cbor.encode({1: 4, 3: 0, -1: ed.raw}), "key.unknown-algorithm"),
        "symmetric": (cbor.encode({1: 4, 3: ED25519, -1: 6, -2: ed.raw}), "key.form"),
        "a label more": (
            cbor.encode({1: 1, 2: b"kid", 3: ED25519, -1: 6, -2: ed.raw}),
            "statement.unknown-field",
        ),
        "the private half": (
            cbor.encode({1: 1, 3: ED25519, -1: 6, -2: ed.raw, -4: bytes(32)}),
            "statement.unknown-field",
        ),
        "true for one": (cbor.encode({1: True, 3: ED25519, -1: 6, -2: ed.raw}), "statement.field"),
        "lattice too short": (cbor.encode({1: 7, 3: MLDSA44, -1: bytes(1311)}), "statement.field"),
        "keys out of order": (b"\xa4\x03\x32\x01\x01\x20\x06\x21\x40", "cbor.key-order"),
        "not a map": (b"\x80", "statement.field"),
    }


@pytest.mark.parametrize("name", refused_keys())
def test_what_is_not_exactly_a_key_is_refused(name: str) -> None:
    """T12: one key has one encoding, and an unknown algorithm is not guessed at."""
    encoded, code = refused_keys()[name]
    with pytest.raises(ComityError) as caught:
        public_key(encoded)
    assert caught.value.code == code


def test_a_kid_is_the_digest_of_the_required_members() -> None:
    """RFC 9679: for OKP without the algorithm, for AKP with it."""
    ed, lattice = PrivateKey.generate(ED25519).public, PrivateKey.generate(MLDSA44).public
    assert ed.kid == sha256(cbor.encode({1: 1, -1: 6, -2: ed.raw})).digest()
    assert lattice.kid == sha256(lattice.encoded).digest()


@pytest.mark.parametrize(
    ("alg", "secret"),
    [
        (ED25519, bytes(31)),
        (ES256, bytes(32)),
        (ES256, b"\xff" * 32),
        (ES256, bytes(31) + b"\1\1"),
        (MLDSA44, b""),
    ],
)
def test_a_secret_of_the_wrong_form_is_refused(alg: int, secret: bytes) -> None:
    """Sizes and ranges of secrets are checked."""
    with pytest.raises(FormatError, match=r"key\.secret"):
        PrivateKey.load(alg, secret)


def test_a_denied_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key whose private half is known to others is not admitted."""
    denied = PrivateKey.generate(ED25519).public
    public_key.cache_clear()
    monkeypatch.setattr(keys, "DENIED", frozenset({denied.kid}))
    with pytest.raises(TrustError, match=r"key\.denied"):
        public_key(denied.encoded)


def test_a_key_to_encrypt_for_is_checked() -> None:
    """Both halves must be sound, and there is one encoding."""
    good = KemPrivateKey.generate().public
    assert kem_public_key(good.encoded) == good
    lattice, x = good.raw[:-32], good.raw[-32:]
    for raw, code in {
        lattice + bytes(32): "key.weak",
        lattice + b"\x01" + bytes(31): "key.weak",
        lattice + (P + 9).to_bytes(32, "little"): "key.weak",
        lattice + x[:-1] + bytes((x[-1] | 0x80,)): "key.weak",
        b"\xff" * len(lattice) + x: "key.form",
        lattice: "statement.field",
    }.items():
        with pytest.raises(FormatError) as caught:
            kem_public_key(cbor.encode({1: 7, 3: HPKE_9_KE, -1: raw}))
        assert caught.value.code == code
    with pytest.raises(TrustError, match=r"key\.unknown-algorithm"):
        kem_public_key(cbor.encode({1: 7, 3: 57, -1: good.raw}))
    with pytest.raises(FormatError, match=r"key\.secret"):
        KemPrivateKey.load(bytes(31))
