"""Where a node may connect to."""

import pytest

from comity.errors import ComityError, TrustError
from comity.exchange.destination import PRIVATE_NETWORKS, authority_of, destination
from comity.parties.address import Address


def to(url: str, *allowed: str) -> str:
    return destination(Address(url=url, pin=None), allowed).authority


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "255.255.255.255",
        "224.0.0.1",
        "::",
        "::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)
def test_a_public_name_that_leads_to_a_special_address_is_refused(address: str) -> None:
    """T37: loopback, private, link-local, shared, multicast, and IPv4 inside IPv6."""
    peer = destination(Address(url="https://peer.example", pin=None))

    with pytest.raises(TrustError, match=r"exchange\.address"):
        peer.check(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_let_out(address: str) -> None:
    """T37: the rule is about special networks only."""
    destination(Address(url="https://peer.example", pin=None)).check(address)


def test_an_operator_may_allow_a_closed_network_but_never_this_machine() -> None:
    """T37: private ranges are listed explicitly."""
    address = Address(url="https://10.20.0.5:8443", pin=None)

    assert destination(address, ["10.20.0.0/16"]).authority == "10.20.0.5:8443"
    assert destination(address, PRIVATE_NETWORKS).port == 8443
    for allowed in ((), ["10.21.0.0/16"]):
        with pytest.raises(TrustError):
            destination(address, allowed)
    with pytest.raises(TrustError):
        destination(Address(url="https://peer.example", pin=None), ["0.0.0.0/0"]).check("127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://peer.example",
        "https://user@peer.example",
        "https://peer.example/path",
        "https://peer.example?x",
        "https://peer.example:22",
        "https://0x7f000001",
        "https://2130706433",
        "https://0177.0.0.1",
        "https://127.1",
        "ftp://peer.example",
        "https://[::ffff:10.0.0.1]",
        "https://169.254.169.254",
    ],
)
def test_other_spellings_and_other_ports_are_refused(url: str) -> None:
    """T37: one form of URL, https, and a port that a node may have."""
    with pytest.raises(ComityError):
        to(url)


def test_a_loopback_url_may_lead_to_loopback_and_nowhere_else() -> None:
    """Plain http for this machine only, whatever the resolver says."""
    peer = destination(Address(url="http://localhost:8471", pin=None))
    peer.check("127.0.0.1")
    peer.check("::1")

    for address in ("93.184.216.34", "10.0.0.1"):
        with pytest.raises(TrustError):
            peer.check(address)


def test_the_authority_leaves_the_usual_port_out() -> None:
    """As it stands in Host and in what is signed."""
    assert authority_of("https://Peer.example:443") == "peer.example"
    assert authority_of("http://127.0.0.1:8471") == "127.0.0.1:8471"
