"""Pinned keys over real TLS."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from starlette.applications import Starlette
from starlette.requests import Request as Http
from starlette.responses import Response
from starlette.routing import Route

from comity.errors import ComityError, FormatError, PeerError, TrustError
from comity.exchange.destination import destination
from comity.exchange.server import Listening, serve
from comity.exchange.tests.live import free_port
from comity.exchange.tls import client_context, pin_of, server_context
from comity.exchange.transport import Caller, Request, Transport
from comity.node.clock import Clock
from comity.parties.address import Address
from comity.statement.keys import ED25519, PrivateKey


def certificate(path: Path, key: ec.EllipticCurvePrivateKey, *, days: int) -> Path:
    """Write a self-signed certificate, with its key, that ends in ``days`` days."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "node")])
    now = datetime.now(tz=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


async def ask(port: int, served: Path, pin: bytes | None, seen: list[str]) -> int:
    """Serve with one certificate, ask with a pin; return the status of the answer."""

    async def hello(http: Http) -> Response:
        seen.append(http.method)
        return Response(b"hello")

    stop, ready = asyncio.Event(), asyncio.Event()
    server = asyncio.create_task(
        serve(
            Starlette(routes=[Route("/", hello)]),
            Listening(host="127.0.0.1", port=port, certificate=served),
            ready=lambda _: ready.set(),
            stop=stop,
        )
    )
    await ready.wait()
    transport = Transport(
        destination(Address(url=f"https://127.0.0.1:{port}", pin=pin)),
        Caller(signer=PrivateKey.generate(ED25519), clock=Clock()),
    )
    try:
        return (await transport.send(Request(method="GET", path="/"))).status
    finally:
        await transport.close()
        stop.set()
        await server


def test_a_renewed_certificate_with_the_same_key_changes_nothing(tmp_path: Path) -> None:
    """The pin is of the key: new dates, even past ones, make no difference."""
    key = ec.generate_private_key(ec.SECP256R1())
    first = certificate(tmp_path / "first.pem", key, days=30)
    renewed = certificate(tmp_path / "renewed.pem", key, days=90)
    ended = certificate(tmp_path / "ended.pem", key, days=-1)
    pin, port = pin_of(first), free_port()

    for served in (first, renewed, ended):
        seen: list[str] = []
        assert asyncio.run(ask(port, served, pin, seen)) == 200
        assert seen == ["GET"]


def test_another_key_is_refused_before_a_byte_of_the_request_is_sent(tmp_path: Path) -> None:
    """Whoever holds the name, but not the key, learns nothing."""
    mine = certificate(tmp_path / "a.pem", ec.generate_private_key(ec.SECP256R1()), days=9)
    other = certificate(tmp_path / "b.pem", ec.generate_private_key(ec.SECP256R1()), days=9)
    seen: list[str] = []

    with pytest.raises(TrustError) as caught:
        asyncio.run(ask(free_port(), other, pin_of(mine), seen))

    assert caught.value.code == "exchange.other-key"
    assert seen == []


def test_without_a_pin_the_webs_authorities_decide(tmp_path: Path) -> None:
    """A self-signed certificate is worth nothing then."""
    served = certificate(tmp_path / "a.pem", ec.generate_private_key(ec.SECP256R1()), days=9)

    with pytest.raises(PeerError, match="Certificate"):
        asyncio.run(ask(free_port(), served, None, []))


def test_only_tls_1_3_is_spoken(tmp_path: Path) -> None:
    """By both sides; bad files are refused by name."""
    served = certificate(tmp_path / "a.pem", ec.generate_private_key(ec.SECP256R1()), days=9)
    (tmp_path / "junk.pem").write_bytes(b"junk")

    assert client_context(None).minimum_version is ssl.TLSVersion.TLSv1_3
    assert client_context(b"x" * 32).minimum_version is ssl.TLSVersion.TLSv1_3
    assert server_context(served, None).minimum_version is ssl.TLSVersion.TLSv1_3
    for bad in (tmp_path / "junk.pem", tmp_path / "none.pem"):
        with pytest.raises(FormatError):
            pin_of(bad)
        with pytest.raises(ComityError):
            server_context(bad, None)
