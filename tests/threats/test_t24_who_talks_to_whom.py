"""T24: whoever sees a log from outside, or witnesses it, learns who talks to whom.

An entry is the hash of a statement with random parts, so nobody can try whether a statement is
there; witnesses see origin, size, root and time.  When heads are shown still follows from when
something is said: the fixed beat with padding is owed; see docs/threats.md.
"""

import secrets
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from comity.node.tests.world import FIELDS, World, world
from comity.statement import body
from comity.statement.body import CBOR_TYPE, new_section, payload_of
from threats.given import count


@pytest.fixture
def three(tmp_path: Path) -> Iterator[World]:
    """Three nodes of one mechanism."""
    with world(tmp_path, "abc") as made:
        yield made


def shown(made: World) -> str:
    """Return what a shows to a witness."""
    return made.nodes["a"].watch.submission(0)[1]


def shape(text: str) -> list[int]:
    return [len(line) for line in text.splitlines()]


def test_a_witness_cannot_tell_with_whom_a_party_talked(tmp_path: Path) -> None:
    """Two runs that differ only in the pair: what is shown has one length and one shape."""
    told = []
    for other in "bc":
        with world(tmp_path / other, "abc") as made:
            made.request("a", other)
            told.append(shown(made))
            for name in "bc":
                assert made.nodes[name].party.encode() not in told[-1].encode()
                assert made.nodes[name].party.rpartition(":")[2] not in told[-1]
    assert shape(told[0]) == shape(told[1])


def test_what_is_public_of_a_log_names_nobody_else(three: World) -> None:
    """Bundles and tiles are hashes: 32 bytes an entry, whatever was said to whom."""
    for other in "bc":
        three.request("a", other)
    a = three.nodes["a"]
    size = a.keeping.ledger.size
    bundle = a.bundle(0, size)
    assert len(bundle) == size * (2 + 32)
    for content in (bundle, a.tile(0, 0, size), shown(three).encode()):
        for canary in ("I-1", "203.0.113.77", "Preserve", "assistance", three.nodes["b"].party):
            assert canary.encode() not in content


def guessed(known: bytes, payload: bytes, many: int) -> int:
    """Return how many of so many guesses at a section's salt give the payload that was signed."""
    found = 0
    for _ in range(many):
        section = new_section("act", CBOR_TYPE, known)
        found += payload_of([section]) == payload
    return found


def test_no_guess_at_a_statement_is_confirmed_by_its_entry() -> None:
    """A million guesses under LONG=1, by somebody who knows every word: none matches."""
    known = repr(sorted(FIELDS.items())).encode()
    payload = payload_of([new_section("act", CBOR_TYPE, known)])
    assert guessed(known, payload, count(1_000_000, 10_000)) == 0


def test_without_salt_the_first_guess_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence, removed: who knows the words finds them in the log."""
    fixed = sha256(b"no salt").digest()
    monkeypatch.setattr(body.secrets, "token_bytes", lambda size=32: fixed[:size])
    assert secrets.token_bytes is body.secrets.token_bytes
    known = repr(sorted(FIELDS.items())).encode()
    payload = payload_of([new_section("act", CBOR_TYPE, known)])
    assert guessed(known, payload, 1) == 1
