"""T12: one key under two names, another's key as one's own, identifiers that collide.

A key is known by its whole thumbprint, has one encoding, and belongs to one party and to one
purpose; what is counted are parties.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from comity.errors import ComityError, FormatError, ProofError, TrustError
from comity.log.checkpoint import Checkpoint, log_note_keys, open_checkpoint, sign_checkpoint
from comity.log.note import ED25519_COSIGNATURE, NoteKey
from comity.log.quorum import parse_quorum
from comity.node import operations
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.parties import directory
from comity.statement import cbor
from comity.statement.keys import ED25519, MLDSA44, PrivateKey, public_key
from end_to_end.handmade import card

PURPOSES = ("node", "transport", "sign", "receipt", "log", "witness")
ORIGIN = "collision.example/log"
COLLIDING = (23773, 67684)
"""Seeds of two keys whose four-byte identifiers in notes of this origin are the same."""


@pytest.fixture
def met(tmp_path: Path) -> Iterator[World]:
    """Two that have met; a thief has met nobody."""
    with world(tmp_path, "ab", agreed=False) as made:
        yield made


def stolen(victim: Node, purpose: str, claimed_as: str) -> str:
    """Return a stranger's card that claims a key of the victim as its own."""
    return card("Thief", **{claimed_as: victim.signer(purpose).public.raw})


def refused(met: World) -> None:
    """Check that b meets nobody who presents a key of a, or of b itself, whatever it is for."""
    b = met.nodes["b"]
    before = sorted(b.directory().parties)
    for victim in met.nodes.values():
        for purpose in PURPOSES:
            for claimed_as in ("node", "transport", "witness"):
                with pytest.raises(TrustError, match=r"parties\.key-held"):
                    operations.meet(b, card=stolen(victim, purpose, claimed_as))
    assert sorted(b.directory().parties) == before


def test_a_key_that_another_party_holds_is_refused(met: World) -> None:
    """By a node that has met the holder: every purpose, also under another purpose."""
    refused(met)
    operations.meet(met.nodes["b"], card=card("Honest"))


def test_without_the_register_of_keys_the_thief_is_met(
    met: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: whose a key is, is not looked up."""
    monkeypatch.setattr(directory, "_kids", lambda _: [])
    with pytest.raises(pytest.fail.Exception):
        refused(met)
    names = {
        name for each in met.nodes["b"].directory().parties.values() for name in each.names.values()
    }
    assert "Thief" in names


def test_a_key_has_one_encoding_and_one_name() -> None:
    """Another encoding of the same key is no key; the thumbprint is that of the whole."""
    key = PrivateKey.generate(ED25519).public
    assert key.kid == sha256(cbor.encode({1: 1, -1: 6, -2: key.raw})).digest()
    for encoded in (
        b"\xa4\x03\x32\x01\x01\x20\x06\x21\x58\x20" + key.raw,
        b"\xa4\x18\x01\x01\x03\x32\x20\x06\x21\x58\x20" + key.raw,
        key.encoded + b"\x00",
        cbor.encode({1: 1, 2: b"other", 3: ED25519, -1: 6, -2: key.raw}),
    ):
        with pytest.raises(FormatError):
            public_key(encoded)


def policy(first: NoteKey, second: NoteKey) -> str:
    log = NoteKey(name="log.example", type=1, key=PrivateKey.generate(ED25519).public)
    return (
        f"log {log.vkey}\nwitness one {first.vkey}\nwitness two {second.vkey}\n"
        "group both 2 one two\nquorum both\n"
    )


def twice() -> None:
    """Check that one key under two names, and one party with two keys, are refused in a quorum."""
    one, other = (PrivateKey.generate(ED25519).public for _ in range(2))

    def witness(name: str, key: PrivateKey | object) -> NoteKey:
        return NoteKey(name=name, type=ED25519_COSIGNATURE, key=key)  # type: ignore[arg-type]

    parse_quorum(policy(witness("x.example", one), witness("y.example", other)))
    for second in (witness("y.example", one), witness("x.example", other)):
        with pytest.raises(FormatError):
            parse_quorum(policy(witness("x.example", one), second))


def test_a_threshold_counts_parties() -> None:
    """Two keys of one party, or one key of two parties, never make two."""
    twice()


def collision() -> tuple[list[PrivateKey], PrivateKey]:
    seeds = [sha256(b"collision %d" % each).digest() for each in COLLIDING]
    return [PrivateKey.load(ED25519, seed) for seed in seeds], PrivateKey.generate(MLDSA44)


def test_a_collision_of_short_identifiers_changes_nothing() -> None:
    """Notes name keys by four bytes: a key found to share them signs nothing of the other's."""
    (mine, his), lattice = collision()
    head = Checkpoint(origin=ORIGIN, size=2, root=bytes(32))
    keys = log_note_keys(ORIGIN, mine.public, lattice.public)
    same = log_note_keys(ORIGIN, his.public, lattice.public)
    assert keys[0].id == same[0].id
    assert mine.public.kid != his.public.kid

    assert open_checkpoint(sign_checkpoint(head, 5, mine, lattice), keys)
    with pytest.raises(ProofError, match=r"log\.head-signature"):
        open_checkpoint(sign_checkpoint(head, 5, his, lattice), keys)


def test_without_the_signature_a_collision_would_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence, removed: were the short identifier believed, the other key would sign."""
    monkeypatch.setattr("comity.statement.keys.PublicKey.verify", lambda *_: None)
    with pytest.raises((pytest.fail.Exception, ComityError)):
        test_a_collision_of_short_identifiers_changes_nothing()
