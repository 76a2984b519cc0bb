"""T10: a statement is used in another mechanism or another case than it was said in.

Mechanism and case stand under the signature, as the ids of what founded and opened them, and a
subject follows from its opening.  What names them otherwise is refused.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random

import pytest

from comity.errors import ComityError, FormatError, RuleError
from comity.fold.refusal import REFUSED
from comity.node import receive
from comity.node.tests.world import World, acts, forge, opening, parcel, world
from comity.node.threads import load_thread
from comity.statement.act import Act
from comity.statement.model import StatementId, SubjectId

LONG = os.environ.get("LONG") == "1"
TRIES = 10_000 if LONG else 150


class Two:
    """The same two parties, with the same keys, in two mechanisms; two cases in each."""

    def __init__(self, made: World) -> None:
        self.made = made
        self.cases: list[tuple[StatementId, StatementId, SubjectId]] = []
        for _ in range(2):
            made.agree("a", "b")
            for _ in range(2):
                subject = made.request("a", "b")
                made.pump(2)
                found = load_thread(made.nodes["b"].keeping, subject).opening
                assert found is not None
                self.cases.append((made.net, found.id, subject))

    def told(self) -> list[list[str]]:
        """Return what b tells of every case, but for its word that it refused something."""
        return [[each for each in told if each != REFUSED] for told in self._all_told()]

    def taken(self) -> int:
        """Return how much b has logged, its refusals left out."""
        refusals = sum(told.count(REFUSED) for told in self._all_told())
        return self.made.nodes["b"].tree_size - refusals

    def _all_told(self) -> list[list[str]]:
        b = self.made.nodes["b"]
        b.writer.submit(lambda _: None).result(10)
        return [acts(b, subject) for _, _, subject in self.cases]

    def offer(self, act: Act, subject: SubjectId, **more: object) -> None:
        """Let a sign something and bring it to b."""
        a, b = self.made.nodes["a"], self.made.nodes["b"]
        sid = forge(a, subject, act, **more)  # type: ignore[arg-type]
        self.made.hand("a", "b", parcel(a, sid, b))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    with world(tmp_path_factory.mktemp("two"), "ab", agreed=False) as made:
        yield Two(made)


def mixed(two: Two) -> list[tuple[StatementId, StatementId, SubjectId]]:
    """Return mechanism, case and subject in every combination that is not one case's own."""
    nets, cases, subjects = zip(*two.cases, strict=True)
    return [each for each in product(sorted({*nets}), cases, subjects) if each not in two.cases]


def withdrawal(two: Two, net: StatementId, case: StatementId, **other: object) -> Act:
    to = two.made.nodes["b"].party
    act = Act(type="assistance.withdraw", net=net, case=case, aud=(to,), seen=(case,))
    return replace(act, **other)  # type: ignore[arg-type]


def test_nothing_crosses_between_mechanisms_and_cases(two: Two) -> None:
    """Each is refused by rule, and b has logged and told nothing but that."""
    before, random = (two.told(), two.taken()), Random(10)  # noqa: S311
    wrong = mixed(two)
    tries = [*wrong, *(random.choice(wrong) for _ in range(TRIES - len(wrong)))]
    for net, case, subject in tries:
        with pytest.raises(RuleError, match="THREAD-4"):
            two.offer(withdrawal(two, net, case), subject)

    assert (two.told(), two.taken()) == before


@pytest.mark.parametrize("link", ["seen", "prev"])
def test_a_link_into_another_case_gives_nothing(two: Two, link: str) -> None:
    """What cites a statement of another case waits for it in its own, for ever, without effect."""
    net, case, subject = two.cases[0]
    _, foreign, _ = two.cases[1]
    b = two.made.nodes["b"]
    before = two.told()
    links: dict[str, object] = {"seen": {"seen": (foreign,)}, "prev": {"prev": foreign}}
    two.offer(withdrawal(two, net, case, **links[link]), subject)  # type: ignore[arg-type]

    assert two.told() == before
    assert load_thread(b.keeping, subject).telling.waiting


def test_a_subject_that_does_not_follow_from_its_opening_is_refused(two: Two) -> None:
    """The name of a case is made from its opener and a number; nobody chooses it."""
    net, case, subject = two.cases[0]
    a = two.made.nodes["a"]
    held = load_thread(a.keeping, subject).opening
    assert held is not None
    fields = [each for name, each in a.keeping.sections(case).items() if name != "act"]
    _, act = opening(a, replace(held.act, nonce=None))
    size = two.taken()
    for taken in (subject, SubjectId(b"\x02" * 16)):
        with pytest.raises(FormatError, match=r"subject\.not-from-opening"):
            two.offer(act, taken, sections=fields)
    assert two.taken() == size
    assert net == act.net


def test_without_holding_it_against_its_opening_it_crosses(
    two: Two, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The defence, removed: what names another mechanism or case is logged in this one."""
    del tmp_path
    monkeypatch.setattr(receive.Receive, "_continues", lambda *_: None)
    size = two.made.nodes["b"].tree_size
    with pytest.raises((pytest.fail.Exception, ComityError)):
        test_nothing_crosses_between_mechanisms_and_cases(two)
    assert two.made.nodes["b"].tree_size == size + 1


def test_without_recomputing_the_subject_it_is_chosen_freely(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: an opening is taken on a subject of its issuer's choice."""
    monkeypatch.setattr(receive, "check_opening", lambda *_: None)
    with pytest.raises(pytest.fail.Exception):
        test_a_subject_that_does_not_follow_from_its_opening_is_refused(two)
