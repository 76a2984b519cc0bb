"""T15: a bloc brings in puppets, and outvotes.

There is no vote yet by which a member could be admitted.  What there is holds: a mechanism is in
force when every founding member has signed the same charter, and nobody speaks in it whom the
charter does not name, however many parties a bloc makes.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, combinations, permutations

import pytest

from comity.errors import ComityError, RuleError, TrustError
from comity.fold.entry import Told
from comity.node import operations, receive
from comity.node.loading import load_one
from comity.node.node import Node
from comity.node.tests.world import World, forge, opening, parcel, world
from comity.node.threads import load_thread
from comity.parties import mechanism
from comity.parties.charter import ACCEDE
from comity.parties.mechanism import Mechanism, Phase, fold
from comity.statement.act import Act
from comity.statement.model import PartyId, StatementId, SubjectId, subject_of

MEMBERS, PUPPETS = "abc", "xy"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three founding members in force, and two parties that have met all of them."""
    with world(tmp_path_factory.mktemp("t15"), MEMBERS + PUPPETS, agreed=False) as five:
        five.agree(*MEMBERS)
        yield five


def state(node: Node, net: StatementId) -> tuple[bool, tuple[PartyId, ...]]:
    """Return whether the mechanism is in force at a node, and its members."""
    view = node.keeping.mechanism(net)
    assert view is not None
    return view.in_force, tuple(view.ground.members)


def bring(made: World, by: str, subject: SubjectId, act: Act) -> None:
    """Let a party sign something and bring it to every member but itself."""
    sid = forge(made.nodes[by], subject, act)
    for to in MEMBERS:
        made.hand(by, to, parcel(made.nodes[by], sid, made.nodes[to]))


def accession(made: World, by: str, aud: str) -> Act:
    others = tuple(sorted(made.nodes[each].party for each in aud if each != by))
    return Act(type=ACCEDE, net=made.net, case=made.net, aud=others, seen=(made.net,))


def asked(made: World, by: str) -> tuple[SubjectId, Act]:
    """Return a puppet's request to all members under their mechanism."""
    node = made.nodes["a"]
    held = load_thread(node.keeping, made.request("a", "b")).opening
    assert held is not None
    to = tuple(sorted(made.nodes[each].party for each in MEMBERS))
    act = Act(type="assistance.submit", net=made.net, aud=to, own=held.act.own)
    return opening(made.nodes[by], act)


@pytest.mark.parametrize("puppet", PUPPETS)
def test_a_puppet_neither_accedes_nor_speaks(made: World, puppet: str) -> None:
    """Whatever it addresses to whom: refused, not logged, and the mechanism is as it was."""
    before = [(each.tree_size, state(each, made.net)) for each in members(made)]
    for aud in (MEMBERS, MEMBERS + PUPPETS, "a"):
        with pytest.raises((RuleError, TrustError)):
            bring(made, puppet, subject_of(made.mechanism), accession(made, puppet, aud))
    with pytest.raises((RuleError, TrustError, ComityError)):
        bring(made, puppet, *asked(made, puppet))
    after = [(each.tree_size, state(each, made.net)) for each in members(made)]
    assert [each[1] for each in after] == [each[1] for each in before]
    assert [each[0] for each in after[1:]] == [each[0] for each in before[1:]]


def members(made: World) -> list[Node]:
    return [made.nodes[each] for each in MEMBERS]


@pytest.mark.parametrize("missing", MEMBERS[1:])
def test_a_charter_is_in_force_only_when_every_founding_member_has_signed(
    made: World, missing: str
) -> None:
    """Whoever else signs however often: without the last one, nothing stands under it."""
    a = made.nodes["a"]
    others = [made.nodes[each] for each in MEMBERS[1:]]
    told = operations.found(
        a, names={"en": "Second"}, members=[each.party for each in others], settle=0
    )
    made.pump()
    subject, net = str(told["subject"]), StatementId(bytes.fromhex(str(told["root"])))
    for each in others:
        if each is not made.nodes[missing]:
            operations.accede(each, subject)
            with pytest.raises(RuleError):
                operations.accede(each, subject)
    made.pump()
    assert [state(each, net)[0] for each in members(made)] == [False] * len(MEMBERS)

    operations.accede(made.nodes[missing], subject)
    made.pump()
    assert [state(each, net)[0] for each in members(made)] == [True] * len(MEMBERS)


def tellings(made: World) -> tuple[Told, list[Told]]:
    """Return a real charter as it was told, and each member's and puppet's accession to it."""
    node = made.nodes["a"]
    thread = load_thread(node.keeping, subject_of(made.mechanism))
    charter = thread.telling.told[0]
    found = []
    for name in MEMBERS[1:] + PUPPETS:
        sid = forge(made.nodes[name], thread.subject, accession(made, name, MEMBERS))
        held = load_one(made.nodes[name].keeping.store, sid)
        assert held is not None
        found.append(replace(charter, said=held))
    return charter, found


def test_in_no_order_do_puppets_put_a_charter_in_force(made: World) -> None:
    """Every sequence of every set of accessions: in force exactly when all members are among."""
    charter, each = tellings(made)
    needed = {made.nodes[name].party for name in MEMBERS[1:]}
    sets = chain.from_iterable(combinations(each, size) for size in range(len(each) + 1))
    for chosen in sets:
        for order in permutations(chosen):
            told: Mechanism = fold([charter, *order])
            full = needed <= {one.said.issuer for one in order}
            assert (told.phase is Phase.IN_FORCE) is full
            assert set(told.acceded) <= needed | {charter.said.issuer}


def test_without_the_judge_a_puppet_is_counted(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: whoever signs accedes."""
    monkeypatch.setattr(mechanism, "judge", lambda *_: None)
    with pytest.raises(AssertionError):
        test_in_no_order_do_puppets_put_a_charter_in_force(made)


def test_without_holding_it_against_the_charter_a_puppet_is_heard(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: what a stranger to a thread says in it is logged by its parties."""
    monkeypatch.setattr(receive.Receive, "_continues", lambda *_: None)
    size = made.nodes["b"].tree_size
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test_a_puppet_neither_accedes_nor_speaks(made, "x")
    assert made.nodes["b"].tree_size > size
