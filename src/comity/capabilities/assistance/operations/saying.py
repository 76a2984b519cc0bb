"""What an officer says, from the arguments of an operation: texts, translations, files, times."""

import os
from pathlib import Path

from comity.errors import FormatError
from comity.kit.asked import Asked
from comity.kit.language import from_iso
from comity.kit.office import Maker


def texts_of(asked: Asked) -> tuple[dict[str, str], dict[str, Maker]]:
    """Return the texts by language, and for each translation its maker and what it is of.

    ``makers`` maps a language tag to the person who made the translation, ``machines`` to the
    machine that did; with a tag and a colon before the name (``en:Name``) it says of which text.

    Raises:
        FormatError: ``assistance.no-such-text``: a maker without its text, or no text to
            translate from; ``assistance.two-makers``; ``ask.…``.

    """
    texts = asked.texts("texts")
    people, machines = asked.texts("makers"), asked.texts("machines")
    if both := set(people) & set(machines):
        raise FormatError("assistance.two-makers", tag=min(both))
    named = people | machines
    authentic = [tag for tag in texts if tag not in named]
    makers: dict[str, Maker] = {}
    for tag, told in named.items():
        source, mark, name = told.partition(":")
        if not mark or source not in texts:
            source, name = authentic[0] if authentic else "", told
        if tag not in texts or not name or source in {"", tag}:
            raise FormatError("assistance.no-such-text", tag=tag)
        makers[tag] = Maker(name=name, of=source, machine=tag in machines)
    return texts, makers


def files_of(asked: Asked) -> tuple[tuple[str, Path], ...]:
    """Return the attachments: the file's name as data, and where it lies.

    Raises:
        FormatError: ``assistance.no-such-file``; ``ask.…``.

    """
    found = []
    for told in asked.strings("attach"):
        path = Path(told)
        if "\0" in told or not path.is_absolute() or not path.is_file():
            raise FormatError("assistance.no-such-file", file=told[-200:])
        found.append((os.fsencode(path.name).decode("utf-8", "replace"), path))
    return tuple(found)


def time_of(asked: Asked, name: str) -> int | None:
    """Return a time in unix seconds, UTC, or ``None``; see ``language.from_iso``."""
    told = asked.maybe(name)
    return None if told is None else from_iso(told)
