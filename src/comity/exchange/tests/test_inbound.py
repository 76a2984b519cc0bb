"""What a real node answers to strangers, to liars and to peers, over real HTTP."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import pytest

from comity.errors import ComityError, TrustError
from comity.exchange.delivery import ANSWER_TYPE, DELIVERY_TYPE, Item
from comity.exchange.limits import MOST_DELIVERY_BYTES, Limits
from comity.exchange.peer_client import PeerClient
from comity.exchange.problems import Problem
from comity.exchange.tests.live import calling, make_node, peer_of, two_nodes
from comity.exchange.tests.raw import BODY, DELIVER, Pair, Raw, outcome, run, signed
from comity.exchange.transport import Caller, Request, Transport
from comity.statement import cbor
from comity.statement.envelope import parse
from comity.statement.keys import ED25519, PrivateKey


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Generator[Pair]:
    """Two nodes that have met, the same for every test here: none leaves anything behind."""
    yield from two_nodes(tmp_path_factory.mktemp("nodes"))


def test_a_signed_delivery_of_nonsense_gets_a_problem_for_its_item(nodes: Pair) -> None:
    """The request holds; what is in it is told item by item."""
    ours, theirs = nodes

    async def story(_: str) -> None:
        async with peer_of(ours, theirs) as peer:
            (answer,) = await peer.deliver([Item(signed=b"not", sealed=b"a statement")])
        assert isinstance(answer, Problem)
        assert answer.is_final
        assert answer.code.startswith("cbor.")

    run(theirs, story)


def test_strangers_and_bad_signatures_get_the_same_answer(nodes: Pair, tmp_path: Path) -> None:
    """403, and nobody learns whom this node knows."""
    ours, theirs = nodes
    stranger = make_node(tmp_path / "c", "Candor")

    async def story(url: str) -> None:
        good = signed(ours, theirs, Raw())
        bad = replace(good, headers={**good.headers, "Signature": "comity=:" + "A" * 86 + "==:"})
        answers = [
            await signed(stranger, theirs, Raw()).send(url),
            await bad.send(url),
            await signed(theirs, theirs, Raw()).send(url),
        ]
        assert [status for status, _, _ in answers] == [403] * 3
        assert len({str(problem) for _, problem, _ in answers}) == 1

    run(theirs, story)
    stranger.close()


def test_a_request_without_a_proper_signature_is_told_the_time(nodes: Pair) -> None:
    """T11: stripped, shortened, or covering less than it must."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        good = signed(ours, theirs, Raw())
        given = good.headers["Signature-Input"]
        spoilt: list[dict[str, str]] = [
            {"Signature": ""},
            {"Signature-Input": ""},
            {"Signature-Input": "junk((("},
            {"Signature-Input": given.replace(';tag="comity/1"', "")},
            {"Signature-Input": given.replace(";expires", ";x")},
            {"Signature-Input": given + ", other=()"},
        ]
        for each in spoilt:
            status, problem, headers = await replace(good, headers=good.headers | each).send(url)
            assert (status, problem and problem.code) == (401, "exchange.not-signed")
            assert problem is not None
            assert abs((problem.time or 0) - theirs.clock.now()) < 5
            assert "www-authenticate" in headers
        less = good.headers | {"Signature-Input": given.replace('"content-digest"', "")}
        assert await outcome(replace(good, headers=less), url) == (403, "exchange.unknown-caller")

    run(theirs, story)


def test_a_signature_that_covers_too_little_is_refused_though_it_holds(nodes: Pair) -> None:
    """T11: a caller cannot leave the digest out."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        bare = signed(ours, theirs, Raw(body=b""))
        with_body = replace(bare, body=BODY, headers=bare.headers | {"content-type": DELIVERY_TYPE})
        assert await outcome(with_body, url) == (403, "exchange.unknown-caller")

    run(theirs, story)


@pytest.mark.parametrize(("ahead", "status"), [(-100, 200), (100, 200), (130, 401), (-190, 401)])
def test_clocks_may_differ_by_two_minutes(nodes: Pair, ahead: int, status: int) -> None:
    """The signature lives a minute; the skew allowed is 120 s either way."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        found, problem, _ = await signed(ours, theirs, Raw(), ahead=ahead).send(url)
        assert found == status
        if problem is not None:
            assert (problem.code, problem.is_final) == ("exchange.skew", True)

    run(theirs, story)


def test_the_same_request_again_is_refused(nodes: Pair) -> None:
    """T07: the nonce was used; a fresh signature over the same body is another request."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        once = signed(ours, theirs, Raw())
        assert (await once.send(url))[0] == 200
        assert await outcome(once, url) == (401, "exchange.replay")
        assert (await signed(ours, theirs, Raw()).send(url))[0] == 200

    run(theirs, story)


def test_what_was_signed_for_another_node_or_body_is_refused(nodes: Pair) -> None:
    """T08, T11: authority, path, version and body are all bound."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        good = signed(ours, theirs, Raw())
        elsewhere = good.headers | {"host": "other.example"}
        assert await outcome(replace(good, headers=elsewhere), url) == (421, "exchange.misdirected")
        body = BODY[:-1] + b"X"
        assert await outcome(replace(good, body=body), url) == (400, "exchange.digest")
        good = signed(ours, theirs, Raw())
        query = replace(good, path=DELIVER + "?x")
        assert await outcome(query, url) == (403, "exchange.unknown-caller")
        version = good.headers | {"comity-version": "2"}
        assert await outcome(replace(good, headers=version), url) == (400, "exchange.version")

    run(theirs, story)


def test_size_framing_and_encoding_are_looked_at_before_anything_else(nodes: Pair) -> None:
    """T30, T31, T61: nothing is read that is too large, compressed, or framed in two ways."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        typed = {"content-type": DELIVERY_TYPE}
        large = {**typed, "content-length": str(MOST_DELIVERY_BYTES + 1)}
        chunked = {"transfer-encoding": "chunked", "content-length": ""}
        cases = [
            (Raw(headers=large), (413, "exchange.too-large")),
            (Raw(headers={**typed, **chunked}, body=b"0\r\n\r\n"), (411, "exchange.length")),
            (
                Raw(
                    headers={**typed, "transfer-encoding": "chunked", "content-length": "5"},
                    body=b"0\r\n\r\n",
                ),
                (411, "exchange.length"),
            ),
            (
                Raw(headers={**typed, "content-encoding": "gzip"}),
                (415, "exchange.content-encoding"),
            ),
            (Raw(headers={"content-type": "text/plain"}), (415, "exchange.media-type")),
            (Raw(headers={**typed, "content-length": "1, 2"}), (400, "exchange.http")),
            (Raw(headers={"bad header": "x"}), (400, "exchange.http")),
        ]
        for raw, expected in cases:
            assert await outcome(raw, url) == expected

    del ours
    run(theirs, story)


def test_what_the_framework_refuses_is_a_problem_too(nodes: Pair) -> None:
    """404 and 405, in the caller's language; no redirects to add a slash."""
    _, theirs = nodes

    async def story(url: str) -> None:
        for path in ("/", "/nothing", "/comity/deliver/", "/comity/log/0/tile/9/abc"):
            assert await outcome(Raw(method="GET", path=path, body=b""), url) == (
                404,
                "exchange.not-found",
            )
        status, problem, headers = await Raw(method="DELETE", body=b"").send(url)
        assert (status, problem and problem.code) == (405, "exchange.method")
        assert headers["allow"] == "POST"

    run(theirs, story)


def test_a_failure_inside_is_a_problem_that_says_nothing(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """500, without the words of the exception; a statement's failure is its own."""
    ours, theirs = nodes

    def broken(*_: object) -> bytes:
        message = "secret"
        raise RuntimeError(message)

    monkeypatch.setattr(theirs, "receive", broken)
    monkeypatch.setattr(theirs, "checkpoint", broken)

    async def story(url: str) -> None:
        path = "/comity/log/0/checkpoint"
        assert await outcome(Raw(method="GET", path=path, body=b""), url) == (
            500,
            "exchange.internal",
        )
        async with peer_of(ours, theirs) as peer:
            (answer,) = await peer.deliver([Item(signed=b"a", sealed=b"b")])
        assert isinstance(answer, Problem)
        assert (answer.code, answer.is_final) == ("exchange.internal", False)

    run(theirs, story)


def test_statements_are_for_the_parties_of_their_thread(nodes: Pair) -> None:
    """One answer, whether there is none or it is not the caller's."""
    ours, theirs = nodes
    row = theirs.keeping.store.one("own_latest_of_kind", "party.node")
    assert isinstance(row[0], bytes)
    own = row[0]

    async def story(_: str) -> None:
        async with peer_of(ours, theirs) as peer:
            for sid in (own, bytes(32)):
                with pytest.raises(TrustError) as caught:
                    await peer.statement(sid)
                assert caught.value.code == "exchange.not-held"

    run(theirs, story)


def test_a_flood_is_told_to_wait_and_others_are_not(nodes: Pair) -> None:
    """T30: 429 with Retry-After before any work on signatures."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        statuses = [(await signed(ours, theirs, Raw()).send(url))[0] for _ in range(8)]
        _, problem, headers = await signed(ours, theirs, Raw()).send(url)
        assert statuses[:6] == [200] * 6
        assert problem is not None
        assert problem.code == "exchange.too-many"
        assert int(headers["retry-after"]) >= 1
        assert (await Raw(method="GET", path="/.well-known/comity", body=b"").send(url))[0] == 200

    run(theirs, story, Limits(requests_per_second=3))


def test_slow_bodies_and_slow_headers_are_dropped(nodes: Pair) -> None:
    """T06, T30: nobody holds a place by being slow."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        slow = signed(ours, theirs, Raw())
        short = replace(slow, body=b"", headers=slow.headers | {"content-length": str(len(BODY))})
        assert await outcome(short, url) == (408, "exchange.slow")
        name, port = url.removeprefix("http://").rsplit(":", maxsplit=1)
        for begun in (b"", b"GET / HT"):
            reader, writer = await asyncio.open_connection(name, int(port))
            writer.write(begun)
            assert await asyncio.wait_for(reader.read(), 3) == b""
            writer.close()

    run(theirs, story, Limits(body_seconds=0.3, header_seconds=0.3))


def test_connections_are_counted(nodes: Pair) -> None:
    """T30: one too many is told so and closed."""
    _, theirs = nodes

    async def story(url: str) -> None:
        name, port = url.removeprefix("http://").rsplit(":", maxsplit=1)
        held = [await asyncio.open_connection(name, int(port)) for _ in range(2)]
        await asyncio.sleep(0.05)
        reader, writer = await asyncio.open_connection(name, int(port))
        assert b"exchange.busy" in await asyncio.wait_for(reader.read(), 3)
        for _, each in [*held, (reader, writer)]:
            each.close()

    run(theirs, story, Limits(connections=2))


def test_the_public_side_is_scrapi_and_tiles(nodes: Pair) -> None:
    """Keys, receipts by entry, registration that repeats itself, head, tiles, bundles, card."""
    _, theirs = nodes
    row = theirs.keeping.store.one("own_latest_of_kind", "party.node")
    assert isinstance(row[1], bytes)
    own = row[1]
    statement = parse(own)
    key = theirs.signer("receipt").public

    async def story(_: str) -> None:
        caller = Caller(signer=PrivateKey.generate(ED25519), clock=theirs.clock)
        async with calling(theirs, theirs) as transport:
            del caller
            await public(transport)

    async def public(transport: Transport) -> None:
        async def get(path: str, most: int = 1 << 20) -> bytes:
            reply = await transport.send(Request(method="GET", path=path, most_bytes=most))
            assert reply.status == 200, path
            return reply.body

        typed = {"content-type": "application/cose"}
        first, second = [
            await transport.send(
                Request(method="POST", path="/entries", body=own, headers=typed, most_bytes=1 << 16)
            )
            for _ in range(2)
        ]
        place = f"/entries/{statement.entry.hex()}"
        assert (first.status, first.headers["location"]) == (201, place)
        assert first.body == second.body == await get(place)
        missing = await transport.send(Request(method="GET", path=f"/entries/{'0' * 64}"))
        bad = await transport.send(Request(method="GET", path="/entries/xyz"))
        assert (missing.status, bad.status) == (404, 400)
        keys = cbor.decode(await get("/.well-known/scitt-keys"), max_bytes=4096)
        assert isinstance(keys, list)
        assert cbor.encode(keys[0]) == key.encoded
        nowhere = await transport.send(Request(method="GET", path="/.well-known/scitt-keys/AA"))
        assert nowhere.status == 404
        size = theirs.tree_size
        assert len(await get(f"/comity/log/0/tile/0/000.p/{size}")) == 32 * size
        assert len(await get(f"/comity/log/0/tile/entries/000.p/{size}")) == 34 * size
        beyond = Request(method="GET", path=f"/comity/log/0/tile/0/000.p/{size + 1}")
        assert (await transport.send(beyond)).status == 404
        assert (await get("/comity/log/0/checkpoint")).decode() == theirs.checkpoint()
        assert (await get("/.well-known/comity")).decode() == theirs.card_text()

    run(theirs, story)


def test_answers_are_not_read_without_end(nodes: Pair) -> None:
    """A peer cannot make us keep what we did not ask for."""
    ours, theirs = nodes

    async def story(_: str) -> None:
        async with calling(ours, theirs) as transport:
            with pytest.raises(ComityError, match=r"exchange\.answer"):
                await transport.send(
                    Request(method="GET", path="/.well-known/comity", most_bytes=10)
                )
            with pytest.raises(ComityError, match=r"exchange\.answer"):
                await PeerClient(transport).send_blob(bytes(31), Path(__file__))

    run(theirs, story)


def test_the_answer_type_is_stated(nodes: Pair) -> None:
    """So that a proxy's page is never taken for an answer."""
    ours, theirs = nodes

    async def story(url: str) -> None:
        _, _, headers = await signed(ours, theirs, Raw()).send(url)
        assert headers["content-type"] == ANSWER_TYPE
        assert "server" not in headers

    run(theirs, story)
