"""The specification says what the code does, in both languages, as far as a test can tell."""

import re
from base64 import b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import pytest

from architecture.spec_made import CARD, SMALL_ORDER, SPEC, address, inception, keys
from comity.capabilities.assistance import schema
from comity.capabilities.assistance.profile import FIELD_TYPES
from comity.errors import FormatError
from comity.exchange.problems import _STATUS_OF_FAMILY
from comity.log import receipt as receipts
from comity.parties.card import read_card
from comity.parties.charter import Terms
from comity.parties.charter import own_part as charter_part
from comity.parties.inception import PURPOSES
from comity.registry import CAPABILITIES
from comity.statement import cbor, envelope
from comity.statement.cbor import Value
from comity.statement.keys import ALGORITHMS
from comity.statement.model import PartyId
from comity.verify.checks import Verdict
from comity.verify.report import EXIT_BETWEEN, EXIT_CODES
from comity.wording import SENTENCES

PAGES = sorted(path.name for path in (SPEC / "en").glob("*.md"))
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
WORD = re.compile(r"`([^`]+)`")
OWN_KINDS = {
    "party.vouch",
    "party.inception",
    "party.node",
    "party.keys",
    "key.compromised",
    "log.policy",
    "thread.seen",
    "delivery.*",
    "delivery.refused",
}
PARTY = PartyId("urn:comity:party:" + "a" * 52)
OTHER = PartyId("urn:comity:party:" + "b" * 51 + "a")


def page(name: str, lang: str = "en") -> str:
    """Return a page of the specification."""
    return (SPEC / lang / name).read_text("utf-8")


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of every row of a page's tables, heads aside."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def section(text: str, heading: str) -> str:
    """Return the part of a page under a heading, up to the next one."""
    _, _, rest = text.partition(f"\n{heading}\n")
    assert rest, heading
    return re.split(r"\n#{2,3} ", rest, maxsplit=1)[0]


def test_every_page_has_its_twin() -> None:
    """House 13: neither language is the original."""
    assert PAGES
    assert sorted(path.name for path in (SPEC / "zh").glob("*.md")) == PAGES


@pytest.mark.parametrize("name", PAGES)
def test_twins_say_the_same_codes_in_the_same_shape(name: str) -> None:
    """Equally complete: headings, tables, blocks, and every word that a program reads."""
    english, chinese = page(name), page(name, "zh")

    assert len(re.findall(r"^#+ ", english, re.MULTILINE)) == len(
        re.findall(r"^#+ ", chinese, re.MULTILINE)
    )
    assert len(list(rows(english))) == len(list(rows(chinese)))
    assert BLOCK.findall(english) == BLOCK.findall(chinese)
    words = [Counter(WORD.findall(BLOCK.sub("", text))) for text in (english, chinese)]
    assert set(words[0]) == set(words[1]), set(words[0]) ^ set(words[1])


@pytest.mark.parametrize("name", PAGES)
def test_no_code_is_invented(name: str) -> None:
    """Every error code in the text is one that the software can say."""
    areas = {code.split(".")[0] for code in SENTENCES} - {"assistance"}
    named = {
        word
        for word in WORD.findall(page(name))
        if re.fullmatch(r"[a-z]+\.[a-z-]+", word) and word.split(".")[0] in areas
    }

    files = {"manifest.cbor", "manifest.cose", "text.en", "text.zh"}
    assert {word for word in named if word not in SENTENCES} <= files | OWN_KINDS


def test_every_kind_and_each_of_its_keys_is_there() -> None:
    """A kind that is added is described, with its own part."""
    text = page("kinds.md")
    kinds = {kind for each in CAPABILITIES.values() for kind in each.kinds} | OWN_KINDS

    assert set(re.findall(r"^### `(.+)`$", text, re.MULTILINE)) == kinds
    for payload in schema.Payload.__args__:
        kind = f"assistance.{payload.__name__.lower()}"
        told = [
            WORD.findall(row[0])[0] for row in rows(section(text, f"### `{kind}`")) if "`" in row[0]
        ]
        assert told == [each.name for each in fields(payload)], kind


def test_own_parts_of_parties_and_charters_are_complete() -> None:
    """What an inception, an address, a policy and a charter say of themselves."""
    text = page("kinds.md")
    charter = charter_part(Terms(members=(PARTY, OTHER), quorum="quorum none\n"))
    parts: dict[str, Mapping[str, Value]] = {"mechanism.charter": charter}
    for example in (inception()[0], address()):
        act = cbor.decode(example.sections["act"].value, max_bytes=65536)
        assert isinstance(act, dict)
        parts[str(act["type"])] = act["own"]
    for kind, own in parts.items():
        told = [
            WORD.findall(row[0])[0] for row in rows(section(text, f"### `{kind}`")) if "`" in row[0]
        ]
        assert sorted(told) == sorted(own), kind


def numbers(text: str) -> set[int]:
    """Return the numbers in the first column of a section's tables."""
    return {int(row[0]) for row in rows(text) if re.fullmatch(r"-?[0-9]+", row[0])}


def test_every_label_is_there() -> None:
    """The numbers of headers are those of the code."""
    header = {envelope.ALG, envelope.KID, envelope.CLAIMS, envelope.TYPE, envelope.HASH}
    header |= {envelope.PREIMAGE, envelope.RECEIPTS, envelope.TIMESTAMP}
    of_receipts = {receipts.ALG, receipts.KID, receipts.CLAIMS, receipts.VDS, receipts.SIZE}
    of_receipts |= {receipts.VDP, receipts.CHECKPOINT}
    statements = page("statements.md")

    assert numbers(section(statements, "## Envelope")) == header
    assert numbers(section(statements, "## Algorithms and keys")) == ALGORITHMS
    assert numbers(section(page("logs.md"), "## Receipt")) == of_receipts


def test_every_purpose_type_and_family_is_there() -> None:
    """Tables of the specification that follow tables of the code."""

    def first(name: str, heading: str) -> list[str]:
        found = [WORD.findall(row[0]) for row in rows(section(page(name), heading))]
        return [word for words in found for word in words]

    assert first("parties.md", "## Inception") == list(PURPOSES)
    assert set(first("profiles.md", "## Fields")) == FIELD_TYPES
    assert set(_STATUS_OF_FAMILY) <= set(first("delivery.md", "## Problems"))
    verdicts = first("case-file.md", "## Verification")
    assert [word for word in verdicts if word.isupper()] == [each.value for each in Verdict]
    checks = {code.removeprefix("verify.check.") for code in SENTENCES if ".check." in code}
    asked = {code for code in checks if not code.startswith("node.")}
    assert {word for word in verdicts if not word.isupper()} == asked


def test_exit_codes_are_those_of_the_program() -> None:
    """Scripts rely on them."""
    told = {
        WORD.findall(row[0])[0]: row[1] for row in rows(page("case-file.md")) if row[1].isdigit()
    }

    assert told == {each.value: str(EXIT_CODES.get(each, EXIT_BETWEEN)) for each in Verdict}


def test_every_path_of_the_node_is_there(repository: Path) -> None:
    """What peers may call."""
    exchange = repository / "src/comity/exchange"
    sources = "".join(
        (exchange / name).read_text() for name in ("inbound.py", "log_views.py", "witness_views.py")
    )
    paths = set(re.findall(r'(?<!f)"(/(?:comity|entries|\.well-known)[^"]*)"', sources))

    assert len(paths) > 6
    assert [path for path in paths if f"`{path}`" not in page("delivery.md")] == ["/comity/log/0"]


def test_the_example_card_is_that_of_the_examples() -> None:
    """The card that the specification shows can be read, and is whose it says."""
    content = read_card(CARD.read_text("utf-8"))

    assert content.party == inception()[1]
    assert content.node_statement.sid == address().statement.sid


def encoded(value: object) -> bytes:
    """Return deterministic CBOR, written from the specification alone."""
    match value:
        case None | bool():
            return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
        case int():
            return head(0, value) if value >= 0 else head(1, -1 - value)
        case bytes():
            return head(2, len(value)) + value
        case str():
            return head(3, len(value.encode())) + value.encode()
        case list():
            return head(4, len(value)) + b"".join(map(encoded, value))
        case dict():
            pairs = sorted((encoded(key), encoded(item)) for key, item in value.items())
            return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
        case _:
            raise TypeError(value)


def head(major: int, number: int) -> bytes:
    """Return the shortest head."""
    if number < 24:
        return bytes((major << 5 | number,))
    for width, form in ((1, 24), (2, 25), (4, 26), (8, 27)):
        if number < 1 << 8 * width:
            return bytes((major << 5 | form,)) + number.to_bytes(width, "big")
    raise ValueError(number)


def by_hand(sign_key: bytes) -> str:
    """Return a card made by hand, as the specification says, with this ``sign`` key."""
    act = inception()[0].sections["act"].value
    # One key is put in the place of another of the same length; nothing else changes.
    act = act.replace(keys()["sign"].public.encoded, sign_key)
    texts = {"text.en": "Example (demo)", "text.zh": "示例（演示）"}
    body = [["act", "application/cbor", act]]
    body += [[name, "text/plain; charset=utf-8", text.encode()] for name, text in texts.items()]
    sections = [encoded([bytes(32), *each]) for each in body]
    digests = {each[0]: sha256(one).digest() for each, one in zip(body, sections, strict=True)}
    payload = sha256(encoded(["comity-body/1", digests])).digest()
    required = {1: 1, -1: 6, -2: sign_key[-32:]}
    me = "urn:comity:party:self"
    protected = encoded(
        {
            1: -19,
            4: sha256(encoded(required)).digest(),
            15: {1: me, 2: me, 6: 1_790_000_000, 7: bytes(16)},
            16: "application/vnd.comity.statement+cose",
            258: -16,
            259: "application/vnd.comity.body+cbor",
        }
    )
    structure = encoded(["Signature1", protected, b"", payload])
    signature = keys()["sign"].sign(structure)
    return armoured([tagged(protected, payload, signature), sections, b"", []])


def tagged(protected: bytes, payload: bytes, signature: bytes) -> bytes:
    """Return a tagged COSE_Sign1 without receipts."""
    return b"\xd2" + encoded([protected, {}, payload, signature])


def armoured(value: Sequence[object]) -> str:
    """Return an array as a card."""
    return f"comity-card/1\n{b64encode(encoded(list(value))).decode()}\n"


def refusal(card: str) -> str:
    """Return the code with which a card is refused."""
    with pytest.raises(FormatError) as refused:
        read_card(card)
    return refused.value.code


def test_a_card_made_by_hand_is_read_up_to_what_it_lacks() -> None:
    """The format is told well enough: a genuine inception passes, its address is missed."""
    assert refusal(by_hand(keys()["sign"].public.encoded)) == "cbor.truncated"


@pytest.mark.parametrize(
    "point",
    [
        bytes(32),
        b"\x01" + bytes(31),
        b"\xec" + b"\xff" * 30 + b"\x7f",
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        b"\xee" + b"\xff" * 30 + b"\x7f",
    ],
    ids=["order 4", "neutral", "order 2", "order 8", "not canonical"],
)
def test_a_card_with_a_weak_key_is_refused_for_that(point: bytes) -> None:
    """Security, finding 4: refused at the meeting, before any signature is looked at."""
    assert refusal(by_hand(SMALL_ORDER[:-32] + point)) == "key.weak"
