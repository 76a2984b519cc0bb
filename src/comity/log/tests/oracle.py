"""The tree of RFC 6962, section 2.1, word for word and slowly: what ours is compared with."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(number: int) -> bytes:
    """Return the leaf hash of the entry that says a number."""
    return sha256(b"\x00" + str(number).encode()).digest()


def split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def head(leaves: Sequence[bytes]) -> bytes:
    """MTH(D[n]), over leaf hashes."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + head(leaves[:k]) + head(leaves[k:])).digest()


def path(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), head(leaves[k:])]
    return [*path(m - k, leaves[k:]), head(leaves[:k])]


def proof(m: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return subproof(m, leaves, whole=True)


def subproof(m: int, leaves: Sequence[bytes], *, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(leaves):
        return [] if whole else [head(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole=whole), head(leaves[k:])]
    return [*subproof(m - k, leaves[k:], whole=False), head(leaves[:k])]
