"""Hashes of an append-only Merkle tree, and what its proofs prove.

A proof has exactly one length for its sizes and index, every hash in it has 32 bytes, and
a proof about the empty tree does not exist: any tree continues it.

Source: RFC 9162, sections 2.1.1 to 2.1.4 (the tree of RFC 6962, with SHA-256).
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final

from comity.errors import ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf, SHA-256(00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, SHA-256(01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Size and index alone are not proved by that: one path fits several pairs of them.

    Args:
        leaf: the leaf's hash.
        index: the leaf's index, from 0.
        size: the size of the tree.
        path: the proof, from the leaf upwards.

    Raises:
        ProofError: ``log.index`` (not below the size), ``log.path-length``,
            ``log.path-hash``.

    """
    if not 0 <= index < size:
        raise ProofError("log.index", index=index, size=size)
    inner, border = _lengths(index, size)
    _check_length(path, inner + border)
    _check_hashes(path)
    _check_hashes((leaf,))
    return _climb_border(_climb(leaf, index, path[:inner]), path[inner:])


def verify_inclusion(
    leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes
) -> None:
    """Check that a leaf is in the tree of this size and root.

    Raises:
        ProofError: as ``root_from_inclusion``; ``log.root`` if it is another tree.

    """
    if root_from_inclusion(leaf, index, size, path) != root:
        raise ProofError("log.root", size=size)


def verify_consistency(
    old: tuple[int, bytes], new: tuple[int, bytes], path: Sequence[bytes]
) -> None:
    """Check that a tree (size, root) is the beginning of another.

    Raises:
        ProofError: ``log.sizes`` (the old one is empty or larger), ``log.path-length``,
            ``log.path-hash``, ``log.root``.

    """
    (old_size, old_root), (new_size, new_root) = old, new
    if not 0 < old_size <= new_size:
        raise ProofError("log.sizes", old=old_size, new=new_size)
    _check_hashes((old_root, new_root, *path))
    if old_size == new_size:
        _check_length(path, 0)
        _check_root(old_root, new_root, new_size)
        return
    # The climb begins at the largest whole subtree that ends the old tree.  If that is the
    # old tree itself, its root begins the climb and does not stand in the proof.
    level = (old_size & -old_size).bit_length() - 1
    inner, border = _lengths(old_size - 1, new_size)
    inner -= level
    whole = old_size == 1 << level
    _check_length(path, inner + border + (not whole))
    seed, rest = (old_root, path) if whole else (path[0], path[1:])
    index = (old_size - 1) >> level
    lower, upper = rest[:inner], rest[inner:]
    lefts = [each for at, each in enumerate(lower) if index >> at & 1]
    _check_root(_climb_border(seed, [*lefts, *upper]), old_root, old_size)
    _check_root(_climb_border(_climb(seed, index, lower), upper), new_root, new_size)


def past_root(old_size: int, new: tuple[int, bytes], path: Sequence[bytes]) -> bytes | None:
    """Return with which root of ``old_size`` leaves a tree (size, root) began, as a proof shows.

    ``None`` if the proof does not lead to the tree, or does not show it: a beginning that is one
    whole subtree does not stand in its proof.

    Raises:
        ProofError: ``log.sizes``, ``log.path-length``, ``log.path-hash``.

    """
    new_size, new_root = new
    if not 0 < old_size < new_size:
        raise ProofError("log.sizes", old=old_size, new=new_size)
    level = (old_size & -old_size).bit_length() - 1
    inner, border = _lengths(old_size - 1, new_size)
    inner -= level
    if old_size == 1 << level:
        return None
    _check_length(path, inner + border + 1)
    _check_hashes((new_root, *path))
    seed, lower, upper = path[0], path[1 : inner + 1], path[inner + 1 :]
    index = (old_size - 1) >> level
    if _climb_border(_climb(seed, index, lower), upper) != new_root:
        return None
    lefts = [each for at, each in enumerate(lower) if index >> at & 1]
    return _climb_border(seed, [*lefts, *upper])


def _lengths(index: int, size: int) -> tuple[int, int]:
    """Return how much of a path lies below, and how much on, the right border of the tree.

    On the border every neighbour stands to the left.
    """
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def _climb(node: bytes, index: int, path: Sequence[bytes]) -> bytes:
    for level, neighbour in enumerate(path):
        node = node_hash(neighbour, node) if index >> level & 1 else node_hash(node, neighbour)
    return node


def _climb_border(node: bytes, path: Iterable[bytes]) -> bytes:
    for neighbour in path:
        node = node_hash(neighbour, node)
    return node


def _check_root(found: bytes, expected: bytes, size: int) -> None:
    if found != expected:
        raise ProofError("log.root", size=size)


def _check_length(path: Sequence[bytes], expected: int) -> None:
    if len(path) != expected:
        raise ProofError("log.path-length", length=len(path), expected=expected)


def _check_hashes(hashes: Iterable[bytes]) -> None:
    for each in hashes:
        if len(each) != HASH_BYTES:
            raise ProofError("log.path-hash", size=len(each), expected=HASH_BYTES)
