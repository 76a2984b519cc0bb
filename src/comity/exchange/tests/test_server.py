"""Serving: ready, stopping, and what cannot be served."""

import asyncio
import os
import signal
import socket

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import FormatError
from comity.exchange.server import Listening, serve


async def slow(_: Request) -> Response:
    await asyncio.sleep(0.3)
    return Response(b"done")


APP = Starlette(routes=[Route("/", slow)])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_after_what_is_under_way(number: signal.Signals) -> None:
    """The answer that was begun is given; the process goes on to clean up."""

    async def story() -> bytes:
        ready: asyncio.Queue[str] = asyncio.Queue()
        listening = Listening(host="127.0.0.1", port=0)
        server = asyncio.create_task(serve(APP, listening, ready=ready.put_nowait))
        url = await ready.get()
        port = int(url.rsplit(":", maxsplit=1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(0.1)
        os.kill(os.getpid(), number)
        answer = await reader.read()
        await server
        writer.close()
        return answer

    assert asyncio.run(story()).endswith(b"done")


def test_what_does_not_end_is_cut_off_after_a_grace() -> None:
    """A node is told to stop by people who wait: it is gone within 5 s."""

    async def endless(_: Request) -> Response:
        await asyncio.sleep(3600)
        return Response()

    async def story() -> float:
        ready: asyncio.Queue[str] = asyncio.Queue()
        stop, app = asyncio.Event(), Starlette(routes=[Route("/", endless)])
        listening = Listening(host="127.0.0.1", port=0)
        server = asyncio.create_task(serve(app, listening, ready=ready.put_nowait, stop=stop))
        port = int((await ready.get()).rsplit(":", maxsplit=1)[1])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.sleep(0.1)
        begun = asyncio.get_running_loop().time()
        stop.set()
        await server
        writer.close()
        return asyncio.get_running_loop().time() - begun

    assert asyncio.run(story()) < 4


def test_a_port_that_is_taken_is_named() -> None:
    """And nothing is left open."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        listening = Listening(host="127.0.0.1", port=holder.getsockname()[1])
        with pytest.raises(FormatError, match=r"exchange\.cannot-listen"):
            asyncio.run(serve(APP, listening))


def test_answers_do_not_wait_for_acknowledgements() -> None:
    """Header and body are two packets; held back, each answer would take 40 ms."""

    async def story() -> list[float]:
        ready: asyncio.Queue[str] = asyncio.Queue()
        stop = asyncio.Event()

        async def quick(_: Request) -> Response:
            return Response(b"x" * 100)

        app = Starlette(routes=[Route("/", quick)])
        listening = Listening(host="127.0.0.1", port=0)
        server = asyncio.create_task(serve(app, listening, ready=ready.put_nowait, stop=stop))
        port = int((await ready.get()).rsplit(":", maxsplit=1)[1])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        loop, times = asyncio.get_running_loop(), []
        for _ in range(20):
            begun = loop.time()
            writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(100)
            times.append(loop.time() - begun)
        writer.close()
        stop.set()
        await server
        return sorted(times)

    assert asyncio.run(story())[10] < 0.03
