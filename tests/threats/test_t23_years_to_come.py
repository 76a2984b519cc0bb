"""T23: whoever breaks one kind of signature, in years to come, makes heads that were never signed.

Every head carries Ed25519 and ML-DSA-44, and both must hold; bodies are sealed by a hybrid of
X25519 and ML-KEM-768.  The second signature under a statement, its renewal in an archive and
the second verifier are owed; see docs/threats.md.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from comity.errors import ComityError, ProofError
from comity.log import receipt as receipts
from comity.log.receipt import parse_receipt
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.statement import cbor
from comity.statement.cbor import Key, Value
from comity.statement.sign1 import decode_sign1, encode_sign1

ED25519, ML_DSA = 0, 1


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nodes of one mechanism."""
    with world(tmp_path_factory.mktemp("pair"), "ab") as made:
        yield made


def first(node: Node) -> tuple[bytes, bytes]:
    """Return an entry of a log, and its receipt."""
    row = node.keeping.store.one("own_latest_of_kind", "party.node")
    leaf = row[3]
    assert isinstance(leaf, int)
    entry = node.keeping.store.one("entries_between", leaf, leaf + 1)[0]
    assert isinstance(entry, bytes)
    return entry, node.keeping.ledger.receipt_now(leaf)


def with_broken(receipt: bytes, which: int, *, gone: bool = False) -> bytes:
    """Return a receipt in whose checkpoint one signature is forged, or gone."""
    lines = parse_receipt(receipt).checkpoint_text.splitlines(keepends=True)
    start = next(at for at, line in enumerate(lines) if line.startswith("— "))
    mark, name, encoded = lines[start + which].rstrip("\n").split(" ")
    raw = bytearray(b64decode(encoded))
    raw[-1] ^= 1
    lines[start + which] = "" if gone else f"{mark} {name} {b64encode(raw).decode()}\n"
    parts = decode_sign1(receipt, 1 << 20)
    beside: dict[Key, Value] = {**parts.unprotected, -70002: "".join(lines)}
    return encode_sign1(parts.protected, beside, None, parts.signature)


@pytest.mark.parametrize("which", [ED25519, ML_DSA])
@pytest.mark.parametrize("gone", [False, True])
def test_a_head_of_which_one_half_is_broken_is_no_head(
    pair: World, which: int, *, gone: bool
) -> None:
    """Either half, forged or left out: the receipt under it proves nothing."""
    entry, receipt = first(pair.nodes["a"])
    judge = pair.nodes["b"].checking
    judge.receipt_of(entry, receipt)
    with pytest.raises(ComityError):
        judge.receipt_of(entry, with_broken(receipt, which, gone=gone))


def test_without_the_second_half_whoever_breaks_the_first_signs_heads(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a forged ML-DSA line passes where only Ed25519 is looked at."""
    entry, receipt = first(pair.nodes["a"])
    real = receipts.open_checkpoint

    def one_half(text: str, keys: Any) -> Any:
        return real(text, keys[:1])[0], parse_receipt(receipt).time

    forged = with_broken(receipt, ML_DSA)
    with pytest.raises(ProofError):
        pair.nodes["b"].checking.receipt_of(entry, forged)
    monkeypatch.setattr(receipts, "open_checkpoint", one_half)
    pair.nodes["b"].checking.receipt_of(entry, forged)


def test_what_travels_is_sealed_by_both_kinds_of_exchange(pair: World) -> None:
    """The key of every party is 1,216 bytes: ML-KEM-768 and X25519, in that order."""
    for node in pair.nodes.values():
        assert len(node.keeping.own.kem.raw) == 1_184 + 32
    assert cbor.encode(0) == b"\x00"
