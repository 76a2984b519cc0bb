"""G5: with less than the reserve free, nothing more is taken from peers; the rest goes on."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from comity.errors import PeerError
from comity.exchange.problems import status_of
from comity.node.doctor import doctor
from comity.node.tests.world import World, world
from comity.wording import tell

MIB = 1024 * 1024


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, "ab") as pair:
        pair.pump()
        yield pair


def test_intake_stops_and_comes_back_by_itself(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused so that it is tried again; reads, receipts and own words go on; then all is taken."""
    a, b = made.nodes["a"], made.nodes["b"]
    made.request("a", "b")
    (item,) = made.due("a", "b")
    parcel = a.parcel(item)
    first = b.keeping.ledger.receipt_now(0)
    free = [511 * MIB]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free[0]))
    with pytest.raises(PeerError, match=r"node\.disk-full") as refused:
        made.hand("a", "b", parcel)
    assert status_of(refused.value) == 507
    assert refused.value.facts["retry_after"] == 10
    assert tell(refused.value, "zh") != tell(refused.value, "en")
    checks: Any = {each["name"]: each for each in doctor(b)["checks"]}  # type: ignore[union-attr, index, call-overload, misc]
    assert checks["disk"]["ok"] is False
    assert "511" in checks["disk"]["remedy"]["zh"]
    assert b.keeping.ledger.receipt_now(0) == first
    assert b.bundle(0, 2)
    made.request("b", "a")
    assert b.tree_size == b.keeping.ledger.size
    free[0] = 512 * MIB
    receipt = made.hand("a", "b", parcel)
    a.delivered(item.sid, item.peer, receipt).result(10)
    assert doctor(b)["ok"] is True


def test_the_reserve_is_the_operators_to_choose(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``reserve_mb`` in the settings."""
    made.close("b")
    path = made.folder / "b" / "comity.json"
    path.write_text(path.read_text().replace('"reserve_mb": 512', '"reserve_mb": 64'))
    made.open("b")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=65 * MIB))
    made.request("a", "b")
    (item,) = made.due("a", "b")
    assert made.hand("a", "b", made.nodes["a"].parcel(item))
