"""Keys are changed while nodes go on: what was signed before stays, what comes after is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import ComityError, FormatError, PeerError, RuleError
from comity.kit.language import iso
from comity.node import operations
from comity.node.doctor import doctor, fsck
from comity.node.export import export
from comity.node.key_operations import begin, finish, keys_show, rotate, vouch
from comity.node.tests.world import World, world
from comity.verify.checks import Verdict
from comity.verify.verifier import verify_file


@pytest.fixture
def three(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, "abc") as made:
        yield made


def exported(made: World, name: str, subject: bytes, out: Path) -> Path:
    export(made.nodes[name], subject.hex(), str(out))
    return out


def root(made: World) -> str:
    return made.net.hex()


def test_after_a_change_of_keys_the_exchange_goes_on_and_every_file_holds(
    three: World, tmp_path: Path
) -> None:
    """Old case files verify, new ones do, under the root that was read by telephone at first."""
    subject = three.request("a", "b")
    three.pump()
    three.tick()
    old = exported(three, "a", subject, tmp_path / "old.comity")
    fingerprint = three.nodes["a"].keeping.own.fingerprint
    before = three.nodes["a"].keeping.own.keys["sign"].kid
    rotate(three.nodes["a"])
    three.pump()
    assert three.nodes["a"].keeping.own.keys["sign"].kid != before
    for name in "abc":
        sets = keys_show(three.nodes[name], three.nodes["a"].party)["sets"]
        assert isinstance(sets, list)
        assert len(sets) == 2, name
    three.ask("b", "acknowledge", subject=subject.hex())
    three.pump()
    three.tick()
    second = three.request("a", "c")
    three.pump()
    three.tick()
    files = [old]
    files += [exported(three, name, subject, tmp_path / f"{name}1.comity") for name in "ab"]
    files += [exported(three, name, second, tmp_path / f"{name}2.comity") for name in "ac"]
    for file in files:
        for each in (root(three), fingerprint):
            report = verify_file(file, each)
            assert report.verdict is Verdict.VALID, (
                file,
                report.verdicts,
                [c for c in report.checks if c.makes],
            )
    for name in "abc":
        node = three.nodes[name]
        assert fsck(node)["ok"], fsck(node)["first"]
        assert not [c for c in doctor(node)["checks"] if c["name"] == "guard" and not c["ok"]]  # type: ignore[index,union-attr,call-overload]


def test_a_node_that_is_opened_again_has_the_keys_in_force(three: World) -> None:
    """And again after a second change; its retired keys stay on its card for ever."""
    for count in (2, 3):
        rotate(three.nodes["a"])
        three.close("a")
        node = three.open("a")
        assert node.keeping.ledger.quarantine is None
        assert len(node.keeping.own.sets) == count
        sign = node.keeping.keys.signing["sign"]
        assert sign.public.kid == node.keeping.own.keys["sign"].kid
    three.pump()
    subject = three.request("a", "b")
    three.pump()
    three.close("b")
    three.open("b")
    three.tick()
    assert three.ask("b", "show", subject=subject.hex())
    party = three.nodes["b"].keeping.directory.party(three.nodes["a"].party)
    assert [each.statement for each in party.sets] == [
        each.statement for each in three.nodes["a"].keeping.own.sets
    ]


def test_who_meets_a_party_later_knows_every_key_it_ever_had(three: World) -> None:
    """The card carries the key thread, and the newcomer logs it."""
    rotate(three.nodes["a"])
    late = three.found("d")
    operations.meet(late, card=three.nodes["a"].card_text())
    operations.meet(three.nodes["a"], card=late.card_text())
    three.pump()
    party = late.keeping.directory.party(three.nodes["a"].party)
    assert len(party.sets) == 2
    own = three.nodes["a"].keeping.own.sets[-1].statement
    logs = {row[0] for row in three.nodes["a"].keeping.store.all("receipts_of", own)}
    assert late.party in logs


def test_without_the_key_that_was_kept_elsewhere_nothing_changes(
    three: World, tmp_path: Path
) -> None:
    """Neither without it, nor with the next key of somebody else."""
    node = three.nodes["a"]
    kept = tmp_path / "kept.bin"
    (node.settings.folder / "next-key.bin").rename(kept)
    with pytest.raises(FormatError, match=r"keys\.no-next"):
        rotate(node)
    with pytest.raises(ComityError):
        rotate(node, next_key=str(three.nodes["b"].settings.folder / "next-key.bin"))
    assert len(node.keeping.own.sets) == 1
    rotate(node, next_key=str(kept), out=str(tmp_path / "next2.bin"))
    assert len(node.keeping.own.sets) == 2
    assert not (node.settings.folder / "next-key.bin").exists()
    rotate(node, next_key=str(tmp_path / "next2.bin"), out=str(tmp_path / "next3.bin"))
    assert len(node.keeping.own.sets) == 3


def test_an_expired_key_says_nothing_that_anybody_takes(
    three: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """KEYS-6: neither our own node signs with it, nor does another one or the verifier take it."""
    node, b = three.nodes["a"], three.nodes["b"]
    subject = three.request("a", "b")
    three.pump()
    rotate(node, until=iso(node.clock.now() - 1))
    three.pump()
    with pytest.raises(RuleError, match=r"KEYS-6"):
        three.request("a", "b")
    monkeypatch.setattr(type(node.keeping.own), "expired", lambda *_: False)
    other = three.request("a", "b")
    item = three.due("a", "b")[-1]
    parcel = node.parcel(item)
    monkeypatch.undo()
    with pytest.raises(RuleError, match=r"KEYS-6"):
        three.hand("a", "b", parcel)
    monkeypatch.setattr(type(node.keeping.own), "expired", lambda *_: False)
    three.pump()
    late = exported(three, "b", other, tmp_path / "late.comity")
    assert verify_file(late, root(three)).verdict is Verdict.VALID
    monkeypatch.undo()
    report = verify_file(late, root(three))
    assert report.verdict is Verdict.INVALID
    assert {each.code for each in report.checks if each.makes} == {"KEYS-6"}
    good = exported(three, "b", subject, tmp_path / "good.comity")
    assert verify_file(good, root(three)).verdict is Verdict.VALID
    rotate(node)
    three.pump()
    assert three.request("a", "b")
    assert b.keeping.directory.party(node.party).now.until is None


def test_members_give_new_keys_to_a_party_that_lost_all_of_them(
    three: World, tmp_path: Path
) -> None:
    """KEYS-5: not one alone, but as many as the charter says; then it is the same party again."""
    subject = three.request("a", "b")
    three.pump()
    fingerprint = three.nodes["a"].keeping.own.fingerprint
    three.close("a")
    for name in ("keys.bin", "next-key.bin"):
        (tmp_path / "a" / name).unlink()
    node = three.open("a")
    with pytest.raises(ComityError):
        three.request("a", "b")
    begun = begin(node, three.mechanism)
    keys = str(begun["keys"])
    assert begun["needed"] == 2
    assert begin(node, three.mechanism)["keys"] == keys
    for name in "bc":
        with pytest.raises(RuleError, match=r"KEYS-5"):
            finish(node)
        vouch(three.nodes[name], keys, node.party, three.mechanism)
        for item in three.due(name, "a"):
            # Its log signs nothing yet, so that there is no receipt.
            with pytest.raises(ComityError):
                three.hand(name, "a", three.nodes[name].parcel(item))
    finish(node)
    with pytest.raises(PeerError, match=r"keys\.not-vouched"):
        three.hand("a", "b", node.parcel(three.due("a", "b")[0]))
    for sender, addressee in (("b", "c"), ("c", "b"), ("a", "b"), ("a", "c")):
        for item in three.due(sender, addressee):
            giver = three.nodes[sender]
            receipt = three.hand(sender, addressee, giver.parcel(item))
            giver.delivered(item.sid, item.peer, receipt).result(10)
    three.pump()
    assert three.request("a", "b")
    three.pump()
    three.tick()
    three.close("a")
    three.open("a")
    for name in "abc":
        assert len(three.nodes[name].keeping.directory.party(node.party).sets) == 2, name
        out = exported(three, name, subject, tmp_path / f"{name}.comity") if name != "c" else None
        if out is not None:
            assert verify_file(out, fingerprint).verdict is Verdict.VALID
        assert fsck(three.nodes[name])["ok"]
