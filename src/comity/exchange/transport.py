"""One peer over HTTP: one client, one session, and no way around the checks.

No redirects, no proxy from the environment, no cookies, no compressed answers; answers have a
size, requests have a time.  Every request to a peer is signed.

Source: wire profile, sections 5.1 and 5.4; security threats T31, T37.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from comity.errors import ComityError, PeerError, TrustError
from comity.exchange.destination import Destination
from comity.exchange.limits import MOST_HEADER_BYTES
from comity.exchange.peer_node import NodeClock
from comity.exchange.problems import MOST_PROBLEM_BYTES, PROBLEM_TYPE, Problem, decode_problem
from comity.exchange.signatures import Outgoing, sign_request
from comity.exchange.tls import PinMismatchError, client_context
from comity.statement.keys import Signer

MOST_CONNECTIONS: Final = 4
OK_STATUS: Final = 200
FIRST_ERROR_STATUS: Final = 300
_READ_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who we are to our peers."""

    signer: Signer
    """Holds our transport key."""
    clock: NodeClock
    languages: str = "en"
    """In which languages peers may tell us what went wrong, as in Accept-Language."""
    connect_seconds: float = 10.0
    total_seconds: float = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What we ask of a peer."""

    method: str
    path: str
    """From the root, ASCII, without a query."""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    most_bytes: int = MOST_PROBLEM_BYTES
    """The longest answer to take."""
    signed: bool = True
    """Not for whoever is no party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a peer answered."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def problem(self) -> Problem | None:
        """Return what a refusal says, or ``None`` if nothing that we understand."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != PROBLEM_TYPE:
            return None
        try:
            return decode_problem(self.body)
        except ComityError:
            return None

    def error(self) -> ComityError:
        """Return the error that a refusal is.

        Whatever is not a problem in our form, a proxy's page for example, is a ``PeerError``:
        it was not the peer who refused.
        """
        found = self.problem()
        if found is None:
            return PeerError("exchange.answer", status=self.status)
        error = found.error()
        if found.retry_after is not None:
            error.facts.setdefault("retry_after", found.retry_after)
        return error


class Transport:
    """The connections to one peer."""

    def __init__(self, destination: Destination, caller: Caller) -> None:
        """Prepare to connect; nothing is connected yet.  Needs a running event loop."""
        self.destination = destination
        self._caller = caller
        connector = aiohttp.TCPConnector(
            limit=MOST_CONNECTIONS,
            resolver=_CheckedResolver(destination),
            use_dns_cache=False,
            ssl=client_context(destination.pin) if destination.secure else False,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MOST_HEADER_BYTES,
            max_field_size=MOST_HEADER_BYTES,
            timeout=aiohttp.ClientTimeout(
                total=caller.total_seconds, sock_connect=caller.connect_seconds
            ),
            skip_auto_headers=("User-Agent", "Accept-Encoding", "Accept", "Content-Type"),
        )

    async def close(self) -> None:
        """Drop the connections."""
        await self._session.close()

    async def send(self, request: Request) -> Reply:
        """Sign a request, if it is to be, send it, and return the answer, whatever its status.

        Raises:
            PeerError: ``exchange.unreachable``, ``exchange.answer``.
            TrustError: ``exchange.other-key``, ``exchange.address``.

        """
        url = self.destination.url + request.path
        headers = {"accept-language": self._caller.languages, **request.headers}
        outgoing = Outgoing(method=request.method, url=url, headers=headers)
        now = self._caller.clock.now()
        if request.signed:
            sign_request(outgoing, self._caller.signer, now=now, body=request.body)
        try:
            async with self._session.request(
                request.method,
                url,
                data=None if request.body is None else BytesIO(request.body),
                headers=headers,
                allow_redirects=False,
            ) as response:
                return await _read(response, request.most_bytes)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> ComityError:
        """Return what a failure to reach the peer is, for us."""
        cause: BaseException | None = error
        for _ in range(8):
            if isinstance(cause, TrustError):
                return cause
            if isinstance(cause, PinMismatchError):
                return TrustError("exchange.other-key", url=self.destination.url)
            inner = getattr(cause, "certificate_error", None)
            cause = inner if isinstance(inner, Exception) else (cause and cause.__cause__)
        return PeerError("exchange.unreachable", url=self.destination.url, why=type(error).__name__)


async def _read(response: aiohttp.ClientResponse, most: int) -> Reply:
    headers = {name.lower(): value for name, value in response.headers.items()}
    if headers.get("content-encoding", "identity") != "identity":
        raise PeerError("exchange.answer", status=response.status)
    if response.status >= FIRST_ERROR_STATUS:
        most = MOST_PROBLEM_BYTES
    body = bytearray()
    async for piece in response.content.iter_chunked(_READ_BYTES):
        body += piece
        if len(body) > most:
            # What we will not read must not come down this connection later.
            response.close()
            raise PeerError("exchange.answer", status=response.status)
    return Reply(status=response.status, headers=headers, body=bytes(body))


class _CheckedResolver(AbstractResolver):
    """Resolves the one host of a peer, and lets only checked addresses out."""

    def __init__(self, destination: Destination) -> None:
        self._destination = destination

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host != self._destination.host:
            raise TrustError("exchange.address", address=host, url=self._destination.url)
        found = await asyncio.to_thread(self._destination.resolve)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=each,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for each, address in found
            if family in {socket.AF_UNSPEC, each}
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def expect_type(reply: Reply, expected: str) -> None:
    """Check that an answer is of the type that was asked for.

    Raises:
        PeerError: ``exchange.answer``.

    """
    if reply.headers.get("content-type", "").partition(";")[0].strip() != expected:
        raise PeerError("exchange.answer", status=reply.status)


def upload_offset(reply: Reply) -> int:
    """Return how much of an attachment the peer has.

    Raises:
        PeerError: ``exchange.answer``.

    """
    text = reply.headers.get("upload-offset", "")
    if not text.isascii() or not text.isdigit() or len(text) > len(str(2**53)):
        raise PeerError("exchange.answer", status=reply.status)
    return int(text)
