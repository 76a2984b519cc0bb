"""Problem details, both ways."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import (
    ComityError,
    FormatError,
    PeerError,
    ProofError,
    RuleError,
    TrustError,
)
from comity.exchange.problems import (
    BASE_LANGUAGE,
    DETAIL,
    PROBLEM_KEY,
    TITLE,
    choose_language,
    decode_problem,
    encode_problem,
    problem_of,
    status_of,
)
from comity.statement import cbor
from comity.statement.cbor import Tagged
from comity.wording import tell

RULE = RuleError("ASSIST-2", zh="只有被请求方可以确认。", en="Only the addressee acknowledges.")
ERRORS: tuple[ComityError, ...] = (
    FormatError("cbor.trailing-bytes", at=7),
    TrustError("key.bad-signature", alg=-19, kid="aa"),
    ProofError("log.inclusion"),
    PeerError("exchange.busy", retry_after=3),
    RULE,
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.code)
def test_an_error_arrives_as_the_same_error(error: ComityError) -> None:
    """Family, code and facts survive the journey; a rule keeps both its texts."""
    found = decode_problem(encode_problem(error)).error()

    assert type(found) is type(error)
    assert (found.code, found.facts) == (error.code, error.facts) or error.code == "log.inclusion"
    assert {tell(found, lang) for lang in ("zh", "en")} == {
        tell(error, lang) for lang in ("zh", "en")
    } or error.code == "log.inclusion"


def test_the_text_is_in_the_callers_language() -> None:
    """Plain in Chinese or English as asked; under tag 38 for those who asked for neither."""
    error = FormatError("exchange.not-found")
    chinese, other = problem_of(error, "fr, zh-Hant;q=0.8, en;q=0.5"), problem_of(error, "fr")

    assert (chinese[TITLE], chinese[BASE_LANGUAGE]) == ("形式不符", "zh")
    assert chinese[DETAIL] == "此处没有该资源。"
    assert other[TITLE] == Tagged(38, ["en", "Malformed"])
    assert BASE_LANGUAGE not in other


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", None),
        ("en", "en"),
        ("zh-Hans-CN", "zh"),
        ("en;q=0.1,zh;q=x,zh;q=0.2", "zh"),
        ("*", None),
    ],
)
def test_the_preferred_language_is_found(header: str, expected: str | None) -> None:
    """By weight; what is malformed is passed over."""
    assert choose_language(header) == expected


def test_the_status_tells_who_must_act() -> None:
    """4xx: the caller; 5xx and 429: try again."""
    assert [status_of(each) for each in ERRORS] == [400, 403, 422, 503, 409]
    assert status_of(PeerError("exchange.too-many", retry_after=1)) == 429
    assert status_of(ComityError("something.else")) == 500


@pytest.mark.parametrize(
    "own",
    [
        {},
        {"code": "a b", "family": "peer"},
        {"code": "x.y", "family": "friend"},
        {"code": "x.y", "family": "peer", "facts": {"code": "z"}},
        {"code": "x.y", "family": "peer", "facts": {"A": 1}},
        {"code": "x.y", "family": "peer", "facts": {"a": "\x1b[2J"}},
        {"code": "x.y", "family": "peer", "facts": {"a": b"z"}},
        {"code": "x.y", "family": "peer", "facts": {f"a{n}": n for n in range(17)}},
        {"code": "x.y", "family": "peer", "retry-after": -1},
        {"code": "ASSIST-2", "family": "rule"},
        {"code": "ASSIST-2", "family": "rule", "zh": "\u202e", "en": "x"},
    ],
)
def test_a_malformed_problem_is_refused(own: dict[str, cbor.Value]) -> None:
    """Nothing of a peer's text reaches anyone unchecked."""
    with pytest.raises(FormatError):
        decode_problem(cbor.encode({PROBLEM_KEY: own}))


def test_a_code_that_is_not_known_here_is_named_and_keeps_its_family() -> None:
    """We tell it in our own words, and still know whether to try again."""
    ours = PeerError("future.thing", a=1)
    found = decode_problem(encode_problem(ours))

    assert (found.error().code, found.is_final) == ("exchange.said", False)
    assert tell(found.error(), "en").endswith("(future.thing).")


def test_a_known_code_with_other_facts_does_not_break_its_sentence() -> None:
    """A peer that leaves facts out makes no traceback here."""
    found = decode_problem(encode_problem(FormatError("cbor.too-large"))).error()

    assert found.code == "exchange.said"


@settings(max_examples=60, deadline=None)
@given(st.text(), st.integers(), st.text())
def test_any_error_can_be_told(text: str, number: int, language: str) -> None:
    """Whatever the facts are, there is an answer, and it can be read back or is refused."""
    data = encode_problem(PeerError("exchange.answer", status=number, why=text), language)
    with contextlib.suppress(FormatError):
        decode_problem(data)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_are_refused_by_name(data: bytes) -> None:
    """Only ``ComityError`` comes out."""
    with contextlib.suppress(ComityError):
        decode_problem(data)
