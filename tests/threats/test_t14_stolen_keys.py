"""T14: a thief has every key of a party but the one that it kept elsewhere.

He speaks in its name, backdates, tries to change the keys and races their owner.  The owner
changes them first or last, says from where on they were in others' hands, and wins.  What others
held before they knew stays and shows as contested; nothing is deleted.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from comity.errors import ComityError, FormatError, RuleError
from comity.fold import fork, thread
from comity.fold.thread import STRUCK
from comity.node.export import export
from comity.node.inspection.fsck import examine_all
from comity.node.key_operations import compromised, rotate
from comity.node.keyring import NEXT_KEY
from comity.node.node import Node, open_node
from comity.node.outbox import OutboxItem
from comity.node.tests.world import World, world
from comity.node.threads import load_thread
from comity.parties import compromise, keys
from comity.parties.keyset import next_digest
from comity.statement.keys import PrivateKey
from comity.statement.model import StatementId, SubjectId
from comity.verify.checks import Verdict
from comity.verify.report import Report
from comity.verify.verifier import verify_file


@dataclass
class Theft:
    """A world in which all of A's keys but the next one were copied."""

    made: World
    subject: SubjectId
    thief: Node
    bound: int
    """How large A's log was then."""

    @property
    def a(self) -> Node:
        return self.made.nodes["a"]

    @property
    def b(self) -> Node:
        return self.made.nodes["b"]

    def says(self) -> StatementId:
        """Let the thief withdraw A's request in A's name."""
        self.made.nodes["thief"] = self.thief
        told = self.made.ask("thief", "withdraw", subject=self.subject.hex(), texts={"en": "No."})
        del self.made.nodes["thief"]
        return StatementId(bytes.fromhex(told["statement"]))

    def brings(self, sid: StatementId, to: str) -> bytes:
        """Let the thief deliver it."""
        node = self.made.nodes[to]
        parcel = self.thief.parcel(OutboxItem(sid=sid, peer=node.party, attempts=0))
        return node.receive(self.a.party, parcel.signed, parcel.sealed).result(10)

    def declared(self) -> None:
        """Let the owner change the keys, and say since when they were stolen."""
        # It has said something since: so its log is larger than the thief's copy.
        self.made.request("a", "b")
        rotate(self.a)
        compromised(self.a, size=self.bound)
        self.made.pump()

    def watched(self) -> None:
        """Let B ask A's log how its heads continue one another, as its visits do."""
        for _ in range(4):
            for sizes in self.b.watch.questions(self.a.party):
                told = self.a.watch.continuation(*sizes)
                self.b.watch.answered(self.a.party, sizes, told)

    def phase(self, name: str) -> str:
        state = load_thread(self.made.nodes[name].keeping, self.subject).state
        assert state is not None
        return str(state.phase)

    def report(self, name: str, out: Path) -> Report:
        export(self.made.nodes[name], self.subject.hex(), str(out))
        return verify_file(out, self.made.net.hex())


@pytest.fixture
def theft(tmp_path: Path) -> Iterator[Theft]:
    with world(tmp_path, "ab") as made:
        subject = made.request("a", "b")
        made.pump()
        made.tick()
        bound = made.nodes["a"].tree_size
        made.close("a")
        (tmp_path / "thief").mkdir()
        shutil.copytree(
            tmp_path / "a",
            tmp_path / "thief",
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns(NEXT_KEY),
        )
        made.open("a")
        thief = open_node(tmp_path / "thief")
        try:
            yield Theft(made, subject, thief, bound)
        finally:
            thief.close()


def test_the_thief_cannot_change_the_keys(theft: Theft) -> None:
    """KEYS-1: he has no key to which the party had committed, and no node takes another."""
    with pytest.raises(FormatError, match=r"keys\.no-next"):
        rotate(theft.thief)
    parcel = forged_change(theft)
    with pytest.raises(RuleError, match=r"KEYS-1"):
        theft.b.keychain.announced(*parcel).result(10)
    theft.declared()
    theft.watched()
    assert len(theft.b.keeping.directory.party(theft.a.party).sets) == 2
    with pytest.raises(RuleError, match=r"KEYS-1"):
        theft.b.keychain.announced(*parcel).result(10)


def test_without_the_commitment_the_thief_becomes_the_party(
    theft: Theft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: then the owner is the one who comes too late."""
    parcel = forged_change(theft)
    monkeypatch.setattr(keys, "next_digest", lambda _: theft.a.keeping.own.next)
    theft.b.keychain.announced(*parcel).result(10)
    assert len(theft.b.keeping.directory.party(theft.a.party).sets) == 2


def forged_change(theft: Theft) -> tuple[bytes, bytes]:
    """Return a change of keys that the thief's own node thinks was committed to."""
    thief, stolen = theft.thief, PrivateKey.generate(-19)
    keeping = thief.keeping
    (thief.settings.folder / NEXT_KEY).unlink(missing_ok=True)
    from comity.node.keyring import save_next  # noqa: PLC0415

    save_next(thief.settings.folder / NEXT_KEY, stolen, keeping.vault)
    honest = keeping.own
    first = replace(honest.sets[0], next=next_digest([stolen.public.encoded]))
    keeping.knows(keeping.directory.renew(replace(honest, sets=(first,))))
    changed = rotate(thief)
    sid = StatementId(bytes.fromhex(str(changed["statement"])))
    parcel = thief.parcel(OutboxItem(sid=sid, peer=theft.b.party, attempts=0))
    assert parcel.public is not None
    return parcel.signed, parcel.public


def test_what_was_held_before_the_announcement_keeps_its_effect_and_is_contested(
    theft: Theft, tmp_path: Path
) -> None:
    """B acted on it in good faith; both ends and the verifier say the same."""
    sid = theft.says()
    theft.brings(sid, "b")
    theft.declared()
    theft.watched()

    assert theft.phase("b") == "withdrawn"
    found = load_thread(theft.b.keeping, theft.subject)
    assert found.contested == {sid}
    assert sid not in {each.said.id for each in found.telling.told if each.barred is STRUCK}
    report = theft.report("b", tmp_path / "b.comity")
    assert report.verdict is Verdict.CONTESTED_KEY, report.verdicts
    assert [each.code for each in report.checks if each.makes] == ["verify.contested-in-effect"]


def test_what_comes_after_the_announcement_has_no_effect_and_is_kept(
    theft: Theft, tmp_path: Path
) -> None:
    """THREAD-9: and the thread goes on as if it had not been said."""
    sid = theft.says()
    theft.declared()
    theft.watched()
    theft.brings(sid, "b")

    assert theft.phase("b") != "withdrawn"
    found = load_thread(theft.b.keeping, theft.subject)
    assert [each.said.id for each in found.telling.told if each.barred is STRUCK] == [sid]
    assert sid not in found.telling.tips
    report = theft.report("b", tmp_path / "b.comity")
    assert report.verdict is Verdict.CONTESTED_KEY, report.verdicts
    told = {each.code for each in report.checks if each.makes}
    assert "verify.contested-struck" in told
    # His log is another one under the same keys; that too is contested, and accuses nobody.
    assert told <= {
        "verify.contested-struck",
        "verify.heads-contradict",
        "verify.entries-contradict",
    }
    theft.made.ask("b", "acknowledge", subject=theft.subject.hex())
    theft.made.pump()
    theft.made.tick()
    assert not load_thread(theft.a.keeping, theft.subject).telling.waiting
    assert theft.phase("a") == theft.phase("b")
    for name in "ab":
        assert not [each for each in examine_all(theft.made.nodes[name].body) if each.first]


def test_without_the_bound_the_thief_withdraws_what_he_never_asked(
    theft: Theft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: every key is good for ever."""
    monkeypatch.setattr(compromise, "log_origin", lambda _: "")
    monkeypatch.setattr(thread, "_void", lambda *_: (0, 0))
    sid = theft.says()
    theft.declared()
    theft.watched()
    theft.brings(sid, "b")
    assert theft.phase("b") == "withdrawn"


def test_what_the_owner_said_before_the_theft_stays_sound(theft: Theft, tmp_path: Path) -> None:
    """Below the bound nothing is contested, in either party's file."""
    theft.declared()
    theft.watched()
    for name in "ab":
        assert not load_thread(theft.made.nodes[name].keeping, theft.subject).contested
        report = theft.report(name, tmp_path / f"{name}.comity")
        assert report.verdict is Verdict.VALID, [each for each in report.checks if each.makes]


def test_the_thief_cannot_write_into_the_past(theft: Theft) -> None:
    """An index below the bound, in a history that the next keys do not sign, dates nothing."""
    sid = theft.says()
    theft.made.request("a", "b")
    theft.made.request("a", "b")
    theft.made.pump()
    theft.bound = theft.a.tree_size
    theft.declared()
    theft.watched()
    theft.brings(sid, "b")
    row = theft.thief.keeping.store.one("by_sid", sid)
    assert isinstance(row[0], int)
    assert row[0] < theft.bound
    assert theft.phase("b") != "withdrawn"
    assert load_thread(theft.b.keeping, theft.subject).contested == {sid}


def test_whoever_changes_the_keys_first_the_thief_is_shut_out(theft: Theft) -> None:
    """After the change his requests, his statements and his receipts are a stranger's."""
    theft.declared()
    theft.watched()
    with pytest.raises(ComityError, match=r"parties\.unknown-caller"):
        theft.b.directory().transport_key(theft.thief.signer("transport").public.kid)
    for _ in range(4):
        theft.thief.writer.submit(lambda _: None).result()
    sid = theft.says()
    theft.made.request("b", "a")
    theft.brings(sid, "b")
    assert theft.phase("b") != "withdrawn"


def test_the_thief_declares_nothing_about_the_keys_that_he_stole(theft: Theft) -> None:
    """KEYS-2: only a later key does, and only of one that was changed."""
    with pytest.raises(ComityError):
        compromised(theft.thief, size=2)
    with pytest.raises(RuleError, match=r"KEYS-2"):
        theft.thief.rotation.compromised(
            theft.thief.keeping.own.keys["log"].kid, theft.thief.keeping.own.log.origin, 2
        )


def test_what_is_struck_forks_nothing(theft: Theft) -> None:
    """The owner goes on at the place of its chain where the thief had spoken."""
    sid = theft.says()
    theft.made.ask("a", "withdraw", subject=theft.subject.hex(), texts={"en": "It is settled."})
    theft.made.pump()
    theft.declared()
    theft.watched()
    theft.brings(sid, "b")
    theft.made.tick()
    found = load_thread(theft.b.keeping, theft.subject)
    assert not found.telling.forks
    assert theft.phase("b") == "withdrawn"
    assert fork.BRANCH_NOT_CHOSEN not in {each.barred for each in found.telling.told}
