"""Two nodes whose parties have met."""

from collections.abc import Generator
from pathlib import Path

import pytest

from comity.exchange.tests.live import two_nodes
from comity.node.node import Node


@pytest.fixture
def nodes(tmp_path: Path) -> Generator[tuple[Node, Node]]:
    """Two nodes whose parties have met."""
    yield from two_nodes(tmp_path)
