"""Named SQL, kept in files of its own: ``-- name: x`` begins the query ``x``."""

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import Final

MARK: Final = "-- name: "


def load_sql(package: str, filename: str) -> Mapping[str, str]:
    """Return the named queries of an SQL file that lies in a package.

    The text of a query is the lines after its mark, comments included.
    """
    queries: dict[str, list[str]] = {}
    name = None
    for line in files(package).joinpath(filename).read_text("utf-8").splitlines():
        if line.startswith(MARK):
            name = line.removeprefix(MARK).strip()
            queries[name] = []
        elif name is not None:
            queries[name].append(line)
    return MappingProxyType({name: "\n".join(lines).strip() for name, lines in queries.items()})
