"""What this node knows of other logs' heads, and what it asks and tells its peers about them.

A visit to a peer (``exchange.visits``) brings our newest head to be cosigned, takes the heads
that the peer has seen, and asks the peer's log how those that we hold continue one another.
What that proves is kept: that a log is of one history, that a head under a receipt is cosigned
because a later one is, or that a log has signed two histories.

Source: wire profile, section 2.4, ruling 10; security threats T01, T04, finding G13.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import ComityError, FormatError, ProofError
from comity.log.checkpoint import Checkpoint, parse_checkpoint
from comity.log.cosign import read_lines, verify_cosignature, without_strangers
from comity.log.equivocation import of_another_past
from comity.log.merkle import HASH_BYTES, verify_consistency
from comity.node.heads import (
    Cosignature,
    keep_conflict,
    keep_cosignature,
    keep_proof,
    see_head,
    see_own_head,
    verified_head,
)
from comity.node.keeping import Keeping
from comity.node.ledger import blob, number
from comity.node.writer import Transaction, Writer
from comity.parties.fork_proof import proof_digest, read_fork_proof
from comity.parties.inception import Party
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.model import DIGEST_BYTES, PartyId
from comity.statement.reading import Reading

MOST_QUESTIONS: Final = 8
"""To one log in one visit."""
TOLD_IF_OPEN: Final = 32
MOST_HEADS: Final = 1024
MOST_SEEN_BYTES: Final = 4 * 1024 * 1024
MOST_ANSWER_BYTES: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a peer has seen."""

    heads: tuple[tuple[str, str], ...]
    """Checkpoints, each with the cosignatures that the peer holds for it."""
    forks: tuple[bytes, ...]
    """Digests of the proofs that it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """How a log says that one of its heads continues another."""

    old: tuple[int, bytes]
    """Size, and the root that the log has for it now."""
    new: tuple[int, bytes]
    path: tuple[bytes, ...]


def encode_continuation(told: Continuation) -> bytes:
    """Return the answer to a question how a head continues another."""
    value: dict[str, Value] = {
        "old": list(told.old),
        "new": list(told.new),
        "path": list(told.path),
    }
    return cbor.encode(value)


def decode_continuation(data: bytes) -> Continuation:
    """Read such an answer.  Nothing is verified.

    Raises:
        FormatError: ``cbor.…``, ``statement.field``, ``statement.unknown-field``.

    """
    reading = Reading(cbor.decode(data, max_bytes=MOST_ANSWER_BYTES), "continuation")
    told = Continuation(
        old=_head(reading, "old"),
        new=_head(reading, "new"),
        path=reading.byte_strings("path", HASH_BYTES, most=128),
    )
    reading.done()
    return told


def encode_seen(seen: Seen) -> bytes:
    """Return what a peer is told of heads and proofs."""
    heads: list[Value] = [list(each) for each in seen.heads]
    return cbor.encode({"heads": heads, "forks": list(seen.forks)})


def decode_seen(data: bytes) -> Seen:
    """Read it.  Nothing is verified.

    Raises:
        FormatError: ``cbor.…``, ``statement.field``, ``statement.unknown-field``.

    """
    reading = Reading(cbor.decode(data, max_bytes=MOST_SEEN_BYTES), "heads")
    heads = []
    for each in reading.items("heads", most=MOST_HEADS):
        match each:
            case [str() as note, str() as lines]:
                heads.append((note, lines))
            case _:
                raise reading.refuse("heads")
    seen = Seen(heads=tuple(heads), forks=reading.byte_strings("forks", DIGEST_BYTES, most=1024))
    reading.done()
    return seen


class Watch:
    """The watch-keeper of one node.  Everything here may be called from any thread."""

    def __init__(self, keeping: Keeping, writer: Writer) -> None:
        """Watch the logs of the parties that the node has met."""
        self._keeping, self._writer = keeping, writer

    def peers(self) -> list[PartyId]:
        """Return whom to visit."""
        return [each for each in self._keeping.directory.parties if each != self._keeping.party]

    def newest(self) -> int:
        """Return the size of our newest signed head; 0: none, or none that we stand by."""
        if self._keeping.ledger.quarantine is not None:
            return 0
        row = self._keeping.store.one("last_head")
        return number(row[0]) if row else 0

    def submission(self, old: int) -> tuple[int, str]:
        """Return the size of our newest head, and what to send a witness that has cosigned ``old``.

        Raises:
            ProofError: ``log.size``: the witness has seen more than we hold.

        """
        ledger = self._keeping.ledger
        row = self._keeping.store.one("last_head")
        size, note = number(row[0]), str(row[3])
        path = ledger.tree.consistency(old, size) if old else []
        lines = "".join(f"{b64encode(each).decode()}\n" for each in path)
        return size, f"old {old}\n{lines}\n{note}"

    def own_head(self, size: int) -> Checkpoint:
        """Return what our log says at a size."""
        ledger = self._keeping.ledger
        return Checkpoint(origin=ledger.name.origin, size=size, root=ledger.tree.root(size))

    def cosigned(self, witness: PartyId, size: int, lines: str) -> None:
        """Keep a witness's lines for our own head of a size.

        Raises:
            FormatError, ProofError: they do not hold.

        """
        keeping, head = self._keeping, self.own_head(size)
        made = cosignature_of(head, lines, keeping.directory.party(witness))
        if made is None:
            raise ProofError("log.head-unsigned", name=witness)
        self._keep([((keeping.party, head), made)])

    def continuation(self, old: int, new: int) -> bytes:
        """Return how our log continued from one size to another.

        Raises:
            ProofError: ``log.size``, ``log.sizes``.

        """
        tree, newest = self._keeping.ledger.tree, self.newest()
        if not old < new <= newest:
            raise ProofError("log.sizes", old=old, new=new)
        told = Continuation(
            old=(old, tree.root(old)),
            new=(new, tree.root(new)),
            path=tuple(tree.consistency(old, new)),
        )
        return encode_continuation(told)

    def seen(self) -> bytes:
        """Return what we tell a peer of the heads that we have seen."""
        store, us = self._keeping.store, self._keeping.party
        heads = []
        sizes = [self.newest()]
        sizes += [number(row[0]) for row in store.all("cosigned_heads", us, 0, 1)]
        for size in sorted({each for each in sizes if each}, reverse=True):
            note = str(store.one("head_of", size)[0])
            lines = "".join(str(row[2]) for row in store.all("cosignatures", us, size))
            heads.append((note, lines))
        for log in self._keeping.directory.parties:
            # Where a head is not explained, a few more are told, to be compared by others.
            count = TOLD_IF_OPEN if number(store.one("is_open", log)[0]) else 1
            heads += [(str(row[0]), "") for row in store.all("newest_seen", log, count)]
        forks = tuple(blob(row[0]) for row in store.all("forks"))
        return encode_seen(Seen(heads=tuple(heads[:MOST_HEADS]), forks=forks[:1024]))

    def take(self, told: bytes) -> list[bytes]:
        """Compare what a peer has seen with what we hold; return which proofs we lack.

        Heads of logs that we do not know, and heads whose signatures do not hold, are passed over:
        whoever shows them proves nothing by it.

        Raises:
            FormatError: as ``decode_seen``.

        """
        seen = decode_seen(told)
        heads: list[tuple[PartyId, tuple[Checkpoint, str]]] = []
        made: list[tuple[tuple[PartyId, Checkpoint], Cosignature]] = []
        for note, lines in seen.heads:
            found, new = self._verified(note)
            if found is not None:
                heads += [found] if new else []
                made += [((found[0], found[1][0]), each) for each in self._cosigners(found, lines)]
        if heads:
            self._writer.submit(lambda transaction: self._see(transaction, heads)).result()
        self._keep(made)
        held = {blob(row[0]) for row in self._keeping.store.all("forks")}
        return [each for each in seen.forks if each not in held]

    def take_fork(self, proof: bytes, digest: bytes) -> None:
        """Keep a proof that a peer holds, once all of it was verified.

        Raises:
            FormatError, TrustError, ProofError: it proves nothing, or is another one.

        """
        found = read_fork_proof(proof)
        if proof_digest(proof) != digest:
            raise FormatError("proof.form")
        self._writer.submit(
            lambda transaction: keep_proof(transaction, found.party.id, proof)
        ).result()

    def fork(self, digest: bytes) -> bytes | None:
        """Return a proof that we hold."""
        row = self._keeping.store.one("fork", digest)
        return blob(row[0]) if row else None

    def questions(self, log: PartyId) -> list[tuple[int, int]]:
        """Return of which sizes a log is to be asked how one continues the other."""
        store, now = self._keeping.store, self._keeping.clock.now()
        trunk = store.one("trunk", log)
        if not trunk:
            return []
        size = number(trunk[0])
        asked = []
        for (other,) in store.all("not_linked", log, now, MOST_QUESTIONS):
            low, high = sorted((number(other), size))
            asked.append((low, high))
        asked += self._undated(log, size, MOST_QUESTIONS - len(asked))
        best = self._best_cosigned(log, size)
        if best is not None:
            target, by = best
            room = MOST_QUESTIONS - len(asked)
            for (other,) in store.all("not_covered", log, now, target, by, max(room, 0)):
                asked.append((number(other), target))
        return asked

    def _undated(self, log: PartyId, trunk: int, room: int) -> list[tuple[int, int]]:
        """Return of which heads it must be shown that those under later keys continue them."""
        party, now = self._keeping.directory.party(log), self._keeping.clock.now()
        if not party.bounds or room <= 0 or trunk <= party.now.after:
            return []
        found = self._keeping.store.all("undated", log, party.now.after, now, room)
        return [(number(row[0]), trunk) for row in found]

    def answered(self, log: PartyId, asked: tuple[int, int], answer: bytes | None) -> None:
        """Take what a log says how its heads continue one another; ``None``: it said nothing."""
        told = None
        try:
            told = None if answer is None else decode_continuation(answer)
        except FormatError:
            # An answer that cannot be read is none.
            told = None
        self._writer.submit(
            lambda transaction: self._answered(transaction, log, asked, told)
        ).result()

    def _best_cosigned(self, log: PartyId, trunk: int) -> tuple[int, int] | None:
        for size, by in self._keeping.store.all("cosigned_heads", log, 0, 8):
            row = self._keeping.store.one("seen_head", log, size)
            if row and number(row[2]) and number(size) <= trunk:
                return number(size), number(by)
        return None

    def _answered(
        self,
        transaction: Transaction,
        log: PartyId,
        asked: tuple[int, int],
        told: Continuation | None,
    ) -> None:
        old, new = asked
        rows = transaction.one("seen_head", log, old), transaction.one("seen_head", log, new)
        if not all(rows):
            return
        for size, row in zip(asked, rows, strict=True):
            # The trunk is not asked about; a head under a receipt, about how it is continued.
            if not number(row[2]) or (size == old and number(rows[1][2])):
                transaction.run("head_asked", transaction.now, log, size)
        if told is None or (told.old[0], told.new[0]) != asked:
            return
        roots = blob(rows[0][0]), blob(rows[1][0])
        try:
            verify_consistency((old, roots[0]), (new, roots[1]), told.path)
        except ProofError:
            conflict = of_another_past(str(rows[0][1]), str(rows[1][1]), told.old[1], told.path)
            keep_conflict(self._keeping, transaction, log, conflict)
            return
        transaction.run("put_continued", log, old, new, b"".join(told.path))
        if number(rows[0][2]) or number(rows[1][2]):
            for size in asked:
                transaction.run("link_head", log, size)

    def _cosigners(
        self, found: tuple[PartyId, tuple[Checkpoint, str]], lines: str
    ) -> Iterator[Cosignature]:
        """Yield the cosignatures of parties that we know and do not hold, as far as they hold."""
        try:
            names = read_lines(lines)
        except FormatError:
            return
        rows = self._keeping.store.all("cosignatures", found[0], found[1][0].size) if names else []
        held = {str(row[0]) for row in rows}
        for name in names:
            witness = self._keeping.directory.by_witness(name)
            if witness is None or witness.id in held:
                continue
            try:
                made = cosignature_of(found[1][0], names[name], witness)
            except ComityError:
                continue
            if made is not None:
                yield made

    def _verified(self, note: str) -> tuple[tuple[PartyId, tuple[Checkpoint, str]] | None, bool]:
        """Return a head whose signatures hold, if they do, and whether it is none that we hold.

        What is held to the letter was verified when it came: peers tell the same again and again.
        """
        try:
            checkpoint = parse_checkpoint(note)[0]
            party = self._keeping.directory.by_origin(checkpoint.origin)
            if party is None:
                return None, False
            if self._held(party.id, checkpoint.size) == note:
                return (party.id, (checkpoint, note)), False
            return (party.id, verified_head(party, note)), True
        except ComityError:
            return None, False

    def _held(self, log: PartyId, size: int) -> str | None:
        store = self._keeping.store
        if log == self._keeping.party:
            row = store.one("head_of", size)
            return str(row[0]) if row else None
        row = store.one("seen_head", log, size)
        return str(row[1]) if row else None

    def _see(
        self,
        transaction: Transaction,
        found: Sequence[tuple[PartyId, tuple[Checkpoint, str]]],
    ) -> None:
        for log, head in found:
            if log == self._keeping.party:
                see_own_head(self._keeping, transaction, head)
            elif head[0].size:
                see_head(self._keeping, transaction, log, head)

    def _keep(self, found: Sequence[tuple[tuple[PartyId, Checkpoint], Cosignature]]) -> None:
        """Keep cosignatures that were verified."""

        def job(transaction: Transaction) -> None:
            for head, made in found:
                keep_cosignature(self._keeping, transaction, head, made)

        if found:
            self._writer.submit(job).result()


def cosignature_of(head: Checkpoint, lines: str, witness: Party) -> Cosignature | None:
    """Return what one party made of these lines, verified; ``None`` if nothing.

    A line under its name that none of its keys made is left out: nobody can tell what it was.

    Raises:
        FormatError: ``log.note…``.
        ProofError: ``log.head-signature``.

    """
    time = verify_cosignature(head, lines, witness.witness)
    if time is None:
        return None
    own = without_strangers(lines, [witness.witness])
    return Cosignature(witness=witness.id, time=time, lines=own)


def _head(reading: Reading, key: str) -> tuple[int, bytes]:
    match reading.value(key):
        case [int() as size, bytes() as root] if len(root) == HASH_BYTES:
            if not isinstance(size, bool) and size >= 0:
                return size, root
    raise reading.refuse(key)
