"""Commands: parse, one call, print; and nothing that a party wrote moves the cursor."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from comity.capabilities.assistance.cli import assistance
from comity.capabilities.assistance.form_file import read_form
from comity.capabilities.assistance.schema import KINDS, verb_of
from comity.capabilities.assistance.tests.memory import (
    ASKED,
    ASKER,
    FIELDS,
    MemoryDesk,
    World,
    subject_in,
    submitted,
)
from comity.errors import ComityError, FormatError, RuleError
from comity.fold.entry import Said
from comity.kit.language import Language
from comity.kit.spoken import SpokenCommand
from comity.kit.terminal import Terminal
from comity.statement.act import Act
from comity.statement.body import TEXT_TYPE, new_section
from comity.statement.model import StatementId

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202egnp\r"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


def run(world: World, *words: str, lang: Language = "en", by: str = ASKER) -> Result:
    office = world.office(ASKER if by == ASKER else ASKED)
    terminal = Terminal(lambda: MemoryDesk(office), lang)
    done = CliRunner().invoke(assistance, list(words), obj=terminal)
    if isinstance(done.exception, ComityError):
        raise done.exception
    return done


def form_file(folder: Path) -> str:
    path = folder / "fields.json"
    path.write_text(json.dumps(FIELDS, ensure_ascii=False), encoding="utf-8")
    return str(path)


def test_there_is_a_command_for_every_kind() -> None:
    """With the names that the issue tracker of a mechanism would use: the verbs."""
    assert set(assistance.commands) >= {verb_of(kind) for kind in KINDS}
    assert set(assistance.commands) >= {"form", "draft", "list", "show", "save", "desk"}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", list(assistance.commands))
def test_every_command_has_help_with_an_example_in_both_languages(
    name: str, lang: Language
) -> None:
    """No key of the catalogue is left unlooked up."""
    command = assistance.commands[name]
    assert isinstance(command, SpokenCommand)
    told = run(World(), name, "--help", lang=lang).output
    assert {"zh": "示例：", "en": "Example:"}[lang] in told
    assert f"comity --node DIR assistance {name}" in told
    assert "cli." not in told
    assert ("用法：" in told) == (lang == "zh")


def test_a_case_from_submission_to_closing_by_command(tmp_path: Path) -> None:
    """The main job, as it is typed."""
    world = World()
    done = run(
        world,
        *("submit", "--mechanism", "m", "--to", "us", "--profile", "csirt-incident"),
        *("--fields", form_file(tmp_path), "--attach", str(tmp_path / "fields.json"), "--json"),
    )
    told = json.loads(done.output)
    case = told["subject"]
    assert set(told) >= {"subject", "statement"}
    steps = (
        (ASKED, "acknowledge", ()),
        (ASKED, "clarify", ("--text-en", "Which time zone?", "--text-zh", "哪个时区？")),
        (ASKER, "clarify", ("--text-en", "UTC.", "--text-zh", "协调世界时。")),
        (ASKED, "accept", ()),
        (ASKED, "answer", ("--text-en", "Done.", "--attach", str(tmp_path / "fields.json"))),
        (ASKER, "rate", ("--quality", "met")),
        (ASKER, "close", ()),
    )
    for by, verb, words in steps:
        assert run(world, verb, case, *words, by=by).exit_code == 0
    shown = json.loads(run(world, "show", case, "--json").output)
    assert shown["phase"] == "closed"
    assert [each["kind"] for each in shown["statements"]] == [
        "assistance.submit",
        *(f"assistance.{verb}" for _, verb, _ in steps),
    ]
    assert set(shown["clocks"][0]) >= {"duty", "due", "state"}
    listed = json.loads(run(world, "list", "--json").output)
    assert [(each["subject"], each["phase"]) for each in listed["cases"]] == [(case, "closed")]


def test_texts_in_any_language_and_translations_are_given_by_option() -> None:
    """``--text TAG=TEXT`` and ``--translation TAG=MAKER``."""
    world = World()
    case = submitted(world)
    words = ("--text-en", "Why?", "--text", "fr=Pourquoi ?", "--translation", "fr=J. Dupont")
    run(world, "clarify", case, *words, by=ASKED)
    told = json.loads(run(world, "show", case, "--json").output)["statements"][-1]["texts"]
    assert told["en"] == {"text": "Why?", "authentic": True, "translation": None}
    assert told["fr"]["translation"]["maker"] == "J. Dupont"
    for wrong in ("fr", "=x"):
        with pytest.raises(FormatError, match="tag-text"):
            run(world, "clarify", case, "--text", wrong, by=ASKED)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_printed_for_people_says_where_it_stands_and_whose_turn_it_is(
    lang: Language,
) -> None:
    """In the reader's language, times with their zone."""
    world = World()
    case = submitted(world)
    told = run(world, "show", case, lang=lang, by=ASKED).output
    assert {"zh": "当前：已送达。轮到本方。", "en": "Now: delivered. It is our turn."}[lang] in told
    assert "UTC" in told
    assert {"zh": "送达、确认收到、同意是三件不同的事。", "en": "three different things"}[
        lang
    ] in told
    assert "请保全日志𠮷。" in told
    for command in ("list", "desk"):
        assert {"zh": "甲方", "en": "Ministry A"}[lang] in run(
            world, command, lang=lang, by=ASKED
        ).output


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_demo_says_so_on_the_first_line(lang: Language, tmp_path: Path) -> None:
    """Everywhere a case is printed."""
    world = World(demo=True)
    case = submitted(world)
    mark = {"zh": "演示", "en": "DEMO"}[lang]
    commands = (("show", case), ("list",), ("desk",), ("save", case, "--out", str(tmp_path)))
    for words in commands:
        first = run(world, *words, lang=lang, by=ASKED).output.splitlines()[0]
        assert first.startswith(mark)


def hostile(world: World, case: str) -> None:
    """Let the addressee say something that its own software would refuse to say."""
    opening = next(iter(world.threads[subject_in(case)]))
    act = Act(
        type="assistance.answer",
        net=world.ground.net,
        case=opening,
        aud=(ASKER,),
        seen=(opening,),
        own={"outcome": f"x{ESCAPES}"},
        texts={"en": None},
    )
    said = Said(
        id=StatementId(b"\x66" * 32),
        issuer=ASKED,
        subject=subject_in(case),
        act=act,
        claimed_at=2**53,
        by_node=False,
    )
    sections = {"text.en": new_section("text.en", TEXT_TYPE, f"Hi{ESCAPES}".encode())}
    world.take(said, sections)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_escape_is_ever_printed(lang: Language, tmp_path: Path) -> None:
    """Texts, codes, names of files and of parties are data."""
    world = World()
    case = submitted(world)
    hostile(world, case)
    for words in (("show", case), ("list",), ("desk",), ("save", case, "--out", str(tmp_path))):
        for more in ((), ("--json",)):
            told = run(world, *words, *more, lang=lang).output
            assert not set(told) & set("\x1b\x07\x9b\u202e\r")
            if more:
                json.loads(told)


def test_a_rule_that_bars_is_an_error_for_the_root_command_to_tell() -> None:
    """No traceback, no half result."""
    world = World()
    case = submitted(world)
    with pytest.raises(RuleError):
        run(world, "acknowledge", case)


def test_a_form_is_written_once(tmp_path: Path) -> None:
    """And never over a file that an officer has filled."""
    world, path = World(), tmp_path / "form.json"
    told = run(world, "form", "csirt-incident", "--out", str(path)).output
    assert "tlp, pap, incident_id" in told
    assert f"--profile csirt-incident --fields {path}" in told
    assert str(path) in told
    assert set(read_form(path)) >= {"incident_id", "tlp", "_help"}
    with pytest.raises(FormatError, match="file-exists"):
        run(world, "form", "csirt-incident", "--out", str(path))
    assert json.loads(run(world, "form", "csirt-incident").output) == read_form(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"a": 1',
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"a": "' + b"x" * 2**20 + b'"}',
        b"\x00",
    ],
)
def test_a_file_with_two_readings_or_none_is_refused(content: bytes, tmp_path: Path) -> None:
    """Signed content must mean one thing."""
    path = tmp_path / "fields.json"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="fields-"):
        read_form(path)
    with pytest.raises(FormatError, match="fields-"):
        read_form(tmp_path / "absent")


def test_a_file_that_begins_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    """As some editors write it."""
    path = tmp_path / "fields.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": "x"}')
    assert read_form(path) == {"a": "x"}


def test_usage_is_checked_before_the_node_is_asked() -> None:
    """A desk that cannot be opened is not opened for ``--quality excellent``."""

    def no_desk() -> MemoryDesk:
        raise AssertionError

    terminal = Terminal(no_desk, "en")
    with pytest.raises(click.BadParameter):
        assistance.main(
            ["rate", "x", "--quality", "excellent"], standalone_mode=False, obj=terminal
        )
