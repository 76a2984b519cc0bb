"""The way to one peer: batches of what is due, attachments first, one failure at a time.

A failure to reach the peer, or a refusal of the whole request, makes the lane rest; a problem
with one statement postpones that one.  Only an answer about a statement itself, of a family
that trying again does not heal, is a final refusal.  Statements with attachments travel in a
task of their own, so that a large file does not hold up a short word.

Source: wire profile, section 5.3, rulings 9, 10, 17; security threat T06.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from comity.errors import ComityError
from comity.exchange.backoff import Backoff, moment
from comity.exchange.delivery import Answer, Item
from comity.exchange.limits import MOST_DELIVERY_BYTES, MOST_ITEMS
from comity.exchange.peer_client import PeerClient
from comity.exchange.peer_node import PeerNode
from comity.exchange.waiting import journal, note_failure, settled
from comity.node.outbox import OutboxItem
from comity.statement.model import PartyId, StatementId

IDLE_SECONDS: Final = 30.0
"""How long a lane sleeps at most before it looks again."""
_ROOM_FOR_HEADS: Final = 64
_MOST_HEAVY: Final = 256
_NUDGE_SECONDS: Final = 5.0
_ABOUT_THE_LINE: Final = frozenset(
    {"exchange.unreachable", "exchange.other-key", "exchange.address", "exchange.answer"}
)
_ABOUT_THE_CONTENT: Final = frozenset({"exchange.too-large", "exchange.delivery"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A waiting statement with what travels."""

    waiting: OutboxItem
    item: Item
    blobs: tuple[bytes, ...]
    public: bool = False
    """A statement of our key thread."""


class Lane:
    """Everything for one peer.  Belongs to the event loop."""

    def __init__(self, node: PeerNode, peer: PartyId, client: PeerClient, backoff: Backoff) -> None:
        """Prepare; ``run`` does the work."""
        self.peer = peer
        self._node = node
        self.client = client
        self._backoff = backoff
        self._wake = asyncio.Event()
        self._failures = 0
        self._rest_until = 0.0
        self._heavy: dict[StatementId, asyncio.Task[None]] = {}
        self._something_waits = False
        self._nudged_at = float("-inf")

    def wake(self) -> None:
        """Look again at what is due."""
        self._wake.set()

    def heard(self) -> bool:
        """End the rest, because the peer is alive; return whether anything waited for that."""
        now = asyncio.get_running_loop().time()
        waited = self._something_waits or self._failures > 0
        if not waited or now < self._nudged_at + _NUDGE_SECONDS:
            return False
        self._nudged_at = now
        self._failures = 0
        self._rest_until = 0.0
        self._wake.set()
        return True

    async def run(self) -> None:
        """Deliver what is due, for ever; cancel to stop."""
        try:
            while True:
                self._wake.clear()
                await self._sleep(await self._step())
        finally:
            for task in self._heavy.values():
                task.cancel()
            await asyncio.gather(*self._heavy.values(), return_exceptions=True)
            await self.client.close()

    async def _step(self) -> float:
        """Do one batch; return how long to sleep unless woken (seconds)."""
        resting = self._rest_until - asyncio.get_running_loop().time()
        if resting > 0:
            return resting
        try:
            return await self._batch()
        except Exception as error:  # noqa: BLE001 - the lane must outlive every failure
            # Ours, not the peer's; nothing is lost by waiting.
            note_failure(error)
            return IDLE_SECONDS

    async def _batch(self) -> float:
        now = self._node.clock.now()
        due = await asyncio.to_thread(
            self._node.outbox.due, self.peer, now, MOST_ITEMS + len(self._heavy)
        )
        fresh = [each for each in due if each.sid not in self._heavy]
        if not fresh:
            at = await asyncio.to_thread(self._node.outbox.next_at, self.peer)
            self._something_waits = at is not None and not self._heavy
            return IDLE_SECONDS if at is None else min(max(at - now, 0.2), IDLE_SECONDS)
        light: list[Loaded] = []
        words: list[Loaded] = []
        heavy = len(self._heavy)
        for waiting in fresh[:MOST_ITEMS]:
            loaded = await self._load(waiting)
            if loaded is None:
                continue
            if loaded.public:
                words.append(loaded)
            elif loaded.blobs:
                if len(self._heavy) < _MOST_HEAVY:
                    self._start_heavy(loaded)
            elif sum(each.item.size for each in light) + loaded.item.size > (
                MOST_DELIVERY_BYTES - _ROOM_FOR_HEADS
            ):
                break
            else:
                light.append(loaded)
        for word in words:
            # First, and one by one: the rest is signed with what they say.
            await self._deliver([word])
        if light and not self._rest_until > asyncio.get_running_loop().time():
            await self._deliver(light)
        return 0.0 if light or words or len(self._heavy) > heavy else 1.0

    async def _load(self, waiting: OutboxItem) -> Loaded | None:
        try:
            parcel = await asyncio.to_thread(self._node.parcel, waiting)
        except ComityError as error:
            await self._postpone([waiting], error)
            return None
        body = parcel.sealed if parcel.public is None else parcel.public
        return Loaded(
            waiting=waiting,
            item=Item(signed=parcel.signed, sealed=body),
            blobs=tuple(parcel.blobs),
            public=parcel.public is not None,
        )

    def _start_heavy(self, loaded: Loaded) -> None:
        sid = loaded.waiting.sid
        before = list(self._heavy.values())[-1:]

        async def send() -> None:
            try:
                # One after another: the line is as wide as it is.
                await asyncio.wait(before) if before else None
                await self._send_heavy(loaded)
            except Exception as error:  # noqa: BLE001 - it stays in the outbox
                note_failure(error)
                await asyncio.sleep(IDLE_SECONDS)
            finally:
                del self._heavy[sid]
                self._wake.set()

        self._heavy[sid] = asyncio.create_task(send())

    async def _send_heavy(self, loaded: Loaded) -> None:
        try:
            for digest in loaded.blobs:
                await self.client.send_blob(digest, self._node.blobs.path(digest))
        except ComityError as error:
            if error.code in _ABOUT_THE_LINE:
                await self._failed([loaded], error)
            elif error.code in _ABOUT_THE_CONTENT:
                await self._refused(loaded, error)
            else:
                await self._postpone([loaded.waiting], error)
        else:
            await self._deliver([loaded])

    async def _deliver(self, batch: Sequence[Loaded]) -> None:
        try:
            bring = self.client.announce if batch[0].public else self.client.deliver
            answers = await bring([each.item for each in batch])
        except ComityError as error:
            if error.code not in _ABOUT_THE_CONTENT and not error.code.startswith("cbor."):
                await self._failed(batch, error)
            elif len(batch) == 1:
                await self._refused(batch[0], error)
            else:
                # The peer cannot read the request as a whole: find out which one it is.
                for each in batch:
                    await self._deliver([each])
            return
        self._failures = 0
        await asyncio.gather(
            *(self._answered(each, answer) for each, answer in zip(batch, answers, strict=True))
        )

    async def _answered(self, loaded: Loaded, answer: Answer) -> None:
        waiting = loaded.waiting
        if not isinstance(answer, bytes):
            error = answer.error()
            if answer.is_final:
                await self._refused(loaded, error)
                return
            if answer.retry_after is not None:
                error.facts.setdefault("retry_after", answer.retry_after)
            await self._postpone([waiting], error)
            return
        try:
            future = await asyncio.to_thread(self._node.delivered, waiting.sid, self.peer, answer)
            await settled(future)
        except ComityError as error:
            # An answer that is no receipt for this statement is no delivery.
            await self._postpone([waiting], error)

    async def _failed(self, batch: Sequence[Loaded], error: ComityError) -> None:
        """Rest, after a failure that says nothing about the statements."""
        self._failures += 1
        seconds = self._backoff.after(error, self._failures)
        self._rest_until = asyncio.get_running_loop().time() + seconds
        journal.info("%s: %s; again in %.1f s", self.peer, error.code, seconds)
        await self._postpone([each.waiting for each in batch], error, seconds)

    async def _postpone(
        self, batch: Sequence[OutboxItem], error: ComityError, seconds: float | None = None
    ) -> None:
        if seconds is None:
            seconds = self._backoff.after(error, 1 + max(each.attempts for each in batch))
        at = moment(self._node.clock.now(), seconds)
        sids = [each.sid for each in batch]
        await settled(self._node.postponed(sids, self.peer, error.code, at))

    async def _refused(self, loaded: Loaded, error: ComityError) -> None:
        journal.warning("%s refused %s: %s", self.peer, loaded.waiting.sid.hex(), error.code)
        await settled(self._node.refused(loaded.waiting.sid, self.peer, error.code))

    async def _sleep(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
