"""T03: whoever has the disk changes what is on it, and ``fsck`` and the scrub find it.

Security, findings 1 and 2: SQLite's own check sees a few changes of content in a hundred.
"""

import json
import logging
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from comity.node.doctor import doctor
from comity.node.inspection.parts import PARTS
from comity.node.node import open_node
from threats import flip_bench
from threats.flip_bench import Bench, Count, Flip, bench, benches
from threats.flipping import Subject, subject, told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Subject]:
    with subject(tmp_path_factory.mktemp("t03")) as each:
        yield each


def test_an_untouched_node_is_whole(made: Subject) -> None:
    """No false alarm, however often; and all of it was looked at."""
    copy = made.copy("untouched")
    for _ in range(3):
        said = told(copy)
        assert said["ok"] is True, said["first"]
        assert {name for name, count in said["counts"].items() if not count} <= {"kept"}
    shutil.rmtree(copy)


def shown(count: Count) -> Count:
    """Print how far it went, for whoever runs it with -s, and pass it on."""
    print(json.dumps(count.told()))  # noqa: T201 - see above
    return count


def test_every_flipped_bit_of_content_is_found(made: Subject) -> None:
    """Some hundreds, always; and none that changed nothing raises an alarm."""
    count = shown(bench(made, 400, seed=3))
    assert count.missed == []
    assert count.found == count.changed > 200
    assert count.false_alarms == []
    assert count.harmless > 50


@pytest.mark.long
def test_a_hundred_thousand_flipped_bits_are_found(made: Subject) -> None:
    """The threat's own figure; FLIPS takes another."""
    count = shown(benches(made, int(os.environ.get("FLIPS", "100000")), seed=4))
    assert count.missed == []
    assert count.found == count.changed > count.flips / 2
    assert count.false_alarms == []
    assert count.changed + count.damaged + count.harmless == count.flips


def test_without_hashing_again_most_would_be_missed(made: Subject) -> None:
    """The defence removed: with SQLite's check alone the tests above fail."""
    database = [each for each in PARTS if each.name == "database"]
    count = shown(bench(made, 200, seed=5, parts=database, opens=False))
    assert count.found < count.changed / 2


def test_an_alarm_about_nothing_is_traced_to_its_flip(
    made: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bench can fail: an inspection that complains of unused bytes is told of, and of what."""
    monkeypatch.setattr(flip_bench, "told", lambda copy: {"ok": not _is_spoilt(copy)})
    chance = random.Random(6)  # noqa: S311 - a schedule, not a secret
    flips = [Flip("node.db", at, 0) for at in (UNUSED, *range(72, 92))]
    chance.shuffle(flips)
    with closing(Bench(made, "alarms")) as judge:
        count = judge.judge(flips)
    assert count.harmless == len(flips)
    assert count.false_alarms == [Flip("node.db", UNUSED, 0)]


UNUSED = 71
"""A byte of a database that SQLite keeps for programs, the last of its application's id."""


def _is_spoilt(copy: Path) -> bool:
    return (copy / "node.db").read_bytes()[UNUSED] != 0


CHANGES = {
    "two entries change places": """UPDATE statement SET leaf = -leaf WHERE leaf IN (3, 4);
        UPDATE statement SET leaf = 7 + leaf WHERE leaf < 0""",
    "an entry is taken away": "DELETE FROM statement WHERE leaf = 4",
    "the last entry is taken away": """DELETE FROM statement
        WHERE leaf = (SELECT max(leaf) FROM statement)""",
    "two receipts change places": """UPDATE receipt SET receipt = (SELECT r.receipt FROM receipt r
        WHERE r.log = receipt.log AND r.sid <> receipt.sid LIMIT 1)""",
    "a receipt is taken away": "DELETE FROM receipt WHERE sid = (SELECT max(sid) FROM receipt)",
    "a receipt's time is set back": "UPDATE receipt SET time = time - 86400",
    "a head is taken away": "DELETE FROM head WHERE size = 4",
    "the newest head is taken away": "DELETE FROM head WHERE size = (SELECT max(size) FROM head)",
    "a row of the list is changed": "UPDATE assistance_cases SET tlp = 'CLEAR'",
    "a row of the list is hidden": "DELETE FROM assistance_cases",
    "a thread is put under another mechanism": """UPDATE thread SET net = zeroblob(32)
        WHERE net NOTNULL""",
    "an outgoing statement is withheld": "DELETE FROM outbox",
    "a party's card is forgotten": "DELETE FROM party",
    "a witnessed head is set back": "UPDATE witnessed SET size = size - 1",
    "our cosignature is put under another head": """UPDATE witnessed SET lines = (
        SELECT c.lines FROM cosignature c ORDER BY c.size LIMIT 1)""",
    "one of our cosignatures is under another's name": """UPDATE witnessed SET lines =
        substr(lines, 1, 9) || CASE substr(lines, 10, 1) WHEN 'a' THEN 'b' ELSE 'a' END
        || substr(lines, 11)""",
    "a line of a cosignature is under another key": """UPDATE cosignature SET lines =
        replace(lines, substr(lines, instr(lines, '/witness ') + 9, 4), 'AAAA')""",
    "a seen head gets another root": "UPDATE seen_head SET root = zeroblob(32)",
    "a seen head is put under another size": "UPDATE seen_head SET size = size + 1000",
    "a proof of continuing is cut off": "UPDATE continued SET path = substr(path, 33)",
    "a cosignature gets another date": "UPDATE cosignature SET time = time - 1",
    "a cosignature is another witness's": "UPDATE cosignature SET witness = log",
    "a proof of two histories is no proof": """INSERT INTO fork
        SELECT root, log, 0, CAST(checkpoint AS BLOB) FROM seen_head LIMIT 1""",
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_edit_is_found(made: Subject, what: str) -> None:
    """Rows swapped, deleted, changed; incoming requests hidden, outgoing ones withheld (T26)."""
    copy = made.copy("edited")
    try:
        with closing(apsw.Connection(str(copy / "node.db"))) as database:
            for change in CHANGES[what].split(";"):
                database.execute(change)
            assert database.changes() > 0
        said = told(copy)
    finally:
        shutil.rmtree(copy)
    assert said["ok"] is False
    assert said["first"]["what"]


@pytest.mark.parametrize("what", ["deleted", "cut off", "lengthened"])
def test_a_harmed_attachment_is_named(made: Subject, what: str) -> None:
    copy = made.copy("attachment")
    (path,) = [each for each in (copy / "blobs").rglob("*") if each.is_file()]
    whole = path.read_bytes()
    match what:
        case "deleted":
            path.unlink()
        case "cut off":
            path.write_bytes(whole[:-1])
        case "lengthened":
            path.write_bytes(whole + b"x")
    said = told(copy)
    shutil.rmtree(copy)
    assert said["ok"] is False
    assert said["first"]["what"] == path.name


def test_the_scrub_finds_it_by_itself_and_alarms(
    made: Subject, caplog: pytest.LogCaptureFixture
) -> None:
    """One line in the journal, the doctor is not well, and a restart forgets neither."""
    copy = made.copy("scrubbed")
    (path,) = [each for each in (copy / "blobs").rglob("*") if each.is_file()]
    whole = path.read_bytes()
    node = open_node(copy)
    now = node.clock.now()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with caplog.at_level(logging.ERROR, "comity.node"):
        steps = 0
        while node.scrub.progress.alarm is None:
            node.scrub.step(now)
            steps += 1
            assert steps < 500
    assert [each.getMessage() for each in caplog.records] == [f"scrub: blobs blobs {path.name}"]
    part = node.scrub.progress.part
    node.close()

    node = open_node(copy)
    assert node.scrub.progress.part == part
    scrub = next(each for each in doctor(node)["checks"] if each["name"] == "scrub")  # type: ignore[union-attr, index, call-overload, misc]
    assert scrub["ok"] is False  # type: ignore[index, call-overload]
    assert path.name in scrub["remedy"]["zh"]  # type: ignore[index, call-overload]
    assert path.name in scrub["remedy"]["en"]  # type: ignore[index, call-overload]

    path.write_bytes(whole)
    for _ in range(500):
        node.scrub.step(now + 60)
    assert node.scrub.progress.alarm is None
    assert doctor(node)["ok"] is True
    later = now + 15 * 86_400
    assert node.scrub.progress.age(later) > 14 * 86_400
    node.close()
    shutil.rmtree(copy)
