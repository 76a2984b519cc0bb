"""One way, independent, pure, alone: the four contracts hold, and each finds its violation."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PLANTS = {
    "layers": [
        ("log/planted.py", "import comity.store.sqlite\n"),
        ("unplaced/__init__.py", '"""A folder whose place nobody has decided."""\n'),
        ("parties/planted.py", "import comity.casefile\n"),
    ],
    "independence": [
        (
            "capabilities/assistance/planted.py",
            "import comity.capabilities.hotline\n",
        ),
    ],
    "purity": [
        ("capabilities/assistance/rules_planted.py", "import logging\n"),
        ("statement/planted.py", "from time import time\n"),
        ("fold/planted.py", "import apsw\n"),
    ],
    "verifier": [
        ("verify/planted.py", "import comity.kit.desk\n"),
        ("verify/planted.py", "import sqlite3\n"),
    ],
}


@pytest.fixture(scope="module")
def lint_imports() -> Path:
    """The command of import-linter, beside the interpreter that runs the tests."""
    command = Path(sys.executable).with_name("lint-imports")
    assert command.exists(), "make test installs import-linter; run the tests through it"
    return command


@pytest.fixture
def copy(tmp_path: Path, repository: Path) -> Path:
    """A copy of the repository's sources, with a second capability to compare with."""
    ignored = shutil.ignore_patterns("tests", "__pycache__", "*.json")
    shutil.copytree(repository / "src", tmp_path / "src", ignore=ignored)
    shutil.copy(repository / "pyproject.toml", tmp_path)
    hotline = tmp_path / "src/comity/capabilities/hotline/__init__.py"
    hotline.parent.mkdir()
    hotline.write_text('"""A capability that stands only here."""\n')
    return tmp_path


def linted(command: Path, place: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """Run import-linter over the sources at a place."""
    words = [word for contract in contracts for word in ("--contract", contract)]
    return subprocess.run(
        [command, "--no-cache", *words],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_imports_run_one_way(lint_imports: Path, repository: Path) -> None:
    """House 4: all four contracts hold for the sources as they are."""
    done = linted(lint_imports, repository)

    assert done.returncode == 0, done.stdout
    assert "Contracts: 4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("contract", "place", "source"),
    [(contract, *plant) for contract, plants in PLANTS.items() for plant in plants],
)
def test_a_planted_violation_is_found(
    lint_imports: Path, copy: Path, contract: str, place: str, source: str
) -> None:
    """House 4: a contract that never fails proves nothing."""
    path = copy / "src/comity" / place
    path.parent.mkdir(exist_ok=True)
    path.write_text(source)
    if place.endswith("rules_planted.py"):
        rules = path.with_name("rules.py")
        rules.write_text(
            rules.read_text() + "\nimport comity.capabilities.assistance.rules_planted\n"
        )

    done = linted(lint_imports, copy, contract)

    assert done.returncode != 0, done.stdout


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh process has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


WEB_AND_SQL = {"aiohttp", "apsw", "http_message_signatures", "sqlite3", "starlette", "uvicorn"}


def test_the_verifier_loads_neither_node_nor_store_nor_web() -> None:
    """House 4: checked also by starting a process and looking at what it loaded."""
    found = loaded("import comity.verify.cli, comity.verify")
    ours = {name for name in found if name.startswith("comity.")}

    assert not found & WEB_AND_SQL
    assert not [
        name for name in ours if name.split(".")[1] in {"app", "exchange", "kit", "node", "store"}
    ]


def test_a_command_to_a_serving_node_starts_light() -> None:
    """UX 1.5: no web framework, no database driver, no server on the way of a client call."""
    code = (
        "from comity.app.cli import run, COMMANDS\n"
        "from comity.app.caller import Caller\n"
        "import comity.app.cli_node, comity.app.cli_mechanism, comity.app.cli_care\n"
        "import comity.capabilities.assistance.cli\n"
        "run(['--help'], Caller('en'))"
    )
    found = loaded(code)

    assert not found & WEB_AND_SQL
    assert not [name for name in found if name.startswith(("comity.node.", "comity.exchange."))]


def test_the_verifier_runs_where_nothing_but_its_two_packages_is_installed() -> None:
    """Issue 2: a bundle verifies in an environment with only the verifier's dependencies."""
    blocked = sorted(WEB_AND_SQL - {"sqlite3"})
    code = (
        "import sys\n"
        f"for name in {blocked!r}: sys.modules[name] = None\n"
        "from comity.app.cli import main\n"
        "main(['--lang', 'en', 'verify', '/no/such/file'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "/no/such/file" in done.stderr
