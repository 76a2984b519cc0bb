"""What the tests of this folder share: two nodes that serve, founded once."""

from collections.abc import Iterator

import pytest

from .nodes import Pair, pair_in


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes for every test that harms neither."""
    with pair_in(tmp_path_factory.mktemp("served")) as pair:
        yield pair
