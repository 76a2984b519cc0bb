"""The house's own rules, as functions over source text: each returns what is wrong with it.

They know what no linter knows.  ``test_checks.py`` shows that each of them finds a fault.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter

MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 5
FORBIDDEN_NAMES = frozenset({"utils", "util", "common", "misc", "base", "manager", "helpers"})
CLOCKS = frozenset(
    {
        "time.time",
        "time.time_ns",
        "datetime.now",
        "datetime.utcnow",
        "datetime.today",
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "date.today",
        "datetime.date.today",
    }
)
ERRORS = frozenset(
    {"ComityError", "FormatError", "TrustError", "ProofError", "RuleError", "PeerError"}
)
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|CREATE\s+(TABLE|INDEX|UNIQUE)|DROP\s+TABLE|ALTER\s+TABLE)",
    re.DOTALL,
)
RULE = re.compile(r"\bRule\(\s*(?:id=)?\"([A-Z][A-Z-]*-\d+)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A place where an error is made with a code that stands in the source."""

    family: str
    code: str
    facts: frozenset[str] | None
    """The facts it names, or ``None`` if they come from a mapping."""
    line: int


def too_long(source: str) -> Iterator[str]:
    """Yield files and functions over their size, and functions with too many parameters."""
    if (lines := source.count("\n")) > MAX_FILE_LINES:
        yield f"{lines} lines"
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > MAX_FUNCTION_LINES:
            yield f"{node.name}: {length} lines"


def too_many_parameters(source: str) -> Iterator[str]:
    """Yield functions that take more than five parameters beside ``self``.

    Where ruff's opt-out PLR0913 stands with its reason, that reason is believed.
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            taken = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            own = [one for one in taken if one.arg not in {"self", "cls"}]
            excused = re.search(r"noqa:.*PLR0913.* - \w", lines[node.lineno - 1])
            if len(own) > MAX_PARAMETERS and not excused:
                yield f"{node.name}: {len(taken)} parameters"


def asks_the_time(source: str) -> Iterator[str]:
    """Yield every place that asks what time it is (durations may be measured anywhere)."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in CLOCKS:
            yield f"line {node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if name.name in {"time", "time_ns"}:
                    yield f"line {node.lineno}: from time import {name.name}"


def speaks_sql(source: str) -> Iterator[str]:
    """Yield SQL in string literals that are not docstrings."""
    tree = ast.parse(source)
    told = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # docstrings stand alone
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in told
            and SQL.search(node.value)
        ):
            yield f"line {node.lineno}: {node.value[:40]!r}"


def errors_raised(source: str) -> Iterator[Raised]:
    """Yield every error made with a literal code."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in ERRORS or not node.args:
            continue
        code = node.args[0]
        if isinstance(code, ast.Constant) and isinstance(code.value, str):
            names = [keyword.arg for keyword in node.keywords]
            facts = None if None in names else frozenset(name for name in names if name)
            yield Raised(family=node.func.id, code=code.value, facts=facts, line=node.lineno)


def rule_ids(source: str) -> Iterator[str]:
    """Yield the ids of the rules that a source defines."""
    yield from RULE.findall(source)


def placeholders(sentence: str) -> frozenset[str]:
    """Return the names of the facts that a sentence mentions."""
    return frozenset(
        name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(sentence) if name
    )


def half_translated(zh: str, en: str) -> Iterator[str]:
    """Yield what is wrong with a sentence in two languages."""
    if not zh.strip() or not en.strip():
        yield "one language is empty"
    if placeholders(zh) != placeholders(en):
        yield f"facts differ: {sorted(placeholders(zh) ^ placeholders(en))}"
    # What stands in quotation marks is typed or signed as it is.
    if re.search(r"[\u4e00-\u9fff](?:[,;!?]|:(?=\s|$))", re.sub(r"“[^”]*”", "", zh)):
        yield "half-width punctuation after a Chinese character"
    if re.search(r"[\u4e00-\u9fff]", re.sub(r"“[^”]*”", "", en)):
        yield "Chinese characters in the English text, outside quotation marks"


def badly_named(path: Path) -> bool:
    """Return whether a file's name says nothing about what is in it."""
    return path.stem in FORBIDDEN_NAMES


def gaps(numbers: list[int]) -> list[int]:
    """Return what is missing from 1, 2, 3, …, and what is there twice."""
    missing = set(range(1, max(numbers, default=0) + 1)) - set(numbers)
    twice = {number for number in numbers if numbers.count(number) > 1}
    return sorted(missing | twice)
