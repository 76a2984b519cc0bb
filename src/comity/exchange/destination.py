"""Where a node may connect to: what a party's own statement says, and within these bounds.

A name is resolved once, every address that comes out is checked, and one of those is
connected to.  Loopback only if the URL itself names it; private and other special networks
only if the operator lists them.  IPv4 inside IPv6 (mapped, NAT64, 6to4) counts as the IPv4.

Source: wire profile, section 5.4; security threat T37.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from comity.errors import TrustError
from comity.parties.address import Address, check_url

IpAddress: TypeAlias = IPv4Address | IPv6Address
IpNetwork: TypeAlias = IPv4Network | IPv6Network
HTTPS_PORT: Final = 443
_FIRST_FREE_PORT: Final = 1024
PRIVATE_NETWORKS: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""What an operator allows who allows closed networks and names none."""
_NAT64: Final = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
_LOW_32: Final = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A peer's address, allowed as far as it can be told before its name is resolved."""

    url: str
    pin: bytes | None
    host: str
    """A name or an address, without brackets."""
    port: int
    secure: bool
    authority: str
    """As it stands in Host and in a signature: the usual port is left out."""
    is_loopback: bool
    """The URL itself names this machine."""
    allowed: tuple[IpNetwork, ...] = ()
    """Networks that the operator allows besides the public ones."""

    def check(self, address: str) -> None:
        """Check one address to which the host was resolved.

        Raises:
            TrustError: ``exchange.address``.

        """
        real = _unwrapped(ip_address(address.partition("%")[0]))
        if self.is_loopback:
            allowed = real.is_loopback
        else:
            listed = any(real in network for network in self.allowed)
            # An operator can allow a closed network, never this machine.
            public = real.is_global and not real.is_multicast
            allowed = (public or listed) and not (real.is_loopback or real.is_unspecified)
        if not allowed:
            raise TrustError("exchange.address", address=str(real), url=self.url)

    def resolve(self) -> list[tuple[int, str]]:
        """Return the addresses of the host, every one of them checked.

        Raises:
            TrustError: ``exchange.address``: one of them is not allowed.
            OSError: it has none.

        """
        found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys((int(family), str(where[0])) for family, *_, where in found))
        for _, address in addresses:
            self.check(address)
        return addresses


def authority_of(url: str) -> str:
    """Return what stands in Host for a URL: host in lower case, the usual port left out."""
    parts = urlsplit(url)
    host = parts.netloc.lower()
    usual = {"https": ":443", "http": ":80"}.get(parts.scheme, "")
    return host.removesuffix(usual) if usual else host


def destination(address: Address, allow_private: Sequence[str] = ()) -> Destination:
    """Return where a peer's address leads.

    Args:
        address: what the peer's statement says.
        allow_private: networks in CIDR form that the operator allows, for example
            ``10.20.0.0/16``.

    Raises:
        FormatError: ``address.url``, ``address.not-https``.
        TrustError: ``exchange.port``; ``exchange.address`` if the host is an address.

    """
    url = check_url(address.url)
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host = parts.hostname or ""
    port = parts.port or (HTTPS_PORT if secure else 80)
    made = Destination(
        url=url,
        pin=address.pin,
        host=host,
        port=port,
        secure=secure,
        authority=authority_of(url),
        is_loopback=_is_loopback(host),
        allowed=tuple(ip_network(network, strict=False) for network in allow_private),
    )
    if port != HTTPS_PORT and port < _FIRST_FREE_PORT:
        raise TrustError("exchange.port", url=url)
    if _is_ip(host):
        made.check(host)
    return made


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)


def _unwrapped(address: IpAddress) -> IpAddress:
    """Return the IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    # ``::1`` and ``::`` are themselves.
    compatible = int(address) >> 32 == 0 and int(address) > 1
    if compatible or any(address in network for network in _NAT64):
        return IPv4Address(int(address) & _LOW_32)
    return address
