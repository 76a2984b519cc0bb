"""A witness signs a head twice, in the words of the standard, and only its own lines count."""

import pytest

from comity.errors import FormatError, ProofError
from comity.log.checkpoint import parse_checkpoint
from comity.log.cosign import (
    WitnessKeys,
    cosign,
    read_lines,
    verify_cosignature,
    without_strangers,
)
from comity.log.note import decode_base64, parse_signature_line, write_lines
from comity.log.tests.conftest import TIME, SignedLog
from comity.statement.keys import ED25519, MLDSA44, PrivateKey

NAME = "witness.example/w1"
SIGNERS = PrivateKey.generate(ED25519), PrivateKey.generate(MLDSA44)
WITNESS = WitnessKeys(name=NAME, ed25519=SIGNERS[0].public, mldsa44=SIGNERS[1].public)
OTHER = WitnessKeys(
    name="witness.example/w2",
    ed25519=PrivateKey.generate(ED25519).public,
    mldsa44=PrivateKey.generate(MLDSA44).public,
)


def test_both_lines_sign_what_the_standard_says(log: SignedLog) -> None:
    """``cosignature/v1`` and the subtree message, written here from the text of C2SP."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    lines = cosign(checkpoint, TIME, NAME, SIGNERS)
    first, second = (parse_signature_line(line) for line in lines.splitlines())
    stamp = TIME.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {TIME}\n{checkpoint.body}".encode()
    subtree = b"subtree/v1\n\0" + bytes([len(NAME)]) + NAME.encode() + stamp
    subtree += bytes([len(log.origin)]) + log.origin.encode() + bytes(8)
    subtree += checkpoint.size.to_bytes(8, "big") + checkpoint.root

    assert (first.signature[:8], second.signature[:8]) == (stamp, stamp)
    SIGNERS[0].public.verify(first.signature[8:], message)
    SIGNERS[1].public.verify(second.signature[8:], subtree)
    assert verify_cosignature(checkpoint, lines, WITNESS) == TIME


def test_each_line_alone_is_a_cosignature(log: SignedLog) -> None:
    """A verifier that knows one algorithm only is not worse off."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    for line in cosign(checkpoint, TIME, NAME, SIGNERS).splitlines(keepends=True):
        assert verify_cosignature(checkpoint, line, WITNESS) == TIME


def test_a_cosignature_of_another_head_or_name_does_not_hold(log: SignedLog) -> None:
    """It names its head; and who was not asked about is passed over, not believed."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    smaller, _ = parse_checkpoint(log.signed(checkpoint.size - 1))
    lines = cosign(smaller, TIME, NAME, SIGNERS)

    with pytest.raises(ProofError, match=r"log\.head-signature"):
        verify_cosignature(checkpoint, lines, WITNESS)
    assert verify_cosignature(smaller, lines, OTHER) is None
    assert without_strangers(lines, [OTHER]) == ""
    assert without_strangers(lines, [OTHER, WITNESS]) == lines


def test_one_bad_line_beside_a_good_one_is_reported(log: SignedLog) -> None:
    """Security T01: a wrong cosignature is worth a report, whatever else is there."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    good, bad = cosign(checkpoint, TIME, NAME, SIGNERS).splitlines(keepends=True)
    data = bytearray(decode_base64(bad.split(" ")[2].strip()) or b"")
    data[-1] ^= 1
    keys = WITNESS.note_keys
    spoiled = good + write_lines([(keys[1], bytes(data[4:]))])

    with pytest.raises(ProofError, match=r"log\.head-signature"):
        verify_cosignature(checkpoint, spoiled, WITNESS)


def test_lines_are_kept_apart_by_their_witness(log: SignedLog) -> None:
    """A note has room for 32 lines; a mechanism has up to 65 members."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    mine = cosign(checkpoint, TIME, NAME, SIGNERS)
    theirs = cosign(checkpoint, TIME, "w3.example", SIGNERS)

    assert dict(read_lines(mine + theirs)) == {NAME: mine, "w3.example": theirs}
    for broken in (mine[:-1], mine + "\n", "x\n"):
        with pytest.raises(FormatError, match=r"log\.note"):
            read_lines(broken)
    with pytest.raises(FormatError, match=r"log\.note-size"):
        read_lines(mine * 200)


def test_the_time_of_a_cosignature_is_stated(log: SignedLog) -> None:
    """C2SP tlog-witness: never zero."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    with pytest.raises(FormatError, match=r"log\.time"):
        cosign(checkpoint, 0, NAME, SIGNERS)
