"""A proof that a party's log has signed two histories, as one file that needs nothing else.

```
{"format": "comity-proof/1", "kind": same-size | other-past | same-index,
 "inception": statement, "sections": [+ section], "heads": [checkpoint, checkpoint],
 ? "keys": [+ [statement of its key thread with its receipt, [+ section]]],
 ? "past": root, ? "path": [* hash],
 ? "index": number, ? "leaves": [hash, hash], ? "paths": [[* hash], [* hash]]}
```

Deterministic CBOR.  The inception makes the party and holds the keys with which its log signs,
so the file accuses exactly the party whose fingerprint it shows, and nobody can make one about
a log whose keys they do not hold.

Source: security, section 4 and threats T01, T04; ``log.equivocation`` for what is proof.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from comity.errors import FormatError
from comity.log.checkpoint import log_note_keys, parse_checkpoint
from comity.log.equivocation import Conflict, Kind, SignedHead, check_conflict
from comity.log.merkle import HASH_BYTES
from comity.log.note import NoteKey
from comity.parties.card import CardPart
from comity.parties.inception import Party, read_inception
from comity.parties.keys import as_it_says, prove
from comity.statement import cbor
from comity.statement.body import MOST_SECTIONS, Section, decode_section
from comity.statement.cbor import Value
from comity.statement.envelope import parse
from comity.statement.reading import Reading

FORMAT: Final = "comity-proof/1"
SUFFIX: Final = ".comity-proof"
MOST_PROOF_BYTES: Final = 256 * 1024
MOST_PATH: Final = 128
MOST_CHANGES: Final = 1024
"""Statements of a key thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForkProof:
    """A proof that holds: whose log, and the two heads that exclude each other."""

    party: Party
    conflict: Conflict
    heads: tuple[SignedHead, SignedHead]


def head_keys(party: Party, size: int) -> tuple[NoteKey, NoteKey]:
    """Return the keys with which a party's log signs its heads of a size."""
    keys = party.log.at(size)
    return log_note_keys(keys.origin, keys.ed25519, keys.mldsa44)


def proof_digest(proof: bytes) -> bytes:
    """Return what a proof is called by: SHA-256 of its bytes."""
    return sha256(proof).digest()


def write_fork_proof(
    inception: bytes,
    sections: Mapping[str, Section],
    conflict: Conflict,
    keys: Sequence[CardPart] = (),
) -> bytes:
    """Return the file.

    Args:
        inception: the statement that made the party; receipts beside it are left out.
        sections: its whole body.
        conflict: what cannot be.
        keys: its key thread, oldest first, if it has changed its keys.

    Raises:
        ComityError: whatever ``read_fork_proof`` would refuse.

    """
    fields: dict[str, Value] = {
        "format": FORMAT,
        "kind": conflict.kind.value,
        "inception": parse(inception).encoded,
        "sections": [sections[name].encoded for name in sorted(sections)],
        "heads": list(conflict.heads),
    }
    if keys:
        thread: list[Value] = []
        for part in keys:
            bodies: list[Value] = [part.sections[name].encoded for name in sorted(part.sections)]
            thread.append([part.signed, bodies])
        fields["keys"] = thread
    if conflict.kind is Kind.OTHER_PAST:
        fields |= {"past": conflict.past, "path": list(conflict.path)}
    if conflict.kind is Kind.SAME_INDEX:
        paths: list[Value] = [list(path) for path in conflict.paths]
        fields |= {"index": conflict.index, "leaves": list(conflict.leaves), "paths": paths}
    data = cbor.encode(fields)
    read_fork_proof(data)
    return data


def read_fork_proof(data: bytes) -> ForkProof:
    """Read a proof and verify all of it.

    Raises:
        FormatError: ``proof.form``, ``cbor.…``, ``statement.…``, ``log.note…``; as
            ``read_inception``.
        TrustError: as ``read_inception``.
        ProofError: as ``check_conflict``.

    """
    reading = Reading(cbor.decode(data, max_bytes=MOST_PROOF_BYTES), "proof")
    if reading.text("format") != FORMAT:
        raise FormatError("proof.form")
    inception = reading.bytes("inception")
    if parse(inception).encoded != inception:
        raise FormatError("proof.form")
    party = read_inception(
        inception, _sections(reading.byte_strings("sections", most=MOST_SECTIONS))
    )
    for signed, sections in _key_thread(reading):
        party = prove(party, signed, sections, as_it_says).party
    conflict = _conflict(reading)
    reading.done()
    first, second = (head_keys(party, parse_checkpoint(each)[0].size) for each in conflict.heads)
    heads = check_conflict(conflict, party.log.origin, first, second)
    return ForkProof(party=party, conflict=conflict, heads=heads)


def is_fork_proof(beginning: bytes) -> bool:
    """Tell whether a file that begins so is meant as a proof and not as a case file."""
    # A map of 5 to 9 fields; a case file is an archive and begins with "PK".
    return bool(beginning) and beginning[0] & 0xE0 == 0xA0  # noqa: PLR2004 - CBOR, major type 5


def _key_thread(reading: Reading) -> Iterator[tuple[bytes, dict[str, Section]]]:
    for item in reading.optional_items("keys", most=MOST_CHANGES) or ():
        match item:
            case [bytes() as signed, [*encoded]]:
                bodies = [each for each in encoded if isinstance(each, bytes)]
            case _:
                raise FormatError("proof.form")
        if len(bodies) != len(encoded):
            raise FormatError("proof.form")
        yield signed, _sections(bodies)


def _sections(listed: Iterable[bytes]) -> dict[str, Section]:
    found: dict[str, Section] = {}
    for encoded in listed:
        section = decode_section(encoded)
        if found and section.name <= max(found):
            raise FormatError("proof.form")
        found[section.name] = section
    return found


def _conflict(reading: Reading) -> Conflict:
    try:
        kind = Kind(reading.text("kind"))
    except ValueError:
        raise FormatError("proof.form") from None
    heads = reading.texts("heads", most=2)
    if len(heads) != 2:  # noqa: PLR2004 - two heads exclude each other
        raise FormatError("proof.form")
    pair = (heads[0], heads[1])
    if kind is Kind.OTHER_PAST:
        return Conflict(
            kind=kind,
            heads=pair,
            past=reading.bytes("past", HASH_BYTES),
            path=reading.byte_strings("path", HASH_BYTES, most=MOST_PATH),
        )
    if kind is Kind.SAME_INDEX:
        return Conflict(
            kind=kind,
            heads=pair,
            index=reading.integer("index", least=0),
            leaves=reading.byte_strings("leaves", HASH_BYTES, most=2),
            paths=tuple(_path(path) for path in reading.items("paths", most=2)),
        )
    return Conflict(kind=kind, heads=pair)


def _path(value: Value) -> tuple[bytes, ...]:
    if isinstance(value, list) and len(value) <= MOST_PATH:
        hashes = tuple(each for each in value if isinstance(each, bytes))
        if len(hashes) == len(value):
            return hashes
    raise FormatError("proof.form")
