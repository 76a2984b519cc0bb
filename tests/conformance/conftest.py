"""The published vectors that the conformance tests read: data of others, kept outside."""

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
HOW = (
    "no published vectors at {place}: set COMITY_VECTORS to the folder that holds them "
    "(cbor, wycheproof, cose-mldsa, merkle-rfc6962, …), or put it at ../shared/vectors "
    "beside the repository"
)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Return the folder of the published vectors, or skip and say how to get it."""
    named = os.environ.get("COMITY_VECTORS")
    place = Path(named) if named else REPOSITORY.parent / "shared" / "vectors"
    if not place.is_dir():
        pytest.skip(HOW.format(place=place))
    return place
