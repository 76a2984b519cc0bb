"""What a capability may ask of the node it works in.

The node implements ``Office``; a capability's operations take one and never see the
node itself.  Every method raises ``ComityError`` and nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from comity.fold.capability import FirstReceipts, Ground, State
from comity.fold.entry import Said
from comity.fold.thread import Telling
from comity.log.quorum import Quorum
from comity.statement.act import Act
from comity.statement.body import Section
from comity.statement.cbor import Value
from comity.statement.model import PartyId, StatementId, SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyView:
    """A party as its own statement names it, and as this node calls it."""

    id: PartyId
    names: Mapping[str, str]
    """Language tag to name, from the party's own inception."""
    code: str | None
    """This node's local name for it; never an identity."""
    demo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MechanismView:
    """A mechanism as its charter says and its thread shows."""

    net: StatementId
    subject: SubjectId
    names: Mapping[str, str]
    ground: Ground
    in_force: bool
    demo: bool
    settle_seconds: int = 2
    decision: str = ""
    """How members decide, as a code."""
    review: str = ""
    """How often the charter is looked at again, ISO 8601."""
    grace: str = ""
    """How long an addressee's receipt may take after a third member's, ISO 8601 (DUTY-1)."""
    awaited: tuple[PartyId, ...] = ()
    """Members that have not signed the charter yet."""
    quorum: Quorum | None = None
    """Which witnesses a head needs, if the charter says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """By how many a head is cosigned.  It waits for nobody, and nobody waits for it."""

    by: int
    of: int
    """Members of the mechanism other than the log's own party."""
    quorum: bool | None
    """Whether the charter's quorum is met; ``None``: it asks for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """One log's receipt for a statement."""

    log: PartyId
    size: int
    time: int
    """Head time, unix seconds, UTC."""
    verified: bool
    encoded: bytes = field(default=b"", repr=False)
    """The receipt itself, for a statement that cites it; empty if it is our own log's, which
    proves nothing to anybody else (ASSIST-7)."""
    witnessed: Witnessed | None = None
    """``None`` where nobody asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A statement of a thread with what this node holds beside it."""

    said: Said
    sections: Mapping[str, Section]
    receipts: tuple[ReceiptView, ...]
    contested: bool = False
    """Its key was declared compromised, and it is not proved to be its party's (THREAD-9)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """A thread as this node tells it."""

    subject: SubjectId
    parties: tuple[PartyId, ...]
    telling: Telling
    state: State
    entries: Mapping[StatementId, EntryView]
    ground: Ground
    receipts: FirstReceipts
    demo: bool
    set_aside: Mapping[StatementId, str] = field(default_factory=dict)
    """What this node cannot tell, and why: without effect here, until it is repaired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Who made a translation, or what."""

    name: str
    """The person's, or the machine's."""
    of: str
    """Language tag of the text that was translated."""
    machine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What our officer wants to say.  The node links, judges, signs and logs it."""

    kind: str
    subject: SubjectId | None = None
    """The thread it continues; ``None`` opens one."""
    net: StatementId | None = None
    """In an opening: the mechanism's charter."""
    to: tuple[PartyId, ...] = ()
    """In an opening: who is addressed."""
    own: Mapping[str, Value] = field(default_factory=dict)
    """The kind's own part of ``act``."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Language tag to text, written or adopted by the officer."""
    makers: Mapping[str, Maker] = field(default_factory=dict)
    """Language tag of a translation to who or what made it; such a text is not authentic."""
    sections: tuple[Section, ...] = ()
    """Further sections, for example ``fields``."""
    attachments: Sequence[tuple[str, Path]] = ()
    """(file name as data, where it lies on this machine)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was said, once it is durable and has its receipt."""

    subject: SubjectId
    statement: StatementId
    act: Act


class Office(Protocol):
    """A node, as a capability sees it."""

    @property
    def party(self) -> PartyId:
        """The party whose node this is."""

    def now(self) -> int:
        """Return the time, unix seconds, UTC."""

    def find_party(self, word: str) -> PartyView:
        """Resolve a local name, a unique prefix or a whole id; ``parties.unknown`` otherwise."""

    def party_view(self, party: PartyId) -> PartyView:
        """Return a party by its id."""

    def find_mechanism(self, word: str) -> MechanismView:
        """Resolve a mechanism: subject, unique prefix, or root; ``node.no-such-subject``."""

    def find_subject(self, capability: str, word: str) -> SubjectId:
        """Resolve a thread's subject or a unique prefix of it (URN or hex digits)."""

    def say(self, saying: Saying) -> Done:
        """Judge, link, sign, log and queue; raises ``RuleError`` before anything is signed."""

    def thread(self, subject: SubjectId) -> ThreadView:
        """Tell a thread as this node holds it."""

    def query(self, name: str, *values: str | int | bytes | None) -> list[tuple[object, ...]]:
        """Run a named query of the capability's projection."""

    def read_attachment(self, cipher: bytes, key: bytes, target: Path) -> None:
        """Decrypt a stored attachment (by its ciphertext digest) into a new file."""

    def keep_draft(self, draft: str, content: bytes) -> None:
        """Keep a draft, encrypted at rest."""

    def drafts(self) -> Mapping[str, bytes]:
        """Return every draft, by its id."""

    def drop_draft(self, draft: str) -> None:
        """Forget a draft."""
