"""The table of everything a desk can be asked, from the node and from every capability."""

import inspect
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from typing import cast

from comity.app.control import Run
from comity.app.surfaces import SURFACES
from comity.errors import FormatError
from comity.kit.desk import Json, Operation
from comity.node.key_operations import OPERATIONS as KEYS
from comity.node.node import Node
from comity.node.office import NodeOffice
from comity.node.operations import OPERATIONS
from comity.wording import LANGUAGES, say

LAST = "9999"
"""Sorts behind every ISO 8601 date: what has no deadline comes last."""


def table_of(node: Node) -> dict[str, Operation]:
    """Return every operation of a node, by its name."""
    table: dict[str, Operation] = {
        name: partial(operation, node) for name, operation in {**OPERATIONS, **KEYS}.items()
    }
    for surface in SURFACES:
        module, _, attribute = surface.operations.partition(":")
        operations: Mapping[str, Operation] = getattr(import_module(module), attribute)
        office = NodeOffice(node, surface.name)
        table |= {name: partial(operation, office) for name, operation in operations.items()}
    table["desk"] = partial(desk, dict(table), node)
    return table


def desk(table: Mapping[str, Operation], node: Node) -> dict[str, Json]:
    """Return what the party owes and awaits under every capability, next deadline first."""
    told: dict[str, dict[str, Json]] = {
        surface.name: table[f"{surface.name}.desk"]()
        for surface in SURFACES
        if f"{surface.name}.desk" in table
    }
    owed = [*_rows(told, "owed"), *_unsigned(table, node)]
    return {
        "as_of": max((str(one["as_of"]) for one in told.values()), default=""),
        "owed": cast("list[Json]", sorted(owed, key=_due)),
        "awaited": cast("list[Json]", sorted(_rows(told, "awaited"), key=_due)),
        "demo": node.keeping.demo,
        "overdue": sum(one.get("overdue") is True for one in owed),
    }


def _rows(told: Mapping[str, dict[str, Json]], part: str) -> list[dict[str, Json]]:
    return [
        {"capability": name, **row}
        for name, one in told.items()
        for row in cast("list[dict[str, Json]]", one[part])
    ]


def _unsigned(table: Mapping[str, Operation], node: Node) -> list[dict[str, Json]]:
    """Return the charters that wait for our signature; they have no deadline."""
    label: dict[str, Json] = {lang: say("cli.told.accede", lang) for lang in LANGUAGES}
    return [
        {
            "capability": "mechanism",
            "subject": one["subject"],
            "names": one["names"],
            "duty": "accede",
            "duty_label": label,
            "due": None,
            "overdue": False,
            "demo": one["demo"],
        }
        for one in cast("list[dict[str, Json]]", table["mechanism.list"]()["mechanisms"])
        for member in cast("list[dict[str, Json]]", one["members"])
        if member["party"] == node.party and member["signed"] is False
    ]


def _due(row: Mapping[str, Json]) -> str:
    return str(row.get("due") or LAST)


def runner(node: Node) -> Run:
    """Return the function that runs a node's operations by name.

    It raises ``FormatError`` (``cli.no-such-operation``, ``cli.wrong-arguments``), and what
    the operation raises.
    """
    table = table_of(node)

    def run(operation: str, arguments: Mapping[str, Json]) -> dict[str, Json]:
        found = table.get(operation)
        if found is None:
            raise FormatError("cli.no-such-operation", operation=operation[:60])
        try:
            inspect.signature(found).bind(**arguments)
        except TypeError as error:
            raise FormatError(
                "cli.wrong-arguments", operation=operation, problem=str(error)[:120]
            ) from error
        return found(**arguments)

    return run
