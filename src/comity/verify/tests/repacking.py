"""Changing a case file as somebody would who also signs its manifest again."""

from collections.abc import Callable
from hashlib import sha256, sha512
from io import BytesIO

from comity.casefile.container import from_bytes, measure, open_archive, write_archive
from comity.casefile.manifest import (
    MANIFEST,
    SIGNATURE,
    FileRecord,
    Manifest,
    decode_manifest,
    encode_manifest,
    sign_manifest,
)
from comity.parties.inception import SIGN
from comity.parties.tests.party_stories import NOW
from comity.verify.report import Report
from comity.verify.tests.casefile_builder import Case, Story
from comity.verify.verifier import verify_stream

Files = dict[str, bytes]


def unpacked(data: bytes) -> Files:
    """Return everything in a case file, by path."""
    archive = open_archive(BytesIO(data))
    return {name: archive.read(name, 1 << 24) for name in archive.entries}


def packed(files: Files) -> bytes:
    """Return the archive of these files."""
    out = BytesIO()
    write_archive([measure(from_bytes(name, data)) for name, data in files.items()], out)
    return out.getvalue()


def resigned(
    files: Files, case: Case, change: Callable[[Manifest], Manifest] = lambda each: each
) -> bytes:
    """Return a case file of these files with a manifest that fits, signed by its exporter."""
    rest = {name: data for name, data in files.items() if name not in {MANIFEST, SIGNATURE}}
    old = decode_manifest(files[MANIFEST])
    records = tuple(
        FileRecord(
            path=path,
            size=len(data),
            sha256=sha256(data).digest(),
            sha512=sha512(data).digest(),
        )
        for path, data in sorted(rest.items())
    )
    fields = {name: getattr(old, name) for name in Manifest.__slots__}
    manifest = encode_manifest(change(Manifest(**(fields | {"files": records}))))
    signer = case.parties[0].known.keys[SIGN]
    signature = sign_manifest(manifest, old.exporter, NOW, signer)
    return packed(rest | {MANIFEST: manifest, SIGNATURE: signature})


def report_on(data: bytes, root: str | None) -> Report:
    """Check a case file that is in memory."""
    return verify_stream(BytesIO(data), None if root is None else bytes.fromhex(root))


def verdict_on(data: bytes, story: Story) -> str:
    """Return the one word for a case file, checked with the story's root."""
    return report_on(data, story.root).verdict.value


def codes(report: Report) -> set[str]:
    """Return the codes of everything that does not simply hold."""
    return {each.code for each in report.checks if each.makes is not None}
