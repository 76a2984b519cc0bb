"""Two and three nodes: whatever the order and however often, both reach the same."""

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from comity.errors import ComityError, FormatError, PeerError, RuleError, TrustError
from comity.fold.thread import SEEN
from comity.kit.office import Saying
from comity.node import operations
from comity.node.node import Node
from comity.node.tests.world import FIELDS, World, acts, forge, opening, parcel, world
from comity.node.threads import load_thread
from comity.statement.act import Act
from comity.statement.envelope import parse
from comity.statement.model import SubjectId


def urn(subject: SubjectId) -> str:
    return "urn:comity:matter:" + subject.hex()


def receipts(node: Node) -> dict[bytes, bytes]:
    """Return our receipt for every entry."""
    return {
        row[0]: node.keeping.ledger.receipt_now(leaf)  # type: ignore[misc]
        for leaf, row in enumerate(node.keeping.store.all("entries_from", 0))
    }


def test_a_case_ends_alike_at_both_ends(pair: World) -> None:
    """Asked, acknowledged, accepted, answered, rated, closed; then settled."""
    subject = pair.request("a", "b")
    pair.pump()
    for who, verb, more in (
        ("b", "acknowledge", {}),
        ("b", "accept", {}),
        ("b", "answer", {"texts": {"en": "done", "zh": "已办"}}),
        ("a", "rate", {"quality": "met"}),
        ("a", "close", {}),
    ):
        pair.ask(who, verb, subject=urn(subject), **more)
        pair.pump()
    pair.tick()
    views = [pair.ask(name, "show", subject=urn(subject)) for name in "ab"]
    assert views[0]["phase"] == views[1]["phase"] == "closed"
    kinds = [[(each["kind"], each["statement"]) for each in view["statements"]] for view in views]
    assert kinds[0] == kinds[1]
    assert len(kinds[0]) == 8
    for view in views:
        assert all(len(each["receipts"]) == 2 for each in view["statements"])
    told = load_thread(pair.nodes["a"].keeping, subject).telling
    assert {each.said.id for each in told.told if each.said.act.type != SEEN} <= told.settled


def test_it_comes_to_rest(pair: World) -> None:
    """``thread.seen`` is never said because of another one (ruling 14)."""
    pair.request("a", "b")
    pair.pump()
    pair.tick(5)
    sizes = [node.tree_size for node in pair.nodes.values()]
    pair.tick(5)
    assert [node.tree_size for node in pair.nodes.values()] == sizes


@pytest.mark.parametrize("seed", range(6))
def test_deliveries_in_any_order_and_number(pair: World, seed: int) -> None:
    """Threat T07: 1 to 10 times each, in any order: one leaf, and the same receipt bytes."""
    random = Random(seed)  # noqa: S311 - a schedule, not a secret
    subjects = [pair.request("a", "b") for _ in range(3)]
    for subject in subjects:
        pair.ask("a", "withdraw", subject=urn(subject))
    a, b = pair.nodes["a"], pair.nodes["b"]
    size = b.tree_size
    parcels = [a.parcel(item) for item in pair.due("a", "b")]
    schedule = [each for each in parcels for _ in range(random.randint(1, 10))]
    random.shuffle(schedule)
    answers: dict[bytes, set[bytes]] = {}
    pending = schedule
    while pending:
        found = [(each, b.receive(a.party, each.signed, each.sealed)) for each in pending]
        pending = []
        for each, future in found:
            error = future.exception(10)
            if error is None:
                answers.setdefault(parse(each.signed).sid, set()).add(future.result())
            else:
                # Its opening is not there yet; the sender tries again.
                assert "node.opening-not-held" in str(error)
                pending.append(each)
    assert {len(each) for each in answers.values()} == {1}
    assert len(answers) == 6
    assert b.tree_size == size + 6
    for subject in subjects:
        assert acts(b, subject) == ["assistance.submit", "assistance.withdraw"]


def test_the_first_receipt_stays_for_ever(pair: World) -> None:
    """Ruling 10: byte for byte, when the log has grown, and after a restart."""
    pair.request("a", "b")
    whole = pair.nodes["a"].parcel(pair.due("a", "b")[0])
    answer = pair.hand("a", "b", whole)
    before = receipts(pair.nodes["b"])
    for _ in range(3):
        pair.request("b", "a")
        pair.pump()
    pair.close("b")
    node = pair.open("b")
    after = receipts(node)
    assert {entry: after[entry] for entry in before} == before
    assert pair.hand("a", "b", whole) == answer
    assert node.receipt_for_entry(parse(whole.signed).entry) == answer
    assert node.register_bare(whole.signed).result() == answer


def test_what_was_seen_may_come_later(pair: World) -> None:
    """Ruling 5: it waits, it is asked for, and it is told when the other comes."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    pair.ask("b", "acknowledge", subject=urn(subject))
    pair.ask("b", "accept", subject=urn(subject))
    one, two = (b.parcel(each) for each in pair.due("b", "a"))
    pair.hand("b", "a", two)
    missing = parse(one.signed).sid
    assert acts(a, subject) == ["assistance.submit"]
    assert a.missing() == [(missing, b.party)]
    signed, sealed = b.statement_for(a.party, missing)
    a.receive(b.party, signed, sealed).result(10)
    assert acts(a, subject) == ["assistance.submit", "assistance.acknowledge", "assistance.accept"]
    assert a.missing() == []


def test_all_orders_of_one_thread_are_one_telling(tmp_path: Path) -> None:
    """At a node that missed everything and gets it in every order."""
    with world(tmp_path, "ab") as pair:
        a, b = pair.nodes["a"], pair.nodes["b"]
        told: set[tuple[str, ...]] = set()
        for order in permutations(range(3)):
            subject = pair.request("a", "b")
            pair.ask("a", "withdraw", subject=urn(subject))
            node = a.keeping.store
            sids = [bytes(row[0]) for row in node.all("thread_sids", subject)]  # type: ignore[arg-type]
            forge_after = load_thread(a.keeping, subject)
            assert forge_after.opening is not None
            seen = Act(
                type=SEEN,
                net=pair.net,
                case=forge_after.opening.id,
                aud=(b.party,),
                prev=forge_after.telling.last_of[a.party],
                seen=forge_after.telling.tips,
            )
            sids.append(forge(a, subject, seen, by="node"))
            parcels = [parcel(a, sids[at], b) for at in order]  # type: ignore[arg-type]
            while parcels:
                for each in list(parcels):
                    try:
                        pair.hand("a", "b", each)
                    except PeerError:
                        continue
                    parcels.remove(each)
            told.add(tuple(acts(b, subject)))
        assert told == {("assistance.submit", "assistance.withdraw", SEEN)}


def test_a_delivery_of_both_waits_for_its_opening(pair: World) -> None:
    """In one delivery the opening may be checked after what follows it."""
    subject = pair.request("a", "b")
    pair.ask("a", "withdraw", subject=urn(subject))
    a, b = pair.nodes["a"], pair.nodes["b"]
    parcels = [a.parcel(item) for item in pair.due("a", "b")]
    futures = [b.receive(a.party, each.signed, each.sealed) for each in parcels]
    assert all(each.result(10) for each in futures)


def test_receipts_reach_every_party(trio: World) -> None:
    """Ruling 15: the issuer passes an addressee's receipt on, even across a race."""
    a, b, c = (trio.nodes[name] for name in "abc")
    told = operations.found(
        a, names={"en": "Three", "zh": "三方"}, members=[b.party, c.party], settle=0
    )
    item_b, item_c = trio.due("a", "b")[0], trio.due("a", "c")[0]
    packed_b, packed_c = a.parcel(item_b), a.parcel(item_c)
    answer_b, answer_c = trio.hand("a", "b", packed_b), trio.hand("a", "c", packed_c)
    # Both were under way when the first receipt came in.
    a.delivered(item_b.sid, b.party, answer_b).result(10)
    a.delivered(item_c.sid, c.party, answer_c).result(10)
    trio.pump()
    sid = bytes.fromhex(str(told["root"]))
    for node, others in ((a, {b, c}), (b, {a, c}), (c, {a, b})):
        logs = {str(row[0]) for row in node.keeping.store.all("receipts_of", sid)}
        assert logs == {each.party for each in others}


def test_only_a_party_of_the_thread_gets_a_statement(trio: World) -> None:
    """And it cannot tell what is not there from what is not its own."""
    a, b, c = (trio.nodes[name] for name in "abc")
    subject = trio.request("a", "b")
    trio.pump()
    opened = load_thread(a.keeping, subject).opening
    assert opened is not None
    signed, _ = a.statement_for(b.party, opened.id)
    assert parse(signed).sid == opened.id
    codes = set()
    for sid in (opened.id, type(opened.id)(bytes(32))):
        with pytest.raises(TrustError) as raised:
            a.statement_for(c.party, sid)
        codes.add(raised.value.code)
    assert codes == {"node.no-such-statement"}
    inception = a.keeping.store.one("own_latest_of_kind", "party.inception")[0]
    with pytest.raises(TrustError, match=r"node\.no-such-statement"):
        a.statement_for(c.party, inception)  # type: ignore[arg-type]


REFUSED: Mapping[str, tuple[dict[str, object], type[ComityError]]] = {
    "a mechanism that is not there": ({"mechanism": "0" * 32}, FormatError),
    "a party that has not been met": ({"to": "nobody-at-all"}, TrustError),
    "a profile that nobody knows": ({"profile": "x"}, ComityError),
    "a missing field": ({"fields": {"tlp": "AMBER", "pap": "GREEN"}}, ComityError),
    "an attachment that is not there": ({"attach": ["/no/such/file"]}, FormatError),
    "a body that is too large": (
        {"fields": {**FIELDS, "impact": {"en": "x" * 60_000, "zh": "字" * 60_000}}},
        ComityError,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_mistake_of_ours_leaves_nothing(pair: World, tmp_path: Path, what: str) -> None:
    """Nothing is logged, queued or left on the disk, and the next one works."""
    changed, family = REFUSED[what]
    node = pair.nodes["a"]
    note = tmp_path / "note.txt"
    note.write_text("evidence")
    arguments: dict[str, object] = {
        "mechanism": pair.mechanism,
        "to": pair.nodes["b"].party,
        "profile": "csirt-incident",
        "fields": dict(FIELDS),
        "attach": [str(note)],
        **changed,
    }
    size = node.tree_size
    with pytest.raises(family):
        pair.ask("a", "submit", **arguments)
    assert (node.tree_size, pair.due("a", "b")) == (size, [])
    assert [each for each in node.blobs.folder.rglob("*") if each.is_file()] == []
    pair.request("a", "b", attach=[str(note)])


def test_what_a_rule_bars_is_not_signed(pair: World, tmp_path: Path) -> None:
    """The same judgement that marks a peer's statement refuses ours before signing."""
    subject = pair.request("a", "b")
    pair.pump()
    note = tmp_path / "note.txt"
    note.write_text("evidence")
    size = pair.nodes["a"].tree_size
    with pytest.raises(RuleError):
        pair.ask("a", "answer", subject=urn(subject), attach=[str(note)], texts={"en": "x"})
    assert pair.nodes["a"].tree_size == size
    assert [each for each in pair.nodes["a"].blobs.folder.rglob("*") if each.is_file()] == []


def test_only_members_are_addressed(trio: World) -> None:
    """A mechanism of two is not for the third."""
    a, b, c = (trio.nodes[name] for name in "abc")
    told = operations.found(a, names={"en": "Two", "zh": "双方"}, members=[b.party])
    trio.pump()
    operations.accede(b, str(told["subject"]))
    trio.pump()
    view = a.keeping.mechanism(type(trio.net)(bytes.fromhex(str(told["root"]))))
    assert view is not None
    assert view.in_force
    with pytest.raises(TrustError, match=r"node\.not-a-member"):
        a.say(Saying(kind="assistance.submit", net=view.net, to=(c.party,)))


def test_a_mechanism_is_what_its_thread_says(pair: World) -> None:
    """What is remembered of it goes with the statements it follows from."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    told = operations.found(a, names={"en": "New", "zh": "新"}, members=[b.party])
    net = type(pair.net)(bytes.fromhex(str(told["root"])))
    before = a.keeping.mechanism(net)
    assert before is not None
    assert not before.in_force
    pair.pump()
    operations.accede(b, str(told["subject"]))
    pair.pump()
    for node in (a, b):
        after = node.keeping.mechanism(net)
        assert after is not None
        assert after.in_force


def test_a_party_is_known_once_it_is_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed meeting leaves nothing in memory either."""
    with world(tmp_path, "ab", agreed=False) as made:
        made.found("c")
        a, c = made.nodes["a"], made.nodes["c"]
        run = type(a.writer)._commit

        def fails(*arguments: object) -> object:
            run(*arguments)  # type: ignore[arg-type]
            raise PeerError("node.fault", why="test")

        monkeypatch.setattr(type(a.writer), "_commit", fails)
        with pytest.raises(PeerError):
            operations.meet(a, card=c.card_text())
        assert c.party not in a.directory().parties
        monkeypatch.undo()


def test_local_names_are_never_taken_over(tmp_path: Path) -> None:
    with world(tmp_path, "abc", agreed=False) as made:
        a, b, c = (made.nodes[name] for name in "abc")
        operations.meet(a, card=b.card_text(), code="neighbour")
        with pytest.raises(FormatError, match=r"node\.code-taken"):
            operations.meet(a, card=c.card_text(), code="neighbour")
        operations.meet(a, card=c.card_text())
        assert a.keeping.find_party("neighbour").id == b.party
        made.close("a")
        assert made.open("a").keeping.find_party("neighbour").id == b.party


def test_whoever_keeps_talking_puts_nothing_off(pair: World) -> None:
    """The settling period runs from what is first not settled, not from the last word."""
    b = pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    due = b.keeping.store.one("thread", subject)[3]
    assert isinstance(due, int)
    b.clock._latest += 100
    pair.ask("a", "withdraw", subject=urn(subject))
    pair.pump()
    assert b.keeping.store.one("thread", subject)[3] == due


def test_one_thread_that_cannot_be_seen_holds_up_no_other(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands back for a while."""
    b = pair.nodes["b"]
    bad, good = pair.request("a", "b"), pair.request("a", "b")
    pair.pump()
    say = b.submit.say_seen

    def fails(transaction: object, subject: SubjectId) -> object:
        if subject == bad:
            raise ZeroDivisionError
        return say(transaction, subject)  # type: ignore[arg-type]

    monkeypatch.setattr(b.submit, "say_seen", fails)
    now = b.clock.now() + 3
    b.tick(now)
    assert acts(b, good)[-1] == SEEN
    assert acts(b, bad)[-1] != SEEN
    assert [row[0] for row in b.keeping.store.all("owing", now + 1)] == []
    assert [row[0] for row in b.keeping.store.all("owing", now + 61)] == [bad]


def test_rebuilding_gives_the_same_rows(pair: World) -> None:
    """Projections can be dropped and made again from the log."""
    for _ in range(3):
        subject = pair.request("a", "b")
    pair.pump()
    pair.ask("b", "acknowledge", subject=urn(subject))
    pair.pump()
    pair.tick()
    a = pair.nodes["a"]
    table = "SELECT * FROM assistance_cases ORDER BY subject"
    before = list(a.keeping.store.read.execute(table))
    threads = a.keeping.store.all("threads_of", "assistance")
    assert len(before) == 3
    operations.rebuild(a)
    assert list(a.keeping.store.read.execute(table)) == before
    assert a.keeping.store.all("threads_of", "assistance") == threads


def test_an_old_table_is_made_anew_at_the_start(pair: World) -> None:
    pair.request("a", "b")
    a = pair.nodes["a"]
    listed = pair.ask("a", "list")
    a.writer.submit(lambda transaction: transaction.run("set_projection", "assistance", 0)).result()
    a.writer.submit(
        lambda transaction: transaction.execute("DELETE FROM assistance_cases")
    ).result()
    pair.close("a")
    pair.open("a")
    assert pair.ask("a", "list")["cases"] == listed["cases"]


def test_an_opening_of_ours_is_our_own(pair: World) -> None:
    """A subject is fresh, and its opening recomputes."""
    a = pair.nodes["a"]
    one, two = opening(a, Act(type="assistance.submit")), opening(a, Act(type="assistance.submit"))
    assert one[0] != two[0]
