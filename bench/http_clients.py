"""Which HTTP client carries more between nodes: the one the courier uses, or httpx.

Both post a delivery of the usual size over kept connections to the same server, which answers
with a receipt of the usual size, in turns.  httpx is no part of Comity; it is only compared.
"""

import asyncio
import importlib
import importlib.util
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp

BODY: Final = bytes(6 * 1024)
AT_ONCE: Final = (1, 64)
_PARENTHESIS: Final = "(make bench fetches it; or: pip install httpx)"
Post = Callable[[], Awaitable[int]]


def missing() -> str | None:
    """Return why there is no comparison, and how to get it; ``None`` if there is."""
    if importlib.util.find_spec("httpx") is None:
        return f"SKIPPED: httpx is not installed {_PARENTHESIS}"
    return None


def compare(seconds: float, rounds: int) -> dict[tuple[str, int], list[float]]:
    """Return requests a second, round by round, by client and how many were in flight."""
    command = [sys.executable, "-m", "bench.echo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("ready ").strip()
        try:
            return asyncio.run(_compare(url, seconds, rounds))
        finally:
            server.terminate()


async def _compare(url: str, seconds: float, rounds: int) -> dict[tuple[str, int], list[float]]:
    httpx = importlib.import_module("httpx")
    most = max(AT_ONCE)
    connector = aiohttp.TCPConnector(limit=most)
    limits = httpx.Limits(max_connections=most, max_keepalive_connections=most)
    found: dict[tuple[str, int], list[float]] = {}
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        httpx.AsyncClient(limits=limits, trust_env=False, timeout=30) as client,
    ):

        async def by_aiohttp() -> int:
            async with session.post(url, data=BODY) as response:
                return len(await response.read())

        async def by_httpx() -> int:
            response = await client.post(url, content=BODY)
            return len(response.content)

        clients: list[tuple[str, Post]] = [("aiohttp", by_aiohttp), ("httpx", by_httpx)]
        for number in range(rounds):
            for at_once in AT_ONCE:
                # Whoever goes first is not always the same.
                for name, post in clients if number % 2 else reversed(clients):
                    rate = await _rate(post, at_once, seconds)
                    found.setdefault((name, at_once), []).append(rate)
    return found


async def _rate(post: Post, at_once: int, seconds: float) -> float:
    await post()
    begun = time.perf_counter()

    async def work() -> int:
        done = 0
        while time.perf_counter() - begun < seconds:
            await post()
            done += 1
        return done

    counts = await asyncio.gather(*(work() for _ in range(at_once)))
    return sum(counts) / (time.perf_counter() - begun)
