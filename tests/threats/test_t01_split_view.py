"""T01: a log that shows one history to one peer and another to the next.

Whoever holds both heads holds the proof; it is passed on, anyone can verify it, and no honest
log is ever accused, whatever it suffers.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError, ProofError
from comity.log.equivocation import Kind
from comity.node import heads
from comity.node.doctor import doctor
from comity.node.operations import parties
from comity.node.tests.world import World
from comity.parties.fork_proof import proof_digest, read_fork_proof
from comity.verify.verifier import verify_file
from threats.hostile import TwoFaced, ask_again, gossip, proofs, show, strangers


@pytest.fixture
def four(tmp_path: Path) -> Iterator[World]:
    """The hostile party a, and three others that have met."""
    with strangers(tmp_path, "abcd") as made:
        yield made


def split(made: World) -> TwoFaced:
    """Show one history to b and another to c, both of which cosign in good faith."""
    hostile = TwoFaced(made.nodes["a"])
    for victim, name in (("b", "one"), ("c", "other")):
        hostile.bring(made.nodes[victim], hostile.history(name, hostile.began + 3))
    return hostile


def test_two_histories_are_proved_within_two_rounds(four: World) -> None:
    """One visit between b and c is enough; the next hands the proof to who saw neither head."""
    hostile = split(four)
    b, c, d = (four.nodes[name] for name in "bcd")
    assert not any(proofs(each) for each in (b, c, d))

    gossip(b, c)
    gossip(c, d)

    assert len(proofs(d)) == 1
    assert proofs(b) == proofs(c) == proofs(d)
    proof = read_fork_proof(d.watch.fork(proofs(d)[0]) or b"")
    assert proof.party.id == hostile.party.id
    assert proof.conflict.kind is Kind.SAME_SIZE


def test_without_the_comparison_nothing_is_found(
    four: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: heads are taken without being compared, and the test above fails."""
    monkeypatch.setattr(heads, "of_one_size", lambda *_: None)
    with pytest.raises(AssertionError):
        test_two_histories_are_proved_within_two_rounds(four)


def test_heads_of_different_sizes_are_proved_by_the_logs_own_answer(four: World) -> None:
    """Asked how one continues the other, the log shows another past; silence accuses nobody."""
    hostile, b = TwoFaced(four.nodes["a"]), four.nodes["b"]
    one, other = (hostile.history(name, hostile.began + 6) for name in ("one", "other"))
    hostile.bring(b, hostile.history("one", hostile.began + 3))
    show(b, hostile.head(other))

    hostile.answer(b, None)
    hostile.answer(b, one)
    assert proofs(b) == []
    open_ = next(each for each in doctor(b)["checks"] if each["name"] == "forks")  # type: ignore[index, union-attr]
    assert (open_["ok"], open_["open"]) == (True, 1)  # type: ignore[index, call-overload]

    ask_again(b)
    hostile.answer(b, other)
    (digest,) = proofs(b)
    assert read_fork_proof(b.watch.fork(digest) or b"").conflict.kind is Kind.OTHER_PAST


def test_a_proof_alarms_is_shown_and_verifies_anywhere(four: World, tmp_path: Path) -> None:
    """The doctor, the list of parties, one file, and the verifier with neither node nor network."""
    hostile, b = split(four), four.nodes["b"]
    gossip(b, four.nodes["c"])
    told = doctor(b)
    check = next(each for each in told["checks"] if each["name"] == "forks")  # type: ignore[index, union-attr]
    assert told["ok"] is check["ok"] is False  # type: ignore[index, call-overload]
    shown = parties(b, proofs=str(tmp_path / "proofs"))
    forked = {str(each["party"]) for each in shown["parties"] if each["forks"]}  # type: ignore[index, union-attr, call-overload]
    assert forked == {hostile.party.id}

    (file,) = (tmp_path / "proofs").glob("*.comity-proof")
    for root, verdict, code in (
        (None, "VALID", 0),
        (hostile.party.fingerprint, "VALID", 0),
        (b.keeping.own.fingerprint, "INVALID", 1),
    ):
        report = verify_file(file, root)
        assert (report.verdict, report.exit_code) == (verdict, code)
    text = json.dumps(verify_file(file).as_json("zh"), ensure_ascii=False)
    assert "签署过两份历史" in text
    assert "has signed two histories" in "\n".join(verify_file(file).lines("en"))
    data = file.read_bytes()
    for at in range(7, len(data), len(data) // 60):
        file.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert verify_file(file).verdict == "INVALID", at


def test_what_a_peer_invents_is_no_proof(four: World) -> None:
    """Heads with other signatures are passed over, and a made-up proof is refused."""
    hostile, b = TwoFaced(four.nodes["a"]), four.nodes["b"]
    true = hostile.head(hostile.history("one", hostile.began + 3))
    forged = hostile.head(hostile.history("other", hostile.began + 3)).replace("A", "B")
    show(b, true, forged, "no note at all")

    assert proofs(b) == []
    split(four)
    gossip(b, four.nodes["c"])
    (digest,) = proofs(b)
    spoiled = (b.watch.fork(digest) or b"").replace(b"same-size", b"same-siz3")
    with pytest.raises(FormatError):
        four.nodes["d"].watch.take_fork(spoiled, proof_digest(spoiled))
    assert proofs(four.nodes["d"]) == []


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An honest log a, and b, which watches it."""
    with strangers(tmp_path_factory.mktemp("honest"), "ab") as made:
        yield made


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_an_honest_log_is_never_accused(honest: World, seed: int) -> None:
    """Crashes, restores of older copies, lost answers, heads in any order, two times for a head.

    A restored copy of the log holds its beginning only: it answers what it can, and brings old
    heads again.  None of this is a proof, and in the end every head is explained.
    """
    random = Random(seed)  # noqa: S311 - chance that can be repeated
    log, b = TwoFaced(honest.nodes["a"]), honest.nodes["b"]
    most = log.began + 40
    full = log.history("honest", most)
    for _ in range(30):
        size = random.randint(2, most)
        beginning = log.history("honest", size, after=min(size, log.began))
        restored = full if random.random() < 0.5 else beginning
        match random.randrange(3):
            case 0:
                show(b, log.head(full, size, random.randint(1, 2_000_000_000)))
            case 1:
                old = random.randint(0, size)
                with suppress(ProofError):
                    log.bring(b, beginning, min(old, size))
            case _:
                log.answer(b, None if random.random() < 0.3 else restored)
    assert proofs(b) == []
    for _ in range(12):
        ask_again(b)
        log.answer(b, full)
    assert proofs(b) == []
    assert b.keeping.store.one("not_linked_count", b.party)[0] == 0
