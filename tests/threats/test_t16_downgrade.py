"""T16: the parties are brought to speak an older version, a weaker algorithm, an older TLS.

Nothing is negotiated outside a signature: the version is one, the algorithm is the key's, a head
bears both its signatures, and only TLS 1.3 is spoken, by both sides.
"""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette

from comity.errors import ComityError, PeerError, ProofError
from comity.exchange import server as serving_side
from comity.exchange import signatures
from comity.exchange import transport as calling_side
from comity.exchange.destination import destination
from comity.exchange.server import Listening, serve
from comity.exchange.tests.live import free_port, two_nodes
from comity.exchange.tests.raw import Raw, outcome, run, signed
from comity.exchange.tests.test_tls import certificate
from comity.exchange.tls import client_context, pin_of, server_context
from comity.exchange.transport import Caller, Request, Transport
from comity.log import checkpoint
from comity.log.note import MLDSA44_COSIGNATURE
from comity.node import heads
from comity.node.clock import Clock
from comity.node.heads import verified_head
from comity.node.node import Node
from comity.parties.address import Address
from comity.statement.keys import ED25519, PrivateKey
from end_to_end.nodes import founded


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[tuple[Node, Node]]:
    yield from two_nodes(tmp_path)


@pytest.fixture
def pem(tmp_path: Path) -> Path:
    return certificate(tmp_path / "tls.pem", ec.generate_private_key(ec.SECP256R1()), days=9)


@pytest.mark.parametrize("version", ["", "0", "0.9", "2", "1.0", " 1x"])
def test_a_peer_that_offers_another_version_is_refused(
    nodes: tuple[Node, Node], version: str
) -> None:
    """Older, newer, none: there is no falling back; and the version is under the signature."""
    other_version(nodes, version)


def other_version(nodes: tuple[Node, Node], version: str) -> None:
    ours, theirs = nodes

    async def story(url: str) -> None:
        good = signed(ours, theirs, Raw())
        (name,) = [each for each in good.headers if each.lower() == "comity-version"]
        changed = replace(good, headers=good.headers | {name: version})
        assert await outcome(changed, url) == (400, "exchange.version")

    run(theirs, story)


def test_without_the_one_version_another_gets_as_far_as_the_signature(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a party that speaks version 0 is let in."""
    ours, theirs = nodes
    monkeypatch.setattr(signatures, "VERSION", "0")
    codes: list[tuple[int, str]] = []

    async def story(url: str) -> None:
        codes.append(await outcome(signed(ours, theirs, Raw()), url))

    run(theirs, story)
    assert codes == [(200, "")]
    with pytest.raises(AssertionError):
        other_version(nodes, "0")


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "content-digest"])
def test_whoever_strips_a_protection_on_the_way_is_refused(
    nodes: tuple[Node, Node], name: str
) -> None:
    """A man in the middle takes away one of what protects a request: nothing is taken."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        good = signed(ours, theirs, Raw())
        held = {key: value for key, value in good.headers.items() if key.lower() != name.lower()}
        assert len(held) == len(good.headers) - 1
        status, code = await outcome(replace(good, headers=held), url)
        assert (status, code) in {
            (401, "exchange.not-signed"),
            (403, "exchange.unknown-caller"),
        }

    run(theirs, story)


def stripped(node: Node, which: int) -> str:
    """Return a node's head with only one of its two signatures."""
    text = node.checkpoint()
    body, _, lines = text.partition("\n\n")
    return f"{body}\n\n{lines.splitlines()[which]}\n"


@pytest.mark.parametrize("which", [0, 1], ids=["without ML-DSA", "without Ed25519"])
def test_a_head_with_half_its_signatures_is_no_head(nodes: tuple[Node, Node], which: int) -> None:
    """The weaker half alone proves nothing."""
    ours, theirs = nodes
    party = ours.directory().party(theirs.party)
    assert verified_head(party, theirs.checkpoint())
    with pytest.raises(ProofError, match=r"log\.head-unsigned"):
        verified_head(party, stripped(theirs, which))


def test_without_asking_for_both_half_a_head_is_a_head(
    nodes: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: a missing post-quantum line is overlooked."""
    real = checkpoint._verify

    def lenient(key: object, head: object, note: object) -> int | None:
        if getattr(key, "type", None) == MLDSA44_COSIGNATURE:
            return None
        return real(key, head, note)  # type: ignore[arg-type]

    monkeypatch.setattr(checkpoint, "_verify", lenient)
    monkeypatch.setattr(heads, "only_signed_by", lambda note, _: note)
    with pytest.raises(pytest.fail.Exception):
        test_a_head_with_half_its_signatures_is_no_head(nodes, 0)


def handshake(port: int, *words: str) -> int:
    """Shake hands with OpenSSL's client; return its status."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl: install the Debian package openssl")
    ended = subprocess.run(
        [program, "s_client", "-connect", f"127.0.0.1:{port}", *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=60,
    )
    return ended.returncode


def test_a_serving_node_speaks_no_older_tls(tmp_path: Path, pem: Path) -> None:
    """The real process, asked by OpenSSL: 1.2 fails, 1.3 does not."""
    node = founded(tmp_path / "node")
    node.words = ("--tls-cert", str(pem), "--tls-key", str(pem))
    node.start()
    try:
        assert handshake(node.port, "-tls1_3") == 0
        assert handshake(node.port, "-tls1_2") != 0
        assert handshake(node.port, "-no_tls1_3") != 0
    finally:
        node.stop()


@asynccontextmanager
async def listening(port: int, pem: Path) -> AsyncGenerator[None]:
    stop, ready = asyncio.Event(), asyncio.Event()
    server = asyncio.create_task(
        serve(
            Starlette(),
            Listening(host="127.0.0.1", port=port, certificate=pem),
            ready=lambda _: ready.set(),
            stop=stop,
        )
    )
    await ready.wait()
    try:
        yield
    finally:
        stop.set()
        await server


def older(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Serve as a node would without its floor, and nothing newer than 1.2."""
    context = server_context(certificate, key)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def test_a_peer_that_serves_an_older_tls_is_not_called(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same floor from the other side; with its pin and its key right."""
    asked(pem, monkeypatch)


def asked(pem: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_side, "server_context", older)
    there = Address(url=f"https://127.0.0.1:{(port := free_port())}", pin=pin_of(pem))

    async def story() -> None:
        async with listening(port, pem):
            caller = Caller(signer=PrivateKey.generate(ED25519), clock=Clock())
            line = Transport(destination(there), caller)
            try:
                with pytest.raises(PeerError, match=r"exchange\.unreachable"):
                    await line.send(Request(method="GET", path="/"))
            finally:
                await line.close()

    asyncio.run(story())


def test_without_the_floor_the_older_one_is_spoken(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed on either side: the connection is made with TLS 1.2."""
    monkeypatch.setattr(serving_side, "server_context", older)
    port = free_port()

    async def story() -> int:
        async with listening(port, pem):
            return await asyncio.to_thread(handshake, port, "-tls1_2")

    assert asyncio.run(story()) == 0


def test_without_the_callers_floor_an_older_peer_is_called(
    pem: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: our client takes what the peer offers."""

    def low(pin: bytes | None) -> ssl.SSLContext:
        context = client_context(pin)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    monkeypatch.setattr(calling_side, "client_context", low)
    with pytest.raises((pytest.fail.Exception, ComityError)):
        asked(pem, monkeypatch)
