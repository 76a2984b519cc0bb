"""A party's private keys on this machine, one purpose each, encrypted at rest.

The key that encrypts them is 32 random bytes as hex digits, from the environment
(``COMITY_SECRET``) or from the file ``secret``, which only its owner may read.  The next
signing key lies in a file of its own, to be taken off the machine: whoever steals all others
cannot change the party's keys without it (security threat T14).
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from comity.errors import FormatError, TrustError
from comity.statement import cbor
from comity.statement.cbor import Value
from comity.statement.kem import KemPrivateKey
from comity.statement.keys import ED25519, ES256, MLDSA44, PrivateKey, PublicKey
from comity.statement.reading import Reading
from comity.statement.vault import Vault

SECRET: Final = "COMITY_SECRET"  # noqa: S105 - the name of the variable, not its value
SIGN, NODE, TRANSPORT = "sign", "node", "transport"
LOG, LOG_PQ, RECEIPT, KEM = "log", "log-pq", "receipt", "kem"
WITNESS, WITNESS_PQ = "witness", "witness-pq"
OFFICERS_ALGORITHMS: Final[Mapping[str, int]] = {"ed25519": ED25519, "es256": ES256}
_LABEL: Final = b"comity/keys/1"
_NEXT_LABEL: Final = b"comity/next-keys/1"
KEYS: Final = "keys.bin"
NEXT_KEY: Final = "next-key.bin"
_MOST_KEMS: Final = 1024
_MOST_BYTES: Final = 64 * 1024
_OTHERS_MAY_READ: Final = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """Every private key that a running node uses."""

    signing: Mapping[str, PrivateKey]
    """By purpose: ``sign``, ``node``, ``transport``, ``log``, ``log-pq``, ``receipt``,
    ``witness``, ``witness-pq``."""
    kem: KemPrivateKey
    kems: tuple[KemPrivateKey, ...] = ()
    """Those before it, for what was encrypted before its sender knew the new one."""

    def opens(self, kid: bytes) -> KemPrivateKey:
        """Return the key for which something was encrypted; the newest, if it is none of them."""
        return next((each for each in self.kems if each.public.kid == kid), self.kem)

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
    save_ring(folder / KEYS, ring, vault)
    save_next(folder / NEXT_KEY, coming, vault)


def save_next(path: Path, coming: PrivateKey, vault: Vault) -> None:
    """Write a next signing key to a new file; raises as ``write_private``."""
    following = cbor.encode([coming.public.alg, coming.secret])
    write_private(path, vault.lock(following, _NEXT_LABEL))


def load_next(path: Path, vault: Vault) -> PrivateKey:
    """Read a next signing key.

    Raises:
        FormatError: ``keys.no-next`` (there is no such file, or it holds no key).
        TrustError: ``vault.not-opened``.

    """
    try:
        locked = path.read_bytes()
    except OSError as error:
        raise FormatError("keys.no-next", path=str(path)) from error
    match cbor.decode(vault.open(locked, _NEXT_LABEL), max_bytes=_MOST_BYTES):
        case [int() as alg, bytes() as secret]:
            return PrivateKey.load(alg, secret)
        case _:
            raise FormatError("keys.no-next", path=str(path))


def save_ring(path: Path, ring: KeyRing, vault: Vault) -> None:
    """Write a node's keys to a new file; raises as ``write_private``."""
    keys: dict[str, Value] = {
        purpose: [key.public.alg, key.secret] for purpose, key in sorted(ring.signing.items())
    }
    content: dict[str, Value] = {"signing": keys, "kem": ring.kem.secret}
    if ring.kems:
        content["kems"] = [each.secret for each in ring.kems]
    write_private(path, vault.lock(cbor.encode(content), _LABEL))


def load_keys(folder: Path, vault: Vault) -> KeyRing:
    """Read a node's keys.

    Raises:
        TrustError: ``vault.not-opened`` (another secret, or a changed file).
        FormatError: ``node.keys``.

    """
    return load_ring(folder / KEYS, vault)


def load_ring(path: Path, vault: Vault) -> KeyRing:
    """Read a file of keys; raises as ``load_keys``."""
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
    older = reading.byte_strings("kems", most=_MOST_KEMS) if reading.has("kems") else ()
    return KeyRing(
        signing=signing,
        kem=KemPrivateKey.load(reading.bytes("kem")),
        kems=tuple(KemPrivateKey.load(each) for each in older),
    )


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


@dataclass(frozen=True, slots=True)
class Live:
    """Signs with the key of a purpose that is in force when it is asked to."""

    ring: Callable[[], KeyRing]
    purpose: str

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this signs now."""
        return self.ring().signing[self.purpose].public

    def sign(self, message: bytes) -> bytes:
        """Return a signature in the form that ``PublicKey.verify`` accepts."""
        return self.ring().signing[self.purpose].sign(message)
