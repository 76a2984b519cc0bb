"""A body encrypted for one party, bound to its statement.

```
96([ << {1: A256GCM} >>, {5: iv}, ciphertext,
     [[ << {1: suite, 4: recipient's kid} >>, {-4: encapsulated key}, encrypted key ]] ])
```

The statement's id is the external data of the content and stands in the ``info`` of the
recipient, so the ciphertext opens as this statement's body or not at all.

Source: wire profile, section 4.4; RFC 9052, section 5.3; draft-ietf-cose-hpke.
"""

import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.body import MOST_BODY_BYTES
from comity.statement.cbor import Tagged, Value
from comity.statement.kem import ENCAPSULATED_BYTES, KemPrivateKey, KemPublicKey

MOST_SEALED_BYTES: Final = MOST_BODY_BYTES + 4096
ENCRYPT_TAG: Final = 96
A256GCM: Final = 3
ALG, KID, IV, EK = 1, 4, 5, -4
_IV_BYTES: Final = 12
_KEY_BYTES: Final = 32
_GCM_TAG_BYTES: Final = 16
_PROTECTED: Final = cbor.encode({ALG: A256GCM})


def seal(plaintext: bytes, recipient: KemPublicKey, sid: bytes) -> bytes:
    """Encrypt a body for one party.

    Args:
        plaintext: ``body.seal_plaintext`` of the sections.
        recipient: the party's key to encrypt for.
        sid: the statement's id, 32 bytes.

    """
    key, iv = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_IV_BYTES)
    header = cbor.encode({ALG: recipient.suite, KID: recipient.kid})
    encapsulated, wrapped = recipient.wrap(key, _info(header, sid))
    ciphertext = AESGCM(key).encrypt(iv, plaintext, _external(sid))
    to: list[Value] = [header, {EK: encapsulated}, wrapped]
    return cbor.encode(Tagged(ENCRYPT_TAG, [_PROTECTED, {IV: iv}, ciphertext, [to]]))


def unseal(data: bytes, key: KemPrivateKey, sid: bytes) -> bytes:
    """Decrypt the body of the statement ``sid`` with our key.

    Raises:
        FormatError: ``seal.form``, ``cbor.…``.
        TrustError: ``seal.other-recipient``, ``seal.not-opened``.

    """
    value = cbor.decode(data, max_bytes=MOST_SEALED_BYTES)
    if not isinstance(value, Tagged) or value.tag != ENCRYPT_TAG:
        raise FormatError("seal.form")
    match value.value:
        case [
            bytes() as protected,
            {5: bytes() as iv, **more},
            bytes() as ciphertext,
            [[bytes() as header, {-4: bytes() as encapsulated, **others}, bytes() as wrapped]],
        ] if protected == _PROTECTED and not more and not others:
            _check_sizes(iv, encapsulated, wrapped)
        case _:
            raise FormatError("seal.form")
    # The recipient's header has one form only, so it is compared and never decoded.
    if header != cbor.encode({ALG: key.public.suite, KID: key.public.kid}):
        raise TrustError("seal.other-recipient")
    secret = key.unwrap(encapsulated, wrapped, _info(header, sid))
    try:
        return AESGCM(secret).decrypt(iv, ciphertext, _external(sid))
    except (InvalidTag, ValueError):
        raise TrustError("seal.not-opened") from None


def recipient_of(data: bytes) -> bytes:
    """Return the ``kid`` for which a body claims to be encrypted (32 bytes).

    Raises:
        FormatError: ``seal.form``, ``cbor.…``.

    """
    value = cbor.decode(data, max_bytes=MOST_SEALED_BYTES)
    match value:
        case Tagged(tag=96, value=[_, _, _, [[bytes() as header, _, _]]]):
            fields = cbor.decode(header, max_bytes=128)
        case _:
            raise FormatError("seal.form")
    match fields:
        case {1: int(), 4: bytes() as kid, **more} if not more and len(kid) == _KEY_BYTES:
            return kid
        case _:
            raise FormatError("seal.form")


def _check_sizes(iv: bytes, encapsulated: bytes, wrapped: bytes) -> None:
    if (len(iv), len(encapsulated), len(wrapped)) != (
        _IV_BYTES,
        ENCAPSULATED_BYTES,
        _KEY_BYTES + _GCM_TAG_BYTES,
    ):
        raise FormatError("seal.form")


def _info(header: bytes, sid: bytes) -> bytes:
    return cbor.encode(["HPKE Recipient", A256GCM, header, sid])


def _external(sid: bytes) -> bytes:
    return cbor.encode(["Encrypt", _PROTECTED, sid])
