"""The seam between the event loop and the node's own threads, and where failures are noted."""

import asyncio
import logging
from concurrent.futures import Future
from typing import Final, TypeVar

T = TypeVar("T")
journal: Final = logging.getLogger("comity.exchange")
"""Codes, parties, statement ids and places in the program; never content."""


async def settled(future: "Future[T]") -> T:
    """Wait for what the node's threads do; whoever stops waiting does not stop them."""
    return await asyncio.shield(asyncio.wrap_future(future))


def note_failure(error: BaseException) -> None:
    """Write down where something failed; never what it was working on."""
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}" if where else "?"
    journal.error("%s at %s", type(error).__name__, place)
