"""Signed heads of other parties' logs, as they are seen, and the proofs that come of comparing.

Every head that a log signed and that reaches this node is kept: those in receipts, those that
came to be cosigned, those that peers have seen.  Two of one size and two roots are a proof at
once; it is kept in the transaction that saw the second.  The first head of a log that is seen
is where its history begins here; every other one is *linked* once the log has shown that it and
the linked ones are of one history.  A head that is not linked accuses nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.errors import ComityError
from comity.log.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from comity.log.equivocation import Conflict, of_another_past, of_one_size, only_signed_by
from comity.node.keeping import Keeping
from comity.node.keythreads import key_thread
from comity.node.ledger import blob, number
from comity.node.writer import Transaction
from comity.parties.fork_proof import head_keys, proof_digest, write_fork_proof
from comity.parties.inception import KIND as INCEPTION
from comity.parties.inception import Party
from comity.statement.body import Section
from comity.statement.model import PartyId, StatementId

MOST_LOOSE: Final = 1_024
"""Of one log: so many heads without a receipt are kept that are explained, so many that are not."""
_AT_ONCE: Final = 256


def verified_head(party: Party, note: str) -> tuple[Checkpoint, str]:
    """Return a head of a party's log, and its text with the log's own lines alone.

    Raises:
        FormatError: ``log.checkpoint``, ``log.note…``.
        ProofError: ``log.head-unsigned``, ``log.head-signature``, ``log.other-log``.

    """
    keys = head_keys(party, parse_checkpoint(note)[0].size)
    text = only_signed_by(note, keys)
    checkpoint, _ = open_checkpoint(text, keys)
    return checkpoint, text


def see_head(
    keeping: Keeping,
    transaction: Transaction,
    log: PartyId,
    head: tuple[Checkpoint, str],
    *,
    receipted: bool = False,
) -> bool:
    """Keep a head whose signatures were verified; return whether it was new here.

    If the log has signed another root of that size, what proves it is kept as well.
    """
    checkpoint, text = head
    held = transaction.one("seen_head", log, checkpoint.size)
    if not held:
        if not receipted and not _room_for(transaction, log):
            return False
        transaction.run(
            "see_head",
            log,
            checkpoint.size,
            checkpoint.root,
            text,
            transaction.now,
            int(receipted),
        )
        return True
    if receipted and not number(held[3]):
        transaction.run("receipt_under", log, checkpoint.size)
    if blob(held[0]) != checkpoint.root:
        keep_conflict(keeping, transaction, log, of_one_size(str(held[1]), text))
    return False


def _room_for(transaction: Transaction, log: PartyId) -> bool:
    """Make room for one more head of a log; return whether there is any.

    A log that signs heads without end would fill the disks of all that look at it.  The oldest
    on which nothing rests are forgotten: the newest one says the same of them, by a proof.  What
    a log does not explain is never forgotten, so that it has only so much room.
    """
    explained, unexplained = map(number, transaction.one("loose_heads", log))
    if explained >= MOST_LOOSE + _AT_ONCE:
        for (size,) in transaction.all("oldest_loose", log, _AT_ONCE):
            transaction.run("forget_head", log, size)
            transaction.run("forget_cosignatures", log, size)
    return unexplained < MOST_LOOSE


def see_own_head(keeping: Keeping, transaction: Transaction, head: tuple[Checkpoint, str]) -> None:
    """Compare a head that bears our own signatures with our log.

    One that our log does not continue was signed by whoever else holds our keys, or by this
    node before it lost what it had signed; either way our log has two histories.  One that is
    larger than our log says that we are behind: it is kept, for ``doctor`` to tell.
    """
    checkpoint, text = head
    ledger = keeping.ledger
    row = transaction.one("last_head")
    if not row or checkpoint.size > number(row[0]):
        if not transaction.one("seen_head", keeping.party, checkpoint.size):
            see_head(keeping, transaction, keeping.party, head)
        return
    size, newest = number(row[0]), str(row[3])
    past = ledger.tree.root(checkpoint.size)
    if checkpoint.size == size:
        conflict = of_one_size(newest, text)
    elif past == checkpoint.root or checkpoint.size == 0:
        return
    else:
        path = ledger.tree.consistency(checkpoint.size, size)
        conflict = of_another_past(text, newest, past, path)
    keep_conflict(keeping, transaction, keeping.party, conflict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's lines for a head, verified."""

    witness: PartyId
    time: int
    """Unix seconds, UTC."""
    lines: str


def keep_cosignature(
    keeping: Keeping, transaction: Transaction, head: tuple[PartyId, Checkpoint], made: Cosignature
) -> None:
    """Keep a cosignature beside the head that it is of: the one that we hold of that size."""
    log, checkpoint = head
    if log == keeping.party:
        tree = keeping.ledger.tree
        fits = checkpoint.size <= tree.size and tree.root(checkpoint.size) == checkpoint.root
    else:
        row = transaction.one("seen_head", log, checkpoint.size)
        fits = bool(row) and blob(row[0]) == checkpoint.root
    if fits:
        transaction.run(
            "put_cosignature", log, checkpoint.size, made.witness, made.time, made.lines
        )


def keep_conflict(
    keeping: Keeping, transaction: Transaction, log: PartyId, conflict: Conflict | None
) -> bytes | None:
    """Keep a proof that a log has two histories; return its digest.  ``None`` is no conflict."""
    if conflict is None:
        return None
    signed, sections = _inception(keeping, log)
    thread = key_thread(keeping, log, keeping.store.write)
    try:
        proof = write_fork_proof(signed, sections, conflict, thread)
    except ComityError:
        # One of the heads is not signed with the keys that are known: it proves nothing here.
        return None
    return keep_proof(transaction, log, proof)


def keep_proof(transaction: Transaction, log: PartyId, proof: bytes) -> bytes:
    """Keep a proof that was verified; return its digest."""
    digest = proof_digest(proof)
    transaction.run("put_fork", digest, log, transaction.now, proof)
    return digest


def _inception(keeping: Keeping, party: PartyId) -> tuple[bytes, Mapping[str, Section]]:
    if party != keeping.party:
        part = keeping.cards[party].inception
        return part.signed, part.sections
    row = keeping.store.one("own_latest_of_kind", INCEPTION, db=keeping.store.write)
    sid, signed = StatementId(blob(row[0])), blob(row[1])
    return signed, keeping.sections(sid, keeping.store.write)
