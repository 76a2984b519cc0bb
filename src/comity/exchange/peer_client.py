"""What a node asks of one peer: take this delivery, this attachment; give that statement."""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from comity.errors import FormatError, PeerError
from comity.exchange.delivery import (
    ANSWER_TYPE,
    DELIVERY_TYPE,
    HEAD_BYTES,
    Answer,
    Item,
    decode_answers,
    decode_delivery,
    encode_delivery,
)
from comity.exchange.limits import (
    MOST_ANSWER_BYTES,
    MOST_CHUNK_BYTES,
    MOST_DELIVERY_BYTES,
    MOST_SEALED_BYTES,
    MOST_SIGNED_BYTES,
)
from comity.exchange.peer_node import BlobStore
from comity.exchange.transport import Reply, Request, Transport, expect_type, upload_offset

DELIVER_PATH: Final = "/comity/deliver"
KEYS_PATH: Final = "/comity/keys"
STATEMENT_PATH: Final = "/comity/statements/"
BLOB_PATH: Final = "/comity/blobs/"
HELD_PATH: Final = "/comity/held/"
MOST_CHECKPOINT_BYTES: Final = 64 * 1024
CHUNK_TYPE: Final = "application/octet-stream"
_OK, _CREATED, _NO_CONTENT, _NOT_FOUND, _CONFLICT = 200, 201, 204, 404, 409
_RANGE: Final = re.compile(r"bytes [0-9]{1,15}-[0-9]{1,15}/([0-9]{1,15})", re.ASCII)
_MOST_RESTARTS: Final = 3


class PeerClient:
    """One peer, in the words of the exchange.

    Every method raises ``PeerError`` if it did not work now, and whatever the peer answered
    as the error that it stands for.
    """

    def __init__(self, transport: Transport) -> None:
        """Speak through a transport, which this closes."""
        self._transport = transport

    async def close(self) -> None:
        """Drop the connections."""
        await self._transport.close()

    async def deliver(self, items: Sequence[Item]) -> list[Answer]:
        """Deliver statements; return what became of each, in order."""
        return await self._bring(DELIVER_PATH, items)

    async def _bring(self, path: str, items: Sequence[Item]) -> list[Answer]:
        reply = await self._transport.send(
            Request(
                method="POST",
                path=path,
                body=encode_delivery(items),
                headers={"content-type": DELIVERY_TYPE, "accept": ANSWER_TYPE},
                most_bytes=MOST_ANSWER_BYTES,
            )
        )
        _expect(reply, _OK)
        expect_type(reply, ANSWER_TYPE)
        return decode_answers(reply.body, len(items))

    async def announce(self, items: Sequence[Item]) -> list[Answer]:
        """Bring statements of a key thread, their bodies in the clear; as ``deliver``."""
        return await self._bring(KEYS_PATH, items)

    async def statement(self, sid: bytes) -> Item:
        """Fetch a statement with its receipts, and its body sealed for us."""
        reply = await self._transport.send(
            Request(
                method="GET",
                path=STATEMENT_PATH + sid.hex(),
                headers={"accept": DELIVERY_TYPE},
                most_bytes=MOST_SIGNED_BYTES + MOST_SEALED_BYTES + 2 * HEAD_BYTES,
            )
        )
        _expect(reply, _OK)
        expect_type(reply, DELIVERY_TYPE)
        try:
            items = decode_delivery(reply.body)
        except FormatError as error:
            raise PeerError("exchange.answer", status=reply.status) from error
        if len(items) != 1:
            raise PeerError("exchange.answer", status=reply.status)
        return items[0]

    async def held_checkpoint(self) -> str | None:
        """Return the newest checkpoint of our own log that the peer holds, or ``None``."""
        reply = await self._transport.send(
            Request(method="GET", path=HELD_PATH + "checkpoint", most_bytes=MOST_CHECKPOINT_BYTES)
        )
        if reply.status == _NOT_FOUND and reply.error().code == "exchange.not-held":
            return None
        _expect(reply, _OK)
        return reply.body.decode("utf-8", errors="replace")

    async def held_since(self, leaf: int) -> list[Item]:
        """Return statements that our own log held from a leaf on, oldest first."""
        reply = await self._transport.send(
            Request(
                method="GET",
                path=f"{HELD_PATH}{leaf}",
                headers={"accept": DELIVERY_TYPE},
                most_bytes=MOST_DELIVERY_BYTES,
            )
        )
        if reply.status == _NOT_FOUND and reply.error().code == "exchange.not-held":
            return []
        _expect(reply, _OK)
        expect_type(reply, DELIVERY_TYPE)
        try:
            return decode_delivery(reply.body)
        except FormatError as error:
            raise PeerError("exchange.answer", status=reply.status) from error

    async def fetch_blob(self, digest: bytes, blobs: BlobStore) -> None:
        """Fetch an attachment, from where we have it."""
        while not await asyncio.to_thread(blobs.has, digest):
            offset = await asyncio.to_thread(blobs.incoming_size, digest)
            reply = await self._transport.send(
                Request(
                    method="GET",
                    path=f"{BLOB_PATH}{digest.hex()}/{offset}",
                    most_bytes=MOST_CHUNK_BYTES,
                )
            )
            _expect(reply, _OK)
            found = _RANGE.fullmatch(reply.headers.get("content-range", ""))
            if found is None or not reply.body:
                raise PeerError("exchange.answer", status=reply.status)
            total = int(found.group(1))
            await asyncio.to_thread(blobs.append, digest, offset, reply.body, total)

    async def send_blob(self, digest: bytes, path: Path) -> None:
        """Send an attachment, from where the peer has it; nothing if it has it all.

        Args:
            digest: SHA-256 of the ciphertext.
            path: where the ciphertext lies.

        """
        total = (await asyncio.to_thread(path.stat)).st_size
        for _ in range(_MOST_RESTARTS):
            if await self._send_from(await self._have(digest), digest, path, total):
                return
        raise PeerError("exchange.answer", status=_CONFLICT)

    async def _have(self, digest: bytes) -> int:
        reply = await self._transport.send(Request(method="HEAD", path=BLOB_PATH + digest.hex()))
        # An answer to HEAD has no body, so it cannot say why.
        if reply.status not in {_OK, _NO_CONTENT}:
            raise PeerError("exchange.answer", status=reply.status)
        return upload_offset(reply)

    async def _send_from(self, offset: int, digest: bytes, path: Path, total: int) -> bool:
        """Send the rest; return whether the peer has it all."""
        with path.open("rb") as file:
            while offset < total:
                file.seek(offset)
                piece = await asyncio.to_thread(file.read, MOST_CHUNK_BYTES)
                last = offset + len(piece) - 1
                reply = await self._transport.send(
                    Request(
                        method="PUT",
                        path=BLOB_PATH + digest.hex(),
                        body=piece,
                        headers={
                            "content-type": CHUNK_TYPE,
                            "content-range": f"bytes {offset}-{last}/{total}",
                        },
                    )
                )
                if reply.status == _CONFLICT:
                    return False
                _expect(reply, _CREATED, _NO_CONTENT)
                if upload_offset(reply) != last + 1:
                    return False
                offset = last + 1
        return offset == total


def _expect(reply: Reply, *statuses: int) -> None:
    if reply.status not in statuses:
        raise reply.error()
