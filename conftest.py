"""What every test run does: the long tests wait for LONG=1, and say so."""

import os

import pytest

LONG = os.environ.get("LONG") == "1"
HOW = "takes minutes; run it with: LONG=1 make test"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked ``long``, unless LONG=1 asks for everything."""
    if LONG:
        return
    for item in items:
        if item.get_closest_marker("long") is not None:
            item.add_marker(pytest.mark.skip(reason=HOW))
