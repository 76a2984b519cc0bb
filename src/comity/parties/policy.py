"""A log's registration policy: entry 0, by which anyone can tell what the log may hold.

``log.policy`` opens a thread of its own and is signed by the party's ``sign`` key.  Its own part
holds codes and limits; what they mean stands in the sections ``text.zh`` and ``text.en``.

Source: wire profile, section 1.6; RFC 9943 (registration policy).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.parties.speech import Spoken, speak
from comity.statement.act import Act
from comity.statement.body import TEXT_TYPE, Section, new_section
from comity.statement.envelope import MOST_RECEIPT_BYTES, MOST_RECEIPTS, MOST_STATEMENT_BYTES
from comity.statement.keys import ALGORITHMS, Signer
from comity.statement.model import PartyId
from comity.statement.reading import Reading
from comity.wording import say

KIND: Final = "log.policy"
VERSION: Final = 1
MOST_SECONDS_AHEAD: Final = 300
LABELS: Final = (1, 4, 15, 16, 258, 259)
"""The labels of a protected header: these, and no others."""
CLAIMS: Final = (1, 2, 6, 7)
ISSUERS: Final = "admitted-in-directory"
ENTRY: Final = "sha256-of-cose-sign1-unprotected-emptied"
_LANGUAGES: Final = ("en", "zh")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a log takes."""

    algorithms: tuple[int, ...] = tuple(sorted(ALGORITHMS))
    statement_bytes: int = MOST_STATEMENT_BYTES
    receipt_bytes: int = MOST_RECEIPT_BYTES
    receipts: int = MOST_RECEIPTS
    seconds_ahead: int = MOST_SECONDS_AHEAD
    """How far an issuer's date may lie in the future."""
    witnesses: int = 0
    """How many witnesses must cosign a head; none until there are witnesses."""


def make_policy(
    party: PartyId, policy: Policy, nonce: bytes, *, signer: Signer, issued_at: int
) -> Spoken:
    """Sign a policy (nonce: 32 random bytes; issued_at: unix seconds, UTC).

    Raises:
        FormatError: ``subject.nonce``, ``parties.policy``.

    """
    act = Act(
        type=KIND,
        nonce=nonce,
        texts=dict.fromkeys(_LANGUAGES),
        own={
            "version": VERSION,
            "issuers": ISSUERS,
            "algorithms": list(policy.algorithms),
            "labels": list(LABELS),
            "claims": list(CLAIMS),
            "entry": ENTRY,
            "entries-per-statement": 1,
            "deterministic": True,
            "low-s": True,
            "statement-bytes": policy.statement_bytes,
            "receipt-bytes": policy.receipt_bytes,
            "receipts": policy.receipts,
            "seconds-ahead": policy.seconds_ahead,
            "witnesses": policy.witnesses,
        },
    )
    facts = {"size": policy.statement_bytes, "seconds": policy.seconds_ahead}
    texts = [
        new_section(f"text.{tag}", TEXT_TYPE, say("parties.policy-text", tag, **facts).encode())
        for tag in _LANGUAGES
    ]
    spoken = speak(act, texts, party=party, signer=signer, issued_at=issued_at)
    read_policy(spoken.act)
    return spoken


def read_policy(act: Act) -> Policy:
    """Read the policy of a log.

    Raises:
        FormatError: ``parties.policy`` if it is of a version that this code does not know,
            ``parties.other-kind``, ``statement.field``, ``statement.unknown-field``.

    """
    if act.type != KIND:
        raise FormatError("parties.other-kind", kind=act.type, expected=KIND)
    own = Reading(act.own, KIND)
    fixed = (
        own.integer("version") == VERSION,
        own.text("issuers") == ISSUERS,
        _integers(own, "labels") == LABELS,
        _integers(own, "claims") == CLAIMS,
        own.text("entry") == ENTRY,
        own.integer("entries-per-statement") == 1,
        own.boolean("deterministic"),
        own.boolean("low-s"),
    )
    policy = Policy(
        algorithms=_integers(own, "algorithms"),
        statement_bytes=own.integer("statement-bytes", least=1),
        receipt_bytes=own.integer("receipt-bytes", least=1),
        receipts=own.integer("receipts", least=1),
        seconds_ahead=own.integer("seconds-ahead", least=0),
        witnesses=own.integer("witnesses", least=0),
    )
    own.done()
    if not all(fixed) or not ALGORITHMS.issuperset(policy.algorithms):
        raise FormatError("parties.policy")
    return policy


def check_policy(act: Act, sections: Mapping[str, Section]) -> None:
    """Check the form of a policy with its body; raises ``FormatError`` as ``read_policy``."""
    read_policy(act)
    if act.nonce is None or act.net is not None or act.aud:
        raise FormatError("parties.policy")
    if set(sections) != {"act", *(f"text.{tag}" for tag in act.texts)}:
        raise FormatError("parties.policy")


def _integers(reading: Reading, key: str) -> tuple[int, ...]:
    """Return an array of integers."""
    found = []
    for item in reading.items(key, most=64):
        if not isinstance(item, int) or isinstance(item, bool):
            raise reading.refuse(key)
        found.append(item)
    return tuple(found)
