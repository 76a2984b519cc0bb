"""The node as a capability sees it: ``kit.office.Office`` over a node."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from comity.errors import FormatError, TrustError
from comity.kit.office import Done, MechanismView, PartyView, Saying, ThreadView
from comity.node.cosigners import with_witnesses
from comity.node.keeping import draft_label
from comity.node.ledger import blob
from comity.node.node import Node
from comity.node.threads import load_thread, view_of
from comity.parties.mechanism import MECHANISM
from comity.statement.blob import decrypt_stream
from comity.statement.model import (
    MATTER_PREFIX,
    SUBJECT_BYTES,
    PartyId,
    StatementId,
    SubjectId,
)
from comity.store.sqlite import rows

FEWEST_DIGITS: Final = 4


class NodeOffice:
    """What a capability may ask, answered by a node."""

    def __init__(self, node: Node, capability: str) -> None:
        """Serve one capability; its own queries are those of its projection."""
        self._node, self._capability = node, capability

    @property
    def party(self) -> PartyId:
        """The party whose node this is."""
        return self._node.party

    def now(self) -> int:
        """Return the time, unix seconds, UTC."""
        return self._node.clock.now()

    def find_party(self, word: str) -> PartyView:
        """Resolve a local name, a unique prefix or a whole id."""
        return self._node.keeping.find_party(word)

    def party_view(self, party: PartyId) -> PartyView:
        """Return a party by its id."""
        return self._node.keeping.party_view(party)

    def find_mechanism(self, word: str) -> MechanismView:
        """Resolve a mechanism by subject, unique prefix of it, or root."""
        return find_mechanism(self._node, word)

    def find_subject(self, capability: str, word: str) -> SubjectId:
        """Resolve a thread's subject or a unique prefix of it (URN or hex digits)."""
        return find_subject(self._node, capability, word)

    def say(self, saying: Saying) -> Done:
        """Judge, link, sign, log and queue."""
        return self._node.say(saying)

    def thread(self, subject: SubjectId) -> ThreadView:
        """Tell a thread as this node holds it."""
        view = view_of(self._node.keeping, load_thread(self._node.keeping, subject))
        if view is None:
            raise FormatError("node.no-such-subject", subject=subject.hex())
        net = view.ground.net
        mechanism = None if net is None else self._node.keeping.mechanism(net)
        return with_witnesses(self._node.keeping, view, mechanism)

    def query(self, name: str, *values: str | int | bytes | None) -> list[tuple[object, ...]]:
        """Run a named query of the capability's projection."""
        projection = self._node.projections[self._capability]
        found = rows(self._node.keeping.store.read.execute(projection.sql[name], values))
        return [tuple(row) for row in found]

    def read_attachment(self, cipher: bytes, key: bytes, target: Path) -> None:
        """Decrypt a stored attachment (by its ciphertext digest) into a new file."""
        try:
            opened = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise _cannot_write(target, error) from error
        try:
            with os.fdopen(opened, "wb") as file, self._node.keeping.blobs.open(cipher) as stored:
                decrypt_stream(stored.read, file.write, key)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise _cannot_write(target, error) from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def keep_draft(self, draft: str, content: bytes) -> None:
        """Keep a draft, encrypted at rest."""
        label = draft_label(draft)
        locked = self._node.keeping.vault.lock(content, label)
        self._node.writer.submit(
            lambda transaction: transaction.run("put_draft", draft, locked)
        ).result()

    def drafts(self) -> Mapping[str, bytes]:
        """Return every draft, by its id."""
        vault = self._node.keeping.vault
        return {
            str(draft): vault.open(blob(locked), draft_label(str(draft)))
            for draft, locked in self._node.keeping.store.all("drafts")
        }

    def drop_draft(self, draft: str) -> None:
        """Forget a draft."""
        self._node.writer.submit(lambda transaction: transaction.run("drop_draft", draft)).result()


def _cannot_write(path: Path, error: OSError) -> FormatError:
    return FormatError("node.cannot-write", path=ascii(str(path)), why=error.strerror or "")


def find_subject(node: Node, capability: str, word: str) -> SubjectId:
    """Resolve a thread's subject or a unique prefix of it.

    Raises:
        FormatError: ``node.no-such-subject``, ``node.ambiguous-subject``.

    """
    digits = word.removeprefix(MATTER_PREFIX).lower()
    whole = 2 * SUBJECT_BYTES
    if digits.strip("0123456789abcdef") or not FEWEST_DIGITS <= len(digits) <= whole:
        raise FormatError("node.no-such-subject", subject=word[:80])
    low = bytes.fromhex(digits.ljust(whole, "0"))
    high = bytes.fromhex(digits.ljust(whole, "f"))
    found = [
        SubjectId(blob(subject))
        for (subject,) in node.keeping.store.all("threads_like", low, high, capability)
    ]
    if not found:
        raise FormatError("node.no-such-subject", subject=word[:80])
    if len(found) > 1:
        raise FormatError("node.ambiguous-subject", subject=word[:80])
    return found[0]


def find_mechanism(node: Node, word: str) -> MechanismView:
    """Resolve a mechanism by subject, unique prefix of it, or root.

    Raises:
        FormatError: ``node.no-such-mechanism``, ``node.ambiguous-subject``.

    """
    for subject, opening, _ in node.keeping.store.all("threads_of", MECHANISM.name):
        urn = MATTER_PREFIX + blob(subject).hex()
        if word in {urn, blob(subject).hex(), blob(opening).hex()}:
            return _mechanism(node, StatementId(blob(opening)), word)
    try:
        subject_id = find_subject(node, MECHANISM.name, word)
    except FormatError as error:
        if error.code == "node.ambiguous-subject":
            raise
        raise FormatError("node.no-such-mechanism", subject=word[:80]) from None
    row = node.keeping.store.one("thread", subject_id)
    return _mechanism(node, StatementId(blob(row[0])), word)


def _mechanism(node: Node, net: StatementId, word: str) -> MechanismView:
    view = node.keeping.mechanism(net)
    if view is None:
        raise FormatError("node.no-such-mechanism", subject=word[:80])
    return view


def check_member(node: Node, view: MechanismView) -> None:
    """Refuse what only a member may do; raises ``node.not-a-member``."""
    if node.party not in view.ground.members:
        raise TrustError("node.not-a-member", party=node.party)
