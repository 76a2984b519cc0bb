"""Threads for the tests of the fold: parties, statements, and what each had seen.

Ids are short names padded to 32 bytes, so that a story reads as it is told and ties go by name.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from comity.fold.entry import Said
from comity.fold.thread import Telling, tell
from comity.statement.act import Act
from comity.statement.model import PartyId, StatementId
from comity.statement.subject import subject_id

A: Final = PartyId("urn:comity:party:a")
B: Final = PartyId("urn:comity:party:b")
C: Final = PartyId("urn:comity:party:c")
STRANGER: Final = PartyId("urn:comity:party:z")
NONCE: Final = bytes(32)
SUBJECT: Final = subject_id(A, NONCE)
MOVE: Final = "test.move"
SEEN: Final = "thread.seen"


def sid(name: str) -> StatementId:
    """Return a statement id from a short name."""
    return StatementId(name.encode().ljust(32, b"\0"))


def name(statement: bytes) -> str:
    """Return the short name of a statement id."""
    return statement.rstrip(b"\0").decode()


def names(statements: Iterable[bytes]) -> set[str]:
    """Return the short names of some statement ids."""
    return set(map(name, statements))


def say(  # noqa: PLR0913 - a story on one line reads better than a builder
    own: str,
    issuer: PartyId,
    *,
    seen: str = "",
    prev: str | None = None,
    kind: str = MOVE,
    parties: Sequence[PartyId] = (A, B),
    case: str | None = "o",
    by_node: bool = False,
) -> Said:
    """Make one statement; ``seen`` lists names, ``case=None`` makes it an opening."""
    return Said(
        id=sid(own),
        issuer=issuer,
        subject=SUBJECT,
        claimed_at=0,
        by_node=by_node or kind == SEEN,
        act=Act(
            type=kind,
            net=sid("net"),
            case=None if case is None else sid(case),
            nonce=NONCE if case is None else None,
            aud=tuple(sorted(set(parties) - {issuer})),
            prev=None if prev is None else sid(prev),
            seen=tuple(sorted(map(sid, seen.split()))),
            state=None,
            texts={},
            own={},
        ),
    )


def order(telling: Telling) -> list[str]:
    """Return the names in the order of the telling."""
    return [name(each.said.id) for each in telling.told]


def barred(telling: Telling) -> dict[str, str]:
    """Return the name of every barred statement with the rule's id."""
    return {name(each.said.id): each.barred.id for each in telling.told if each.barred}


def tell_names(said: Iterable[Said], parties: Sequence[PartyId] = (A, B)) -> list[str]:
    """Tell a thread and return the names in their order."""
    return order(tell(said, parties))
