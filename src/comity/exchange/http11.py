"""Uvicorn's HTTP/1.1, with bounds on connections and our own form of refusal.

Source: security threats T30, T61.
"""

import asyncio
from typing import ClassVar

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from comity.errors import ComityError, FormatError, PeerError
from comity.exchange.limits import Limits
from comity.exchange.problems import PROBLEM_TYPE, encode_problem, status_of


class BoundedProtocol(H11Protocol):
    """Closes connections that are too many, and those that send no whole header in time."""

    limits: ClassVar[Limits]
    _without_request: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock of the first request."""
        super().connection_made(transport)
        self._start_clock()
        if len(self.connections) > self.limits.connections:
            self._refuse(PeerError("exchange.busy", retry_after=1))

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._without_request.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; the time of a header runs from its first byte."""
        if self.transport.is_closing():
            return
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._without_request.cancel()
        elif self._without_request.cancelled():
            self._start_clock()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        del msg
        self._refuse(FormatError("exchange.http"))

    def _start_clock(self) -> None:
        self._without_request = self.loop.call_later(self.limits.header_seconds, self._too_slow)

    def _too_slow(self) -> None:
        if not self.transport.is_closing() and self.conn.their_state is h11.IDLE:
            self.transport.close()

    def _refuse(self, error: ComityError) -> None:
        body = encode_problem(error)
        lines = (
            f"HTTP/1.1 {status_of(error)} Refused",
            f"content-type: {PROBLEM_TYPE}",
            f"content-length: {len(body)}",
            "connection: close",
        )
        self.transport.write("\r\n".join((*lines, "", "")).encode() + body)
        self.transport.close()


def bounded_protocol(limits: Limits) -> type[H11Protocol]:
    """Return the protocol with these limits."""
    return type("BoundedProtocol", (BoundedProtocol,), {"limits": limits})
