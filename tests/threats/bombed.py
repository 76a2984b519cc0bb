"""A node in a process of its own that may not grow, for ``test_t30_bombs`` to throw bombs at.

    python bombed.py FOLDER MEGABYTES [careless]

It prints ``ready`` once it serves and may take no more than so many megabytes more, and when
its input ends, by how many kilobytes it has grown.  ``careless`` takes the defence away: a
body may be as long as it says.
"""

import asyncio
import resource
import sys
from pathlib import Path

from comity.exchange import inbound
from comity.exchange.tests.live import serving
from comity.node.node import open_node


def status(name: str) -> int:
    """Return a figure of this process, in kilobytes, as the kernel tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


async def serve(folder: str, room: int) -> None:
    """Serve until the input ends."""
    node = open_node(Path(folder))
    try:
        async with serving(node):
            limit = status("VmSize") * 1024 + room * 2**20
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
            before = status("VmRSS")
            print("ready", flush=True)  # noqa: T201 - what it is for
            await asyncio.to_thread(sys.stdin.read)
            print(status("VmHWM") - before, flush=True)  # noqa: T201 - as above
    finally:
        node.close()


if __name__ == "__main__":
    if sys.argv[3:] == ["careless"]:
        inbound.MOST_DELIVERY_BYTES = 1 << 40  # type: ignore[misc]
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
