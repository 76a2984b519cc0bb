"""T07: old statements are sent again: at once, after a crash, after a restore.

A statement is known by the hash of what was signed.  The same bytes again change nothing, and are
answered with the first receipt, byte for byte; another signature over the same words is refused.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from comity.errors import ComityError, PeerError
from comity.log.receipt import HeadSignature, build_receipt
from comity.node.ledger import Ledger
from comity.node.node import Node
from comity.node.outbox import OutboxItem, Parcel
from comity.node.tests.test_crash import after_the_commit, before_the_commit, die
from comity.node.tests.test_receive import (
    test_the_same_words_with_another_signature_are_refused as another_signature_is_refused,
)
from comity.node.tests.world import World, acts, world
from comity.node.writer import Transaction
from comity.statement.envelope import parse
from comity.statement.model import SubjectId, subject_urn
from threats.test_t02_recovery import ask, back, saved

LONG = os.environ.get("LONG") == "1"
SEEDS = 40 if LONG else 3
CASES = 3


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "world", "ab") as pair:
        yield pair


class Sent:
    """What b says to a, and the receipts that a answered with."""

    def __init__(self, made: World) -> None:
        self.made = made
        self.subjects: list[SubjectId] = [made.request("b", "a") for _ in range(CASES)]
        for subject in self.subjects:
            made.ask("b", "withdraw", subject=subject_urn(subject))
        self.items: list[tuple[OutboxItem, Parcel]] = [
            (item, made.nodes["b"].parcel(item)) for item in made.due("b", "a")
        ]
        self.answers: dict[bytes, set[bytes]] = {}

    def bring(self, item: OutboxItem, parcel: Parcel) -> None:
        """Bring one to a, which may have to wait for its opening."""
        b = self.made.nodes["b"]
        try:
            receipt = self.made.hand("b", "a", parcel)
        except PeerError as error:
            if error.code != "node.opening-not-held":
                raise
            return
        self.answers.setdefault(parse(parcel.signed).sid, set()).add(receipt)
        b.delivered(item.sid, item.peer, receipt).result(10)

    def storm(self, random: Random) -> None:
        """Bring everything one to ten times in any order; a restarts and dies in between."""
        schedule = [each for each in self.items for _ in range(random.randint(1, 10))]
        random.shuffle(schedule)
        self._die(random)
        for item, parcel in schedule:
            if random.randrange(24) == 0:
                self.made.close("a")
                self.made.open("a")
            self.bring(item, parcel)
        for item, parcel in self.items:
            self.bring(item, parcel)

    def _die(self, random: Random) -> None:
        """Let a die in the midst of taking an opening, unless it has them all."""
        for _, parcel in self.items[:CASES]:
            if parse(parcel.signed).sid not in self.answers:
                step = random.choice((before_the_commit, after_the_commit))
                die(self.made, "a", step, lambda: self.made.hand("b", "a", parcel))  # noqa: B023
                return

    def check(self, size: int) -> None:
        """One leaf, one effect, one receipt for each."""
        a = self.made.nodes["a"]
        assert len(self.answers) == len(self.items)
        assert {len(each) for each in self.answers.values()} == {1}
        assert a.tree_size == size + len(self.items)
        for subject in self.subjects:
            assert acts(a, subject) == ["assistance.submit", "assistance.withdraw"]


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_comes_again_changes_nothing(made: World, tmp_path: Path, seed: int) -> None:
    """One to ten times, in any order, across restarts, crashes and a restore."""
    random = Random(seed)  # noqa: S311 - chance that can be repeated
    file, size = saved(made, tmp_path), made.nodes["a"].tree_size
    sent = Sent(made)
    sent.storm(random)
    sent.check(size)

    restored = back(made, file)
    assert ask(restored, made.nodes["b"])
    sent.storm(random)
    sent.check(size)


def test_another_signature_over_the_same_words_is_refused(tmp_path: Path) -> None:
    """One statement, one entry, whoever can sign twice."""
    another_signature_is_refused(tmp_path)


def test_without_looking_it_up_the_same_again_has_no_receipt(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a second time is a fault; only the table still refuses a second row."""
    real = Transaction.one

    def blind(self: Transaction, name: str, *values: object) -> object:
        return () if name == "by_sid" else real(self, name, *values)  # type: ignore[arg-type]

    sent, size = Sent(made), made.nodes["a"].tree_size
    monkeypatch.setattr(Transaction, "one", blind)
    with pytest.raises((ComityError, AssertionError)):
        sent.storm(Random(1))  # noqa: S311
    assert made.nodes["a"].tree_size <= size + len(sent.items)


def test_without_the_first_receipt_the_answers_differ(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: answered under the newest head, one statement has many receipts."""

    def newest(self: Ledger, leaf: int) -> bytes:
        size, _, _, checkpoint, protected, signature = self._store.one("last_head")
        assert isinstance(size, int)
        assert isinstance(protected, bytes)
        assert isinstance(signature, bytes)
        head = HeadSignature(protected=protected, signature=signature)
        return build_receipt(head, leaf, self.tree.inclusion(leaf, size), str(checkpoint))

    sent, size = Sent(made), made.nodes["a"].tree_size
    monkeypatch.setattr(Ledger, "receipt_now", newest)
    sent.storm(Random(2))  # noqa: S311
    with pytest.raises(AssertionError):
        sent.check(size)
    node: Node = made.nodes["a"]
    assert node.tree_size == size + len(sent.items)
