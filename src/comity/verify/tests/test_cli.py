"""The command: what it prints, with which status, and what it never loads."""

import json
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.casefile.container import open_archive
from comity.statement.envelope import parse
from comity.verify import cli
from comity.verify.report import Report
from comity.verify.tests.casefile_builder import plain_story
from comity.verify.tests.repacking import unpacked

FORBIDDEN = (
    "comity.node",
    "comity.store",
    "comity.kit",
    "comity.exchange",
    "comity.app",
    "aiohttp",
    "apsw",
    "asyncio",
    "http_message_signatures",
    "sqlite3",
    "starlette",
    "uvicorn",
)


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "case.comity"
    path.write_bytes(plain_story().file)
    return path


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.verify, words, catch_exceptions=False)


def test_a_valid_file_exits_with_zero(case_file: Path) -> None:
    """Only VALID does."""
    done = run(str(case_file), "--root", plain_story().root, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["verdict"], told["phase"]) == (0, "VALID", "answered")
    keys = {"statement", "check", "verdict", "why"}
    assert all(keys <= set(each) for each in told["checks"])
    assert told["root"] == plain_story().root
    assert told["missing"] == []


def test_a_root_may_be_typed_as_it_was_read_out(case_file: Path) -> None:
    """Spaces and upper case do not matter; fewer digits, or others, do."""
    root = plain_story().root.upper()
    spaced = " ".join(root[at : at + 4] for at in range(0, 64, 4))
    assert run(str(case_file), "--root", spaced).exit_code == 0
    for wrong in (root[:-1], "", "x" * 64, root + "00", "٣" * 64):
        done = run(str(case_file), "--root", wrong, "--lang", "zh")
        assert done.exit_code == 2
        assert "64位" in done.stderr


def test_without_a_root_the_status_is_three(case_file: Path) -> None:
    """The file agrees with itself, which is not enough."""
    done = run(str(case_file))
    assert (done.exit_code, "SELF_CONSISTENT_ONLY" in done.stdout) == (3, True)


def test_a_tampered_file_exits_with_one_and_names_the_object(case_file: Path) -> None:
    """In the reader's language."""
    data = bytearray(case_file.read_bytes())
    entries = open_archive(BytesIO(data)).entries
    name = next(each for each in entries if each.startswith("statements/"))
    data[entries[name].data + 100] ^= 1
    case_file.write_bytes(data)
    for lang, verdict in (("en", "Verdict: INVALID"), ("zh", "结论：INVALID")):
        done = run(str(case_file), "--root", plain_story().root, "--lang", lang)
        assert done.exit_code == 1
        assert verdict in done.stdout
        assert name in done.stdout


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"noise" * 1000])
def test_what_cannot_be_read_exits_with_two(tmp_path: Path, content: bytes) -> None:
    """With a sentence on standard error, and JSON where that was asked for."""
    path = tmp_path / "noise"
    path.write_bytes(content)
    done = run(str(path), "--json")
    assert (done.exit_code, json.loads(done.stdout)["verdict"]) == (2, None)
    assert done.stderr
    assert run(str(tmp_path / "absent")).exit_code == 2
    assert run(str(tmp_path)).exit_code == 2


def test_a_traceback_is_never_shown(case_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever happens inside, the file is then not called valid."""

    def broken(_path: str, _root: str | None) -> Report:
        raise RecursionError

    monkeypatch.setattr(cli, "verify_file", broken)
    done = run(str(case_file), "--json")
    assert (done.exit_code, json.loads(done.stdout)["error"]["code"]) == (2, "verify.unexpected")


def test_the_language_is_that_of_the_environment(
    case_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unless another is asked for."""
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("COMITY_LANG", "zh_CN.UTF-8")
    assert "结论" in run(str(case_file)).stdout
    assert "Verdict" in run(str(case_file), "--lang", "en").stdout


def test_the_verifier_loads_no_node_and_no_network(case_file: Path) -> None:
    """In a process of its own, after it has checked a file."""
    script = (
        "import sys\n"
        "from comity.verify.cli import verify\n"
        "try:\n"
        "    verify.main([sys.argv[1], '--root', sys.argv[2], '--json'])\n"
        "finally:\n"
        "    print('\\n'.join(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(case_file), plain_story().root],
        capture_output=True,
        text=True,
        check=False,
    )
    loaded = done.stderr.splitlines()
    assert done.returncode == 0, done.stderr[-2000:]
    assert "comity.verify.cli" in loaded
    wrong = [each for each in loaded if each.startswith(tuple(FORBIDDEN))]
    assert wrong == []


def test_a_statement_is_checked_by_hand_as_the_readme_says(tmp_path: Path) -> None:
    """With a shell, sha256sum and openssl alone."""
    if shutil.which("openssl") is None or shutil.which("sha256sum") is None:
        pytest.skip("no openssl or sha256sum here: install openssl and coreutils")
    files = unpacked(plain_story().file)
    readme = files["README.en.txt"].decode().splitlines()
    start = next(n for n, line in enumerate(readme) if line.strip().startswith("L=$(wc"))
    recipe = "\n".join(readme[start : start + 6]).replace("ISSUER.pem", "issuer.pem")
    (tmp_path / "recipe").write_text(recipe)
    party = plain_story().case.parties[0].known.party
    key = readme.index(f"  The officers' signing key (thumbprint {party.keys['sign'].kid.hex()})")
    (tmp_path / "issuer.pem").write_text("\n".join([*readme[key + 1 : key + 4], ""]))
    name = next(
        path
        for path, data in files.items()
        if path.startswith("statements/") and parse(data).header.kid == party.keys["sign"].kid
    )
    (tmp_path / "S").write_bytes(files[name])
    done = subprocess.run(
        ["sh", "-e", "recipe"],
        cwd=tmp_path,
        env={"S": "S", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Signature Verified Successfully" in done.stdout, done.stderr
    assert done.stdout.startswith(name.removeprefix("statements/").removesuffix(".cose"))
