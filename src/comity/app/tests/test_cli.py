"""The command line: help with an example, sentences in the caller's language, exit codes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from comity.app import cli_mechanism, desk_words, desks, telling
from comity.app.caller import Caller
from comity.app.cli import COMMANDS, asked_language, comity, run
from comity.app.operations import runner
from comity.errors import ComityError, FormatError, PeerError
from comity.kit.desk import Json
from comity.kit.language import Language
from comity.node.founding import NewNode, found_node
from comity.node.node import open_node
from comity.parties import charter
from comity.wording import say

HAN = re.compile(r"[\u4e00-\u9fff]")


def every_command(
    group: click.Command = comity, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command there is."""
    if not isinstance(group, click.Group):
        yield path
        return
    context = click.Context(group, obj=Caller("en"))
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield from every_command(found, (*path, name))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node that nobody serves."""
    place = tmp_path_factory.mktemp("nodes") / "cn"
    found_node(NewNode(folder=place, names={"en": "Team A", "zh": "甲队"}))
    return place


def call(*words: str, lang: Language = "en") -> int:
    """Run a command line."""
    caller = Caller(lang)
    try:
        return run(words, caller)
    finally:
        caller.close()


@pytest.mark.parametrize("words", list(every_command()), ids=" ".join)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_command_explains_itself_with_an_example(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], lang: Language
) -> None:
    """UX 4.3: --help has an example, and is told in the caller's language."""
    assert call(*words, "--help", lang=lang) == 0

    told = capsys.readouterr().out
    title, _, rest = told.partition("示例：" if lang == "zh" else "Example:")
    assert "comity" in rest, told
    assert words[-1] in rest, told
    assert bool(HAN.search(title)) is (lang == "zh"), told
    assert "cli." not in title, told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["frob"], 2),
        (["card", "--frob"], 2),
        (["init"], 2),
        (["init", "/nowhere"], 2),
        (["card"], 1),
        (["--node", "/no/such/place", "card"], 1),
        (["--lang", "fr", "card"], 2),
        (["serve", "/no/such/place"], 1),
        (["serve", "/", "--tls-cert", "x"], 1),
        (["help", "frob"], 2),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_cannot_be_done_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, lang: Language
) -> None:
    """Errors are on standard error, in the caller's language, and never a traceback."""
    assert call(*words, lang=lang) == code

    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err) > 10
    assert "Traceback" not in told.err
    assert bool(HAN.search(told.err)) is (lang == "zh"), told.err


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("topic", ["exit-codes", "environment"])
def test_topics_are_explained(
    capsys: pytest.CaptureFixture[str], topic: str, lang: Language
) -> None:
    """Exit codes are documented."""
    assert call("help", topic, lang=lang) == 0

    assert "COMITY_DEBUG" in capsys.readouterr().out


def test_help_alone_lists_commands_and_topics(capsys: pytest.CaptureFixture[str]) -> None:
    """Every command of the table is listed."""
    assert call("help") == 0

    told = capsys.readouterr().out
    assert all(f"\n  {name} " in told for name in COMMANDS)
    assert "exit-codes" in told


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        (["--lang", "zh", "frob"], "zh"),
        (["--lang=zh"], "zh"),
        (["frob", "--lang"], ""),
        (["frob"], None),
    ],
)
def test_the_language_is_known_even_if_the_line_is_wrong(
    words: list[str], lang: str | None
) -> None:
    """A usage error is told in the language that was asked for."""
    assert asked_language(words) == lang


def test_a_fault_of_ours_is_told_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """An unexpected exception: one sentence and a hint; the traceback only when asked for."""

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("comity.app.telling.card", fail)
    assert call("--node", str(folder), "card") == 70
    told = capsys.readouterr().err
    assert "COMITY_DEBUG=1" in told
    assert "Traceback" not in told

    monkeypatch.setenv("COMITY_DEBUG", "1")
    assert call("--node", str(folder), "card") == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_command_opens_the_node_itself_if_nobody_serves_it(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    """The folder's lock is given up at the end, so the next command works."""
    out = tmp_path / "cn.card"

    assert call("--node", str(folder), "card", "--out", str(out)) == 0
    capsys.readouterr()
    assert call("--node", str(folder), "parties", "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert [one["us"] for one in told["parties"]] == [True]
    assert out.read_text().startswith("comity-card/1\n")


@pytest.mark.parametrize(
    "words",
    [["parties"], ["mechanism", "list"], ["desk"], ["doctor"], ["rebuild"], ["desk", "--check"]],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_quiet_commands_work_on_a_fresh_node(
    capsys: pytest.CaptureFixture[str], folder: Path, words: list[str], lang: Language
) -> None:
    """In words and as JSON."""
    assert call("--node", str(folder), *words, lang=lang) == 0
    assert capsys.readouterr().out.strip()

    assert call("--node", str(folder), *words, "--json", lang=lang) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_a_file_that_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    """Reading and writing fail with the name of the file."""
    assert call("--node", str(folder), "meet", str(tmp_path / "none.card")) == 1
    assert "none.card" in capsys.readouterr().err
    assert call("--node", str(folder), "card", "--out", str(tmp_path / "no" / "x")) == 1
    assert "no/x" in capsys.readouterr().err


def test_a_card_that_is_noise_is_refused(
    capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path
) -> None:
    """Bytes that are no text are no card."""
    noise = tmp_path / "noise.card"
    noise.write_bytes(bytes(range(256)) * 20)

    assert call("--node", str(folder), "meet", str(noise)) == 1
    assert len(capsys.readouterr().err) > 10


def test_an_operation_that_is_not_there_is_named(folder: Path) -> None:
    """Also over the socket: a newer command, an older node."""
    node = open_node(folder)
    ask = runner(node)
    try:
        with pytest.raises(FormatError) as missing:
            ask("frob", {})
        with pytest.raises(FormatError) as wrong:
            ask("card", {"frob": 1})
    finally:
        node.close()

    assert missing.value.code == "cli.no-such-operation"
    assert wrong.value.code == "cli.wrong-arguments"


def test_a_folder_that_another_process_holds_is_waited_for_and_then_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node is never opened twice at once."""
    monkeypatch.setattr(desks, "PATIENCE_SECONDS", 0.1)
    node = open_node(folder)
    try:
        with pytest.raises(PeerError) as caught:
            desks.find_desk(folder)
    finally:
        node.close()

    assert caught.value.code == desks.IN_USE


def test_a_demonstration_says_so_on_the_first_line() -> None:
    """Issue 2, section 10: every print says so."""
    names: dict[str, Json] = {"en": "China (demo)", "zh": "中国（演示）"}
    party: dict[str, Json] = {"party": "urn:x", "names": names, "demo": True}

    for told in (
        telling.parties({"parties": [party]}, "en"),
        telling.mechanisms({"mechanisms": [{**party, "subject": "s"}]}, "en"),
        telling.mechanism({**party, "subject": "s", "root": "r"}, "en"),
        telling.met(party, "en"),
        desk_words.desk({"owed": [], "awaited": [], "demo": True}, "en"),
    ):
        assert "emonstration" in told.splitlines()[0]


def test_errors_keep_their_code_over_the_desk(folder: Path) -> None:
    """An unknown party is the same error in process as over the socket."""
    with desks.open_desk(folder) as desk, pytest.raises(ComityError) as caught:
        desk.call("mechanism.found", {"names": {"en": "x"}, "members": ["nobody"]})

    assert caught.value.code == "parties.unknown"


def test_the_ways_to_decide_are_those_that_a_charter_has() -> None:
    """Said twice, because a command line must start fast; each has its words."""
    assert cli_mechanism.DECISIONS == charter.DECISIONS
    assert cli_mechanism.EVERY_OTHER_KIND == charter.EVERY_OTHER_KIND
    for each in charter.DECISIONS:
        assert say(f"cli.told.decision.{each}", "zh") != say(f"cli.told.decision.{each}", "en")
