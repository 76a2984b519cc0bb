"""Reading what an operation told, to print it in words.

A result is JSON, perhaps from another version of the node, so nothing here fails: what is
not there, or is of another shape, reads as empty.
"""

from comity.kit.desk import Json


def text(told: Json, *path: str) -> str:
    """Return what stands at a path as text; nothing reads as the empty text."""
    found = at(told, *path)
    return "" if found is None or isinstance(found, dict | list) else str(found)


def at(told: Json, *path: str) -> Json:
    """Return what stands at a path, or ``None``."""
    for name in path:
        if not isinstance(told, dict):
            return None
        told = told.get(name)
    return told


def part(told: Json, *path: str) -> dict[str, Json]:
    """Return the object at a path, empty if there is none."""
    found = at(told, *path)
    return found if isinstance(found, dict) else {}


def items(told: Json, *path: str) -> list[Json]:
    """Return the list at a path, empty if there is none."""
    found = at(told, *path)
    return found if isinstance(found, list) else []
