"""T36: a file is sent under a name that leads elsewhere once somebody saves it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.capabilities.assistance.operations import filenames, saving
from comity.errors import ComityError
from comity.kit.office import Saying
from comity.node.office import NodeOffice
from comity.node.tests.world import World, world
from comity.statement.model import SubjectId, subject_urn
from threats.given import count, given

NAMES = (
    "../../etc/passwd",
    "/abs",
    "/etc/cron.d/x",
    "a\\..\\b",
    "..\\..\\windows\\system32",
    "C:\\autoexec.bat",
    "C:evil",
    "\\\\host\\share\\x",
    "..",
    ".",
    "....//....//x",
    "%2e%2e%2fx",
    "．．／x",
    "CON",
    "con.txt",
    "NUL",
    "LPT1.log",
    "COM¹",
    "invoice\u202efdp.exe",
    "a\u200b.txt",
    "a\x1b[2J.txt",
    "a\r\nSet-Cookie: x=1",
    'a"; filename="b',
    ".bashrc",
    "-rf",
    "~root",
    "trailing. . .",
    "x" * 300,
    "国" * 100,
    "Report.PDF",
    "report.pdf",
    "REPORT.pdf",
    "caf\u00e9.txt",
    "CAF\u00c9.txt",
    "file:///etc/passwd",
    "a:b",
    "$(touch x)",
    "`x`",
    "a|b",
    "*",
)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[World]:
    """Two nodes and a request."""
    with world(tmp_path / "nodes", "ab") as made:
        yield made


def sent(made: World, names: tuple[str, ...], folder: Path) -> tuple[SubjectId, list[str]]:
    """Let a send files under such names; return those that its own software let it sign."""
    a = made.nodes["a"]
    content = folder / "content"
    content.write_bytes(b"evil")
    subject = made.request("a", "b")
    made.pump()
    taken: list[str] = []
    for name in names:
        saying = Saying(
            kind="assistance.clarify",
            subject=NodeOffice(a, "assistance").find_subject("assistance", subject_urn(subject)),
            own={},
            texts={"en": f"File {len(taken)}."},
            attachments=((name, content),),
        )
        try:
            a.say(saying)
        except ComityError:
            continue
        taken.append(name)
    made.pump()
    return subject, taken


def everything(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() or path.is_symlink()}


def save(made: World, subject: SubjectId, folder: Path) -> list[Path]:
    """Save a case by b's command; return where its attachments went."""
    out = folder / "deep" / "er" / "out"
    told = made.ask("b", "save", subject=subject_urn(subject), out=str(out))
    return [Path(each["path"]) for each in told["files"] if each["what"] == "attachment"]


def test_hostile_names_write_one_file_each_inside_the_folder(pair: World, tmp_path: Path) -> None:
    """Climbing, absolute, reserved, hidden, turned round, too long, differing only in case."""
    subject, taken = sent(pair, NAMES, tmp_path)
    before = everything(tmp_path)
    paths = save(pair, subject, tmp_path)

    out = tmp_path / "deep" / "er" / "out"
    assert len(paths) == len(taken) > 30
    assert {path.parent for path in paths} == {out}
    assert all(path.read_bytes() == b"evil" for path in paths)
    assert len({filenames.folded(path.name) for path in paths}) == len(paths)
    made = everything(tmp_path) - before
    assert {path.parent for path in made} == {out}
    for path in paths:
        assert len(os.fsencode(path.name)) <= 255
        assert not set(path.name) & set('/\\:*?"<>|\r\n\x1b\u202e\u200b')
        assert path.name[0] not in ".-~"


def test_published_naughty_strings_write_inside_the_folder(pair: World, tmp_path: Path) -> None:
    """All of the list under LONG=1, as names of files."""
    (path,) = sorted(given("blns").glob("*.txt")) or sorted(given("blns").iterdir())
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    names = tuple(lines[: count(len(lines), 40)])
    subject, taken = sent(pair, names, tmp_path)
    before = everything(tmp_path)
    paths = save(pair, subject, tmp_path)
    assert len(paths) == len(taken)
    assert {each.parent for each in everything(tmp_path) - before} <= {
        path.parent for path in paths
    }
    assert len({path.parent for path in paths}) == 1


def test_without_making_names_safe_a_file_lands_elsewhere(
    pair: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: the sender's name is the path."""

    class Trusting(filenames.Names):
        def choose(self, name: str) -> str:
            return name

    monkeypatch.setattr(saving, "Names", Trusting)
    subject, _ = sent(pair, ("../../evil.txt",), tmp_path)
    (path,) = save(pair, subject, tmp_path)
    assert path.resolve() == tmp_path / "deep" / "evil.txt"
    assert path.read_bytes() == b"evil"


def test_without_folding_case_two_files_become_one(
    pair: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: on a system that knows no case, one name hides the other."""
    monkeypatch.setattr(filenames, "folded", lambda name: name)
    subject, _ = sent(pair, ("Report.PDF", "report.pdf"), tmp_path)
    one, other = save(pair, subject, tmp_path)
    assert one.name.lower() == other.name.lower()
