"""Proofs prove what they are for, and nothing beside it."""

import pytest

from comity.errors import ProofError
from comity.log.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    verify_consistency,
    verify_inclusion,
)
from comity.log.tests import oracle

LEAVES = [oracle.leaf(number) for number in range(20)]
ROOTS = [oracle.head(LEAVES[:size]) for size in range(21)]
BIT = bytes(31) + b"\x01"


def flipped(path: list[bytes], at: int) -> list[bytes]:
    changed = bytes(a ^ b for a, b in zip(path[at], BIT, strict=True))
    return [*path[:at], changed, *path[at + 1 :]]


def refusal(path: list[bytes], index: int, size: int) -> str:
    with pytest.raises(ProofError) as refused:
        verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])
    return refused.value.code


def test_leaves_and_nodes_are_hashed_apart() -> None:
    """A leaf that looks like two hashes is not their node; the empty tree hashes nothing."""
    assert leaf_hash(bytes(64)) != node_hash(bytes(32), bytes(32))
    assert leaf_hash(b"").hex().startswith("6e340b9cffb37a98")
    assert EMPTY_ROOT.hex().startswith("e3b0c44298fc1c14")


def test_every_inclusion_proof_of_the_standard_holds() -> None:
    """All leaves of all trees up to 20."""
    for size in range(1, 21):
        for index in range(size):
            path = oracle.path(index, LEAVES[:size])
            verify_inclusion(LEAVES[index], index, size, path, ROOTS[size])


def test_every_consistency_proof_of_the_standard_holds() -> None:
    """All pairs of sizes up to 20."""
    for new in range(1, 21):
        for old in range(1, new + 1):
            path = oracle.proof(old, LEAVES[:new])
            verify_consistency((old, ROOTS[old]), (new, ROOTS[new]), path)


def test_a_path_has_exactly_one_length() -> None:
    """One hash more or less is refused before anything is hashed."""
    path = oracle.path(5, LEAVES[:11])
    assert refusal(path[:-1], 5, 11) == "log.path-length"
    assert refusal([*path, path[0]], 5, 11) == "log.path-length"


def test_a_hash_has_32_bytes() -> None:
    """In paths, leaves and roots; even if two short ones would join to the right bytes."""
    path = oracle.path(5, LEAVES[:11])
    assert refusal([path[0][:31], *path[1:]], 5, 11) == "log.path-hash"
    with pytest.raises(ProofError, match=r"log\.path-hash"):
        root_from_inclusion(b"", 0, 1, [])
    with pytest.raises(ProofError, match=r"log\.path-hash"):
        verify_consistency((2, b""), (2, b""), [])


def test_every_hash_of_a_path_counts() -> None:
    """A bit changed anywhere leads to another root."""
    path = oracle.path(5, LEAVES[:11])
    for at in range(len(path)):
        assert refusal(flipped(path, at), 5, 11) == "log.root"


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (0, -3)])
def test_an_index_lies_below_the_size(index: int, size: int) -> None:
    """No leaf of the empty tree, and none behind the last."""
    with pytest.raises(ProofError, match=r"log\.index"):
        root_from_inclusion(LEAVES[0], index, size, [])


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (6, 5), (-1, 5)])
def test_no_proof_starts_from_nothing_or_goes_back(old: int, new: int) -> None:
    """Consistency with the empty tree says nothing, so nobody may rest on it."""
    with pytest.raises(ProofError, match=r"log\.sizes"):
        verify_consistency((old, EMPTY_ROOT), (new, ROOTS[5]), [])


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    """Two heads of one size that differ are two histories."""
    verify_consistency((7, ROOTS[7]), (7, ROOTS[7]), [])
    with pytest.raises(ProofError, match=r"log\.root"):
        verify_consistency((7, ROOTS[7]), (7, ROOTS[8]), [])
    with pytest.raises(ProofError, match=r"log\.path-length"):
        verify_consistency((7, ROOTS[7]), (7, ROOTS[7]), [ROOTS[7]])


@pytest.mark.parametrize(("old", "new"), [(4, 7), (6, 11), (1, 20), (8, 9), (19, 20)])
def test_every_part_of_a_consistency_proof_counts(old: int, new: int) -> None:
    """A changed hash, a changed root, a missing or an added hash: all refused."""
    path = oracle.proof(old, LEAVES[:new])
    first, second = (old, ROOTS[old]), (new, ROOTS[new])
    for at in range(len(path)):
        with pytest.raises(ProofError, match=r"log\.root"):
            verify_consistency(first, second, flipped(path, at))
    for wrong in (path[:-1], path[1:], [*path, path[0]], []):
        with pytest.raises(ProofError, match=r"log\.path-length"):
            verify_consistency(first, second, wrong)
    for old_root, new_root in ((LEAVES[1], ROOTS[new]), (ROOTS[old], LEAVES[1])):
        with pytest.raises(ProofError):
            verify_consistency((old, old_root), (new, new_root), path)


def test_size_and_index_are_not_proved_by_a_path() -> None:
    """The gap that receipts must close: one path of two hashes fits thirteen pairs.

    Source: wire profile, section 2.3.
    """
    path = oracle.path(5, LEAVES[:6])
    fitting = []
    for size in range(1, 40):
        for index in range(size):
            try:
                verify_inclusion(LEAVES[5], index, size, path, ROOTS[6])
            except ProofError:
                continue
            fitting.append((size, index))
    assert len(fitting) == 13
    assert {(4, 3), (6, 5), (37, 36)} <= set(fitting)
