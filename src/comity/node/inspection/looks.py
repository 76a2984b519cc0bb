"""The form of an inspection: parts, each a walk in small steps that can be taken up again.

The doctor, ``fsck`` and the background scrub walk the same parts: the doctor the newest end
of each, ``fsck`` all of them, the scrub one step at a time for ever.  Nothing is changed and
no more than one step is in memory.

Source: security, findings 1 and 2, threat T03.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import apsw

from comity.errors import ComityError
from comity.kit.office import ThreadView
from comity.node.keeping import Keeping
from comity.node.ledger import number
from comity.node.receive import Receive
from comity.store.projections import Projection

_TRIES: Final = 20
_PAUSE_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is inspected: a node, without its threads and its officers."""

    keeping: Keeping
    checking: Receive
    projections: Mapping[str, Projection[ThreadView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is not as it was written."""

    what: str
    """The object: a leaf index, an id, a digest."""
    remedy: str
    """The last part of the code of the sentence that says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One step of a walk."""

    after: str
    """From where it goes on, for whoever takes it up again."""
    count: int = 0
    """How many objects were looked at in this step."""
    faults: tuple[Fault, ...] = field(default=())


Walk: TypeAlias = Callable[[Body, str, int], Iterator[Look]]
"""Walks a part from a place (empty: the beginning), so many objects a step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of an inspection."""

    name: str
    walk: Walk
    newest: Callable[[Body, int], str] = field(default=lambda _body, _count: "")
    """Where the newest so many objects begin; the beginning, where age means nothing."""


def walk(part: Part, body: Body, after: str, width: int) -> Iterator[Look]:
    """Walk a part; what cannot be read at all is a fault like any other, and ends it."""
    at = after
    try:
        for look in part.walk(body, after, width):
            at = look.after
            yield look
    except (ComityError, apsw.Error, IndexError, ValueError) as error:
        what = f"{at or '-'}: {getattr(error, 'code', type(error).__name__)}"
        yield Look(after=at, faults=(Fault(what=what, remedy="unreadable"),))


def at_rest(body: Body) -> bool:
    """Tell whether every entry has its head, in what this thread's reader sees.

    Between the commit of a batch and that of its head, rows lag behind the log by design.
    """
    store = body.keeping.store
    head = store.one("last_head")
    return number(store.one("log_size")[0]) == (number(head[0]) if head else 0)


def settled(check: Callable[[], bool]) -> bool:
    """Ask again for a moment, while a serving node is between two steps."""
    for _ in range(_TRIES):
        if check():
            return True
        time.sleep(_PAUSE_SECONDS)
    return check()
