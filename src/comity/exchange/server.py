"""Serves a node's peers: HTTP/1.1, over TLS 1.3 if there is a certificate.

The limits that belong to connections are here: how many, how large a header, how long one may
take and how long a connection may idle.  What the server itself refuses, it refuses as problem
details too.  Nothing is written to an access log.

Source: security threats T30, T61.
"""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import uvicorn
from starlette.applications import Starlette

from comity.errors import FormatError
from comity.exchange.http11 import bounded_protocol
from comity.exchange.limits import MOST_HEADER_BYTES, Limits
from comity.exchange.tls import server_context

GRACE_SECONDS: Final = 3
"""How long what is under way may take once the node is told to stop.  A node is to be gone within
5 s, and what is cut off heals: deliveries are idempotent, attachments resume."""
_BACKLOG: Final = 512
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where and how to listen."""

    host: str
    port: int
    """0: any that is free."""
    certificate: Path | None = None
    """PEM file with the certificate chain; none: plain HTTP."""
    key: Path | None = None
    """PEM file with its key, if not in the same file."""
    limits: Limits = field(default_factory=Limits)


async def serve(
    app: Starlette,
    listening: Listening,
    *,
    ready: Callable[[str], None] = lambda _: None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until a signal (SIGTERM, SIGINT) or ``stop``; finish what is under way.

    Args:
        app: ``peer_app(…)``.
        listening: where and how.
        ready: called with the URL, for example ``http://127.0.0.1:8471``, once requests are
            accepted.
        stop: if given, set it to stop, and signals are the caller's to handle.

    Raises:
        FormatError: ``exchange.certificate``, ``exchange.cannot-listen``.

    """
    secure = listening.certificate is not None
    tls = server_context(listening.certificate, listening.key) if listening.certificate else None
    listener = _bind(listening.host, listening.port)
    limits = listening.limits
    config = uvicorn.Config(
        app,
        http=bounded_protocol(limits),
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        ssl_context_factory=(lambda *_: tls) if tls is not None else None,
    )
    server = _Server(config)
    host = f"[{listening.host}]" if ":" in listening.host else listening.host
    url = f"{'https' if secure else 'http'}://{host}:{listener.getsockname()[1]}"
    with listener, _signals(server) if stop is None else contextlib.nullcontext():
        await server.serve_until(listener, stop, lambda: ready(url))


class _Server(uvicorn.Server):
    """Uvicorn without its own handling of signals, which ends by raising them again."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._accepting = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._accepting.set()

    async def serve_until(
        self, listener: socket.socket, stop: asyncio.Event | None, ready: Callable[[], None]
    ) -> None:
        serving = asyncio.create_task(self.serve(sockets=[listener]))
        try:
            await _first(serving, self._accepting)
            if self.started:
                ready()
            if stop is not None:
                await _first(serving, stop)
                self.should_exit = True
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            self.should_exit = True
            await serving
            raise


async def _first(task: "asyncio.Task[None]", event: asyncio.Event) -> None:
    """Wait until the task has ended or the event is set."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


@contextlib.contextmanager
def _signals(server: uvicorn.Server) -> Generator[None]:
    """Let the usual signals end the server; a second one does not wait."""
    loop = asyncio.get_running_loop()

    def leave() -> None:
        server.force_exit = server.should_exit
        server.should_exit = True

    for number in _SIGNALS:
        loop.add_signal_handler(number, leave)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


def _bind(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        # With the protocol named, asyncio sets TCP_NODELAY on what it accepts; without it every
        # answer waits 40 ms for an acknowledgement of its header.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "?"
        raise FormatError("exchange.cannot-listen", host=host, port=port, why=why) from error
    return listener
