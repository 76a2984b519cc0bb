"""Trees, tiles, checkpoints and receipts against logs and vectors that others published."""

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from comity.errors import ComityError, FormatError, ProofError
from comity.log.checkpoint import cosignatures, open_checkpoint, parse_checkpoint
from comity.log.equivocation import Kind, check_conflict, of_one_size
from comity.log.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from comity.log.note import NoteKey, parse_vkey
from comity.log.receipt import INCLUSION, RFC9162_SHA256, VDP, VDS, parse_receipt, read_head
from comity.log.tiles import TilePath, decode_bundle, decode_tile, encode_bundle, tile_path
from comity.log.tree import Tree
from comity.statement import cbor
from comity.statement.cbor import Key, Value
from comity.statement.sign1 import Sign1, decode_sign1, sig_structure

CONVENTIONS = {
    # A hash has 32 bytes, so that nothing is not the hash of nothing.
    "inclusion/single-entry/empty-root-and-leaf.json": "log.path-hash",
    # No proof starts from the empty tree, which any tree continues.
    "consistency/additional/size1-is-zero-and-does-not-equal-size2.json": "log.sizes",
    "consistency/additional/size1-is-zero-and-size2-is-not-zero.json": "log.sizes",
    "consistency/additional/sizes-are-equal-zero-and-proof-is-empty.json": "log.sizes",
}
"""What RFC 9162 alone would accept: refused by convention, there and here, with this code."""

STRICTER = {
    # There, two equal words of 12 bytes are equal roots; here a root has 32 bytes.
    "consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": "log.path-hash",
}
"""What the project accepts and we refuse."""

TESSERA = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
TESSERA_SIZES = range(1, 16)
ORIGIN = "rome2026h1.example.org"
STATEMENTS = ("valid-es256", "valid-eddsa", "fail-bad-statement-sig", "fail-tampered-path")


def under(vectors: Path, name: str) -> Path:
    folder = vectors / name
    if not folder.is_dir():
        pytest.skip(f"no vectors at {folder}: set COMITY_VECTORS to a folder that is complete")
    return folder


def decoded(text: str | None) -> bytes:
    return b64decode(text or "", validate=True)


def problem(row: dict[str, Any], kind: str) -> str | None:
    """Return the code with which a proof is refused, or none."""
    path = [decoded(each) for each in row["proof"] or ()]
    try:
        if kind == "inclusion":
            leaf, root = decoded(row["leafHash"]), decoded(row["root"])
            verify_inclusion(leaf, row["leafIdx"], row["treeSize"], path, root)
        else:
            old = row["size1"], decoded(row["root1"])
            verify_consistency(old, (row["size2"], decoded(row["root2"])), path)
    except ProofError as error:
        return error.code
    return None


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_merkle_proofs(vectors: Path, kind: str) -> None:
    """Every proof is judged as the project says, but for what is named above."""
    folder = under(vectors, "merkle-rfc6962")
    judged = {}
    differing = {}
    for place in sorted((folder / kind).rglob("*.json")):
        row = json.loads(place.read_text())
        name = place.relative_to(folder).as_posix()
        judged[name] = problem(row, kind)
        if (judged[name] is None) == row["wantErr"]:
            differing[name] = judged[name]
    assert len(judged) == 98
    assert differing == {name: code for name, code in STRICTER.items() if name in judged}
    named = {name: code for name, code in CONVENTIONS.items() if name.startswith(kind)}
    assert {name: judged[name] for name in named} == named


def opened(place: Path, *keys: NoteKey) -> tuple[int, bytes]:
    checkpoint, time = open_checkpoint(place.read_text(), keys)
    assert time is None
    return checkpoint.size, checkpoint.root


def test_tessera_empty_log(vectors: Path) -> None:
    """The checkpoint of size 0 has the root of the empty tree."""
    log = under(vectors, "tlog-tiles-tessera") / "log"
    assert opened(log / "checkpoint.0", parse_vkey(TESSERA)) == (0, EMPTY_ROOT)


@pytest.mark.parametrize("size", TESSERA_SIZES)
def test_tessera_checkpoints_tiles_and_bundles(vectors: Path, size: int) -> None:
    """Signature, bundle, tile and root fit one another at every size."""
    log = under(vectors, "tlog-tiles-tessera") / "log"
    signed = opened(log / f"checkpoint.{size}", parse_vkey(TESSERA))
    bundle = (log / tile_path(TilePath(level=None, number=0, width=size))).read_bytes()
    entries = decode_bundle(bundle)
    assert encode_bundle(entries) == bundle
    tree = Tree()
    tree.extend([leaf_hash(entry) for entry in entries])
    assert signed == (size, tree.root())
    hashes_there = (log / tile_path(TilePath(level=0, number=0, width=size))).read_bytes()
    assert tree.tile(0, 0, size) == hashes_there
    for index, leaf in enumerate(decode_tile(hashes_there)):
        verify_inclusion(leaf, index, size, tree.inclusion(index, size), signed[1])


def test_tessera_checkpoints_are_one_history(vectors: Path) -> None:
    """Our proof between any two of them holds with the roots that were signed there."""
    log = under(vectors, "tlog-tiles-tessera") / "log"
    key = parse_vkey(TESSERA)
    heads = [opened(log / f"checkpoint.{size}", key) for size in TESSERA_SIZES]
    tree = Tree()
    tree.extend(decode_tile((log / "tile/0/000.p/15").read_bytes()))
    for new in heads:
        for old in heads[: new[0]]:
            verify_consistency(old, new, tree.consistency(old[0], new[0]))


def test_tessera_checkpoint_with_another_root_is_refused(vectors: Path) -> None:
    """The line of one head does not sign another."""
    log = under(vectors, "tlog-tiles-tessera") / "log"
    line = (log / "checkpoint.7").read_text().partition("\n\n")[2]
    body = (log / "checkpoint.8").read_text().partition("\n\n")[0]
    with pytest.raises(ProofError, match=r"log\.head-signature"):
        open_checkpoint(f"{body}\n\n{line}", [parse_vkey(TESSERA)])


def skylight_key(folder: Path, name: str) -> NoteKey:
    (vkey,) = json.loads((folder / name).read_text())["verifier_keys"]
    return parse_vkey(vkey)


def test_skylight_mirror(vectors: Path) -> None:
    """300 entries: path by the origin's digest, a full tile, a partial one, one of level 1."""
    folder = under(vectors, "tlog-witness-mirror-skylight") / "witness" / "mirror"
    mirror = folder / sha256(ORIGIN.encode()).hexdigest()
    key = skylight_key(folder, "mirror.v0.json")
    note = (mirror / "checkpoint").read_text()
    checkpoint, _ = parse_checkpoint(note)
    assert (checkpoint.origin, checkpoint.size) == (ORIGIN, 300)
    tree = Tree()
    for number, width in ((0, 256), (1, 44)):
        path = tile_path(TilePath(level=0, number=number, width=width))
        tree.extend(decode_tile((mirror / path).read_bytes()))
    assert tree.root() == checkpoint.root
    above = tile_path(TilePath(level=1, number=0, width=1))
    assert tree.tile(1, 0, 1) == (mirror / above).read_bytes()
    assert cosignatures(note, [key]) == {key: 1767139200}
    for index in (0, 255, 256, 299):
        leaf = tree.tile(0, index // 256, index % 256 + 1)[-32:]
        verify_inclusion(leaf, index, 300, tree.inclusion(index, 300), checkpoint.root)


def test_skylight_witness(vectors: Path) -> None:
    """A cosignature of type 04 holds beside a line of a type that we do not know."""
    folder = under(vectors, "tlog-witness-mirror-skylight") / "witness"
    key = skylight_key(folder, "witness.v0.json")
    place = folder / sha256(ORIGIN.encode()).hexdigest() / "checkpoint"
    assert cosignatures(place.read_text(), [key]) == {key: 1767139200}
    stranger = skylight_key(folder / "mirror", "mirror.v0.json")
    assert cosignatures(place.read_text(), [stranger]) == {}


def test_skylight_two_heads_of_one_size(vectors: Path) -> None:
    """Both are cosigned, and differ: no proof leads from one to the other."""
    folder = under(vectors, "tlog-witness-mirror-skylight") / "witness"
    name = sha256(ORIGIN.encode()).hexdigest()
    notes = [(place / name / "checkpoint").read_text() for place in (folder, folder / "mirror")]
    heads = [parse_checkpoint(note)[0] for note in notes]
    assert heads[0].size == heads[1].size
    pairs = [(head.size, head.root) for head in heads]
    with pytest.raises(ProofError, match=r"log\.root"):
        verify_consistency(pairs[0], pairs[1], [])
    found = of_one_size(*notes)
    assert found is not None
    assert found.kind is Kind.SAME_SIZE
    # Two witnesses have each cosigned one of them; without the log's own signatures, whose keys
    # are of a type that we do not know, that accuses nobody.
    keys = [skylight_key(folder, "witness.v0.json")]
    keys += [skylight_key(folder / "mirror", "mirror.v0.json")]
    for note, key in zip(notes, keys, strict=True):
        assert cosignatures(note, [key]) == {key: 1767139200}
    with pytest.raises((FormatError, ProofError)):
        check_conflict(found, ORIGIN, keys[:1])


def test_skylight_decoy_is_no_checkpoint(vectors: Path) -> None:
    """A file that must never be served is not read as a checkpoint either."""
    folder = under(vectors, "tlog-witness-mirror-skylight") / "witness"
    with pytest.raises(FormatError, match=r"log\.note"):
        parse_checkpoint((folder / "checkpoint").read_text())


def proof_of(message: Sign1, kind: int) -> tuple[int, int, list[bytes]]:
    """Return the one proof of a foreign receipt: two numbers and a path."""
    found = message.unprotected[VDP]
    assert isinstance(found, dict)
    encoded = found[kind]
    assert isinstance(encoded, list)
    assert len(encoded) == 1
    assert isinstance(encoded[0], bytes)
    proof = cbor.decode(encoded[0], max_bytes=10_000)
    assert isinstance(proof, list)
    first, second, path = proof
    assert isinstance(first, int)
    assert isinstance(second, int)
    assert isinstance(path, list)
    return first, second, [each for each in path if isinstance(each, bytes)]


def foreign_header(protected: bytes) -> dict[Key, Value]:
    """Return a protected header whose labels need not be in deterministic order."""
    fields: dict[Key, Value] = {}
    at = 1
    items: list[Value] = []
    while at < len(protected):
        for end in range(at + 1, len(protected) + 1):
            try:
                items.append(cbor.decode(protected[at:end], max_bytes=10_000))
            except FormatError:
                continue
            at = end
            break
        else:
            pytest.fail("the header is not a run of items")
    for label, value in zip(items[::2], items[1::2], strict=True):
        assert isinstance(label, int | str)
        fields[label] = value
    return fields


def test_cose_receipt_examples(vectors: Path) -> None:
    """The examples of RFC 9942 have the shape that ours have; their keys are not published."""
    folder = under(vectors, "cose-receipts")
    inclusion = decode_sign1((folder / "inclusion-receipt.cbor").read_bytes(), 10_000)
    consistency = decode_sign1((folder / "consistency-receipt.cbor").read_bytes(), 10_000)
    for message in (inclusion, consistency):
        assert foreign_header(message.protected)[VDS] == RFC9162_SHA256
        assert message.payload is None
        assert len(message.signature) == 64
    size, index, path = proof_of(inclusion, INCLUSION)
    assert (size, index, len(path)) == (5, 3, 3)
    assert len(root_from_inclusion(bytes(32), index, size, path)) == 32
    old, new, path = proof_of(consistency, -2)
    assert (old, new, len(path)) == (3, 5, 4)
    with pytest.raises(ProofError, match=r"log\.root"):
        verify_consistency((old, bytes(32)), (new, bytes(32)), path)


def test_cose_receipt_examples_are_not_receipts_of_ours(vectors: Path) -> None:
    """They do not sign their size, name no subject, and use a number that RFC 9864 retired."""
    folder = under(vectors, "cose-receipts")
    for place in folder.glob("*.cbor"):
        with pytest.raises(FormatError):
            parse_receipt(place.read_bytes())


def signed_by(place: Path, message: Sign1, payload: bytes) -> bool:
    """Verify with a key in PEM and the retired algorithms -7 and -8, which ours refuse."""
    key = load_pem_public_key(place.read_bytes())
    structure = sig_structure(message.protected, payload)
    try:
        if isinstance(key, Ed25519PublicKey):
            key.verify(message.signature, structure)
        else:
            assert isinstance(key, ec.EllipticCurvePublicKey)
            r, s = (int.from_bytes(half, "big") for half in halves(message.signature))
            key.verify(encode_dss_signature(r, s), structure, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def halves(signature: bytes) -> tuple[bytes, bytes]:
    return signature[:32], signature[32:]


@pytest.mark.parametrize("name", STATEMENTS)
def test_scitt_statements_and_receipts(vectors: Path, name: str) -> None:
    """Leaf rule, path and root are ours; each part fails where the project says it does."""
    folder = under(vectors, "scitt-cose-interop") / "v1" / name
    expected = json.loads((folder / "expected.json").read_text())
    data = (folder / "statement.cose").read_bytes()
    statement = decode_sign1(data, 10_000)
    assert statement.payload is not None
    assert statement.unprotected == {}
    entry = sha256(data).digest()
    assert entry.hex() == expected["leaf_entry"]
    issued = signed_by(folder / "issuer-key.pub", statement, statement.payload)
    assert issued == expected["statement_signature_valid"]
    receipt = decode_sign1((folder / "receipt.cose").read_bytes(), 10_000)
    size, index, path = proof_of(receipt, INCLUSION)
    assert (size, index) == (expected["tree_size"], expected["leaf_index"])
    assert [each.hex() for each in path] == expected["inclusion_path"]
    root = root_from_inclusion(leaf_hash(entry), index, size, path)
    if expected["reconstructed_root"] is not None:
        assert root.hex() == expected["reconstructed_root"]
    assert signed_by(folder / "log-key.pub", receipt, root) == expected["receipt_valid"]


@pytest.mark.parametrize("name", ["fail-unsupported-vds", "valid-ccf-vds2"])
def test_scitt_receipts_over_another_kind_of_tree(vectors: Path, name: str) -> None:
    """The kind of tree stands in the protected header, and only one is ours."""
    folder = under(vectors, "scitt-cose-interop") / "v1" / name
    receipt = decode_sign1((folder / "receipt.cose").read_bytes(), 10_000)
    header = foreign_header(receipt.protected)
    assert header[VDS] == 2
    ours: dict[Key, Value] = {
        1: -9,
        4: bytes(32),
        15: {1: "urn:comity:log:a", 2: "urn:comity:log:a", 6: 1},
        -70001: 8,
    }
    assert read_head(cbor.encode({**ours, VDS: RFC9162_SHA256})).size == 8
    with pytest.raises(FormatError, match=r"log\.receipt"):
        read_head(cbor.encode({**ours, VDS: header[VDS]}))


def test_scitt_receipts_are_not_receipts_of_ours(vectors: Path) -> None:
    """None signs its size; all are refused by name, the good ones as well."""
    folder = under(vectors, "scitt-cose-interop") / "v1"
    places = sorted(folder.glob("*/receipt.cose"))
    assert len(places) == 6
    for place in places:
        with pytest.raises(ComityError):
            parse_receipt(place.read_bytes())
