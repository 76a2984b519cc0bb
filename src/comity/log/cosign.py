"""Cosignatures: a witness says that a head continues all it has seen of that log before.

A witness signs twice, under one name: ``cosignature/v1`` with Ed25519 (type 04) and the
subtree cosignature with ML-DSA-44 (type 06).  Both state the time.  Cosignatures are lines
of a note; they are kept and passed on apart from the head, which never changes for them.
Every line of a witness's keys must hold: one that does not is worth a report, not silence.

Source: C2SP tlog-cosignature v1.1.0-rc.1; wire profile, sections 2.1 and 2.4, ruling 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from comity.errors import FormatError
from comity.log.checkpoint import (
    LARGEST,
    Checkpoint,
    cosignatures,
    signed_message,
    stamp,
)
from comity.log.note import (
    ED25519_COSIGNATURE,
    MLDSA44_COSIGNATURE,
    NoteKey,
    parse_signature_line,
    write_lines,
)
from comity.statement.keys import PublicKey, Signer

MOST_COSIGNATURE_BYTES: Final = 512 * 1024
"""Two lines of each of 64 witnesses, with room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessKeys:
    """What a witness signs with, and what it is called."""

    name: str
    ed25519: PublicKey
    mldsa44: PublicKey
    before: "WitnessKeys | None" = None
    """What the witness signed with before, if it has changed its keys."""

    @property
    def all_note_keys(self) -> tuple[NoteKey, ...]:
        """Every key that it ever had, the newest first; raises as ``note_keys``."""
        older = () if self.before is None else self.before.all_note_keys
        return (*self.note_keys, *older)

    @property
    def note_keys(self) -> tuple[NoteKey, NoteKey]:
        """The two keys, in the order of their lines.

        Raises:
            FormatError: ``log.note-name``.
            TrustError: ``log.note-type``.

        """
        return (
            NoteKey(name=self.name, type=ED25519_COSIGNATURE, key=self.ed25519),
            NoteKey(name=self.name, type=MLDSA44_COSIGNATURE, key=self.mldsa44),
        )


def cosign(checkpoint: Checkpoint, time: int, name: str, signers: tuple[Signer, Signer]) -> str:
    """Return a witness's two lines for a head.  Whether it may sign is for the caller to know.

    Args:
        checkpoint: what the log says.
        time: when the witness signs, unix seconds, UTC; never zero.
        name: the witness's.
        signers: they hold its Ed25519 and its ML-DSA-44 key.

    Raises:
        FormatError: ``log.time``, ``log.note-name``.
        TrustError: ``log.note-type``.

    """
    if not 0 < time <= LARGEST:
        raise FormatError("log.time")
    ed25519, mldsa44 = signers
    keys = WitnessKeys(name=name, ed25519=ed25519.public, mldsa44=mldsa44.public).note_keys
    return write_lines(
        [
            (key, stamp(time) + signer.sign(signed_message(key, checkpoint, time)))
            for key, signer in zip(keys, signers, strict=True)
        ]
    )


def read_lines(lines: str) -> Mapping[str, str]:
    """Return lines of cosignatures by the name of their witness, in the order of their coming.

    Nothing is verified.

    Raises:
        FormatError: ``log.note``, ``log.note-size``, ``log.note-name``.

    """
    size = len(lines)
    if size > MOST_COSIGNATURE_BYTES:
        raise FormatError("log.note-size", size=size, limit=MOST_COSIGNATURE_BYTES)
    if lines and not lines.endswith("\n"):
        raise FormatError("log.note")
    found: dict[str, str] = {}
    for line in lines.split("\n")[:-1]:
        name = parse_signature_line(line).name
        found[name] = found.get(name, "") + line + "\n"
    return found


def verify_cosignature(checkpoint: Checkpoint, lines: str, witness: WitnessKeys) -> int | None:
    """Return when a witness cosigned a head, ``None`` if none of these lines is of its keys.

    Args:
        checkpoint: what the log says.
        lines: as ``cosign`` returns them; lines of other keys are passed over.
        witness: whose cosignature is looked for.

    Returns:
        Unix seconds, UTC: the earlier one, if two lines state two times.

    Raises:
        FormatError: ``log.note…``.
        ProofError: ``log.head-signature``: a line of the witness's keys does not hold.

    """
    own = read_lines(lines).get(witness.name)
    if own is None:
        return None
    signed = cosignatures(f"{checkpoint.body}\n{own}", witness.all_note_keys)
    return min((time for time in signed.values() if time is not None), default=None)


def without_strangers(lines: str, witnesses: Iterable[WitnessKeys]) -> str:
    """Return the lines that some of these witnesses' keys made, or claim to have made."""
    wanted = {(key.name, key.id) for witness in witnesses for key in witness.all_note_keys}
    kept = []
    for line in lines.split("\n")[:-1]:
        parsed = parse_signature_line(line)
        if (parsed.name, parsed.id) in wanted:
            kept.append(line + "\n")
    return "".join(kept)
