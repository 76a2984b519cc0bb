"""Hostile parties: they have their own keys and everything they have ever seen, and no scruples.

A hostile party runs the real node, twice: two faces of one party with the same keys and the same
beginning, each shown to some of the others.  So it forks its log, and, where both say something in
one thread, its chain.  What its faces answer is changed on the way out; what was on the wire is
sent again, mutilated, in other names, and too often.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import Any

import aiohttp

from comity.errors import ComityError, TrustError
from comity.exchange.delivery import (
    Item,
    decode_answers,
    decode_delivery,
    encode_answers,
    encode_delivery,
)
from comity.exchange.destination import destination
from comity.exchange.transport import Caller, Request, Transport
from comity.statement import cbor
from comity.statement.envelope import parse, sign
from simulation.machine import Machine, Process
from simulation.network import Asked, Told
from simulation.officers import Officers, reraise_if_cancelled
from simulation.oracle.evidence import Person
from simulation.world import World

OFTEN = 0.7
MOST_REMEMBERED = 400
DELIVER = "/comity/deliver"
ANSWERS = ("nothing", "garbage", "another's-receipt", "refusal", "late")
ACTS = ("replay", "mutilate", "pass-on", "forge", "flood")


class Adversary:
    """One hostile party."""

    def __init__(self, world: World, number: int, draw: Random) -> None:
        self._world, self.number, self._draw = world, number, draw
        self.first = world.machines[number]
        self.second: Machine | None = None
        self._shown_second: frozenset[int] = frozenset()
        self._seen: list[Asked] = []
        self._items: list[Item] = []
        self._receipts: list[bytes] = []
        self.answers = [each for each in ANSWERS if draw.random() < OFTEN]
        self.acts = [each for each in ACTS if draw.random() < OFTEN]
        self.forks = draw.random() < OFTEN
        world.network.routes[number] = self.face_for
        world.network.spoilers[number] = self.spoil
        world.network.listeners.append(self._listen)

    def face_for(self, source: int) -> Machine:
        """Return the face that one machine is shown."""
        if self.second is not None and source in self._shown_second:
            return self.second
        return self.first

    def faces(self) -> list[Machine]:
        """Return every face."""
        return [self.first] if self.second is None else [self.first, self.second]

    def _listen(self, asked: Asked, told: Told | None) -> None:
        """Remember what is on the wire."""
        if told is None or asked.source == self.number:
            return
        if len(self._seen) < MOST_REMEMBERED:
            self._seen.append(asked)
        elif self._draw.random() < 0.05:
            self._seen[self._draw.randrange(MOST_REMEMBERED)] = asked
        if asked.url.endswith(DELIVER) and told.status == 200 and len(self._items) < 200:
            self._items += decode_delivery(asked.body)

    # Two faces.

    def split(self, make: Callable[[int], Machine]) -> None:
        """Begin a second history: the same disk, the same keys, another audience."""
        if not self.forks or self.first.process is None:
            return
        left = self.first.disk.after_kill()
        self.second = make(self.number)
        self.second.disk.lay(left)
        others = [each for each in range(len(self._world.machines)) if each != self.number]
        self._shown_second = frozenset(each for each in others if self._draw.random() < 0.5)
        self.second.start()
        self._world.count("fork-of-a-log")

    async def keep_faces_up(self) -> None:
        """Start what has ended, and let nothing that peers say stop it: its code is its own."""
        while True:
            for face in self.faces():
                if face.process is None:
                    face.start()
                node = face.node
                if node is not None and node.keeping.ledger.hold is not _heedless:
                    node.keeping.ledger.hold = _heedless  # type: ignore[method-assign]
                    node.keeping.ledger.release()
            await asyncio.sleep(1)

    # What its faces answer.

    async def spoil(self, asked: Asked, told: Told) -> Told:
        """Change an answer on its way out.

        Raises:
            aiohttp.ClientConnectionError: nothing is answered.

        """
        if not asked.url.endswith(DELIVER) or told.status != 200 or not self.answers:
            return told
        honest = [each for each in _answers(told.body) if isinstance(each, bytes)]
        self._receipts = [*self._receipts, *honest][-50:]
        if self._draw.random() < 0.4:
            return told
        kind = self._draw.choice(self.answers)
        self._world.count(f"answered:{kind}")
        if kind == "nothing":
            raise aiohttp.ClientConnectionError("nothing")
        if kind == "late":
            await asyncio.sleep(self._draw.uniform(1, 60))
            return told
        return Told(status=200, headers=told.headers, body=self._instead(kind, asked))

    def _instead(self, kind: str, asked: Asked) -> bytes:
        count = len(decode_delivery(asked.body))
        if kind == "garbage" or not self._receipts:
            return self._draw.randbytes(self._draw.randint(0, 300))
        if kind == "refusal":
            return encode_answers([TrustError("node.not-addressed")] * count, "en")
        return encode_answers([self._draw.choice(self._receipts) for _ in range(count)], "en")

    # What it does of its own.

    async def work(self, until: float, pause: float, people: list[Person]) -> None:
        """Do one thing after another, until it is time."""
        loop = asyncio.get_running_loop()
        honest = [each.number for each in people if each.honest]
        while loop.time() < until and self.acts:
            await asyncio.sleep(self._draw.uniform(0, 2 * pause))
            face = self._draw.choice(self.faces())
            if face.process is None or face.node is None or not face.process.serves:
                continue
            victim = self._world.machines[self._draw.choice(honest)]
            kind = self._draw.choice(self.acts)
            try:
                async with asyncio.timeout(30):
                    await self._act(kind, face.process, victim)
            except (ComityError, aiohttp.ClientConnectionError, TimeoutError):
                pass
            except asyncio.CancelledError:
                reraise_if_cancelled()
            self._world.count(f"did:{kind}")

    async def _act(self, kind: str, process: Process, victim: Machine) -> None:
        if kind == "replay" and self._seen:
            await self._world.network.ask(self._aimed(self._draw.choice(self._seen), victim))
        elif kind == "mutilate" and self._seen:
            seen = self._draw.choice(self._seen)
            await self._send(process, victim, seen.url, self._bitten(seen.body))
        elif kind == "pass-on" and self._items:
            chosen = self._draw.sample(self._items, min(3, len(self._items)))
            await self._send(process, victim, DELIVER, encode_delivery(chosen))
        elif kind == "forge" and self._items:
            await self._forge(process, victim, self._draw.choice(self._items))
        elif kind == "flood":
            body = self._draw.randbytes(200)
            await asyncio.gather(
                *(self._send(process, victim, DELIVER, body) for _ in range(10)),
                return_exceptions=True,
            )

    def _aimed(self, seen: Asked, victim: Machine) -> Asked:
        """Send a request again as it was, to whom it was or to somebody else."""
        if self._draw.random() < 0.7:
            return seen
        path = "/" + seen.url.split("/", 3)[3]
        return Asked(
            source=self.number,
            target=victim.number,
            method=seen.method,
            url=victim.url + path,
            headers=seen.headers,
            body=seen.body,
        )

    def _bitten(self, body: bytes) -> bytes:
        if not body:
            return self._draw.randbytes(20)
        changed = bytearray(body)
        changed[self._draw.randrange(len(changed))] ^= 1 << self._draw.randrange(8)
        return bytes(changed)

    async def _forge(self, process: Process, victim: Machine, item: Item) -> None:
        """Sign somebody else's words as theirs, with a key of its own."""
        header = parse(item.signed).header
        forged = sign(
            issuer=header.issuer,
            subject=header.subject,
            issued_at=header.issued_at - self._draw.randint(0, 10**7),
            payload=parse(item.signed).payload,
            signer=_node(process).signer("sign"),
        )
        await self._send(
            process,
            victim,
            DELIVER,
            encode_delivery([Item(signed=forged.encoded, sealed=item.sealed)]),
        )

    async def _send(self, process: Process, victim: Machine, url: str, body: bytes) -> None:
        """Send bytes in its own name, signed as requests are."""
        path = url if url.startswith("/") else "/" + url.split("/", 3)[3]
        node = _node(process)
        to = destination(node.address_of(_party_of(node, victim.url)))
        caller = Caller(signer=node.signer("transport"), clock=node.clock)
        headers = {"content-type": "application/vnd.comity.delivery+cbor"}
        request = Request(method="POST", path=path, body=body, headers=headers)
        await process.task(Transport(to, caller).send(request))


def _heedless(trouble: ComityError) -> None:
    """What a hostile node does about trouble."""
    del trouble


def _node(process: Process) -> Any:
    return process.node


def _party_of(node: Any, url: str) -> Any:
    for party in node.directory().parties:
        if node.address_of(party).url == url:
            return party
    raise aiohttp.ClientConnectionError("a stranger")


def _answers(body: bytes) -> list[Any]:
    value = cbor.decode(body, max_bytes=len(body))
    return decode_answers(body, len(value)) if isinstance(value, list) else []


async def speak(adversary: Adversary, officers: Officers, until: float, pause: float) -> None:
    """Let officers of a hostile party speak through its faces, as if it were one party."""
    loop, draw = asyncio.get_running_loop(), adversary._draw
    while loop.time() < until:
        await asyncio.sleep(draw.uniform(0, 2 * pause))
        face = draw.choice(adversary.faces())
        if face.process is not None and face.process.node is not None and face.process.serves:
            await officers.act(face, face.process)
