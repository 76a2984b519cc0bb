"""The archive: one for a list of files, and every byte of it counts."""

import io
import zipfile
from collections.abc import Mapping
from itertools import starmap
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.casefile import container
from comity.casefile.container import (
    MOST_FILES,
    PIECE_BYTES,
    Archive,
    Entry,
    Source,
    from_bytes,
    measure,
    open_archive,
    write_archive,
)
from comity.errors import FormatError

FILES = {"README.en.txt": b"read me", "a/empty": b"", "a/b.cose": bytes(range(256)) * 9}
NAMES = st.from_regex(r"[a-z][a-z0-9]{0,8}(/[a-z0-9]{1,8}\.[a-z]{1,3})?", fullmatch=True)


def packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    write_archive([measure(each) for each in starmap(from_bytes, files.items())], out)
    return out.getvalue()


def contents(data: bytes) -> dict[str, bytes]:
    archive = open_archive(io.BytesIO(data))
    return {name: archive.read(name, 1 << 20) for name in archive.entries}


def refused(data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        contents(data)
    return caught.value.code


@given(files=st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=6))
@settings(deadline=None, max_examples=50)
def test_what_goes_in_comes_out(files: dict[str, bytes]) -> None:
    """Any files, in any order, give one archive, which gives them back."""
    data = packed(files)
    assert data == packed(dict(sorted(files.items(), reverse=True)))
    assert contents(data) == files


def test_other_programs_read_it() -> None:
    """It is a ZIP like any other: stored, of one date, without comments."""
    with zipfile.ZipFile(io.BytesIO(packed(FILES))) as archive:
        assert archive.testzip() is None
        assert {each.filename: archive.read(each) for each in archive.infolist()} == FILES
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert [each.filename for each in archive.infolist()] == sorted(FILES)


def test_every_changed_byte_is_found() -> None:
    """A byte changed in any way that it can be, anywhere, headers included, is found."""
    good = packed({"README.en.txt": b"x", "a/b.cose": b"yz"})
    for at in range(len(good)):
        for bit in range(8):
            bad = bytearray(good)
            bad[at] ^= 1 << bit
            assert refused(bytes(bad)).startswith("casefile."), at


def test_every_cut_is_found() -> None:
    """A file that ends too early is refused wherever it ends; so is one that goes on."""
    good = packed({"README.en.txt": b"x", "a/b.cose": b"yz"})
    for end in range(len(good)):
        assert refused(good[:end]) in {"casefile.not-a-case-file", "casefile.cut-short"}, end
    assert refused(good + b"\0") == "casefile.trailing"
    assert refused(good + good) == "casefile.trailing"
    assert refused(b"#!/bin/sh\n" + good) == "casefile.not-a-case-file"


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/x",
        "a//b",
        "a/../b",
        "a\\b",
        "C:x",
        ".hidden",
        "x.",
        "a/",
        "ü",
        "x" * 201,
        "x\0",
        "",
    ],
)
def test_no_name_leads_elsewhere(name: str) -> None:
    """T36: a name that could leave the folder is neither written nor read."""
    with pytest.raises(FormatError, match=r"casefile\.name"):
        packed({name: b""})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = name
        archive.writestr(info, b"")
    assert refused(out.getvalue()).startswith("casefile.")


def test_names_that_differ_in_case_alone_are_refused() -> None:
    """Two such names are one file on some machines."""
    with pytest.raises(FormatError, match=r"casefile\.twins"):
        packed({"a/b": b"", "A/b": b""})


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_nothing_is_ever_unpacked(compression: int) -> None:
    """T31: what is compressed is refused by its header, before a byte of it is read."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        archive.writestr("README.en.txt", b"\0" * 10_000_000)
    assert refused(out.getvalue()) == "casefile.header"


def test_files_out_of_order_or_twice_are_refused() -> None:
    """There is one order, and each name once."""
    first, second = packed({"b": b"1"}), packed({"a": b"2"})
    end_of_first = first.index(b"PK\x01\x02")
    assert refused(first[:end_of_first] + second) == "casefile.order"
    assert refused(first[:end_of_first] + first) == "casefile.order"


def test_a_real_hostile_archive_is_refused() -> None:
    """An archive that climbs out of its folder, as others wrote it."""
    place = Path(__file__).parents[5] / "shared/data/10-hostile/archives"
    if not place.is_dir():
        pytest.skip(f"no hostile archives at {place}: put the shared data beside the repository")
    found = list(place.glob("*.zip"))
    assert found
    for each in found:
        assert refused(each.read_bytes()).startswith("casefile.")


def test_a_million_files_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count is looked at while reading, not afterwards."""
    monkeypatch.setattr(container, "MOST_FILES", 3)
    data = io.BytesIO()
    with pytest.raises(FormatError, match=r"casefile\.too-many"):
        write_archive([measure(from_bytes(f"f{n}", b"")) for n in range(4)], data)
    monkeypatch.setattr(container, "MOST_FILES", MOST_FILES)
    four = packed({f"f{n}": b"" for n in range(4)})
    monkeypatch.setattr(container, "MOST_FILES", 3)
    assert refused(four) == "casefile.too-many"


def test_a_file_that_changes_while_it_is_written_is_noticed() -> None:
    """A file is read twice; what was measured is what must be written."""
    contents_ = iter([b"one", b"two"])
    source = Source(name="a", open=lambda: io.BytesIO(next(contents_)))
    with pytest.raises(FormatError, match=r"casefile\.changed"):
        write_archive([measure(source)], io.BytesIO())


def test_a_large_file_is_read_in_pieces() -> None:
    """No piece is longer than a mebibyte, whatever the file's size."""
    content = bytes(3 * PIECE_BYTES + 5)
    archive = open_archive(io.BytesIO(packed({"a": content})))
    pieces = list(archive.pieces("a"))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) == PIECE_BYTES
    with pytest.raises(FormatError, match=r"casefile\.file-too-large"):
        archive.read("a", 10)
    with pytest.raises(FormatError, match=r"casefile\.no-such-file"):
        archive.read("b", 10)


def test_a_file_of_more_than_four_gibibytes_has_its_zip64_field(tmp_path: Path) -> None:
    """Sizes and offsets beyond 32 bits stand where ZIP64 puts them, and nowhere else."""
    large = 5 << 30
    path = tmp_path / "large"
    with path.open("w+b") as file:
        head = container._local_header("a", large, 7)
        entries = [Entry(name="a", size=large, crc=7, start=0, data=len(head))]
        file.write(head)
        file.seek(large, io.SEEK_CUR)
        second = Entry(name="b", size=0, crc=0, start=file.tell(), data=0)
        entries.append(second)
        file.write(container._local_header("b", 0, 0))
        file.writelines(container._directory(entries, file.tell()))
        archive: Archive = open_archive(file)
        assert [each.size for each in archive.entries.values()] == [large, 0]
        with zipfile.ZipFile(file) as other:
            assert [each.file_size for each in other.infolist()] == [large, 0]
            assert [each.header_offset for each in other.infolist()] == [0, second.start]
