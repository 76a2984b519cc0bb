"""A statement as a fold sees it, and its place in the telling."""

from dataclasses import dataclass

from comity.fold.rule import Rule
from comity.statement.act import Act
from comity.statement.model import PartyId, StatementId, SubjectId


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one party said about one subject, decoded and verified."""

    id: StatementId
    issuer: PartyId
    subject: SubjectId
    act: Act
    claimed_at: int
    """The issuer's own date, unix seconds, UTC: a claim, never a rule's input."""
    by_node: bool
    """Signed with the party's node key, which may say only ``thread.seen`` and ``delivery.*``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A statement in its place in the thread."""

    said: Said
    knew: frozenset[StatementId]
    """All that its issuer had seen: ``seen``, ``prev`` and everything behind them."""
    barred: Rule | None
    """Why it has no effect whatever it says (a branch not chosen, late, wrong audience)."""
    ignored: bool = False
    """Its issuer's own log held a statement it had not seen (ruling 13): no crossing for it."""
