"""Carries what is in the outbox to the peers, and fetches what is missing.

One lane for each peer (``lane``); each with its own connections, its own pace and its own
rest.  The courier keeps nothing that matters: stopped at any moment, it begins again from the
outbox.  A statement leaves the outbox with the addressee's verified receipt or with a final
refusal that stays visible, and in no other way.

Source: wire profile, section 5.3, rulings 9 and 17.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from comity.errors import ComityError
from comity.exchange.backoff import Backoff, moment
from comity.exchange.destination import destination
from comity.exchange.lane import Lane
from comity.exchange.limits import MOST_ITEMS
from comity.exchange.peer_client import PeerClient
from comity.exchange.peer_node import PeerNode
from comity.exchange.transport import Caller, Transport
from comity.exchange.waiting import journal, note_failure, settled
from comity.parties.address import Address
from comity.statement.model import PartyId, StatementId

POLL_SECONDS: Final = 2.0
"""How often the courier looks even if nobody woke it."""
MOST_FETCHES: Final = 16
UNKNOWN_ADDRESS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CourierSettings:
    """What an operator may choose."""

    allow_private: Sequence[str] = ()
    """Networks in CIDR form, besides the public ones, to which peers' addresses may lead."""
    languages: str = "en"
    """In which languages peers may tell what went wrong."""
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    address: Address
    lane: Lane
    task: "asyncio.Task[None]"


class Courier:
    """The courier of one node.  ``run`` it in the event loop; cancel that to stop."""

    def __init__(self, node: PeerNode, settings: CourierSettings | None = None) -> None:
        """Prepare to carry for ``node``."""
        self._node = node
        self._settings = settings or CourierSettings()
        self._caller = Caller(
            signer=node.signer("transport"),
            clock=node.clock,
            languages=self._settings.languages,
        )
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: dict[PartyId, _Running] = {}
        self._fetches: dict[StatementId, asyncio.Task[None]] = {}
        self._fetch_failures: dict[StatementId, tuple[int, float]] = {}
        node.add_listener(self._woken)

    async def run(self) -> None:
        """Carry, for ever; when cancelled, drop the connections."""
        self._loop = asyncio.get_running_loop()
        try:
            while True:
                self._wake.clear()
                try:
                    await self._look()
                    await self._look_for_missing()
                except Exception as error:  # noqa: BLE001 - the courier outlives every failure
                    note_failure(error)
                try:
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._wake.wait()
                except TimeoutError:
                    pass
        finally:
            self._loop = None
            tasks = [*(each.task for each in self._lanes.values()), *self._fetches.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._lanes.clear()

    def heard_from(self, peer: PartyId) -> None:
        """End the rest of a peer's lane: it has just spoken to us.  In the event loop."""
        running = self._lanes.get(peer)
        if running is not None and running.lane.heard():
            self._node.sign_of_life(peer)

    def _woken(self) -> None:
        """Wake up; called from the node's threads."""
        loop = self._loop
        if loop is not None:
            try:
                loop.call_soon_threadsafe(self._wake.set)
            except RuntimeError:  # the loop has just closed
                self._loop = None

    async def _look(self) -> None:
        for peer in await asyncio.to_thread(self._node.outbox.peers):
            lane = await self._lane(peer)
            if lane is not None:
                lane.wake()

    async def _lane(self, peer: PartyId) -> Lane | None:
        """Return the running lane of a peer, made anew if it has moved."""
        try:
            address = await asyncio.to_thread(self._node.address_of, peer)
            running = self._lanes.get(peer)
            if running is not None and running.address == address and not running.task.done():
                return running.lane
            to = destination(address, self._settings.allow_private)
        except ComityError as error:
            await self._no_way(peer, error)
            return None
        if running is not None:
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)
        client = PeerClient(Transport(to, self._caller))
        lane = Lane(self._node, peer, client, self._settings.backoff)
        task = asyncio.create_task(lane.run())
        self._lanes[peer] = _Running(address=address, lane=lane, task=task)
        return lane

    async def _no_way(self, peer: PartyId, error: ComityError) -> None:
        """Note why nothing can be sent to a peer; it is looked at again later."""
        now = self._node.clock.now()
        due = await asyncio.to_thread(self._node.outbox.due, peer, now, MOST_ITEMS)
        if due:
            journal.warning("%s: %s", peer, error.code)
            at = moment(now, UNKNOWN_ADDRESS_SECONDS)
            sids = [each.sid for each in due]
            await settled(self._node.postponed(sids, peer, error.code, at))

    async def _look_for_missing(self) -> None:
        missing = await asyncio.to_thread(self._node.missing)
        wanted = {sid for sid, _ in missing}
        for sid in [each for each in self._fetch_failures if each not in wanted]:
            del self._fetch_failures[sid]
        now = asyncio.get_running_loop().time()
        for sid, holder in missing:
            _, not_before = self._fetch_failures.get(sid, (0, now))
            if holder == self._node.party or sid in self._fetches or now < not_before:
                continue
            if len(self._fetches) >= MOST_FETCHES:
                break
            lane = await self._lane(holder)
            if lane is not None:
                self._fetches[sid] = asyncio.create_task(self._fetch(sid, holder, lane.client))

    async def _fetch(self, sid: StatementId, holder: PartyId, client: PeerClient) -> None:
        try:
            item = await client.statement(sid)
            await settled(self._node.receive(holder, item.signed, item.sealed))
        except ComityError as error:
            failures = self._fetch_failures.get(sid, (0, 0.0))[0] + 1
            # At least a poll apart; the holder may not have it yet.
            seconds = POLL_SECONDS + self._settings.backoff.after(error, failures)
            not_before = asyncio.get_running_loop().time() + seconds
            self._fetch_failures[sid] = (failures, not_before)
            journal.info("missing %s at %s: %s", sid.hex(), holder, error.code)
        except Exception as error:  # noqa: BLE001 - tried again at the next look
            note_failure(error)
        finally:
            del self._fetches[sid]
