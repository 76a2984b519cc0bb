"""Two or three nodes, as the stories need them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.node.tests.world import World, world


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes, a and b, with a mechanism in force."""
    with world(tmp_path, "ab") as made:
        yield made


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[World]:
    """Three nodes, a, b and c, with a mechanism in force."""
    with world(tmp_path, "abc") as made:
        yield made
