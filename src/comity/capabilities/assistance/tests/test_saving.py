"""What is saved is what was said, and file names are data."""

import os
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest

from comity.capabilities.assistance.operations.filenames import (
    MOST_BYTES,
    Names,
    folded,
    safe_name,
)
from comity.capabilities.assistance.tests.memory import ASKED, ASKER, World, subject_in, submitted
from comity.errors import FormatError
from comity.kit.told import items, text
from comity.statement.blob import Attachment, cipher_size_of, encode_attachments
from comity.statement.body import CBOR_TYPE, new_section

HOSTILE_DATA = Path(__file__).parents[6] / "shared" / "data" / "10-hostile"
TABLE = [
    ("report.pdf", "report.pdf"),
    ("空 文件.txt", "空 文件.txt"),
    ("日志𠮷.json", "日志𠮷.json"),
    ("", "unnamed"),
    (".", "unnamed"),
    ("..", "unnamed"),
    ("...", "unnamed"),
    ("   ", "unnamed"),
    ("../../etc/passwd", "_.._.._etc_passwd"),
    ("/etc/passwd", "_etc_passwd"),
    ("..\\..\\boot.ini", "_.._.._boot.ini"),
    ("C:\\con", "C__con"),
    ("a\nb\x1b[31mc\x00d", "a_b_[31mc_d"),
    ("\u202egnp.exe", "_gnp.exe"),
    ("zero\u200bwidth", "zero_width"),
    (".bashrc", "_.bashrc"),
    ("-rf", "_-rf"),
    ("~root", "_~root"),
    ("name. . ", "name"),
    ("CON", "_CON"),
    ("con.txt", "_con.txt"),
    ("Com1.log", "_Com1.log"),
    ("LPT³", "_LPT³"),
    ("nul .txt", "_nul .txt"),
    ("console.txt", "console.txt"),
    ('<>:"|?*', "unnamed"),
    ('a<>:"|?*b', "a_______b"),
    ("e\u0301.txt", "é.txt"),
    ("\ud800.txt", "_.txt"),
    ("a\u2028b", "a_b"),
    ("a\u3000b", "a b"),
    ("\ufeffbom.txt", "_bom.txt"),
    ("~", "_~"),
    ("_", "unnamed"),
    ("/", "unnamed"),
]


@pytest.mark.parametrize(("name", "safe"), TABLE)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    """One component of a path, without anything that means something to a system or a shell."""
    assert safe_name(name) == safe


@pytest.mark.parametrize("name", ["x" * 300, "漢" * 300 + ".json", "a." + "b" * 300, "𠮷" * 80])
def test_a_long_name_is_shortened_by_characters(name: str) -> None:
    """To what every common file system takes; the extension stays."""
    safe = safe_name(name)
    assert len(safe.encode()) <= MOST_BYTES
    assert safe.encode().decode() == safe
    assert safe.endswith(".json") == name.endswith(".json")


def test_names_never_meet() -> None:
    """Not by case, not by composition, not by shortening, not with what is there already."""
    names = Names(["Report.PDF"])
    chosen = [
        names.choose(name)
        for name in ("report.pdf", "REPORT.pdf", "e\u0301", "é", "É", "", "", "x" * 300, "x" * 301)
    ]
    assert chosen[0] == "report~2.pdf"
    assert len({folded(each) for each in [*chosen, "Report.PDF"]}) == len(chosen) + 1
    assert all(len(each.encode()) <= MOST_BYTES for each in chosen)


def check(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert safe not in {".", ".."}
    assert safe[0] not in ".-~"
    assert safe == safe.strip()
    assert not safe.endswith(".")
    assert not set(safe) & set('/\\:*?"<>|')
    assert len(safe.encode()) <= MOST_BYTES
    assert all(unicodedata.category(each)[0] != "C" for each in safe)
    assert safe_name(safe) == safe


def test_every_character_makes_a_safe_name() -> None:
    """Alone, first, last, and twice; and making a safe name safe changes nothing."""
    for code in [
        *range(0x3100),
        *range(0xD7F0, 0xE010),
        *range(0xFE00, 0x10010),
        0xE0041,
        0x10FFFF,
    ]:
        for name in (chr(code), chr(code) + "a.txt", "a.txt" + chr(code)):
            check(name)


def test_naughty_strings_make_safe_names() -> None:
    """The Big List of Naughty Strings, where it is at hand."""
    found = sorted(HOSTILE_DATA.glob("blns/*"))
    if not found:
        pytest.skip("no hostile data: put it in ../shared/data/10-hostile beside the repository")
    for line in found[0].read_text(encoding="utf-8").splitlines():
        check(line)


def saved(world: World, subject: str, out: Path, by: str = ASKED) -> list[dict[str, str]]:
    party = ASKER if by == ASKER else ASKED
    told = world.call(party, "assistance.save", subject=subject, out=str(out))
    assert told["problems"] == []
    return [
        {key: text(each, key) for key in ("name", "path", "sha256", "what")}
        for each in items(told, "files")
    ]


def test_texts_fields_and_attachments_are_saved_to_the_byte(tmp_path: Path) -> None:
    """Each with its digest, under its folder and nowhere else."""
    world = World()
    content = os.urandom(70_000)
    (tmp_path / "large.bin").write_bytes(content)
    (tmp_path / "空 文件.txt").write_bytes(b"")
    files = [str(tmp_path / "large.bin"), str(tmp_path / "空 文件.txt")]
    subject = submitted(world, attach=list(files))
    world.call(
        ASKED,
        "assistance.clarify",
        subject=subject,
        texts={"en": "Which zone?\n", "zh": "哪个时区𠮷？"},
    )
    out = tmp_path / "out" / "deep"
    found = saved(world, subject, out)
    for each in found:
        path = Path(each["path"])
        assert path.parent == out
        assert sha256(path.read_bytes()).hexdigest() == each["sha256"]
        assert path.stat().st_mode & 0o077 == 0
    by_name = {each["name"]: Path(each["path"]) for each in found}
    assert by_name["large.bin"].read_bytes() == content
    assert by_name["空 文件.txt"].read_bytes() == b""
    assert by_name["002-clarify.en.txt"].read_bytes() == b"Which zone?\n"
    assert by_name["002-clarify.zh.txt"].read_text(encoding="utf-8") == "哪个时区𠮷？"
    assert "请保全日志𠮷。" in by_name["001-submit.fields.json"].read_text(encoding="utf-8")
    assert sorted(each.name for each in out.iterdir()) == sorted(
        Path(each["path"]).name for each in found
    )


def test_saving_twice_overwrites_nothing(tmp_path: Path) -> None:
    """The second time every file has another name."""
    world = World()
    subject = submitted(world)
    first = saved(world, subject, tmp_path)
    Path(first[0]["path"]).write_bytes(b"mine")
    second = saved(world, subject, tmp_path)
    assert Path(first[0]["path"]).read_bytes() == b"mine"
    assert not {each["path"] for each in first} & {each["path"] for each in second}


def test_a_link_that_lies_in_wait_is_not_followed(tmp_path: Path) -> None:
    """Also one that leads nowhere, which ``exists`` would not see."""
    world = World()
    victim = tmp_path / "victim"
    out = tmp_path / "out"
    out.mkdir()
    (out / "001-submit.fields.json").symlink_to(victim)
    subject = submitted(world)
    (only,) = saved(world, subject, out)
    assert not victim.exists()
    assert Path(only["path"]).name != "001-submit.fields.json"


def attach_raw(world: World, subject: str, names: list[str], content: bytes, tmp: Path) -> None:
    """Put a hostile list of attachments into the opening's body, as a peer may."""
    (tmp / "content").write_bytes(content)
    cipher = sha256(content).digest()
    world.files[cipher] = tmp / "content"
    held = next(iter(world.threads[subject_in(subject)].values()))
    files = [
        Attachment(
            name=name,
            type="text/plain",
            size=len(content),
            sha256=sha256(content).digest(),
            key=bytes(32),
            cipher=cipher,
            cipher_size=cipher_size_of(len(content)),
        )
        for name in names
    ]
    section = new_section("attachments", CBOR_TYPE, encode_attachments(files))
    held.sections = {**held.sections, "attachments": section}


def test_hostile_names_stay_inside_the_folder(tmp_path: Path) -> None:
    """Whatever a peer calls its files, each is saved once, inside, with its own name told."""
    world = World()
    subject = submitted(world)
    names = [name for name, _ in TABLE if name and "\ud800" not in name]
    names += ["A.txt", "a.TXT", "x" * 300]
    attach_raw(world, subject, names, b"content", tmp_path)
    out = tmp_path / "out"
    found = [each for each in saved(world, subject, out) if each["what"] == "attachment"]
    assert [each["name"] for each in found] == names
    paths = [Path(each["path"]) for each in found]
    assert len({folded(path.name) for path in paths}) == len(names)
    assert all(path.parent == out and path.read_bytes() == b"content" for path in paths)
    assert {each.name for each in tmp_path.iterdir()} == {"content", "out"}


def test_an_attachment_that_is_not_the_one_that_was_signed_is_not_saved(tmp_path: Path) -> None:
    """It is told as a problem, and the rest is saved."""
    world = World()
    subject = submitted(world)
    attach_raw(world, subject, ["evidence.txt"], b"content", tmp_path)
    (tmp_path / "content").write_bytes(b"changed")
    told = world.call(ASKED, "assistance.save", subject=subject, out=str(tmp_path / "out"))
    (problem,) = items(told, "problems")
    assert (text(problem, "code"), text(problem, "name")) == ("blob.other-file", "evidence.txt")
    assert [text(each, "what") for each in items(told, "files")] == ["text"]
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_an_error_with_a_name(tmp_path: Path) -> None:
    """Not a traceback."""
    world = World()
    subject = submitted(world)
    (tmp_path / "file").write_bytes(b"")
    for out in (str(tmp_path / "file"), str(tmp_path / "file" / "x"), "relative"):
        with pytest.raises(FormatError, match="cannot-save"):
            world.call(ASKED, "assistance.save", subject=subject, out=out)


def test_a_file_system_without_links_is_saved_to_by_copying(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some memory sticks have none; nothing is overwritten there either."""

    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    world = World()
    subject = submitted(world)
    first = saved(world, subject, tmp_path)
    second = saved(world, subject, tmp_path)
    assert Path(first[0]["path"]).read_bytes() == Path(second[0]["path"]).read_bytes()
    assert first[0]["path"] != second[0]["path"]
