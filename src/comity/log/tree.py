"""A whole Merkle tree in memory, from which roots, proofs and tiles of any size follow.

Only hashes of complete subtrees are kept, one row a level, 32 bytes each: about 64 bytes
a leaf.  What is kept never changes, so a reader may ask about a size that the tree had
reached before, while the one writer appends.

Source: RFC 9162, section 2.1; C2SP tlog-tiles.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from comity.errors import FormatError, ProofError
from comity.log.merkle import EMPTY_ROOT, HASH_BYTES, node_hash
from comity.log.tiles import HEIGHT, TILE_WIDTH

_PAIR: Final = 2 * HASH_BYTES


class Tree:
    """An append-only tree of leaf hashes."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        """Begin with no leaf."""
        self._rows: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._rows[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash and return its index.

        Raises:
            FormatError: ``log.leaf``.

        """
        index = self.size
        self.extend((leaf,))
        return index

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add leaf hashes in order: all of them, or none.

        Raises:
            FormatError: ``log.leaf``.

        """
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                raise FormatError("log.leaf", size=len(leaf), expected=HASH_BYTES)
        self._rows[0] += b"".join(leaves)
        level = 0
        while self._complete(level):
            level += 1

    def truncate(self, size: int) -> None:
        """Forget every leaf from index ``size`` on, to undo a batch that failed.

        Raises:
            ProofError: ``log.size`` if there are fewer.

        """
        self._check(size)
        for level, row in enumerate(self._rows):
            del row[(size >> level) * HASH_BYTES :]

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves (all of them, if not given).

        Raises:
            ProofError: ``log.size`` if there are fewer.

        """
        size = self.size if size is None else size
        self._check(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion proof of a leaf in the tree of ``size`` leaves.

        Raises:
            ProofError: ``log.size``, ``log.index``.

        """
        self._check(size)
        if not 0 <= index < size:
            raise ProofError("log.index", index=index, size=size)
        return self._neighbours(index, 0, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of ``old`` leaves begins the one of ``new``.

        Raises:
            ProofError: ``log.size``, ``log.sizes`` (the old one is empty or larger).

        """
        self._check(new)
        if not 0 < old <= new:
            raise ProofError("log.sizes", old=old, new=new)
        if old == new:
            return []
        level = (old & -old).bit_length() - 1
        at = (old >> level) - 1
        path = self._neighbours(at, level, new)
        # A tree that is one whole subtree is known to whoever asks by its root.
        return path if at == 0 else [self._node(level, at), *path]

    def leaf(self, index: int) -> bytes:
        """Return a leaf hash.

        Raises:
            ProofError: ``log.index``.

        """
        if not 0 <= index < self.size:
            raise ProofError("log.index", index=index, size=self.size)
        return bytes(self._rows[0][index * HASH_BYTES : (index + 1) * HASH_BYTES])

    def tile(self, level: int, number: int, width: int = TILE_WIDTH) -> bytes:
        """Return the hashes of a tile: ``width`` of them, each over 256**level leaves.

        Raises:
            FormatError: ``log.no-such-tile``.

        """
        row = HEIGHT * level
        if level >= 0 and number >= 0 and 0 < width <= TILE_WIDTH and row < len(self._rows):
            start = number * TILE_WIDTH * HASH_BYTES
            hashes = bytes(self._rows[row][start : start + width * HASH_BYTES])
            if len(hashes) == width * HASH_BYTES:
                return hashes
        raise FormatError("log.no-such-tile", level=level, number=number, width=width)

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise ProofError("log.size", size=size, held=self.size)

    def _complete(self, level: int) -> bool:
        """Hash what has become pairs in a row into the row above; tell whether any had."""
        if level + 1 == len(self._rows):
            self._rows.append(bytearray())
        row, above = self._rows[level], self._rows[level + 1]
        fresh = bytes(row[2 * len(above) : len(row) - len(row) % _PAIR])
        above += b"".join(
            sha256(b"\x01" + fresh[at : at + _PAIR]).digest() for at in range(0, len(fresh), _PAIR)
        )
        return bool(fresh)

    def _node(self, level: int, at: int) -> bytes:
        return bytes(self._rows[level][at * HASH_BYTES : (at + 1) * HASH_BYTES])

    def _neighbours(self, at: int, level: int, size: int) -> list[bytes]:
        """Return what stands beside a node and those above it, upwards, in a tree of a size."""
        path = []
        while last := (size - 1) >> level:
            beside = at ^ 1
            if beside <= last:
                end = min((beside + 1) << level, size)
                path.append(self._range(beside << level, end))
            at, level = at >> 1, level + 1
        return path

    def _range(self, start: int, end: int) -> bytes:
        """Return the root over leaves from ``start``, which begins a subtree of that width."""
        root = b""
        while start < end:
            lowest = (end - start) & (start - end)
            level = lowest.bit_length() - 1
            end -= lowest
            node = self._node(level, end >> level)
            root = node_hash(node, root) if root else node
        return root
