"""Theirs: decode, trust, decrypt, check, register; answer with our receipt.

Everything that needs no database runs before the transaction, in the node's workers.
A refusal either heals (``PeerError``: the sender tries again) or is final.

Source: wire profile, sections 1.7 and 11 (rulings 5, 6, 9, 17).
"""

from collections.abc import Mapping
from typing import Final

from comity.errors import FormatError, PeerError, TrustError
from comity.fold.entry import Said
from comity.fold.thread import DELIVERY, SEEN
from comity.log.receipt import Receipt, parse_receipt, verify_receipt
from comity.node.keeping import Keeping
from comity.node.keyring import NODE
from comity.node.register import Entrant
from comity.node.submit import ATTACHMENTS
from comity.parties.charter import CHARTER, charter_of
from comity.parties.mechanism import MECHANISM, judge_founders
from comity.parties.policy import MOST_SECONDS_AHEAD
from comity.registry import capability_of
from comity.statement.act import Act, read_act
from comity.statement.blob import decode_attachments
from comity.statement.body import Section, open_body
from comity.statement.envelope import Statement, UnverifiedStatement, parse
from comity.statement.languages import check_texts
from comity.statement.model import PartyId, subject_of
from comity.statement.seal import unseal
from comity.statement.subject import check_opening

RETRY_SECONDS: Final = 2


class Receive:
    """Checks what peers send."""

    def __init__(self, keeping: Keeping) -> None:
        """Use what the node keeps."""
        self._keeping = keeping

    def check(self, caller: PartyId, signed: bytes, sealed: bytes) -> Entrant:
        """Return a peer's statement, verified, or say what is wrong with it.

        Args:
            caller: whose node delivers it; known, but not believed.
            signed: the statement with the receipts it has.
            sealed: its body, encrypted for us.

        Raises:
            PeerError: try again later: ``node.from-the-future``, ``node.missing-blob``,
                ``node.unknown-mechanism``, ``node.unknown-issuer``.
            FormatError, TrustError, ProofError: final.

        """
        self._keeping.directory.party(caller)
        statement, by_node = self._verified(parse(signed))
        receipts = self._receipts(statement)
        sections = open_body(
            unseal(sealed, self._keeping.keys.kem, statement.sid), statement.payload
        )
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
        self._addressed(entrant)
        self._form(entrant)
        self._blobs(sections)
        return entrant

    def check_bare(self, signed: bytes) -> Statement:
        """Return a statement that comes without its body: only its signature is checked."""
        return self._verified(parse(signed))[0]

    def receipt_of(self, entry: bytes, receipt: bytes) -> tuple[PartyId, Receipt, bytes]:
        """Verify another log's receipt for an entry.

        Raises:
            TrustError: ``parties.unknown-log``.
            ProofError: it does not hold.

        """
        party = self._keeping.directory.by_log(parse_receipt(receipt).log_uri)
        return party.id, verify_receipt(receipt, entry, party.log), receipt

    def _verified(self, unverified: UnverifiedStatement) -> tuple[Statement, bool]:
        keeping, header = self._keeping, unverified.header
        issuer = PartyId(header.issuer)
        if issuer not in keeping.directory.parties:
            raise PeerError("node.unknown-issuer", party=issuer)
        key, purpose = keeping.directory.key_for(issuer, header.kid)
        statement = unverified.verify(key)
        now = keeping.clock.now()
        if header.issued_at > now + MOST_SECONDS_AHEAD:
            raise PeerError("node.from-the-future", said=header.issued_at, now=now)
        return statement, purpose == NODE

    def _receipts(self, statement: Statement) -> tuple[tuple[PartyId, Receipt, bytes], ...]:
        receipts = tuple(self.receipt_of(statement.entry, each) for each in statement.receipts)
        logs = [party for party, _, _ in receipts]
        if statement.header.issuer not in logs or len(set(logs)) != len(logs):
            raise FormatError("node.no-issuer-receipt", sid=statement.sid.hex())
        return receipts

    def _addressed(self, entrant: Entrant) -> None:
        act, keeping = entrant.act, self._keeping
        if keeping.party not in {entrant.issuer, *act.aud}:
            raise TrustError("node.not-addressed", sid=entrant.statement.sid.hex())
        if act.case is None:
            if act.nonce is None:
                raise FormatError("act.opening")
            check_opening(entrant.issuer, entrant.subject, act.nonce)
        for party in act.aud:
            if party not in keeping.directory.parties:
                raise PeerError("node.unknown-issuer", party=party)
        if act.type.partition(".")[0] == MECHANISM.name or self._in_mechanism(act):
            return
        if act.net is None:
            raise TrustError("node.no-mechanism", sid=entrant.statement.sid.hex())
        view = keeping.mechanism(act.net)
        if view is None or not view.in_force:
            # Accessions of other members may still be on their way.
            raise PeerError("node.unknown-mechanism", net=act.net.hex())
        strangers = {entrant.issuer, *act.aud} - set(view.ground.members)
        if strangers:
            raise TrustError("node.not-a-member", party=min(strangers))

    def _in_mechanism(self, act: Act) -> bool:
        """Tell whether a node's own word continues a mechanism's thread."""
        view = None if act.net is None else self._keeping.mechanism(act.net)
        return act.type == SEEN and act.case == act.net and view is not None

    def _form(self, entrant: Entrant) -> None:
        act = entrant.act
        if act.type == SEEN or act.type.startswith(DELIVERY):
            return
        capability = capability_of(act.type)
        if capability is None or act.type not in capability.kinds:
            raise FormatError("node.unknown-kind", kind=act.type)
        said = Said(
            id=entrant.statement.sid,
            issuer=entrant.issuer,
            subject=entrant.subject,
            act=act,
            claimed_at=entrant.statement.header.issued_at,
            by_node=entrant.by_node,
        )
        capability.check(said, entrant.sections)
        check_texts(act, entrant.sections)
        if act.type == CHARTER and judge_founders(charter_of(said), self._keeping.directory):
            raise TrustError("node.other-demo", sid=entrant.statement.sid.hex())

    def _blobs(self, sections: Mapping[str, Section]) -> None:
        for cipher in blobs_of(sections):
            if not self._keeping.blobs.has(cipher):
                raise PeerError("node.missing-blob", digest=cipher.hex())


def blobs_of(sections: Mapping[str, Section]) -> tuple[bytes, ...]:
    """Return the ciphertext digests of the attachments that a body names."""
    section = sections.get(ATTACHMENTS)
    if section is None:
        return ()
    return tuple(each.cipher for each in decode_attachments(section.value))
