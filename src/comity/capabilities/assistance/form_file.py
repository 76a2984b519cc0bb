"""The file that a form is filled in: strict JSON, so that it has one reading."""

import json
from pathlib import Path
from typing import Final, NoReturn

from comity.errors import FormatError
from comity.kit.desk import Json

MOST_BYTES: Final = 1024 * 1024
MOST_DIGITS: Final = 32


def read_form(path: Path) -> dict[str, Json]:
    """Read a filled form.

    Raises:
        FormatError: ``assistance.fields-file`` (it cannot be read),
            ``assistance.fields-too-large``, ``assistance.fields-encoding``,
            ``assistance.fields-json`` (with line and column), ``assistance.fields-depth``,
            ``assistance.fields-twice``, ``assistance.fields-number``,
            ``assistance.fields-object``.

    """
    name = str(path)[-200:]
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise FormatError("assistance.fields-file", file=name, why=why) from error
    if len(content) > MOST_BYTES:
        raise FormatError("assistance.fields-too-large", file=name, limit=MOST_BYTES)
    try:
        told: Json = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=_no_number,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        raise FormatError("assistance.fields-encoding", file=name, at=error.start) from error
    except json.JSONDecodeError as error:
        raise FormatError(
            "assistance.fields-json", file=name, line=error.lineno, column=error.colno
        ) from error
    except RecursionError as error:
        raise FormatError("assistance.fields-depth", file=name) from error
    if not isinstance(told, dict):
        raise FormatError("assistance.fields-object", file=name)
    return told


def write_form(path: Path, form: Json) -> None:
    """Write an empty form into a new file.

    Raises:
        FormatError: ``assistance.file-exists``; ``assistance.cannot-save``.

    """
    try:
        with path.open("x", encoding="utf-8") as file:
            json.dump(form, file, ensure_ascii=False, indent=2)
            file.write("\n")
    except FileExistsError as error:
        raise FormatError("assistance.file-exists", file=str(path)[-200:]) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        folder = str(path.parent)[-200:]
        raise FormatError("assistance.cannot-save", folder=folder, why=why) from error


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise FormatError("assistance.fields-twice", field=twice[:40])
    return found


def _no_number(word: str) -> NoReturn:
    raise FormatError("assistance.fields-number", number=word)


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise FormatError("assistance.fields-number", number=digits[:MOST_DIGITS] + "…")
    return int(digits)
