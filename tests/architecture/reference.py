"""Makes ``docs/rules.md`` and ``docs/errors.md`` from the code: ``make docs``.

Every rule with both texts, its source and its file; every error code with its family and
both sentences.  ``test_reference.py`` fails when a page is not what this makes.
"""

import ast
import pkgutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

import comity
from architecture import checks
from architecture.spec_made import made_pages
from comity import errors
from comity.fold.rule import Rule
from comity.wording import AREAS, SENTENCES

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src"
FAMILIES: Final = {
    name: getattr(errors, name).family for name in sorted(checks.ERRORS - {"ComityError"})
}
MEANING: Final = {
    "format": ("按形式不符拒绝", "reject"),
    "trust": ("拒绝并提请注意", "reject and warn"),
    "proof": ("不再相信所证事项", "stop trusting what the proof was shown for"),
    "rule": ("规则不允许，未签署任何内容", "a rule bars it; nothing was signed"),
    "peer": ("稍后再试", "try again"),
    "finding": (
        "核验案卷文件所得，不是错误",
        "what verifying a case file found; nothing is raised",
    ),
}
FINDS: Final = frozenset({"fails", "open", "missing", "note"})
"""Methods by which the verifier notes what it found."""


def sources() -> list[Path]:
    """Return every Python file of the software, tests aside."""
    found = sorted((SOURCE / "comity").rglob("*.py"))
    return [path for path in found if "tests" not in path.parts]


def all_rules() -> list[Rule]:
    """Return every rule that any module of the software holds, by its id."""
    found: dict[str, Rule] = {}
    for module in pkgutil.walk_packages(comity.__path__, "comity."):
        if ".tests" in module.name or module.name.endswith("__main__"):
            continue
        for value in vars(import_module(module.name)).values():
            if isinstance(value, Rule):
                found[value.id] = value
    return sorted(found.values(), key=_by_number)


def _by_number(rule: Rule) -> tuple[str, int]:
    area, _, number = rule.id.rpartition("-")
    return area, int(number)


RULES: Final = tuple(all_rules())


def files_of_rules() -> dict[str, str]:
    """Return in which file each rule is written, as a path from the root."""
    return {
        rule: path.relative_to(ROOT).as_posix()
        for path in sources()
        for rule in checks.rule_ids(path.read_text("utf-8"))
    }


def families_of_codes() -> Mapping[str, frozenset[str]]:
    """Return with which families each code is raised, also where it is chosen at run time."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sources():
        for family, code in _raised(ast.parse(path.read_text("utf-8"))):
            found[code].add(family)
    return {code: frozenset(each) for code, each in found.items()}


def _raised(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            for call in ast.walk(function):
                yield from _codes_of(call, function)


def _codes_of(call: ast.AST, within: ast.AST) -> Iterator[tuple[str, str]]:
    if not (isinstance(call, ast.Call) and call.args):
        return
    if isinstance(call.func, ast.Attribute) and call.func.attr in FINDS:
        named = (each for part in call.args for each in _literals(part))
        yield from (("finding", code) for code in named if code.startswith("verify."))
    if not isinstance(call.func, ast.Name) or call.func.id not in FAMILIES:
        return
    family = FAMILIES[call.func.id]
    code = call.args[0]
    if not isinstance(code, ast.Name):
        yield from ((family, each) for each in _literals(code))
        return
    for node in ast.walk(within):
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == code.id for target in node.targets
        ):
            yield from ((family, each) for each in _literals(node.value))


def _literals(value: ast.AST) -> Iterator[str]:
    """Yield the codes that an expression can be: whole ones, and those of a known beginning."""
    for node in ast.walk(value):
        if isinstance(node, ast.JoinedStr):
            first = node.values[0]
            if isinstance(first, ast.Constant):
                yield from (code for code in SENTENCES if code.startswith(str(first.value)))
        elif isinstance(node, ast.Constant) and node.value in SENTENCES:
            yield str(node.value)


def rules_page() -> str:
    """Return ``docs/rules.md``."""
    files = files_of_rules()
    lines = [
        "# Rules · 规则",
        "",
        "Made from the code by `make docs`. Both texts are equally authentic.",
        "`make rule ID=…` also names the tests.",
        "",
        "本页由`make docs`从代码生成。两种文本同等作准。`make rule ID=…`另列出相应测试。",
    ]
    for rule in RULES:
        place, source = files[rule.id], Path(rule.source).relative_to("docs").as_posix()
        lines += [
            "",
            f"## {rule.id}",
            "",
            f"{rule.text.zh}",
            "",
            f"{rule.text.en}",
            "",
            f"[{source}]({source}) · [{place}](../{place})",
        ]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    """Return ``docs/errors.md``."""
    families = families_of_codes()
    lines = [
        "# Errors · 错误",
        "",
        "Made from the code by `make docs`. A code is stable; in braces: its facts.",
        "",
        "本页由`make docs`从代码生成。代码不变；大括号内为错误所附的内容。",
        "",
        "| Family | 处理 | What the caller does |",
        "|---|---|---|",
        *(f"| `{family}` | {zh} | {en} |" for family, (zh, en) in MEANING.items()),
        "",
        "A refusal by a rule has the rule's id as its code: see [rules.md](rules.md).",
        "规则不允许时，代码为规则编号，见[rules.md](rules.md)。",
    ]
    for area in AREAS:
        codes = sorted(code for code in area.SENTENCES if code in families)
        if not codes:
            continue
        lines += ["", f"## {area.__name__.rpartition('.')[2]}", ""]
        lines += ["| Code | Family | 中文 | English |", "|---|---|---|---|"]
        for code in codes:
            zh, en = (" ".join(text.split()).replace("|", "\\|") for text in SENTENCES[code])
            lines.append(f"| `{code}` | {', '.join(sorted(families[code]))} | {zh} | {en} |")
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    """Return every page that is made, by its path."""
    made = {ROOT / "docs/rules.md": rules_page(), ROOT / "docs/errors.md": errors_page()}
    return made | made_pages()


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, "utf-8")
