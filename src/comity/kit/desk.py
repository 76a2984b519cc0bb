"""How a command asks its node: the same call, whether a node serves the folder or not."""

from collections.abc import Callable, Mapping
from typing import Protocol, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Operation: TypeAlias = Callable[..., "dict[str, Json]"]
"""A named operation: takes its arguments by keyword, returns what ``--json`` prints."""


class Desk(Protocol):
    """One party's node, as the command line sees it."""

    def call(self, operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        """Run an operation of the node, for example ``assistance.submit``.

        Raises:
            ComityError: as the operation raised it, with code and facts, also across
                the control socket.

        """
