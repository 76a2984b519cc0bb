"""A card made by hand, from ``docs/spec`` alone: nothing of Comity is imported here.

Steps 1 to 6 are those of ``docs/spec/en/parties.md``, “Card”.  Any key may be replaced by bytes
of one's choice; what such a key would have to sign is then “signed” by the neutral element and
zero, which a verifier that forgets to look at the key takes for a signature of every message.
"""

import secrets
import time
from base64 import b32encode, b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Protocol

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SELF: Final = "urn:comity:party:self"
NEUTRAL: Final = bytes([1, *([0] * 31)])
_EIGHTH: Final = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc"
_OTHER_EIGHTH: Final = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03"
SMALL_ORDER: Final = {
    "order 1": "01" + "00" * 31,
    "order 2": "ec" + "ff" * 30 + "7f",
    "order 4": "00" * 32,
    "order 4, minus": "00" * 31 + "80",
    "order 8": _EIGHTH + "05",
    "order 8, minus": _EIGHTH + "85",
    "order 8, other": _OTHER_EIGHTH + "7a",
    "order 8, other, minus": _OTHER_EIGHTH + "fa",
    "order 1, minus zero": "01" + "00" * 30 + "80",
    "order 2, minus zero": "ec" + "ff" * 31,
    "order 4, not reduced": "ed" + "ff" * 30 + "7f",
    "order 4, not reduced, minus": "ed" + "ff" * 31,
    "order 1, not reduced": "ee" + "ff" * 30 + "7f",
    "order 1, not reduced, minus": "ee" + "ff" * 31,
}
"""Every encoding of a point of small order that a lax reader takes, the canonical ones first."""


class Key(Protocol):
    """A key that signs."""

    alg: int

    def public(self) -> dict[int, Any]: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass
class Ed25519:
    """An honest Ed25519 key."""

    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    alg: int = -19

    def raw(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def public(self) -> dict[int, Any]:
        return {1: 1, 3: self.alg, -1: 6, -2: self.raw()}

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


@dataclass
class Trick:
    """A key without a private half."""

    x: bytes
    alg: int = -19

    def raw(self) -> bytes:
        return self.x

    def public(self) -> dict[int, Any]:
        return {1: 1, 3: self.alg, -1: 6, -2: self.x}

    def sign(self, message: bytes) -> bytes:  # noqa: ARG002 - the point: one signature fits all
        return NEUTRAL + bytes(32)


@dataclass
class MlDsa44:
    """An honest ML-DSA-44 key."""

    private: MLDSA44PrivateKey = field(default_factory=MLDSA44PrivateKey.generate)
    alg: int = -48

    def raw(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def public(self) -> dict[int, Any]:
        return {1: 7, 3: self.alg, -1: self.raw()}

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def cbor(value: Any) -> bytes:
    """Return deterministic CBOR."""
    return cbor2.dumps(value, canonical=True)


def thumbprint(key: dict[int, Any]) -> bytes:
    """Return a key's ``kid``."""
    required = {1: (1, -1, -2), 7: (1, 3, -1)}[key[1]]
    return sha256(cbor({label: key[label] for label in required})).digest()


@dataclass
class Log:
    """A log of a few entries."""

    name: str
    keys: dict[str, Any]
    entries: list[bytes]
    at: int

    def leaf(self, index: int) -> bytes:
        return sha256(b"\0" + self.entries[index]).digest()

    def root(self, start: int, end: int) -> bytes:
        if end - start == 1:
            return self.leaf(start)
        half = self._half(end - start)
        left, right = self.root(start, start + half), self.root(start + half, end)
        return sha256(b"\1" + left + right).digest()

    def path(self, index: int, start: int, end: int) -> list[bytes]:
        if end - start == 1:
            return []
        half = start + self._half(end - start)
        if index < half:
            return [*self.path(index, start, half), self.root(half, end)]
        return [*self.path(index, half, end), self.root(start, half)]

    @staticmethod
    def _half(count: int) -> int:
        return 1 << (count - 1).bit_length() - 1

    def checkpoint(self) -> str:
        size, root = len(self.entries), self.root(0, len(self.entries))
        body = f"{self.name}\n{size}\n{b64encode(root).decode()}\n"
        name, moment = self.name.encode(), self.at.to_bytes(8, "big")
        subtree = b"subtree/v1\n\0" + bytes([len(name)]) + name + moment
        subtree += bytes([len(name)]) + name + bytes(8) + size.to_bytes(8, "big") + root
        first = self._id(1, "log") + self.keys["log"].sign(body.encode())
        second = self._id(6, "log-pq") + moment + self.keys["log-pq"].sign(subtree)
        lines = [f"— {self.name} {b64encode(each).decode()}\n" for each in (first, second)]
        return body + "\n" + "".join(lines)

    def _id(self, kind: int, purpose: str) -> bytes:
        named = self.name.encode() + b"\n" + bytes([kind]) + self.keys[purpose].raw()
        return sha256(named).digest()[:4]

    def receipt(self, index: int, checkpoint: str) -> bytes:
        size, uri, key = len(self.entries), f"urn:comity:log:{self.name}", self.keys["receipt"]
        claims = {1: uri, 2: uri, 6: self.at}
        header = {1: key.alg, 4: thumbprint(key.public()), 15: claims, 395: 1, -70001: size}
        protected = cbor(header)
        root = self.root(0, size)
        signature = key.sign(cbor(["Signature1", protected, b"", root]))
        proof = cbor([size, index, self.path(index, 0, size)])
        unprotected = {396: {-1: [proof]}, -70002: checkpoint}
        return cbor(cbor2.CBORTag(18, [protected, unprotected, None, signature]))


@dataclass
class Said:
    """A statement and its sections."""

    parts: list[Any]
    sections: list[bytes]
    sid: bytes

    def encoded(self, receipts: list[bytes] | None = None) -> bytes:
        protected, payload, signature = self.parts
        unprotected = {} if receipts is None else {394: receipts}
        return cbor(cbor2.CBORTag(18, [protected, unprotected, payload, signature]))


def say(key: Any, issuer: str, act: dict[str, Any], texts: dict[str, str], at: int) -> Said:
    """Sign a statement."""
    content = {"act": ("application/cbor", cbor(act))}
    content |= {
        f"text.{tag}": ("text/plain; charset=utf-8", text.encode()) for tag, text in texts.items()
    }
    sections = {
        name: cbor([secrets.token_bytes(32), name, kind, value])
        for name, (kind, value) in sorted(content.items())
    }
    digests = {name: sha256(section).digest() for name, section in sections.items()}
    payload = sha256(cbor(["comity-body/1", digests])).digest()
    subject = issuer
    if issuer != SELF:
        made = sha256(b"comity/subject/1" + issuer.encode() + act["nonce"]).hexdigest()
        subject = f"urn:comity:matter:{made[:32]}"
    header = {
        1: key.alg,
        4: thumbprint(key.public()),
        15: {1: issuer, 2: subject, 6: at, 7: secrets.token_bytes(16)},
        16: "application/vnd.comity.statement+cose",
        258: -16,
        259: "application/vnd.comity.body+cbor",
    }
    protected = cbor(header)
    signed = cbor(["Signature1", protected, b"", payload])
    return Said(
        parts=[protected, payload, key.sign(signed)],
        sections=list(sections.values()),
        sid=sha256(signed).digest(),
    )


def card(name: str, **tricks: bytes) -> str:
    """Return a card; ``tricks`` name the purposes whose key is replaced (``log_pq`` is not)."""
    keys: dict[str, Any] = {
        purpose: Trick(tricks[purpose]) if purpose in tricks else Ed25519()
        for purpose in ("log", "node", "receipt", "sign", "transport", "witness")
    }
    keys["log-pq"], keys["witness-pq"] = MlDsa44(), MlDsa44()
    kem = MLKEM768PrivateKey.generate().public_key().public_bytes_raw()
    kem += X25519PrivateKey.generate().public_key().public_bytes_raw()
    public = {purpose: key.public() for purpose, key in keys.items()}
    public["kem"] = {1: 7, 3: -70157, -1: kem}
    now = int(time.time())
    plain: dict[str, Any] = {"aud": [], "seen": []}
    own = {
        "keys": [{"purpose": each, "key": cbor(key)} for each, key in sorted(public.items())],
        "next": sha256(cbor([cbor(Ed25519().public())])).digest(),
        "demo": False,
    }
    act = {"type": "party.inception", "texts": {"en": None}, "own": own, **plain}
    inception = say(keys["sign"], SELF, act, {"en": name}, now)
    letters = b32encode(inception.sid).decode().lower().rstrip("=")
    own = {"url": "https://node.example", "pin": None, "version": 1}
    opening = {"texts": {}, "nonce": secrets.token_bytes(32), **plain}
    act = {"type": "party.node", "own": own, **opening}
    address = say(keys["sign"], f"urn:comity:party:{letters}", act, {}, now)
    entries = [sha256(each.encoded()).digest() for each in (inception, address)]
    log = Log(f"{letters}.comity/log/0", keys, [sha256(b"policy").digest(), *entries], now)
    checkpoint = log.checkpoint()
    parts: list[Any] = []
    for index, said in enumerate((inception, address), 1):
        parts += [said.encoded([log.receipt(index, checkpoint)]), said.sections]
    armour = b64encode(cbor(parts)).decode()
    return "\n".join(["comity-card/1", *(armour[at : at + 76] for at in range(0, len(armour), 76))])
