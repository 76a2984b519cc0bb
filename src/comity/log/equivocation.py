"""Two heads of one log that cannot both be honest: what proves it, and what proves nothing.

A log that only grows signs heads of which each later one continues each earlier one.  Three
things prove that it did not, and no others are proof:

- ``same-size``: two signed heads of one size with two roots;
- ``other-past``: a signed head of size n with another root than the one with which, as a
  consistency proof shows, a later signed head of the log began at size n;
- ``same-index``: two signed heads that hold two different leaves at one index, as two
  inclusion proofs show.

An honest log can bring about none of them without a collision of SHA-256.  All else is no
proof: a head that is older than another one, heads of one size and root with two times, a
consistency proof that does not verify or never came.  Whoever lags, was restored, or answers
badly is not accused.

Source: security threats T01 and T04, finding 6; RFC 9162, section 2.1.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from comity.errors import ComityError, FormatError, ProofError
from comity.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from comity.log.merkle import HASH_BYTES, verify_consistency, verify_inclusion
from comity.log.note import NoteKey, write_lines


class Kind(StrEnum):
    """What it is that cannot be."""

    SAME_SIZE = "same-size"
    OTHER_PAST = "other-past"
    SAME_INDEX = "same-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two heads and why they exclude each other.  ``check_conflict`` says whether they do."""

    kind: Kind
    heads: tuple[str, str]
    """Two checkpoints: the smaller size first, of one size in the order of their texts."""
    past: bytes = b""
    """``other-past``: the root at the first size with which the second head began."""
    path: tuple[bytes, ...] = field(default=(), repr=False)
    """``other-past``: the consistency proof that shows it."""
    index: int = 0
    """``same-index``: where the two leaves stand."""
    leaves: tuple[bytes, ...] = field(default=(), repr=False)
    """``same-index``: the leaf hash under each head."""
    paths: tuple[tuple[bytes, ...], ...] = field(default=(), repr=False)
    """``same-index``: the inclusion proof under each head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A head as its log signed it, verified."""

    checkpoint: Checkpoint
    time: int | None
    """Head time, unix seconds, UTC."""


def only_signed_by(note: str, keys: Sequence[NoteKey]) -> str:
    """Return a checkpoint with the lines of these keys and no other, in the keys' order.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``.
        ProofError: ``log.head-unsigned``.

    """
    checkpoint, parsed = parse_checkpoint(note)
    found = {(line.name, line.id): line.signature for line in parsed.signatures}
    lines = []
    for key in keys:
        signature = found.get((key.name, key.id))
        if signature is None:
            raise ProofError("log.head-unsigned", name=key.name)
        lines.append((key, signature))
    return f"{checkpoint.body}\n{write_lines(lines)}"


def of_one_size(one: str, other: str) -> Conflict | None:
    """Return the conflict of two checkpoints of one log and size; ``None`` if there is none.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``.

    """
    (first, _), (second, _) = parse_checkpoint(one), parse_checkpoint(other)
    if first.origin != second.origin or first.size != second.size or first.root == second.root:
        return None
    low, high = sorted((one, other))
    return Conflict(kind=Kind.SAME_SIZE, heads=(low, high))


def of_another_past(old: str, new: str, past: bytes, path: Sequence[bytes]) -> Conflict | None:
    """Return the conflict of a head with a later one that began otherwise, if that is shown.

    Args:
        old: the checkpoint of the smaller size.
        new: the one of the larger size.
        past: the root at the smaller size, as the log tells it now.
        path: consistency proof from there to the later head.

    """
    found = Conflict(kind=Kind.OTHER_PAST, heads=(old, new), past=past, path=tuple(path))
    try:
        _check_past(found, parse_checkpoint(old)[0], parse_checkpoint(new)[0])
    except ComityError:
        return None
    return found


def check_conflict(
    conflict: Conflict,
    origin: str,
    keys: Sequence[NoteKey],
    others: Sequence[NoteKey] | None = None,
) -> tuple[SignedHead, SignedHead]:
    """Return the two heads, if they prove that this log has signed two histories.

    Args:
        conflict: what is claimed.
        origin: the log's name.
        keys: every key with which the log signs its heads; each must have signed both.
        others: what signs the second head, if the log changed its keys between them.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``.
        ProofError: ``log.other-log``, ``log.head-unsigned``, ``log.head-signature``; or
            ``log.no-conflict``: the two heads may both be honest.

    """
    first = _opened(conflict.heads[0], origin, keys)
    second = _opened(conflict.heads[1], origin, keys if others is None else others)
    one, other = first.checkpoint, second.checkpoint
    try:
        match conflict.kind:
            case Kind.SAME_SIZE:
                _check_size(conflict)
            case Kind.OTHER_PAST:
                _check_past(conflict, one, other)
            case Kind.SAME_INDEX:
                _check_index(conflict, one, other)
    except ProofError as error:
        raise ProofError("log.no-conflict") from error
    return first, second


def _opened(text: str, origin: str, keys: Sequence[NoteKey]) -> SignedHead:
    if only_signed_by(text, keys) != text:
        # One proof, one encoding: lines of others have no place in it.
        raise FormatError("log.note")
    checkpoint, time = open_checkpoint(text, keys)
    if checkpoint.origin != origin:
        raise ProofError("log.other-log", origin=origin)
    return SignedHead(checkpoint=checkpoint, time=time)


def _check_size(conflict: Conflict) -> None:
    if of_one_size(*conflict.heads) != conflict:
        raise ProofError("log.no-conflict")


def _check_past(conflict: Conflict, old: Checkpoint, new: Checkpoint) -> None:
    bare = Conflict(
        kind=Kind.OTHER_PAST, heads=conflict.heads, past=conflict.past, path=conflict.path
    )
    if conflict != bare or len(conflict.past) != HASH_BYTES or conflict.past == old.root:
        raise ProofError("log.no-conflict")
    if old.origin != new.origin or not 0 < old.size < new.size:
        raise ProofError("log.no-conflict")
    verify_consistency((old.size, conflict.past), (new.size, new.root), conflict.path)


def _check_index(conflict: Conflict, one: Checkpoint, other: Checkpoint) -> None:
    bare = Conflict(
        kind=Kind.SAME_INDEX,
        heads=conflict.heads,
        index=conflict.index,
        leaves=conflict.leaves,
        paths=conflict.paths,
    )
    if conflict != bare or len(conflict.leaves) != 2 or len(conflict.paths) != 2:  # noqa: PLR2004
        raise ProofError("log.no-conflict")
    # Two different leaves at one index of one size would make two roots: that is told so.
    if one.size >= other.size or conflict.leaves[0] == conflict.leaves[1]:
        raise ProofError("log.no-conflict")
    for head, leaf, path in zip((one, other), conflict.leaves, conflict.paths, strict=True):
        verify_inclusion(leaf, conflict.index, head.size, path, head.root)
