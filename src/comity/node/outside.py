"""Witnesses that are no party's: the operator names them, and our heads are brought to them too.

They stand in a file of the node's folder, in C2SP tlog-policy, each with its address.  What they
sign is served under our newest head, for whoever reads the log with a policy that asks for them.
It counts in no case: there, members count.  Nothing of it is kept: after a start the head is
brought again, and a witness cosigns the same head again.

Source: C2SP tlog-policy, tlog-witness; wire profile, section 2.4, ruling 10.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from comity.errors import FormatError, ProofError
from comity.log.checkpoint import Checkpoint, cosignatures
from comity.log.cosign import MOST_COSIGNATURE_BYTES
from comity.log.note import NoteKey, parse_signature_line
from comity.log.quorum import Quorum, parse_quorum
from comity.parties.address import check_url

FILE: Final = "witness-policy"
MOST_WITNESSES: Final = 14
"""With our own two lines, what every reader of notes must accept."""
_URL: Final = re.compile(r"(https?://[^/]*)((?:/[A-Za-z0-9._~-]+)*)/?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideWitness:
    """A witness, as the operator names it."""

    key: NoteKey
    url: str
    """Scheme, host and port."""
    path: str
    """Before ``/add-checkpoint``; empty, or begins with a slash."""


@dataclass(slots=True)
class Outside:
    """The witnesses that a file names, and what they have signed of our newest head."""

    policy: Quorum = field(default_factory=Quorum)
    witnesses: tuple[OutsideWitness, ...] = ()
    visited: bool = False
    """Whether heads are being brought to them."""
    seen: int = 0
    """The largest size that one of them says to have cosigned of our log."""
    _held: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """By the name of the witness, the head's text and its line for it."""

    def cosigned(self, witness: OutsideWitness, head: Checkpoint, lines: str) -> None:
        """Hold a witness's line for a head of ours; lines of other keys are passed over.

        Raises:
            FormatError: ``log.note…``.
            ProofError: ``log.head-unsigned``, ``log.head-signature``.

        """
        key = witness.key
        line = _own_line(lines, key)
        if not line or key not in cosignatures(f"{head.body}\n{line}", [key]):
            raise ProofError("log.head-unsigned", name=key.name)
        self.seen = max(self.seen, head.size)
        # A new mapping: other threads may be reading the old one.
        self._held = MappingProxyType({**self._held, key.name: (head.body, line)})

    def lines(self, checkpoint: str) -> str:
        """Return what they have signed of exactly this head."""
        body = _body(checkpoint)
        held = self._held
        found = (held.get(each.key.name, ("", "")) for each in self.witnesses)
        return "".join(line for signed, line in found if signed == body)

    def by(self, checkpoint: str) -> frozenset[str]:
        """Return the names of who has cosigned exactly this head."""
        body = _body(checkpoint)
        return frozenset(name for name, (signed, _) in self._held.items() if signed == body)


def load_outside(folder: Path) -> Outside:
    """Read which witnesses the operator names; without the file there are none.

    Raises:
        FormatError: ``quorum.…``; ``witness.policy``: a witness without an address that may be
            one, or too many of them.

    """
    path = folder / FILE
    if not path.is_file():
        return Outside()
    policy = parse_quorum(path.read_text("utf-8", errors="replace"))
    if len(policy.witnesses) > MOST_WITNESSES:
        raise FormatError("witness.policy", name=f"{len(policy.witnesses)} > {MOST_WITNESSES}")
    return Outside(policy, tuple(_witness(*each) for each in _addresses(policy)))


def _addresses(policy: Quorum) -> list[tuple[str, NoteKey, str]]:
    return [(name, each.key, each.url) for name, each in policy.witnesses.items()]


def _witness(name: str, key: NoteKey, url: str) -> OutsideWitness:
    found = _URL.fullmatch(url)
    if found is None or any(not part.strip(".") for part in found[2].split("/")[1:]):
        raise FormatError("witness.policy", name=name)
    return OutsideWitness(key=key, url=check_url(found[1]), path=found[2])


def _own_line(lines: str, key: NoteKey) -> str:
    size = len(lines)
    if size > MOST_COSIGNATURE_BYTES:
        raise FormatError("log.note-size", size=size, limit=MOST_COSIGNATURE_BYTES)
    for line in lines.split("\n"):
        if line:
            parsed = parse_signature_line(line)
            if (parsed.name, parsed.id) == (key.name, key.id):
                return line + "\n"
    return ""


def _body(checkpoint: str) -> str:
    return checkpoint.partition("\n\n")[0] + "\n"
