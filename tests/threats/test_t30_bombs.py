"""T30: CBOR that is small and claims much, or is deep, or is millions of tiny things.

Each is thrown at a node whose memory the kernel bounds: as a delivery, as a statement, as a
sealed body, and as what an officer's key has signed though no log holds it.  Each is refused by
a name, and then the node still answers.  What a log does hold is read by the same rules.
"""

import asyncio
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from comity.errors import FormatError, PeerError
from comity.exchange.delivery import (
    ANSWER_TYPE,
    DELIVERY_TYPE,
    Item,
    decode_answers,
    decode_delivery,
    encode_delivery,
)
from comity.exchange.limits import MOST_ANSWER_BYTES, MOST_DELIVERY_BYTES
from comity.exchange.problems import decode_problem
from comity.exchange.tests.live import calling, two_nodes
from comity.exchange.tests.raw import DELIVER, Pair, Raw, outcome, signed
from comity.exchange.transport import Request
from comity.statement import cbor
from comity.statement.act import read_act
from comity.statement.body import ACT, CBOR_TYPE, Section, open_body, payload_of
from comity.statement.envelope import sign
from comity.statement.model import SUBJECT_BYTES, SubjectId, subject_urn
from comity.statement.seal import seal

ROOM = 200
"""Megabytes that the node may grow by; security, T30."""
HUGE = 240 << 20
"""A body that does not fit into them."""


def number(value: int) -> bytes:
    """Return eight bytes."""
    return value.to_bytes(8, "big")


BOMBS: Mapping[str, bytes] = {
    "deep arrays": b"\x81" * 100_000 + b"\x00",
    "deep maps": b"\xa1\x00" * 50_000 + b"\x00",
    "deep tags": b"\xd2" * 100_000 + b"\x00",
    "an array of 2^40": b"\x9b" + number(1 << 40),
    "a string of 2^40": b"\x5b" + number(1 << 40),
    "a string of 2^31": b"\x5a\x7f\xff\xff\xff",
    "a map of 2^60": b"\xbb" + number(1 << 60),
    "a key twice": b"\xa2\x01\x02\x01\x03",
    "trailing bytes": b"\x01\x02",
    "a long form": b"\x1b" + number(1),
    "no length": b"\x9f\x01\xff",
    "no length, without end": b"\x5f" + b"\x41\x00" * 100_000,
    "not a number": b"\xf9\x7e\x01",
    "a value that holds itself": b"\xd8\x1c\x81\xd8\x1d\x00",
    "a number of a megabyte": b"\xc2\x5a\x00\x10\x00\x00" + b"\xff" * (1 << 20),
    "ten to the billion": b"\xc4\x82\x1a\x3b\x9a\xca\x00\x01",
    "two to the billion": b"\xc5\x82\x1a\x3b\x9a\xca\x00\x01",
    "one by nothing": b"\xd8\x1e\x82\x01\x00",
    "a pattern that never ends": b"\xd8\x23\x68(a+)+b$$",
    "not unicode": b"\x62\xc3\x28",
    "a key that is a list": b"\xa1\x81\x01\x02",
    "keys that collide": b"\xba\x00\x00\x4e\x20"
    + b"".join(
        b"\x1b" + number(at * ((1 << 61) - 1) % (1 << 64)) + b"\x00" for at in range(20_000)
    ),
    "a million tiny items": b"\x9a\x00\x0f\x42\x40" + bytes(1_000_000),
    "four million tiny items": b"\x9a\x00\x3f\xff\xfb" + bytes((4 << 20) - 5),
    "a million empty lists": b"\x9a\x00\x0f\x42\x40" + b"\x80" * 1_000_000,
    "a huge list of references": cbor.encode(
        {"type": "thread.seen", "seen": [sha256(number(at)).digest() for at in range(5_000)]}
    ),
}


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A peer, and the node that is bombed: closed here, it is served by a process of its own."""
    for ours, theirs in two_nodes(tmp_path_factory.mktemp("nodes")):
        theirs.close()
        theirs.close = lambda: None  # type: ignore[method-assign]
        yield ours, theirs


@contextmanager
def bounded(pair: Pair, *careless: str) -> Iterator["subprocess.Popen[str]"]:
    """Serve the second node where the kernel lets it grow no further."""
    tests = Path(__file__).parent.parent
    path = f"{tests}{os.pathsep}{tests.parent / 'src'}"
    # Each arena of the allocator would reserve addresses that it does not use.
    env = os.environ | {"PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"}
    script, folder = str(Path(__file__).with_name("bombed.py")), str(pair[1].settings.folder)
    with subprocess.Popen(
        [sys.executable, script, folder, str(ROOM), *careless],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.terminate()


def spoken(pair: Pair, bomb: bytes) -> Item:
    """Return a statement whose signature holds and whose act is a bomb."""
    ours, theirs = pair
    section = Section(name=ACT, content_type=CBOR_TYPE, value=bomb, salt=bytes(32))
    statement = sign(
        issuer=ours.party,
        subject=subject_urn(SubjectId(bytes(SUBJECT_BYTES))),
        issued_at=ours.clock.now(),
        payload=payload_of([section]),
        signer=ours.signer("sign"),
    )
    body = cbor.encode({"sections": [section.encoded]})
    sealed = seal(body, theirs.keeping.own.kem, statement.sid)
    return Item(signed=statement.encoded, sealed=sealed)


def thrown(pair: Pair, bomb: bytes) -> Iterator[bytes]:
    """Return a bomb in every place where a peer can put it and it is not too long by itself."""
    yield bomb
    for item in (Item(signed=bomb, sealed=b""), Item(signed=b"", sealed=bomb), spoken(pair, bomb)):
        body = cbor.encode([[item.signed, item.sealed]])
        if len(body) <= MOST_DELIVERY_BYTES:
            yield body


async def sent(pair: Pair, body: bytes) -> tuple[int, str]:
    """Deliver a body; return the status, and why it was refused: as a whole, or what is in it."""
    ours, theirs = pair
    headers = {"content-type": DELIVERY_TYPE, "accept": ANSWER_TYPE}
    async with calling(ours, theirs) as to:
        reply = await to.send(
            Request(
                method="POST",
                path=DELIVER,
                body=body,
                headers=headers,
                most_bytes=MOST_ANSWER_BYTES,
            )
        )
    if reply.status != 200:
        return reply.status, decode_problem(reply.body).code
    (answer,) = decode_answers(reply.body, 1)
    return reply.status, "taken" if isinstance(answer, bytes) else answer.code


def test_every_bomb_is_refused_by_name_in_bounded_memory(pair: Pair) -> None:
    """And nothing in the node fails: there is a rule that says what each is not."""

    async def story() -> set[str]:
        codes = set()
        for name, bomb in BOMBS.items():
            for body in thrown(pair, bomb):
                status, code = await sent(pair, body)
                assert status < 500, (name, code)
                assert code not in {"taken", "exchange.internal", "node.fault"}, name
                codes.add(code)
        return codes

    assert len(BOMBS) >= 23
    with bounded(pair) as process:
        codes = asyncio.run(story())
        assert (
            asyncio.run(sent(pair, encode_delivery([Item(signed=b"not", sealed=b"one")])))[0] == 200
        )
        grown, _ = process.communicate(timeout=30)
    print(f"grown by {grown.strip()} KB; {', '.join(sorted(codes))}")  # noqa: T201 - for -s
    assert {"cbor.too-deep", "cbor.truncated", "exchange.delivery", "exchange.too-large"} <= codes
    assert int(grown) < ROOM * 1024


def test_a_body_that_is_too_long_is_refused_from_its_header(pair: Pair) -> None:
    """Ten bytes of 240 megabytes have been sent when the answer comes."""
    ours, theirs = pair
    raw = signed(ours, theirs, Raw(body=bytes(10), headers={"content-length": str(HUGE)}))
    with bounded(pair):
        assert asyncio.run(outcome(raw, theirs.settings.url)) == (413, "exchange.too-large")


def test_without_a_longest_body_the_memory_ends(pair: Pair) -> None:
    """The defence removed: the node takes what it is sent until there is no room."""
    with bounded(pair, "careless"):
        try:
            status, code = asyncio.run(sent(pair, bytes(HUGE)))
        except PeerError:
            return  # it did not survive to say so
    assert (status, code) == (500, "exchange.internal")


def peak(body: bytes) -> int:
    """Return how much memory it takes to refuse a delivery."""
    tracemalloc.start()
    try:
        with pytest.raises(FormatError):
            decode_delivery(body)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_without_counting_first_tiny_items_are_all_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The defence removed: many items become a list before they are too many."""
    body = b"\x9a\x00\x03\x0d\x40" + bytes(200_000)
    assert peak(body) < 100_000
    monkeypatch.setattr(cbor, "has_more_items", lambda *_: False)
    assert peak(body) > 800_000


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_no_act_whoever_signed_it(name: str) -> None:
    """It is signed and it fits; what is inside is read by the same rules."""
    section = Section(name=ACT, content_type=CBOR_TYPE, value=BOMBS[name], salt=bytes(32))
    body, payload = cbor.encode({"sections": [section.encoded]}), payload_of([section])
    with pytest.raises(FormatError):
        read_act(open_body(body, payload))
