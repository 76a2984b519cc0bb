"""Key threads as this node holds them: its own, and those of the parties it has met.

A statement of a key thread is public: it travels with its body in the clear, by a path on which
nobody needs to be known, because the key with which its party called before may be gone.  It is
logged like every other statement, so that both ends can prove when they held it.

Source: wire profile, section 5.5, ruling 8; ADR 24.
"""

from concurrent.futures import Future

from comity.errors import ComityError, PeerError
from comity.node.keeping import Keeping
from comity.node.keythreads import KeyRow, key_rows
from comity.node.ledger import blob
from comity.node.register import Entrant, Register
from comity.node.writer import Transaction, Writer
from comity.parties.card import CardContent
from comity.parties.directory import Directory
from comity.parties.inception import Party
from comity.parties.key_rules import BY_THE_MEMBERS
from comity.parties.keys import VOUCH, KeyWord, Proved, prove, renewed
from comity.statement.body import open_body
from comity.statement.envelope import parse
from comity.statement.model import PartyId, SubjectId, subject_of


class Keychain:
    """Takes what parties say about their keys.  Everything may be called from any thread."""

    def __init__(self, keeping: Keeping, register: Register, writer: Writer) -> None:
        """Use the node's parts."""
        self._keeping, self._register, self._writer = keeping, register, writer

    def announced(self, signed: bytes, plaintext: bytes) -> "Future[bytes]":
        """Take a statement of a key thread; the future is our receipt.

        The future raises ``PeerError`` for what heals (``node.unknown-issuer``,
        ``keys.set-not-held``), and another ``ComityError`` for what is final.
        """
        answer: Future[bytes] = Future()
        try:
            unverified = parse(signed)
            issuer = PartyId(unverified.header.issuer)
            if issuer not in self._keeping.directory.parties:
                raise PeerError("node.unknown-issuer", party=issuer)
            sections = open_body(plaintext, unverified.payload)
            proved = prove(
                self._keeping.directory.party(issuer), signed, sections, self._keeping.vouched
            )
        except ComityError as error:
            answer.set_exception(_healing(error, signed))
            return answer

        def finish(future: "Future[int]") -> None:
            try:
                answer.set_result(self._keeping.ledger.receipt_now(future.result()))
            except ComityError as error:
                answer.set_exception(error)

        quiet = self._keeping.ledger.quarantine is not None
        if quiet and proved.act.type != VOUCH:
            answer.set_exception(PeerError("node.not-signing", why="keys"))
            return answer
        job = self._writer.submit(
            lambda transaction: self._take(transaction, proved), signs=not quiet, alone=True
        )
        job.add_done_callback(finish)
        return answer

    def _take(self, transaction: Transaction, proved: Proved) -> int:
        party = self.renew(transaction, proved)
        leaf = self._register.take(transaction, self.entrant(proved)).leaf
        directory = self._keeping.directory.renew(party)
        transaction.committed.append(lambda: self._keeping.knows(directory))
        touch_all(transaction, party.id)
        return leaf

    def renew(self, transaction: Transaction, proved: Proved) -> Party:
        """Return the party as it is with a statement that was proved, judged once more.

        In the transaction nothing else changes what is known of the party.
        """
        del transaction
        known = self._keeping.directory.party(proved.party.id)
        statement = proved.statement
        word = KeyWord(
            sid=statement.sid,
            kid=statement.header.kid,
            act=proved.act,
            index=proved.receipt.index,
        )
        return renewed(known, word, self._keeping.vouched)

    def entrant(self, proved: Proved) -> Entrant:
        """Return a statement of a key thread, ready to be logged."""
        return Entrant(
            statement=proved.statement,
            issuer=proved.party.id,
            subject=subject_of(proved.statement.header.subject),
            act=proved.act,
            sections=proved.sections,
            by_node=False,
            receipts=((proved.party.id, proved.receipt, proved.encoded),),
        )

    def met(self, transaction: Transaction, content: CardContent) -> Directory:
        """Log the key thread on a card, and let our own go to whom we have met.

        Returns:
            Whom we know then.

        Raises:
            TrustError: ``parties.key-held``.
            ComityError: the card says otherwise of the party's keys than what is known.

        """
        keeping = self._keeping
        directory = keeping.directory.admit(content.party)
        party = directory.party(content.party.id)
        for part in content.keys:
            proved = prove(party, part.signed, part.sections, keeping.vouched)
            party = proved.party
            if keeping.ledger.quarantine is None:
                self._register.take(transaction, self.entrant(proved))
        for row in key_rows(keeping, keeping.store.write):
            if row.issuer == keeping.party and not self._reached(transaction, row, party.id):
                self._register.queue(transaction, row.word.sid, [party.id])
        return directory.renew(party)

    @staticmethod
    def _reached(transaction: Transaction, row: KeyRow, peer: PartyId) -> bool:
        return any(str(each[0]) == peer for each in transaction.all("receipts_of", row.word.sid))


def _healing(error: ComityError, signed: bytes) -> ComityError:
    """Return what is wrong; that members have not vouched yet may be right tomorrow."""
    if error.code != BY_THE_MEMBERS.id:
        return error
    return PeerError("keys.not-vouched", party=parse(signed).header.issuer)


def touch_all(transaction: Transaction, party: PartyId) -> None:
    """Have every thread told anew in which a party has spoken: its keys tell what it has said."""
    for (subject,) in transaction.all("subjects_of", party):
        transaction.touched.add(SubjectId(blob(subject)))
