"""The writer: one batch, one head; no job, no caller and no listener can stop it."""

import threading
from collections.abc import Callable
from typing import NoReturn

import apsw
import pytest

from comity.errors import ComityError, FormatError, PeerError
from comity.node.node import Node
from comity.node.tests.world import World, heads
from comity.node.writer import Transaction, Writer
from comity.statement.model import SubjectId


class Hold:
    """Keeps the writer busy, so that what comes meanwhile makes one batch."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self._go, self._busy = writer, threading.Event(), threading.Event()

    def __enter__(self) -> None:
        def wait(_: Transaction) -> None:
            self._busy.set()
            self._go.wait(10)

        self._writer.submit(wait)
        self._busy.wait(10)

    def __exit__(self, *_: object) -> None:
        self._go.set()


def draft(name: str, *, then: BaseException | None = None) -> Callable[[Transaction], str]:
    """Return a job that leaves something behind, and then perhaps raises."""

    def job(transaction: Transaction) -> str:
        transaction.run("put_draft", name, b"x")
        if then is not None:
            raise then
        return name

    return job


def drafts(node: Node) -> list[str]:
    return [str(row[0]) for row in node.keeping.store.all("drafts")]


@pytest.fixture
def node(pair: World) -> Node:
    return pair.nodes["a"]


def test_a_job_that_raises_fails_alone(node: Node) -> None:
    """What it did is undone; its neighbours in the batch stay."""
    with Hold(node.writer):
        first = node.writer.submit(draft("one"))
        named = node.writer.submit(draft("two", then=FormatError("node.secret")))
        fault = node.writer.submit(draft("three", then=ZeroDivisionError()))
        last = node.writer.submit(draft("four"))
    assert (first.result(10), last.result(10)) == ("one", "four")
    with pytest.raises(FormatError, match=r"node\.secret"):
        named.result(10)
    with pytest.raises(PeerError, match=r"node\.fault"):
        fault.result(10)
    assert drafts(node) == ["four", "one"]


def test_a_failed_job_leaves_no_entry_in_the_tree(node: Node) -> None:
    """Appended, then refused: the next statement takes the same leaf."""

    def appended(transaction: Transaction) -> None:
        transaction.append(bytes(32))
        transaction.queued = True
        transaction.durable.append(lambda: drafts(node).clear())
        raise FormatError("node.secret")

    size = node.keeping.ledger.size
    with pytest.raises(FormatError):
        node.writer.submit(appended).result(10)
    assert node.keeping.ledger.size == node.tree_size == size


def test_a_batch_shares_one_head(pair: World) -> None:
    """Group commit: many statements, one durable transaction, one signature."""
    node = pair.nodes["a"]
    before, answers = len(heads(node)), []
    with Hold(node.writer):
        threads = [
            threading.Thread(target=lambda: answers.append(pair.request("a", "b")))
            for _ in range(8)
        ]
        for each in threads:
            each.start()
        while node.writer._jobs.qsize() < 8:
            pass
    for each in threads:
        each.join(10)
    assert len(set(answers)) == 8
    assert len(heads(node)) == before + 1


def test_what_is_queued_cannot_be_cancelled(node: Node) -> None:
    """A caller that goes away does not end the writer's thread."""
    with Hold(node.writer):
        future = node.writer.submit(draft("one"))
        assert not future.cancel()
    assert future.result(10) == "one"
    assert node.writer.submit(draft("two")).result(10) == "two"


def test_a_listener_that_raises_stops_nothing(node: Node) -> None:
    def broken() -> NoReturn:
        raise ZeroDivisionError

    heard: list[int] = []
    node.add_listener(broken)
    node.add_listener(lambda: heard.append(1))
    node.sign_of_life(node.party).result(10)
    assert node.writer.submit(draft("one")).result(10) == "one"
    assert heard == [1]


def test_after_closing_there_is_an_answer(pair: World) -> None:
    """No future stays open for ever."""
    node = pair.nodes["a"]
    pair.close("a")
    with pytest.raises(PeerError, match=r"node\.stopped"):
        node.writer.submit(draft("late")).result(10)
    with pytest.raises(PeerError, match=r"node\.stopped"):
        node.receive(node.party, b"", b"").result(10)


def test_memory_changes_only_once_it_is_durable(node: Node) -> None:
    """What a job would have changed in memory goes with the job."""
    changed: list[str] = []

    def job(transaction: Transaction) -> None:
        transaction.durable.append(lambda: changed.append("no"))
        raise FormatError("node.secret")

    def good(transaction: Transaction) -> None:
        transaction.durable.append(lambda: changed.append("yes"))
        assert changed == []

    with Hold(node.writer):
        bad = node.writer.submit(job)
        fine = node.writer.submit(good)
    fine.result(10)
    assert bad.exception(10) is not None
    assert changed == ["yes"]


@pytest.mark.parametrize("error", [apsw.IOError("disk"), apsw.CorruptError("bad")])
def test_a_failing_disk_stops_the_writer(node: Node, error: Exception) -> None:
    """After a failed sync the system's cache may lie: nothing more is acknowledged."""
    with pytest.raises(PeerError, match=r"node\.stopped"):
        node.writer.submit(draft("one", then=error)).result(10)
    with pytest.raises(PeerError, match=r"node\.stopped"):
        node.writer.submit(draft("two")).result(10)
    assert drafts(node) == []


def test_a_full_disk_fails_the_batch_and_no_more(node: Node) -> None:
    """SQLite has rolled back and says so; when there is room again, it goes on."""
    with Hold(node.writer):
        futures = [
            node.writer.submit(draft("one")),
            node.writer.submit(draft("two", then=apsw.FullError("full"))),
        ]
    for future in futures:
        with pytest.raises(PeerError, match=r"store\.failed"):
            future.result(10)
    assert drafts(node) == []
    assert node.writer.submit(draft("three")).result(10) == "three"


def test_a_thread_on_which_a_fold_fails_is_set_aside(
    pair: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Security threat T18: it is logged and receipted, and everything else goes on."""
    node, told = pair.nodes["b"], pair.nodes["b"].register.show_thread
    poison = pair.request("a", "b")

    def fails(transaction: Transaction, subject: SubjectId) -> None:
        if subject == poison:
            raise RecursionError
        told(transaction, subject)

    monkeypatch.setattr(node.register, "show_thread", fails)
    other = pair.request("a", "b")
    pair.pump()
    assert [row[0] for row in node.keeping.store.all("threads_of", "assistance")] == [other]
    assert node.keeping.store.all("thread_sids", poison)
    monkeypatch.undo()
    node.writer.submit(node.register.rebuild).result(10)
    assert {row[0] for row in node.keeping.store.all("threads_of", "assistance")} == {poison, other}


def test_errors_are_fresh_for_every_caller(node: Node) -> None:
    """One object that is raised again and again would keep every trace it ever had."""
    node.writer.submit(draft("one", then=apsw.IOError("disk"))).exception(10)
    found = [node.writer.submit(draft("two")).exception(10) for _ in range(2)]
    assert found[0] is not found[1]
    assert all(isinstance(each, ComityError) for each in found)
