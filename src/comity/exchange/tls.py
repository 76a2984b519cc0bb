"""TLS between nodes: version 1.3, and the peer known by web PKI or by its pinned key.

A pin is the SHA-256 of the SubjectPublicKeyInfo of the server's key.  It is compared when the
handshake is over and before the first byte of a request: a certificate renewed with the same
key changes nothing, and neither its dates nor its names matter then, because the party itself
vouches for the key.

Source: wire profile, section 5.1.
"""

import hmac
import ssl
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from comity.errors import FormatError


class PinMismatchError(ssl.SSLCertVerificationError):
    """The server's key is not the one that its party stated."""


def client_context(pin: bytes | None) -> ssl.SSLContext:
    """Return how to connect to a peer: ``pin`` is 32 bytes, or ``None`` for web PKI."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION
    if pin is not None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.sslobject_class = _pinned(pin)
    return context


def server_context(certificate: Path, key: Path | None) -> ssl.SSLContext:
    """Return how to serve with a certificate chain and its key (PEM files).

    Raises:
        FormatError: ``exchange.certificate``.

    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.options |= ssl.OP_NO_COMPRESSION
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ValueError) as error:
        raise FormatError("exchange.certificate", path=str(certificate)) from error
    return context


def pin_of(certificate: Path) -> bytes:
    """Return the pin of the first certificate in a PEM file, for the party's card.

    Raises:
        FormatError: ``exchange.certificate``.

    """
    try:
        return _spki_digest(x509.load_pem_x509_certificate(certificate.read_bytes()))
    except (OSError, ValueError) as error:
        raise FormatError("exchange.certificate", path=str(certificate)) from error


def _spki_digest(certificate: x509.Certificate) -> bytes:
    key = certificate.public_key()
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()


def _pinned(pin: bytes) -> type[ssl.SSLObject]:
    """Return the class of TLS connections whose server holds the pinned key, and no other."""

    class PinnedConnection(ssl.SSLObject):
        """Raises at the end of the handshake if the server's key is another."""

        def do_handshake(self) -> None:
            """Shake hands, then look at the key."""
            super().do_handshake()
            shown = self.getpeercert(binary_form=True)
            try:
                digest = _spki_digest(x509.load_der_x509_certificate(shown or b""))
            except ValueError:
                digest = b""
            if not hmac.compare_digest(digest, pin):
                raise PinMismatchError(1, "the server's key is not the pinned one")

    return PinnedConnection
