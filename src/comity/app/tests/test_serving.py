"""What the serving process does beside answering: ticks, and where peers may be."""

import asyncio
import json
import logging
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from comity.app import serving
from comity.app.caller import Caller
from comity.app.cli import run
from comity.node.node import Node
from comity.node.settings import load_settings

CONTENT = "what an officer wrote"
TICKS = 3


def test_a_tick_that_fails_is_noted_without_what_it_was_about(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its kind and its place, never content; and the next tick comes."""
    ticks = asyncio.Event()
    seen: list[int] = []
    loops: list[asyncio.AbstractEventLoop] = []

    def fail(now: int) -> None:
        seen.append(now)
        if len(seen) == TICKS:
            loops[0].call_soon_threadsafe(ticks.set)
        raise ValueError(CONTENT)

    monkeypatch.setattr(serving, "TICK_SECONDS", 0.01)
    node = cast("Node", SimpleNamespace(tick=fail, clock=SimpleNamespace(now=lambda: 1)))

    async def story() -> None:
        loops.append(asyncio.get_running_loop())
        async with serving.beside(serving.tick(node)):
            await ticks.wait()
            await asyncio.sleep(0.05)

    with caplog.at_level(logging.DEBUG):
        asyncio.run(asyncio.wait_for(story(), 5))
    assert "ValueError at" in caplog.text
    assert f"{Path(__file__).name}:" in caplog.text
    assert CONTENT not in caplog.text


@pytest.mark.parametrize("allowed", [False, True])
def test_a_closed_network_is_allowed_when_the_node_is_set_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, allowed: bool
) -> None:
    """And only then; it stands in the settings, where an operator can change it."""
    folder = tmp_path / "node"
    words = ["init", str(folder), "--name-en", "Team", *(["--allow-private"] if allowed else [])]
    assert run(words, Caller("en")) == 0
    capsys.readouterr()
    assert load_settings(folder).allow_private is allowed
    assert json.loads((folder / "comity.json").read_text())["allow_private"] is allowed
