"""T37: a party says that its node answers where nobody but this machine should call.

Canaries stand in a network of their own on loopback, link-local, private and NAT64 addresses;
a party's address leads to each of them, in every spelling, by name, by a name whose answer
changes, and by a redirect.  None is ever called.
"""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request as Http
from starlette.responses import Response

from comity.errors import ComityError, TrustError
from comity.exchange import destination as destinations
from comity.exchange.destination import Destination, destination
from comity.exchange.tests.live import calling, courier_of, free_port, make_node, two_nodes
from comity.exchange.tests.raw import Pair, Raw, run, signed
from comity.exchange.tests.test_courier import impostor
from comity.exchange.transport import Caller, Request, Transport
from comity.node.node import Node
from comity.parties.address import Address

SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.000.000.001",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "0x7F000001",
    "017700000001",
    "2130706433",
    "127.0.0.1.",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - dialled, not bound
    "0",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::169.254.169.254]",
    "[64:ff9b:1::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%25eth0]",
    "[ff02::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "user@127.0.0.1",
    "127.0.0.1#@peer.example",
    "peer.example@127.0.0.1",
)
OWN = ("127.0.0.1", "127.255.255.254", "[::1]", "[0:0:0:0:0:0:0:1]")
"""Whose address names this machine outright is called on it: nodes that share one machine."""
NAMES = {
    "127.0.0.1.nip.example": "127.0.0.1",
    "localtest.example": "127.0.0.1",
    "metadata.example": "169.254.169.254",
    "inner.example": "10.1.2.3",
    "six.example": "fd00:ec2::254",
    "mapped.example": "::ffff:10.0.0.1",
    "nat.example": "64:ff9b::a9fe:a9fe",
}
WITHOUT = (
    "needs root, ip and unshare: run as root, with apt-get install iproute2 util-linux, to play "
    "it among canaries in a network of its own"
)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes that have met."""
    yield from two_nodes(tmp_path_factory.mktemp("nodes"))


def answers(monkeypatch: pytest.MonkeyPatch, *rounds: list[str]) -> list[str]:
    """Let the resolver give these answers, one round after another; return who was asked for."""
    asked: list[str] = []

    def resolver(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        found = rounds[min(len(asked), len(rounds)) - 1]
        return [
            (
                socket.AF_INET6 if ":" in each else socket.AF_INET,
                socket.SOCK_STREAM,
                0,
                "",
                (each, port),
            )
            for each in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return asked


def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list of every address that is connected to from now on; nobody is reached."""
    found: list[str] = []

    async def connect(_: Any, __: Any, address: Any) -> None:
        found.append(str(address[0]))
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", connect)
    return found


def call(node: Node, url: str) -> None:
    """Call a peer's address as the node does, whatever comes of it."""

    async def story() -> None:
        with suppress(ComityError):
            to = destination(Address(url=url, pin=None))
            transport = Transport(to, Caller(signer=node.signer("transport"), clock=node.clock))
            try:
                await transport.send(Request(method="GET", path="/comity/heads/seen"))
            finally:
                await transport.close()

    asyncio.run(story())


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_a_special_address_is_dialled(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    """Decimal, octal, hexadecimal, full-width, mapped, translated, with a user in front."""
    found = dialled(monkeypatch)
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *each, **more: real(*each, **more, flags=socket.AI_NUMERICHOST),
    )
    call(nodes[0], f"https://{host}:8443")
    assert host in OWN or found == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_inside_is_not_dialled(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Alone, or beside a public address: one bad answer spoils all of them."""
    found = dialled(monkeypatch)
    for answer in ([NAMES[name]], ["93.184.216.34", NAMES[name]]):
        answers(monkeypatch, answer)
        call(nodes[0], f"https://{name}")
    assert found == []


def test_a_name_that_answers_otherwise_the_second_time_is_asked_once(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was checked is what is dialled."""
    found = dialled(monkeypatch)
    asked = answers(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    call(nodes[0], "https://rebind.example")
    assert asked == ["rebind.example"]
    assert found == ["93.184.216.34"]


def test_without_checking_what_a_name_leads_to_the_node_calls_inside(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed: the address of the cloud's keys is dialled."""
    found = dialled(monkeypatch)
    answers(monkeypatch, ["169.254.169.254"])
    monkeypatch.setattr(Destination, "check", lambda *_: None)
    call(nodes[0], "https://metadata.example")
    assert "169.254.169.254" in found


def test_without_unwrapping_a_translated_address_leads_inside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed: IPv4 inside IPv6 looks public."""
    peer = destination(Address(url="https://peer.example", pin=None))
    with pytest.raises(TrustError):
        peer.check("64:ff9b::a9fe:a9fe")
    monkeypatch.setattr(destinations, "_unwrapped", lambda address: address)
    peer.check("64:ff9b::a9fe:a9fe")
    assert ip_address("64:ff9b::a9fe:a9fe").is_global


def redirecting(port: int) -> Callable[[Http], Any]:
    async def handler(_: Http) -> Response:
        return Response(b"", 307, {"location": f"http://127.0.0.1:{port}/latest/meta-data"})

    return handler


def redirected(nodes: Pair) -> int:
    """Ask a peer that redirects to a canary; return how often the canary was called."""
    ours, theirs = nodes
    port, hits = free_port(), 0

    async def canary(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hits
        hits += 1
        writer.close()

    async def story() -> None:
        server = await asyncio.start_server(canary, "127.0.0.1", port)
        async with server, impostor(theirs, redirecting(port)), calling(ours, theirs) as to:
            with suppress(ComityError):
                await to.send(Request(method="GET", path="/comity/heads/seen"))

    asyncio.run(story())
    return hits


def test_a_redirect_is_not_followed(nodes: Pair) -> None:
    """An answer like any other, and not one that is understood."""
    assert redirected(nodes) == 0


def test_without_refusing_redirects_the_canary_is_called(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed, as an HTTP client has it by default."""
    real = aiohttp.ClientSession.request

    def following(self: Any, *each: Any, **more: Any) -> Any:
        return real(self, *each, **{**more, "allow_redirects": True})

    monkeypatch.setattr(aiohttp.ClientSession, "request", following)
    assert redirected(nodes) > 0


def test_an_unknown_sender_causes_no_call_of_ours(
    nodes: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address, and whatever it sends, are not looked at before it is known."""
    _, theirs = nodes
    stranger = make_node(tmp_path / "c", "Candor")
    called: list[Any] = []
    real = Transport.send
    courier_of(theirs)

    async def noted(self: Transport, request: Request) -> Any:
        called.append(request)
        return await real(self, request)

    monkeypatch.setattr(Transport, "send", noted)

    async def story(url: str) -> None:
        for _ in range(20):
            await signed(stranger, theirs, Raw()).send(url)
        await asyncio.sleep(0)

    run(theirs, story)
    stranger.close()
    assert called == []


CANARIES = """
import asyncio, socket, sys
from comity.errors import ComityError
from comity.exchange.destination import Destination, destination
from comity.exchange.transport import Caller, Request, Transport
from comity.node.node import open_node
from comity.parties.address import Address
from pathlib import Path
HOSTS = ["127.0.0.1", "127.8.8.8", "169.254.169.254", "10.1.2.3", "172.16.5.5", "192.168.7.7",
         "::1", "fd00:ec2::254", "64:ff9b::a9fe:a9fe"]
async def main():
    hits = []
    def canary(reader, writer):
        hits.append(writer.get_extra_info("sockname")[0]); writer.close()
    servers = [await asyncio.start_server(canary, host, 8443) for host in HOSTS]
    node = open_node(Path(sys.argv[1]))
    if sys.argv[2] == "open":
        Destination.check = lambda *_: None
    caller = Caller(signer=node.signer("transport"), clock=node.clock, connect_seconds=2)
    real = socket.getaddrinfo
    named = {f"h{n}.example": host for n, host in enumerate(HOSTS)}
    def resolver(host, *each, **more):
        return real(named.get(host, host), *each, **more)
    socket.getaddrinfo = resolver
    for url in [f"https://{name}:8443" for name in named]:
        try:
            to = Transport(destination(Address(url=url, pin=None)), caller)
            try:
                await to.send(Request(method="GET", path="/comity/heads/seen"))
            finally:
                await to.close()
        except ComityError:
            pass
    await asyncio.sleep(0.2)
    node.close()
    print(len(hits))
asyncio.run(main())
"""


def hits_in_a_network_of_its_own(folder: Path, how: str) -> int:
    """Call from within a new network whose special addresses are canaries."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"):
        pytest.skip(WITHOUT)
    more = ["169.254.169.254/32", "10.1.2.3/32", "172.16.5.5/32", "192.168.7.7/32"]
    six = ["fd00:ec2::254/128", "64:ff9b::a9fe:a9fe/128"]
    steps = ["ip link set lo up", *(f"ip addr add {each} dev lo" for each in more)]
    steps += [f"ip -6 addr add {each} dev lo nodad" for each in six]
    steps.append(f'exec {sys.executable} -c "$CANARIES" {folder} {how}')
    ended = subprocess.run(
        ["unshare", "-n", "sh", "-ec", "\n".join(steps)],
        env={**os.environ, "CANARIES": CANARIES},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "Operation not permitted" in ended.stderr:
        pytest.skip(WITHOUT)
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


def test_no_canary_in_a_network_of_its_own_is_called(tmp_path: Path) -> None:
    """Loopback, link-local, private, unique local and NAT64, each with somebody listening."""
    make_node(tmp_path / "n", "Node").close()
    assert hits_in_a_network_of_its_own(tmp_path / "n", "closed") == 0


def test_without_the_check_canaries_are_called(tmp_path: Path) -> None:
    """The defence, removed: the canaries do listen."""
    make_node(tmp_path / "n", "Node").close()
    assert hits_in_a_network_of_its_own(tmp_path / "n", "open") >= 6
