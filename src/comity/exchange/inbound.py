"""What a node answers to its peers: deliveries, fetches, attachments.

``peer_app`` is the whole of it; the public side (log, keys, registration) is in
``log_views``, what comes before every answer in ``reception``.

Source: wire profile, rulings 9 and 17, section 1.6.
"""

import asyncio
import re
import shutil
from collections.abc import Callable
from os import SEEK_END
from typing import Final
from weakref import WeakValueDictionary

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.exchange.delivery import (
    ANSWER_TYPE,
    DELIVERY_TYPE,
    Item,
    decode_delivery,
    encode_answers,
    encode_delivery,
)
from comity.exchange.limits import MOST_CHUNK_BYTES, MOST_DELIVERY_BYTES, MOST_KEYS_BYTES, Limits
from comity.exchange.log_views import TEXT_TYPE, LogViews
from comity.exchange.peer_client import CHUNK_TYPE
from comity.exchange.peer_node import BlobStore, PeerNode
from comity.exchange.reception import (
    Reception,
    answering,
    expect_type,
    refuse,
)
from comity.exchange.visits import WatchfulNode
from comity.exchange.waiting import note_failure, settled
from comity.exchange.witness_views import WitnessViews
from comity.statement.model import PartyId, StatementId

_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_RANGE: Final = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", re.ASCII)
_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_OK, _CREATED, _NO_CONTENT = 200, 201, 204


def peer_app(
    node: WatchfulNode,
    *,
    limits: Limits | None = None,
    heard: Callable[[PartyId], None] = lambda _: None,
) -> Starlette:
    """Return the application that a node's peers speak to.

    Args:
        node: whose node it is.
        limits: how much it takes; the usual ones if not given.
        heard: told, in the event loop, of every signed request that holds
            (``Courier.heard_from``).

    """
    reception = Reception(node, limits or Limits(), heard)
    inbound = _Inbound(node, reception)
    app = Starlette(
        routes=[
            Route("/comity/deliver", answering(inbound.deliver), methods=["POST"]),
            Route("/comity/keys", answering(inbound.keys), methods=["POST"]),
            Route("/comity/statements/{sid}", answering(inbound.statement), methods=["GET"]),
            Route("/comity/blobs/{digest}", answering(inbound.blob), methods=["HEAD", "PUT"]),
            # Before the tiles, which answer for every other path below the log.
            *WitnessViews(node, reception).routes(),
            Route("/comity/blobs/{digest}/{offset}", answering(inbound.piece), methods=["GET"]),
            Route("/comity/held/checkpoint", answering(inbound.held), methods=["GET"]),
            Route("/comity/held/{leaf}", answering(inbound.held_since), methods=["GET"]),
            *LogViews(node, reception).routes(),
        ],
        exception_handlers={HTTPException: _framework_error},
    )
    app.router.redirect_slashes = False
    return app


class _Inbound:
    """The signed side."""

    def __init__(self, node: PeerNode, reception: Reception) -> None:
        self._node = node
        self._reception = reception
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def deliver(self, http: Request) -> Response:
        """POST /comity/deliver."""
        expect_type(http, DELIVERY_TYPE)
        async with self._reception.admit(http, most_bytes=MOST_DELIVERY_BYTES) as admitted:
            items = decode_delivery(admitted.body)
            self._reception.statements.spend(admitted.caller, len(items))
            answers = await asyncio.gather(*(self._take(admitted.caller, each) for each in items))
        language = http.headers.get("accept-language", "")
        return Response(encode_answers(answers, language), _OK, media_type=ANSWER_TYPE)

    async def keys(self, http: Request) -> Response:
        """POST /comity/keys: statements of key threads, from anyone; they prove themselves.

        The key with which their party signs requests may have changed with them.
        """
        expect_type(http, DELIVERY_TYPE)
        async with self._reception.admit_stranger(http, most_bytes=MOST_KEYS_BYTES) as body:
            answers = [await self._announced(each) for each in decode_delivery(body)]
        language = http.headers.get("accept-language", "")
        return Response(encode_answers(answers, language), _OK, media_type=ANSWER_TYPE)

    async def _announced(self, item: Item) -> bytes | ComityError:
        try:
            announced = self._node.keychain.announced
            return await settled(await asyncio.to_thread(announced, item.signed, item.sealed))
        except ComityError as error:
            return error
        except Exception as error:  # noqa: BLE001 - one statement's failure is not the others'
            note_failure(error)
            return PeerError("exchange.internal")

    async def _take(self, caller: PartyId, item: Item) -> bytes | ComityError:
        try:
            return await settled(self._node.receive(caller, item.signed, item.sealed))
        except ComityError as error:
            return error
        except Exception as error:  # noqa: BLE001 - one statement's failure is not the others'
            note_failure(error)
            return PeerError("exchange.internal")

    async def statement(self, http: Request) -> Response:
        """GET /comity/statements/{sid}."""
        async with self._reception.admit(http, most_bytes=0) as admitted:
            sid = StatementId(_digest(http.path_params["sid"]))
            try:
                signed, sealed = await asyncio.to_thread(
                    self._node.statement_for, admitted.caller, sid
                )
            except TrustError as error:
                # One answer, whether it does not exist or is not the caller's.
                raise TrustError("exchange.not-held") from error
        content = encode_delivery([Item(signed=signed, sealed=sealed)])
        headers = {"cache-control": "no-store"}
        return Response(content, _OK, headers, DELIVERY_TYPE)

    async def blob(self, http: Request) -> Response:
        """HEAD and PUT /comity/blobs/{digest}."""
        digest = _digest(http.path_params["digest"])
        if http.method == "HEAD":
            async with self._reception.admit(http, most_bytes=0):
                have = await asyncio.to_thread(self._node.blobs.incoming_size, digest)
                return _progress(have, _OK if self._node.blobs.has(digest) else _NO_CONTENT)
        expect_type(http, CHUNK_TYPE)
        async with self._reception.admit(http, most_bytes=MOST_CHUNK_BYTES) as admitted:
            offset, total = self._range(http, len(admitted.body))
            lock = self._locks.setdefault(digest, asyncio.Lock())
            async with lock:
                try:
                    have = await asyncio.to_thread(
                        self._node.blobs.append, digest, offset, admitted.body, total
                    )
                except FormatError as error:
                    have = await asyncio.to_thread(self._node.blobs.incoming_size, digest)
                    return await refuse(http, error, {"upload-offset": str(have)})
            return _progress(have, _CREATED if self._node.blobs.has(digest) else _NO_CONTENT)

    async def piece(self, http: Request) -> Response:
        """GET /comity/blobs/{digest}/{offset}: up to a piece of a stored attachment."""
        digest, blobs = _digest(http.path_params["digest"]), self._node.blobs
        async with self._reception.admit(http, most_bytes=0):
            offset = _number(http.path_params["offset"])
            content, total = await asyncio.to_thread(_read_piece, blobs, digest, offset)
        headers = {
            "cache-control": "no-store",
            "content-range": f"bytes {offset}-{offset + len(content) - 1}/{total}",
        }
        return Response(content, _OK, headers, CHUNK_TYPE)

    async def held(self, http: Request) -> Response:
        """GET /comity/held/checkpoint: the newest head of the caller's own log that is held."""
        async with self._reception.admit(http, most_bytes=0) as admitted:
            text = await asyncio.to_thread(self._node.held.checkpoint, admitted.caller)
        if text is None:
            raise TrustError("exchange.not-held")
        return Response(text, _OK, {"cache-control": "no-store"}, TEXT_TYPE)

    async def held_since(self, http: Request) -> Response:
        """GET /comity/held/{leaf}: what the caller's own log held from a leaf on."""
        async with self._reception.admit(http, most_bytes=0) as admitted:
            leaf = _number(http.path_params["leaf"])
            found = await asyncio.to_thread(self._node.held.since, admitted.caller, leaf)
        if not found:
            raise TrustError("exchange.not-held")
        content = encode_delivery([Item(signed=signed, sealed=sealed) for signed, sealed in found])
        return Response(content, _OK, {"cache-control": "no-store"}, DELIVERY_TYPE)

    def _range(self, http: Request, size: int) -> tuple[int, int]:
        """Return where a piece begins and how large the whole is."""
        found = _RANGE.fullmatch(http.headers.get("content-range", ""))
        if found is None:
            raise FormatError("exchange.range")
        first, last, total = (int(number) for number in found.groups())
        if not first <= last < total or last - first + 1 != size:
            raise FormatError("exchange.range")
        limits = self._reception.limits
        if total > limits.most_blob_bytes:
            raise FormatError("exchange.too-large", size=total, limit=limits.most_blob_bytes)
        free = shutil.disk_usage(self._node.blobs.folder).free
        if free - (total - first) < limits.least_free_bytes:
            raise PeerError("exchange.no-room", retry_after=600)
        return first, total


def _read_piece(blobs: BlobStore, digest: bytes, offset: int) -> tuple[bytes, int]:
    if not blobs.has(digest):
        raise TrustError("exchange.not-held")
    with blobs.path(digest).open("rb") as file:
        total = file.seek(0, SEEK_END)
        if offset >= total:
            raise FormatError("exchange.range")
        file.seek(offset)
        return file.read(MOST_CHUNK_BYTES), total


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise FormatError("exchange.not-found")
    return int(text)


def _digest(text: str) -> bytes:
    if not _DIGEST.fullmatch(text):
        raise TrustError("exchange.not-held")
    return bytes.fromhex(text)


def _progress(have: int, status: int) -> Response:
    return Response(status_code=status, headers={"upload-offset": str(have)})


async def _framework_error(http: Request, error: Exception) -> Response:
    """Answer what the web framework refuses in the same form as everything else."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    if status == 404:  # noqa: PLR2004 - what HTTP calls it
        return await refuse(http, FormatError("exchange.not-found"), headers)
    if status == 405:  # noqa: PLR2004
        told = FormatError("exchange.method", method=ascii(http.method)[1:-1][:16])
        return await refuse(http, told, headers)
    return await refuse(http, FormatError("exchange.http"), headers)
