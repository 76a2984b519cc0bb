"""What the logs prove: each receipt, each head, and that no log contradicts itself.

A log that shows two heads of one size, two entries at one index or one statement twice
cannot be right whatever else it signs: the file is then evidence against it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from comity.casefile.layout import Folder, head_path
from comity.casefile.story import name_of
from comity.errors import ComityError, FormatError, TrustError
from comity.log.checkpoint import log_note_keys, open_checkpoint, parse_checkpoint
from comity.log.merkle import verify_consistency
from comity.log.receipt import LogKeys, Receipt, parse_receipt, verify_receipt
from comity.parties.card import CardContent
from comity.parties.directory import Directory
from comity.statement import cbor
from comity.statement.envelope import MOST_RECEIPT_BYTES, MOST_STATEMENT_BYTES, parse
from comity.statement.model import PartyId, StatementId
from comity.verify.bundle import Bundle
from comity.verify.checks import About, Checks, Verdict
from comity.verify.said import Hearing

MOST_PROOF_BYTES: Final = 8 * 1024
_OF_HEAD: Final = (
    "log.note",
    "log.checkpoint",
    "log.head",
    "log.receipt-checkpoint",
    "log.receipt-signature",
)
"""Beginnings of the codes that find fault with the head under a receipt."""


@dataclass(slots=True, kw_only=True)
class Logs:
    """What each party's log is proved to hold."""

    receipts: dict[tuple[StatementId, PartyId], Receipt] = field(default_factory=dict)
    heads: dict[tuple[PartyId, int], tuple[bytes, int | None]] = field(default_factory=dict)
    """(party, size) to (root, time)."""
    at: dict[tuple[PartyId, int], bytes] = field(default_factory=dict)
    """(party, index) to entry."""
    index: dict[tuple[PartyId, bytes], int] = field(default_factory=dict)
    continued: set[tuple[PartyId, int, int]] = field(default_factory=set)
    """(party, size, later size): the file shows that the later head continues the other."""


def read_logs(
    bundle: Bundle,
    speakers: tuple[Directory, Mapping[PartyId, CardContent]],
    hearing: Hearing,
    checks: Checks,
) -> Logs:
    """Check every head and every receipt in the file."""
    directory, cards = speakers
    reader = _Reader(bundle=bundle, directory=directory, checks=checks, logs=Logs())
    for party, card in cards.items():
        about = About(object=f"cards/{party[-52:]}.card", log=party)
        for signed, receipt in (
            (card.inception.signed, card.inception_receipt),
            (card.node.signed, card.node_receipt),
        ):
            reader.note(about, party, receipt, parse(signed).entry)
        for part in card.keys:
            unverified = parse(part.signed)
            receipt = parse_receipt(unverified.receipts[0])
            reader.note(about, party, receipt, unverified.entry)
    reader.read_heads()
    reader.read_keys(cards)
    reader.read_receipts(hearing)
    reader.read_consistency()
    return reader.logs


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    bundle: Bundle
    directory: Directory
    checks: Checks
    logs: Logs
    entries: dict[StatementId, bytes] = field(default_factory=dict)
    """Of the statements of key threads."""

    def read_keys(self, cards: Mapping[PartyId, CardContent]) -> None:
        """Check that what stands in ``keys/`` is on the cards, where it was verified."""
        for card in cards.values():
            for part in card.keys:
                unverified = parse(part.signed)
                self.entries[unverified.sid] = unverified.entry
        for path, place in self.bundle.paths(Folder.KEYS):
            sid = StatementId(place.digest)
            about = About(object=path)
            try:
                statement = parse(self.bundle.archive.read(path, MOST_STATEMENT_BYTES))
                if (statement.sid, statement.entry) != (sid, self.entries.get(sid)):
                    raise TrustError("verify.not-on-card")
            except ComityError as error:
                self.checks.error("card", about, error)
                continue
            self.checks.holds("card", about)

    def read_heads(self) -> None:
        for path, place in self.bundle.paths(Folder.HEADS):
            party, size = place.party, place.size
            about = About(object=path, log=party)
            if party is None or party not in self.directory.parties:
                self.checks.missing("head", about, "verify.receipt-of-stranger")
                continue
            try:
                keys = self.directory.party(party).log.at(size)
                text = _text(self.bundle.archive.read(path, MOST_RECEIPT_BYTES))
                head, time = open_checkpoint(
                    text, log_note_keys(keys.origin, keys.ed25519, keys.mldsa44)
                )
                if (head.origin, head.size) != (keys.origin, size):
                    raise FormatError("verify.head-other")
            except ComityError as error:
                self.checks.error("head", about, error)
                continue
            self.checks.holds("head", about)
            self.note_head(about, (party, size), (head.root, time))

    def read_receipts(self, hearing: Hearing) -> None:
        for path, place in self.bundle.paths(Folder.RECEIPTS):
            sid, party = StatementId(place.digest), place.party
            entry = hearing.entries.get(sid) or self.entries.get(sid)
            if entry is None or party is None:
                continue
            about = About(object=path, statement=sid, log=party)
            if party not in self.directory.parties:
                self.checks.missing("inclusion", about, "verify.receipt-of-stranger")
                continue
            receipt = self.read_receipt(about, entry, self.directory.party(party).log)
            if receipt is not None:
                self.logs.receipts[sid, party] = receipt
                self.check_head(about, party, receipt)
                self.note(about, party, receipt, entry)

    def read_receipt(self, about: About, entry: bytes, keys: LogKeys) -> Receipt | None:
        try:
            data = self.bundle.archive.read(about.object, MOST_RECEIPT_BYTES)
            receipt = verify_receipt(data, entry, keys)
        except ComityError as error:
            of_head = error.code.startswith(_OF_HEAD)
            self.checks.error("head" if of_head else "inclusion", about, error)
            self.checks.rests(["inclusion" if of_head else "head"], about)
            return None
        self.checks.holds("inclusion", about)
        return receipt

    def check_head(self, about: About, party: PartyId, receipt: Receipt) -> None:
        """Check the checkpoint under a receipt against the file of that head."""
        head, _ = parse_checkpoint(receipt.checkpoint_text)
        path = head_path(party, receipt.size)
        if not self.bundle.holds(path):
            self.checks.missing("head", about, "verify.head-missing")
        elif (party, receipt.size) in self.logs.heads:
            self.checks.holds("head", about)
        else:
            self.checks.rests(["head"], about)
        self.note_head(about, (party, receipt.size), (head.root, receipt.time))

    def read_consistency(self) -> None:
        """Check every proof that a head continues an earlier one, whose heads are proved."""
        for path, place in self.bundle.paths(Folder.CONSISTENCY):
            party = place.party
            about = About(object=path, log=party)
            if party is None or party not in self.directory.parties:
                self.checks.missing("consistency", about, "verify.receipt-of-stranger")
                continue
            old = self.logs.heads.get((party, place.old))
            new = self.logs.heads.get((party, place.size))
            if old is None or new is None:
                self.checks.missing("consistency", about, "verify.head-missing")
                continue
            ends = (place.old, old[0]), (place.size, new[0])
            if self.checks.attempt("consistency", about, partial(self.continues, path, ends)):
                self.logs.continued.add((party, place.old, place.size))

    def continues(self, path: str, ends: tuple[tuple[int, bytes], tuple[int, bytes]]) -> bool:
        value = cbor.decode(
            self.bundle.archive.read(path, MOST_PROOF_BYTES), max_bytes=MOST_PROOF_BYTES
        )
        hashes = (
            [each for each in value if isinstance(each, bytes)] if isinstance(value, list) else None
        )
        if hashes is None or hashes != value:
            raise FormatError("verify.proof-form")
        verify_consistency(*ends, hashes)
        return True

    def note_head(
        self, about: About, key: tuple[PartyId, int], head: tuple[bytes, int | None]
    ) -> None:
        if self.logs.heads.setdefault(key, head) != head:
            facts: dict[str, str | int] = {"name": self.name(key[0]), "size": key[1]}
            self.contradicts("head", about, key, "verify.heads-contradict", facts)

    def note(self, about: About, party: PartyId, receipt: Receipt, entry: bytes) -> None:
        if self.logs.at.setdefault((party, receipt.index), entry) != entry:
            facts: dict[str, str | int] = {"name": self.name(party), "index": receipt.index}
            key = party, receipt.size
            self.contradicts("inclusion", about, key, "verify.entries-contradict", facts)
        if self.logs.index.setdefault((party, entry), receipt.index) != receipt.index:
            self.checks.fails("inclusion", about, "verify.entry-twice", name=self.name(party))
        head, _ = parse_checkpoint(receipt.checkpoint_text)
        self.note_head(about, (party, receipt.size), (head.root, receipt.time))

    def contradicts(
        self,
        check: str,
        about: About,
        head: tuple[PartyId, int],
        code: str,
        facts: Mapping[str, str | int],
    ) -> None:
        """Note that a log says two things; if its keys were stolen, that is contested."""
        party = self.directory.party(head[0])
        if party.log.at(head[1]).receipt.kid in party.bounds:
            self.checks.open(check, about, Verdict.CONTESTED_KEY, code, **facts)
        else:
            self.checks.fails(check, about, code, **facts)

    def name(self, party: PartyId) -> str:
        names = {party: self.directory.party(party).names}
        zh, en = name_of(party, names, "zh"), name_of(party, names, "en")
        return zh if zh == en else f"{zh} / {en}"


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FormatError("log.checkpoint") from None
