"""A demonstration is verified where nothing but the verifier's own dependencies is installed."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

import pytest

from .nodes import Ended, comity

ROOT: Final = Path(__file__).resolve().parents[2]
NEEDS: Final = ("click", "cryptography")
MOST_SECONDS: Final = 20
"""Issue 2, section 10: the whole of ``demo --once``, on two cores that do nothing else."""


def run(*words: str | Path, cwd: Path, net: bool = False) -> Ended:
    """Run something outside the repository, with none of its settings.

    ``net`` keeps what this machine is told of its way to the network.
    """
    wanted = set(os.environ) - {"PYTHONPATH", "VIRTUAL_ENV"} if net else {"PATH", "HOME"}
    plain = {name: os.environ[name] for name in wanted if name in os.environ}
    return subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env=plain | {"LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of programs of a new environment."""
    folder = tmp_path_factory.mktemp("second")
    uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    assert Path(uv).is_file(), "make has not been run here: it brings uv into .tools"
    python = folder / "env" / "bin" / "python"
    for words in (
        ("venv", "--quiet", folder / "env"),
        ("pip", "install", "--quiet", "--python", python, *NEEDS),
        ("build", "--quiet", "--wheel", "--out-dir", folder / "wheel", ROOT),
    ):
        done = run(uv, *words, cwd=folder, net=True)
        assert done.returncode == 0, done.stderr
    (wheel,) = (folder / "wheel").glob("*.whl")
    words = ("pip", "install", "--quiet", "--no-deps", "--python", python, wheel)
    done = run(uv, *words, cwd=folder, net=True)
    assert done.returncode == 0, done.stderr
    return python.parent


@pytest.mark.long
def test_a_demonstrations_bundle_verifies_with_click_and_cryptography_alone(
    second: Path, tmp_path: Path
) -> None:
    """Valid under its root, changed it is not, and what is not installed is not missed."""
    began = time.monotonic()
    done = comity("demo", "--once", "--json", "--dir", tmp_path / "demo", seconds=120)
    spent = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    bundle = tmp_path / "bundle.comity"
    bundle.write_bytes(Path(told["bundle"]).read_bytes())
    bad = bytearray(bundle.read_bytes())
    bad[len(bad) // 3] ^= 1
    (tmp_path / "bad.comity").write_bytes(bad)
    for name in ("apsw", "aiohttp", "starlette", "uvicorn", "http_message_signatures"):
        assert run(second / "python", "-c", f"import {name}", cwd=tmp_path).returncode == 1

    verify = (second / "comity", "verify")
    valid = run(*verify, bundle, "--root", told["root"], "--json", cwd=tmp_path)
    assert valid.returncode == 0, valid.stderr
    assert json.loads(valid.stdout)["verdict"] == "VALID"
    assert run(*verify, bundle, "--json", cwd=tmp_path).returncode == 3
    changed = run(*verify, "bad.comity", "--root", told["root"], cwd=tmp_path)
    assert changed.returncode in {1, 2}
    assert "Traceback" not in changed.stderr + changed.stdout
    for lang, mark in (("zh", "演示"), ("en", "demo")):
        said = run(second / "comity", "--lang", lang, "verify", bundle, cwd=tmp_path)
        assert said.returncode == 3
        assert mark in said.stdout.splitlines()[0].lower()
    assert spent < MOST_SECONDS * (3 if os.getloadavg()[0] > 2 else 1), spent
