"""A case file read whole: its archive and its manifest, every byte accounted for."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256, sha512
from typing import BinaryIO, Final

from comity.casefile.container import Archive, open_archive
from comity.casefile.layout import PAPERS, Folder, Place, place_of
from comity.casefile.manifest import (
    FORMAT,
    MANIFEST,
    MOST_MANIFEST_BYTES,
    MOST_SIGNATURE_BYTES,
    SIGNATURE,
    FileRecord,
    Manifest,
    decode_manifest,
    records_of,
    version_of,
)
from comity.errors import ComityError, FormatError
from comity.verify.checks import WHOLE, About, Checks, Verdict

UNREADABLE: Final = frozenset(
    {
        "casefile.not-a-case-file",
        "casefile.cut-short",
        "casefile.too-many",
        "casefile.unreadable",
    }
)
"""Then it is no case file at all, or not all of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A case file whose archive and manifest could be read."""

    archive: Archive
    manifest: Manifest
    manifest_bytes: bytes
    signature_bytes: bytes
    places: Mapping[str, Place]
    """Path to what stands there, without the papers."""

    def paths(self, folder: Folder) -> list[tuple[str, Place]]:
        """Return what stands in a folder, sorted by path."""
        found = [item for item in self.places.items() if item[1].folder is folder]
        return sorted(found, key=lambda item: item[0])

    def holds(self, path: str) -> bool:
        """Tell whether the file holds this path."""
        return path in self.places


def read_bundle(file: BinaryIO, checks: Checks) -> Bundle | None:
    """Read archive and manifest, and check every file against the manifest.

    Returns:
        ``None`` if nothing more can be checked; ``checks`` says why.

    Raises:
        FormatError: the file is no case file, or is cut short (``UNREADABLE``).

    """
    try:
        archive = open_archive(file)
    except FormatError as error:
        if error.code in UNREADABLE:
            raise
        checks.error("archive", WHOLE, error)
        return None
    checks.holds("archive", WHOLE)
    about = About(object=MANIFEST)
    try:
        data = archive.read(MANIFEST, MOST_MANIFEST_BYTES)
        signature = archive.read(SIGNATURE, MOST_SIGNATURE_BYTES)
        named = version_of(data)
        if named != FORMAT:
            checks.open(
                "manifest", about, Verdict.UNKNOWN_VERSION, "verify.newer-format", format=named
            )
            return None
        manifest = decode_manifest(data)
    except ComityError as error:
        checks.error("manifest", about, error)
        return None
    return Bundle(
        archive=archive,
        manifest=manifest,
        manifest_bytes=data,
        signature_bytes=signature,
        places=_check_files(archive, manifest, checks),
    )


def _check_files(archive: Archive, manifest: Manifest, checks: Checks) -> dict[str, Place]:
    """Check what is there against what the manifest says; return where everything stands."""
    listed = records_of(manifest)
    found = set(archive.entries) - {MANIFEST, SIGNATURE}
    for path in sorted(set(listed) - found):
        checks.fails("file", About(object=path), "verify.file-missing", name=path)
    places: dict[str, Place] = {}
    for path in sorted(found):
        about = About(object=path)
        record = listed.get(path)
        if record is None:
            checks.fails("file", about, "verify.file-unlisted", name=path)
        elif not _fits(archive, path, record):
            checks.fails("file", about, "verify.file-differs", name=path)
        else:
            checks.holds("file", about)
        try:
            place = place_of(path)
        except FormatError as error:
            checks.error("file", about, error)
            continue
        if place is not None:
            places[path] = place
    for path in sorted(PAPERS - found):
        checks.missing("file", About(object=path), "verify.file-missing", name=path)
    return places


def _fits(archive: Archive, path: str, record: FileRecord) -> bool:
    size, short, long = 0, sha256(), sha512()
    try:
        for piece in archive.pieces(path):
            size += len(piece)
            short.update(piece)
            long.update(piece)
    except FormatError:
        return False
    return (size, short.digest(), long.digest()) == (record.size, record.sha256, record.sha512)
