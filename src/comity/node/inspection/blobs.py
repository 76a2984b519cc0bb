"""Attachments by their digest, and what SQLite says of its own file."""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final

from comity.node.inspection.looks import Body, Fault, Look
from comity.store.blobs import CHUNK_BYTES

_STEP_BYTES: Final = 4 * CHUNK_BYTES
_NAME_LETTERS: Final = 64
_HEX: Final = frozenset("0123456789abcdef")


def walk_blobs(body: Body, after: str, width: int) -> Iterator[Look]:
    """Hash every stored attachment again; ``after`` is the last one that is done."""
    for path in _stored(body.keeping.blobs.folder, after):
        digest = sha256()
        try:
            with path.open("rb") as file:
                since = 0
                while piece := file.read(CHUNK_BYTES):
                    digest.update(piece)
                    since += len(piece)
                    if since >= _STEP_BYTES * max(1, width // 16):
                        yield Look(after=after)
                        since = 0
        except FileNotFoundError:
            continue  # one of ours that was not said after all
        except OSError:
            digest = sha256()
        after = path.name
        wrong = digest.hexdigest() != path.name
        faults = (Fault(what=path.name, remedy="blobs"),) if wrong else ()
        yield Look(after=after, count=1, faults=faults)


def _stored(folder: Path, after: str) -> Iterator[Path]:
    """Yield whole blobs in the order of their digests, one folder in memory at a time."""
    for place in sorted(each.name for each in os.scandir(folder) if each.is_dir()):
        if place < after[:2]:
            continue
        for name in sorted(each.name for each in os.scandir(folder / place)):
            if name > after and len(name) == _NAME_LETTERS and not set(name) - _HEX:
                yield folder / place / name


def walk_database(body: Body, after: str, width: int) -> Iterator[Look]:  # noqa: ARG001 - a walk's form
    """Ask SQLite about its own structure, indexes included."""
    said = str(body.keeping.store.one("whole")[0])
    faults = () if said == "ok" else (Fault(what=said[:200], remedy="database"),)
    yield Look(after=after, count=1, faults=faults)
