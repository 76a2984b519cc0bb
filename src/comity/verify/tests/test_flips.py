"""A changed byte, a cut and noise: whatever is done to a file, it is not called valid."""

import os
from hashlib import sha256
from io import BytesIO

import pytest

from comity.casefile.manifest import MANIFEST, SIGNATURE
from comity.errors import FormatError
from comity.verify.bundle import read_bundle
from comity.verify.checks import Checks, Finding
from comity.verify.speakers import check_exporter, read_speakers
from comity.verify.tests.casefile_builder import Case, Story, plain_story, speaker
from comity.verify.tests.repacking import packed, report_on, unpacked
from comity.verify.verifier import verify_stream


def is_noticed(data: bytes) -> bool:
    """Whether archive, manifest and digests alone show that a file was changed."""
    checks = Checks()
    try:
        bundle = read_bundle(BytesIO(data), checks)
    except FormatError:
        return True
    if bundle is not None and not any(each.finding is Finding.FAILS for each in checks.made):
        directory, _ = read_speakers(bundle, checks)
        check_exporter(bundle, directory, checks)
    return any(each.finding is Finding.FAILS for each in checks.made)


def sample(count: int, limit: int) -> list[int]:
    """Return as many positions below a limit, scattered, the same every time."""
    digests = (sha256(f"{limit} {number}".encode()).digest() for number in range(count))
    return [int.from_bytes(digest[:8], "big") % limit for digest in digests]


def flipped(data: bytes, at: int) -> bytes:
    bad = bytearray(data)
    bad[at] ^= 1 << at % 8
    return bytes(bad)


def test_a_changed_byte_is_noticed_wherever_it_is() -> None:
    """A sample over the whole file, the same every time; LONG=1 takes every position."""
    good = plain_story().file
    assert not is_noticed(good)
    for at in sample(300, len(good)):
        assert is_noticed(flipped(good, at)), at


@pytest.mark.long
def test_every_changed_byte_is_noticed() -> None:
    """Every position of a whole file: statements, receipts, heads, cards, headers."""
    case = Case((speaker("Aster"), speaker("Briar")))
    case.found()
    (subject,) = case.statements
    good = Story(case, subject).file
    assert not is_noticed(good)
    for at in range(len(good)):
        assert is_noticed(flipped(good, at)), at


def test_a_changed_byte_of_the_manifest_is_noticed_even_if_the_archive_fits() -> None:
    """The checksum can be made to fit by anybody; the digests and the signature cannot."""
    files = unpacked(plain_story().file)
    for name in (MANIFEST, SIGNATURE):
        for at in range(0, len(files[name]), 37):
            assert is_noticed(packed(files | {name: flipped(files[name], at)})), (name, at)


def test_the_whole_verifier_calls_a_changed_file_invalid_or_unreadable() -> None:
    """It names what is wrong, and raises nothing but a named error."""
    story = plain_story()
    good, root = story.file, bytes.fromhex(story.root)
    for at in sample(60, len(good)):
        try:
            report = verify_stream(BytesIO(flipped(good, at)), root)
        except FormatError:
            continue
        failed = [each for each in report.checks if each.finding is Finding.FAILS]
        assert report.exit_code == 1
        assert failed
        assert all(each.why.en and each.why.zh for each in failed)


def test_what_is_no_case_file_is_unreadable() -> None:
    """Empty, noise, cut short."""
    good = plain_story().file
    for data in (b"", b"PK", os.urandom(10_000), good[: len(good) // 2], good[:-1]):
        with pytest.raises(FormatError):
            report_on(data, plain_story().root)
