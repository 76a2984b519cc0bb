"""A server that answers every post with bytes of a receipt's length, on a free port.

Run as ``python -m bench.echo``: prints ``ready URL``, and serves until it is stopped.
"""

import asyncio
import sys
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from comity.exchange.server import Listening, serve

ANSWER: Final = bytes(4 * 1024)


async def _answer(http: Request) -> Response:
    await http.body()
    return Response(ANSWER)


def _ready(url: str) -> None:
    sys.stdout.write(f"ready {url}/\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", _answer, methods=["POST"])])
    asyncio.run(serve(app, Listening(host="127.0.0.1", port=0), ready=_ready))
