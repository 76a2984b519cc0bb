"""What a node answers as a witness, and what it tells of the heads that it has seen.

``add-checkpoint`` and the monitoring path are as C2SP tlog-witness has them, statuses included:
other projects' logs and monitors can use them.  Whoever signs a request is admitted as a peer;
whoever does not shares the strangers' small rate.

Source: C2SP tlog-witness v1.0.0; wire profile, section 2.4; security threats T01, T30.
"""

import asyncio
import re
from contextlib import AbstractAsyncContextManager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import FormatError, ProofError
from comity.exchange.reception import Admitted, Reception, answering
from comity.exchange.waiting import settled
from comity.exchange.witness_node import WitnessNode
from comity.node.witness import MOST_REQUEST_BYTES

TEXT_TYPE: Final = "text/plain; charset=utf-8"
SIZE_TYPE: Final = "text/x.tlog.size"
SEEN_TYPE: Final = "application/vnd.comity.heads+cbor"
CONTINUATION_TYPE: Final = "application/vnd.comity.continuation+cbor"
PROOF_TYPE: Final = "application/vnd.comity.proof+cbor"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SIZE: Final = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
_OK, _CONFLICT = 200, 409


class WitnessViews:
    """The witness's side of one node."""

    def __init__(self, node: WitnessNode, reception: Reception) -> None:
        """Answer for ``node``."""
        self._node = node
        self._reception = reception

    def routes(self) -> list[Route]:
        """Return the paths, each with what answers it."""
        views = (
            ("/comity/witness/add-checkpoint", self.add_checkpoint, "POST"),
            ("/comity/witness/{origin}/checkpoint", self.latest, "GET"),
            ("/comity/log/0/consistency/{old}/{new}", self.continuation, "GET"),
            ("/comity/heads/seen", self.seen, "GET"),
            ("/comity/forks/{digest}", self.fork, "GET"),
        )
        return [Route(path, answering(view), methods=[method]) for path, view, method in views]

    async def add_checkpoint(self, http: Request) -> Response:
        """POST add-checkpoint: 200 and our lines, or 409 and the size that we cosigned last."""
        async with self._admit(http) as admitted:
            body = admitted if isinstance(admitted, bytes) else admitted.body
            try:
                lines = await settled(self._node.witness.add_checkpoint(_text(body)))
            except ProofError as error:
                size = error.facts.get("size")
                if error.code != "witness.behind" or size is None:
                    raise
                return Response(f"{size}\n", _CONFLICT, {"content-type": SIZE_TYPE})
        return Response(lines, _OK, {"cache-control": "no-store"}, TEXT_TYPE)

    def _admit(self, http: Request) -> AbstractAsyncContextManager[Admitted | bytes]:
        if "signature" in http.headers:
            return self._reception.admit(http, most_bytes=MOST_REQUEST_BYTES)
        return self._reception.admit_stranger(http, most_bytes=MOST_REQUEST_BYTES)

    async def latest(self, http: Request) -> Response:
        """GET the newest head that we cosigned of a log, by the hash of its origin."""
        origin = http.path_params["origin"]
        found = None
        if _DIGEST.fullmatch(origin):
            found = await asyncio.to_thread(self._node.witness.latest, origin)
        if found is None:
            raise FormatError("exchange.not-found")
        return Response(found, _OK, {"cache-control": "no-store"}, TEXT_TYPE)

    async def continuation(self, http: Request) -> Response:
        """GET how our log continued from one size to another."""
        sizes = http.path_params["old"], http.path_params["new"]
        if not all(_SIZE.fullmatch(each) for each in sizes):
            raise FormatError("exchange.not-found")
        old, new = map(int, sizes)
        try:
            told = await asyncio.to_thread(self._node.watch.continuation, old, new)
        except ProofError as error:
            raise FormatError("exchange.not-found") from error
        return Response(told, _OK, {"cache-control": "no-store"}, CONTINUATION_TYPE)

    async def seen(self, http: Request) -> Response:
        """GET the heads that we have seen, and which proofs we hold."""
        async with self._reception.admit(http, most_bytes=0):
            told = await asyncio.to_thread(self._node.watch.seen)
        return Response(told, _OK, {"cache-control": "no-store"}, SEEN_TYPE)

    async def fork(self, http: Request) -> Response:
        """GET a proof that a log has two histories."""
        async with self._reception.admit(http, most_bytes=0):
            digest, proof = http.path_params["digest"], None
            if _DIGEST.fullmatch(digest):
                proof = await asyncio.to_thread(self._node.watch.fork, bytes.fromhex(digest))
        if proof is None:
            raise FormatError("exchange.not-found")
        return Response(proof, _OK, {"cache-control": "no-store"}, PROOF_TYPE)


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise FormatError("witness.request") from None
