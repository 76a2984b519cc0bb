"""The simulator runs the node's own code, and its oracle shares nothing with it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
OF_THE_NODE = re.compile(
    r"(^|_)(fold|tell|merkle|tree|leaf|leaves|root|inclusion|consistency|checkpoint|receipt|"
    r"outbox|deliver|delivery|redeliver|ledger|register|append|courier|lane|log)(_|$)",
    re.IGNORECASE,
)
"""What only the node has: how a thread is told, how a log is kept, how something is delivered."""
MADE_OF = frozenset({"comity.fold", "comity.log", "comity.node.ledger", "comity.node.register"})
"""What a second fold or log would be made of; the harness has no use for it."""


def harness() -> list[Path]:
    """Return the simulator's modules, without its oracle and its tests."""
    return [each for each in sorted(HERE.glob("*.py")) if not each.name.startswith("test_")]


def defined(source: str) -> Iterator[str]:
    """Yield the names of everything that a module defines."""
    for each in ast.walk(ast.parse(source)):
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield re.sub(r"(?<=[a-z])(?=[A-Z])", "_", each.name)


def imported(source: str) -> Iterator[str]:
    """Yield the names of everything that a module imports."""
    for each in ast.walk(ast.parse(source)):
        if isinstance(each, ast.Import):
            yield from (name.name for name in each.names)
        if isinstance(each, ast.ImportFrom):
            yield f"{each.module}"
            yield from (f"{each.module}.{name.name}" for name in each.names)


def of_its_own(source: str) -> list[str]:
    """Return what a module has that only the node and the oracle may have."""
    names = [each for each in defined(source) if OF_THE_NODE.search(each)]
    parts = [each for each in imported(source) if any(each.startswith(part) for part in MADE_OF)]
    return names + parts


@pytest.mark.parametrize("module", harness(), ids=lambda each: each.stem)
def test_the_harness_has_no_fold_no_log_and_no_delivery_of_its_own(module: Path) -> None:
    """Everything that a node does is done by the node's code."""
    assert of_its_own(module.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "def fold(thread): ...",
        "class MerkleTree: ...",
        "async def deliver_all(): ...",
        "class Outbox: ...",
        "from comity.log.tree import Tree",
    ],
)
def test_one_that_has_is_found(planted: str) -> None:
    """The rule can fail."""
    assert of_its_own(planted)


def test_the_oracle_shares_nothing_with_the_node() -> None:
    """It imports nothing of Comity, and of the simulator only itself."""
    for module in sorted((HERE / "oracle").glob("*.py")):
        for name in imported(module.read_text("utf-8")):
            assert not name.startswith("comity"), module.name
            assert not name.startswith("simulation") or "oracle" in name, module.name
