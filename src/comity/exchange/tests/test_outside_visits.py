"""Witnesses that are no party's cosign a node's head; here a real node that has met it alone."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from comity.errors import FormatError
from comity.exchange.outside_visits import OutsideVisits
from comity.exchange.tests.live import make_node, serving, until
from comity.exchange.transport import Caller
from comity.log.checkpoint import cosignatures, parse_checkpoint
from comity.log.note import NoteKey
from comity.node.doctor import OUTSIDE_SECONDS, doctor
from comity.node.node import Node, open_node
from comity.node.operations import found, meet
from comity.node.outside import FILE, Outside


def named(node: Node, *lines: str) -> Node:
    """Write a node's file of outside witnesses, and open it again."""
    folder = node.settings.folder
    node.close()
    (folder / FILE).write_text("".join(f"{line}\n" for line in lines))
    return open_node(folder)


def key(witness: Node, which: int = 0) -> NoteKey:
    """Return a key with which a node cosigns: the Ed25519 one, the ML-DSA-44 one."""
    return witness.keeping.own.witness.note_keys[which]


def line(witness: Node, which: int = 0, path: str = "/comity/witness") -> str:
    """Return how a witness is named in the file."""
    return f"witness W {key(witness, which).vkey} {witness.settings.url}{path}"


@pytest.fixture(params=[0, 1], ids=["ed25519", "mldsa44"])
def both(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Node, Node, NoteKey]]:
    """A node, and a witness that knows it and that it has not met."""
    node, witness = (make_node(tmp_path / name, name) for name in ("Aurelia", "Boralia"))
    meet(witness, node.card_text())
    node = named(node, line(witness, request.param), "quorum W")
    yield node, witness, key(witness, request.param)
    node.close()
    witness.close()


@asynccontextmanager
async def visiting(node: Node) -> AsyncGenerator[None]:
    """Let a node visit its outside witnesses."""
    visits = OutsideVisits(
        outside=node.keeping.outside,
        watch=node.watch,
        caller=Caller(signer=node.signer("transport"), clock=node.clock),
        least=0.05,
    )
    task = asyncio.create_task(visits.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def checked(node: Node) -> dict[str, object]:
    """Return what the doctor says of outside witnesses."""
    checks = doctor(node)["checks"]
    assert isinstance(checks, list)
    told = [each for each in checks if isinstance(each, dict) and each["name"] == "outside"]
    return dict(told[0])


def test_a_head_is_served_with_what_an_outside_witness_signed(
    both: tuple[Node, Node, NoteKey],
) -> None:
    """Of the newest head alone: once the log has grown, of the next; the log's lines come first."""
    node, witness, wanted = both
    bare = node.keeping.ledger.checkpoint() or ""

    async def story() -> None:
        async with serving(witness), serving(node) as url, visiting(node):
            await until(lambda: node.checkpoint() != bare)
            served = await asyncio.to_thread(fetched, f"{url}/comity/log/0/checkpoint")
            assert served.startswith(bare)
            assert set(cosignatures(served, [wanted])) == {wanted}
            assert len(parse_checkpoint(served)[1].signatures) == 3

            found(node, names={"en": "Joint"}, members=[meet_back(node, witness)])
            grown = node.keeping.ledger.checkpoint() or ""
            assert grown != bare
            await until(lambda: node.checkpoint() != node.keeping.ledger.checkpoint())
            assert set(cosignatures(node.checkpoint(), [wanted])) == {wanted}

    asyncio.run(story())
    assert (checked(node)["ok"], checked(node)["by"], checked(node)["of"]) == (True, 1, 1)


def meet_back(node: Node, witness: Node) -> str:
    """Let the node meet the witness after all, so that it has something to say."""
    meet(node, witness.card_text())
    return witness.party


def fetched(url: str) -> str:
    """Return what is served, to whoever is no party."""
    with urlopen(url, timeout=10) as answer:  # noqa: S310 - our own node on loopback
        text: bytes = answer.read()
        return text.decode()


def test_a_witness_that_holds_back_is_told_by_the_doctor_and_delays_nothing(
    both: tuple[Node, Node, NoteKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once, and not of a node that does not serve."""
    node, *_ = both
    now = node.clock.now()
    monkeypatch.setattr(type(node.clock), "now", lambda _: now + OUTSIDE_SECONDS + 60)
    assert checked(node)["ok"]

    async def story() -> None:
        async with visiting(node):
            await until(lambda: node.keeping.outside.visited)

    asyncio.run(story())
    told = checked(node)
    assert (told["ok"], told["by"], told["of"]) == (False, 0, 1)
    monkeypatch.setattr(type(node.clock), "now", lambda _: now)
    assert checked(node)["ok"]
    assert node.checkpoint() == node.keeping.ledger.checkpoint()


def test_a_witness_that_has_cosigned_more_than_there_is_alarms(
    both: tuple[Node, Node, NoteKey],
) -> None:
    """It has seen what this node has lost."""
    node, witness, _ = both
    origin, size = node.keeping.ledger.name.origin, node.keeping.ledger.size

    async def story() -> None:
        async with serving(witness), visiting(node):
            await until(lambda: node.keeping.outside.seen == size)
            witness.writer.submit(
                lambda work: work.run("put_witnessed", origin, size + 5, bytes(32), 1, "")
            ).result()
            meet(node, witness.card_text())
            found(node, names={"en": "Joint"}, members=[witness.party])
            await until(lambda: node.keeping.outside.seen == size + 5)

    asyncio.run(story())
    assert node.keeping.ledger.size < size + 5
    assert not checked(node)["ok"]


def test_a_line_that_does_not_hold_is_not_served(both: tuple[Node, Node, NoteKey]) -> None:
    """Neither another witness's, nor one for another head."""
    node, witness, wanted = both
    meet(node, witness.card_text())
    head, outside = node.watch.own_head(node.watch.newest()), node.keeping.outside
    lines = witness.witness.add_checkpoint(node.watch.submission(0)[1]).result()
    other = make_node(node.settings.folder.parent / "other", "Corinia")
    meet(other, node.card_text())
    foreign = other.witness.add_checkpoint(node.watch.submission(0)[1]).result()
    other.close()

    for wrong, of in ((foreign, head), (lines, node.watch.own_head(2)), ("", head), ("x\n", head)):
        with pytest.raises(Exception, match="log"):
            outside.cosigned(outside.witnesses[0], of, wrong)
        assert outside.lines(node.checkpoint()) == ""
    outside.cosigned(outside.witnesses[0], head, foreign + lines)
    assert set(cosignatures(node.checkpoint(), [wanted])) == {wanted}
    assert outside.by(node.checkpoint()) == {wanted.name}


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "witness.policy"),
        ("ftp://witness.example", "witness.policy"),
        ("https://witness.example/a/../b", "witness.policy"),
        ("https://witness.example/a?b", "witness.policy"),
        ("http://witness.example/", "address.not-https"),
        ("https://user@witness.example/", "address.url"),
    ],
)
def test_an_address_that_may_be_none_is_refused_when_the_node_starts(
    tmp_path: Path, url: str, code: str
) -> None:
    """A policy that cannot be read, as well."""
    node = make_node(tmp_path / "a", "Aurelia")
    vkey = key(node).vkey
    with pytest.raises(FormatError, match=code):
        named(node, f"witness W {vkey} {url}", "quorum W")
    (node.settings.folder / FILE).write_text("quorum\n")
    with pytest.raises(FormatError, match=r"quorum\.line"):
        open_node(node.settings.folder)
    (node.settings.folder / FILE).unlink()
    again = open_node(node.settings.folder)
    assert again.keeping.outside == Outside()
    again.close()
