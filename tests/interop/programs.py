"""Programs of other projects, as ``make interop`` builds them; and a log that lies on its way.

Nothing of theirs is in this repository: go.mod and go.sum name them, with versions and digests.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from end_to_end.nodes import free_port, until

BUILT: Final = Path(__file__).parents[2] / ".tools" / "interop" / "bin"
HOW: Final = "other projects' client and witness are not built; get and build them: make interop"
SECONDS: Final = 120
LOG: Final = "/comity/log/0"
WITNESS: Final = "/comity/witness"
_NAMES: Final = ("c2sp", "fsck", "omniwitness", "generate_keys")
_QUIET: Final = 10


def require() -> None:
    """Skip, and say how to get the programs; with LONG=1 fail, unless nobody serves them."""
    if all((BUILT / name).is_file() for name in _NAMES):
        return
    if os.environ.get("LONG") == "1" and os.environ.get("INTEROP") != "absent":
        pytest.fail(HOW)
    pytest.skip(HOW)


def run(name: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one of the programs to its end."""
    return subprocess.run(
        [BUILT / name, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def c2sp(*words: str | Path) -> dict[str, Any]:
    """Let the other projects' libraries do something that must succeed."""
    ended = run("c2sp", *words)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


def fsck(url: str, vkey: Path) -> str:
    """Let Tessera's fsck make every tile of a log again from its entries; return what it says."""
    ended = run("fsck", "--ui=false", "--storage_url", f"{url}/", "--public_key", vkey)
    return ended.stderr


class Omniwitness:
    """The witness of transparency-dev, as a process, with an Ed25519 and an ML-DSA-44 key."""

    NAME: Final = "witness.example/omni"

    def __init__(self, folder: Path) -> None:
        """Make its keys."""
        self._folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.vkeys = tuple(self._key(kind) for kind in ("ed25519", "mldsa"))

    def _key(self, kind: str) -> str:
        private, public = (self._folder / f"{kind}.{each}" for each in ("key", "vkey"))
        words = ["--origin", self.NAME, "--out_priv", str(private), "--out_pub", str(public)]
        made = run("generate_keys", *words, *(["--mldsa"] if kind == "mldsa" else []))
        assert made.returncode == 0, made.stderr
        return public.read_text().strip()

    @contextmanager
    def serving(self, *log_vkeys: str) -> Iterator["Omniwitness"]:
        """Let it witness these logs, each known by one key, for as long as the block lasts."""
        logs = "".join(f"  - PublicKey: {vkey}\n    Origin: {_name(vkey)}\n" for vkey in log_vkeys)
        known = self._folder / "logs.yaml"
        known.write_text(f"Logs:\n{logs}")
        keys = [f"--private_key_path={self._folder / kind}.key" for kind in ("ed25519", "mldsa")]
        words = [f"--listen=127.0.0.1:{self.port}", "--metrics_listen=", *keys]
        words += [f"--additional_logs={known}", f"--db_file={self._folder / 'witness.db'}"]
        with (self._folder / "heard").open("wb") as heard:
            process = subprocess.Popen(
                [BUILT / "omniwitness", *words],
                stdin=subprocess.DEVNULL,
                stdout=heard,
                stderr=subprocess.STDOUT,
            )
        try:
            until(lambda: status(self.url) or process.poll() is not None)
            assert process.poll() is None, (self._folder / "heard").read_text()
            yield self
        finally:
            process.terminate()
            process.wait(SECONDS)


def _name(vkey: str) -> str:
    return vkey.partition("+")[0]


def key_name(vkey: str) -> str:
    """Return a key's name and id, as the driver prints whose signatures it verified."""
    return "+".join(vkey.split("+")[:2])


def status(url: str) -> int:
    """Return with which status a URL is answered; 0: nobody answers."""
    try:
        with urlopen(url, timeout=_QUIET) as answer:  # noqa: S310 - a URL of our own making
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except OSError:
        return 0


def fetched(url: str) -> tuple[dict[str, str], bytes]:
    """Return the headers, in lower case, and the body of what is served."""
    with urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - a URL of our own making
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


@contextmanager
def spoiled(url: str, part: str, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """Serve another log's paths, but change what comes from those that contain ``part``."""

    class Between(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                _, body = fetched(url + self.path)
            except HTTPError as error:
                self.send_error(error.code)
                return
            sent = change(body) if part in self.path else body
            self.send_response(200)
            self.send_header("content-length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Between) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
