"""What every request goes through before anything is done for it.

In this order: framing and size, the addressee, the caller and its rate, the signature, a free
place; only then is the body read, and compared with the digest that was signed.  Whatever goes
wrong, here or later, is answered as problem details in the caller's language.

Source: wire profile, sections 5.1 and 8 (items 21 to 23); security threats T30, T31, T61.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, TypeAlias

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.exchange.destination import authority_of
from comity.exchange.limits import MOST_DELIVERY_BYTES, Limits
from comity.exchange.peer_node import PeerNode
from comity.exchange.problems import PROBLEM_TYPE, encode_problem, status_of
from comity.exchange.rates import Buckets, Places
from comity.exchange.signatures import Gate, Incoming, Verified
from comity.exchange.waiting import journal, note_failure
from comity.statement.keys import PublicKey
from comity.statement.model import PartyId

Handler: TypeAlias = Callable[[Request], Awaitable[Response]]
STRANGERS: Final = "strangers"
_DRAIN_SECONDS: Final = 3.0
_MOST_DIGITS: Final = 15
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """A request from a known party, with its body if it has one."""

    caller: PartyId
    body: bytes


class Reception:
    """The one door of a node towards its peers."""

    def __init__(self, node: PeerNode, limits: Limits, heard: Callable[[PartyId], None]) -> None:
        """Let in whom ``node`` knows; ``heard`` is told of every signed request that holds."""
        self._node = node
        self.limits = limits
        self._heard = heard
        self._requests = Buckets(limits.requests_per_second, monotonic)
        self.statements = Buckets(limits.statements_per_second, monotonic)
        """By caller: many small statements cost what they are, not what they weigh."""
        self._bytes = Buckets(limits.bytes_per_second, monotonic)
        self._strangers = Buckets(limits.strangers_per_second, monotonic)
        self._places = Places(limits.at_once_per_peer)
        self._rooms = asyncio.Semaphore(limits.at_once)
        self._gate = Gate(find=self._find, admit=self._admit)

    @asynccontextmanager
    async def admit(self, http: Request, *, most_bytes: int) -> AsyncGenerator[Admitted]:
        """Let a signed request in, and hold a place for it while it is worked on.

        Raises:
            FormatError: ``exchange.length``, ``exchange.too-large``, ``exchange.http``,
                ``exchange.content-encoding``, ``exchange.version``, ``exchange.digest``.
            TrustError: ``exchange.not-signed``, ``exchange.skew``, ``exchange.replay``,
                ``exchange.unknown-caller``.
            PeerError: ``exchange.misdirected``, ``exchange.too-many``, ``exchange.busy``,
                ``exchange.slow``.

        """
        size = body_size(http, most_bytes=most_bytes)
        verified = self._verify(http)
        caller = verified.caller
        self._heard(caller)
        with self._places.take(caller):
            self._bytes.spend(caller, size)
            async with self._rooms:
                body = await self._read(http, size)
                if size:
                    verified.check_body(body)
                yield Admitted(caller=caller, body=body)

    @asynccontextmanager
    async def admit_stranger(self, http: Request, *, most_bytes: int) -> AsyncGenerator[bytes]:
        """Let a request in that says nothing of its sender; all such share one small rate."""
        size = body_size(http, most_bytes=most_bytes)
        with self._places.take(STRANGERS):
            self._strangers.spend(STRANGERS)
            yield await self._read(http, size)

    def _verify(self, http: Request) -> Verified:
        host = http.headers.get("host", "").lower()
        own = authority_of(self._node.address_of(self._node.party).url)
        # A request that was signed for another node proves nothing here.
        if authority_of(f"https://{host}") != own and authority_of(f"http://{host}") != own:
            raise PeerError("exchange.misdirected")
        raw_path = http.scope.get("raw_path")
        path = raw_path.decode("ascii") if isinstance(raw_path, bytes) else http.url.path
        query = f"?{http.url.query}" if http.url.query else ""
        request = Incoming(
            method=http.method,
            url=f"{http.url.scheme}://{host}{path}{query}",
            headers=http.headers,
        )
        source = http.client.host if http.client else ""
        return self._gate.verify(request, source=source, now=self._node.clock.now())

    def _find(self, kid: bytes) -> tuple[PartyId, PublicKey]:
        party, key = self._node.directory().transport_key(kid)
        if party == self._node.party:
            # What we sent, sent back to us (security threat T08).
            raise TrustError("exchange.unknown-caller")
        return party, key

    def _admit(self, claimed: PartyId, source: str) -> None:
        # By where it came from as well: nobody may use up another's rate in its name.
        self._requests.spend((claimed, source))

    async def _read(self, http: Request, size: int) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                async for piece in http.stream():
                    body += piece
                    if len(body) > size:
                        raise FormatError("exchange.http")
        except TimeoutError:
            raise PeerError("exchange.slow") from None
        if len(body) != size:
            raise FormatError("exchange.http")
        return bytes(body)


def body_size(http: Request, *, most_bytes: int) -> int:
    """Return how long the body of a request is going to be, from its header alone.

    Raises:
        FormatError: ``exchange.length``, ``exchange.too-large``, ``exchange.http``,
            ``exchange.content-encoding``.

    """
    headers = http.headers
    if "content-encoding" in headers:
        raise FormatError("exchange.content-encoding")
    if "transfer-encoding" in headers:
        raise FormatError("exchange.length")
    lengths = headers.getlist("content-length")
    if not lengths:
        if http.method in {"POST", "PUT"}:
            raise FormatError("exchange.length")
        return 0
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
        raise FormatError("exchange.http")
    size = int(lengths[0][:_MOST_DIGITS])
    if size > most_bytes:
        raise FormatError("exchange.too-large", size=size, limit=most_bytes)
    return size


def expect_type(http: Request, *expected: str) -> None:
    """Check the type of a request's body.

    Raises:
        FormatError: ``exchange.media-type``.

    """
    given = http.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in expected:
        raise FormatError("exchange.media-type", expected=expected[0])


def answering(handler: Handler) -> Handler:
    """Return the handler with every failure turned into problem details."""

    async def answered(http: Request) -> Response:
        try:
            return await handler(http)
        except ComityError as error:
            return await refuse(http, error)
        except ClientDisconnect:
            return problem_response(http, PeerError("exchange.slow"))
        except Exception as error:  # noqa: BLE001 - the last place that can answer
            note_failure(error)
            return await refuse(http, PeerError("exchange.internal"))

    return answered


async def refuse(
    http: Request, error: ComityError, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a problem; read away what the caller is still sending, if it is not much."""
    response = problem_response(http, error, headers)
    try:
        pending = body_size(http, most_bytes=MOST_DELIVERY_BYTES)
        if error.code == "exchange.slow":
            response.headers["connection"] = "close"
        elif pending:
            # Else the connection is reset under the caller before it has read the answer.
            async with asyncio.timeout(_DRAIN_SECONDS):
                async for _ in http.stream():
                    pass
    except (ComityError, ClientDisconnect, TimeoutError, RuntimeError):
        response.headers["connection"] = "close"
    return response


def problem_response(
    http: Request, error: ComityError, headers: Mapping[str, str] | None = None
) -> Response:
    """Return an error as an HTTP answer."""
    status = status_of(error)
    answer = {"cache-control": "no-store", **(headers or {})}
    if isinstance(after := error.facts.get("retry_after"), int):
        answer["retry-after"] = str(max(0, after))
    if status == 401:  # noqa: PLR2004 - RFC 9110, section 15.5.2, asks for a challenge
        answer["www-authenticate"] = 'Signature realm="comity"'
    if status >= _SERVER_ERROR:
        journal.info("answered %d: %s", status, error.code)
    body = encode_problem(error, http.headers.get("accept-language", ""))
    return Response(body, status, answer, PROBLEM_TYPE)
