"""Theirs: decode, trust, decrypt, check, register; answer with our receipt.

Everything that needs no database runs before the transaction, in the node's workers.
A refusal either heals (``PeerError``: the sender tries again) or is final.

What is refused for good depends on the statement and on the opening that it names, and on
nothing else, so that no node holds what another will never take: a party could otherwise
part the others by what it shows to whom.  The opening is therefore here first; what a
statement had ``seen`` may come later.

Source: wire profile, sections 1.7 and 11 (rulings 5, 6, 9, 17).
"""

from collections.abc import Callable, Iterable, Mapping

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.fold.entry import Said
from comity.fold.opening import circle_of
from comity.fold.refusal import REFUSED, read_refusal
from comity.fold.rule import refuse
from comity.fold.thread import ADDRESSED, DELIVERY, NODE_KEY, SEEN
from comity.log.receipt import Receipt, parse_receipt, verify_receipt
from comity.node.keeping import Keeping
from comity.node.keyring import NODE
from comity.node.ledger import number
from comity.node.loading import load_one
from comity.node.register import Entrant
from comity.node.submit import ATTACHMENTS, MOST_SAID
from comity.parties.charter import CHARTER, charter_of
from comity.parties.key_rules import EXPIRED
from comity.parties.mechanism import OWN_KEYS, judge_founders
from comity.parties.policy import MOST_SECONDS_AHEAD
from comity.registry import capability_of
from comity.statement.act import read_act
from comity.statement.blob import decode_attachments
from comity.statement.body import ACT, Section, open_body
from comity.statement.envelope import Statement, UnverifiedStatement, parse
from comity.statement.languages import check_texts
from comity.statement.model import PartyId, subject_of
from comity.statement.seal import recipient_of, unseal
from comity.statement.subject import check_opening


class Receive:
    """Checks what peers send."""

    def __init__(
        self, keeping: Keeping, refused: Callable[[Said, ComityError], None] = lambda *_: None
    ) -> None:
        """Use what the node keeps; ``refused`` is told of what is refused for good."""
        self._keeping, self._refused = keeping, refused

    def check(self, caller: PartyId, unverified: UnverifiedStatement, sealed: bytes) -> Entrant:
        """Return a peer's statement, verified, or say what is wrong with it.

        Args:
            caller: whose node delivers it; known, but not believed.
            unverified: the statement with the receipts it has.
            sealed: its body, encrypted for us.

        Raises:
            PeerError: try again later: ``node.from-the-future``, ``node.missing-blob``,
                ``node.unknown-mechanism``, ``node.unknown-issuer``, ``node.unknown-key``,
                ``node.opening-not-held``, ``node.thread-full``.
            FormatError, TrustError, ProofError, RuleError: final.

        """
        self._keeping.directory.party(caller)
        statement, by_node = self._verified(unverified)
        receipts = self._receipts(statement)
        self._in_force(statement, receipts)
        sections = self._open(sealed, statement)
        act = read_act(sections)
        entrant = Entrant(
            statement=statement,
            issuer=PartyId(statement.header.issuer),
            subject=subject_of(statement.header.subject),
            act=act,
            sections=sections,
            by_node=by_node,
            receipts=receipts,
        )
        said = said_by(entrant)
        try:
            self._admit(said, sections)
        except PeerError:
            raise
        except ComityError as error:
            self._refused(said, error)
            raise
        return entrant

    def _admit(self, said: Said, sections: Mapping[str, Section]) -> None:
        self._form(said, sections)
        if self._keeping.party not in circle_of(said):
            raise TrustError("node.not-addressed", sid=said.id.hex())
        if said.act.case is None:
            self._opens(said)
        else:
            self._continues(said)
        self._blobs(sections)

    def again(self, unverified: UnverifiedStatement, sealed: bytes) -> Entrant:
        """Return a statement that our own log held: its form and its place were checked then.

        Raises:
            PeerError: ``node.unknown-issuer``, ``node.unknown-key``.
            FormatError, TrustError, ProofError: it is not what was signed and receipted.

        """
        statement, by_node = self._verified(unverified)
        sections = self._open(sealed, statement)
        return Entrant(
            statement=statement,
            issuer=PartyId(statement.header.issuer),
            subject=subject_of(statement.header.subject),
            act=read_act(sections),
            sections=sections,
            by_node=by_node,
            receipts=self._receipts(statement),
        )

    def _open(self, sealed: bytes, statement: Statement) -> dict[str, Section]:
        key = self._keeping.keys.opens(recipient_of(sealed))
        return open_body(unseal(sealed, key, statement.sid), statement.payload)

    def check_bare(self, signed: bytes) -> Statement:
        """Return a statement that comes without its body: only its signature is checked."""
        return self._verified(parse(signed))[0]

    def receipt_of(self, entry: bytes, receipt: bytes) -> tuple[PartyId, Receipt, bytes]:
        """Verify another log's receipt for an entry.

        Raises:
            TrustError: ``parties.unknown-log``.
            ProofError: it does not hold.

        """
        parsed = parse_receipt(receipt)
        party = self._keeping.directory.by_log(parsed.log_uri)
        if party.holds(parsed.kid) is None:
            # It may have changed its keys, and its word of that is still on its way (ruling 17).
            raise PeerError("node.unknown-key", party=party.id, kid=parsed.kid.hex())
        return party.id, verify_receipt(receipt, entry, party.log), receipt

    def _verified(self, unverified: UnverifiedStatement) -> tuple[Statement, bool]:
        keeping, header = self._keeping, unverified.header
        issuer = PartyId(header.issuer)
        if issuer not in keeping.directory.parties:
            raise PeerError("node.unknown-issuer", party=issuer)
        try:
            key, purpose = keeping.directory.key_for(issuer, header.kid)
        except TrustError as error:
            # Its rotation may still be on its way (ruling 17).
            raise PeerError("node.unknown-key", party=issuer, kid=header.kid.hex()) from error
        statement = unverified.verify(key)
        now = keeping.clock.now()
        if header.issued_at > now + MOST_SECONDS_AHEAD:
            raise PeerError("node.from-the-future", said=header.issued_at, now=now)
        return statement, purpose == NODE

    def _receipts(self, statement: Statement) -> tuple[tuple[PartyId, Receipt, bytes], ...]:
        """Verify the receipts that came along; one of a log that is not known proves nothing."""
        found: dict[PartyId, tuple[PartyId, Receipt, bytes]] = {}
        for encoded in statement.receipts:
            try:
                party, receipt, _ = self.receipt_of(statement.entry, encoded)
            except TrustError as error:
                if error.code != "parties.unknown-log":
                    raise
                continue
            if party in found:
                raise FormatError("node.no-issuer-receipt", sid=statement.sid.hex())
            found[party] = (party, receipt, encoded)
        if statement.header.issuer not in found:
            raise FormatError("node.no-issuer-receipt", sid=statement.sid.hex())
        return tuple(found.values())

    def _in_force(
        self, statement: Statement, receipts: Iterable[tuple[PartyId, Receipt, bytes]]
    ) -> None:
        """Check that the key was in force where the issuer's own log holds the statement."""
        issuer = PartyId(statement.header.issuer)
        party = self._keeping.directory.party(issuer)
        held = tuple(receipts)
        index = next(receipt.index for log, receipt, _ in held if log == issuer)
        self._keeping.directory.check_in_force(issuer, statement.header.kid, index)
        if party.expired(statement.header.kid, (receipt.time for _, receipt, _ in held)):
            raise refuse(EXPIRED)
        if party.rivals and not self._keeping.store.one("by_sid", statement.sid):
            raise PeerError("node.two-histories", party=issuer)

    def _opens(self, said: Said) -> None:
        """Check an opening: its subject is its own, and it stands under a mechanism in force."""
        act, keeping = said.act, self._keeping
        if act.nonce is None:
            raise FormatError("act.opening")
        check_opening(said.issuer, said.subject, act.nonce)
        for party in act.aud:
            if party not in keeping.directory.parties:
                raise PeerError("node.unknown-issuer", party=party)
        if act.type == CHARTER:
            barred = judge_founders(charter_of(said), keeping.directory)
            if barred is OWN_KEYS:
                raise TrustError("node.other-keys", sid=said.id.hex())
            if barred is not None:
                raise TrustError("node.other-demo", sid=said.id.hex())
            return
        if act.net is None:
            raise TrustError("node.no-mechanism", sid=said.id.hex())
        view = keeping.mechanism(act.net)
        if view is None or not view.in_force:
            # Accessions of other members may still be on their way.
            raise PeerError("node.unknown-mechanism", net=act.net.hex())
        strangers = circle_of(said) - set(view.ground.members)
        if strangers:
            raise TrustError("node.not-a-member", party=min(strangers))

    def _continues(self, said: Said) -> None:
        """Check that a statement is said in the thread whose opening it names (THREAD-4)."""
        act, keeping = said.act, self._keeping
        if act.case is None:
            return
        opening = load_one(keeping.store, act.case)
        if opening is None:
            raise PeerError("node.opening-not-held", case=act.case.hex(), retry_after=1)
        net = opening.act.net or opening.id
        if (
            opening.act.case is not None
            or opening.act.nonce is None
            or opening.subject != said.subject
            or circle_of(opening) != circle_of(said)
            or act.net != net
        ):
            raise refuse(ADDRESSED)
        count = number(keeping.store.one("said_by", said.subject, said.issuer)[0])
        if count >= MOST_SAID and not number(keeping.store.one("is_missing", said.id)[0]):
            raise PeerError("node.thread-full", limit=MOST_SAID)

    def _form(self, said: Said, sections: Mapping[str, Section]) -> None:
        act = said.act
        if is_nodes_word(act.type):
            if act.case is None:
                raise FormatError("node.not-an-opening", kind=act.type)
            if act.texts or set(sections) != {ACT} or (act.type == SEEN and act.own):
                raise FormatError("node.word-with-content", sid=said.id.hex())
            if act.type == REFUSED:
                read_refusal(act)
            return
        if said.by_node:
            raise refuse(NODE_KEY)
        capability = capability_of(act.type)
        if capability is None or act.type not in capability.kinds:
            raise FormatError("node.unknown-kind", kind=act.type)
        if act.case is None and act.type != capability.opens:
            raise FormatError("node.not-an-opening", kind=act.type)
        capability.check(said, sections)
        check_texts(act, sections)

    def _blobs(self, sections: Mapping[str, Section]) -> None:
        for cipher in blobs_of(sections):
            if not self._keeping.blobs.has(cipher):
                raise PeerError("node.missing-blob", digest=cipher.hex())


def said_by(entrant: Entrant) -> Said:
    """Return a statement as folds see it."""
    return Said(
        id=entrant.statement.sid,
        issuer=entrant.issuer,
        subject=entrant.subject,
        act=entrant.act,
        claimed_at=entrant.statement.header.issued_at,
        by_node=entrant.by_node,
    )


def is_nodes_word(kind: str) -> bool:
    """Tell whether nodes say this by themselves."""
    return kind == SEEN or kind.startswith(DELIVERY)


def blobs_of(sections: Mapping[str, Section]) -> tuple[bytes, ...]:
    """Return the ciphertext digests of the attachments that a body names."""
    section = sections.get(ATTACHMENTS)
    if section is None:
        return ()
    return tuple(each.cipher for each in decode_attachments(section.value))
