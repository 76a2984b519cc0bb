"""A party that signs two histories of its log, with its own real keys."""

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from comity.errors import ProofError
from comity.exchange.tests.live import make_node
from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.tree import Tree
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.node.watch import Continuation, Seen, encode_continuation, encode_seen


class TwoFaced:
    """Node ``a``'s keys over trees of its own making; the node itself stays honest."""

    def __init__(self, node: Node) -> None:
        """Take the node's keys and the beginning of its log."""
        self.node = node
        self.party = node.keeping.own
        self.began = node.keeping.ledger.size

    def history(self, name: str, size: int, *, after: int | None = None) -> Tree:
        """Return a tree that is the log up to a leaf, and from there what ``name`` says."""
        tree, log = Tree(), self.node.keeping.ledger.tree
        tree.extend([log.leaf(at) for at in range(self.began if after is None else after)])
        tree.extend([sha256(f"{name} {at}".encode()).digest() for at in range(tree.size, size)])
        return tree

    def head(self, tree: Tree, size: int | None = None, time: int = 1_800_000_000) -> str:
        """Return a signed head over the beginning of a tree."""
        keys = self.node.keeping.keys.signing
        size = tree.size if size is None else size
        checkpoint = Checkpoint(origin=self.party.log.origin, size=size, root=tree.root(size))
        return sign_checkpoint(checkpoint, time, keys["log"], keys["log-pq"])

    def bring(self, victim: Node, tree: Tree, old: int = 0) -> str:
        """Bring a head to a witness, as if it were the only history; return the witness's lines."""
        path = tree.consistency(old, tree.size) if old else []
        lines = "".join(f"{b64encode(each).decode()}\n" for each in path)
        body = f"old {old}\n{lines}\n{self.head(tree)}"
        return victim.witness.add_checkpoint(body).result(10)

    def answer(self, asker: Node, tree: Tree | None) -> None:
        """Answer whatever a node asks of the log, out of one tree; ``None`` stays silent."""
        for old, new in asker.watch.questions(self.party.id):
            told = None
            if tree is not None and new <= tree.size:
                told = encode_continuation(
                    Continuation(
                        old=(old, tree.root(old)),
                        new=(new, tree.root(new)),
                        path=tuple(tree.consistency(old, new)),
                    )
                )
            asker.watch.answered(self.party.id, (old, new), told)


def show(node: Node, *notes: str) -> None:
    """Show heads to a node as a peer does that has seen them."""
    node.watch.take(encode_seen(Seen(heads=tuple((each, "") for each in notes), forks=())))


def gossip(one: Node, other: Node) -> None:
    """Let two nodes visit each other once."""
    for here, there in ((one, other), (other, one)):
        for digest in here.watch.take(there.watch.seen()):
            proof = there.watch.fork(digest)
            assert proof is not None
            here.watch.take_fork(proof, digest)


def proofs(node: Node) -> list[bytes]:
    """Return the proofs that a node holds."""
    return [bytes(row[0]) for row in node.keeping.store.all("forks")]


@contextmanager
def strangers(folder: Path, names: str) -> Iterator[World]:
    """Make nodes that have met, without a mechanism."""
    with world(folder, names, agreed=False) as made:
        yield made


def ask_again(node: Node) -> None:
    """Let the time pass after which a node asks again."""
    query = "UPDATE seen_head SET ask_at = 0"
    node.writer.submit(lambda transaction: transaction.execute(query)).result()


def visit(here: Node, there: Node) -> None:
    """Visit a node as ``exchange.visits`` does, without the network."""
    old = 0
    for _ in range(2):
        size, body = here.watch.submission(old)
        try:
            lines = there.witness.add_checkpoint(body).result(10)
        except ProofError as error:
            old = int(error.facts.get("size", 0))
            if error.code != "witness.behind" or old > size:
                break
        else:
            here.watch.cosigned(there.party, size, lines)
            break
    for digest in here.watch.take(there.watch.seen()):
        here.watch.take_fork(there.watch.fork(digest) or b"", digest)
    for asked in here.watch.questions(there.party):
        try:
            told = there.watch.continuation(*asked)
        except ProofError:
            told = None
        here.watch.answered(there.party, asked, told)


def live_world(folder: Path, names: str) -> World:
    """Make nodes that have met and listen on ports of their own; nobody serves them yet."""
    made = World(folder, {name: make_node(folder / name, f"Ministry {name}") for name in names})
    made.meet_all()
    return made
