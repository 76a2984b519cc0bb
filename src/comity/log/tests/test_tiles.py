"""Paths, tiles and bundles have one form each."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.errors import ComityError, FormatError
from comity.log.tiles import (
    TilePath,
    decode_bundle,
    decode_tile,
    encode_bundle,
    parse_tile_path,
    tile_path,
    tile_width,
)

FEW = settings(max_examples=80, deadline=None)
PATHS = st.builds(
    TilePath,
    level=st.none() | st.integers(0, 63),
    number=st.integers(0, 10**12),
    width=st.integers(1, 256),
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (TilePath(level=0, number=0, width=256), "tile/0/000"),
        (TilePath(level=63, number=67, width=1), "tile/63/067.p/1"),
        (TilePath(level=1, number=1234067, width=256), "tile/1/x001/x234/067"),
        (TilePath(level=None, number=1000, width=44), "tile/entries/x001/000.p/44"),
    ],
)
def test_paths_are_those_of_c2sp(tile: TilePath, path: str) -> None:
    """Groups of three digits, all but the last marked."""
    assert tile_path(tile) == path
    assert parse_tile_path(path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/entry/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/000\n",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/999",
        "tile/0/x000/001",
        "tile/0/001/x000",
        "tile/0/x001/x002",
        "tile/0/１２３",
        "tile/0/../../secret",
        "tile/0/" + 40 * "x001/" + "000",
    ],
)
def test_no_other_path_is_one(path: str) -> None:
    """Another spelling of a tile is not a tile."""
    with pytest.raises(FormatError, match=r"log\.tile-path"):
        parse_tile_path(path)


@FEW
@given(PATHS)
def test_every_path_can_be_read_back(tile: TilePath) -> None:
    """Writing and reading are inverse."""
    assert parse_tile_path(tile_path(tile)) == tile


@FEW
@given(st.text(max_size=40) | st.from_regex(r"tile/[0-9entris]+/[x0-9/]+(\.p/[0-9]+)?"))
def test_any_path_is_read_to_its_one_form_or_refused(path: str) -> None:
    """Nothing but our own error comes out."""
    try:
        tile = parse_tile_path(path)
    except ComityError:
        return
    assert tile_path(tile) == path


def test_the_example_of_the_standard_has_its_tiles() -> None:
    """70,000 entries: 273 full tiles, one of 112; one full, one of 17; one of 1."""
    size = 70_000
    assert [tile_width(size, 0, number) for number in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [tile_width(size, 1, number) for number in (0, 1, 2)] == [256, 17, 0]
    assert [tile_width(size, level, 0) for level in (2, 3, 63)] == [1, 0, 0]


@FEW
@given(st.lists(st.binary(max_size=40), min_size=1, max_size=256))
def test_bundles_can_be_read_back(entries: list[bytes]) -> None:
    """Each entry stands after its length."""
    assert decode_bundle(encode_bundle(entries)) == entries


def test_a_full_bundle_of_ours_has_8704_bytes() -> None:
    """256 entries of 32 bytes and their lengths."""
    assert len(encode_bundle([bytes(32)] * 256)) == 8704


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"\x00\x01", b"\x00\x01ab", b"\x00\x00\x00", 257 * b"\x00\x00"],
)
def test_a_bundle_that_does_not_come_out_even_is_refused(data: bytes) -> None:
    """Empty, cut off, or of more than 256 entries."""
    with pytest.raises(FormatError, match=r"log\.bundle"):
        decode_bundle(data)


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(65536)]])
def test_what_fits_no_bundle_is_not_written(entries: list[bytes]) -> None:
    """None, too many, or too long."""
    with pytest.raises(FormatError, match=r"log\.bundle"):
        encode_bundle(entries)


@FEW
@given(st.binary(max_size=300))
def test_any_bytes_are_a_bundle_in_one_way_or_refused(data: bytes) -> None:
    """Nothing but our own error comes out."""
    try:
        entries = decode_bundle(data)
    except ComityError:
        return
    assert encode_bundle(entries) == data


def test_a_tile_is_whole_hashes() -> None:
    """1 to 256 of them."""
    assert decode_tile(bytes(64)) == [bytes(32)] * 2
    for wrong in (0, 31, 33, 257 * 32):
        with pytest.raises(FormatError, match=r"log\.tile"):
            decode_tile(bytes(wrong))
