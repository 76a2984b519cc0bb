"""The archive: a plain ZIP of which every byte but the contents follows from the contents.

Stored, never compressed; names sorted; one date, one version, no flags, attributes, comments
or extra fields (but the ZIP64 field exactly where a size or an offset needs it).  The reader
walks the file from its first byte, makes each header again and compares; nothing may stand
between, before or behind.  So there is one archive for a list of files, and a changed byte
is found wherever it is.  Names are ASCII of a narrow pattern: no links, no ``..``, nothing
absolute, no two that differ in case alone.

Source: security, section 5.3 and threats T31, T36; PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256, sha512
from io import SEEK_END, BytesIO
from itertools import pairwise
from types import MappingProxyType
from typing import BinaryIO, Final

from comity.errors import FormatError

MOST_FILES: Final = 100_000
PIECE_BYTES: Final = 1024 * 1024
LARGEST_32: Final = 0xFFFF_FFFF
LARGEST_16: Final = 0xFFFF

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END: Final = struct.Struct("<4s4H2IH")
_END_64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_LOCAL_MARK: Final = b"PK\x03\x04"
_CENTRAL_MARK: Final = b"PK\x01\x02"
_DATE: Final = 0x0021
"""The first day that ZIP knows: 1 January 1980."""
_PLAIN, _LARGE = 10, 45
_EXTRA_64: Final = 1
_SIZES_64: Final = struct.Struct("<2H2Q")
_NAME: Final = re.compile(
    r"(?=.{1,200}$)[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*"
    r"(/[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*){0,3}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be put in: its name, and how to read it (more than once, always the same)."""

    name: str
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A file that was read through once."""

    source: Source
    size: int
    crc: int
    sha256: bytes
    sha512: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file in an archive."""

    name: str
    size: int
    crc: int
    start: int
    """Where its header begins."""
    data: int
    """Where its content begins."""


def from_bytes(name: str, content: bytes) -> Source:
    """Return a file whose content is at hand."""
    return Source(name=name, open=lambda: BytesIO(content))


def check_file_name(name: str) -> str:
    """Return ``name``, if a file in an archive may be called so.

    Raises:
        FormatError: ``casefile.name``.

    """
    if not name.isascii() or _NAME.fullmatch(name) is None:
        raise FormatError("casefile.name", name=ascii(name[:80]))
    return name


def measure(source: Source) -> Measured:
    """Read a file through, in constant memory."""
    size, crc, short, long = 0, 0, sha256(), sha512()
    with source.open() as file:
        while piece := file.read(PIECE_BYTES):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            short.update(piece)
            long.update(piece)
    return Measured(source=source, size=size, crc=crc, sha256=short.digest(), sha512=long.digest())


def write_archive(files: Iterable[Measured], out: BinaryIO) -> None:
    """Write the one archive that holds these files.

    Raises:
        FormatError: ``casefile.name``, ``casefile.twins``, ``casefile.too-many``,
            ``casefile.changed`` (a file is no longer what was measured).

    """
    ordered = sorted(files, key=lambda file: file.source.name)
    _check_names([check_file_name(file.source.name) for file in ordered])
    entries: list[Entry] = []
    at = 0
    for file in ordered:
        head = _local_header(file.source.name, file.size, file.crc)
        out.write(head)
        _copy(file, out)
        data = at + len(head)
        entries.append(
            Entry(name=file.source.name, size=file.size, crc=file.crc, start=at, data=data)
        )
        at = data + file.size
    out.writelines(_directory(entries, at))


def open_archive(file: BinaryIO) -> "Archive":
    """Read an archive's headers, all of them, and check every byte of them.

    Args:
        file: a file that can be read and moved about in; it stays open.

    Raises:
        FormatError: ``casefile.not-a-case-file`` (it does not begin like one),
            ``casefile.cut-short``, ``casefile.header``, ``casefile.name``,
            ``casefile.order``, ``casefile.twins``, ``casefile.too-many``,
            ``casefile.directory``, ``casefile.trailing``.

    """
    end = file.seek(0, SEEK_END)
    entries: list[Entry] = []
    at = 0
    while (entry := _read_local(file, at, end)) is not None:
        if entries and entry.name <= entries[-1].name:
            raise FormatError("casefile.order", name=entry.name)
        entries.append(entry)
        if len(entries) > MOST_FILES:
            raise FormatError("casefile.too-many", limit=MOST_FILES)
        at = entry.data + entry.size
    _check_names([entry.name for entry in entries])
    file.seek(at)
    for piece in _directory(entries, at):
        found = file.read(len(piece))
        if found != piece:
            code = "casefile.directory" if len(found) == len(piece) else "casefile.cut-short"
            raise FormatError(code, at=at)
        at += len(piece)
    if at != end:
        raise FormatError("casefile.trailing", at=at)
    return Archive(file, entries)


class Archive:
    """An archive whose headers were checked.  Contents are checked as they are read."""

    def __init__(self, file: BinaryIO, entries: Iterable[Entry]) -> None:
        """Take what ``open_archive`` found."""
        self._file = file
        self.entries: Mapping[str, Entry] = MappingProxyType(
            {entry.name: entry for entry in entries}
        )

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield a file's content, in pieces of at most a mebibyte.

        Raises:
            FormatError: ``casefile.no-such-file``, ``casefile.crc``, ``casefile.cut-short``.

        """
        entry = self._entry(name)
        at, left, crc = entry.data, entry.size, 0
        while left:
            self._file.seek(at)
            piece = self._file.read(min(left, PIECE_BYTES))
            if not piece:
                raise FormatError("casefile.cut-short", at=at)
            crc = zlib.crc32(piece, crc)
            at, left = at + len(piece), left - len(piece)
            yield piece
        if crc != entry.crc:
            raise FormatError("casefile.crc", name=name)

    def read(self, name: str, most_bytes: int) -> bytes:
        """Return a file's content.

        Raises:
            FormatError: as ``pieces``; ``casefile.file-too-large``.

        """
        size = self._entry(name).size
        if size > most_bytes:
            raise FormatError("casefile.file-too-large", name=name, size=size, limit=most_bytes)
        return b"".join(self.pieces(name))

    def _entry(self, name: str) -> Entry:
        entry = self.entries.get(name)
        if entry is None:
            raise FormatError("casefile.no-such-file", name=ascii(name[:80]))
        return entry


def _check_names(names: list[str]) -> None:
    if len(names) > MOST_FILES:
        raise FormatError("casefile.too-many", limit=MOST_FILES)
    for one, other in pairwise(sorted(names, key=str.lower)):
        if one.lower() == other.lower():
            raise FormatError("casefile.twins", name=other)


def _copy(file: Measured, out: BinaryIO) -> None:
    size, crc = 0, 0
    with file.source.open() as source:
        while piece := source.read(PIECE_BYTES):
            size, crc = size + len(piece), zlib.crc32(piece, crc)
            out.write(piece)
    if (size, crc) != (file.size, file.crc):
        raise FormatError("casefile.changed", name=file.source.name)


def _local_header(name: str, size: int, crc: int) -> bytes:
    large = size >= LARGEST_32
    extra = _SIZES_64.pack(_EXTRA_64, 16, size, size) if large else b""
    shown = LARGEST_32 if large else size
    version = _LARGE if large else _PLAIN
    fields = (version, 0, 0, 0, _DATE, crc, shown, shown, len(name), len(extra))
    return _LOCAL.pack(_LOCAL_MARK, *fields) + name.encode() + extra


def _central_header(entry: Entry) -> bytes:
    wide = [entry.size] * 2 if entry.size >= LARGEST_32 else []
    size = LARGEST_32 if wide else entry.size
    start = entry.start
    if start >= LARGEST_32:
        wide.append(start)
        start = LARGEST_32
    extra = struct.pack(f"<2H{len(wide)}Q", _EXTRA_64, 8 * len(wide), *wide) if wide else b""
    version = _LARGE if wide else _PLAIN
    fields = (version, version, 0, 0, 0, _DATE, entry.crc, size, size)
    lengths = (len(entry.name), len(extra), 0, 0, 0, 0, start)
    return _CENTRAL.pack(_CENTRAL_MARK, *fields, *lengths) + entry.name.encode() + extra


def _directory(entries: Iterable[Entry], start: int) -> Iterator[bytes]:
    """Yield all that follows the last file: the central directory and its end."""
    size = count = 0
    for entry in entries:
        header = _central_header(entry)
        size, count = size + len(header), count + 1
        yield header
    if count >= LARGEST_16 or start >= LARGEST_32:
        yield _END_64.pack(
            b"PK\x06\x06", 44, _LARGE, _LARGE, 0, 0, count, count, size, start
        ) + _LOCATOR.pack(b"PK\x06\x07", 0, start + size, 1)
    few, near = min(count, LARGEST_16), min(start, LARGEST_32)
    yield _END.pack(b"PK\x05\x06", 0, 0, few, few, size, near, 0)


def _read_local(file: BinaryIO, at: int, end: int) -> Entry | None:
    """Read the header at ``at``; ``None`` if the files end here."""
    file.seek(at)
    head = file.read(_LOCAL.size)
    if at and head[:4] == _CENTRAL_MARK:
        return None
    if at == 0 and head[:4] != _LOCAL_MARK:
        raise FormatError("casefile.not-a-case-file")
    if len(head) < _LOCAL.size:
        raise FormatError("casefile.cut-short", at=at)
    _, _, _, _, _, _, crc, size, _, name_bytes, extra_bytes = _LOCAL.unpack(head)
    if extra_bytes not in {0, _SIZES_64.size} or name_bytes > 200:  # noqa: PLR2004 - see _NAME
        raise FormatError("casefile.header", at=at)
    raw = file.read(name_bytes)
    extra = file.read(extra_bytes)
    if len(raw) + len(extra) < name_bytes + extra_bytes:
        raise FormatError("casefile.cut-short", at=at)
    name = check_file_name(raw.decode("ascii", "backslashreplace"))
    if extra:
        size = _SIZES_64.unpack(extra)[2]
    if head + raw + extra != _local_header(name, size, crc):
        raise FormatError("casefile.header", at=at)
    data = at + len(head) + len(raw) + len(extra)
    if size > end - data:
        raise FormatError("casefile.cut-short", at=end)
    return Entry(name=name, size=size, crc=crc, start=at, data=data)
