"""The arguments of an operation, read one by one.

They come as JSON, perhaps over the control socket, so their shape is checked here.
"""

from collections.abc import Mapping

from comity.errors import FormatError
from comity.kit.desk import Json


class Asked:
    """What a command asks for; every argument that is given must be read."""

    def __init__(self, arguments: Mapping[str, Json]) -> None:
        """Take the arguments of one call."""
        self._left = {name: value for name, value in arguments.items() if value is not None}

    def text(self, name: str) -> str:
        """Return a text that must be given.

        Raises:
            FormatError: ``ask.missing``, ``ask.shape``.

        """
        value = self.maybe(name)
        if value is None:
            raise FormatError("ask.missing", name=name)
        return value

    def maybe(self, name: str) -> str | None:
        """Return a text, or ``None``; raises ``FormatError`` (``ask.shape``)."""
        value = self._left.pop(name, None)
        if value is not None and not isinstance(value, str):
            raise FormatError("ask.shape", name=name)
        return value

    def texts(self, name: str) -> dict[str, str]:
        """Return names with a text each; raises ``FormatError`` (``ask.shape``)."""
        found = {}
        for key, value in self.mapping(name).items():
            if not isinstance(value, str):
                raise FormatError("ask.shape", name=name)
            found[key] = value
        return found

    def strings(self, name: str) -> list[str]:
        """Return a list of texts; raises ``FormatError`` (``ask.shape``)."""
        value = self._left.pop(name, None)
        if value is None:
            return []
        if not isinstance(value, list):
            raise FormatError("ask.shape", name=name)
        found = [each for each in value if isinstance(each, str)]
        if len(found) != len(value):
            raise FormatError("ask.shape", name=name)
        return found

    def mapping(self, name: str) -> dict[str, Json]:
        """Return an object, empty if none is given; raises ``FormatError`` (``ask.shape``)."""
        value = self._left.pop(name, None)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise FormatError("ask.shape", name=name)
        return value

    def end(self) -> None:
        """Refuse what was given and not read; raises ``FormatError`` (``ask.unknown``)."""
        for name in self._left:
            raise FormatError("ask.unknown", name=name[:40])
