"""A party of bad faith, with software of its own, against an honest node in another process."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity.app.operations import runner
from comity.kit.desk import Json
from comity.kit.office import Saying
from comity.node.clock import Clock
from comity.node.node import Node as Opened
from comity.node.node import open_node
from comity.node.office import NodeOffice

from .nodes import Node, Pair, kinds, pair_in, until

DAY = 86_400
NAMES = ("../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "a/b/\x1b[31m\n\u202e.txt", "..")


class Ahead(Clock):
    """A clock that is a day ahead."""

    def machine(self) -> int:
        return super().machine() + DAY


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two nodes, of which the first will turn bad."""
    with pair_in(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@contextmanager
def turned(node: Node, clock: Clock | None = None) -> Iterator[Opened]:
    """Stop a node's process, say something in its name by other means, and start it again."""
    node.stop()
    opened = open_node(node.folder)
    if clock is not None:
        opened.keeping.clock = clock
        opened.writer._clock = clock
    try:
        yield opened
    finally:
        opened.close()
        node.start()


def test_file_names_with_separators_and_controls_are_data(pair: Pair, tmp_path: Path) -> None:
    """Security T36: nothing is written outside the folder, and what is printed is plain."""
    case = pair.ask()
    content = tmp_path / "content"
    content.write_bytes(b"evil")
    with turned(pair.a) as bad:
        subject = NodeOffice(bad, "assistance").find_subject("assistance", case)
        for name in NAMES:
            bad.say(
                Saying(
                    kind="assistance.clarify",
                    subject=subject,
                    own={},
                    texts={"en": f"See {len(name)}."},
                    attachments=((name, content),),
                )
            )
    until(lambda: kinds(pair.b, case).count("assistance.clarify") == len(NAMES))

    out = tmp_path / "deep" / "er" / "out"
    told = pair.b.json("assistance", "save", case, "--out", out)
    files = [each for each in told["files"] if each["what"] == "attachment"]
    assert [each["name"] for each in files] == list(NAMES)
    assert all(Path(each["path"]).parent == out for each in files)
    assert all(Path(each["path"]).read_bytes() == b"evil" for each in files)
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {
        "content",
        *(Path(each["path"]).name for each in told["files"]),
    }
    for words in (["show", case], ["save", case, "--out", tmp_path / "again"]):
        printed = pair.b.run("assistance", *words).stdout
        assert not set(printed) & set("\x1b\u202e\r")


def test_a_statement_from_the_future_is_not_taken(pair: Pair) -> None:
    """Ruling 17: it may be only a clock, so it waits at its sender; nothing is logged of it."""
    pair.rest()
    before = pair.b.rows()
    with turned(pair.a, Ahead()) as bad:
        asked = list(map(str, pair.asking(pair.form())))
        arguments: dict[str, Json] = {
            "mechanism": pair.mechanism,
            "to": pair.b.party,
            "profile": "csirt-incident",
            "fields": json.loads(Path(asked[-1]).read_text()),
        }
        case = str(runner(bad)("assistance.submit", arguments)["subject"])
    time.sleep(2)

    assert pair.b.rows() == before
    assert pair.b.phase(case) == ""
    assert pair.a.phase(case) == "sent"
    for lang in ("zh", "en"):
        told = pair.a.spoken("assistance", "show", case, lang=lang)  # type: ignore[arg-type] # both
        assert told.returncode == 0
