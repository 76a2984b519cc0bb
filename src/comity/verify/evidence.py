"""The attachments: each is there, opens with the key that a body holds, and is what it says."""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from typing import Final

from comity.casefile.container import Archive
from comity.casefile.layout import Folder, evidence_path
from comity.casefile.story import plain
from comity.errors import ComityError
from comity.statement.blob import Attachment, check_digests, decode_attachments, decrypt_stream
from comity.statement.model import StatementId
from comity.verify.bundle import Bundle
from comity.verify.checks import About, Checks
from comity.verify.said import Heard

ATTACHMENTS: Final = "attachments"


def check_evidence(bundle: Bundle, heard: Mapping[StatementId, Heard], checks: Checks) -> None:
    """Check every attachment that a body names, and every ciphertext in the file."""
    named: set[str] = set()
    for sid, each in sorted(heard.items()):
        section = each.sections.get(ATTACHMENTS)
        if section is None:
            continue
        try:
            found = decode_attachments(section.value)
        except ComityError as error:
            checks.error("evidence", each.about, error)
            continue
        for attachment in found:
            named.add(evidence_path(attachment.cipher))
            _check_attachment(bundle, sid, attachment, checks)
    for path, place in bundle.paths(Folder.EVIDENCE):
        if path not in named:
            digest = sha256()
            for piece in bundle.archive.pieces(path):
                digest.update(piece)
            about = About(object=path)
            if digest.digest() != place.digest:
                checks.fails("evidence", about, "verify.evidence-digest")
            checks.missing("evidence", about, "verify.evidence-not-named")


def _check_attachment(
    bundle: Bundle, sid: StatementId, attachment: Attachment, checks: Checks
) -> None:
    path = evidence_path(attachment.cipher)
    about = About(object=path, statement=sid)
    if not bundle.holds(path):
        facts = {"name": plain(attachment.name), "cipher": attachment.cipher.hex()}
        checks.missing("evidence", about, "verify.evidence-missing", **facts)
        return

    def check() -> None:
        read = reader(bundle.archive, path)
        check_digests(decrypt_stream(read, _nowhere, attachment.key), attachment)

    checks.attempt("evidence", about, check)


def reader(archive: Archive, path: str) -> Callable[[int], bytes]:
    """Return a function that reads on in a file of the archive, as ``decrypt_stream`` wants."""
    pieces: Iterator[bytes] = archive.pieces(path)
    left = b""
    at = 0

    def read(size: int) -> bytes:
        nonlocal left, at
        if at == len(left):
            left, at = next(pieces, b""), 0
        at, start = min(at + size, len(left)), at
        return left[start:at]

    return read


def _nowhere(piece: bytes) -> None:
    """Keep nothing: the file is opened only to be measured."""
