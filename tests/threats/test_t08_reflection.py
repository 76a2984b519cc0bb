"""T08: an object is used as another kind of object, or sent back to whom it came from.

Each kind has a form and a signing context of its own, and a caller is who holds the key of that
purpose.  Every object is brought to every place that takes one, by its right bringer, by the
node's own party and by a stranger; nothing is accepted but what belongs there.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from comity.casefile.container import open_archive
from comity.errors import ComityError
from comity.exchange.delivery import (
    ANSWER_TYPE,
    DELIVERY_TYPE,
    Item,
    decode_answers,
    decode_delivery,
    encode_delivery,
)
from comity.exchange.reception import Reception
from comity.exchange.signatures import keyid
from comity.exchange.tests.live import calling, make_node, serving
from comity.exchange.transport import Reply, Request
from comity.log.checkpoint import parse_checkpoint
from comity.log.receipt import parse_receipt
from comity.node import watch as watching
from comity.node.export import export
from comity.node.node import Node
from comity.node.receive import Receive
from comity.node.tests.world import World, parcel
from comity.node.threads import load_thread
from comity.parties.card import read_card
from comity.parties.directory import Directory
from comity.parties.fork_proof import read_fork_proof
from comity.statement.act import decode_act
from comity.statement.body import open_body
from comity.statement.cbor import encode
from comity.statement.envelope import attach, parse
from comity.statement.keys import public_key
from comity.statement.model import PartyId, subject_urn
from comity.statement.seal import unseal
from threats.hostile import TwoFaced, gossip, live_world, proofs

PLACES = {
    "delivery": ("/comity/deliver", DELIVERY_TYPE),
    "statement": ("/entries", "application/cose"),
    "witness request": ("/comity/witness/add-checkpoint", "text/plain; charset=utf-8"),
}
"""What a node takes over the network, and where."""


@dataclass
class Stage:
    """A node b, a that it knows, a stranger, and one object of every kind, all genuine."""

    a: Node
    b: Node
    stranger: Node
    objects: dict[str, bytes]
    readers: dict[str, Callable[[bytes], object]]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    three = live_world(tmp_path, "abc")
    try:
        three.agree("a", "b")
        yield three
    finally:
        for name in list(three.nodes):
            three.close(name)


@pytest.fixture
def stage(made: World, tmp_path: Path) -> Iterator[Stage]:
    a, b = made.nodes["a"], made.nodes["b"]
    stranger = make_node(tmp_path / "stranger", "Stranger")
    try:
        yield Stage(a, b, stranger, *everything(made, tmp_path))
    finally:
        stranger.close()


def everything(
    made: World, tmp_path: Path
) -> tuple[dict[str, bytes], dict[str, Callable[[bytes], object]]]:
    """Make one object of each kind, and name what reads it."""
    a, b = made.nodes["a"], made.nodes["b"]
    asked = made.request("a", "b")
    made.pump()
    opening = load_thread(a.keeping, asked).opening
    assert opening is not None
    whole = parcel(a, opening.id, b)
    statement = parse(whole.signed)
    file = tmp_path / "case.comity"
    export(b, subject_urn(asked), str(file))
    honest = TwoFaced(a)
    request = f"old 0\n\n{a.checkpoint()}"
    liar = TwoFaced(made.nodes["c"])
    for victim, name in ((a, "one"), (b, "other")):
        liar.bring(victim, liar.history(name, liar.began + 2))
    gossip(a, b)
    (digest, *_) = proofs(b)
    receipt = b.receipt_for_entry(statement.entry)
    assert receipt is not None
    objects = {
        "delivery": encode_delivery([Item(signed=whole.signed, sealed=whole.sealed)]),
        "statement": attach(whole.signed, []),
        "sealed body": whole.sealed,
        "act": a.keeping.sections(statement.sid)["act"].value,
        "receipt": receipt,
        "answer": encode([receipt]),
        "checkpoint": a.checkpoint().encode(),
        "witness request": request.encode(),
        "heads seen": a.watch.seen(),
        "continuation": a.watch.continuation(2, honest.began),
        "fork proof": b.watch.fork(digest) or b"",
        "card": a.card_text().encode(),
        "key": a.signer("sign").public.encoded,
        "case file": file.read_bytes(),
    }

    readers: dict[str, Callable[[bytes], object]] = {
        "delivery": decode_delivery,
        "statement": parse,
        "sealed body": lambda data: open_body(
            unseal(data, b.keeping.keys.kem, statement.sid), statement.payload
        ),
        "act": decode_act,
        "receipt": parse_receipt,
        "answer": lambda data: decode_answers(data, 1)[0].hex(),  # type: ignore[union-attr]
        "checkpoint": lambda data: parse_checkpoint(data.decode()),
        "heads seen": watching.decode_seen,
        "continuation": watching.decode_continuation,
        "fork proof": read_fork_proof,
        "card": lambda data: read_card(data.decode()),
        "key": public_key,
        "case file": lambda data: open_archive(BytesIO(data)),
    }
    return objects, readers


def refuses(reader: Callable[[bytes], object], data: bytes) -> bool:
    """Tell whether what reads one kind of object refuses this."""
    try:
        reader(data)
    except (ComityError, UnicodeDecodeError, AttributeError, AssertionError):
        return True
    return False


def test_whatever_reads_one_kind_of_object_refuses_every_other(stage: Stage) -> None:
    """The whole matrix: exactly the diagonal is read."""
    read = {
        (place, kind)
        for place, reader in stage.readers.items()
        for kind, data in stage.objects.items()
        if not refuses(reader, data)
    }
    assert read == {(each, each) for each in stage.readers}


async def matrix(stage: Stage) -> set[tuple[str, str, str]]:
    """Bring every object to every place, by each; return place, object and bringer of the taken."""
    bringers = {"self": stage.b, "peer": stage.a, "stranger": stage.stranger}
    taken = set()
    async with serving(stage.b):
        for who, node in bringers.items():
            async with calling(node, stage.b) as line:
                for place, (path, media) in PLACES.items():
                    for kind, data in stage.objects.items():
                        headers = {"content-type": media}
                        request = Request(method="POST", path=path, body=data, headers=headers)
                        if taking(place, await line.send(request)):
                            taken.add((place, kind, who))
    return taken


def taking(place: str, reply: Reply) -> bool:
    """Tell whether an answer is one of acceptance."""
    if place != "delivery" or reply.status != 200:
        return reply.status in {200, 201}
    assert reply.headers["content-type"] == ANSWER_TYPE
    return all(isinstance(each, bytes) for each in decode_answers(reply.body, 1))


RIGHT = {
    ("delivery", "delivery", "peer"),
    # Asking a log for what it holds anyway needs no name.
    ("statement", "statement", "self"),
    ("statement", "statement", "peer"),
    ("statement", "statement", "stranger"),
    ("witness request", "witness request", "peer"),
}


def test_only_what_belongs_there_is_taken_and_only_from_whom_it_may_come(stage: Stage) -> None:
    """Over real HTTP: 14 kinds of object, three places, brought by itself, a peer, a stranger."""
    size = stage.b.tree_size
    assert asyncio.run(matrix(stage)) == RIGHT
    assert stage.b.tree_size == size


def test_without_knowing_itself_a_node_takes_its_own_words_back(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: what the node signed and somebody sent back is heard as a peer's."""

    def find(self: Reception, kid: bytes) -> object:
        return self._node.directory().transport_key(kid)

    monkeypatch.setattr(Reception, "_find", find)
    assert ("delivery", "delivery", "self") in asyncio.run(matrix(stage))


def test_without_a_purpose_a_key_of_the_node_calls_and_speaks_for_all(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: were purposes not told apart, a transport key would sign statements."""
    transport = made.nodes["a"].signer("transport").public

    def key_for(self: Directory, issuer: PartyId, kid: bytes) -> object:
        party = self.party(issuer)
        return next((key, name) for name, key in party.keys.items() if key.kid == kid)

    with pytest.raises(ComityError, match="unknown-key"):
        made.nodes["b"].directory().key_for(made.nodes["a"].party, transport.kid)
    monkeypatch.setattr(Directory, "key_for", key_for)
    found = made.nodes["b"].directory().key_for(made.nodes["a"].party, transport.kid)
    assert found == (transport, "transport")
    assert keyid(transport.kid)


def test_a_receipt_of_ones_own_log_or_a_third_partys_is_no_delivery(made: World) -> None:
    """Sent back to its issuer, the receipt that came with a statement proves no delivery."""
    reflected(made)


def reflected(made: World) -> None:
    a, b = made.nodes["a"], made.nodes["b"]
    made.request("a", "b")
    item = made.due("a", "b")[-1]
    own = parse(a.parcel(item).signed).receipts[0]
    with pytest.raises(ComityError, match="other-receipt"):
        a.delivered(item.sid, b.party, own)
    assert item.sid in {each.sid for each in made.due("a", "b")}


def test_without_asking_whose_log_it_is_a_reflected_receipt_delivers(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a receipt counts as the addressee's, whoever's log it is of."""
    real, b = Receive.receipt_of, made.nodes["b"].party

    def anyones(self: Receive, entry: bytes, receipt: bytes) -> object:
        _, read, data = real(self, entry, receipt)
        return b, read, data

    monkeypatch.setattr(Receive, "receipt_of", anyones)
    with pytest.raises(pytest.fail.Exception):
        reflected(made)
