"""A party's private keys on this machine, one purpose each, encrypted at rest.

The key that encrypts them is 32 random bytes as hex digits, from the environment
(``COMITY_SECRET``) or from the file ``secret``, which only its owner may read.  The next
signing keys lie in a file of their own, to be taken off the machine.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.kem import KemPrivateKey
from comity.statement.keys import ED25519, ES256, MLDSA44, PrivateKey
from comity.statement.reading import Reading
from comity.statement.vault import Vault

SECRET: Final = "COMITY_SECRET"  # noqa: S105 - the name of the variable, not its value
SIGN, NODE, TRANSPORT = "sign", "node", "transport"
LOG, LOG_PQ, RECEIPT, KEM = "log", "log-pq", "receipt", "kem"
WITNESS, WITNESS_PQ = "witness", "witness-pq"
OFFICERS_ALGORITHMS: Final[Mapping[str, int]] = {"ed25519": ED25519, "es256": ES256}
_LABEL: Final = b"comity/keys/1"
_NEXT_LABEL: Final = b"comity/next-keys/1"
_MOST_BYTES: Final = 64 * 1024
_OTHERS_MAY_READ: Final = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Every private key that a running node uses."""

    signing: Mapping[str, PrivateKey]
    """By purpose: ``sign``, ``node``, ``transport``, ``log``, ``log-pq``, ``receipt``,
    ``witness``, ``witness-pq``."""
    kem: KemPrivateKey

    @classmethod
    def generate(cls, alg: int) -> "KeyRing":
        """Return fresh keys; ``alg`` is the algorithm that officers sign with."""
        algorithms = {
            SIGN: alg,
            NODE: ED25519,
            TRANSPORT: ED25519,
            LOG: ED25519,
            LOG_PQ: MLDSA44,
            RECEIPT: ED25519,
            WITNESS: ED25519,
            WITNESS_PQ: MLDSA44,
        }
        return cls(
            signing={purpose: PrivateKey.generate(each) for purpose, each in algorithms.items()},
            kem=KemPrivateKey.generate(),
        )

    @classmethod
    def away(cls) -> "KeyRing":
        """Return no keys at all: a node of which only the reading is left."""
        return cls(signing={}, kem=KemPrivateKey.generate())


def open_vault(folder: Path) -> Vault:
    """Return the vault of a node's folder.

    Raises:
        FormatError: ``node.secret`` (missing or not 64 hex digits).
        TrustError: ``node.secret-open`` (others may read the file).

    """
    text = os.environ.get(SECRET)
    path = folder / "secret"
    if text is None:
        if not path.is_file():
            raise FormatError("node.secret", path=str(path))
        if path.stat().st_mode & _OTHERS_MAY_READ:
            raise TrustError("node.secret-open", path=str(path))
        text = path.read_text("ascii", errors="replace")
    try:
        return Vault(bytes.fromhex(text.strip()))
    except (ValueError, FormatError) as error:
        raise FormatError("node.secret", path=str(path)) from error


def make_secret(folder: Path) -> None:
    """Write a fresh storage key, unless the environment gives one."""
    if SECRET not in os.environ:
        write_private(folder / "secret", secrets.token_hex(32).encode() + b"\n")


def save_keys(folder: Path, ring: KeyRing, coming: PrivateKey, vault: Vault) -> None:
    """Write a node's keys, and its next signing key, each in a file of its own."""
    keys: dict[str, Value] = {
        purpose: [key.public.alg, key.secret] for purpose, key in sorted(ring.signing.items())
    }
    content = cbor.encode({"signing": keys, "kem": ring.kem.secret})
    write_private(folder / "keys.bin", vault.lock(content, _LABEL))
    following = cbor.encode([coming.public.alg, coming.secret])
    write_private(folder / "next-key.bin", vault.lock(following, _NEXT_LABEL))


def load_keys(folder: Path, vault: Vault) -> KeyRing:
    """Read a node's keys.

    Raises:
        TrustError: ``vault.not-opened`` (another secret, or a changed file).
        FormatError: ``node.keys``.

    """
    path = folder / "keys.bin"
    if not path.is_file():
        raise FormatError("node.keys", path=str(path))
    content = vault.open(path.read_bytes(), _LABEL)
    reading = Reading(cbor.decode(content, max_bytes=_MOST_BYTES), "keys")
    signing: dict[str, PrivateKey] = {}
    for purpose, value in reading.text_mapping("signing").items():
        match value:
            case [int() as alg, bytes() as secret]:
                signing[purpose] = PrivateKey.load(alg, secret)
            case _:
                raise FormatError("node.keys", path=str(path))
    return KeyRing(signing=signing, kem=KemPrivateKey.load(reading.bytes("kem")))


def write_private(path: Path, content: bytes) -> None:
    """Write a new file that only its owner may read, durably.

    Raises:
        FormatError: ``node.exists``.

    """
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FormatError("node.exists", path=str(path)) from error
    with os.fdopen(opened, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
