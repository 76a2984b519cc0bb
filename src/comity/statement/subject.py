"""What a thread is about: an id that only its opener can make.

``subject id = first 16 bytes of SHA-256('comity/subject/1' || issuer id || nonce)``.
Whoever holds the opening can check that the subject belongs to it; nobody else can link
it to a party, and no other party can open a subject with the same id.

Source: wire profile, section 4.2; house, section 7.
"""

from hashlib import sha256
from typing import Final

from comity.errors import FormatError
from comity.statement.model import SUBJECT_BYTES, SubjectId

NONCE_BYTES: Final = 32
_DOMAIN: Final = b"comity/subject/1"


def subject_id(issuer: str, nonce: bytes) -> SubjectId:
    """Return the subject that ``issuer`` opens with this nonce.

    Args:
        issuer: the party's URN, as in the header.
        nonce: exactly 32 random bytes, which makes the concatenation unambiguous.

    Raises:
        FormatError: ``subject.nonce``.

    """
    if len(nonce) != NONCE_BYTES:
        raise FormatError("subject.nonce", size=len(nonce), expected=NONCE_BYTES)
    return SubjectId(sha256(_DOMAIN + issuer.encode() + nonce).digest()[:SUBJECT_BYTES])


def check_opening(issuer: str, subject: SubjectId, nonce: bytes) -> None:
    """Check that an opening opens its own subject.

    Raises:
        FormatError: ``subject.nonce``, ``subject.not-from-opening``.

    """
    if subject_id(issuer, nonce) != subject:
        raise FormatError("subject.not-from-opening", subject=subject.hex())
