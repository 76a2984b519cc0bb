"""The doctor finds what was changed, and says what to do in both languages."""

from collections.abc import Iterator, Sequence
from contextlib import closing

import apsw
import pytest

from comity.node.tests.world import World, examined, world


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two nodes with a request that was answered, at rest."""
    with world(tmp_path_factory.mktemp("doctor"), "ab") as pair:
        subject = pair.request("a", "b")
        pair.pump()
        urn = "urn:comity:matter:" + subject.hex()
        pair.ask("b", "acknowledge", subject=urn)
        pair.pump()
        pair.tick()
        yield pair


def test_a_well_node_is_well(made: World) -> None:
    """Every check says in both languages what it looked at."""
    for node in made.nodes.values():
        told = examined(node)
        assert told["ok"] is True
        for check in told["checks"]:
            assert check["zh"]
            assert check["en"]
            assert "remedy" not in check
    assert examined(made.nodes["b"])["said"] == 2  # it acceded, and acknowledged


CHANGES: dict[str, tuple[str, str]] = {
    "a deleted entry": ("DELETE FROM statement WHERE leaf = 3", "log"),
    "a deleted last entry": (
        "DELETE FROM statement WHERE leaf = (SELECT max(leaf) FROM statement)",
        "log",
    ),
    "an added entry": (
        """INSERT INTO statement SELECT leaf + 1, randomblob(32), randomblob(32), subject, opening,
        issuer, kind, 0, by_node, prev, claimed_at, signed, act, body FROM statement
        WHERE leaf = (SELECT max(leaf) FROM statement)""",
        "log",
    ),
    "a head's checkpoint": ("UPDATE head SET checkpoint = replace(checkpoint, 'A', 'B')", "heads"),
    "a head's signature": ("UPDATE head SET signature = zeroblob(64)", "heads"),
    "a head's root": ("UPDATE head SET root = zeroblob(32) WHERE size = 3", "heads"),
    "a head's time": ("UPDATE head SET time = time + 1 WHERE size = 3", "heads"),
    "a receipt": ("UPDATE receipt SET receipt = zeroblob(900)", "receipts"),
    "a receipt of another log": ("UPDATE receipt SET log = log || 'x'", "receipts"),
    "a deleted receipt": ("DELETE FROM receipt", "deliveries"),
}
COLUMNS = {
    "sid": "randomblob(32)",
    "entry": "randomblob(32)",
    "subject": "zeroblob(16)",
    "opening": "zeroblob(32)",
    "issuer": "issuer || 'x'",
    "kind": "'assistance.close'",
    "ours": "1 - ours",
    "by_node": "1 - by_node",
    "prev": "zeroblob(32)",
    "claimed_at": "claimed_at + 1",
    "signed": "CAST(signed || x'00' AS BLOB)",
    "act": "CAST(act || x'00' AS BLOB)",
    "body": "CAST(substr(body, 1, length(body) - 1) || x'00' AS BLOB)",
}
for _column, _value in COLUMNS.items():
    _change = f"UPDATE statement SET {_column} = {_value} WHERE leaf = 5"  # noqa: S608 - a test's own
    CHANGES[f"the column {_column}"] = (_change, "log")


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found(made: World, what: str) -> None:
    """Security finding 2: SQLite's own check sees almost none of these."""
    change, check = CHANGES[what]
    node = made.nodes["a"]
    with closing(apsw.Connection(node.keeping.store._path)) as other:
        other.execute("BEGIN IMMEDIATE")
        saved = _copy(other)
        other.execute(change)
        other.execute("COMMIT")
        try:
            told = examined(node)
        finally:
            _put_back(other, saved)
    assert told["ok"] is False
    found = {each["name"]: each for each in told["checks"]}
    assert found[check]["ok"] is False
    remedy = found[check]["remedy"]
    assert "restore a backup" in remedy["en"]
    assert "备份恢复" in remedy["zh"]
    assert examined(node)["ok"] is True


def test_any_flipped_bit_of_a_statement_is_found(made: World) -> None:
    """Threat T03, in small: flips all over the stored bytes of one row."""
    node = made.nodes["a"]
    with closing(apsw.Connection(node.keeping.store._path)) as other:
        for column in ("signed", "act", "body"):
            row = other.execute(f"SELECT {column} FROM statement WHERE leaf = 6").get  # noqa: S608
            whole = bytes(row)
            for at in range(0, len(whole), max(1, len(whole) // 12)):
                flipped = bytearray(whole)
                flipped[at] ^= 1 << at % 8
                update = f"UPDATE statement SET {column} = ? WHERE leaf = 6"  # noqa: S608
                other.execute(update, [bytes(flipped)])
                assert examined(node)["ok"] is False, (column, at)
            other.execute(update, [whole])
    assert examined(node)["ok"] is True


def test_what_cannot_be_told_is_named(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Threat T18: set aside, with an alarm."""

    def fails(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("comity.node.inspection.rows.view_of", fails)
    told = examined(made.nodes["a"])
    (check,) = [each for each in told["checks"] if not each["ok"]]
    assert check["name"] == "threads"
    assert str(check["what"]) in check["remedy"]["en"]


def test_a_check_that_fails_is_a_finding(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is damaged in a way nobody thought of gives no traceback."""

    def fails(*_: object, **__: object) -> None:
        raise apsw.CorruptError

    monkeypatch.setattr(made.nodes["a"].keeping.store, "all", fails)
    told = examined(made.nodes["a"])
    assert told["ok"] is False
    assert len([each for each in told["checks"] if not each["ok"]]) >= 6


_TABLES = ("statement", "head", "receipt", "tally")
"""The tally last: putting rows back counts."""


def _copy(database: apsw.Connection) -> dict[str, Sequence[tuple[object, ...]]]:
    return {
        table: list(database.execute(f"SELECT * FROM {table}"))  # noqa: S608
        for table in _TABLES
    }


def _put_back(database: apsw.Connection, saved: dict[str, Sequence[tuple[object, ...]]]) -> None:
    with database:
        for table, rows in saved.items():
            database.execute(f"DELETE FROM {table}")  # noqa: S608
            for row in rows:
                places = ", ".join("?" * len(row))
                database.execute(f"INSERT INTO {table} VALUES ({places})", row)  # noqa: S608
