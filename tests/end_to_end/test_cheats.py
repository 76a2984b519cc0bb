"""What an operator of bad faith, a thief of copies and a stranger on the wire cannot do."""

import json
import random
import re
import shutil
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from .case_files import verdict
from .nodes import Node, Pair, acquainted, founded, free_port, until


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Two nodes at rest, with one case between them."""

    pair: Pair
    case: str

    def copy(self, which: Node, folder: Path) -> Node:
        """Return a node over a copy of a folder, for a test to harm."""
        place = folder / which.folder.name
        shutil.copytree(which.folder, place, ignore=shutil.ignore_patterns("control.sock"))
        return Node(folder=place, port=which.port, party=which.party)


@pytest.fixture(scope="module")
def silent(served: Pair, tmp_path_factory: pytest.TempPathFactory) -> Silent:
    """Play half a case, and wait until nobody says anything more."""
    small = tmp_path_factory.mktemp("silent") / "small.txt"
    small.write_bytes(b"small")
    case = served.ask(small)
    served.step(served.b, "acknowledge", case)
    served.settle(case)
    served.rest()
    return Silent(pair=served, case=case)


def edited(node: Node, statement: str) -> None:
    """Change the database behind the node's back."""
    with closing(sqlite3.connect(node.folder / "node.db")) as db:
        assert db.execute(statement).rowcount > 0
        db.commit()


def complains(node: Node, *names: str) -> None:
    """Check that the doctor says in both languages what to do, or that nothing opens."""
    ended = node.spoken("doctor", "--json")
    assert ended.returncode == 1, ended
    if not ended.stdout:
        assert len(ended.stderr.strip().splitlines()) == 1, ended
        return
    told = json.loads(ended.stdout)
    bad = [each for each in told["checks"] if not each["ok"]]
    assert told["ok"] is False
    assert bad
    assert not names or {each["name"] for each in bad} & set(names), bad
    assert all(each["remedy"]["zh"] and each["remedy"]["en"] for each in bad)


EDITS = {
    "a signature": "UPDATE statement SET signed = CAST(substr(signed, 1, 300) AS BLOB) WHERE LAST",
    "what was said": (
        "UPDATE statement SET act = CAST(replace(act, 'assistance.submit', 'assistance.submat')"
        " AS BLOB) WHERE kind = 'assistance.submit'"
    ),
    "who said it": "UPDATE statement SET issuer = 'urn:comity:party:x' WHERE LAST",
    "of what kind it is": "UPDATE statement SET kind = 'assistance.close' WHERE LAST",
    "a body": "UPDATE statement SET body = randomblob(200) WHERE LAST",
    "an entry": "UPDATE statement SET entry = randomblob(32) WHERE LAST",
    "a place in the log": "UPDATE statement SET leaf = 9999 WHERE LAST",
    "a row too few": "DELETE FROM statement WHERE LAST",
    "a receipt": "UPDATE receipt SET receipt = CAST(substr(receipt, 1, 200) AS BLOB)",
    "a receipt's time": "UPDATE receipt SET time = time - 100000",
    "a head": "UPDATE head SET root = randomblob(32)",
    "a checkpoint": "UPDATE head SET checkpoint = replace(checkpoint, 'log/0', 'log/1')",
    "a card": "UPDATE party SET card = replace(card, 'comity-card/1', 'comity-card/2')",
}
HARMLESS = {"a receipt's time", "a place in the log", "what was said", "of what kind it is"}
"""What no export says: it takes statements, bodies and receipts as they were signed."""
LAST = "leaf = (SELECT max(leaf) FROM statement WHERE kind LIKE 'assistance.%')"


@pytest.mark.parametrize("edit", EDITS, ids=str)
def test_a_changed_row_is_found_and_never_exported_as_valid(
    silent: Silent, tmp_path: Path, edit: str
) -> None:
    """Whoever owns the disk can break the node; it never makes the node prove something else."""
    node = silent.copy(silent.pair.a, tmp_path)
    edited(node, EDITS[edit].replace("LAST", LAST))
    out = tmp_path / "case.comity"

    complains(node)
    for words in (["assistance", "show", silent.case], ["assistance", "list"]):
        for lang in ("zh", "en"):
            ended = node.spoken(*words, lang=lang)
            assert ended.returncode in {0, 1}, ended
    ended = node.spoken("export", silent.case, "--out", out)
    assert ended.returncode in {0, 1}, ended
    if ended.returncode == 0 and edit not in HARMLESS:
        assert verdict(out.read_bytes(), silent.pair.root) != "VALID"


def test_an_untouched_copy_is_well(silent: Silent, tmp_path: Path) -> None:
    """So that what is found above is found for the edit, and for nothing else."""
    node = silent.copy(silent.pair.a, tmp_path)

    assert node.told("doctor")["ok"] is True
    node.told("export", silent.case, "--out", tmp_path / "case.comity")
    assert verdict((tmp_path / "case.comity").read_bytes(), silent.pair.root) == "VALID"


def test_a_rebuild_gives_the_same_rows(silent: Silent, tmp_path: Path) -> None:
    """By the real command: what pages read is made from the log alone."""
    node = silent.copy(silent.pair.b, tmp_path)
    words = (["assistance", "list"], ["assistance", "show", silent.case], ["mechanism", "list"])
    before = [node.told(*each) for each in words]
    with closing(sqlite3.connect(node.folder / "node.db")) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        rows = {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
    assert node.run("rebuild").returncode == 0
    for mine, held in zip(words, before, strict=True):
        assert without_times(node.told(*mine)) == without_times(held)
    with closing(sqlite3.connect(node.folder / "node.db")) as db:
        assert {
            name: db.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
            for name in tables
        } == rows


def without_times(told: object) -> str:
    """Return what was told, but for how long something is from now."""
    return re.sub(r"'(left|as_of)': ('[^']*'|-?\d+)", "", str(told))


def test_a_database_older_than_what_was_published_signs_nothing(
    silent: Silent, tmp_path: Path
) -> None:
    """Ruling 11: restored from a copy, the node reads, says what to do, and refuses to sign."""
    node = silent.copy(silent.pair.a, tmp_path)
    old = tmp_path / "old"
    shutil.copytree(node.folder, old)
    said = ("assistance", "withdraw", silent.case)
    assert node.spoken(*said).returncode == 0
    for name in ("node.db", "node.db-wal", "node.db-shm"):
        (node.folder / name).unlink(missing_ok=True)
        if (old / name).exists():
            shutil.copyfile(old / name, node.folder / name)

    for lang in ("zh", "en"):
        refused = node.run(*said, lang=lang)
        assert refused.returncode == 1
        assert "node.behind-guard" in refused.stderr
        assert len(refused.stderr) > 60
    complains(node, "guard")
    assert node.told("assistance", "show", silent.case)["phase"] == "acknowledged"
    node.port = free_port()
    node.start()
    try:
        assert node.run(*said).returncode == 1
        complains(node, "guard")
    finally:
        node.stop()
    (node.folder / "guard").unlink()
    refused = node.run(*said)
    assert refused.returncode == 1
    assert "node.guard-missing" in refused.stderr


def test_a_secret_that_others_may_read_opens_nothing(silent: Silent, tmp_path: Path) -> None:
    """Mode 0600 or nothing; and another secret opens nothing either."""
    node = silent.copy(silent.pair.a, tmp_path)
    secret = node.folder / "secret"
    for mode in (0o644, 0o640, 0o604):
        secret.chmod(mode)
        refused = node.spoken("parties", lang="zh" if mode == 0o640 else "en")
        assert refused.returncode == 1
        assert str(secret) in refused.stderr
    assert node.run("serve", node.folder).returncode == 1
    secret.chmod(0o600)
    secret.write_text("0" * 64)
    assert "vault.not-opened" in node.spoken("parties").stderr
    secret.unlink()
    assert str(secret) in node.spoken("parties").stderr


def test_keys_and_settings_that_were_changed_open_nothing(silent: Silent, tmp_path: Path) -> None:
    """One sentence for each file, and never a traceback."""
    for name in ("keys.bin", "comity.json", "node.db", "guard"):
        node = silent.copy(silent.pair.a, tmp_path / name)
        path = node.folder / name
        data = bytearray(path.read_bytes())
        data[: len(data) - 9] = bytes(len(data) - 9)
        path.write_bytes(data)
        ended = node.spoken("assistance", "list", lang="zh")
        assert ended.returncode == 1, (name, ended)
        assert len(ended.stderr.strip().splitlines()) == 1, (name, ended)


# On the wire


@dataclass(slots=True)
class Tap:
    """A stranger between two nodes, who writes down what passes and lets it through."""

    target: int
    port: int = field(default_factory=free_port)
    heard: list[bytearray] = field(default_factory=list)
    server: socket.socket = field(default_factory=socket.socket)

    def open(self) -> None:
        self.server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.server.bind(("127.0.0.1", self.port))
        self.server.listen(32)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self.server.accept()
                try:
                    target = socket.create_connection(("127.0.0.1", self.target))
                except OSError:
                    caller.close()
                    continue
                written = bytearray()
                self.heard.append(written)
                threading.Thread(
                    target=self._pass, args=(caller, target, written), daemon=True
                ).start()

    def _pass(self, caller: socket.socket, target: socket.socket, written: bytearray) -> None:
        """Carry both ways; close both ends when there is nothing more to carry."""
        with caller, target:
            back = threading.Thread(target=self._carry, args=(target, caller, None), daemon=True)
            back.start()
            self._carry(caller, target, written)
            back.join()

    @staticmethod
    def _carry(here: socket.socket, there: socket.socket, kept: bytearray | None) -> None:
        with suppress(OSError):
            while piece := here.recv(65536):
                if kept is not None:
                    kept += piece
                there.sendall(piece)
        with suppress(OSError):
            there.shutdown(socket.SHUT_WR)

    def requests(self) -> list[bytes]:
        """Return every request that passed, whole."""
        found = []
        for written in self.heard:
            data = bytes(written)
            while b"\r\n\r\n" in data:
                head, _, rest = data.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                size = int(length[1]) if length else 0
                found.append(head + b"\r\n\r\n" + rest[:size])
                data = rest[size:]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Tapped:
    """Two nodes with a tap on the way to the second."""

    a: Node
    b: Node
    tap: Tap


@pytest.fixture(scope="module")
def tapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tapped]:
    """Let a mechanism be founded through the tap, and things settle."""
    folder = tmp_path_factory.mktemp("tapped")
    a = founded(folder / "a", "Ministry A")
    tap = Tap(0)
    b = founded(folder / "b", "Ministry B", "--url", f"http://127.0.0.1:{tap.port}")
    tap.target = b.port
    tap.open()
    acquainted(a, b)
    try:
        for node in (a, b):
            node.start()
        words = ("--name-en", "Dialogue", "--member", b.party, "--settle", "0")
        made = a.told("mechanism", "found", *words)
        until(lambda: b.spoken("mechanism", "accede", made["subject"]).returncode == 0)
        until(lambda: a.told("mechanism", "show", made["subject"])["in_force"])
        Pair(folder=folder, a=a, b=b, mechanism="", root="").rest()
        yield Tapped(a=a, b=b, tap=tap)
    finally:
        for node in (a, b):
            node.stop(signal.SIGKILL)
        tap.server.close()


def sent(port: int, data: bytes, seconds: float = 10) -> bytes:
    """Send raw bytes to a port and return what comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as wire:
        with suppress(OSError):
            wire.sendall(data)
            wire.shutdown(socket.SHUT_WR)
        answer = b""
        with suppress(OSError):
            while piece := wire.recv(65536):
                answer += piece
        return answer


def status(answer: bytes) -> int:
    """Return the status of an HTTP answer; 0 for none."""
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def test_what_was_captured_and_is_sent_again_changes_nothing(tapped: Tapped) -> None:
    """To the same node, at once and after a restart; to the other; with anything changed."""
    deliveries = [
        each for each in tapped.tap.requests() if each.startswith(b"POST /comity/deliver")
    ]
    assert deliveries
    before = [node.counts() for node in (tapped.a, tapped.b)]

    for each in deliveries:
        assert 400 <= status(sent(tapped.b.port, each)) < 500
        assert status(sent(tapped.a.port, each)) >= 400
        middle = len(each) - 40
        for changed in (
            each[:middle] + bytes([each[middle] ^ 1]) + each[middle + 1 :],
            each.replace(b"/comity/deliver", b"/comity/delivers", 1),
            each.replace(b"POST", b"PUT", 1),
            re.sub(rb"(?i)signature-input:[^\r]*\r\n", b"", each, count=1),
            re.sub(rb"(?i)content-digest:[^\r]*\r\n", b"", each, count=1),
            re.sub(rb"(?i)created=\d+", b"created=1", each, count=1),
        ):
            assert status(sent(tapped.b.port, changed)) >= 400
    tapped.b.stop()
    tapped.b.start()
    for each in deliveries:
        sent(tapped.b.port, each)  # perhaps answered with the receipt of the first time

    assert [node.counts() for node in (tapped.a, tapped.b)] == before
    assert tapped.b.told("doctor")["ok"] is True


def test_noise_lies_and_silence_on_the_port_stop_nobody(tapped: Tapped) -> None:
    """Requests that are none, that are too large, that never end; the node works meanwhile."""
    port, before = tapped.b.port, tapped.b.counts()
    chance = random.Random(5)  # noqa: S311 - the same noise every time
    host = f"Host: 127.0.0.1:{tapped.tap.port}\r\n".encode()
    post = b"POST /comity/deliver HTTP/1.1\r\n" + host
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for number, wire in enumerate(silent):
        wire.sendall((b"", b"G", post, post + b"Content-Length: 1000000\r\n\r\nx")[number % 4])
    for data in (
        chance.randbytes(5_000),
        b"\x16\x03\x01" + chance.randbytes(500),
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET " + b"/a" * 50_000 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /comity/log/0/checkpoint HTTP/1.1\r\n" + host + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        post + b"Content-Length: 99999999999\r\n\r\n",
        post + b"Content-Length: -1\r\n\r\n",
        post + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        post + b"Transfer-Encoding: chunked\r\n\r\nffffffffff\r\n",
        post
        + b"Content-Type: application/vnd.comity.delivery+cbor\r\nContent-Length: 3\r\n\r\nabc",
        post + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
        b"GET /comity/statements/../../node.db HTTP/1.1\r\n" + host + b"\r\n",
        b"GET /comity/statements/" + b"0" * 64 + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"PUT /comity/blobs/" + b"0" * 64 + b" HTTP/1.1\r\n" + host + b"Content-Length: 1\r\n\r\nx",
        b"GET /comity/log/0/tile/0/x999/999 HTTP/1.1\r\n" + host + b"\r\n",
        b"DELETE /comity/log/0/checkpoint HTTP/1.1\r\n" + host + b"\r\n",
    ):
        answer = sent(port, data)
        assert status(answer) == 0 or 400 <= status(answer) < 600, data[:60]
        assert b"Traceback" not in answer
        assert b"node.db" not in answer.replace(b"../../node.db", b"")
    for content in (b"", chance.randbytes(1_000), chance.randbytes(200_000)):
        request = Request(f"http://127.0.0.1:{port}/entries", data=content, method="POST")
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=10)  # noqa: S310 - our own node
        assert 400 <= refused.value.code < 500
        refused.value.close()
    began = time.monotonic()
    with urlopen(f"http://127.0.0.1:{port}/comity/log/0/checkpoint", timeout=10) as answer:
        assert answer.read().count(b"\n") == 6
    assert tapped.b.told("parties")["parties"]
    assert time.monotonic() - began < 5
    for wire in silent:
        wire.close()

    assert tapped.b.counts() == before
    assert "Traceback" not in tapped.b.heard
