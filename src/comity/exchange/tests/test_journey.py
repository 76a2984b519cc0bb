"""Two real nodes over real HTTP."""

import asyncio

from comity.exchange.tests.live import courier_of, serving, until
from comity.node.node import Node
from comity.node.operations import accede, found, list_all


def test_a_charter_travels_both_ways_and_each_side_holds_both_receipts(
    nodes: tuple[Node, Node],
) -> None:
    """A says, B receives; B accedes, A receives; nothing waits any more."""

    async def story() -> None:
        ours, theirs = nodes
        one, other = courier_of(ours), courier_of(theirs)
        async with serving(ours, courier=one), serving(theirs, courier=other):
            root = found(ours, {"en": "Dialogue"}, [theirs.party])
            await until(lambda: bool(list_all(theirs)["mechanisms"]))
            await asyncio.to_thread(accede, theirs, str(root["subject"]))
            await until(lambda: in_force(ours) and in_force(theirs))
            await until(lambda: not ours.outbox.peers() and not theirs.outbox.peers())

    asyncio.run(story())


def in_force(node: Node) -> bool:
    return '"in_force": true' in str(list_all(node)).replace("'", '"').replace("True", "true")
