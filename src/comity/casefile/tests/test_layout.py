"""Paths: each says one thing, and nothing else is a path."""

import pytest

from comity.casefile.layout import (
    PAPERS,
    Folder,
    card_path,
    consistency_path,
    evidence_path,
    head_path,
    payload_path,
    place_of,
    receipt_path,
    statement_path,
)
from comity.errors import FormatError
from comity.statement.model import StatementId, party_id

SID = StatementId(bytes(range(32)))
PARTY = party_id(bytes(range(32)))


def test_a_path_says_what_stands_there() -> None:
    """Every path is read back as it was made."""
    for path, folder, facts in (
        (statement_path(SID), Folder.STATEMENTS, (SID, None, 0)),
        (payload_path(SID), Folder.PAYLOADS, (SID, None, 0)),
        (evidence_path(SID), Folder.EVIDENCE, (SID, None, 0)),
        (receipt_path(SID, PARTY), Folder.RECEIPTS, (SID, PARTY, 0)),
        (head_path(PARTY, 12), Folder.HEADS, (b"", PARTY, 12)),
        (consistency_path(PARTY, 2, 12), Folder.CONSISTENCY, (b"", PARTY, 12)),
        (card_path(PARTY), Folder.CARDS, (b"", PARTY, 0)),
    ):
        place = place_of(path)
        assert place is not None
        assert (place.folder, (place.digest, place.party, place.size)) == (folder, facts)
    assert [place_of(path) for path in sorted(PAPERS)] == [None] * len(PAPERS)


@pytest.mark.parametrize(
    "path",
    [
        "statements/x.cose",
        f"statements/{'A' * 64}.cose",
        f"statements/{'a' * 64}.cbor",
        f"heads/{PARTY[-52:]}-0.txt",
        f"heads/{PARTY[-52:]}-01.txt",
        f"cards/{'a' * 51}b.card",
        "verifier/verify.py",
        "README.fr.txt",
        f"statements/{'a' * 64}.cose\n",
    ],
)
def test_nothing_else_is_a_path(path: str) -> None:
    """What no rule names does not belong in a case file."""
    with pytest.raises(FormatError):
        place_of(path)
