"""COSE_Sign1 without opinions: what is signed, how it is written, how it is read.

Receipts and statements are both written so; what their headers must hold is said there.

Source: RFC 9052, sections 4.2 and 4.4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.cbor import Key, Tagged, Value
from comity.statement.keys import Signer

SIGN1_TAG: Final = 18
# ["Signature1", protected, h'', payload] up to the protected header.
_CONTEXT: Final = b"\x84" + cbor.encode("Signature1")
_NO_AAD: Final = b"\x40"
_HEAD: Final = b"\xd2\x84"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """The four parts, as received; nothing is verified."""

    protected: bytes
    unprotected: Mapping[Key, Value]
    payload: bytes | None
    signature: bytes


def sig_structure(protected: bytes, payload: bytes) -> bytes:
    """Return what is signed (no external data)."""
    return _CONTEXT + cbor.encode(protected) + _NO_AAD + cbor.encode(payload)


def sign1(protected: bytes, payload: bytes, signer: Signer) -> bytes:
    """Return the signature over a protected header and a payload, inline or detached."""
    return signer.sign(sig_structure(protected, payload))


def encode_sign1(
    protected: bytes,
    unprotected: Mapping[int, Value] | Mapping[Key, Value],
    payload: bytes | None,
    signature: bytes,
) -> bytes:
    """Return a tagged COSE_Sign1; a payload of ``None`` is detached."""
    parts = (protected, unprotected, payload, signature)
    return _HEAD + b"".join(cbor.encode(part) for part in parts)


def decode_sign1(data: bytes, max_bytes: int) -> Sign1:
    """Read a tagged COSE_Sign1.

    Raises:
        FormatError: ``envelope.not-sign1``, ``cbor.…``.

    """
    value = cbor.decode(data, max_bytes=max_bytes)
    if not isinstance(value, Tagged) or value.tag != SIGN1_TAG:
        raise FormatError("envelope.not-sign1")
    match value.value:
        case [
            bytes() as protected,
            dict() as unprotected,
            None | bytes() as payload,
            bytes() as sig,
        ]:
            return Sign1(
                protected=protected, unprotected=unprotected, payload=payload, signature=sig
            )
        case _:
            raise FormatError("envelope.not-sign1")
