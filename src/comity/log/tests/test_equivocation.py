"""What proves that a log has two histories, and that nothing an honest log does is such a proof."""

from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, ProofError
from comity.log.checkpoint import Checkpoint, log_note_keys, sign_checkpoint
from comity.log.equivocation import (
    Conflict,
    Kind,
    check_conflict,
    of_another_past,
    of_one_size,
    only_signed_by,
)
from comity.log.merkle import leaf_hash
from comity.log.tests.conftest import TIME
from comity.log.tree import Tree
from comity.statement.keys import ED25519, MLDSA44, PrivateKey

ORIGIN = "party.comity/log/0"
SIGNERS = PrivateKey.generate(ED25519), PrivateKey.generate(MLDSA44)
KEYS = log_note_keys(ORIGIN, SIGNERS[0].public, SIGNERS[1].public)
SIZE = 24


def tree_of(*parts: str) -> Tree:
    """Return a tree; parts that begin alike make trees that begin alike."""
    tree = Tree()
    tree.extend([leaf_hash(sha256(part.encode()).digest()) for part in parts])
    return tree


HONEST = tree_of(*map(str, range(SIZE)))
FORKED = tree_of(*(str(at) if at != 5 else "rewritten" for at in range(SIZE)))


def head(tree: Tree, size: int, time: int = TIME) -> str:
    """Return a signed head over the beginning of a tree."""
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=tree.root(size))
    return sign_checkpoint(checkpoint, time, *SIGNERS)


HEADS = {
    (name, size): head(tree, size)
    for name, tree in (("honest", HONEST), ("forked", FORKED))
    for size in range(2, SIZE + 1)
}


def index_conflict(old: int, new: int, index: int, trees: tuple[Tree, Tree]) -> Conflict:
    """Return what claims that two heads hold two leaves at one index."""
    names = ["honest" if tree is HONEST else "forked" for tree in trees]
    return Conflict(
        kind=Kind.SAME_INDEX,
        heads=(HEADS[names[0], old], HEADS[names[1], new]),
        index=index,
        leaves=tuple(tree.leaf(index) for tree in trees),
        paths=tuple(
            tuple(tree.inclusion(index, size)) for tree, size in zip(trees, (old, new), strict=True)
        ),
    )


def test_two_roots_of_one_size_prove_it() -> None:
    """The plainest fork: whoever has both heads needs nothing else."""
    found = of_one_size(HEADS["honest", 9], HEADS["forked", 9])

    assert found is not None
    assert found == of_one_size(HEADS["forked", 9], HEADS["honest", 9])
    first, second = check_conflict(found, ORIGIN, KEYS)
    assert first.checkpoint.root != second.checkpoint.root
    assert first.time == TIME


@pytest.mark.parametrize("old", [6, 7, 8, 12, 16])
def test_another_past_proves_it(old: int) -> None:
    """A later head that began otherwise: also where the earlier tree is one whole subtree."""
    new = 21
    past, path = FORKED.root(old), FORKED.consistency(old, new)
    found = of_another_past(HEADS["honest", old], HEADS["forked", new], past, path)

    assert found is not None
    check_conflict(found, ORIGIN, KEYS)


@pytest.mark.parametrize("old", [3, 4, 5])
def test_what_was_before_the_fork_proves_nothing(old: int) -> None:
    """Up to the rewritten entry the two histories are one."""
    past, path = FORKED.root(old), FORKED.consistency(old, 21)

    assert of_another_past(HEADS["honest", old], HEADS["forked", 21], past, path) is None
    assert of_one_size(HEADS["honest", old], HEADS["forked", old]) is None


def test_two_leaves_at_one_index_prove_it() -> None:
    """As two receipts show, of whatever sizes."""
    check_conflict(index_conflict(9, 21, 5, (HONEST, FORKED)), ORIGIN, KEYS)
    for at in (4, 6):
        with pytest.raises(ProofError, match=r"log\.no-conflict"):
            check_conflict(index_conflict(9, 21, at, (HONEST, FORKED)), ORIGIN, KEYS)


def test_a_proof_needs_every_signature_of_the_log() -> None:
    """What one key signed, or another log, accuses nobody."""
    found = of_one_size(HEADS["honest", 9], HEADS["forked", 9])
    assert found is not None
    strangers = log_note_keys(
        ORIGIN, PrivateKey.generate(ED25519).public, PrivateKey.generate(MLDSA44).public
    )
    cut = replace(found, heads=(found.heads[0], only_signed_by(found.heads[1], KEYS[:1])))

    for claimed, keys, code in (
        (found, strangers, r"log\.head-unsigned"),
        (cut, KEYS, r"log\.head-unsigned"),
    ):
        with pytest.raises(ProofError, match=code):
            check_conflict(claimed, ORIGIN, keys)
    with pytest.raises(ProofError, match=r"log\.other-log"):
        check_conflict(found, "other.comity/log/0", KEYS)


def test_one_proof_has_one_form() -> None:
    """Further lines, another order and idle parts are refused: a proof has one digest."""
    found = of_one_size(HEADS["honest", 9], HEADS["forked", 9])
    assert found is not None
    for changed in (
        replace(found, heads=(found.heads[1], found.heads[0])),
        replace(found, past=bytes(32)),
        replace(found, index=1),
        replace(found, heads=(found.heads[0], found.heads[1] + "— x AAAAAAAA\n")),
    ):
        with pytest.raises(ComityError):
            check_conflict(changed, ORIGIN, KEYS)


def test_time_alone_proves_nothing() -> None:
    """Two times for one size and root are against ruling 11, and no second history."""
    assert of_one_size(HEADS["honest", 9], head(HONEST, 9, TIME + 1)) is None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_an_honest_log_is_never_accused(data: st.DataObject) -> None:
    """T01: no heads of one history, whatever true proofs go with them, in whatever order."""
    sizes = st.integers(2, SIZE)
    old, new = data.draw(sizes), data.draw(sizes)
    low, high = sorted((old, new))
    index = data.draw(st.integers(0, low - 1))
    heads = HEADS["honest", old], HEADS["honest", new]
    pool = [HONEST.root(size) for size in range(2, SIZE + 1)]
    past = data.draw(st.sampled_from([*pool, bytes(32)]))
    path = tuple(HONEST.consistency(low, high))
    if data.draw(st.booleans()):
        path = tuple(data.draw(st.lists(st.sampled_from(pool), max_size=6)))
    leaves = HONEST.leaf(index), data.draw(st.sampled_from([HONEST.leaf(at) for at in range(low)]))
    paths = tuple(HONEST.inclusion(index, low)), tuple(HONEST.inclusion(index, high))

    assert of_one_size(*heads) is None
    assert of_another_past(HEADS["honest", low], HEADS["honest", high], past, path) is None
    for kind in Kind:
        claimed = Conflict(
            kind=kind, heads=heads, past=past, path=path, index=index, leaves=leaves, paths=paths
        )
        parts = {
            Kind.SAME_SIZE: Conflict(kind=kind, heads=heads),
            Kind.OTHER_PAST: replace(claimed, index=0, leaves=(), paths=()),
            Kind.SAME_INDEX: replace(claimed, past=b"", path=()),
        }
        for each in (claimed, parts[kind]):
            with pytest.raises(ProofError, match=r"log\.no-conflict"):
                check_conflict(each, ORIGIN, KEYS)
