"""T13: keys for which one signature fits many messages, or whose private half is known.

Every key of a party is checked mathematically when its card is read; what is admitted, other
programs verify alike.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from comity.errors import ComityError, FormatError, TrustError
from comity.node import operations
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.statement import cbor, keys
from comity.statement.ed25519_admission import is_admissible
from comity.statement.keys import ED25519, PrivateKey, public_key
from comity.statement.tests.test_keys import refused_keys
from comity.statement.tests.test_keys import test_a_key_of_mixed_order_is_refused as mixed_order
from end_to_end.handmade import SMALL_ORDER, card

LONG = os.environ.get("LONG") == "1"
FRESH = 1_000 if LONG else 100
ALIKE = 50 if LONG else 5
PURPOSES = ("log", "node", "receipt", "sign", "transport", "witness")
FORGED = bytes([1]) + bytes(63)
"""The neutral element and zero: for a key of small order, a signature of many messages."""
# The beginning of a SubjectPublicKeyInfo of Ed25519 (RFC 8410).
SPKI = bytes.fromhex("302a300506032b6570032100")
NODE_SCRIPT = """
const crypto = require('node:crypto');
const lines = require('node:fs').readFileSync(0, 'utf8').trim().split('\\n');
for (const line of lines) {
  const [spki, message, signature] = line.split(' ').map((each) => Buffer.from(each, 'hex'));
  const key = crypto.createPublicKey({key: spki, format: 'der', type: 'spki'});
  console.log(crypto.verify(null, message, key, signature));
}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("t13"), "b", agreed=False) as alone:
        yield alone


def met(node: Node, text: str) -> bool:
    """Tell whether a node meets the party of a card."""
    try:
        operations.meet(node, card=text)
    except FormatError as refused:
        if "key.weak" not in f"{refused.code} {refused} {refused.__cause__}":
            raise
        return False
    return True


def weak(node: Node) -> list[str]:
    """Return the encodings of small order that a node took, whatever the key was for."""
    return [
        f"{purpose}: {name}"
        for purpose in PURPOSES
        for name, digits in SMALL_ORDER.items()
        if met(node, card("Weak", **{purpose: bytes.fromhex(digits)}))
    ]


def test_a_card_with_a_key_of_small_or_mixed_order_is_refused(made: World) -> None:
    """In all their encodings, for all purposes; an honest card beside them is met."""
    assert weak(made.nodes["b"]) == []
    assert met(made.nodes["b"], card("Honest"))
    mixed_order()


def test_fresh_keys_are_admitted() -> None:
    """The check refuses no honest key."""
    for _ in range(FRESH):
        raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
        assert public_key(cbor.encode({1: 1, 3: ED25519, -1: 6, -2: raw})).raw == raw


def test_what_is_not_a_key_is_refused() -> None:
    """Off the curve, of another curve, with its private half, too short, of unknown algorithm."""
    for encoded, code in refused_keys().values():
        with pytest.raises(ComityError) as caught:
            public_key(encoded)
        assert caught.value.code == code


def test_a_known_private_key_can_be_barred(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deny list by thumbprint, for keys that a tool was found to make predictably."""
    known = PrivateKey.generate(ED25519).public
    public_key.cache_clear()
    monkeypatch.setattr(keys, "DENIED", frozenset({known.kid}))
    with pytest.raises(TrustError, match=r"key\.denied"):
        public_key(known.encoded)


def samples() -> list[tuple[bytes, bytes, bytes, bool]]:
    """Return keys that are admitted, messages, signatures, and whether our check accepts them."""
    found = []
    for number in range(ALIKE):
        key = PrivateKey.generate(ED25519)
        message = sha256(b"%d" % number).digest()
        good = key.sign(message)
        s = int.from_bytes(good[32:], "little") + 2**252 + 27742317777372353535851937790883648493
        for signature in (good, FORGED, good[:32] + s.to_bytes(32, "little"), bytes(64)):
            try:
                key.public.verify(signature, message)
            except TrustError:
                accepted = False
            else:
                accepted = True
            assert accepted is (signature == good)
            found.append((key.public.raw, message, signature, accepted))
    return found


def test_openssl_agrees_on_every_admitted_key(tmp_path: Path) -> None:
    """Another program, from the command line, says yes and no where we do."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl: install the Debian package openssl")
    for raw, message, signature, accepted in samples():
        for name, data in (("key", SPKI + raw), ("message", message), ("signature", signature)):
            (tmp_path / name).write_bytes(data)
        words = [program, "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        files = ["-inkey", "key", "-in", "message", "-sigfile", "signature"]
        ended = subprocess.run([*words, *files], cwd=tmp_path, capture_output=True, check=False)
        assert (ended.returncode == 0) is accepted, ended.stderr


def test_javascript_agrees_on_every_admitted_key() -> None:
    """A third program, with which a page would verify."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node: install the Debian package nodejs")
    told = samples()
    lines = [f"{(SPKI + raw).hex()} {message.hex()} {sig.hex()}" for raw, message, sig, _ in told]
    ended = subprocess.run(
        [program, "-e", NODE_SCRIPT],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        check=True,
    )
    assert [line == "true" for line in ended.stdout.split()] == [each[3] for each in told]


def test_the_library_alone_would_take_a_forgery() -> None:
    """Why the check is ours: for each of the nine encodings that stand in the list of findings."""
    taken = 0
    for digits in SMALL_ORDER.values():
        assert not is_admissible(bytes.fromhex(digits))
        for number in range(64):
            try:
                key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(digits))
                key.verify(FORGED, b"%d" % number)
            except Exception:  # noqa: BLE001, S112 - whatever it says, it is a no
                continue
            taken += 1
            break
    assert taken >= 9


def test_without_the_check_a_weak_key_is_met(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence, removed: a party comes in whose one signature fits many messages."""
    public_key.cache_clear()
    monkeypatch.setattr(keys, "is_admissible", lambda _: True)
    text = card("Weak", node=bytes.fromhex(SMALL_ORDER["order 1"]))
    assert met(made.nodes["b"], text)
    party = next(
        each
        for each in made.nodes["b"].directory().parties.values()
        if "Weak" in each.names.values()
    )
    for message in (b"one", b"another"):
        party.keys["node"].verify(FORGED, message)
    monkeypatch.undo()
    public_key.cache_clear()
    with pytest.raises(FormatError, match=r"key\.weak"):
        public_key(party.keys["node"].encoded)
