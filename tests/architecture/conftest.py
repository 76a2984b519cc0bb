"""The repository under test."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def sources(repository: Path) -> list[Path]:
    """Return every Python file of the software, tests aside."""
    found = sorted((repository / "src").rglob("*.py"))
    return [path for path in found if "tests" not in path.parts]


@pytest.fixture(scope="session")
def tests(repository: Path) -> list[Path]:
    """Return every test file."""
    beside = [path for path in (repository / "src").rglob("*.py") if "tests" in path.parts]
    return sorted([*beside, *(repository / "tests").rglob("*.py")])
