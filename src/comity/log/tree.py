"""A whole Merkle tree in memory, from which roots, proofs and tiles of any size follow.

Only hashes of complete subtrees are kept, one row a level, 32 bytes each: about 64 bytes
a leaf.  What is kept never changes, so that a reader may ask while the writer appends.
"""

from collections.abc import Iterable

from comity.errors import ProofError
from comity.log.merkle import EMPTY_ROOT, HASH_BYTES, node_hash


class Tree:
    """An append-only tree of leaf hashes."""

    def __init__(self) -> None:
        """Begin with no leaf."""
        self._rows: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._rows[0]) // HASH_BYTES

    def append(self, leaf: bytes) -> int:
        """Add a leaf hash and return its index."""
        index = self.size
        self._rows[0] += leaf
        level = 0
        while (self.size >> level) & 1 == 0:
            row = self._rows[level]
            if level + 1 == len(self._rows):
                self._rows.append(bytearray())
            left, right = bytes(row[-64:-32]), bytes(row[-32:])
            self._rows[level + 1] += node_hash(left, right)
            level += 1
        return index

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def truncate(self, size: int) -> None:
        """Forget every leaf from index ``size`` on."""
        for level, row in enumerate(self._rows):
            del row[(size >> level) * HASH_BYTES :]

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves (all of them, if not given).

        Raises:
            ProofError: ``log.size`` if there are fewer.

        """
        size = self._check(self.size if size is None else size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the inclusion proof of a leaf in the tree of ``size`` leaves.

        Raises:
            ProofError: ``log.size``, ``log.index``.

        """
        self._check(size)
        if not 0 <= index < size:
            raise ProofError("log.index", index=index, size=size)
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of ``old`` leaves begins the one of ``new``.

        Raises:
            ProofError: ``log.size``, ``log.sizes``.

        """
        self._check(new)
        if not 0 < old <= new:
            raise ProofError("log.sizes", old=old, new=new)
        path: list[bytes] = []
        start, end, whole = 0, new, True
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                path.append(self._range(middle, end))
                end = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, end))
        return path[::-1]

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return the hashes of a tile: ``width`` of them, each over 256**level leaves.

        Raises:
            ProofError: ``log.no-such-tile``.

        """
        row = self._rows[8 * level] if 8 * level < len(self._rows) else b""
        start = number * 256 * HASH_BYTES
        hashes = bytes(row[start : start + width * HASH_BYTES])
        if not 0 < width <= 256 or len(hashes) != width * HASH_BYTES:  # noqa: PLR2004
            raise ProofError("log.no-such-tile", level=level, number=number)
        return hashes

    def _check(self, size: int) -> int:
        if not 0 <= size <= self.size:
            raise ProofError("log.size", size=size, held=self.size)
        return size

    def _range(self, start: int, end: int) -> bytes:
        """Return the root over leaves start to end; start is aligned as in RFC 9162."""
        width = end - start
        if width & (width - 1) == 0:
            level = width.bit_length() - 1
            at = (start >> level) * HASH_BYTES
            return bytes(self._rows[level][at : at + HASH_BYTES])
        middle = start + _split(width)
        return node_hash(self._range(start, middle), self._range(middle, end))


def _split(width: int) -> int:
    """Return the largest power of two below ``width``."""
    return 1 << ((width - 1).bit_length() - 1)
