"""The decoder, keys and signatures against vectors that others published."""

import gzip
import json
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.bindings._rust import openssl
from cryptography.hazmat.primitives import hpke

from comity.errors import ComityError, FormatError, TrustError
from comity.statement import cbor
from comity.statement.kem import KemPrivateKey
from comity.statement.keys import (
    ED25519,
    ES256,
    ES384,
    MLDSA44,
    MLDSA65,
    MLDSA87,
    PrivateKey,
    PublicKey,
    public_key,
    public_key_from_raw,
)
from comity.statement.sign1 import Sign1, decode_sign1, sig_structure

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
P384_ORDER = int("f" * 48 + "c7634d81f4372ddf581a0db248b0a77aecec196accc52973", 16)
XWING_KEM, SHAKE256_KDF = 0x647A, 17
LATTICES = {44: MLDSA44, 65: MLDSA65, 87: MLDSA87}


def load(place: Path) -> Any:
    if not place.is_file():
        pytest.skip(f"no vectors at {place}: set COMITY_VECTORS to a folder that is complete")
    data = place.read_bytes()
    return json.loads(gzip.decompress(data) if place.suffix == ".gz" else data)


def verifies(key: PublicKey, signature: str, message: str) -> bool:
    try:
        key.verify(bytes.fromhex(signature), bytes.fromhex(message))
    except TrustError:
        return False
    return True


def allowed(value: Any) -> bool:
    """Tell whether the profile has an encoding for a value of RFC 8949, appendix A."""
    if isinstance(value, dict):
        return all(map(allowed, value.values()))
    if isinstance(value, list):
        return all(map(allowed, value))
    if isinstance(value, float):
        return False
    return not isinstance(value, int) or -(2**53) <= value < 2**53


def test_the_examples_of_rfc_8949_are_decoded_or_outside_the_profile(vectors: Path) -> None:
    """Appendix A: what the profile allows comes out right; the rest is refused."""
    rows = load(vectors / "cbor" / "appendix_a.json")
    decoded = 0
    for row in rows:
        data = bytes.fromhex(row["hex"])
        try:
            value = cbor.decode(data, max_bytes=1000)
        except FormatError:
            # Indefinite lengths, floats, big numbers, other simple values, other tags, and
            # maps whose keys are refused are not in the profile.
            assert not row.get("roundtrip") or not allowed(row.get("decoded", 1.0)), row
            continue
        decoded += 1
        assert cbor.encode(value) == data
        if "decoded" in row:
            expected = row["decoded"]
            if isinstance(expected, dict) and isinstance(value, dict):
                value = {str(key): item for key, item in value.items()}
            assert value == expected, row
    assert decoded >= 35


def test_wycheproof_ed25519(vectors: Path) -> None:
    """Every signature is judged as the project says, over admitted keys."""
    judged = 0
    for group in load(vectors / "wycheproof" / "ed25519_test.json")["testGroups"]:
        key = public_key_from_raw(ED25519, bytes.fromhex(group["publicKey"]["pk"]))
        for test in group["tests"]:
            assert verifies(key, test["sig"], test["msg"]) == (test["result"] == "valid"), test
            judged += 1
    assert judged == 151


@pytest.mark.parametrize(
    ("name", "alg", "order"),
    [
        ("ecdsa_secp256r1_sha256_p1363_test.json.gz", ES256, P256_ORDER),
        ("ecdsa_secp384r1_sha384_p1363_test.json.gz", ES384, P384_ORDER),
    ],
)
def test_wycheproof_ecdsa(vectors: Path, name: str, alg: int, order: int) -> None:
    """Judged as the project says, but the upper half of s is refused."""
    judged = high = 0
    width = (order.bit_length() + 7) // 8
    for group in load(vectors / "wycheproof" / name)["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        key = public_key_from_raw(alg, point[1:])
        for test in group["tests"]:
            signature = bytes.fromhex(test["sig"])
            is_high = int.from_bytes(signature[width:], "big") > order // 2
            high += is_high and test["result"] == "valid"
            expected = test["result"] == "valid" and not is_high
            assert verifies(key, test["sig"], test["msg"]) == expected, test
            judged += 1
    assert judged > 200
    assert high > 0


@pytest.mark.parametrize("size", [44, 65, 87])
def test_wycheproof_ml_dsa_verification(vectors: Path, size: int) -> None:
    """Without a context, every signature is judged as the project says."""
    judged = 0
    name = f"mldsa_{size}_verify_test.json.gz"
    for group in load(vectors / "wycheproof" / name)["testGroups"]:
        try:
            key = public_key_from_raw(LATTICES[size], bytes.fromhex(group["publicKey"]))
        except ComityError:
            assert all(test["result"] == "invalid" for test in group["tests"])
            continue
        for test in group["tests"]:
            expected = test["result"] == "valid" and not test.get("ctx")
            assert verifies(key, test["sig"], test["msg"]) == expected, test["comment"]
            judged += 1
    assert judged > 50


@pytest.mark.parametrize("size", [44, 65])
def test_wycheproof_ml_dsa_seeds(vectors: Path, size: int) -> None:
    """A seed gives the published key, and the published signature verifies."""
    name = f"mldsa_{size}_sign_seed_test.json.gz"
    made = 0
    for group in load(vectors / "wycheproof" / name)["testGroups"]:
        seed = bytes.fromhex(group["privateSeed"])
        if group.get("publicKey") is None or len(seed) != 32:
            continue
        key = PrivateKey.load(LATTICES[size], seed).public
        assert key.raw.hex() == group["publicKey"]
        made += 1
        for test in group["tests"]:
            if test["result"] == "valid" and not test.get("ctx") and "msg" in test:
                assert verifies(key, test["sig"], test["msg"])
    assert made > 0


def test_cctv_ed25519(vectors: Path) -> None:
    """Keys of small or mixed order are not admitted; residues of small order do not verify."""
    admitted = 0
    for row in load(vectors / "cctv" / "ed25519" / "ed25519vectors.json"):
        flags = set(row["flags"] or ())
        bad_key = flags & {"low_order_A", "low_order_component_A", "non_canonical_A"}
        try:
            key = public_key_from_raw(ED25519, bytes.fromhex(row["key"]))
        except FormatError:
            assert bad_key, row
            continue
        assert not bad_key, row
        admitted += 1
        message = row["msg"].encode().hex()
        expected = not flags & {"low_order_residue", "non_canonical_R"}
        assert verifies(key, row["sig"], message) == expected, row
    assert admitted > 0


@pytest.mark.parametrize("size", [44, 65, 87])
def test_cose_ml_dsa_examples(vectors: Path, size: int) -> None:
    """RFC 9964: the kid is the thumbprint, and the signature verifies."""
    row = load(vectors / "cose-mldsa" / f"ML_DSA_{size}.cose.json")
    # The example carries its private half and its kid, which our public keys do not.
    raw, kid, seed = example_key(bytes.fromhex(row["key"]))
    key = public_key_from_raw(LATTICES[size], raw)
    assert key.kid == kid
    assert PrivateKey.load(LATTICES[size], seed).public == key
    signed = decode_sign1(bytes.fromhex(row["sign1"]), 10_000)
    assert signed.payload is not None
    key.verify(signed.signature, sig_structure(signed.protected, signed.payload))


def example_key(data: bytes) -> tuple[bytes, bytes, bytes]:
    """Read a key whose map is not in deterministic order: public half, kid, seed."""
    fields = cbor2.loads(data)
    return fields[-1], fields[2], fields[-2]


def jose(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def named_key(row: dict[str, Any]) -> PublicKey | None:
    """Return a key given as JOSE gives it, if we know its algorithm."""
    alg = {"P-256": ES256, "P-384": ES384, "Ed25519": ED25519}.get(row.get("crv", ""))
    if alg is None or "x_hex" in row:
        return None
    return public_key_from_raw(alg, jose(row["x"]) + jose(row.get("y", "")))


def holds(key: PublicKey, signed: Sign1, external: bytes = b"") -> bool:
    """Tell whether a message verifies; external data are not in our profile, so add them."""
    assert signed.payload is not None
    # An empty map stands for no header; our own messages always have a header.
    protected = b"" if signed.protected == b"\xa0" else signed.protected
    message = cbor.encode(["Signature1", protected, external, signed.payload])
    if not external and protected:
        assert message == sig_structure(signed.protected, signed.payload)
    return verifies(key, signed.signature.hex(), message.hex())


def test_cose_working_group_sign1_examples(vectors: Path) -> None:
    """Messages that should verify do, and those that should fail do not."""
    verdicts = {}
    for place in sorted((vectors / "cose-wg-examples" / "sign1-tests").glob("*.json")):
        row = load(place)
        told = row["input"]["sign0"]
        key = named_key(told["key"])
        assert key is not None
        data = bytes.fromhex(row["output"]["cbor"])
        if place.stem == "sign-pass-03":
            # Our messages are always tagged; with its tag it is read.
            with pytest.raises(FormatError, match=r"envelope\.not-sign1"):
                decode_sign1(data, 1000)
            data = b"\xd2" + data
        try:
            signed = decode_sign1(data, 1000)
        except FormatError:
            verdicts[place.stem] = False
            continue
        verdicts[place.stem] = holds(key, signed, bytes.fromhex(told.get("external", "")))
    assert verdicts == {name: "-pass-" in name for name in verdicts}
    assert len(verdicts) == 9


def test_gluecose_sign1_examples(vectors: Path) -> None:
    """The same messages as another project reads them."""
    judged = 0
    for place in sorted((vectors / "cose-gluecose").glob("sign1-verify-*.json")):
        row = load(place)
        key = named_key(row["key"])
        if key is None:
            continue
        told = row["sign1::verify"]
        digits = told["taggedCOSESign1"]["cborHex"]
        signed = decode_sign1(bytes.fromhex(digits), 1000)
        good = holds(key, signed, bytes.fromhex(told.get("external", "")))
        order = {ES256: P256_ORDER, ES384: P384_ORDER}[key.alg]
        half = len(signed.signature) // 2
        is_high = int.from_bytes(signed.signature[half:], "big") > order // 2
        assert good == (told["shouldVerify"] and not is_high), place.name
        judged += 1
    assert judged >= 3


def test_x_wing_keys_come_from_their_seeds(vectors: Path) -> None:
    """A seed of 32 bytes gives the published public key."""
    for row in load(vectors / "xwing" / "test-vectors.json"):
        assert KemPrivateKey.load(bytes.fromhex(row["sk"])).public.raw.hex() == row["pk"]


def test_hpke_with_x_wing_opens_what_others_sealed(vectors: Path) -> None:
    """The key of every X-Wing vector is ours, and our private key opens its messages."""
    aeads = {1: hpke.AEAD.AES_128_GCM, 2: hpke.AEAD.AES_256_GCM, 3: hpke.AEAD.CHACHA20_POLY1305}
    kdfs = {1: hpke.KDF.HKDF_SHA256, SHAKE256_KDF: hpke.KDF.SHAKE256}
    opened = 0
    for row in load(vectors / "hpke-pq" / "test-vectors.json"):
        if row["kem_id"] != XWING_KEM:
            continue
        key = KemPrivateKey.load(bytes.fromhex(row["skRm"]))
        assert key.public.raw.hex() == row["pkRm"]
        suite = hpke.Suite(hpke.KEM.MLKEM768_X25519, kdfs[row["kdf_id"]], aeads[row["aead_id"]])
        first = row["encryptions"][0]
        plain = openssl.hpke._decrypt_with_aad(
            suite,
            bytes.fromhex(row["enc"] + first["ct"]),
            key.loaded,
            info=bytes.fromhex(row["info"]),
            aad=bytes.fromhex(first["aad"]),
        )
        assert plain.hex() == first["pt"]
        opened += 1
    assert opened >= 1


def test_a_key_of_the_published_examples_is_read_in_its_one_encoding(vectors: Path) -> None:
    """The ML-DSA example, written deterministically, is the same key."""
    raw, kid, _ = example_key(
        bytes.fromhex(load(vectors / "cose-mldsa" / "ML_DSA_44.cose.json")["key"])
    )
    assert public_key(cbor.encode({1: 7, 3: MLDSA44, -1: raw})).kid == kid
