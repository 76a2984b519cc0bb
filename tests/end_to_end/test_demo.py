"""The demonstration, as a person and as a program would run it: real processes, real files."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.app.demo.stage import claimed_port

COMITY = [sys.executable, "-m", "comity"]
MOST_SECONDS = 60
"""The demo itself says under 20 s; a machine that runs all tests at once may take longer."""
SECONDS_TO_STOP = 15


def comity(*words: str | Path, lang: str = "en") -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMITY, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=False,
        env={**os.environ, "COMITY_LANG": lang},
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """What ``comity demo --once --json`` printed."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    done = comity("demo", "--once", "--json", "--dir", folder)
    assert done.returncode == 0, done.stderr
    told: dict[str, object] = json.loads(done.stdout)
    return {**told, "folder": folder, "progress": done.stderr}


def test_every_step_holds_and_is_told_in_both_languages(shown: dict[str, object]) -> None:
    """Issue 2, section 10: request, delivery, answer, rating, close, export, verification."""
    steps = shown["steps"]
    assert isinstance(steps, list)
    assert shown["ok"] is True
    assert len(steps) >= 15
    for step in steps:
        assert step["ok"] is True
        assert step["title"]["en"] in str(shown["progress"])
        assert step["title"]["zh"] in str(shown["progress"])


def test_its_bundle_is_valid_under_its_root_and_under_no_other(shown: dict[str, object]) -> None:
    """The bundle outlives the nodes, and the root comes from outside it."""
    bundle, root = str(shown["bundle"]), str(shown["root"])

    assert comity("verify", bundle, "--root", root).returncode == 0
    assert comity("verify", bundle).returncode == 3
    assert comity("verify", bundle, "--root", "0" * 64).returncode != 0


def test_whatever_is_printed_of_it_says_first_that_it_is_a_demonstration(
    shown: dict[str, object],
) -> None:
    """No real party is made to say anything."""
    node = Path(str(shown["folder"])) / "cn"
    first = {
        words[0]: comity("--node", node, *words).stdout.splitlines()[0].lower()
        for words in (["parties"], ["desk"], ["assistance", "list"], ["mechanism", "list"])
    }
    first["verify"] = comity("verify", str(shown["bundle"])).stdout.splitlines()[0].lower()

    assert {name: told for name, told in first.items() if "demo" not in told} == {}


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    """The demo works in a new folder only."""
    (tmp_path / "mine").write_text("mine")
    done = comity("demo", "--once", "--dir", tmp_path)

    assert done.returncode == 1
    assert str(tmp_path) in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    "content", ["", "[]", '{"type": "bundle"}', '{"type": "x", "objects": []}']
)
def test_a_file_that_is_no_stix_bundle_is_refused(tmp_path: Path, content: str) -> None:
    """A sentence that names the file; nothing is started."""
    path = tmp_path / "other.json"
    path.write_text(content)
    done = comity("demo", "--once", "--stix", path)

    assert done.returncode == 1
    assert "other.json" in done.stderr


def test_another_bundle_takes_the_place_of_ours(tmp_path: Path) -> None:
    """``--stix FILE``: it is attached as it is, and never interpreted."""
    path = tmp_path / "other.json"
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": [{}]}))
    done = comity("demo", "--once", "--json", "--stix", path, "--dir", tmp_path / "demo")
    told = json.loads(done.stdout)
    cases = json.loads(
        comity("--node", tmp_path / "demo/us", "assistance", "list", "--json").stdout
    )
    subject = next(each["subject"] for each in cases["cases"] if each["subject"] == told["subject"])
    saved = comity(
        "--node", tmp_path / "demo/us", "assistance", "save", subject, "--out", tmp_path / "out"
    )

    assert told["ok"] is True
    assert saved.returncode == 0, saved.stderr
    copies = [each for each in (tmp_path / "out").rglob("*") if each.is_file()]
    assert path.read_bytes() in [each.read_bytes() for each in copies]


def test_ctrl_c_stops_the_nodes_and_leaves_nothing_behind() -> None:
    """Without --once and --dir everything is removed at the end."""
    command = [*COMITY, "demo"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path()
        for line in process.stdout:
            if " verify /" in line:
                folder = Path(line.split(" verify ")[1].split()[0]).parent
                break
        was_there = folder.is_dir()
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        status = process.wait(SECONDS_TO_STOP)

    assert was_there
    assert status == 0
    assert time.monotonic() - began < SECONDS_TO_STOP
    assert not folder.exists()


def test_two_demonstrations_at_once_do_not_take_each_others_ports() -> None:
    """The second one chooses before the node of the first one listens."""
    with claimed_port(8471) as first, claimed_port(first) as second:
        assert first != second
