"""A log with its keys, and a head over eleven entries, for the tests beside the code."""

from dataclasses import dataclass
from hashlib import sha256

import pytest

from comity.log.checkpoint import Checkpoint, sign_checkpoint
from comity.log.merkle import leaf_hash
from comity.log.receipt import HeadSignature, LogKeys, build_receipt, log_subject, sign_head
from comity.log.tree import Tree
from comity.statement.keys import ED25519, ES256, MLDSA44, PrivateKey

TIME = 1_790_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedLog:
    """A log, its private keys, and one signed head over all that it holds."""

    entries: list[bytes]
    tree: Tree
    receipt_key: PrivateKey
    ed25519: PrivateKey
    mldsa44: PrivateKey
    keys: LogKeys
    head: HeadSignature
    checkpoint: str

    @property
    def origin(self) -> str:
        return self.keys.origin

    def receipt(self, index: int) -> bytes:
        """Return the receipt of an entry under the head."""
        path = self.tree.inclusion(index, self.tree.size)
        return build_receipt(self.head, index, path, self.checkpoint)

    def signed(self, size: int, time: int = TIME) -> str:
        """Return a checkpoint over the first entries."""
        return sign_checkpoint(
            Checkpoint(origin=self.origin, size=size, root=self.tree.root(size)),
            time,
            self.ed25519,
            self.mldsa44,
        )


def make_log(size: int, receipt_alg: int = ES256) -> SignedLog:
    """Return a log of ``size`` entries with fresh keys."""
    entries = [sha256(f"entry {number}".encode()).digest() for number in range(size)]
    tree = Tree()
    tree.extend([leaf_hash(entry) for entry in entries])
    receipt_key, ed25519, mldsa44 = map(PrivateKey.generate, (receipt_alg, ED25519, MLDSA44))
    origin = "party.comity/log/0"
    keys = LogKeys(
        receipt=receipt_key.public,
        ed25519=ed25519.public,
        mldsa44=mldsa44.public,
        log_uri=log_subject(origin),
        origin=origin,
    )
    head = sign_head(
        log_uri=keys.log_uri,
        origin=origin,
        time=TIME,
        size=size,
        root=tree.root(),
        signer=receipt_key,
    )
    checkpoint = sign_checkpoint(
        Checkpoint(origin=origin, size=size, root=tree.root()), TIME, ed25519, mldsa44
    )
    return SignedLog(
        entries=entries,
        tree=tree,
        receipt_key=receipt_key,
        ed25519=ed25519,
        mldsa44=mldsa44,
        keys=keys,
        head=head,
        checkpoint=checkpoint,
    )


@pytest.fixture(scope="session")
def log() -> SignedLog:
    """Return a log of eleven entries."""
    return make_log(11)


@pytest.fixture(scope="session")
def other() -> SignedLog:
    """Return another log that holds the same entries under the same name."""
    return make_log(11)
