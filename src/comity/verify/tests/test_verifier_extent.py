"""How much the exporter signed that it holds: the end of a thread is cited by nobody."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from comity.casefile.layout import payload_path, receipt_path, statement_path
from comity.casefile.manifest import Extent, Manifest
from comity.statement.model import StatementId, subject_urn
from comity.verify.checks import Finding, Verdict
from comity.verify.report import Report
from comity.verify.tests.casefile_builder import Story, plain_story, told
from comity.verify.tests.repacking import codes, report_on, resigned, unpacked


def extents(report: Report) -> list[tuple[Finding, str]]:
    """Return what was found of each thread's extent."""
    return [(each.finding, each.code) for each in report.checks if each.check == "extent"]


def without_last(story: Story) -> bytes:
    """Return the file without the newest statement, its manifest signed again but for that."""
    files = unpacked(story.file)
    last = story.case.statements[story.subject][-1].sid
    gone = {statement_path(last), payload_path(last)}
    gone |= {receipt_path(last, each.id) for each in story.case.parties}
    return resigned({path: data for path, data in files.items() if path not in gone}, story.case)


def test_the_exporter_signs_how_much_it_holds() -> None:
    """Number and ends of both threads; and a sentence that says what no file can show."""
    story = plain_story()
    report = report_on(story.file, story.root)
    assert report.verdict is Verdict.VALID
    assert extents(report) == [(Finding.HOLDS, "")] * 2
    said = story.case.statements[story.subject]
    first, *_ = report.extent
    assert (first.subject, first.statements) == (story.subject, len(said))
    one, other = story.case.parties
    assert first.last == {one.id: said[-1].sid, other.id: said[-2].sid}
    for lang, words in (
        ("en", (f"Aster signed that these {len(said)} statements are all", "cannot be told")),
        ("zh", ("Aster签名声明", f"{len(said)}份", "无从判断")),
    ):
        lines = list(report.lines(lang))
        assert all(any(word in line for line in lines) for word in words)
    shown = report.as_json()["extent"]
    last = {one.id: said[-1].sid.hex(), other.id: said[-2].sid.hex()}
    whole = {"subject": subject_urn(story.subject), "statements": len(said), "last": last}
    assert isinstance(shown, list)
    assert shown[0] == whole


def test_an_end_that_is_missing_is_missed() -> None:
    """Whoever takes it out afterwards does not have the exporter's signature under less."""
    report = report_on(without_last(told()), None)
    assert (Finding.NOT_CHECKED, "verify.fewer-statements") in extents(report)
    assert Verdict.VALID_WITH_GAPS in report.verdicts


def test_an_exporter_that_leaves_out_the_end_signs_for_it() -> None:
    """The file is valid, and belied by any other file of the same thread."""
    story = told()
    whole = report_on(story.file, story.root)
    story.case.statements[story.subject].pop()
    less = report_on(story.file, story.root)
    assert (whole.verdict, less.verdict) == (Verdict.VALID, Verdict.VALID)
    assert less.extent[0].statements == whole.extent[0].statements - 1
    assert less.exporter == whole.exporter


def fewer(each: Extent) -> Extent:
    """Say one less than there is."""
    return replace(each, statements=each.statements - 1)


def another_end(each: Extent) -> Extent:
    """Say that a party ended otherwise."""
    return replace(each, last={**each.last, min(each.last): StatementId(bytes(32))})


def no_end(each: Extent) -> Extent:
    """Say nothing of a party."""
    return replace(each, last={min(each.last): each.last[min(each.last)]})


@pytest.mark.parametrize(
    ("change", "at"),
    [(fewer, 0), (another_end, 0), (no_end, 0), (another_end, 1), (no_end, 1)],
)
def test_another_extent_than_the_file_shows_is_wrong(
    change: Callable[[Extent], Extent], at: int
) -> None:
    """Of the subject's thread and of the mechanism's."""
    story = plain_story()

    def changed(manifest: Manifest) -> Manifest:
        threads = list(manifest.threads)
        threads[at] = change(threads[at])
        return replace(manifest, threads=tuple(threads))

    report = report_on(resigned(unpacked(story.file), story.case, changed), story.root)
    assert (report.verdict, codes(report)) == (Verdict.INVALID, {"verify.extent-differs"})


def test_every_thread_in_the_file_has_its_extent() -> None:
    """One of which the manifest says nothing is not passed over."""
    story = plain_story()

    def first_only(manifest: Manifest) -> Manifest:
        return replace(manifest, threads=manifest.threads[:1])

    report = report_on(resigned(unpacked(story.file), story.case, first_only), story.root)
    assert codes(report) == {"verify.extent-differs"}
