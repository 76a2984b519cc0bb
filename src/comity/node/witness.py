"""This node as a witness: it cosigns a log's head if that continues the one it cosigned last.

C2SP tlog-witness.  What is compared and what is replaced is one row, in one durable transaction
of the node's one writer; only when that is on disk does the witness sign.  Requests are worked
on one after another, so no older head is cosigned after a newer one was.

Source: C2SP tlog-witness v1.0.0; wire profile, section 2.4; security threats T01, T04.
"""

import re
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.errors import ComityError, FormatError, PeerError, ProofError, TrustError
from comity.log.checkpoint import Checkpoint, parse_checkpoint
from comity.log.cosign import cosign
from comity.log.equivocation import of_another_past
from comity.log.merkle import EMPTY_ROOT, past_root, verify_consistency
from comity.log.note import decode_base64
from comity.node.heads import (
    Cosignature,
    keep_conflict,
    keep_cosignature,
    see_head,
    verified_head,
)
from comity.node.keeping import Keeping
from comity.node.keyring import WITNESS, WITNESS_PQ
from comity.node.ledger import blob, number
from comity.node.promises import Promises
from comity.node.writer import Transaction, Writer, fault
from comity.parties.inception import Party
from comity.statement.reading import shown

MOST_REQUEST_BYTES: Final = 128 * 1024
MOST_PROOF_LINES: Final = 63
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a log asks a witness to cosign."""

    old: int
    """The size that the witness has cosigned last, as the log believes."""
    path: tuple[bytes, ...]
    """Consistency proof from there."""
    note: str
    """The checkpoint."""


def read_submission(body: str) -> Submission:
    """Read the body of ``add-checkpoint``.

    Raises:
        FormatError: ``witness.request``.

    """
    head, found, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    old = _OLD.fullmatch(first)
    path = [decode_base64(line) for line in lines]
    hashes = tuple(each for each in path if each is not None)
    if not found or old is None or len(path) > MOST_PROOF_LINES or len(hashes) != len(path):
        raise FormatError("witness.request")
    return Submission(old=int(old[1]), path=hashes, note=note)


class Witness:
    """The witness of one node.  Everything here may be called from any thread."""

    def __init__(self, keeping: Keeping, writer: Writer) -> None:
        """Cosign what logs of known parties bring."""
        self._keeping, self._writer = keeping, writer
        self._promises = Promises(keeping.settings.guard_path)
        self._one_by_one = ThreadPoolExecutor(1, "witness")

    def close(self) -> None:
        """Finish what is under way."""
        self._one_by_one.shutdown()

    def add_checkpoint(self, body: str) -> "Future[str]":
        """Cosign a head: the future is our lines for it, once it is durable that we did.

        The future raises:
            FormatError: ``witness.request``, ``witness.old-size``, ``log.note…``.
            TrustError: ``witness.unknown-log``, ``witness.log-signature``.
            ProofError: ``witness.behind`` (with the size cosigned last),
                ``witness.inconsistent``.
            PeerError: the node does not sign now.

        """
        try:
            return self._one_by_one.submit(self._add, body)
        except RuntimeError:
            closed: Future[str] = Future()
            closed.set_exception(PeerError("node.stopped", why="closed"))
            return closed

    def latest(self, origin_hash: str) -> str | None:
        """Return the newest head that we cosigned of the log with this hash, with our lines.

        Args:
            origin_hash: SHA-256 of the log's origin in hex digits.

        """
        keeping = self._keeping
        for party in keeping.directory.parties.values():
            origin = party.log.origin
            if sha256(origin.encode()).hexdigest() != origin_hash:
                continue
            row = keeping.store.one("witnessed", origin)
            return f"{row[2]!s}{row[3]!s}" if row and row[3] else None
        return None

    def _add(self, body: str) -> str:
        try:
            return self._cosign(body)
        except ComityError:
            raise
        except Exception as error:
            raise fault(error) from error

    def _cosign(self, body: str) -> str:
        asked = read_submission(body)
        claimed, _ = parse_checkpoint(asked.note)
        party = self._keeping.directory.by_origin(claimed.origin)
        if party is None or party.id == self._keeping.party:
            raise TrustError("witness.unknown-log", origin=shown(claimed.origin))
        try:
            head = verified_head(party, asked.note)
        except ProofError as error:
            raise TrustError("witness.log-signature") from error
        if asked.old > claimed.size:
            raise FormatError("witness.old-size", old=asked.old, size=claimed.size)
        refused = self._writer.submit(
            lambda transaction: self._check_and_store(transaction, party, asked, head)
        ).result()
        if refused is not None:
            raise refused
        return self._sign(party, head[0])

    def _check_and_store(
        self,
        transaction: Transaction,
        party: Party,
        asked: Submission,
        head: tuple[Checkpoint, str],
    ) -> ProofError | None:
        """Compare with what was cosigned last and replace it, in one transaction.

        What is refused is returned, not raised: what a refused head proves is kept all the same.
        """
        checkpoint, text = head
        row = transaction.one("witnessed", checkpoint.origin)
        last = Checkpoint(
            origin=checkpoint.origin,
            size=number(row[0]) if row else 0,
            root=blob(row[1]) if row else EMPTY_ROOT,
        )
        promised = self._promises.latest(checkpoint.origin)
        if promised is not None and promised.size > last.size:
            # The database is an older copy; what we have cosigned since binds us all the same.
            last, row = promised, ()
        if checkpoint.size:
            see_head(self._keeping, transaction, party.id, head)
        if asked.old != last.size:
            return ProofError("witness.behind", size=last.size)
        try:
            _check_continues(last, checkpoint, asked.path)
        except ProofError:
            self._compare(transaction, party, str(row[2]) if row else "", (asked, head))
            return ProofError("witness.inconsistent")
        self._promises.keep(
            Checkpoint(origin=checkpoint.origin, size=checkpoint.size, root=checkpoint.root)
        )
        now = transaction.now
        transaction.run(
            "put_witnessed", checkpoint.origin, checkpoint.size, checkpoint.root, now, text
        )
        before = transaction.one("seen_head", party.id, last.size)
        if before and number(before[2]) and blob(before[0]) == last.root:
            transaction.run("link_head", party.id, checkpoint.size)
        return None

    def _compare(
        self,
        transaction: Transaction,
        party: Party,
        last: str,
        brought: tuple[Submission, tuple[Checkpoint, str]],
    ) -> None:
        """Keep what a proof shows that does not lead from the head that we cosigned last."""
        asked, (checkpoint, text) = brought
        if not last or not 0 < asked.old < checkpoint.size:
            return
        try:
            past = past_root(asked.old, (checkpoint.size, checkpoint.root), asked.path)
        except ProofError:
            return
        if past is not None:
            conflict = of_another_past(last, text, past, asked.path)
            keep_conflict(self._keeping, transaction, party.id, conflict)

    def _sign(self, party: Party, checkpoint: Checkpoint) -> str:
        keeping = self._keeping
        keys, now = keeping.keys.signing, keeping.clock.now()
        lines = cosign(checkpoint, now, keeping.own.witness.name, (keys[WITNESS], keys[WITNESS_PQ]))
        ours = Cosignature(witness=keeping.party, time=now, lines=lines)

        def job(transaction: Transaction) -> None:
            name = checkpoint.origin
            transaction.run("sign_witnessed", lines, name, checkpoint.size, checkpoint.root)
            keep_cosignature(keeping, transaction, (party.id, checkpoint), ours)

        self._writer.submit(job).result()
        return lines


def _check_continues(last: Checkpoint, head: Checkpoint, path: Sequence[bytes]) -> None:
    """Check that a head continues the last one.

    Raises:
        ProofError: ``log.…``.

    """
    if not head.size and head.root != EMPTY_ROOT:
        raise ProofError("log.root", size=0)
    if last.size:
        verify_consistency((last.size, last.root), (head.size, head.root), path)
    elif path:
        raise ProofError("log.path-length", length=len(path), expected=0)
