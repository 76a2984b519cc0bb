"""What an exporter hands over, and a verifier reads back: one subject with its proofs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Self

from comity.statement.act import Act, read_act
from comity.statement.body import (
    ACT,
    BodyRecord,
    Section,
    body_bytes,
    decode_partial,
    encode_partial,
    open_partial,
)
from comity.statement.model import PartyId, StatementId, SubjectId
from comity.statement.text import BilingualText


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementContent:
    """A statement with what its exporter shows of its body, and its receipts."""

    sid: StatementId
    encoded: bytes
    """Exactly as logged: the unprotected header is empty."""
    listing: bytes
    """Digests of all sections: the preimage of what was signed."""
    sections: Mapping[str, Section]
    """The sections that are shown, by name."""
    receipts: Mapping[PartyId, bytes]
    """First receipt of each party's log that the exporter holds."""

    @classmethod
    def of(
        cls,
        sid: StatementId,
        encoded: bytes,
        sections: Mapping[str, Section],
        receipts: Mapping[PartyId, bytes],
        *,
        left_out: frozenset[str] = frozenset(),
    ) -> Self:
        """Return a statement whose whole body is held, without the sections to be left out."""
        return cls(
            sid=sid,
            encoded=encoded,
            listing=body_bytes({name: section.digest for name, section in sections.items()}),
            sections={
                name: section
                for name, section in sections.items()
                if name == ACT or name not in left_out
            },
            receipts=receipts,
        )

    @property
    def record(self) -> bytes:
        """Return the record of the body as it stands in the file."""
        shown = [self.sections[name].encoded for name in sorted(self.sections)]
        return encode_partial(self.listing, shown)

    @property
    def act(self) -> Act:
        """Return what the statement does; raises ``FormatError`` if it cannot be read."""
        return read_act(self.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadContent:
    """The statements on one subject, in the order of the telling."""

    subject: SubjectId
    statements: tuple[StatementContent, ...]
    words: Mapping[StatementId, Mapping[str, BilingualText]] = field(default_factory=dict)
    """What the codes of a statement are called, by their keys; for the reading copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceContent:
    """An attachment as it is stored: encrypted."""

    cipher: bytes
    """SHA-256 of the ciphertext."""
    open: Callable[[], BinaryIO]
    """Opens the ciphertext; may be called more than once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyContent:
    """A party: its card as it gave it, and what its own inception calls it."""

    party: PartyId
    card: str
    names: Mapping[str, str]
    """Language tag to name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyContent:
    """A statement of a key thread, whose body stands on its party's card."""

    sid: StatementId
    encoded: bytes
    """Exactly as logged: the unprotected header is empty."""
    receipts: Mapping[PartyId, bytes]
    """First receipt of each party's log that the exporter holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseContent:
    """All of one case file but its manifest."""

    kind: str
    """Capability of the subject: ``assistance``, or ``mechanism`` for a mechanism itself."""
    subject: SubjectId
    net: StatementId
    """The charter's opening."""
    demo: bool
    exporter: PartyId
    parties: tuple[PartyContent, ...]
    """Every party of a thread in the file, and every member of the mechanism."""
    threads: tuple[ThreadContent, ...]
    """The subject's own thread first, then the mechanism's (once, if they are the same)."""
    evidence: tuple[EvidenceContent, ...] = ()
    left_out: tuple[str, ...] = ()
    """Names of the sections that are nowhere shown, sorted."""
    purpose: str = ""
    audience: tuple[PartyId, ...] = ()
    """Sorted."""
    marking: str | None = None
    """TLP 2.0 label of the subject, for example ``TLP:AMBER``."""
    heads: Mapping[tuple[PartyId, int], str] = field(default_factory=dict)
    """Further checkpoints, by party and size; those in the receipts are put in anyway."""
    cosignatures: Mapping[tuple[PartyId, int], str] = field(default_factory=dict)
    """Lines of witnesses under heads that are in the file, by party and size."""
    stolen: tuple[PartyId, ...] = ()
    """Parties that declared keys compromised: their logs may show two heads of one size."""
    keys: tuple[KeyContent, ...] = ()
    """What the parties have said about their keys, with the receipts of both ends."""
    consistency: Mapping[tuple[PartyId, int, int], Sequence[bytes]] = field(default_factory=dict)
    """Proofs that a later head of a party's log continues an earlier one, by the two sizes."""


def open_record(data: bytes, payload: bytes) -> tuple[BodyRecord, Mapping[str, Section]]:
    """Read a body's record back, if it is what was signed.

    Raises:
        FormatError: as ``decode_partial`` and ``open_partial``.

    """
    record = decode_partial(data)
    return record, open_partial(record, payload).sections
