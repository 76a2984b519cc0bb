"""Where a party's node is: a statement in a thread of its own, continued when it moves.

``party.node`` says ``url``, ``pin`` (SHA-256 of the SubjectPublicKeyInfo of the TLS key, or null:
web PKI) and ``version`` of the protocol.  Peers connect to what such a statement says, and to
nothing else.

Source: wire profile, sections 5.2 and 5.4.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from comity.errors import ComityError, FormatError
from comity.parties.speech import Spoken, read_spoken, speak
from comity.statement.act import Act
from comity.statement.body import Section
from comity.statement.envelope import Statement, UnverifiedStatement
from comity.statement.keys import Signer
from comity.statement.model import DIGEST_BYTES, PartyId, subject_of
from comity.statement.reading import Reading
from comity.statement.subject import check_opening

KIND: Final = "party.node"
VERSION: Final = 1
_MOST_HOST: Final = 253
_MOST_PORT: Final = 65_535
_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]{2,45}\]|[a-z0-9.-]{1,253})(?::(?P<port>[1-9][0-9]{0,4}))?",
    re.ASCII,
)
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a node answers."""

    url: str
    """Scheme, host and, if it is not the usual one, port; nothing after that."""
    pin: bytes | None
    """SHA-256 of the TLS key's SubjectPublicKeyInfo; ``None``: the web's authorities vouch."""
    version: int = VERSION


def check_url(url: str) -> str:
    """Return a node's URL, if peers may be sent there.

    https anywhere; plain http only to a literal loopback address or ``localhost``.  No user, no
    path, no query, no fragment; host in ASCII and lower case.

    Raises:
        FormatError: ``address.url``, ``address.not-https``.

    """
    found = _URL.fullmatch(url.removesuffix("/"))
    if found is None or int(found["port"] or 1) > _MOST_PORT:
        raise FormatError("address.url", url=ascii(url[:200]))
    loopback = _is_loopback(found["host"], url)
    if found["scheme"] == "http" and not loopback:
        raise FormatError("address.not-https", url=ascii(url[:200]))
    return url.removesuffix("/")


def _is_loopback(host: str, url: str) -> bool:
    """Check a host and tell whether it is this machine."""
    try:
        if host.startswith("["):
            return IPv6Address(host[1:-1]).is_loopback
        if host.rsplit(".", maxsplit=1)[-1].isdigit():
            return IPv4Address(host).is_loopback
    except AddressValueError:
        raise FormatError("address.url", url=ascii(url[:200])) from None
    if len(host) > _MOST_HOST or not all(map(_LABEL.fullmatch, host.split("."))):
        raise FormatError("address.url", url=ascii(url[:200]))
    # Some resolvers still read 0x7f000001 as a number.
    if host.rsplit(".", maxsplit=1)[-1].startswith("0x"):
        raise FormatError("address.url", url=ascii(url[:200]))
    return host == "localhost"


def make_address(
    party: PartyId, address: Address, nonce: bytes, *, signer: Signer, issued_at: int
) -> Spoken:
    """Sign the first address of a node (nonce: 32 random bytes; issued_at: unix seconds, UTC).

    Raises:
        FormatError: ``address.url``, ``address.not-https``, ``subject.nonce``.

    """
    act = Act(type=KIND, nonce=nonce, own=own_part(address))
    return speak(act, (), party=party, signer=signer, issued_at=issued_at)


def own_part(address: Address) -> dict[str, str | bytes | int | None]:
    """Return what the statement says, for the opening and for what continues it.

    Raises:
        FormatError: ``address.url``, ``address.not-https``.

    """
    return {"url": check_url(address.url), "pin": address.pin, "version": address.version}


def address_of(act: Act) -> Address:
    """Return the address that an act says.

    Raises:
        FormatError: ``parties.other-kind``, ``address.url``, ``address.not-https``,
            ``address.thread`` (it is addressed to somebody), ``statement.field``,
            ``statement.unknown-field``.

    """
    if act.type != KIND:
        raise FormatError("parties.other-kind", kind=act.type, expected=KIND)
    if act.net is not None or act.aud or act.texts:
        raise FormatError("address.thread")
    own = Reading(act.own, KIND)
    pin = own.value("pin")
    address = Address(
        url=check_url(own.text("url")),
        pin=None if pin is None else own.bytes("pin", DIGEST_BYTES),
        version=own.integer("version", least=1),
    )
    own.done()
    return address


def read_address(
    statement: Statement | UnverifiedStatement, sections: Mapping[str, Section]
) -> Address:
    """Return the address that a statement says; its signature is the caller's to check.

    It opens its issuer's own subject, or continues the issuer's chain in one: the opening of
    that is not at hand here, and whoever holds it compares (THREAD-4).

    Raises:
        FormatError: as ``address_of``; ``address.not-its-own``, ``body.does-not-fit``,
            ``parties.names``.

    """
    act = read_spoken(statement, sections, KIND)
    if len(sections) != 1:
        raise FormatError("address.thread")
    _check_thread(statement, act)
    return address_of(act)


def _check_thread(statement: Statement | UnverifiedStatement, act: Act) -> None:
    if act.nonce is None:
        if act.case is None or act.prev is None:
            raise FormatError("address.not-its-own")
        return
    try:
        check_opening(statement.header.issuer, subject_of(statement.header.subject), act.nonce)
    except ComityError as error:
        raise FormatError("address.not-its-own") from error
