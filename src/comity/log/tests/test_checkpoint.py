"""A head is signed twice by its log, and by nobody who only says so."""

from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError, ProofError, TrustError
from comity.log.checkpoint import (
    Checkpoint,
    cosignatures,
    log_note_keys,
    open_checkpoint,
    parse_checkpoint,
    sign_checkpoint,
)
from comity.log.note import (
    ED25519_COSIGNATURE,
    ED25519_LINE,
    MLDSA44_COSIGNATURE,
    NoteKey,
    write_note,
)
from comity.log.tests.conftest import TIME, SignedLog
from comity.statement.keys import ED25519, ES256, MLDSA44, PrivateKey

FEW = settings(max_examples=80, deadline=None)
ROOT = b64encode(bytes(32)).decode()
WITNESS = PrivateKey.generate(ED25519)
LATTICE_WITNESS = PrivateKey.generate(MLDSA44)


def note_keys(log: SignedLog) -> tuple[NoteKey, NoteKey]:
    return log_note_keys(log.origin, log.keys.ed25519, log.keys.mldsa44)


def lines(note: str) -> list[str]:
    """Return the lines of signatures."""
    return note.partition("\n\n")[2].splitlines(keepends=True)


def with_lines(note: str, *kept: str) -> str:
    return note.partition("\n\n")[0] + "\n\n" + "".join(kept)


def witness_line(note: str, time: int, name: str = "witness.example") -> str:
    """Return a line of type 04, made as the standard says and not by our code."""
    key = NoteKey(name=name, type=ED25519_COSIGNATURE, key=WITNESS.public)
    body = note.partition("\n\n")[0] + "\n"
    signature = WITNESS.sign(f"cosignature/v1\ntime {time}\n{body}".encode())
    return write_note("", [(key, time.to_bytes(8, "big") + signature)])[1:]


def ml_dsa_cosignature(name: str, checkpoint: Checkpoint, time: int) -> bytes:
    """Return what a line of type 06 holds, made as the standard says and not by our code."""
    stamp = time.to_bytes(8, "big")
    names = [bytes([len(each)]) + each.encode() for each in (name, checkpoint.origin)]
    message = b"subtree/v1\n\0" + names[0] + stamp + names[1] + bytes(8)
    message += checkpoint.size.to_bytes(8, "big") + checkpoint.root
    return stamp + LATTICE_WITNESS.sign(message)


def test_a_signed_head_opens_with_its_time(log: SignedLog) -> None:
    """Both lines hold, and the second states when."""
    checkpoint, time = open_checkpoint(log.checkpoint, note_keys(log))
    assert checkpoint == Checkpoint(origin=log.origin, size=11, root=log.tree.root())
    assert time == TIME


def test_the_ml_dsa_line_signs_what_the_standard_says(log: SignedLog) -> None:
    """The message is built here once more, field by field."""
    name = log.origin.encode()
    message = b"".join(
        [
            b"subtree/v1\n\0",
            bytes([len(name)]) + name,
            TIME.to_bytes(8, "big"),
            bytes([len(name)]) + name,
            (0).to_bytes(8, "big"),
            (11).to_bytes(8, "big"),
            log.tree.root(),
        ]
    )
    _, note = parse_checkpoint(log.checkpoint)
    stamped = note.signatures[1].signature
    assert stamped[:8] == TIME.to_bytes(8, "big")
    log.keys.mldsa44.verify(stamped[8:], message)
    log.keys.ed25519.verify(note.signatures[0].signature, note.text.encode())


def test_both_lines_are_needed(log: SignedLog) -> None:
    """One of the two is not enough, whichever it is; and neither is none."""
    first, second = lines(log.checkpoint)
    for kept in (first, second):
        with pytest.raises(ProofError, match=r"log\.head-unsigned"):
            open_checkpoint(with_lines(log.checkpoint, kept), note_keys(log))
    with pytest.raises(ProofError, match=r"log\.head-unsigned"):
        open_checkpoint(log.checkpoint, ())


def test_the_time_is_none_if_nobody_asks_who_states_it(log: SignedLog) -> None:
    """A time that was not verified is not told."""
    assert open_checkpoint(log.checkpoint, note_keys(log)[:1])[1] is None


def test_a_head_of_another_log_with_the_same_name_does_not_open(
    log: SignedLog, other: SignedLog
) -> None:
    """The name proves nothing; the keys do."""
    with pytest.raises(ProofError, match=r"log\.head-unsigned"):
        open_checkpoint(other.checkpoint, note_keys(log))


def test_a_line_moved_to_another_head_refuses_it(log: SignedLog) -> None:
    """Each line in turn; also a line of the same size with another time."""
    smaller = log.signed(7)
    for place in (0, 1):
        mixed = lines(log.checkpoint)
        mixed[place] = lines(smaller)[place]
        with pytest.raises(ProofError, match=r"log\.head-signature"):
            open_checkpoint(with_lines(log.checkpoint, *mixed), note_keys(log))


def test_the_time_is_signed(log: SignedLog) -> None:
    """Another time before the same signature does not hold, nor one that is out of range."""
    key = note_keys(log)[1]
    _, note = parse_checkpoint(log.checkpoint)
    signature = note.signatures[1].signature[8:]
    for time in (TIME + 1, 0, 2**53, 2**64 - 1):
        forged = write_note("", [(key, time.to_bytes(8, "big") + signature)])[1:]
        mixed = with_lines(log.checkpoint, lines(log.checkpoint)[0], forged)
        with pytest.raises(ProofError, match=r"log\.head-signature"):
            open_checkpoint(mixed, note_keys(log))


def test_a_time_that_not_everybody_can_read_is_refused(log: SignedLog) -> None:
    """Though well signed: a witness may not state a time above 2^53 - 1."""
    key = NoteKey(name="witness.example", type=ED25519_COSIGNATURE, key=WITNESS.public)
    for time, good in ((2**53 - 1, True), (2**53, False)):
        note = log.checkpoint + witness_line(log.checkpoint, time)
        if good:
            assert cosignatures(note, [key]) == {key: time}
        else:
            with pytest.raises(ProofError, match=r"log\.head-signature"):
                cosignatures(note, [key])


def test_only_the_log_states_its_head_time(log: SignedLog) -> None:
    """What another name's line states is not the time of the head."""
    key = NoteKey(name="witness.example", type=MLDSA44_COSIGNATURE, key=LATTICE_WITNESS.public)
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    line = write_note("", [(key, ml_dsa_cosignature(key.name, checkpoint, 5))])[1:]
    assert open_checkpoint(log.checkpoint + line, [key]) == (checkpoint, None)
    assert open_checkpoint(log.checkpoint + line, [*note_keys(log), key]) == (checkpoint, TIME)


@pytest.mark.parametrize("length", [1, 7, 8, 9, 64, 2420, 2427, 2429])
def test_a_signature_of_another_length_is_none(log: SignedLog, length: int) -> None:
    """Cut off or too long, under a known key: refused like any that does not hold."""
    for key in note_keys(log):
        forged = write_note("", [(key, bytes(length))])[1:]
        with pytest.raises(ProofError, match=r"log\.head-signature"):
            open_checkpoint(with_lines(log.checkpoint, forged), [key])


def test_a_key_signs_once(log: SignedLog) -> None:
    """Two lines of one key could state two times."""
    again = log.checkpoint + lines(log.signed(11, TIME + 1))[1]
    with pytest.raises(FormatError, match=r"log\.note-repeated"):
        open_checkpoint(again, note_keys(log))


def test_lines_of_strangers_are_passed_over(log: SignedLog) -> None:
    """They prove nothing and hinder nothing, even under the log's own name."""
    stranger = NoteKey(name=log.origin, type=ED25519_LINE, key=WITNESS.public)
    noisy = log.checkpoint + write_note("", [(stranger, bytes(64))])[1:]
    assert open_checkpoint(noisy, note_keys(log))[1] == TIME


def test_cosignatures_are_told_with_their_times(log: SignedLog) -> None:
    """Of the keys asked about, those that signed; the log's own lines count for nothing."""
    key = NoteKey(name="witness.example", type=ED25519_COSIGNATURE, key=WITNESS.public)
    absent = NoteKey(name="absent.example", type=ED25519_COSIGNATURE, key=WITNESS.public)
    note = log.checkpoint + witness_line(log.checkpoint, TIME + 5)
    assert cosignatures(note, [key, absent]) == {key: TIME + 5}
    assert cosignatures(log.checkpoint, [key, absent]) == {}


def test_an_ml_dsa_cosignature_names_who_cosigns(log: SignedLog) -> None:
    """The name of the witness is signed, so a line cannot be given to another name."""
    checkpoint, _ = parse_checkpoint(log.checkpoint)
    signature = ml_dsa_cosignature("witness.example", checkpoint, 5)
    key, thief = (
        NoteKey(name=each, type=MLDSA44_COSIGNATURE, key=LATTICE_WITNESS.public)
        for each in ("witness.example", "thief.example")
    )
    assert cosignatures(log.checkpoint + write_note("", [(key, signature)])[1:], [key]) == {key: 5}
    with pytest.raises(ProofError, match=r"log\.head-signature"):
        cosignatures(log.checkpoint + write_note("", [(thief, signature)])[1:], [thief])


def test_a_known_witness_that_fails_refuses_the_checkpoint(log: SignedLog) -> None:
    """Its line is of another head."""
    key = NoteKey(name="witness.example", type=ED25519_COSIGNATURE, key=WITNESS.public)
    note = log.checkpoint + witness_line(log.signed(7), TIME)
    with pytest.raises(ProofError, match=r"log\.head-signature"):
        cosignatures(note, [key])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "origin",
        f"origin\n7\n{ROOT}\nextension",
        f"origin\n\n7\n{ROOT}",
        f"\n7\n{ROOT}",
        f"two words\n7\n{ROOT}",
        f"origin\n07\n{ROOT}",
        f"origin\n+7\n{ROOT}",
        f"origin\n-7\n{ROOT}",
        f"origin\n 7\n{ROOT}",
        f"origin\n7_0\n{ROOT}",
        f"origin\n７\n{ROOT}",
        f"origin\n\n{ROOT}",
        f"origin\n{2**53}\n{ROOT}",
        f"origin\n{5000 * '1'}\n{ROOT}",
        f"origin\n7\n{ROOT[:-1]}",
        f"origin\n7\n{ROOT[:-2]}B=",
        f"origin\n7\n{ROOT}=",
        "origin\n7\nAAAA",
        "origin\n7\n",
    ],
)
def test_a_body_has_three_lines_in_one_form(body: str) -> None:
    """Origin, size without leading zeros, root of 32 bytes; no extension lines."""
    with pytest.raises(FormatError, match=r"log\.(checkpoint|note)"):
        parse_checkpoint(f"{body}\n\n— a AAAAAAA=\n")


def test_what_cannot_be_said_is_not_signed(log: SignedLog) -> None:
    """Sizes, roots, names and times out of range; a key of another algorithm."""
    for size, root in ((-1, bytes(32)), (2**53, bytes(32)), (1, bytes(31))):
        with pytest.raises(FormatError, match=r"log\.checkpoint"):
            Checkpoint(origin="origin", size=size, root=root)
    with pytest.raises(FormatError, match=r"log\.note-name"):
        Checkpoint(origin="two words", size=1, root=bytes(32))
    head = Checkpoint(origin="origin", size=1, root=bytes(32))
    for time in (-1, 2**53):
        with pytest.raises(FormatError, match=r"log\.time"):
            sign_checkpoint(head, time, log.ed25519, log.mldsa44)
    with pytest.raises(TrustError, match=r"log\.note-type"):
        sign_checkpoint(head, TIME, PrivateKey.generate(ES256), log.mldsa44)


@FEW
@given(st.data())
def test_a_changed_checkpoint_is_refused_by_name(log: SignedLog, data: st.DataObject) -> None:
    """Any change of any part, and nothing but our own errors."""
    note = log.checkpoint
    at = data.draw(st.integers(0, len(note)))
    cut = data.draw(st.integers(0, 3))
    changed = note[:at] + data.draw(st.text(max_size=3)) + note[at + cut :]
    if changed == note:
        return
    with pytest.raises(ComityError):
        open_checkpoint(changed, note_keys(log))
