"""Whatever the bytes, the parsers of statements raise nothing but Comity's own errors."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError
from comity.statement import cbor
from comity.statement.act import decode_act, encode_act
from comity.statement.blob import decode_attachments
from comity.statement.body import (
    decode_partial,
    decode_section,
    encode_partial,
    open_body,
    open_partial,
    seal_plaintext,
)
from comity.statement.cbor import Value
from comity.statement.envelope import attach, parse
from comity.statement.kem import KemPrivateKey, kem_public_key
from comity.statement.keys import public_key
from comity.statement.seal import recipient_of, seal, unseal
from comity.statement.sign1 import decode_sign1
from comity.statement.text import check_language_tag, check_name, check_text

from .conftest import Said

FEW = settings(max_examples=60, deadline=None)
KEM = KemPrivateKey.generate()
SID = bytes(32)

PARSERS: tuple[Callable[[bytes], object], ...] = (
    parse,
    lambda data: attach(data, [data]),
    lambda data: decode_sign1(data, 10_000),
    decode_act,
    decode_section,
    lambda data: open_body(data, SID),
    lambda data: open_partial(decode_partial(data), SID),
    decode_attachments,
    lambda data: unseal(data, KEM, SID),
    recipient_of,
    public_key,
    kem_public_key,
)


def feed(data: bytes) -> None:
    for parser in PARSERS:
        try:
            parser(data)
        except ComityError:
            continue


def changes(seed: bytes) -> st.SearchStrategy[bytes]:
    at = st.integers(0, len(seed))
    return st.builds(
        lambda start, length, new: seed[:start] + new + seed[start + length :],
        at,
        st.integers(0, 4),
        st.binary(max_size=4),
    )


small = st.none() | st.booleans() | st.integers(-20, 400) | st.binary(max_size=33) | st.text("act")
shaped: st.SearchStrategy[Value] = st.recursive(
    small,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.integers(-4, 7) | st.sampled_from(["act", "sections"]), inner)
        | st.builds(cbor.Tagged, st.sampled_from([18, 96]), inner)
    ),
    max_leaves=10,
)


@FEW
@given(st.binary(max_size=80))
def test_random_bytes_give_only_named_errors(data: bytes) -> None:
    """No library's exception crosses the parsers."""
    feed(data)


@FEW
@given(shaped)
def test_random_values_give_only_named_errors(value: Value) -> None:
    """Well-formed CBOR of the wrong shape is refused by name as well."""
    feed(cbor.encode(value))


@FEW
@given(st.data())
def test_changed_statements_give_only_named_errors(said: Said, data: st.DataObject) -> None:
    """A change of a real statement, act, body, key or sealed body is refused by name."""
    plaintext = seal_plaintext(said.sections)
    seeds = [
        attach(said.statement.encoded, [b"receipt"]),
        encode_act(said.act),
        plaintext,
        encode_partial(b"listing", [said.sections[0].encoded]),
        seal(plaintext, KEM.public, SID),
        said.key.public.encoded,
        KEM.public.encoded,
    ]
    feed(data.draw(changes(data.draw(st.sampled_from(seeds)))))


@FEW
@given(st.text(st.characters(), max_size=20))
def test_any_text_gives_only_named_errors(text: str) -> None:
    """Texts, names and language tags are checked without a surprise."""
    for check in (check_text, check_name, check_language_tag):
        try:
            assert check(text) == text
        except ComityError:
            continue


@FEW
@given(st.data())
def test_what_is_read_as_an_act_is_written_back_alike(said: Said, data: st.DataObject) -> None:
    """An act has one form: decoding and encoding gives the same bytes."""
    encoded = data.draw(changes(encode_act(said.act)))
    try:
        act = decode_act(encoded)
    except ComityError:
        return
    assert encode_act(act) == encoded
