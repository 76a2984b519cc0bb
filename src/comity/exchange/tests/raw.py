"""Requests made by hand, byte for byte, to a real node over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from comity.exchange.delivery import DELIVERY_TYPE, Item, encode_delivery
from comity.exchange.limits import Limits
from comity.exchange.problems import PROBLEM_TYPE, Problem, decode_problem
from comity.exchange.signatures import Outgoing, sign_request
from comity.exchange.tests.live import serving
from comity.node.node import Node

DELIVER: Final = "/comity/deliver"
Pair: TypeAlias = tuple[Node, Node]
BODY: Final = encode_delivery([Item(signed=b"not", sealed=b"a statement")])


@dataclass(slots=True, kw_only=True)
class Raw:
    """A request to be spoilt and sent byte for byte."""

    method: str = "POST"
    path: str = DELIVER
    body: bytes = BODY
    headers: dict[str, str] = field(default_factory=dict)

    async def send(self, url: str) -> tuple[int, Problem | None, dict[str, str]]:
        """Send it and return status, problem and headers of the answer."""
        host = url.removeprefix("http://")
        name, port = host.rsplit(":", maxsplit=1)
        lines = {"host": host, "content-length": str(len(self.body)), **self.headers}
        head = f"{self.method} {self.path} HTTP/1.1\r\n"
        head += "".join(f"{key}: {value}\r\n" for key, value in lines.items() if value)
        reader, writer = await asyncio.open_connection(name, int(port))
        writer.write(head.encode() + b"\r\n" + self.body)
        await writer.drain()
        status = int((await reader.readline()).split()[1])
        headers = {}
        while line := (await reader.readline()).strip():
            key, _, value = line.decode().partition(":")
            headers[key.lower()] = value.strip()
        body = b""
        if self.method != "HEAD":
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        writer.close()
        problem = headers.get("content-type") == PROBLEM_TYPE
        return status, decode_problem(body) if problem else None, headers


def signed(caller: Node, callee: Node, raw: Raw, *, ahead: int = 0) -> Raw:
    """Sign a request as a node does."""
    headers = {"content-type": DELIVERY_TYPE} if raw.body else {}
    request = Outgoing(
        method=raw.method,
        url=callee.settings.url + raw.path,
        headers={**headers, **raw.headers},
    )
    sign_request(
        request,
        caller.signer("transport"),
        now=caller.clock.now() + ahead,
        body=raw.body or None,
    )
    return replace(raw, headers=dict(request.headers))


def run(node: Node, story: Callable[[str], Awaitable[None]], limits: Limits | None = None) -> None:
    """Serve a node while a story is told."""

    async def served() -> None:
        async with serving(node, limits) as url:
            await story(url)

    asyncio.run(served())


async def outcome(raw: Raw, url: str) -> tuple[int, str]:
    """Return status and code."""
    status, problem, _ = await raw.send(url)
    return status, problem.code if problem else ""
