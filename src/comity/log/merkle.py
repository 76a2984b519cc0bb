"""Hashes and proofs of an append-only Merkle tree.

Source: RFC 9162, sections 2.1.1 to 2.1.4 (the tree of RFC 6962, with SHA-256).
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from comity.errors import ProofError

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
MOST_PATH: Final = 63


def leaf_hash(entry: bytes) -> bytes:
    """Return the hash of a leaf, SHA-256(00 || entry)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node, SHA-256(01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to.

    Args:
        leaf: the leaf's hash.
        index: the leaf's index, from 0.
        size: the size of the tree.
        path: the proof, from the leaf upwards.

    Raises:
        ProofError: ``log.index`` (not below the size), ``log.path-hash``,
            ``log.path-length``.

    """
    if not 0 <= index < size:
        raise ProofError("log.index", index=index, size=size)
    _check_hashes([leaf, *path])
    node, last, root = index, size - 1, leaf
    for each in path:
        if last == 0:
            raise ProofError("log.path-length", length=len(path))
        if node & 1 or node == last:
            root = node_hash(each, root)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            root = node_hash(root, each)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("log.path-length", length=len(path))
    return root


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
        ProofError: ``log.sizes`` (the old one is empty or larger), ``log.path-hash``,
            ``log.path-length``, ``log.root``.

    """
    (first, first_root), (second, second_root) = old, new
    if not 0 < first <= second:
        raise ProofError("log.sizes", old=first, new=second)
    _check_hashes([first_root, second_root, *path])
    if first == second:
        if path:
            raise ProofError("log.path-length", length=len(path))
        if first_root != second_root:
            raise ProofError("log.root", size=second)
        return
    # A tree whose size is a power of two is itself the first hash of the proof.
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not path or not hashes:
        raise ProofError("log.path-length", length=0)
    if _roots(first, second, hashes) != (first_root, second_root):
        raise ProofError("log.root", size=second)


def _roots(first: int, second: int, hashes: Sequence[bytes]) -> tuple[bytes, bytes]:
    node, last = first - 1, second - 1
    while node & 1:
        node >>= 1
        last >>= 1
    old = new = hashes[0]
    for each in hashes[1:]:
        if last == 0:
            raise ProofError("log.path-length", length=len(hashes))
        if node & 1 or node == last:
            old, new = node_hash(each, old), node_hash(each, new)
            while node and not node & 1:
                node >>= 1
                last >>= 1
        else:
            new = node_hash(new, each)
        node >>= 1
        last >>= 1
    if last:
        raise ProofError("log.path-length", length=len(hashes))
    return old, new


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if len(hashes) > MOST_PATH + 2:
        raise ProofError("log.path-length", length=len(hashes))
    if any(len(each) != HASH_BYTES for each in hashes):
        raise ProofError("log.path-hash", expected=HASH_BYTES)
