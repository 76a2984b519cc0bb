"""Node addresses: where peers may be sent, and where never."""

import pytest

from comity.errors import FormatError
from comity.parties.address import Address, address_of, check_url, make_address, read_address
from comity.parties.inception import SIGN
from comity.parties.tests.party_stories import NOW, known
from comity.statement.act import Act


@pytest.mark.parametrize(
    "url",
    [
        "https://node.example",
        "https://node.example:8443",
        "https://xn--fiqs8s.example",
        "https://192.0.2.1",
        "https://[2001:db8::1]:9443",
        "http://127.0.0.1:8080",
        "http://127.9.9.9",
        "http://[::1]:8080",
        "http://localhost:8080",
    ],
)
def test_https_anywhere_and_http_on_loopback(url: str) -> None:
    """Wire profile 5.4: plain HTTP only where nobody else listens."""
    assert check_url(url) == url
    assert check_url(url + "/") == url


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://node.example", "address.not-https"),
        ("http://192.0.2.1", "address.not-https"),
        ("http://localhost.example", "address.not-https"),
        ("http://[2001:db8::1]", "address.not-https"),
        ("https://user@node.example", "address.url"),
        ("https://node.example/path", "address.url"),
        ("https://node.example?q", "address.url"),
        ("https://node.example#f", "address.url"),
        ("https://node.example:0", "address.url"),
        ("https://node.example:65536", "address.url"),
        ("https://Node.example", "address.url"),
        ("https://节点.example", "address.url"),
        ("https://-node.example", "address.url"),
        ("https://node..example", "address.url"),
        ("http://127.1", "address.url"),
        ("http://127.0.0.1.", "address.url"),
        ("http://0x7f000001", "address.url"),
        ("http://2130706433", "address.url"),
        ("https://[::1", "address.url"),
        ("https://[zz]", "address.url"),
        ("ftp://node.example", "address.url"),
        ("https://node.example\n", "address.url"),
        ("", "address.url"),
    ],
)
def test_other_urls_are_refused(url: str, code: str) -> None:
    """Wire profile 5.4: no user, path, query or fragment; no host that reads two ways."""
    with pytest.raises(FormatError) as refused:
        check_url(url)
    assert refused.value.code == code


def test_an_address_is_read_as_it_was_said() -> None:
    """With its pin, or with none."""
    aurelia = known("Aurelia")
    for pin in (None, bytes(32)):
        address = Address(url="https://node.example", pin=pin)

        spoken = make_address(
            aurelia.party.id, address, bytes(32), signer=aurelia.keys[SIGN], issued_at=NOW
        )

        assert read_address(spoken.statement, spoken.sections) == address


def test_an_address_is_addressed_to_nobody() -> None:
    """Ruling 6: what a party says about itself belongs to no mechanism."""
    own = {"url": "https://node.example", "pin": None, "version": 1}
    act = Act(type="party.node", nonce=bytes(32), aud=(known("Boralia").party.id,), own=own)

    with pytest.raises(FormatError) as refused:
        address_of(act)
    assert refused.value.code == "address.thread"


@pytest.mark.parametrize("own", [{}, {"url": "https://a", "pin": b"short", "version": 1}])
def test_what_is_no_address_is_refused(own: dict[str, str | bytes | int]) -> None:
    """Every field is there and of its form."""
    with pytest.raises(FormatError) as refused:
        address_of(Act(type="party.node", nonce=bytes(32), own=own))
    assert refused.value.code == "statement.field"
