"""The identifiers that everything else speaks of."""

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
        raise FormatError("subject.not-a-matter", subject=urn[:80])
    return SubjectId(bytes.fromhex(digits))
