"""The background scrub: the inspection for ever, one small step at a time.

A round walks every part.  Where it stands is kept in the database, so a restart goes on from
there.  What a round has found stays an alarm until a whole round has found nothing.

Source: security, finding 2, threat T03 (everything is hashed again within seven days).
"""

import json
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Final, TypeAlias

from comity.errors import ComityError
from comity.node.inspection.fsck import Result
from comity.node.inspection.looks import Body, Fault, Look, walk
from comity.node.inspection.parts import PARTS
from comity.node.writer import Transaction

Submit: TypeAlias = "Callable[[Callable[[Transaction], None]], Future[None]]"
journal: Final = logging.getLogger("comity.node")
WIDTH: Final = 8
"""Objects a step."""
SAVE_SECONDS: Final = 60
LATE_SECONDS: Final = 14 * 86_400
"""After how long without a whole round the doctor warns."""
_META: Final = "scrub"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where the scrub stands.  Times: unix seconds, UTC."""

    part: str = PARTS[0].name
    after: str = ""
    began: int = 0
    """When the round that is under way began."""
    whole: int = 0
    """When the last whole round ended; 0: none has yet."""
    found: str = ""
    """The first fault of this round: part, remedy and object, a space between them."""
    stands: str = ""
    """The first fault of the last whole round that found one, until one finds none."""

    @property
    def alarm(self) -> Fault | None:
        """What is wrong, as far as is known."""
        told = self.found or self.stands
        if not told:
            return None
        _, remedy, what = told.split(" ", 2)
        return Fault(what=what, remedy=remedy)

    def age(self, now: int) -> int:
        """Return for how many seconds there has been no whole round."""
        return max(0, now - (self.whole or self.began or now))


class Scrub:
    """The scrub of one node.  ``step`` is called by one thread at a time."""

    def __init__(self, body: Body, submit: Submit) -> None:
        """Go on where the last process left off."""
        self._body, self._submit = body, submit
        self.progress = self._load()
        self._walk: Iterator[Look] | None = None
        self._saved_at = 0

    def step(self, now: int) -> None:
        """Do one step; ``now`` in unix seconds."""
        progress = self.progress
        if not progress.began:
            progress = replace(progress, began=now)
        names = [each.name for each in PARTS]
        at = names.index(progress.part)
        if self._walk is None:
            self._walk = walk(PARTS[at], self._body, progress.after, WIDTH)
        look = next(self._walk, None)
        if look is not None:
            progress = self._noted(replace(progress, after=look.after), look)
        else:
            self._walk = None
            if at + 1 < len(names):
                progress = replace(progress, part=names[at + 1], after="")
            else:
                progress = Progress(began=now, whole=now, stands=progress.found)
        due = look is None or progress.found != self.progress.found
        self.progress = progress
        if due or now - self._saved_at >= SAVE_SECONDS:
            self._save(now)

    def note(self, results: list[Result], now: int) -> None:
        """Take what a whole inspection found as a whole round."""
        first = next((each for each in results if each.first), None)
        stands = _line(first.name, first.first) if first and first.first else ""
        self.progress = replace(self.progress, whole=now, found="", stands=stands)
        if first:
            journal.error("fsck: %s", stands)
        self._save(now)

    def _noted(self, progress: Progress, look: Look) -> Progress:
        if not look.faults or progress.found:
            return progress
        found = _line(progress.part, look.faults[0])
        if found != progress.stands:
            journal.error("scrub: %s", found)
        return replace(progress, found=found)

    def _save(self, now: int) -> None:
        self._saved_at = now
        content = json.dumps(asdict(self.progress)).encode()
        try:
            self._submit(lambda transaction: transaction.run("set_meta", _META, content)).result()
        except ComityError as error:
            # Only where it stands is lost; what was found stands in this process all the same.
            journal.info("scrub: not kept: %s", error.code)

    def _load(self) -> Progress:
        row = self._body.keeping.store.one("meta", _META, db=self._body.keeping.store.write)
        try:
            progress = Progress(**json.loads(bytes(row[0]))) if row else Progress()  # type: ignore[arg-type] # a blob
        except (ValueError, TypeError):
            progress = Progress()
        known = progress.part in {each.name for each in PARTS}
        return progress if known else Progress(whole=progress.whole, began=progress.began)


def _line(part: str, fault: Fault) -> str:
    return f"{part} {fault.remedy} {fault.what}"
