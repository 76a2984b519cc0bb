"""The network between the machines, and the HTTP client that the node's code finds there.

A request travels, is answered by the application of the machine that is addressed, and the answer
travels back.  Either may be lost, late, cut off one way or stuck; a request may arrive twice.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from simulation.threads import CURRENT

UNREACHABLE = "unreachable"
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, as it is on the wire."""

    source: int
    target: int
    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer, as it is on the wire."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass
class Weather:
    """How the network is."""

    loss: float = 0.0
    duplicates: float = 0.0
    quickest: float = 0.002
    slowest: float = 0.05
    cut: set[tuple[int, int]] = field(default_factory=set)
    """From, to: nothing gets through."""
    clogged: set[tuple[int, int]] = field(default_factory=set)
    """From, to: what is sent stays in the line until it is free again."""


class Network:
    """Every line there is."""

    def __init__(self, draw: Random, count: Callable[[str], None]) -> None:
        self.draw, self.count = draw, count
        self.weather = Weather()
        self.machines: dict[str, Any] = {}
        """By the authority of its URL."""
        self.routes: dict[int, Callable[[int], Any]] = {}
        """Machines that show several faces: which one, by whom it is asked."""
        self.spoilers: dict[int, Callable[[Asked, Told], Awaitable[Told]]] = {}
        """Machines whose answers are changed on their way out."""
        self.listeners: list[Callable[[Asked, Told | None], None]] = []
        """Told of every request that arrives, and again of every answer that does."""
        self._freed = asyncio.Event()

    def free(self) -> None:
        """Let go on what was stuck."""
        self._freed.set()
        self._freed = asyncio.Event()

    async def ask(self, asked: Asked) -> Told:
        """Carry a request there and the answer back.

        Raises:
            aiohttp.ClientConnectionError: nothing came back.

        """
        await self._travel(asked.source, asked.target)
        if self.draw.random() < self.weather.duplicates:
            self.count("duplicated")
            again = self._again(asked)
            task = asyncio.get_running_loop().create_task(again, context=Context())
            _kept.add(task)
            task.add_done_callback(_kept.discard)
        told = await self._answer(asked)
        await self._travel(asked.target, asked.source)
        # What never arrived was never acknowledged.
        for each in self.listeners:
            each(asked, told)
        return told

    async def _again(self, asked: Asked) -> None:
        await asyncio.sleep(self.draw.uniform(0, 4 * self.weather.slowest))
        with contextlib.suppress(aiohttp.ClientConnectionError):
            await self._answer(asked)

    async def _travel(self, source: int, target: int) -> None:
        weather = self.weather
        await asyncio.sleep(self.draw.uniform(weather.quickest, weather.slowest))
        while (source, target) in weather.clogged:
            self.count("clogged")
            await self._freed.wait()
        if (source, target) in weather.cut:
            self.count("cut")
            raise aiohttp.ClientConnectionError(UNREACHABLE)
        if self.draw.random() < weather.loss:
            self.count("lost")
            raise aiohttp.ClientConnectionError(UNREACHABLE)

    async def _answer(self, asked: Asked) -> Told:
        for each in self.listeners:
            each(asked, None)
        machine = self.machines.get(urlsplit(asked.url).netloc)
        if machine is not None and machine.number in self.routes:
            machine = self.routes[machine.number](asked.source)
        process = machine.process if machine is not None else None
        if process is None or not process.serves:
            raise aiohttp.ClientConnectionError(UNREACHABLE)
        told = await process.answer(asked)
        if process.gone:
            raise aiohttp.ClientConnectionError(UNREACHABLE)
        if asked.target in self.spoilers:
            told = await self.spoilers[asked.target](asked, told)
        return told


_kept: set["asyncio.Task[None]"] = set()


class Session:
    """What the node's code takes for ``aiohttp.ClientSession``."""

    def __init__(self, *, timeout: aiohttp.ClientTimeout, **_: object) -> None:
        self._timeout = timeout

    async def close(self) -> None:
        """There is no connection to drop."""

    def request(
        self, method: str, url: str, *, data: Any, headers: Mapping[str, str], **_: object
    ) -> "_Exchange":
        """Prepare to ask."""
        body = b"" if data is None else data.read()
        return _Exchange(self._timeout.total, method, url, (dict(headers), body))


class _Exchange:
    """One request with its answer."""

    def __init__(
        self, total: float | None, method: str, url: str, what: tuple[dict[str, str], bytes]
    ) -> None:
        self._total, self._method, self._url, self._what = total, method, url, what

    async def __aenter__(self) -> "Answer":
        process = CURRENT.get()
        network: Network = process.machine.network
        headers, body = self._what
        lower = {name.lower(): value for name, value in headers.items()}
        lower["host"] = urlsplit(self._url).netloc
        if body or self._method in {"POST", "PUT"}:
            lower["content-length"] = str(len(body))
        there = network.machines.get(lower["host"])
        asked = Asked(
            source=process.machine.number,
            target=-1 if there is None else there.number,
            method=self._method,
            url=self._url,
            headers=tuple(lower.items()),
            body=body,
        )
        if process.gone:
            raise aiohttp.ClientConnectionError(UNREACHABLE)
        async with asyncio.timeout(self._total):
            return Answer(await network.ask(asked))

    async def __aexit__(self, *_: object) -> None:
        """Nothing is held."""


class Answer:
    """What the node's code takes for ``aiohttp.ClientResponse``."""

    def __init__(self, told: Told) -> None:
        self.status = told.status
        self.headers = dict(told.headers)
        self._body = told.body
        self.content = self

    async def iter_chunked(self, most: int) -> AsyncIterator[bytes]:
        """Yield the body in pieces."""
        for at in range(0, len(self._body), most):
            yield self._body[at : at + most]

    def close(self) -> None:
        """There is nothing to close."""


async def call(app: Any, asked: Asked, own_url: str) -> Told:
    """Let an application answer a request, as a server does."""
    parts = urlsplit(asked.url)
    path, _, query = asked.url.removeprefix(f"{parts.scheme}://{parts.netloc}").partition("?")
    own = urlsplit(own_url)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": own.scheme,
        "path": parts.path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in asked.headers],
        "client": (f"10.0.0.{asked.source}", 40_000),
        "server": (own.hostname, own.port),
    }
    pieces = [asked.body[at : at + _PIECE] for at in range(0, len(asked.body), _PIECE)] or [b""]
    told: dict[str, Any] = {"body": bytearray()}

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told["status"] = message["status"]
            told["headers"] = message["headers"]
        else:
            told["body"] += message.get("body", b"")

    await app(scope, receive, send)
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in told["headers"])
    body = b"" if asked.method == "HEAD" else bytes(told["body"])
    return Told(status=told["status"], headers=headers, body=body)
