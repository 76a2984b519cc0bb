"""What this folder asks of the node it serves: of the real one, and of the tests' own.

Everything here may be called from any thread.  What returns a future has handed the work to
the node's own threads; what does not is quick, but may read the disk.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from comity.node.outbox import OutboxItem, Parcel
from comity.parties.address import Address
from comity.parties.directory import Directory
from comity.statement.keys import Signer
from comity.statement.model import PartyId, StatementId


class NodeClock(Protocol):
    """The one clock."""

    def now(self) -> int:
        """Return the time in unix seconds, UTC."""


class BlobStore(Protocol):
    """Attachments by the digest of their ciphertext."""

    @property
    def folder(self) -> Path:
        """Where they lie."""

    def has(self, digest: bytes) -> bool:
        """Tell whether the whole blob is stored."""

    def path(self, digest: bytes) -> Path:
        """Return where a stored blob lies."""

    def incoming_size(self, digest: bytes) -> int:
        """Return how many bytes have arrived."""

    def append(self, digest: bytes, offset: int, data: bytes, total: int) -> int:
        """Add a piece and return how many bytes have arrived now."""


class Outbox(Protocol):
    """What has to go out."""

    def peers(self) -> Sequence[PartyId]:
        """Return the peers for whom something waits."""

    def due(self, peer: PartyId, now: int, limit: int) -> Sequence[OutboxItem]:
        """Return what may be tried now, oldest first."""

    def next_at(self, peer: PartyId) -> int | None:
        """Return when the next one may be tried, in unix seconds; ``None`` if none waits."""


class Held(Protocol):
    """What a node holds of others' logs."""

    def checkpoint(self, caller: PartyId) -> str | None:
        """Return the newest checkpoint of the caller's log that is held."""

    def since(self, caller: PartyId, leaf: int) -> Sequence[tuple[bytes, bytes]]:
        """Return statements of the caller's log from a leaf on, oldest first, sealed for it."""


class Keychain(Protocol):
    """A node, as it takes what parties say about their keys."""

    def announced(self, signed: bytes, plaintext: bytes) -> Future[bytes]:
        """Take a statement of a key thread; the future is our receipt."""


class PeerNode(Protocol):
    """A node, as its peers and its courier see it."""

    @property
    def party(self) -> PartyId:
        """Whose node it is."""

    @property
    def clock(self) -> NodeClock:
        """The one clock."""

    @property
    def blobs(self) -> BlobStore:
        """Attachments."""

    @property
    def outbox(self) -> Outbox:
        """What has to go out."""

    @property
    def held(self) -> Held:
        """What it holds of others' logs."""

    @property
    def keychain(self) -> Keychain:
        """What takes statements of key threads."""

    @property
    def tree_size(self) -> int:
        """How many entries the newest signed head covers."""

    def signer(self, purpose: str) -> Signer:
        """Return the party's own key of a purpose: ``transport`` or ``receipt``."""

    def directory(self) -> Directory:
        """Return the parties it has met."""

    def address_of(self, party: PartyId) -> Address:
        """Return where a party's node answers; also its own."""

    def card_text(self) -> str:
        """Return the party's card, as it is handed to others."""

    def receive(self, caller: PartyId, signed: bytes, sealed: bytes) -> Future[bytes]:
        """Take a statement: verify, decrypt, log; the future is our receipt."""

    def register_bare(self, signed: bytes) -> Future[bytes]:
        """Log a statement without its body; the future is our receipt."""

    def receipt_for_entry(self, entry: bytes) -> bytes | None:
        """Return our first receipt for an entry."""

    def statement_for(self, caller: PartyId, sid: StatementId) -> tuple[bytes, bytes]:
        """Return a statement with its receipts, and its body sealed for the caller."""

    def checkpoint(self) -> str:
        """Return the newest signed head."""

    def tile(self, level: int, number: int, width: int) -> bytes:
        """Return a tile of hashes."""

    def bundle(self, number: int, width: int) -> bytes:
        """Return a bundle of entries."""

    def parcel(self, item: OutboxItem) -> Parcel:
        """Return a waiting statement, ready to travel."""

    def delivered(self, sid: StatementId, peer: PartyId, receipt: bytes) -> Future[None]:
        """Verify the addressee's receipt and note the delivery."""

    def postponed(
        self, sids: Sequence[StatementId], peer: PartyId, problem: str, retry_at: int
    ) -> Future[None]:
        """Note that it did not work now, and when to try again (unix seconds)."""

    def refused(self, sid: StatementId, peer: PartyId, problem: str) -> Future[None]:
        """Note a final refusal."""

    def sign_of_life(self, peer: PartyId) -> object:
        """Make everything for a peer due at once."""

    def add_listener(self, listener: Callable[[], None]) -> object:
        """Call back, from any thread, when something new has to go out."""

    def missing(self) -> Sequence[tuple[StatementId, PartyId]]:
        """Return statements that waiting ones cite, and who holds them."""
