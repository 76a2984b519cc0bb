"""Bodies: named, salted sections; what is delivered is all of what was signed."""

import pytest

from comity.errors import FormatError
from comity.statement import cbor
from comity.statement.body import (
    BodyRecord,
    Section,
    body_bytes,
    decode_listing,
    decode_partial,
    decode_section,
    encode_partial,
    new_section,
    open_body,
    open_partial,
    payload_of,
    seal_plaintext,
)

from .conftest import Said


def listing_of(said: Said) -> bytes:
    return body_bytes({section.name: section.digest for section in said.sections})


def test_a_delivered_body_is_what_was_signed(said: Said) -> None:
    """Sealing and opening gives back every section by its name."""
    opened = open_body(seal_plaintext(said.sections), said.statement.payload)
    assert tuple(opened.values()) == said.sections


def test_the_order_of_sections_means_nothing(said: Said) -> None:
    """The same sections in another order are the same body."""
    backwards = said.sections[::-1]
    assert payload_of(backwards) == said.statement.payload
    open_body(seal_plaintext(backwards), said.statement.payload)


def test_the_same_words_never_have_the_same_digest() -> None:
    """The salt is fresh, so a short section cannot be found by trial."""
    first, second = (new_section("act", "application/cbor", b"yes") for _ in range(2))
    assert first.value == second.value
    assert first.digest != second.digest


def test_a_section_that_is_missing_changed_or_added_is_refused(said: Said) -> None:
    """Ruling 3: one statement has one meaning."""
    act, chinese, english = said.sections
    added = new_section("personal", "application/cbor", b"")
    changed = Section(
        name=english.name, content_type=english.content_type, value=b"Erase", salt=english.salt
    )
    renamed = Section(
        name="text.fr", content_type=english.content_type, value=english.value, salt=english.salt
    )
    for wrong in (
        (act, chinese),
        (act, chinese, english, added),
        (act, chinese, changed),
        (act, chinese, renamed),
    ):
        with pytest.raises(FormatError, match=r"body\.does-not-fit"):
            open_body(seal_plaintext(wrong), said.statement.payload)


def test_a_section_twice_is_refused(said: Said) -> None:
    """Names are unique."""
    twice = [said.sections[0].encoded, said.sections[0].encoded]
    with pytest.raises(FormatError, match=r"body\.duplicate"):
        open_body(cbor.encode({"sections": twice}), said.statement.payload)
    with pytest.raises(FormatError, match=r"body\.duplicate"):
        payload_of([said.sections[0]] * 2)


def test_a_body_without_act_is_refused(said: Said) -> None:
    """``act`` is mandatory, also in what a case file shows."""
    rest = said.sections[1:]
    for attempt in (payload_of, seal_plaintext):
        with pytest.raises(FormatError, match=r"body\.no-act"):
            attempt(rest)
    record = BodyRecord(
        listing=listing_of(said), sections=tuple(section.encoded for section in rest)
    )
    with pytest.raises(FormatError, match=r"body\.no-act"):
        open_partial(record, said.statement.payload)


def test_a_body_above_the_limit_is_refused() -> None:
    """Ruling 9: 256 KiB, and more as blobs."""
    act = new_section("act", "application/cbor", bytes(256 * 1024))
    with pytest.raises(FormatError, match=r"body\.too-large"):
        seal_plaintext([act])
    many = [new_section(f"a{number}", "x", b"") for number in range(256)]
    with pytest.raises(FormatError, match=r"body\.too-many"):
        payload_of([new_section("act", "x", b""), *many])


@pytest.mark.parametrize(
    ("name", "content_type", "salt"),
    [
        ("", "x", bytes(32)),
        ("a" * 65, "x", bytes(32)),
        ("../act", "x", bytes(32)),
        ("a b", "x", bytes(32)),
        ("名", "x", bytes(32)),
        ("a\n", "x", bytes(32)),
        ("act", "", bytes(32)),
        ("act", "text/plain\n", bytes(32)),
        ("act", "x" * 129, bytes(32)),
        ("act", "x", bytes(31)),
        ("act", "x", b""),
    ],
)
def test_a_section_of_another_form_is_refused(name: str, content_type: str, salt: bytes) -> None:
    """Names are short words, content types plain ASCII, salts 32 bytes."""
    with pytest.raises(FormatError, match=r"body\.section"):
        Section(name=name, content_type=content_type, value=b"", salt=salt)
    with pytest.raises(FormatError, match=r"body\.section"):
        decode_section(cbor.encode([salt, name, content_type, b""]))


def test_a_case_file_may_leave_sections_out_and_says_which(said: Said) -> None:
    """Ruling 3: what is shown is checked against the listing, the rest is named."""
    record = decode_partial(encode_partial(listing_of(said), [said.sections[0].encoded]))
    opened = open_partial(record, said.statement.payload)
    assert dict(opened.sections) == {"act": said.sections[0]}
    assert set(opened.missing) == {"text.zh", "text.en"}


def test_a_case_file_cannot_show_what_was_not_signed(said: Said) -> None:
    """Neither the listing nor a section can be another."""
    stranger = new_section("text.zh", "text/plain; charset=utf-8", b"other")
    shown = (said.sections[0].encoded, stranger.encoded)
    with pytest.raises(FormatError, match=r"body\.does-not-fit"):
        open_partial(BodyRecord(listing=listing_of(said), sections=shown), said.statement.payload)
    with pytest.raises(FormatError, match=r"body\.does-not-fit"):
        open_partial(BodyRecord(listing=listing_of(said), sections=shown[:1]), bytes(32))


def test_a_listing_of_another_form_is_refused() -> None:
    """Version, names and digests are checked."""
    digest = bytes(32)
    for value in (
        ["comity-body/2", {"act": digest}],
        ["comity-body/1"],
        ["comity-body/1", {"act": digest}, {}],
        ["comity-body/1", [digest]],
        ["comity-body/1", {"act": bytes(31)}],
        ["comity-body/1", {1: digest, "act": digest}],
        ["comity-body/1", {"a/b": digest, "act": digest}],
        {"act": digest},
    ):
        with pytest.raises(FormatError, match=r"body\.listing"):
            decode_listing(cbor.encode(value))  # type: ignore[arg-type] # any shape
    with pytest.raises(FormatError, match=r"body\.no-act"):
        decode_listing(body_bytes({"text.zh": digest}))
