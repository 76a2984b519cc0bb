"""Tables that pages and lists read; each can be dropped and made again from the log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

Cell: TypeAlias = str | int | bytes | None
View = TypeVar("View")


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection(Generic[View]):
    """A capability's table: how it is made, cleared, filled and asked.

    ``sql`` has at least the queries ``create``, ``clear`` (drops the table), ``put`` (insert or
    replace one row) and ``between`` (the rows above one subject up to another, whole, the
    subject first); the others are the capability's own questions.
    """

    name: str
    version: int
    """A new version is built from the log when the node starts."""
    sql: Mapping[str, str]
    row: Callable[[View], tuple[Cell, ...]]
