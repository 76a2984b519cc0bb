"""Asks the peers what they hold of our own log: when the node starts, and out of quarantine.

Before a node signs anything it asks everybody whom it can reach, so that one which was put back
to an earlier state learns of it from them.  In quarantine it asks until it is out: for the
newest checkpoint, then for the statements from the first one that is missing on, with their
attachments, a page from each peer at a time.

Source: security, finding 6, threat T02; ADR 27.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from comity.errors import ComityError, PeerError
from comity.exchange.delivery import Item
from comity.exchange.destination import destination
from comity.exchange.peer_client import PeerClient
from comity.exchange.peer_node import PeerNode
from comity.exchange.transport import Caller, Transport
from comity.exchange.waiting import journal, note_failure
from comity.node.recovery import Found, Recovery
from comity.statement.model import PartyId

FIRST_SECONDS: Final = 2.0
"""How long a node that starts waits for its peers before it goes on."""
PAUSE_SECONDS: Final = 3.0
"""Between two rounds in quarantine."""
CALM_SECONDS: Final = 60.0
"""Between two looks at peers that have not answered since the start."""
_BLOB_SECONDS: Final = 3600.0


class RecoveringNode(PeerNode, Protocol):
    """A node that can be led out of quarantine."""

    @property
    def recovery(self) -> Recovery:
        """The way out."""

    def complete(self) -> None:
        """Do what a quarantine left undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What one peer gave back: the last leaf of it, if it gave anything."""

    peer: PartyId
    client: PeerClient
    items: Sequence[Item]


class Asking:
    """Asks for one node.  ``first`` before it serves, ``run`` beside it, in the event loop."""

    def __init__(self, node: RecoveringNode, allow_private: Sequence[str] = ()) -> None:
        """Prepare to ask in the name of ``node``."""
        self._node, self._allow_private = node, allow_private
        self._caller = Caller(signer=node.signer("transport"), clock=node.clock)

    async def first(self) -> None:
        """Ask everybody once, for a moment; who does not answer is asked again later."""
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                await self._hear()
        except TimeoutError:
            pass
        except Exception as error:  # noqa: BLE001 - a peer's answer must not keep a node from starting
            note_failure(error)

    async def run(self) -> None:
        """Ask for as long as there is something to ask."""
        while True:
            recovery = self._node.recovery
            try:
                if recovery.needed:
                    await self._round()
                elif recovery.waits_for():
                    await self._hear()
            except Exception as error:  # noqa: BLE001 - asking outlives every failure
                note_failure(error)
            await asyncio.sleep(PAUSE_SECONDS if recovery.needed else CALM_SECONDS)

    async def _hear(self) -> None:
        await asyncio.gather(*(self._ask(peer, self._head) for peer in self._peers()))

    def _peers(self) -> list[PartyId]:
        return [each for each in self._node.directory().parties if each != self._node.party]

    async def _ask(
        self, peer: PartyId, work: Callable[[PartyId, PeerClient], Awaitable[None]]
    ) -> None:
        try:
            async with self._reached(peer) as client:
                await work(peer, client)
        except ComityError as error:
            journal.info("asking %s: %s", peer, error.code)

    @asynccontextmanager
    async def _reached(self, peer: PartyId) -> AsyncGenerator[PeerClient]:
        address = await asyncio.to_thread(self._node.address_of, peer)
        client = PeerClient(Transport(destination(address, self._allow_private), self._caller))
        try:
            yield client
        finally:
            await client.close()

    async def _head(self, peer: PartyId, client: PeerClient) -> None:
        text = await client.held_checkpoint()
        await asyncio.to_thread(self._node.recovery.heard, peer, text)

    async def _round(self) -> None:
        """Ask everybody for everything that is missing, and leave if nothing is."""
        clients: dict[PartyId, PeerClient] = {}
        try:
            for peer in self._peers():
                address = await asyncio.to_thread(self._node.address_of, peer)
                try:
                    to = destination(address, self._allow_private)
                except ComityError as error:
                    journal.info("asking %s: %s", peer, error.code)
                    continue
                clients[peer] = PeerClient(Transport(to, self._caller))
            await asyncio.gather(*(self._told(self._head, *each) for each in clients.items()))
            await self._fetch(clients)
        finally:
            await asyncio.gather(*(each.close() for each in clients.values()))
        if await asyncio.to_thread(self._node.recovery.conclude):
            journal.warning("out of quarantine at %d entries", self._node.recovery.next_leaf)
            await asyncio.to_thread(self._node.complete)

    async def _told(
        self,
        work: Callable[[PartyId, PeerClient], Awaitable[None]],
        peer: PartyId,
        client: PeerClient,
    ) -> None:
        try:
            await work(peer, client)
        except ComityError as error:
            journal.info("asking %s: %s", peer, error.code)

    async def _fetch(self, clients: dict[PartyId, PeerClient]) -> None:
        """Put in page after page; then look what is held behind the first gap."""
        recovery = self._node.recovery
        while recovery.needed:
            pages = await self._pages(clients, recovery.next_leaf)
            found = [each for page in pages for each in await self._opened(page)]
            if not found or not await asyncio.to_thread(recovery.append, found):
                break
        at = recovery.next_leaf
        while recovery.needed:
            ends = []
            for page in await self._pages(clients, at):
                seen = await asyncio.to_thread(self._seen, page)
                ends += [max(seen)] if seen else []
            if not ends or min(ends) < at:
                break
            at = min(ends) + 1

    async def _pages(self, clients: dict[PartyId, PeerClient], leaf: int) -> list[_Page]:
        pages: list[_Page] = []

        async def page(peer: PartyId, client: PeerClient) -> None:
            items = await client.held_since(leaf)
            if items:
                pages.append(_Page(peer=peer, client=client, items=items))

        await asyncio.gather(*(self._told(page, *each) for each in clients.items()))
        return pages

    async def _opened(self, page: _Page) -> list[Found]:
        """Verify a page, and fetch the attachments that it names; what is bad spoils nothing."""
        opened = []
        for item in page.items:
            try:
                found = await asyncio.to_thread(self._node.recovery.read, item.signed, item.sealed)
                async with asyncio.timeout(_BLOB_SECONDS):
                    for digest in found.blobs:
                        await page.client.fetch_blob(digest, self._node.blobs)
            except (ComityError, TimeoutError) as error:
                code = error.code if isinstance(error, ComityError) else PeerError.family
                journal.warning("given back by %s: %s", page.peer, code)
                continue
            opened.append(found)
        return opened

    def _seen(self, page: _Page) -> list[int]:
        seen = []
        for item in page.items:
            try:
                seen.append(self._node.recovery.see(item.signed))
            except ComityError as error:
                journal.info("given back by %s: %s", page.peer, error.code)
        return seen
