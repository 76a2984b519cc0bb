"""Whatever is asked wrongly is refused in the caller's language, and nothing is said or lost.

Each row is played twice: in Chinese (every sixth by a real process) and in English.
Both must end with 1 (or 2, where the command line itself is wrong), name the field or the
rule, and leave the node as it was.
"""

import json
from typing import Any

import pytest

from .bad_input import LONG, TABLE, Ground, Row
from .nodes import Pair, acquainted, comity, founded, until


@pytest.fixture(scope="module")
def ground(served: Pair, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """Found what the rows need, once."""
    folder = tmp_path_factory.mktemp("bad")
    a, b = served.a, served.b
    stranger = founded(folder / "c", "Ministry C")
    acquainted(a, stranger)

    def mechanism(name: str, *words: str) -> str:
        made = a.told("mechanism", "found", "--name-en", name, "--member", b.party, *words)
        return str(made["subject"])

    narrow = mechanism("Narrow", "--profile", "csirt-incident")
    bilingual = mechanism("Bilingual", "--language", "*=en,zh", "--profile", "csirt-incident")
    for each in (narrow, bilingual):
        until(lambda each=each: b.spoken("mechanism", "accede", each).returncode == 0)
        until(lambda each=each: a.told("mechanism", "show", each)["in_force"])
    made = Ground(
        pair=served,
        folder=folder,
        stranger=stranger,
        narrow=narrow,
        bilingual=bilingual,
        early=mechanism("Early"),
    )
    made.cases = {name: served.ask() for name in ("delivered", "accepted", "answered", "closed")}
    for name in ("accepted", "answered", "closed"):
        served.step(b, "accept", made.cases[name])
    for name in ("answered", "closed"):
        served.step(b, "answer", made.cases[name], "--text-en", "Done.")
    served.step(a, "close", made.cases["closed"])
    twice = mechanism_of_2015(served)
    made.cases["extended"] = twice
    made.cases["mandatory"] = a.told(*served.asking(served.form(), mechanism=bilingual))["subject"]
    until(lambda: b.phase(made.cases["mandatory"]) == "delivered")
    for case in made.cases.values():
        served.settle(case)
    served.rest()
    made.counts = {"a": a.rows()[1:], "b": b.rows()[1:]}
    return made


def mechanism_of_2015(pair: Pair) -> str:
    """Return a case of the profile that allows one extension, which it has had."""
    form = json.loads(pair.a.spoken("assistance", "form", "cn-us-2015", "--json").stdout)["form"]
    fields: dict[str, Any] = {"tlp": "GREEN", "pap": "GREEN"}
    for name, told in form["_help"].items():
        if told["required"] and name not in fields:
            fields[name] = sample(told)
    path = pair.folder / "cn-us-2015.json"
    path.write_text(json.dumps(fields, ensure_ascii=False))
    case = str(pair.a.told(*pair.asking(path, profile="cn-us-2015"))["subject"])
    until(lambda: pair.b.phase(case) == "delivered")
    pair.step(pair.b, "accept", case)
    pair.step(pair.b, "extend", case, "--until", "2099-01-01T00:00Z", "--text-en", "More time.")
    return case


def sample(told: dict[str, Any]) -> Any:
    """Return a value for a field of a form, as its own help gives it."""
    example = str(told["example"])
    return json.loads(example.partition(" | ")[0])


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_it_is_refused_in_both_languages_and_nothing_is_said(ground: Ground, row: Row) -> None:
    """The rule or the field is named; no word of the other language, and no traceback."""
    node = ground.pair.a if row.by == "a" else ground.pair.b
    words = row.words(ground)
    zh = (node.run if TABLE.index(row) % 6 == 0 else node.spoken)(*words, lang="zh")
    en = node.spoken(*words, lang="en")

    assert (zh.returncode, en.returncode) == (row.code, row.code), zh.stderr
    assert row.names in zh.stderr
    assert row.names in en.stderr
    assert zh.stdout == en.stdout == ""
    assert any("\u4e00" <= letter <= "\u9fff" for letter in zh.stderr.replace(LONG, ""))
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in en.stderr)
    assert "\x1b" not in zh.stderr + en.stderr
    # Counted once a row: what the row before left is what this one found.
    before, ground.counts[row.by] = ground.counts[row.by], node.rows()[1:]
    assert ground.counts[row.by] == before


@pytest.mark.parametrize(
    ("lang", "told"),
    [("zh_CN.UTF-8", "缺少必填字段"), ("en_US.UTF-8", "is missing"), ("C", "is missing")],
)
def test_the_language_of_the_system_decides_where_nothing_else_does(
    ground: Ground, lang: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``LANG``, as on any other program; ``--lang`` stands over it."""
    for name in ("COMITY_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", lang)
    words = ["--node", ground.pair.a.folder, *ground.ask(impact=None)]

    assert told in comity(*words, lang="").stderr
    assert "缺少必填字段" in comity("--lang", "zh", *words, lang="").stderr
