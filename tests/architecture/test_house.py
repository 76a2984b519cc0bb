"""What the house asks of every file, and what no linter knows."""

import json
import re
import subprocess
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from architecture import checks
from comity.wording import AREAS, SENTENCES

CLOCK = Path("node/clock.py")


def within(path: Path) -> Path:
    """Return a source's place inside the package."""
    return path.relative_to(next(one for one in path.parents if one.name == "comity"))


def test_no_file_and_no_function_outgrows_a_thought(sources: list[Path], tests: list[Path]) -> None:
    """House 10: 500 lines a file, 60 lines a function."""
    found = [
        f"{path}: {why}" for path in (*sources, *tests) for why in checks.too_long(path.read_text())
    ]

    assert found == []


def test_no_function_takes_more_than_five_parameters(sources: list[Path]) -> None:
    """House 10: outside the command line, where each option is a parameter."""
    found = [
        f"{within(path)}: {why}"
        for path in sources
        if path.name != "cli.py" and not path.name.startswith("cli_")
        for why in checks.too_many_parameters(path.read_text())
    ]

    assert found == []


def test_no_file_is_called_after_nothing(sources: list[Path]) -> None:
    """House 10: no utils, common, misc, base, manager."""
    assert [path for path in sources if checks.badly_named(path)] == []


def test_one_place_asks_what_time_it_is(sources: list[Path]) -> None:
    """House 7: time enters as data; node/clock.py alone asks."""
    found = [
        f"{within(path)}: {why}"
        for path in sources
        if within(path) != CLOCK
        for why in checks.asks_the_time(path.read_text())
    ]

    assert found == []


def test_sql_stands_in_named_files(sources: list[Path]) -> None:
    """House 14: no SQL in Python files."""
    found = [
        f"{within(path)}: {why}" for path in sources for why in checks.speaks_sql(path.read_text())
    ]

    assert found == []


def test_every_rule_has_a_test_that_names_it(sources: list[Path], tests: list[Path]) -> None:
    """House 15: from a rule's id to its tests in a second."""
    told = "\n".join(path.read_text() for path in tests)
    ids = [rule for path in sources for rule in checks.rule_ids(path.read_text())]

    assert ids, "no rule was found: the check looks for the wrong thing"
    assert sorted(ids) == sorted(set(ids)), "a rule id is used twice"
    assert [rule for rule in ids if not re.search(rf"\b{rule}\b", told)] == []


def test_every_error_has_its_sentences(sources: list[Path]) -> None:
    """House 8: a code that can be raised has two sentences, over facts that it carries."""
    found = []
    for path in sources:
        for raised in checks.errors_raised(path.read_text()):
            if raised.family == "RuleError":
                continue
            where = f"{within(path)}:{raised.line} {raised.code}"
            if raised.code not in SENTENCES:
                found.append(f"{where}: no sentence")
            elif raised.facts is not None:
                needed = frozenset().union(
                    *(checks.placeholders(text) for text in SENTENCES[raised.code])
                )
                if missing := needed - raised.facts:
                    found.append(f"{where}: the sentence needs {sorted(missing)}")

    assert found == []


def test_every_sentence_stands_in_both_languages() -> None:
    """Design 11: neither language is the original."""
    found = [
        f"{code}: {why}"
        for code, (zh, en) in SENTENCES.items()
        for why in checks.half_translated(zh, en)
    ]

    assert found == []


def test_no_sentence_is_written_twice() -> None:
    """A code belongs to one area."""
    areas = defaultdict(list)
    for area in AREAS:
        for code in area.SENTENCES:
            areas[code].append(area.__name__)

    assert {code: names for code, names in areas.items() if len(names) > 1} == {}


def test_capabilities_are_listed_where_they_are_mounted(repository: Path) -> None:
    """House 5: one line in the registry, one in the list of surfaces, one folder."""
    folders = {
        path.name
        for path in (repository / "src/comity/capabilities").iterdir()
        if (path / "__init__.py").exists()
    }
    surfaces = import_module("comity.app.surfaces").SURFACES
    registry = import_module("comity.registry").CAPABILITIES

    assert {surface.name for surface in surfaces} == folders
    assert folders <= set(registry)


def test_data_files_are_small_and_well_formed(sources: list[Path]) -> None:
    """Profiles and the demonstration's case are data that a person can read."""
    for path in (sources[0].parents[0]).rglob("*.json"):
        assert path.stat().st_size < 100_000, path
        json.loads(path.read_text())


WORKSHOP = re.compile(
    r"/wor[k]/|far[m]-[sb]|\.librar[y]|/tmp/pla[n]|\b(?:A[I]|LL[M])\b|Claud[e]|Anthropi[c]|ChatGP[T]"
)


def test_the_repository_speaks_of_the_project_alone(repository: Path) -> None:
    """No path, tool or name of the place where it was written."""
    if not (repository / ".git").exists():
        pytest.skip("not a git work tree: clone the repository to check what is committed")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, capture_output=True, text=True, check=True
    )
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = repository / name
        if name in {"uv.lock", "LICENSE"} or not path.is_file():
            continue
        text = path.read_text(errors="ignore")
        found += [f"{name}: {one.group()}" for one in WORKSHOP.finditer(text)]

    assert found == []
