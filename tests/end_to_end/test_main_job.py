"""The main job between two nodes started by hand, on input that is not of this repository."""

import json
import os
import random
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import pytest

from .nodes import FIELDS, TEXTS, Pair, comity, kinds, story, until

DATA: Final = Path(
    os.environ.get("COMITY_DATA", Path(__file__).resolve().parents[2].parent / "shared" / "data")
).joinpath("01-stix")
OUTSIDE: Final = "𠮷野家、𰻝𰻝面、𪚥、🛡️、〇"
"""Chinese outside the basic plane, and what people put beside it."""
NAMES: Final = (
    b"empty.txt",
    "空 文件（一）.txt".encode(),
    b"a\nb\tc\x1b[31m.bin",
    b"CON",
    b"-rf --no-preserve-root",
    b"..hidden",
    "\u202etxt.exe".encode(),
    ("名" * 85).encode(),
    b"\xff\xfe not text.bin",
    b"A.TXT",
    b"a.txt",
    b'quote"\\back`$(touch x)',
)


def odd_files(folder: Path) -> list[Path]:
    """Write files under names that are data; the first is empty, two in folders are twins."""
    made = []
    for number, name in enumerate(NAMES):
        path = folder / os.fsdecode(name)
        path.write_bytes(b"" if number == 0 else name + bytes(range(256)) * number)
        made.append(path)
    for number in range(2):
        (folder / f"sub{number}" / "deep").mkdir(parents=True)
        path = folder / f"sub{number}" / "deep" / "../deep/twin.txt"
        path.write_bytes(f"twin {number}".encode())
        made.append(path)
    return made


def real_bundles() -> list[Path]:
    """Return STIX bundles written by others, of four sources, up to some megabytes each."""
    if not DATA.is_dir():
        pytest.skip(
            f"no STIX bundles of others in {DATA}: name their folder's parent in COMITY_DATA"
        )
    found: list[Path] = []
    for folder in sorted(each for each in DATA.iterdir() if each.is_dir()):
        bundles = [path for path in sorted(folder.rglob("*.json")) if is_bundle(path)]
        found += bundles[:1]
    assert len(found) >= 3
    return found[:5]


def is_bundle(path: Path) -> bool:
    """Whether a file is a STIX bundle of a size for a quick test."""
    if path.stat().st_size > 4_000_000:
        return False
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("type") == "bundle"


def saved(pair: Pair, case: str, folder: Path) -> list[dict[str, Any]]:
    """Save a case at both ends and return what was told of the files, which must be true."""
    told = []
    for node in pair.ends:
        out = folder / node.folder.name
        done = node.json("assistance", "save", case, "--out", out, seconds=300)
        assert not done.get("problems")
        for each in done["files"]:
            path = Path(each["path"])
            assert path.parent == out
            assert sha256(path.read_bytes()).hexdigest() == each["sha256"]
            assert not any(letter < " " or letter in "/\\\u202e" for letter in path.name)
        assert {path.name for path in out.iterdir()} == {
            Path(each["path"]).name for each in done["files"]
        }
        told.append(done)
    return told


def contents(told: dict[str, Any], what: str) -> list[bytes]:
    return [Path(each["path"]).read_bytes() for each in told["files"] if each["what"] == what]


def test_a_case_with_texts_and_files_of_any_kind_ends_the_same_at_both_ends(
    served: Pair, tmp_path: Path
) -> None:
    """Real processes from the request to the end; what is saved is what was sent, to the byte."""
    files = odd_files(tmp_path)
    form = served.form(impact={"zh": OUTSIDE, "en": OUTSIDE}, evidence=[{"zh": OUTSIDE, "en": "x"}])
    asked = served.a.json(*served.asking(form, *files))
    case = str(asked["subject"])
    until(lambda: served.b.phase(case) == "delivered" == served.a.phase(case))
    answer = tmp_path / "answer 𠮷.json"
    answer.write_bytes(form.read_bytes())
    said = [
        (served.b, "acknowledge", []),
        (served.b, "clarify", ["--text-zh", f"请说明：{OUTSIDE}？", "--text-en", "Which?"]),
        (served.a, "clarify", ["--text-zh", OUTSIDE + "\n\t二", "--text-en", "That."]),
        (served.b, "accept", []),
        (served.b, "answer", ["--text-zh", OUTSIDE * 500, "--text-en", "y", "--attach", answer]),
        (served.a, "rate", ["--quality", "partly", "--text-zh", OUTSIDE]),
        (served.b, "remark", ["--text-zh", "已于两小时内答复。"]),
        (served.a, "close", []),
    ]
    for by, verb, words in said:
        other = served.b if by is served.a else served.a
        before = len(kinds(other, case))
        assert by.run("assistance", verb, case, *words).returncode == 0
        until(lambda other=other, before=before: len(kinds(other, case)) > before)  # type: ignore[misc]
    served.settle(case)

    assert story(served.a, case)[0] == "closed"
    ours, theirs = saved(served, case, tmp_path / "out")
    wanted = [path.read_bytes() for path in files] + [answer.read_bytes()]
    for told in (ours, theirs):
        assert sorted(contents(told, "attachment")) == sorted(wanted)
        texts = [each.decode() for each in contents(told, "text")]
        for _, _, words in said:
            assert all(
                word in texts
                for flag, word in zip(words[::2], words[1::2], strict=True)
                if str(flag).startswith("--text")
            )
        fields = next(json.loads(each) for each in texts if each.startswith("{"))
        assert {name: fields[name] for name in ("impact", "evidence")} == {
            "impact": {"zh": OUTSIDE, "en": OUTSIDE},
            "evidence": [{"zh": OUTSIDE, "en": "x"}],
        }
        assert fields["action_asked"] == FIELDS["action_asked"] == TEXTS
        names = [each["name"] for each in told["files"] if each["what"] == "attachment"]
        assert {"a\nb\tc\x1b[31m.bin", "CON", "\u202etxt.exe"} <= set(names)
    for node in served.ends:
        for words in (["show"], ["save"]):
            more = ["--out", tmp_path / f"again-{node.folder.name}"] if words == ["save"] else []
            printed = node.run("assistance", *words, case, *more).stdout
            assert not any(letter in printed for letter in "\x1b\u202e\r\x07")


def test_bundles_that_others_wrote_arrive_as_they_are(served: Pair, tmp_path: Path) -> None:
    """Of several sources and versions, byte for byte; never interpreted."""
    bundles = real_bundles()
    case = served.ask(*bundles)

    for told in saved(served, case, tmp_path):
        assert sorted(contents(told, "attachment")) == sorted(each.read_bytes() for each in bundles)


@pytest.mark.long
def test_an_attachment_of_200_megabytes_arrives(served: Pair, tmp_path: Path) -> None:
    """In bounded memory at both ends, and in the exported file too."""
    large = tmp_path / "large.bin"
    chance = random.Random(7)  # noqa: S311 - the same bytes every time
    with large.open("wb") as out:
        for _ in range(200):
            out.write(chance.randbytes(1_000_000))
    case = served.ask(large)
    for told in saved(served, case, tmp_path / "out"):
        assert [each["size"] for each in told["files"] if each["what"] == "attachment"] == [
            200_000_000
        ]
        assert contents(told, "attachment")[0] == large.read_bytes()
    served.settle(case)
    for node in served.ends:
        path = tmp_path / f"{node.folder.name}.comity"
        node.json("export", case, "--out", path, seconds=300)
        done = comity("verify", path, "--root", served.root, seconds=300)
        assert done.returncode == 0, done.stdout
        assert node.process is not None
        status = Path(f"/proc/{node.process.pid}/status").read_text()
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        assert int(peak.split()[1]) < 600_000, peak
