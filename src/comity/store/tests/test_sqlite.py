"""One file, one process, one writer."""

import threading
from pathlib import Path

import pytest

from comity.errors import FormatError, PeerError
from comity.store.sqlite import Q, Store, check_sqlite


def test_an_sqlite_that_can_lose_data_is_refused() -> None:
    """Security finding 11: below 3.51.3 a checkpoint can corrupt the database."""
    for version in ("3.40.1", "3.51.2", "2.99.99"):
        with pytest.raises(FormatError, match=r"store\.old-sqlite"):
            check_sqlite(version)
    check_sqlite("3.51.3")
    check_sqlite("4.0.0")


def test_the_settings_that_survive_a_power_cut(tmp_path: Path) -> None:
    """Security finding 1: write-ahead log, and every commit synced."""
    store = Store(tmp_path)
    assert store.write.pragma("journal_mode") == "wal"
    assert store.write.pragma("synchronous") == 2
    assert store.read.pragma("query_only") == 1
    store.close()


def test_two_openings_of_one_folder(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(PeerError, match=r"store\.in-use"):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_database_of_another_version_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write.execute(Q["set_meta"], ("schema", b"999"))
    store.close()
    with pytest.raises(FormatError, match=r"store\.other-version") as refused:
        Store(tmp_path)
    assert refused.value.facts["version"] == "999"


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "node.db").write_bytes(b"not a database, but long enough to be read as one" * 99)
    with pytest.raises(FormatError, match=r"store\.damaged"):
        Store(tmp_path)
    # The lock was let go.
    (tmp_path / "node.db").unlink()
    Store(tmp_path).close()


def test_a_reader_goes_with_its_thread(tmp_path: Path) -> None:
    """A long life with many threads keeps no connections."""
    store = Store(tmp_path)
    for _ in range(20):
        thread = threading.Thread(target=lambda: store.one("is_made"))
        thread.start()
        thread.join()
    assert len(store._readers) <= 1
    store.close()


def test_our_own_chain_has_one_end(tmp_path: Path) -> None:
    """Ruling 12: the database itself refuses a fork of our own, and a doubled statement."""
    store = Store(tmp_path)

    def row(
        leaf: int, prev: bytes | None, *, ours: int = 1, sid: bytes = b""
    ) -> tuple[object, ...]:
        name = sid or bytes([leaf]) * 32
        return (
            leaf,
            name,
            name[::-1] + b"e",
            b"s",
            b"o",
            "p",
            "k",
            ours,
            0,
            prev,
            0,
            b"",
            b"",
            b"",
        )

    def add(*values: object, **named: object) -> None:
        store.write.execute(Q["append"], row(*values, **named))  # type: ignore[arg-type]

    add(0, None)
    add(1, b"x")
    for prev in (None, b"x"):
        with pytest.raises(Exception, match="UNIQUE"):
            add(2, prev)
    with pytest.raises(Exception, match="UNIQUE"):
        add(3, b"y", sid=bytes([1]) * 32)
    add(4, None, ours=0)
    add(5, None, ours=0)
    store.close()
