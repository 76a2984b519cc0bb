"""Real nodes on loopback cosign one another's heads, as C2SP tlog-witness says."""

import asyncio
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from comity.errors import PeerError, ProofError
from comity.exchange.tests.live import make_node, serving, until
from comity.exchange.visits import Pace, Visits
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.cosign import verify_cosignature
from comity.log.tree import Tree
from comity.node import witness as witnessing
from comity.node.node import Node, open_node
from comity.node.operations import meet

QUICK = Pace(least=0.05, idle=0.1)
Answer = tuple[int, str, str]


@asynccontextmanager
async def visiting(*nodes: Node) -> AsyncGenerator[None]:
    """Serve some nodes and let each visit the others."""
    async with AsyncExitStack() as stack:
        for node in nodes:
            await stack.enter_async_context(serving(node))
        tasks = [asyncio.create_task(Visits(node, pace=QUICK).run()) for node in nodes]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[list[Node]]:
    """Three nodes whose parties have met."""
    made = [make_node(tmp_path / name, name) for name in ("Aurelia", "Boralia", "Corinia")]
    for one in made:
        for other in made:
            if one is not other:
                meet(one, other.card_text())
    yield made
    for node in made:
        node.close()


def cosigners(holder: Node, log: Node) -> set[str]:
    """Return who cosigned a log's newest head, as a node holds it."""
    rows = holder.keeping.store.all("cosignatures", log.party, log.watch.newest())
    return {str(row[0]) for row in rows}


def test_every_node_cosigns_the_others_heads(three: list[Node]) -> None:
    """Each head has the lines of both others, and everybody comes to hold them."""

    def all_is_known() -> bool:
        return all(
            cosigners(holder, log) >= {each.party for each in three if each is not log}
            for holder in three
            for log in three
        )

    async def story() -> None:
        async with visiting(*three):
            await until(all_is_known)

    asyncio.run(story())
    store, party = three[0].keeping.store, three[0].keeping.own
    size, root, *_ = store.one("last_head")
    assert isinstance(size, int)
    assert isinstance(root, bytes)
    head = Checkpoint(origin=party.log.origin, size=size, root=root)
    for witness in three[1:]:
        lines = "".join(str(row[2]) for row in store.all("cosignatures", party.id, size))
        assert verify_cosignature(head, lines, witness.keeping.own.witness) is not None
    assert all(each.keeping.store.all("forks") == [] for each in three)


def posted(url: str, body: bytes) -> Answer:
    """Send a head as a log does that knows nothing of our signatures on requests."""
    where = f"{url}/comity/witness/add-checkpoint"
    return answered(urllib.request.Request(where, body, method="POST"))  # noqa: S310 - loopback


def answered(request: urllib.request.Request | str) -> Answer:
    """Return status, type and body of an answer."""
    try:
        with urllib.request.urlopen(request) as reply:  # noqa: S310 - loopback
            return reply.status, reply.headers["content-type"], reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["content-type"], error.read().decode("utf-8", "replace")


def signed(node: Node, tree: Tree) -> str:
    """Return a head over a tree, signed with a node's keys."""
    keys = node.keeping.keys.signing
    origin = node.keeping.own.log.origin
    checkpoint = Checkpoint(origin=origin, size=tree.size, root=tree.root())
    return sign_checkpoint(checkpoint, node.clock.now(), keys["log"], keys["log-pq"])


def forked(node: Node, size: int, at: int) -> Tree:
    """Return a tree of a size that is a node's log up to leaf ``at`` and then another one."""
    tree, log = Tree(), node.keeping.ledger.tree
    tree.extend([log.leaf(each) for each in range(min(at, log.size))])
    tree.extend([sha256(b"other %d" % each).digest() for each in range(tree.size, size)])
    return tree


def brought(old: int, path: list[bytes], note: str) -> bytes:
    """Return the body of a request, written from the text of the standard."""
    lines = "".join(f"{b64encode(each).decode()}\n" for each in path)
    return f"old {old}\n{lines}\n{note}".encode()


def test_add_checkpoint_answers_as_the_standard_says(nodes: tuple[Node, Node]) -> None:
    """Every status of C2SP tlog-witness, and the monitoring path."""
    ours, theirs = nodes
    size, body = ours.watch.submission(0)
    origin, note = ours.keeping.own.log.origin, body.partition("\n\n")[2]
    text, _, lines = note.partition("\n\n")
    larger, other = forked(ours, size + 2, size), forked(ours, size + 2, size - 1)
    proof = larger.consistency(size, size + 2)
    newer = signed(ours, larger)
    where = f"/comity/witness/{sha256(origin.encode()).hexdigest()}/checkpoint"
    refused = [
        (404, brought(0, [], note.replace(origin, "example.com/log"))),
        (404, brought(0, [], signed(theirs, larger))),
        (400, b"old 0\n\n\xff"),
        (400, f"old 00\n\n{note}".encode()),
        (400, f"old 0\nnot base64\n\n{note}".encode()),
        (400, brought(0, [bytes(32)] * 64, note)),
        (400, brought(size + 1, [], note)),
        (403, f"old 0\n\n{text}\n\n{lines.splitlines()[0]}\n".encode()),
        (403, brought(0, [], signed(ours, larger).replace(f"{size + 2}\n", f"{size + 3}\n", 1))),
        (422, brought(0, [bytes(32)], note)),
    ]

    async def story() -> None:
        async with serving(theirs) as url:

            async def told(body: bytes) -> Answer:
                return await asyncio.to_thread(posted, url, body)

            async def shown() -> Answer:
                return await asyncio.to_thread(answered, url + where)

            for expected, bad in refused:
                assert (await told(bad))[0] == expected, bad
            assert (await shown())[0] == 404
            status, kind, made = await told(body.encode())
            assert (status, kind, made.count("\n")) == (200, "text/plain; charset=utf-8", 2)
            assert await shown() == (200, kind, note + made)
            assert await told(body.encode()) == (409, "text/x.tlog.size", f"{size}\n")
            assert (await told(brought(size, [], note)))[0] == 200
            assert (await told(brought(size, [bytes(32), *proof[1:]], newer)))[0] == 422
            assert theirs.keeping.store.all("forks") == []
            assert (await told(brought(size, proof, newer)))[0] == 200
            assert (await told(brought(size + 2, [], signed(ours, other))))[0] == 422
            assert (await shown())[2].startswith(newer)

    asyncio.run(story())
    # Two roots of one size are nobody's mistake: the second one is kept as a proof.
    assert len(theirs.keeping.store.all("forks")) == 1


def test_no_older_head_is_cosigned_after_a_newer_one(nodes: tuple[Node, Node]) -> None:
    """The race of the standard: two requests from one size; one of them is told to come again."""
    ours, theirs = nodes
    size, body = ours.watch.submission(0)
    theirs.witness.add_checkpoint(body).result()
    trees = [forked(ours, size + more, size) for more in (1, 2, 3, 4)]
    requests = [
        brought(size, tree.consistency(size, tree.size), signed(ours, tree)).decode()
        for tree in trees
    ]
    answers = [theirs.witness.add_checkpoint(each) for each in requests]
    codes = [getattr(each.exception(), "code", "") for each in answers]

    assert sorted(codes) == ["", *["witness.behind"] * 3]
    assert theirs.keeping.store.one("witnessed", ours.keeping.own.log.origin)[0] == size + 1


def test_what_was_decided_is_durable_before_it_is_signed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the two: no other head of that size is cosigned, this one is, later."""
    ours, theirs = make_node(tmp_path / "a", "Aurelia"), make_node(tmp_path / "b", "Boralia")
    meet(theirs, ours.card_text())
    size, body = ours.watch.submission(0)
    note = body.partition("\n\n")[2]
    other = brought(0, [], signed(ours, forked(ours, size, size - 1))).decode()
    with monkeypatch.context() as patched:
        patched.setattr(witnessing, "cosign", lambda *_: 1 / 0)
        with pytest.raises(PeerError):
            theirs.witness.add_checkpoint(body).result()
    theirs.close()
    again = open_node(theirs.settings.folder)
    try:
        with pytest.raises(ProofError, match=r"witness\.behind"):
            again.witness.add_checkpoint(other).result()
        assert again.witness.add_checkpoint(brought(size, [], note).decode()).result()
    finally:
        again.close()
        ours.close()
