"""Subjects and parties: ids that are made, not chosen."""

from hashlib import sha256

import pytest

from comity.errors import FormatError
from comity.statement.model import (
    SubjectId,
    check_party,
    party_id,
    subject_of,
    subject_urn,
)
from comity.statement.subject import check_opening, subject_id

ISSUER = party_id(bytes(32))


def test_a_subject_comes_from_its_opener_and_a_nonce() -> None:
    """Wire profile, 4.2: the first half of a digest over domain, issuer and nonce."""
    nonce = bytes(range(32))
    subject = subject_id(ISSUER, nonce)
    assert subject == sha256(b"comity/subject/1" + ISSUER.encode() + nonce).digest()[:16]
    check_opening(ISSUER, subject, nonce)


def test_nobody_opens_anothers_subject() -> None:
    """Another issuer or nonce gives another subject."""
    subject = subject_id(ISSUER, bytes(32))
    for issuer, nonce in ((party_id(b"\1" * 32), bytes(32)), (ISSUER, b"\1" * 32)):
        with pytest.raises(FormatError, match=r"subject\.not-from-opening"):
            check_opening(issuer, subject, nonce)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_nonce_has_32_bytes(size: int) -> None:
    """So that the concatenation under the digest is unambiguous."""
    with pytest.raises(FormatError, match=r"subject\.nonce"):
        subject_id(ISSUER, bytes(size))


def test_a_subject_and_a_party_have_one_spelling() -> None:
    """URNs are read back exactly, and nothing near them is."""
    subject = SubjectId(bytes(range(16)))
    urn = subject_urn(subject)
    assert subject_of(urn) == subject
    for wrong in (urn.upper(), urn[:-1], urn + "0", urn[:-1] + "g", urn[:-2] + "\n0", "", "٣" * 50):
        with pytest.raises(FormatError, match=r"subject\.not-a-matter"):
            subject_of(wrong)
    assert check_party(ISSUER) == ISSUER
    for wrong in (ISSUER.upper(), ISSUER[:-1], ISSUER + "a", ISSUER[:-1] + "b", ISSUER[17:], ""):
        with pytest.raises(FormatError, match=r"statement\.not-a-party"):
            check_party(wrong)
