"""T26: whoever runs a node lets an incoming request disappear, or never sends an outgoing one.

A receipt is given before any person sees the request, and what pages read is made from the
log: nothing disappears by deleting rows.  What does not leave is told by the doctor after five
minutes, and the other side sees from receipts alone that nobody answered.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest

from comity.app.operations import runner
from comity.exchange.courier import Courier
from comity.node import doctor as doctors
from comity.node.doctor import OUTBOX_SECONDS, doctor
from comity.node.node import Node
from comity.node.tests.world import World, world
from comity.statement.model import subject_urn
from end_to_end.pair import SetClock


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes and a mechanism."""
    with world(tmp_path, "ab") as made:
        yield made


def inbox(node: Node) -> dict[str, Any]:
    told = runner(node)("assistance.list", {})
    return {key: value for key, value in told.items() if key != "as_of"}


def wipe(made: World, name: str) -> None:
    """Empty the table that the inbox is read from, behind the node's back."""
    made.close(name)
    database = apsw.Connection(str(made.folder / name / "node.db"))
    database.execute("DELETE FROM assistance_cases")
    database.close()
    made.open(name)


def test_an_inbox_that_was_emptied_is_made_again_from_the_log(pair: World) -> None:
    """The same rows as before, whichever were deleted."""
    for _ in range(5):
        pair.request("a", "b")
    pair.pump()
    before = inbox(pair.nodes["b"])
    wipe(pair, "b")
    assert inbox(pair.nodes["b"]) != before
    runner(pair.nodes["b"])("rebuild", {})
    assert inbox(pair.nodes["b"]) == before


def alarm(node: Node, later: int) -> dict[str, Any]:
    """Return what the doctor says of the outbox, some seconds later."""
    node.keeping.clock = SetClock(node.clock.now() + later)
    checks: Any = doctor(node)["checks"]
    (found,) = [each for each in checks if each["name"] == "outbox"]
    return dict(found)


def blocked(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask, while the sender of a is blocked: it runs, and carries nothing."""

    async def nothing(_: Courier) -> None:
        await asyncio.sleep(0)

    monkeypatch.setattr(Courier, "_look", nothing)

    async def story() -> None:
        task = asyncio.create_task(Courier(made.nodes["a"]).run())
        await asyncio.to_thread(made.request, "a", "b")
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(story())


def test_a_sender_that_is_blocked_alarms_within_five_minutes(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody at the node can let it pass for sent: it waits, and the doctor names its age."""
    blocked(pair, monkeypatch)
    assert OUTBOX_SECONDS <= 300
    assert alarm(pair.nodes["a"], 0)["ok"] is True
    told = alarm(pair.nodes["a"], OUTBOX_SECONDS + 1)
    assert told["ok"] is False
    assert told["waiting"] == 1
    assert told["age"] > 300
    assert told["remedy"]


def test_without_the_age_of_the_outbox_nothing_alarms(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a request that never left looks well for ever."""
    blocked(pair, monkeypatch)
    monkeypatch.setattr(doctors, "OUTBOX_SECONDS", 10**9)
    assert alarm(pair.nodes["a"], 10_000)["ok"] is True


def test_the_other_side_sees_that_nobody_answered(pair: World) -> None:
    """From the receipt of the addressee's own log, whoever reads its inbox or does not."""
    subject = subject_urn(pair.request("a", "b"))
    pair.pump()
    a = pair.nodes["a"]
    a.keeping.clock = SetClock(a.clock.now() + 30 * 86_400)
    told = runner(a)("assistance.show", {"subject": subject})
    assert told["phase"] == "delivered"
    clocks: Any = told["clocks"]
    assert "overdue" in {each["state"] for each in clocks}


def test_a_receipt_is_given_before_any_person_looks(pair: World) -> None:
    """It comes with the delivery; what the addressee's officers do comes after."""
    subject = pair.request("a", "b")
    (item,) = pair.due("a", "b")
    receipt = pair.hand("a", "b", pair.nodes["a"].parcel(item))
    pair.nodes["a"].delivered(item.sid, item.peer, receipt).result(10)
    told = pair.ask("a", "show", subject=subject_urn(subject))
    assert told["phase"] == "delivered"
