"""The tree in memory gives the roots, proofs and tiles of the standard, for every size."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import FormatError, ProofError
from comity.log.merkle import EMPTY_ROOT, verify_consistency, verify_inclusion
from comity.log.tests import oracle
from comity.log.tree import Tree

FEW = settings(max_examples=60, deadline=None)
LEAVES = [oracle.leaf(number) for number in range(140)]


def tree_of(size: int) -> Tree:
    tree = Tree()
    tree.extend(LEAVES[:size])
    return tree


@st.composite
def three(draw: st.DrawFn) -> tuple[int, int, int]:
    """Draw an index, a size above it, and how many leaves the tree has by now."""
    held = draw(st.integers(1, len(LEAVES)))
    size = draw(st.integers(1, held))
    return draw(st.integers(0, size - 1)), size, held


@FEW
@given(three())
def test_roots_and_proofs_of_older_sizes_are_those_of_the_standard(
    drawn: tuple[int, int, int],
) -> None:
    """Whatever has been appended since; and the proofs verify."""
    index, size, held = drawn
    tree = tree_of(held)
    root, path = tree.root(size), tree.inclusion(index, size)
    assert root == oracle.head(LEAVES[:size])
    assert path == oracle.path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, path, root)
    between = tree.consistency(index + 1, size)
    assert between == oracle.proof(index + 1, LEAVES[:size])
    verify_consistency((index + 1, tree.root(index + 1)), (size, root), between)


@FEW
@given(st.lists(st.integers(0, 9), max_size=30))
def test_it_does_not_matter_how_leaves_arrive(batches: list[int]) -> None:
    """One by one, or in batches of any size."""
    total = min(sum(batches), len(LEAVES))
    whole, one, some = tree_of(total), Tree(), Tree()
    for number in range(total):
        assert one.append(LEAVES[number]) == number
    at = 0
    for batch in batches:
        some.extend(LEAVES[at : min(at + batch, total)])
        at = min(at + batch, total)
    for size in range(total + 1):
        assert whole.root(size) == one.root(size) == some.root(size)


@FEW
@given(st.integers(0, 140), st.integers(0, 140), st.integers(0, 20))
def test_a_batch_that_failed_leaves_no_trace(held: int, size: int, more: int) -> None:
    """Truncating and going on is the same as never having appended."""
    held, size = max(held, size), min(held, size)
    tree = tree_of(held)
    tree.truncate(size)
    assert tree.size == size
    assert tree.root() == oracle.head(LEAVES[:size])
    others = [oracle.leaf(1000 + number) for number in range(more)]
    tree.extend(others)
    assert tree.root() == oracle.head(LEAVES[:size] + others)


def test_the_empty_tree_has_a_root_and_nothing_else() -> None:
    """Its root is the hash of nothing."""
    tree = Tree()
    assert tree.size == 0
    assert tree.root() == EMPTY_ROOT
    assert tree_of(5).root(0) == EMPTY_ROOT
    with pytest.raises(ProofError, match=r"log\.index"):
        tree.inclusion(0, 0)


def test_a_leaf_that_is_no_hash_changes_nothing() -> None:
    """Nor does any other leaf of the same batch come in."""
    tree = tree_of(5)
    root = tree.root()
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(FormatError, match=r"log\.leaf"):
            tree.append(wrong)
        with pytest.raises(FormatError, match=r"log\.leaf"):
            tree.extend([LEAVES[5], wrong])
    assert (tree.size, tree.root()) == (5, root)


def test_nobody_is_told_of_what_is_not_there() -> None:
    """Sizes and indices beyond the tree, and negative ones, are refused."""
    tree = tree_of(5)
    for size in (-1, 6):
        with pytest.raises(ProofError, match=r"log\.size"):
            tree.root(size)
        with pytest.raises(ProofError, match=r"log\.size"):
            tree.inclusion(0, size)
        with pytest.raises(ProofError, match=r"log\.size"):
            tree.consistency(1, size)
        with pytest.raises(ProofError, match=r"log\.size"):
            tree.truncate(size)
    for index in (-1, 5):
        with pytest.raises(ProofError, match=r"log\.index"):
            tree.inclusion(index, 5)
    for old in (-1, 0, 5):
        with pytest.raises(ProofError, match=r"log\.sizes"):
            tree.consistency(old, 4)


def test_tiles_hold_the_heads_of_full_tiles_below() -> None:
    """Level 0 holds leaves; a hash of level 1 stands for 256 of them."""
    leaves = [oracle.leaf(number) for number in range(600)]
    tree = Tree()
    tree.extend(leaves)
    assert tree.tile(0, 0) == b"".join(leaves[:256])
    assert tree.tile(0, 2, 88) == b"".join(leaves[512:])
    assert tree.tile(0, 2, 1) == leaves[512]
    assert tree.tile(1, 0, 2) == oracle.head(leaves[:256]) + oracle.head(leaves[256:512])


@pytest.mark.parametrize(
    ("level", "number", "width"),
    [(0, 0, 0), (0, 0, 257), (0, 2, 89), (0, 3, 1), (1, 0, 3), (2, 0, 1), (-1, 0, 1), (0, -1, 1)],
)
def test_what_is_not_in_the_tree_is_in_no_tile(level: int, number: int, width: int) -> None:
    """Empty, too wide, not yet full, or beyond every level."""
    tree = Tree()
    tree.extend([oracle.leaf(number) for number in range(600)])
    with pytest.raises(FormatError, match=r"log\.no-such-tile"):
        tree.tile(level, number, width)
