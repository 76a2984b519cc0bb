"""T31: what is small on the way and large once it is unpacked; archives that lie about themselves.

The node unpacks nothing that a peer sends: no compressed request, no compressed answer, no
evidence.  The one archive it reads, the case file, is stored and not compressed.
"""

import asyncio
import io
import stat
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from starlette.requests import Request as Http
from starlette.responses import Response

from comity.casefile import container
from comity.casefile.container import from_bytes, measure, open_archive, write_archive
from comity.errors import FormatError, PeerError
from comity.exchange import transport
from comity.exchange.delivery import ANSWER_TYPE, DELIVERY_TYPE
from comity.exchange.tests.live import calling, two_nodes
from comity.exchange.tests.raw import Pair, Raw, outcome, run, signed
from comity.exchange.tests.test_courier import impostor
from comity.exchange.transport import Reply, Request
from comity.node.tests.world import world
from comity.statement.model import subject_urn
from threats.given import count, given

MEGABYTE = 1 << 20
MOST_PEAK = 4 * MEGABYTE


@lru_cache
def bomb(megabytes: int = 64) -> bytes:
    """Return a deflate stream that is a thousand times as large once it is unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(bytes(MEGABYTE)) for _ in range(megabytes)) + packer.flush()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes that have met."""
    yield from two_nodes(tmp_path_factory.mktemp("nodes"))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip", "x-gzip"])
def test_a_compressed_request_is_refused_before_its_body(nodes: Pair, coding: str) -> None:
    """415 for a signed delivery; not one byte of the bomb is unpacked."""
    ours, theirs = nodes
    packed = bomb(8)

    async def story(url: str) -> None:
        tracemalloc.start()
        headers = {"content-type": DELIVERY_TYPE, "content-encoding": coding}
        raw = signed(ours, theirs, Raw(body=packed, headers=headers))
        assert await outcome(raw, url) == (415, "exchange.content-encoding")
        assert tracemalloc.get_traced_memory()[1] < MOST_PEAK
        tracemalloc.stop()

    run(theirs, story)


async def _compressed(_: Http) -> Response:
    return Response(bomb(), headers={"content-encoding": "gzip"}, media_type=ANSWER_TYPE)


def asked(nodes: Pair) -> bytes:
    """Ask a peer that answers with a bomb, and return what was made of the answer."""
    ours, theirs = nodes

    async def story() -> bytes:
        async with impostor(theirs, _compressed), calling(ours, theirs) as to:
            request = Request(method="GET", path="/comity/heads/seen", most_bytes=1 << 30)
            return (await to.send(request)).body

    return asyncio.run(story())


def test_a_compressed_answer_is_not_read(nodes: Pair) -> None:
    """Whatever was asked for, and however long an answer may be."""
    tracemalloc.start()
    with pytest.raises(PeerError, match=r"exchange\.answer"):
        asked(nodes)
    assert tracemalloc.get_traced_memory()[1] < MOST_PEAK
    tracemalloc.stop()


def test_without_refusing_compressed_answers_a_bomb_goes_off(
    nodes: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence, removed, as an HTTP client has it by default: 64 KiB become 64 MiB."""
    real = aiohttp.ClientSession

    def unpacking(**settings: Any) -> Any:
        return real(**{**settings, "auto_decompress": True})

    async def trusting(response: Any, _: int) -> Reply:
        return Reply(status=200, headers={}, body=await response.read())

    monkeypatch.setattr(aiohttp, "ClientSession", unpacking)
    monkeypatch.setattr(transport, "_read", trusting)
    assert len(asked(nodes)) == 64 * MEGABYTE > 500 * len(bomb())


def test_evidence_is_kept_and_saved_as_it_came(tmp_path: Path) -> None:
    """A bomb, and an archive that climbs out of its folder: files like any other."""
    sent = {"bomb.gz": bomb(8), "slip.zip": given("archives/zip-slip.zip").read_bytes()}
    for name, content in sent.items():
        (tmp_path / name).write_bytes(content)
    with world(tmp_path, "ab") as made:
        files = [str(tmp_path / name) for name in sent]
        case = subject_urn(made.request("a", "b", attach=files))
        made.pump()
        out = tmp_path / "out"
        made.ask("b", "save", subject=case, out=str(out))
    assert {name: (out / name).read_bytes() for name in sent} == sent
    assert sorted(path.suffix for path in out.iterdir() if path.suffix in {".gz", ".zip"}) == [
        ".gz",
        ".zip",
    ]
    assert all(path.is_file() for path in out.iterdir())


def zipped(build: Callable[[zipfile.ZipFile], None], how: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive made by another program."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as archive:
        build(archive)
    return out.getvalue()


def overlapping() -> bytes:
    """Return a case file whose second entry begins inside the first."""
    out = io.BytesIO()
    write_archive([measure(from_bytes(name, bytes(100))) for name in ("a", "b")], out)
    data = bytearray(out.getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 42 : at + 46] = bytes(4)
    return bytes(data)


def nested() -> bytes:
    """Return the shape of 42.zip: archives of archives, every one compressed."""
    inner = bytes(MEGABYTE)
    for depth in range(5):
        content = inner
        inner = zipped(
            lambda archive, content=content: [  # type: ignore[misc] # bound here
                archive.writestr(f"lib{number}.zip", content) for number in range(4)
            ],
            zipfile.ZIP_DEFLATED,
        )
        del depth
    return inner


def link() -> bytes:
    """Return an archive that holds a symbolic link."""
    info = zipfile.ZipInfo("readme.txt", (1980, 1, 1, 0, 0, 0))
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return zipped(lambda archive: archive.writestr(info, "/etc/passwd"))


def names(many: int) -> bytes:
    """Return an archive of so many empty files."""
    out = io.BytesIO()
    at, heads, central = 0, [], []
    for number in range(many):
        name = f"f/{number:07}"
        head = container._local_header(name, 0, 0)
        heads.append(head)
        central.append(
            container._central_header(
                container.Entry(name=name, size=0, crc=0, start=at, data=at + len(head))
            )
        )
        at += len(head)
    out.writelines([*heads, *central])
    return out.getvalue()


ARCHIVES: dict[str, Callable[[], bytes]] = {
    "overlapping entries": overlapping,
    "archives in archives": nested,
    "a symbolic link": link,
    "more files than a case file has": lambda: names(count(1_000_000, 100_001)),
    "a path that climbs out": lambda: given("archives/zip-slip.zip").read_bytes(),
    "a compressed file": lambda: zipped(
        lambda archive: archive.writestr("a", bytes(MEGABYTE)), zipfile.ZIP_DEFLATED
    ),
}


@pytest.mark.parametrize("shape", ARCHIVES)
def test_an_archive_that_could_go_off_is_no_case_file(shape: str) -> None:
    """Refused from its headers alone; nothing is unpacked, there is nothing to unpack with."""
    with pytest.raises(FormatError) as caught:
        open_archive(io.BytesIO(ARCHIVES[shape]()))
    assert caught.value.code.startswith("casefile.")


def test_without_comparing_the_directory_entries_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The defence, removed: the list at the end says something else than the files."""
    data = overlapping()
    with zipfile.ZipFile(io.BytesIO(data)) as lenient:
        assert [each.header_offset for each in lenient.infolist()] == [0, 0]
    end = data[data.index(b"PK\x01\x02") :]
    monkeypatch.setattr(container, "_directory", lambda *_: iter([end]))
    assert len(open_archive(io.BytesIO(data)).entries) == 2
