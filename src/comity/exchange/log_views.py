"""What anyone may ask a node: its log, its receipts' keys, its card, a receipt for an entry.

The log shows digests and nothing else.  Registration of bare statements and receipts follow
SCRAPI's paths and statuses; an entry's place is ``/entries/`` and its digest in hex.

Source: wire profile, sections 1.6 and 7; C2SP tlog-tiles; draft-ietf-scitt-scrapi-11.
"""

import asyncio
import re
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import FormatError
from comity.exchange.limits import MOST_BARE_BYTES
from comity.exchange.peer_node import PeerNode
from comity.exchange.reception import Reception, answering, expect_type
from comity.exchange.signatures import keyid
from comity.exchange.waiting import settled
from comity.log.tiles import parse_tile_path, tile_width
from comity.parties.inception import RECEIPT
from comity.statement import cbor
from comity.statement.envelope import parse
from comity.statement.keys import PublicKey

LOG_PREFIX: Final = "/comity/log/0"
COSE_TYPE: Final = "application/cose"
STATEMENT_TYPE: Final = "application/scitt-statement+cose"
RECEIPT_TYPE: Final = "application/scitt-receipt+cose"
CBOR_TYPE: Final = "application/cbor"
TEXT_TYPE: Final = "text/plain; charset=utf-8"
IMMUTABLE: Final = "public, max-age=31536000, immutable"
_ENTRY: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_OK, _CREATED = 200, 201


class LogViews:
    """The public side of one node."""

    def __init__(self, node: PeerNode, reception: Reception) -> None:
        """Show what ``node`` may show to anyone."""
        self._node = node
        self._reception = reception

    def routes(self) -> list[Route]:
        """Return the paths, each with what answers it."""
        views = (
            ("/entries", self.register, "POST"),
            ("/entries/{entry}", self.receipt, "GET"),
            ("/.well-known/scitt-keys", self.keys, "GET"),
            ("/.well-known/scitt-keys/{kid}", self.key, "GET"),
            ("/.well-known/comity", self.card, "GET"),
            (f"{LOG_PREFIX}/checkpoint", self.checkpoint, "GET"),
            (f"{LOG_PREFIX}/{{tile:path}}", self.tile, "GET"),
        )
        return [Route(path, answering(view), methods=[method]) for path, view, method in views]

    async def register(self, http: Request) -> Response:
        """POST /entries: 201 and the receipt; the same again gives the same again."""
        expect_type(http, COSE_TYPE, STATEMENT_TYPE)
        async with self._reception.admit_stranger(http, most_bytes=MOST_BARE_BYTES) as signed:
            entry = parse(signed).entry
            receipt = await settled(self._node.register_bare(signed))
        return _receipt(http, entry, receipt, _CREATED)

    async def receipt(self, http: Request) -> Response:
        """GET /entries/{entry}."""
        locator = http.path_params["entry"]
        if not _ENTRY.fullmatch(locator):
            raise FormatError("exchange.locator")
        entry = bytes.fromhex(locator)
        receipt = await asyncio.to_thread(self._node.receipt_for_entry, entry)
        if receipt is None:
            raise FormatError("exchange.not-found")
        return _receipt(http, entry, receipt, _OK)

    async def keys(self, http: Request) -> Response:
        """GET /.well-known/scitt-keys: a COSE Key Set of every key that a receipt may need."""
        del http
        # An array of maps that are encoded already; fewer than 24 need one byte before them.
        keys = self._receipt_keys()
        head = cbor.encode([None] * len(keys))[: -len(keys)]
        encoded = head + b"".join(key.encoded for key in keys)
        return Response(encoded, _OK, media_type=CBOR_TYPE)

    def _receipt_keys(self) -> list[PublicKey]:
        """Return the keys that receipts were ever signed with, the newest first."""
        party = self._node.directory().party(self._node.party)
        return [each.keys[RECEIPT] for each in reversed(party.sets)]

    async def key(self, http: Request) -> Response:
        """GET /.well-known/scitt-keys/{kid}, the kid in base64url."""
        for key in self._receipt_keys():
            if http.path_params["kid"] == keyid(key.kid):
                return Response(key.encoded, _OK, media_type=CBOR_TYPE)
        raise FormatError("exchange.no-such-key")

    async def card(self, http: Request) -> Response:
        """GET /.well-known/comity: the party's card, to be compared by telephone."""
        del http
        text = await asyncio.to_thread(self._node.card_text)
        return Response(text, _OK, {"cache-control": "no-cache"}, TEXT_TYPE)

    async def checkpoint(self, http: Request) -> Response:
        """GET the newest signed head."""
        del http
        text = await asyncio.to_thread(self._node.checkpoint)
        return Response(text, _OK, {"cache-control": "no-store"}, TEXT_TYPE)

    async def tile(self, http: Request) -> Response:
        """GET a tile of hashes or a bundle of entries, of what the newest head covers."""
        try:
            path = parse_tile_path(http.path_params["tile"])
        except FormatError as error:
            raise FormatError("exchange.not-found") from error
        size = await asyncio.to_thread(lambda: self._node.tree_size)
        if path.width > tile_width(size, path.level or 0, path.number):
            raise FormatError("exchange.not-found")
        content = await asyncio.to_thread(self._content, path.level, path.number, path.width)
        headers = {"cache-control": IMMUTABLE}
        return Response(content, _OK, headers, "application/octet-stream")

    def _content(self, level: int | None, number: int, width: int) -> bytes:
        if level is None:
            return self._node.bundle(number, width)
        return self._node.tile(level, number, width)


def _receipt(http: Request, entry: bytes, receipt: bytes, status: int) -> Response:
    accepted = RECEIPT_TYPE in http.headers.get("accept", "")
    return Response(
        receipt,
        status,
        {"location": f"/entries/{entry.hex()}"},
        RECEIPT_TYPE if accepted else COSE_TYPE,
    )
