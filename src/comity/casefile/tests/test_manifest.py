"""The manifest: strict, and signed by whoever exported."""

from dataclasses import replace

import pytest

from comity.casefile.manifest import (
    Extent,
    FileRecord,
    Manifest,
    decode_manifest,
    encode_manifest,
    parse_manifest_signature,
    sign_manifest,
    version_of,
)
from comity.errors import ComityError, FormatError, TrustError
from comity.statement import cbor
from comity.statement.keys import ED25519, ES256, PrivateKey
from comity.statement.model import StatementId, SubjectId, party_id

PARTY = party_id(bytes(32))
FILE = FileRecord(path="statements/x.cose", size=3, sha256=bytes(32), sha512=bytes(64))
MANIFEST = Manifest(
    kind="assistance",
    subject=SubjectId(bytes(16)),
    net=StatementId(bytes(32)),
    exporter=PARTY,
    purpose="for the court",
    left_out=("personal",),
    audience=(PARTY,),
    marking="TLP:AMBER",
    demo=False,
    threads=(
        Extent(subject=SubjectId(bytes(16)), statements=2, last={PARTY: StatementId(bytes(32))}),
    ),
    files=(FILE,),
)


def changed(**fields: cbor.Value) -> bytes:
    value = cbor.decode(encode_manifest(MANIFEST), max_bytes=10_000)
    assert isinstance(value, dict)
    return cbor.encode({**value, **fields})


def test_a_manifest_comes_back_as_it_was() -> None:
    """One manifest, one encoding."""
    for each in (MANIFEST, replace(MANIFEST, marking=None, files=(), audience=(), left_out=())):
        assert decode_manifest(encode_manifest(each)) == each


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kind", "no kind"),
        ("kind", 1),
        ("subject", bytes(15)),
        ("net", bytes(31)),
        ("exporter", "urn:comity:party:x"),
        ("purpose", "a\u202eb"),
        ("threads", []),
        ("threads", [[bytes(15), 1, {}]]),
        ("threads", [[b"\x01" * 16, 1, {}]]),
        ("threads", [[bytes(16), 1, {}], [bytes(16), 1, {}]]),
        ("threads", [[bytes(16), True, {}]]),
        ("threads", [[bytes(16), -1, {}]]),
        ("threads", [[bytes(16), 0, {PARTY: bytes(32)}]]),
        ("threads", [[bytes(16), 1, {PARTY: bytes(31)}]]),
        ("threads", [[bytes(16), 1, {"a": bytes(32)}]]),
        ("threads", [[bytes(16), 1, {1: bytes(32)}]]),
        ("threads", [[bytes(16), 1, {}]] * 3),
        ("left_out", ["b", "a"]),
        ("left_out", ["a", "a"]),
        ("audience", [PARTY, PARTY]),
        ("marking", "TLP:PURPLE"),
        ("demo", 0),
        ("extra", True),
        ("files", [["../x", 1, bytes(32), bytes(64)]]),
        ("files", [["manifest.cbor", 1, bytes(32), bytes(64)]]),
        ("files", [["x", -1, bytes(32), bytes(64)]]),
        ("files", [["x", True, bytes(32), bytes(64)]]),
        ("files", [["x", 1, bytes(32), bytes(32)]]),
        ("files", [["b", 1, bytes(32), bytes(64)], ["a", 1, bytes(32), bytes(64)]]),
        ("format", "comity-case/2"),
    ],
)
def test_a_manifest_that_is_not_exact_is_refused(field: str, value: cbor.Value) -> None:
    """Whatever is wrong with a field is a named error."""
    with pytest.raises(FormatError):
        decode_manifest(changed(**{field: value}))


def test_the_version_is_read_whatever_else_stands_there() -> None:
    """A newer manifest can be told from noise."""
    assert version_of(changed(format="comity-case/2", more=1)) == "comity-case/2"
    for noise in (changed(format="zip"), changed(format=2), cbor.encode([]), b""):
        with pytest.raises(FormatError):
            version_of(noise)


@pytest.mark.parametrize("alg", [ED25519, ES256])
def test_a_signature_is_over_one_manifest_by_one_key(alg: int) -> None:
    """Another manifest, another key or a changed signature does not hold."""
    signer, data = PrivateKey.generate(alg), encode_manifest(MANIFEST)
    encoded = sign_manifest(data, PARTY, 7, signer)
    signature = parse_manifest_signature(encoded)
    assert (signature.exporter, signature.claimed_at) == (PARTY, 7)
    signature.verify(signer.public, data)
    with pytest.raises(TrustError, match=r"casefile\.other-manifest"):
        signature.verify(signer.public, data + b"x")
    with pytest.raises(TrustError, match=r"envelope\.other-key"):
        signature.verify(PrivateKey.generate(alg).public, data)
    for at in range(len(encoded)):
        bad = bytearray(encoded)
        bad[at] ^= 1
        with pytest.raises(ComityError):
            parse_manifest_signature(bytes(bad)).verify(signer.public, data)
