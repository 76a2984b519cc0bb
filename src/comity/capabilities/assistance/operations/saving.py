"""Writing what a case contains into a folder: texts, fields, attachments, and their digests.

File names are data.  Each file is made in a folder of its own inside the target and then
linked to its name, so that nothing is ever overwritten, no link is followed, and nothing is
written outside.  An attachment is decrypted, checked and hashed in pieces.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from comity.capabilities.assistance.case import Case, find_case
from comity.capabilities.assistance.fields import SECTION, decode_fields
from comity.capabilities.assistance.operations.filenames import Names
from comity.capabilities.assistance.operations.statements import attachments_of, plain_value
from comity.capabilities.assistance.schema import verb_of
from comity.errors import ComityError, FormatError, TrustError
from comity.kit.asked import Asked
from comity.kit.desk import Json
from comity.kit.office import EntryView, Office
from comity.statement.blob import Attachment
from comity.statement.model import subject_urn
from comity.wording import tell

PIECE_BYTES: Final = 1024 * 1024
FOLDER_MODE: Final = 0o700
FILE_MODE: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Saved:
    """A file that was written."""

    name: str
    """As its sender had it; for a text, the name it was given here."""
    path: Path
    sha256: str
    size: int


class _Target:
    """The folder that files are saved in."""

    def __init__(self, folder: Path, workshop: Path) -> None:
        self._folder = folder
        self._workshop = workshop
        self._names = Names(each.name for each in folder.iterdir())

    @property
    def unfinished(self) -> Path:
        """A path for a new file that has no name yet."""
        return self._workshop / "unfinished"

    def write(self, name: str, content: bytes) -> _Saved:
        """Save some bytes."""
        with self._create(self.unfinished) as handle:
            handle.write(content)
        return self.finish(name, sha256(content).hexdigest(), len(content))

    def finish(self, name: str, digest: str, size: int) -> _Saved:
        """Give the unfinished file a name of its own in the folder."""
        while True:
            path = self._folder / self._names.choose(name)
            try:
                self._link(path)
            except FileExistsError:  # somebody else made it meanwhile
                continue
            self.unfinished.unlink()
            return _Saved(name=name, path=path, sha256=digest, size=size)

    def drop(self) -> None:
        """Throw the unfinished file away."""
        self.unfinished.unlink(missing_ok=True)

    def _link(self, path: Path) -> None:
        try:
            os.link(self.unfinished, path, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links
            with self.unfinished.open("rb") as source, self._create(path) as copy:
                try:
                    shutil.copyfileobj(source, copy, PIECE_BYTES)
                except OSError:
                    path.unlink()
                    raise

    @staticmethod
    def _create(path: Path) -> BinaryIO:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        return os.fdopen(os.open(path, flags, FILE_MODE), "wb")


def save(office: Office, /, **arguments: Json) -> dict[str, Json]:
    """Write the texts, fields and attachments of a case into a folder.

    Arguments: ``subject``, ``out`` (an absolute path; made if it is not there).

    Raises:
        FormatError: ``assistance.cannot-save``: the folder cannot be written to; ``ask.…``.

    """
    asked = Asked(arguments)
    case = find_case(office, asked.text("subject"))
    folder = Path(asked.text("out"))
    asked.end()
    if not folder.is_absolute():
        raise FormatError("assistance.cannot-save", folder=str(folder)[-200:], why="not absolute")
    try:
        files, problems = _save_all(office, case, folder)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise FormatError("assistance.cannot-save", folder=str(folder)[-200:], why=why) from error
    return {
        "subject": subject_urn(case.subject),
        "demo": case.view.demo,
        "files": files,
        "problems": problems,
    }


def _save_all(office: Office, case: Case, folder: Path) -> tuple[list[Json], list[Json]]:
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    files: list[Json] = []
    problems: list[Json] = []
    with tempfile.TemporaryDirectory(prefix=".saving-", dir=folder) as workshop:
        target = _Target(folder, Path(workshop))
        for number, told in enumerate(case.view.telling.told, 1):
            entry = case.view.entries.get(told.said.id)
            if entry is None:
                continue
            common: dict[str, Json] = {
                "statement": told.said.id.hex(),
                "kind": told.said.act.type,
            }
            prefix = f"{number:03d}-{verb_of(told.said.act.type)}"
            written = _save_written(target, entry, prefix)
            files.extend(_file_json(saved, "text") | common for saved in written)
            for attachment in _attachments(entry, problems, common):
                try:
                    saved = _save_attachment(office, target, attachment)
                except ComityError as error:
                    target.drop()
                    problems.append(_problem(error) | common | {"name": attachment.name})
                else:
                    files.append(_file_json(saved, "attachment") | common)
    return files, problems


def _save_written(target: _Target, entry: EntryView, prefix: str) -> Iterator[_Saved]:
    """Save the texts of a statement to the letter, and its fields as JSON."""
    for tag in entry.said.act.texts:
        section = entry.sections.get(f"text.{tag}")
        if section is not None:
            yield target.write(f"{prefix}.{tag}.txt", section.value)
    fields = entry.sections.get(SECTION)
    if fields is None:
        return
    try:
        values = {name: plain_value(item) for name, item in decode_fields(fields.value).items()}
    except ComityError:  # a peer's, and not readable: as it is
        yield target.write(f"{prefix}.fields.cbor", fields.value)
    else:
        told = json.dumps(values, ensure_ascii=False, indent=2)
        yield target.write(f"{prefix}.fields.json", told.encode("utf-8", "replace"))


def _attachments(
    entry: EntryView, problems: list[Json], common: dict[str, Json]
) -> tuple[Attachment, ...]:
    try:
        return attachments_of(entry.sections)
    except ComityError as error:
        problems.append(_problem(error) | common)
        return ()


def _save_attachment(office: Office, target: _Target, attachment: Attachment) -> _Saved:
    """Decrypt an attachment, check that it is the one that was signed, and name it.

    Raises:
        TrustError: ``blob.other-file``; as ``Office.read_attachment``.

    """
    office.read_attachment(attachment.cipher, attachment.key, target.unfinished)
    target.unfinished.chmod(FILE_MODE)
    digest, size = sha256(), 0
    with target.unfinished.open("rb") as content:
        while piece := content.read(PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    if (digest.digest(), size) != (attachment.sha256, attachment.size):
        raise TrustError("blob.other-file", cipher=attachment.cipher.hex())
    return target.finish(attachment.name, digest.hexdigest(), size)


def _file_json(saved: _Saved, what: str) -> dict[str, Json]:
    return {
        "name": saved.name,
        "path": str(saved.path),
        "sha256": saved.sha256,
        "size": saved.size,
        "what": what,
    }


def _problem(error: ComityError) -> dict[str, Json]:
    return {"code": error.code, "zh": tell(error, "zh"), "en": tell(error, "en")}
