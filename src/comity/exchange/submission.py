"""Our newest head, brought to a witness once: C2SP tlog-witness, as a log sees it."""

import asyncio
from dataclasses import dataclass
from typing import Final

from comity.errors import PeerError
from comity.exchange.transport import Reply, Request, Transport
from comity.exchange.witness_node import WatchSide

MOST_LINES_BYTES: Final = 16 * 1024
"""Of a witness's answer."""
_MOST_SIZE_DIGITS: Final = 16
_OK, _CONFLICT = 200, 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a witness answered."""

    size: int
    """Of the head that was brought."""
    lines: str
    """Its cosignatures; nothing is verified.  Empty: it did not cosign."""
    last: int
    """The size that it has cosigned last."""


async def bring(
    watch: WatchSide, transport: Transport, prefix: str, old: int, *, signed: bool = True
) -> Answer:
    """Bring our newest head to a witness.

    Args:
        watch: knows our heads.
        transport: leads to the witness.
        prefix: of the witness's paths.
        old: the size that it has cosigned last, as far as we know.
        signed: whether it is a peer, who wants requests to be signed.

    Raises:
        PeerError: ``exchange.unreachable``, ``exchange.answer``.
        ComityError: what a peer refused with.
        ProofError: ``log.size``: ``old`` is more than we hold.

    """
    size, body = await asyncio.to_thread(watch.submission, old)
    reply = await transport.send(
        Request(
            method="POST",
            path=f"{prefix}/add-checkpoint",
            body=body.encode(),
            headers={"content-type": "text/plain; charset=utf-8"},
            most_bytes=MOST_LINES_BYTES,
            signed=signed,
        )
    )
    if reply.status == _OK:
        return Answer(size=size, lines=_text(reply), last=size)
    if reply.status == _CONFLICT:
        return Answer(size=size, lines="", last=_size(reply))
    raise reply.error()


def _text(reply: Reply) -> str:
    try:
        return reply.body.decode()
    except UnicodeDecodeError:
        raise PeerError("exchange.answer", status=reply.status) from None


def _size(reply: Reply) -> int:
    """Return which size the witness says it has cosigned."""
    text = reply.body.strip()
    if not text.isdigit() or len(text) > _MOST_SIZE_DIGITS:
        raise PeerError("exchange.answer", status=reply.status)
    return int(text)
