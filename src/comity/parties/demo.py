"""The mark of a demonstration: inside what is signed, and at the end of every name.

Source: design, section 3, point 16.
"""

from collections.abc import Mapping
from typing import Final

from comity.errors import FormatError

MARKS: Final = {"en": "(demo)", "zh": "（演示）"}


def demo_names(names: Mapping[str, str]) -> dict[str, str]:
    """Return the names, each with the mark of a demonstration at its end."""
    return {tag: _marked(tag, name) for tag, name in names.items()}


def check_demo_names(names: Mapping[str, str], *, demo: bool) -> None:
    """Check that the names of a demonstration, and of nothing else, end with its mark.

    Raises:
        FormatError: ``parties.demo-name``.

    """
    for name in names.values():
        if name.endswith(tuple(MARKS.values())) is not demo:
            raise FormatError("parties.demo-name", name=name)


def _marked(tag: str, name: str) -> str:
    if name.endswith(tuple(MARKS.values())):
        return name
    chinese = tag.split("-", maxsplit=1)[0] == "zh"
    return name + MARKS["zh"] if chinese else f"{name} {MARKS['en']}"
