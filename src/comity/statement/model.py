"""The identifiers that everything else speaks of."""

from base64 import b32decode, b32encode
from functools import lru_cache
from typing import Final, NewType

from comity.errors import FormatError

PartyId = NewType("PartyId", str)
"""A party: ``urn:comity:party:`` and 52 letters, the base32 of its inception's id."""

SubjectId = NewType("SubjectId", bytes)
"""What a thread is about: 16 bytes made by its opener, see ``subject``."""

StatementId = NewType("StatementId", bytes)
"""Digest of what was said (32 bytes): the same at every node, whatever the signature."""

PARTY_PREFIX: Final = "urn:comity:party:"
SELF: Final = "urn:comity:party:self"
"""Issuer and subject of an inception: its own id cannot stand inside it (ruling 7)."""
MATTER_PREFIX: Final = "urn:comity:matter:"
SUBJECT_BYTES: Final = 16
DIGEST_BYTES: Final = 32
MOST_CITES: Final = 16
"""Receipts that one statement cites: what its form admits is what is looked at."""
PARTY_LETTERS: Final = 52
BASE32: Final = "abcdefghijklmnopqrstuvwxyz234567"


def subject_urn(subject: SubjectId) -> str:
    """Return the subject as it stands in a header."""
    return MATTER_PREFIX + subject.hex()


def subject_of(urn: str) -> SubjectId:
    """Read a subject back from its URN.

    Raises:
        FormatError: ``subject.not-a-matter``.

    """
    digits = urn.removeprefix(MATTER_PREFIX)
    if urn == digits or len(digits) != 2 * SUBJECT_BYTES or digits.strip("0123456789abcdef"):
        raise FormatError("subject.not-a-matter", subject=ascii(urn[:80]))
    return SubjectId(bytes.fromhex(digits))


def party_id(inception: bytes) -> PartyId:
    """Return the id of the party whose inception has this statement id (32 bytes)."""
    return PartyId(PARTY_PREFIX + b32encode(inception).decode().rstrip("=").lower())


@lru_cache(maxsize=4096)
def check_party(urn: str) -> PartyId:
    """Return ``urn`` as a party's id, if it has exactly the form of one.

    Raises:
        FormatError: ``statement.not-a-party``.

    """
    letters = urn.removeprefix(PARTY_PREFIX)
    if urn != letters and len(letters) == PARTY_LETTERS and not letters.strip(BASE32):
        # The last letter carries one bit of the digest; the others must be zero.
        digest = b32decode(letters.upper() + "====")
        if party_id(digest) == urn:
            return PartyId(urn)
    raise FormatError("statement.not-a-party", party=ascii(urn[:80]))
