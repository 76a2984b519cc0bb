"""What a hostile peer sends: each variant has its own error, and nothing is logged of it."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from comity.errors import ComityError, FormatError, PeerError, RuleError, TrustError
from comity.fold.refusal import REFUSED
from comity.fold.thread import DELIVERY, SEEN
from comity.node.node import Node
from comity.node.outbox import Parcel
from comity.node.submit import MOST_SAID
from comity.node.tests.world import World, acts, forge, opening, parcel, world
from comity.node.threads import load_thread
from comity.statement.act import Act
from comity.statement.blob import Attachment, cipher_size_of, encode_attachments
from comity.statement.body import CBOR_TYPE, TEXT_TYPE, new_section
from comity.statement.envelope import attach, parse
from comity.statement.model import StatementId, SubjectId
from comity.statement.sign1 import encode_sign1, sign1

STRAY = StatementId(b"\x05" * 32)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three nodes; a asked b, and c is no party of that."""
    with world(tmp_path_factory.mktemp("hostile"), "abc") as three:
        subject = three.request("a", "b")
        three.pump()
        opened = load_thread(three.nodes["a"].keeping, subject).opening
        assert opened is not None
        three.case = (subject, opened.id)
        yield three


def case_of(world: World) -> tuple[SubjectId, StatementId]:
    """Return the subject and the opening of what a asked b."""
    assert world.case is not None
    return world.case


def acknowledgement(world: World, issuer: str = "a", **other: object) -> Act:
    """Return what would be right for a to say to b, but for ``other``."""
    _, case = case_of(world)
    to = world.nodes["b" if issuer == "a" else "a"].party
    act = Act(type="assistance.acknowledge", net=world.net, case=case, aud=(to,), seen=(case,))
    return replace(act, **other)  # type: ignore[arg-type]


def offer(world: World, act: Act, *, by: str = "a", key: str = "sign", **other: object) -> None:
    """Forge a statement on the case and bring it to b."""
    subject = other.pop("subject", case_of(world)[0])
    node = world.nodes[by]
    sid = forge(node, subject, act, by=key, **other)  # type: ignore[arg-type]
    world.hand(by, "b", parcel(node, sid, world.nodes["b"]))


def foreign_subject(world: World) -> None:
    """Says it on another subject than its opening's."""
    offer(world, acknowledgement(world), subject=SubjectId(b"\x01" * 16))


def third_party(world: World) -> None:
    """A member of the mechanism who is no party of this case."""
    offer(world, acknowledgement(world), by="c")


def wider_audience(world: World) -> None:
    both = tuple(sorted((world.nodes["b"].party, world.nodes["c"].party)))
    offer(world, acknowledgement(world, aud=both))


def other_audience(world: World) -> None:
    """Said to c alone, shown to b as well (threat T09)."""
    offer(world, acknowledgement(world, aud=(world.nodes["c"].party,)))


def other_net(world: World) -> None:
    offer(world, acknowledgement(world, net=STRAY))


def no_net(world: World) -> None:
    offer(world, acknowledgement(world, net=None))


def other_case(world: World) -> None:
    """An authority that is not there: the charter is no opening of a case."""
    offer(world, acknowledgement(world, case=world.net))


def unheld_case(world: World) -> None:
    offer(world, acknowledgement(world, case=STRAY, seen=()))


def officers_word_by_node_key(world: World) -> None:
    offer(world, acknowledgement(world), key="node")


def transport_key(world: World) -> None:
    """A key of another purpose signs no statements."""
    offer(world, acknowledgement(world), key="transport")


def unknown_kind(world: World) -> None:
    offer(world, acknowledgement(world, type="assistance.bribe"))


def not_an_opening(world: World) -> None:
    node = world.nodes["a"]
    act = Act(type="assistance.close", net=world.net, aud=(world.nodes["b"].party,))
    subject, act = opening(node, act)
    offer(world, act, subject=subject)


def seen_opens(world: World) -> None:
    node = world.nodes["a"]
    subject, act = opening(node, Act(type=SEEN, net=world.net, aud=(world.nodes["b"].party,)))
    offer(world, act, subject=subject, key="node")


def seen_with_words(world: World) -> None:
    act = acknowledgement(world, type=SEEN, texts={"en": None})
    sections = (new_section("text.en", TEXT_TYPE, b"I have read it"),)
    offer(world, act, key="node", sections=sections)


def seen_with_facts(world: World) -> None:
    offer(world, acknowledgement(world, type=SEEN, own={"read": True}), key="node")


def subject_that_is_not_its_own(world: World) -> None:
    """Threat T10: a subject that does not recompute from its opening."""
    node = world.nodes["a"]
    act = Act(
        type="assistance.submit",
        net=world.net,
        aud=(world.nodes["b"].party,),
        nonce=secrets.token_bytes(32),
        own=load_thread(node.keeping, case_of(world)[0]).opening.act.own,  # type: ignore[union-attr]
    )
    fields = node.keeping.sections(case_of(world)[1])
    offer(
        world,
        act,
        subject=SubjectId(b"\x02" * 16),
        sections=[each for name, each in fields.items() if name != "act"],
    )


def charter_to_a_stranger(world: World) -> None:
    """A mechanism of which b is no member is not b's."""
    node = world.nodes["a"]
    charter = node.keeping.mechanism(world.net)
    assert charter is not None
    act = load_thread(node.keeping, charter.subject).opening.act  # type: ignore[union-attr]
    subject, act = opening(node, replace(act, aud=(world.nodes["c"].party,), nonce=None))
    names = node.keeping.sections(world.net)
    offer(world, act, subject=subject, sections=[names["text.en"], names["text.zh"]])


def from_the_future(world: World) -> None:
    offer(world, acknowledgement(world), at=world.nodes["a"].clock.now() + 1_000)


def without_a_blob(world: World) -> None:
    """A body that names an attachment that has not arrived."""
    missing = Attachment(
        name="x",
        type="a/b",
        size=1,
        sha256=bytes(32),
        key=bytes(32),
        cipher=secrets.token_bytes(32),
        cipher_size=cipher_size_of(1),
    )
    node = world.nodes["a"]
    section = new_section("attachments", CBOR_TYPE, encode_attachments([missing]))
    sid = forge(node, case_of(world)[0], acknowledgement(world), [section])
    found = parcel(node, sid, world.nodes["b"])
    world.hand("a", "b", replace(found, blobs=()))


VARIANTS: dict[Callable[[World], None], tuple[type[ComityError], str]] = {
    foreign_subject: (RuleError, "THREAD-4"),
    third_party: (RuleError, "THREAD-4"),
    wider_audience: (RuleError, "THREAD-4"),
    other_audience: (TrustError, "node.not-addressed"),
    other_net: (RuleError, "THREAD-4"),
    no_net: (RuleError, "THREAD-4"),
    other_case: (RuleError, "THREAD-4"),
    unheld_case: (PeerError, "node.opening-not-held"),
    officers_word_by_node_key: (RuleError, "THREAD-5"),
    transport_key: (PeerError, "node.unknown-key"),
    unknown_kind: (FormatError, "node.unknown-kind"),
    not_an_opening: (FormatError, "node.not-an-opening"),
    seen_opens: (FormatError, "node.not-an-opening"),
    seen_with_words: (FormatError, "node.word-with-content"),
    seen_with_facts: (FormatError, "node.word-with-content"),
    subject_that_is_not_its_own: (FormatError, "subject.not-from-opening"),
    charter_to_a_stranger: (TrustError, "node.not-addressed"),
    from_the_future: (PeerError, "node.from-the-future"),
    without_a_blob: (PeerError, "node.missing-blob"),
}


def _without_refusals(world: World) -> tuple[int, list[str]]:
    """Return the size of b's log and what is told, but for b's word that it refused something."""
    node = world.nodes["b"]
    node.writer.submit(lambda _: None).result(10)
    told = acts(node, case_of(world)[0])
    rest = [each for each in told if each != REFUSED]
    return node.tree_size - len(told) + len(rest), rest


@pytest.mark.parametrize("variant", VARIANTS)
def test_it_is_refused_by_name_and_not_logged(
    made: World, variant: Callable[[World], None]
) -> None:
    """Final for what cannot be right, to be tried again for what may become so (ruling 17)."""
    family, code = VARIANTS[variant]
    before = _without_refusals(made)
    with pytest.raises(family) as raised:
        variant(made)
    assert raised.value.code == code
    assert type(raised.value) is family
    assert _without_refusals(made) == before


def test_a_stranger_is_not_heard(made: World, tmp_path: Path) -> None:
    """Whoever has not been met: not now, perhaps later."""
    with world(tmp_path, "x", agreed=False) as lonely:
        stranger = lonely.nodes["x"]
        act = Act(type="assistance.submit", net=made.net, aud=(made.nodes["b"].party,))
        subject, act = opening(stranger, act)
        sid = forge(stranger, subject, act)
        row = stranger.keeping.store.one("by_sid", sid)
        receipt = stranger.keeping.ledger.receipt_now(int(str(row[0])))
        signed = attach(bytes(row[1]), [receipt])  # type: ignore[arg-type]
        node = made.nodes["b"]
        with pytest.raises(TrustError, match=r"parties\.unknown"):
            node.receive(stranger.party, signed, b"").result(10)
        with pytest.raises(PeerError, match=r"node\.unknown-issuer"):
            node.receive(made.nodes["a"].party, signed, b"").result(10)


def good(world: World) -> tuple[Node, Node, Parcel]:
    """Return a's node, b's, and a parcel that b would take."""
    world.request("a", "b")
    a, b = world.nodes["a"], world.nodes["b"]
    return a, b, a.parcel(world.due("a", "b")[-1])


def test_receipts_are_the_statements_own(pair: World) -> None:
    """Threat T20: of its issuer's log, for this entry, one of each log."""
    a, b, first = good(pair)
    _, _, second = good(pair)
    statement, other = parse(first.signed), parse(second.signed)
    bare = attach(first.signed, [])
    for signed, code in (
        (bare, "node.no-issuer-receipt"),
        (attach(first.signed, [*statement.receipts, *statement.receipts]), "node.no-issuer"),
        (attach(first.signed, other.receipts), "log."),
    ):
        with pytest.raises(ComityError, match=code):
            b.receive(a.party, signed, first.sealed).result(10)
    b.receive(a.party, first.signed, first.sealed).result(10)


def test_a_receipt_is_of_the_addressees_log_and_of_this_statement(pair: World) -> None:
    """Delivered means that the addressee's receipt verified (ruling 10)."""
    a, b, first = good(pair)
    _, _, second = good(pair)
    item = pair.due("a", "b")[0]
    receipt = b.receive(a.party, second.signed, second.sealed).result(10)
    with pytest.raises(ComityError, match=r"log."):
        a.delivered(item.sid, b.party, receipt)
    own = parse(first.signed).receipts[0]
    with pytest.raises(TrustError, match=r"node\.other-receipt"):
        a.delivered(item.sid, b.party, own)
    with pytest.raises(ComityError):
        a.delivered(item.sid, b.party, b"")
    with pytest.raises(TrustError, match=r"node\.no-such-statement"):
        a.delivered(STRAY, b.party, receipt)
    assert pair.due("a", "b")[0] == item


def test_another_body_is_refused(pair: World) -> None:
    """Sealed for us, for this statement, and what was signed."""
    a, b, first = good(pair)
    _, _, second = good(pair)
    for sealed in (second.sealed, b"", first.sealed[:-1], first.sealed[:-1] + b"\x00"):
        with pytest.raises(ComityError):
            b.receive(a.party, first.signed, sealed).result(10)
    assert b.receive(a.party, first.signed, first.sealed).result(10)


def test_the_same_words_with_another_signature_are_refused(tmp_path: Path) -> None:
    """Threat T07: one statement id, one entry, whoever can sign twice."""
    with world(tmp_path, "", agreed=False) as made:
        made.found("a", "es256")
        made.found("b")
        made.meet_all()
        made.agree("a", "b")
        a, b, first = good(made)
        taken = b.receive(a.party, first.signed, first.sealed).result(10)
        statement = parse(first.signed)
        again = sign1(statement.protected, statement.payload, a.signer("sign"))
        assert again != statement.signature
        signed = encode_sign1(statement.protected, {}, statement.payload, again)
        twin = parse(signed)
        assert (twin.sid == statement.sid, twin.entry == statement.entry) == (True, False)
        # Its own log takes it: that is the peer's affair.
        leaf = a.keeping.ledger.size
        a.keeping.ledger.extend([twin.entry])
        a.keeping.ledger.seal(a.clock.now(), lambda: None)
        receipt = a.keeping.ledger.receipt_now(leaf)
        size = b.tree_size
        with pytest.raises(FormatError, match=r"node\.other-signature"):
            b.receive(a.party, attach(signed, [receipt]), first.sealed).result(10)
        assert b.tree_size == size
        assert b.receive(a.party, first.signed, first.sealed).result(10) == taken


def test_a_fork_is_taken_and_decided_and_stops_nobody(pair: World) -> None:
    """Ruling 1: both branches are evidence; seen at once, neither has effect."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    case = load_thread(a.keeping, subject).opening
    assert case is not None
    for _ in range(2):
        act = Act(
            type="assistance.withdraw",
            net=pair.net,
            case=case.id,
            aud=(b.party,),
            prev=case.id,
            seen=(case.id,),
        )
        pair.hand("a", "b", parcel(a, forge(a, subject, act), b))
    telling = load_thread(b.keeping, subject).telling
    assert len(telling.forks) == 1
    assert len(telling.told) == 3
    pair.ask("b", "acknowledge", subject="urn:comity:matter:" + subject.hex())
    assert load_thread(b.keeping, subject).state.phase == "acknowledged"  # type: ignore[union-attr]


def test_three_hundred_words_at_once_silence_nobody(pair: World) -> None:
    """More tips than a statement lists: the answer lists those with effect first."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    case = load_thread(a.keeping, subject).opening
    assert case is not None
    act = Act(type=SEEN, net=pair.net, case=case.id, aud=(b.party,), prev=case.id, seen=(case.id,))
    for _ in range(300):
        found = parcel(a, forge(a, subject, act, by="node"), b)
        b.receive(a.party, found.signed, found.sealed)
    pair.ask("b", "acknowledge", subject="urn:comity:matter:" + subject.hex())
    assert "assistance.acknowledge" in acts(b, subject)


def test_two_openings_with_other_audiences_part_nobody(trio: World) -> None:
    """Ruling 5: they open two threads under one subject, whatever comes first where.

    Without this, b would cite what c is never allowed to see, and c would wait for ever.
    """
    a, b, c = (trio.nodes[name] for name in "abc")
    subject = trio.request("a", "b")
    first = load_thread(a.keeping, subject).opening
    assert first is not None
    sections = [each for name, each in a.keeping.sections(first.id).items() if name != "act"]
    both = tuple(sorted((b.party, c.party)))
    trio.pump()
    twin = forge(a, subject, replace(first.act, aud=both), sections)
    trio.hand("a", "b", parcel(a, twin, b))
    trio.hand("a", "c", parcel(a, twin, c))
    trio.pump()
    urn = "urn:comity:matter:" + subject.hex()
    trio.ask("b", "acknowledge", subject=urn)
    said = load_thread(b.keeping, subject)
    circle = {each.issuer for each in said.said.values()} | set(said.opening.act.aud)  # type: ignore[union-attr]
    mine = next(each for each in said.said.values() if each.issuer == b.party)
    assert {*mine.act.aud, b.party} == circle
    named = {each for each in (*mine.act.seen, mine.act.case, mine.act.prev) if each}
    assert named <= set(said.said)
    trio.pump()
    for node in (a, b, c):
        assert node.missing() == []


def test_a_statement_shown_to_one_party_only_parts_nobody(trio: World) -> None:
    """What one party of a thread takes, the others take as well, or nobody does."""
    a, b, c = (trio.nodes[name] for name in "abc")
    charter = a.keeping.mechanism(trio.net)
    assert charter is not None
    aside = Act(type=SEEN, net=trio.net, case=trio.net, aud=(c.party,), seen=(trio.net,))
    sid = forge(a, charter.subject, aside, by="node")
    with pytest.raises(RuleError, match="THREAD-4"):
        trio.hand("a", "c", parcel(a, sid, c))
    follow = replace(aside, aud=tuple(sorted((b.party, c.party))), seen=(sid,))
    after = forge(a, charter.subject, follow, by="node")
    for name in "bc":
        trio.hand("a", name, parcel(a, after, trio.nodes[name]))
        node = trio.nodes[name]
        assert node.missing() == [(sid, a.party)]
        assert after in load_thread(node.keeping, charter.subject).telling.waiting
    trio.tick()
    assert trio.nodes["c"].keeping.mechanism(trio.net).in_force  # type: ignore[union-attr]


def test_a_peer_cannot_fill_a_thread(pair: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A telling grows with the square of its thread, so a thread has an end."""
    assert MOST_SAID == 1000
    monkeypatch.setattr("comity.node.receive.MOST_SAID", 3)
    a, b = pair.nodes["a"], pair.nodes["b"]
    subject = pair.request("a", "b")
    pair.pump()
    case = load_thread(a.keeping, subject).opening
    assert case is not None
    act = Act(type=SEEN, net=pair.net, case=case.id, aud=(b.party,), prev=case.id, seen=(case.id,))
    for _ in range(2):
        pair.hand("a", "b", parcel(a, forge(a, subject, act, by="node"), b))
    with pytest.raises(PeerError, match=r"node\.thread-full"):
        pair.hand("a", "b", parcel(a, forge(a, subject, act, by="node"), b))


def test_what_cites_another_subject_is_not_asked_for(pair: World) -> None:
    """It waits for ever, because it cannot come; nobody is asked in vain."""
    a, b = pair.nodes["a"], pair.nodes["b"]
    one, two = pair.request("a", "b"), pair.request("a", "b")
    pair.pump()
    case, other = (load_thread(a.keeping, each).opening for each in (one, two))
    assert case is not None
    assert other is not None
    act = Act(type=SEEN, net=pair.net, case=case.id, aud=(b.party,), seen=(other.id,))
    sid = forge(a, one, act, by="node")
    pair.hand("a", "b", parcel(a, sid, b))
    assert sid in load_thread(b.keeping, one).telling.waiting
    assert b.missing() == []


def test_nobody_crowds_out_what_others_cite(trio: World) -> None:
    """Of each holder a few at a time: hundreds of invented ids hide nothing."""
    a, b = trio.nodes["a"], trio.nodes["b"]
    subject = trio.request("a", "b")
    trio.pump()
    case = load_thread(a.keeping, subject).opening
    assert case is not None
    invented = tuple(sorted(StatementId(secrets.token_bytes(32)) for _ in range(256)))
    act = Act(type=SEEN, net=trio.net, case=case.id, aud=(b.party,), seen=invented)
    trio.hand("a", "b", parcel(a, forge(a, subject, act, by="node"), b))
    c = trio.nodes["c"]
    last = StatementId(b"\xff" * 32)
    unheld = Act(type="assistance.close", net=trio.net, case=last, aud=(b.party,))
    sid = forge(c, SubjectId(b"\x03" * 16), unheld)
    for _ in range(3):
        found = b.missing()
        assert len(found) <= 32
        assert {holder for _, holder in found} == {a.party}
        with pytest.raises(PeerError, match=r"node\.opening-not-held"):
            trio.hand("c", "b", parcel(c, sid, b))
        b.sign_of_life(b.party).result(10)
        assert (last, c.party) in b.missing()
        b.writer.submit(lambda transaction: transaction.run("clear_missing", b"\x03" * 16)).result()


def test_a_delivery_word_needs_a_thread(made: World) -> None:
    """``delivery.refused`` is a node's word as ``thread.seen`` is."""
    own = {"sid": bytes(32), "issuer": made.nodes["b"].party, "ground": "act.type"}
    act = acknowledgement(made, type=f"{DELIVERY}refused", own=own)
    offer(made, act, key="node")
    assert f"{DELIVERY}refused" in acts(made.nodes["b"], case_of(made)[0])
