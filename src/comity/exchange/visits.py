"""Visits to peers: our newest head is cosigned, heads are compared, proofs passed on.

A new head is brought to every peer at most once a second, whatever happened in between; without
one, peers are visited every minute.  Nothing waits for a visit, least of all a delivery.  A visit
that fails is made again later; a peer that does not cosign is no reason to say anything of it.

Source: wire profile, section 2.4, ruling 10; security threats T01, T30, G13.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from comity.errors import ComityError, PeerError
from comity.exchange.backoff import Backoff
from comity.exchange.destination import destination
from comity.exchange.peer_node import PeerNode
from comity.exchange.submission import bring
from comity.exchange.transport import Caller, Request, Transport
from comity.exchange.waiting import journal, note_failure
from comity.exchange.witness_node import WatchSide, WitnessNode
from comity.node.watch import MOST_ANSWER_BYTES, MOST_SEEN_BYTES
from comity.parties.address import Address
from comity.parties.fork_proof import MOST_PROOF_BYTES
from comity.statement.model import PartyId

LEAST_SECONDS: Final = 1.0
"""Between two visits to one peer."""
IDLE_SECONDS: Final = 60.0
"""Without a new head."""
MOST_FORKS: Final = 8
"""Taken in one visit."""
_OK, _CONFLICT = 200, 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often peers are visited."""

    least: float = LEAST_SECONDS
    idle: float = IDLE_SECONDS


class WatchfulNode(PeerNode, WitnessNode, Protocol):
    """A node that has peers and watches their logs."""


class Visits:
    """The visits of one node.  ``run`` them in the event loop; cancel that to stop."""

    def __init__(
        self, node: WatchfulNode, allow_private: Sequence[str] = (), pace: Pace | None = None
    ) -> None:
        """Prepare to visit the peers of ``node``."""
        self._node = node
        self._allow_private = allow_private
        self._pace = pace or Pace()
        self._caller = Caller(signer=node.signer("transport"), clock=node.clock)
        self._visitors: dict[PartyId, _Visitor] = {}

    async def run(self) -> None:
        """Visit, for ever; when cancelled, drop the connections."""
        try:
            while True:
                try:
                    await self._look()
                except Exception as error:  # noqa: BLE001 - the watch outlives every failure
                    note_failure(error)
                await asyncio.sleep(self._pace.least)
        finally:
            for visitor in self._visitors.values():
                await visitor.stop()

    async def _look(self) -> None:
        """Start a visit to every peer for which it is time."""
        newest = await asyncio.to_thread(self._node.watch.newest)
        for peer in self._node.watch.peers():
            visitor = self._visitors.get(peer)
            address = await asyncio.to_thread(self._node.address_of, peer)
            if visitor is None or visitor.address != address:
                if visitor is not None:
                    await visitor.stop()
                visitor = self._visitors[peer] = self._visitor(peer, address)
            visitor.look(newest)

    def _visitor(self, peer: PartyId, address: Address) -> "_Visitor":
        return _Visitor(
            peer=peer,
            address=address,
            watch=self._node.watch,
            caller=self._caller,
            allow_private=self._allow_private,
            idle=self._pace.idle,
        )


@dataclass(slots=True, kw_only=True)
class _Visitor:
    """Who goes to one peer, one visit at a time."""

    peer: PartyId
    address: Address
    watch: WatchSide
    caller: Caller
    allow_private: Sequence[str]
    idle: float
    transport: Transport | None = None
    task: "asyncio.Task[None] | None" = None
    cosigned: int = 0
    """The size of ours that the peer cosigned last, as far as it told."""
    brought: int = -1
    """Our newest head at the last visit."""
    more: bool = False
    """There was more to ask than fits one visit."""
    failures: int = 0
    rest_until: float = 0.0
    backoff: Backoff = field(default_factory=Backoff)

    def look(self, newest: int) -> None:
        """Go, if there is a new head, or more to ask, or it was long ago."""
        now = asyncio.get_running_loop().time()
        if self.task is not None and not self.task.done():
            return
        pressing = (newest != self.brought or self.more) and not self.failures
        if pressing or now >= self.rest_until:
            self.task = asyncio.create_task(self._go(newest))

    async def stop(self) -> None:
        """End the visit and drop the connections."""
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        if self.transport is not None:
            await self.transport.close()

    async def _go(self, newest: int) -> None:
        seconds = self.idle
        try:
            if self.transport is None:
                self.transport = Transport(
                    destination(self.address, self.allow_private), self.caller
                )
            await self._visit(self.transport, newest)
            self.brought, self.failures = newest, 0
        except ComityError as error:
            self.failures += 1
            seconds = min(self.idle, self.backoff.after(error, self.failures))
            journal.info("visit to %s: %s", self.peer, error.code)
        except Exception as error:  # noqa: BLE001 - it is tried again
            self.failures += 1
            note_failure(error)
        self.rest_until = asyncio.get_running_loop().time() + seconds

    async def _visit(self, transport: Transport, newest: int) -> None:
        if newest:
            try:
                await self._submit(transport)
            except ComityError as error:
                # Not cosigned; what the peer has seen is worth knowing all the same.
                if error.code.startswith("exchange.un"):
                    raise
                journal.info("%s does not cosign: %s", self.peer, error.code)
        lacking = await self._compare(transport)
        for digest in lacking[:MOST_FORKS]:
            await self._fetch(transport, digest)
        asked = await asyncio.to_thread(self.watch.questions, self.peer)
        for sizes in asked:
            await self._ask(transport, sizes)
        self.more = bool(asked)

    async def _submit(self, transport: Transport) -> None:
        """Bring our newest head; once more if the peer knows another size than we thought."""
        for _ in range(2):
            answer = await bring(self.watch, transport, "/comity/witness", self.cosigned)
            if answer.lines:
                await asyncio.to_thread(self.watch.cosigned, self.peer, answer.size, answer.lines)
            self.cosigned = answer.last
            if answer.lines:
                return
        raise PeerError("exchange.answer", status=_CONFLICT)

    async def _compare(self, transport: Transport) -> list[bytes]:
        request = Request(method="GET", path="/comity/heads/seen", most_bytes=MOST_SEEN_BYTES)
        reply = await transport.send(request)
        if reply.status != _OK:
            raise reply.error()
        return await asyncio.to_thread(self.watch.take, reply.body)

    async def _fetch(self, transport: Transport, digest: bytes) -> None:
        path = f"/comity/forks/{digest.hex()}"
        reply = await transport.send(Request(method="GET", path=path, most_bytes=MOST_PROOF_BYTES))
        if reply.status == _OK:
            try:
                await asyncio.to_thread(self.watch.take_fork, reply.body, digest)
            except ComityError as error:
                journal.warning("%s holds a proof that proves nothing: %s", self.peer, error.code)

    async def _ask(self, transport: Transport, sizes: tuple[int, int]) -> None:
        old, new = sizes
        path = f"/comity/log/0/consistency/{old}/{new}"
        reply = await transport.send(Request(method="GET", path=path, most_bytes=MOST_ANSWER_BYTES))
        answer = reply.body if reply.status == _OK else None
        await asyncio.to_thread(self.watch.answered, self.peer, sizes, answer)
