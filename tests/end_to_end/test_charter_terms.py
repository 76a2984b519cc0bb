"""What a charter asks for, typed as an officer types it: languages, decisions, times.

Two real nodes in this process; only the sockets between them are left out.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any, Final

import pytest

from comity.app.caller import Caller
from comity.app.cli import run
from comity.kit.desk import Json
from comity.kit.language import Language

from .nodes import FIELDS
from .pair import End, Pair, two_nodes

LONG_TEXTS: Final = ("impact", "action_asked")


class Desk:
    """The desk of a node that this process holds open."""

    def __init__(self, end: End) -> None:
        self._end = end

    def call(self, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        return self._end.run(operation, arguments)


class Officer(Caller):
    """Who types at such a desk."""

    def __init__(self, end: End, lang: Language) -> None:
        super().__init__(lang)
        self._end = end

    @property
    def desk(self) -> Desk:
        return Desk(self._end)


def typed(end: End, *words: str | Path, lang: Language = "en") -> tuple[int, str]:
    """Type a command and return its exit code and what it printed, on either stream."""
    out = StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        code = run([str(word) for word in words], Officer(end, lang))
    return code, out.getvalue()


def told(end: End, *words: str | Path) -> dict[str, Any]:
    code, out = typed(end, *words, "--json")
    assert code == 0, out
    found: dict[str, Any] = json.loads(out)
    return found


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with two_nodes(tmp_path_factory.mktemp("pair")) as made:
        yield made


def found(pair: Pair, *options: str) -> str:
    """Found a mechanism with these terms, let the other accede, and return its subject."""
    words = ("mechanism", "found", "--name-en", "Terms", "--member", str(pair.asked.party))
    subject = str(told(pair.asker, *words, *options)["subject"])
    pair.deliver()
    told(pair.asked, "mechanism", "accede", subject)
    pair.deliver()
    return subject


def form(folder: Path, *tags: str, **changed: Json) -> Path:
    """Write a form whose long texts are in these languages only."""
    filled = dict(FIELDS)
    for name in LONG_TEXTS:
        filled[name] = {tag: FIELDS[name][tag] for tag in tags}
    filled["evidence"] = [{tag: FIELDS["evidence"][0][tag] for tag in tags}]
    path = folder / f"{'-'.join(tags)}.json"
    path.write_text(json.dumps(filled | changed, ensure_ascii=False), "utf-8")
    return path


def asking(pair: Pair, mechanism: str, form: Path) -> tuple[str | Path, ...]:
    words = ("assistance", "submit", "--mechanism", mechanism, "--to", str(pair.asked.party))
    return (*words, "--profile", "csirt-incident", "--fields", form)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_one_language_is_refused_where_the_charter_asks_for_two(
    pair: Pair, tmp_path: Path, lang: Language
) -> None:
    """ASSIST-18: the refusal names the rule, and nothing is logged."""
    mechanism = found(pair, "--language", "assistance.submit=en,zh")
    before = pair.asker.node.tree_size
    for only in ("en", "zh"):
        words = asking(pair, mechanism, form(tmp_path, only))
        code, out = typed(pair.asker, *words, lang=lang)
        assert code == 1
        assert "ASSIST-18" in out
        assert ("所要求的各种语言" in out) is (lang == "zh")
    assert pair.asker.node.tree_size == before

    case = told(pair.asker, *asking(pair, mechanism, form(tmp_path, "en", "zh")))["subject"]
    pair.deliver()
    # What the charter does not ask of other kinds, it does not ask.
    told(pair.asked, "assistance", "clarify", case, "--text-en", "Which time zone?")


@pytest.mark.parametrize(
    ("only", "absent"),
    [
        ("en", {"en": "no Chinese text", "zh": "无中文文本"}),
        ("zh", {"en": "no English text", "zh": "无英文文本"}),
    ],
)
def test_one_language_is_enough_where_the_charter_asks_for_one(
    pair: Pair, tmp_path: Path, only: str, absent: dict[Language, str]
) -> None:
    """And the other side's page says which language is absent, of the form and of a text."""
    mechanism = found(pair, "--language", only)
    case = told(pair.asker, *asking(pair, mechanism, form(tmp_path, only)))["subject"]
    pair.deliver()
    told(pair.asker, "assistance", "clarify", case, f"--text-{only}", "甲 A")
    pair.deliver()

    for lang, words in absent.items():
        code, out = typed(pair.asked, "assistance", "show", case, lang=lang)
        assert code == 0
        assert out.count(words) == 2, out


def test_a_form_that_is_in_a_language_only_here_and_there_says_so(
    pair: Pair, tmp_path: Path
) -> None:
    """“No Chinese text” would not be true of it."""
    mechanism = found(pair)
    mixed = form(tmp_path, "en", impact=FIELDS["impact"])
    case = told(pair.asker, *asking(pair, mechanism, mixed))["subject"]
    pair.deliver()

    _, out = typed(pair.asked, "assistance", "show", case)
    assert "not every text is in Chinese" in out
    assert "no Chinese text" not in out


def test_the_terms_of_a_charter_are_shown_at_both_ends(pair: Pair) -> None:
    """As they were typed, in words of the reader's language."""
    subject = found(
        pair,
        *("--language", "zh,en", "--language", "assistance.clarify=en"),
        *("--decision", "two-thirds", "--review", "P1Y6M", "--grace", "PT12H", "--settle", "5"),
    )
    wanted: dict[Language, list[str]] = {
        "en": [
            "assistance.clarify en; every other kind en, zh",
            "two thirds",
            "every 1 year 6 months",
            "12 hours after a third member's",
            "waits 5 seconds",
        ],
        "zh": [
            "assistance.clarify en；其余各种签署件 en, zh",
            "三分之二多数",
            "每1年6个月一次",
            "12小时",
            "5秒",
        ],
    }
    for end in pair.ends:
        for lang, sentences in wanted.items():
            _, out = typed(end, "mechanism", "show", subject, lang=lang)
            assert [each for each in sentences if each not in out] == []
        shown = told(end, "mechanism", "show", subject)
        assert shown["languages"] == {"*": ["en", "zh"], "assistance.clarify": ["en"]}
        assert (shown["decision"], shown["review"]) == ("two-thirds", "P1Y6M")
        assert (shown["grace"], shown["settle_seconds"]) == ("PT12H", 5)


@pytest.mark.parametrize(
    "options",
    [
        ("--language", "=en"),
        ("--language", "*="),
        ("--language", "en,,zh"),
        ("--language", "en", "--language", "*=zh"),
        ("--language", "assistance.submit=not a tag"),
        ("--language", "No Kind=en"),
        ("--decision", "by-lot"),
        ("--review", "every year"),
        ("--grace", "4 hours"),
        ("--settle", "-1"),
    ],
)
def test_terms_that_cannot_be_read_are_refused(pair: Pair, options: tuple[str, ...]) -> None:
    """Nothing is signed."""
    before = pair.asker.node.tree_size
    words = ("mechanism", "found", "--name-en", "Terms", "--member", str(pair.asked.party))
    code, out = typed(pair.asker, *words, *options)
    assert code in {1, 2}
    assert out.strip()
    assert pair.asker.node.tree_size == before


def test_a_translation_by_a_machine_says_so_at_the_other_end(pair: Pair, tmp_path: Path) -> None:
    """Who made it, of what, and that it is not authentic."""
    mechanism = found(pair)
    case = told(pair.asker, *asking(pair, mechanism, form(tmp_path, "en", "zh")))["subject"]
    texts = ("--text-en", "Which zone?", "--text-zh", "哪个时区？", "--text", "fr=Quelle zone ?")
    makers = ("--machine-translation", "zh=Engine 3", "--translation", "fr=en:J. Dupont")
    told(pair.asker, "assistance", "clarify", case, *texts, *makers)
    pair.deliver()

    said = told(pair.asked, "assistance", "show", case)["statements"][-1]["texts"]
    assert said["en"]["authentic"] is True
    assert said["zh"]["translation"]["machine"] is True
    assert said["fr"]["translation"]["machine"] is False
    _, out = typed(pair.asked, "assistance", "show", case)
    assert "[zh, machine translation by Engine 3 from en, not authentic] 哪个时区？" in out
    assert "[fr, translation by J. Dupont from en, not authentic]" in out
    _, out = typed(pair.asked, "assistance", "show", case, lang="zh")
    assert "机器译文，由Engine 3译自en，不作准" in out


def test_a_translation_has_one_maker(pair: Pair, tmp_path: Path) -> None:
    """A person or a machine."""
    mechanism = found(pair)
    case = told(pair.asker, *asking(pair, mechanism, form(tmp_path, "en", "zh")))["subject"]
    words = ("assistance", "clarify", case, "--text-en", "a", "--text-zh", "乙")
    both = ("--machine-translation", "zh=Engine", "--translation", "zh=J. Dupont")
    code, out = typed(pair.asker, *words, *both)
    assert code == 1
    assert "assistance.two-makers" in out
