"""A served node, seen from outside: it starts, is spoken to, is killed, stops, and speaks TLS."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

COMITY = [sys.executable, "-m", "comity"]
SECONDS = 30


def comity(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own."""
    return subprocess.run(
        [*COMITY, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "COMITY_LANG": "en"},
    )


def done(*words: str | Path) -> str:
    """Run a command that must succeed and return what it printed."""
    ended = comity(*words)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    give_up = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < give_up, "it did not come about"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Served:
    """A node's folder and the process that serves it."""

    folder: Path
    words: tuple[str, ...] = ()
    process: "subprocess.Popen[str] | None" = field(default=None)

    def start(self) -> str:
        """Serve, and return the line that says so."""
        self.process = subprocess.Popen(
            [*COMITY, "serve", str(self.folder), *self.words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """End the process and return its status."""
        assert self.process is not None
        self.process.send_signal(how)
        status = self.process.wait(SECONDS)
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.process = None
        return status

    def call(self, *words: str) -> dict[str, object]:
        """Run a command on this node and return its JSON."""
        told: dict[str, object] = json.loads(done("--node", self.folder, *words, "--json"))
        return told


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """A function that makes served nodes; all of them are stopped at the end."""
    made: list[Served] = []

    def make(folder: Path, *words: str) -> Served:
        served = Served(folder=folder, words=words)
        made.append(served)
        return served

    yield make
    for served in made:
        if served.process is not None:
            served.stop(signal.SIGKILL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A node that was just set up."""
    place = tmp_path / "node"
    done("init", place, "--name-en", "Team", "--listen", f"127.0.0.1:{free_port()}")
    return place


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_node_says_when_it_is_ready_and_stops_within_seconds(
    folder: Path, serve: Callable[..., Served], how: int
) -> None:
    """One line, ``ready URL``; then a clean end, and nothing left but the node."""
    node = serve(folder)

    assert node.start().startswith("ready http://127.0.0.1:")
    assert node.call("doctor")["ok"] is True
    began = time.monotonic()
    assert node.stop(how) == 0
    assert time.monotonic() - began < 5
    assert not (folder / "control.sock").exists()


def test_a_node_stops_within_seconds_though_a_request_never_ends(
    folder: Path, serve: Callable[..., Served]
) -> None:
    """A peer that sends slowly, or not at all, does not keep it."""
    node = serve(folder)
    host, port = node.start().rpartition("//")[2].rsplit(":", maxsplit=1)

    with socket.create_connection((host, int(port))) as peer:
        peer.sendall(b"POST /comity/deliver HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{")
        time.sleep(0.3)
        began = time.monotonic()
        assert node.stop() == 0
        assert time.monotonic() - began < 5


def test_a_folder_is_served_once(folder: Path, serve: Callable[..., Served]) -> None:
    """Opening a node's folder twice at once is refused, and the first one goes on."""
    node = serve(folder)
    node.start()

    second = comity("serve", folder)

    assert second.returncode == 75
    assert str(folder) in second.stderr
    assert node.call("doctor")["ok"] is True


def test_a_killed_node_starts_again_and_commands_work_meanwhile(
    folder: Path, serve: Callable[..., Served]
) -> None:
    """A stale socket is in nobody's way."""
    node = serve(folder)
    node.start()
    node.stop(signal.SIGKILL)

    assert node.call("parties")["parties"]
    assert node.start().startswith("ready ")
    assert node.call("parties")["parties"]


def test_a_folder_with_a_long_path_is_served_too(
    tmp_path: Path, serve: Callable[..., Served]
) -> None:
    """A socket's address is short; a folder's path need not be."""
    place = tmp_path / ("deep" * 30) / "node"
    place.parent.mkdir()
    done("init", place, "--name-en", "Team", "--listen", f"127.0.0.1:{free_port()}")
    node = serve(place)

    assert node.start().startswith("ready ")
    assert node.call("parties")["parties"]


def test_a_real_node_refuses_the_card_of_a_demonstration(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design 16: demonstrations say so inside what is signed."""
    monkeypatch.setenv("COMITY_LANG", "en")
    from comity.node.founding import NewNode, found_node  # noqa: PLC0415 - only here

    found_node(NewNode(folder=tmp_path / "demo", names={"en": "X (demo)"}, demo=True))
    done("--node", tmp_path / "demo", "card", "--out", tmp_path / "demo.card")

    refused = comity("--node", folder, "meet", tmp_path / "demo.card")

    assert refused.returncode == 1
    assert "demo" in refused.stderr


def certificate(folder: Path, key: ec.EllipticCurvePrivateKey, days: int) -> tuple[Path, Path]:
    """Write a certificate of a key, and the key, as PEM files."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a node")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / f"cert{days}.pem", folder / f"key{days}.pem"
    chain.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    return chain, secret


def test_two_nodes_speak_tls_with_pinned_keys_and_a_renewed_certificate_changes_nothing(
    tmp_path: Path, serve: Callable[..., Served]
) -> None:
    """Issue 2, section 6: ``serve --tls-cert --tls-key`` works without a proxy."""
    nodes, keys = {}, {}
    for code in ("a", "b"):
        place = tmp_path / code
        place.mkdir()
        keys[code] = ec.generate_private_key(ec.SECP256R1())
        chain, secret = certificate(place, keys[code], 30)
        listen = f"127.0.0.1:{free_port()}"
        names = ("--name-en", f"Team {code}")
        done("init", place / "node", *names, "--listen", listen, "--pin", chain)
        done("--node", place / "node", "card", "--out", place / "card")
        nodes[code] = serve(place / "node", "--tls-cert", str(chain), "--tls-key", str(secret))
    for code, other in (("a", "b"), ("b", "a")):
        done("--node", tmp_path / code / "node", "meet", tmp_path / other / "card", "--as", other)
        assert nodes[code].start().startswith("ready https://")

    founded = nodes["a"].call("mechanism", "found", "--name-en", "First", "--member", "b")
    until(lambda: founded["subject"] in str(nodes["b"].call("mechanism", "list")))

    nodes["b"].stop()
    renewed, secret = certificate(tmp_path / "b", keys["b"], 300)
    nodes["b"].words = ("--tls-cert", str(renewed), "--tls-key", str(secret))
    nodes["b"].start()
    again = nodes["a"].call("mechanism", "found", "--name-en", "Second", "--member", "b")
    until(lambda: again["subject"] in str(nodes["b"].call("mechanism", "list")))

    nodes["b"].stop()
    stranger, secret = certificate(tmp_path / "b", ec.generate_private_key(ec.SECP256R1()), 3)
    nodes["b"].words = ("--tls-cert", str(stranger), "--tls-key", str(secret))
    nodes["b"].start()
    third = nodes["a"].call("mechanism", "found", "--name-en", "Third", "--member", "b")
    time.sleep(2)
    assert third["subject"] not in str(nodes["b"].call("mechanism", "list"))
