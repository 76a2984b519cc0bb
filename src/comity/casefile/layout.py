"""Where everything stands in a case file: a path is a digest, never a name that people gave."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from comity.errors import FormatError
from comity.statement.model import PARTY_PREFIX, PartyId, StatementId, check_party


class Folder(StrEnum):
    """The folders of a case file."""

    STATEMENTS = "statements"
    PAYLOADS = "payloads"
    EVIDENCE = "evidence"
    RECEIPTS = "receipts"
    HEADS = "heads"
    CARDS = "cards"
    KEYS = "keys"
    CONSISTENCY = "consistency"
    COSIGNATURES = "cosignatures"


PAPERS: Final = frozenset({"README.en.txt", "README.zh.txt", "case.en.txt", "case.zh.txt"})
"""For people: counted in the manifest, and no evidence."""

_ID: Final = r"(?P<id>[0-9a-f]{64})"
_PARTY: Final = r"(?P<party>[a-z2-7]{52})"
_PATHS: Final = (
    (Folder.STATEMENTS, re.compile(rf"statements/{_ID}\.cose")),
    (Folder.KEYS, re.compile(rf"keys/{_ID}\.cose")),
    (Folder.PAYLOADS, re.compile(rf"payloads/{_ID}\.cbor")),
    (Folder.EVIDENCE, re.compile(rf"evidence/{_ID}")),
    (Folder.RECEIPTS, re.compile(rf"receipts/{_ID}-{_PARTY}\.cose")),
    (Folder.HEADS, re.compile(rf"heads/{_PARTY}-(?P<size>[1-9][0-9]{{0,15}})\.txt")),
    (
        Folder.CONSISTENCY,
        re.compile(
            rf"consistency/{_PARTY}-(?P<old>[1-9][0-9]{{0,15}})-(?P<size>[1-9][0-9]{{0,15}})\.cbor"
        ),
    ),
    (
        Folder.COSIGNATURES,
        re.compile(rf"cosignatures/{_PARTY}-(?P<size>[1-9][0-9]{{0,15}})\.txt"),
    ),
    (Folder.CARDS, re.compile(rf"cards/{_PARTY}\.card")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a path says of the file that stands there."""

    folder: Folder
    digest: bytes = b""
    """A statement's id, or the digest of a ciphertext; 32 bytes."""
    party: PartyId | None = None
    """Whose log or card it is."""
    size: int = 0
    """Size of the log under a head."""
    old: int = 0
    """Size of the earlier head that a consistency proof begins at."""


def statement_path(sid: StatementId) -> str:
    """Return where a statement stands, its unprotected header emptied."""
    return f"{Folder.STATEMENTS}/{sid.hex()}.cose"


def keys_path(sid: StatementId) -> str:
    """Return where a statement of a key thread stands, its unprotected header emptied."""
    return f"{Folder.KEYS}/{sid.hex()}.cose"


def payload_path(sid: StatementId) -> str:
    """Return where the record of a statement's body stands."""
    return f"{Folder.PAYLOADS}/{sid.hex()}.cbor"


def evidence_path(cipher: bytes) -> str:
    """Return where an attachment stands, encrypted, by its ciphertext's SHA-256."""
    return f"{Folder.EVIDENCE}/{cipher.hex()}"


def receipt_path(sid: StatementId, log: PartyId) -> str:
    """Return where the receipt of a party's log for a statement stands."""
    return f"{Folder.RECEIPTS}/{sid.hex()}-{letters(log)}.cose"


def head_path(log: PartyId, size: int) -> str:
    """Return where a checkpoint of a party's log stands."""
    return f"{Folder.HEADS}/{letters(log)}-{size}.txt"


def consistency_path(log: PartyId, old: int, new: int) -> str:
    """Return where the proof stands that one head of a party's log continues another."""
    return f"{Folder.CONSISTENCY}/{letters(log)}-{old}-{new}.cbor"


def cosignature_path(log: PartyId, size: int) -> str:
    """Return where the cosignatures under a head of a party's log stand."""
    return f"{Folder.COSIGNATURES}/{letters(log)}-{size}.txt"


def card_path(party: PartyId) -> str:
    """Return where a party's card stands."""
    return f"{Folder.CARDS}/{letters(party)}.card"


def letters(party: PartyId) -> str:
    """Return the 52 letters of a party's id."""
    return party.removeprefix(PARTY_PREFIX)


def place_of(path: str) -> Place | None:
    """Return what a path says; ``None`` for the papers.

    Raises:
        FormatError: ``casefile.unknown-path``.

    """
    if path in PAPERS:
        return None
    for folder, pattern in _PATHS:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        named = found.groupdict()
        party = named.get("party")
        return Place(
            folder=folder,
            digest=bytes.fromhex(named.get("id") or ""),
            party=None if party is None else check_party(PARTY_PREFIX + party),
            size=int(named.get("size") or 0),
            old=int(named.get("old") or 0),
        )
    raise FormatError("casefile.unknown-path", name=ascii(path[:80]))
