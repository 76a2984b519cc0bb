"""A quorum is read strictly, and counts parties."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError
from comity.log.note import ED25519_COSIGNATURE, ED25519_LINE, MLDSA44_COSIGNATURE, NoteKey
from comity.log.quorum import parse_quorum
from comity.statement.keys import ED25519, MLDSA44, PrivateKey

NAMES = ("x1", "x2", "x3", "y1", "y2")


def fixed_key(name: str, kind: int) -> NoteKey:
    """Return a key that is the same in every run: it stands in the names of the tests."""
    secret = name.encode().ljust(32, b"\0")
    return NoteKey(name=f"{name}.example", type=kind, key=PrivateKey.load(ED25519, secret).public)


KEYS = {name: fixed_key(name, ED25519_COSIGNATURE) for name in NAMES}
LOG = fixed_key("log", ED25519_LINE)
WITNESSES = "".join(f"witness {name} {KEYS[name].vkey}\n" for name in NAMES)
EXAMPLE = f"""# from C2SP tlog-policy
log {LOG.vkey} https://log.example/

{WITNESSES}
\tgroup  X-witnesses 2 x1 x2 x3
group Y-witnesses any y1 y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
"""


def signed(*names: str) -> set[str]:
    """Return what the witnesses of these names are called in their vkeys."""
    return {KEYS[name].name for name in names}


def test_the_example_of_the_standard() -> None:
    """Two of three there, one of two here, and both."""
    quorum = parse_quorum(EXAMPLE)

    for count in range(len(NAMES) + 1):
        for chosen in combinations(NAMES, count):
            xs = sum(name.startswith("x") for name in chosen)
            expected = xs >= 2 and count > xs
            assert quorum.met_by(signed(*chosen)) is expected, chosen
    assert not quorum.met_by({"stranger.example", *signed("x1", "y1")})
    assert [each.key for each in quorum.logs] == [LOG]


def test_the_one_form_says_the_same() -> None:
    """Comments and spaces go; what is left is read as the same policy."""
    text = parse_quorum(EXAMPLE).text

    assert parse_quorum(text) == parse_quorum(EXAMPLE)
    assert parse_quorum(text).text == text
    assert "#" not in text
    assert "  " not in text


def test_no_quorum_and_one_witness() -> None:
    """The two simplest policies of the standard."""
    assert parse_quorum("quorum none\n").met_by(())
    one = parse_quorum(f"{WITNESSES}quorum x2\n")
    assert one.met_by(signed("x2"))
    assert not one.met_by(signed("x1", "x3", "y1", "y2"))


def test_a_party_with_two_keys_and_a_key_with_two_names_count_once() -> None:
    """Security T12 and finding 10: a threshold counts parties; both are refused outright."""
    lattice = NoteKey(
        name=KEYS["x1"].name,
        type=MLDSA44_COSIGNATURE,
        key=PrivateKey.generate(MLDSA44).public,
    )
    renamed = NoteKey(name="other.example", type=ED25519_COSIGNATURE, key=KEYS["x1"].key)

    for twice in (lattice, renamed, KEYS["x1"]):
        text = f"witness a {KEYS['x1'].vkey}\nwitness b {twice.vkey}\ngroup g all a b\nquorum g\n"
        with pytest.raises(FormatError) as refused:
            parse_quorum(text)
        assert refused.value.code == "quorum.twice"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", "quorum.missing"),
        ("quorum none\nquorum none\n", "quorum.missing"),
        ("quorum none", "quorum.line"),
        ("quorum none\r\n", "quorum.line"),
        ("quorum\n", "quorum.line"),
        ("quorum a\n", "quorum.name"),
        ("quorum none x\n", "quorum.line"),
        (f"witness none {KEYS['x1'].vkey}\nquorum none\n", "quorum.name"),
        (f"{WITNESSES}group x1 any y1\nquorum none\n", "quorum.name"),
        (f"{WITNESSES}group g any later\nquorum g\n", "quorum.name"),
        (f"{WITNESSES}group g any g\nquorum g\n", "quorum.name"),
        (f"{WITNESSES}group g 2 x1 x1\nquorum g\n", "quorum.name"),
        (f"{WITNESSES}group g any x1\ngroup h any x1 x2\nquorum h\n", "quorum.name"),
        (f"{WITNESSES}group g any none\nquorum g\n", "quorum.name"),
        (f"{WITNESSES}group g 0 x1\nquorum g\n", "quorum.threshold"),
        (f"{WITNESSES}group g 3 x1 x2\nquorum g\n", "quorum.threshold"),
        (f"{WITNESSES}group g 02 x1 x2\nquorum g\n", "quorum.threshold"),
        (f"{WITNESSES}group g many x1 x2\nquorum g\n", "quorum.threshold"),
        (f"{WITNESSES}group g any\nquorum none\n", "quorum.line"),
        (f"{WITNESSES}witness z {LOG.vkey}\nquorum none\n", "quorum.line"),
        (f"log {KEYS['x1'].vkey}\nquorum none\n", "quorum.line"),
        (f"witness z {KEYS['x1'].vkey}x\nquorum none\n", "quorum.line"),
        (f"witness z {KEYS['x1'].vkey} url more\nquorum none\n", "quorum.line"),
        ("policy none\nquorum none\n", "quorum.line"),
        ("#\n" * 600 + "quorum none\n", "quorum.size"),
    ],
)
def test_what_is_not_as_the_standard_says_is_refused(lines: str, code: str) -> None:
    """Strictly: what two readers could read in two ways is not read."""
    with pytest.raises(FormatError) as refused:
        parse_quorum(lines)
    assert refused.value.code == code


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="# \t\nabcglogwitnessquorum012<>+=é", max_size=120))
def test_whatever_stands_there_only_our_errors_come_out(text: str) -> None:
    """Parsers convert everything."""
    try:
        made = parse_quorum(text)
    except ComityError:
        return
    assert parse_quorum(made.text) == made
