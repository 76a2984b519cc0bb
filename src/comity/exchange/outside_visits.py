"""Visits to witnesses that are no party's: our newest head is brought to each of them.

As with peers, nothing waits for it, and a witness that does not answer is tried again, ever more
seldom.  Requests are not signed: whoever is no party has no use for that.

Source: C2SP tlog-witness; wire profile, section 2.4, ruling 10; security threat T37.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from comity.errors import ComityError, PeerError
from comity.exchange.backoff import Backoff
from comity.exchange.destination import destination
from comity.exchange.submission import bring
from comity.exchange.transport import Caller, Transport
from comity.exchange.waiting import journal, note_failure
from comity.node.outside import Outside, OutsideWitness
from comity.node.watch import Watch
from comity.parties.address import Address

LEAST_SECONDS: Final = 1.0
"""Between two visits to one witness."""
AGAIN_SECONDS: Final = 600.0
"""Without a new head: a cosignature states its time, and readers may want a recent one."""
_TRIES: Final = 2
_CONFLICT: Final = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideVisits:
    """The visits of one node.  ``run`` them in the event loop; cancel that to stop."""

    outside: Outside
    watch: Watch
    caller: Caller
    allow_private: Sequence[str] = ()
    least: float = LEAST_SECONDS

    async def run(self) -> None:
        """Visit all of them, for ever; return at once if there are none."""
        self.outside.visited = bool(self.outside.witnesses)
        async with asyncio.TaskGroup() as tasks:
            for witness in self.outside.witnesses:
                tasks.create_task(self._keep_visiting(witness))

    async def _keep_visiting(self, witness: OutsideWitness) -> None:
        visitor = _Visitor(visits=self, witness=witness)
        try:
            while True:
                await visitor.wait()
                await visitor.go()
                await asyncio.sleep(self.least)
        finally:
            await visitor.stop()


@dataclass(slots=True, kw_only=True)
class _Visitor:
    """Who goes to one witness."""

    visits: OutsideVisits
    witness: OutsideWitness
    transport: Transport | None = None
    brought: int = 0
    """The size of the head that was brought last."""
    failures: int = 0
    rest_until: float = 0.0
    backoff: Backoff = field(default_factory=lambda: Backoff(most_seconds=AGAIN_SECONDS))

    async def wait(self) -> None:
        """Wait until there is a head to bring: a new one, or the old one after the rest."""
        while True:
            newest = await asyncio.to_thread(self.visits.watch.newest)
            pressing = newest != self.brought and not self.failures
            if newest and (pressing or asyncio.get_running_loop().time() >= self.rest_until):
                return
            await asyncio.sleep(self.visits.least)

    async def go(self) -> None:
        """Bring our newest head; if that fails, it is tried again."""
        seconds = AGAIN_SECONDS
        try:
            self.brought = await self._bring()
            self.failures = 0
        except ComityError as error:
            self.failures += 1
            seconds = self.backoff.after(error, self.failures)
            journal.info("%s does not cosign: %s", self.witness.key.name, error.code)
        except Exception as error:  # noqa: BLE001 - it is tried again
            self.failures += 1
            seconds = self.backoff.wait(self.failures)
            note_failure(error)
        self.rest_until = asyncio.get_running_loop().time() + seconds

    async def stop(self) -> None:
        """Drop the connections."""
        if self.transport is not None:
            await self.transport.close()

    async def _bring(self) -> int:
        """Bring it, once more if the witness has cosigned another size than we thought."""
        visits, old = self.visits, self.brought
        if self.transport is None:
            address = Address(url=self.witness.url, pin=None, version=1)
            self.transport = Transport(destination(address, visits.allow_private), visits.caller)
        for _ in range(_TRIES):
            path = self.witness.path
            answer = await bring(visits.watch, self.transport, path, old, signed=False)
            old = answer.last
            visits.outside.seen = max(visits.outside.seen, old)
            if answer.lines:
                head = await asyncio.to_thread(visits.watch.own_head, answer.size)
                visits.outside.cosigned(self.witness, head, answer.lines)
                return answer.size
        raise PeerError("exchange.answer", status=_CONFLICT)
