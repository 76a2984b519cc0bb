"""Notes and their keys are read in one form or refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError, TrustError
from comity.log.note import (
    ED25519_COSIGNATURE,
    ED25519_LINE,
    MLDSA44_COSIGNATURE,
    MOST_NOTE_BYTES,
    MOST_SIGNATURES,
    NoteKey,
    check_name,
    parse_note,
    parse_vkey,
    write_note,
)
from comity.statement.keys import ED25519, MLDSA44, PrivateKey

FEW = settings(max_examples=80, deadline=None)
ED, LATTICE = (PrivateKey.load(alg, bytes(32)).public for alg in (ED25519, MLDSA44))
KEYS = [
    NoteKey(name="example.com/log", type=ED25519_LINE, key=ED),
    NoteKey(name="example.com/log", type=ED25519_COSIGNATURE, key=ED),
    NoteKey(name="example.com/log", type=MLDSA44_COSIGNATURE, key=LATTICE),
]
NOTE = write_note("one\n\ntwo\n", [(KEYS[0], b"first"), (KEYS[1], b"second")])


@pytest.mark.parametrize("key", KEYS)
def test_a_verifier_key_can_be_read_back(key: NoteKey) -> None:
    """Every type that we know."""
    assert parse_vkey(key.vkey) == key


def test_one_key_with_two_types_has_two_ids() -> None:
    """So no signature of one type passes for another."""
    assert len({key.id for key in KEYS}) == 3


def test_a_verifier_key_has_one_form() -> None:
    """Another id, other letters of the id, more padding, no key: refused."""
    vkey = KEYS[0].vkey
    name, digits, encoded = vkey.split("+", 2)
    raw = ED.raw
    assert raw
    for wrong in (
        "",
        "+",
        "++",
        name,
        f"{name}+{digits}",
        f"{name}+{digits}+",
        f"{name}+{digits}+{encoded}=",
        f"{name}+{digits}+{encoded}\n",
        f"{name}+{digits}+ {encoded}",
        f"{name}+00000000+{encoded}",
        f"{name}+{digits.upper()}x+{encoded}",
        f"{name}+ {digits}+{encoded}",
        f"{name}x+{digits}+{encoded}",
    ):
        with pytest.raises(FormatError):
            parse_vkey(wrong)


def test_types_that_we_cannot_verify_are_named() -> None:
    """ECDSA, RFC 6962 and private types; and a type that is for another algorithm."""
    for kind in (0x00, 0x02, 0x05, 0xFF):
        with pytest.raises(TrustError, match=r"log\.note-type"):
            NoteKey(name="a", type=kind, key=ED)
    with pytest.raises(TrustError, match=r"log\.note-type"):
        NoteKey(name="a", type=MLDSA44_COSIGNATURE, key=ED)
    # 0x02 before 32 bytes, as other tools would write it.
    with pytest.raises(TrustError, match=r"log\.note-type"):
        parse_vkey("a+00000000+AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")


@pytest.mark.parametrize(
    "name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\x7f", "\ud800", "é" * 128]
)
def test_a_name_is_visible_and_short(name: str) -> None:
    """No spaces of any kind, no plus, nothing unseen, at most 255 bytes."""
    with pytest.raises(FormatError, match=r"log\.note-name"):
        check_name(name)
    assert check_name("日志.example/0") == "日志.example/0"


def test_the_last_empty_line_separates_text_and_signatures() -> None:
    """The text may have others."""
    note = parse_note(NOTE)
    assert note.text == "one\n\ntwo\n"
    assert [line.signature for line in note.signatures] == [b"first", b"second"]
    assert [line.id for line in note.signatures] == [KEYS[0].id, KEYS[1].id]


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        "text\n",
        "text\n\n",
        "\n\n— a AAAAAAA=\n",
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "— a AAAA\n",
        NOTE + "— a AAAAAA=\n",
        NOTE + "— a AAAAAA==\n",
        NOTE + "a AAAAAAA=\n",
        NOTE + "— a AAAAAB==\n",
        NOTE + "— a AAAAAAA\n",
        NOTE + "— a  AAAAAAA=\n",
        NOTE + "—  AAAAAAA=\n",
        NOTE + "- a AAAAAAA=\n",
        NOTE + "— a AAAAAAA= \n",
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("one", "o\tne"),
        NOTE.replace("one", "o\x00ne"),
        NOTE.replace("one", "o\ud800ne"),
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    """Lines, dashes, base64, controls: all in their one form."""
    with pytest.raises(FormatError, match=r"log\.note"):
        parse_note(note)


def test_notes_have_a_limit_above_what_must_be_accepted() -> None:
    """16 lines of 5 kB are read; more than 32 lines, or 96 KiB, are not."""
    large = [(KEYS[2], bytes(3600))] * 16
    assert len(parse_note(write_note("text\n", large)).signatures) == 16
    with pytest.raises(FormatError, match=r"log\.note-size"):
        parse_note(write_note("text\n", [(KEYS[2], bytes(3600))] * 21))
    with pytest.raises(FormatError, match=r"log\.note-size"):
        parse_note("日" * (MOST_NOTE_BYTES // 3 + 1))
    with pytest.raises(FormatError, match=r"log\.note-lines"):
        parse_note(write_note("text\n", [(KEYS[0], b"x")] * (MOST_SIGNATURES + 1)))


@FEW
@given(st.text(max_size=60), st.integers(0, len(NOTE)), st.integers(0, 5))
def test_any_text_gives_only_named_errors(text: str, at: int, cut: int) -> None:
    """As a note, as a change of a note, and as a key."""
    for note in (text, NOTE[:at] + text + NOTE[at + cut :]):
        try:
            parsed = parse_note(note)
        except ComityError:
            continue
        assert parsed.text.endswith("\n")
        assert note.startswith(parsed.text + "\n— ")
    vkey = KEYS[0].vkey
    for words in (text, vkey[:at] + text + vkey[at + cut :]):
        try:
            assert parse_vkey(words).vkey == words
        except ComityError:
            continue
