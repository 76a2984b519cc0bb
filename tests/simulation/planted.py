"""Defences taken out of the node, one at a time: whoever finds none of it is worth nothing."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch


@contextlib.contextmanager
def no_fork_rule() -> Iterator[None]:
    """A second statement at one place of a chain is like any other (THREAD-3 is gone)."""
    found = importlib.import_module("comity.fold.fork").Forks

    def none(*_: Any) -> Any:
        return found(forks=(), forked=frozenset(), off=0)

    with patch("comity.fold.thread.find_forks", none):
        yield


@contextlib.contextmanager
def synchronous_normal() -> Iterator[None]:
    """The setting that is widely recommended."""
    opened = importlib.import_module("comity.store.sqlite").Store._open

    def hasty(store: Any, flags: int) -> Any:
        connection = opened(store, flags)
        connection.pragma("synchronous", "NORMAL")
        return connection

    with patch("comity.store.sqlite.Store._open", hasty):
        yield


@contextlib.contextmanager
def no_head_guard() -> Iterator[None]:
    """A log signs whatever its database says comes next."""

    def admit(guard: Any, head: Any) -> None:
        guard.latest = head

    with (
        patch("comity.node.guard.Guard._read", lambda _: None),
        patch("comity.node.guard.Guard.admit", admit),
        patch("comity.node.ledger.Ledger._compare", lambda _: None),
    ):
        yield


@contextlib.contextmanager
def receipts_not_bound() -> Iterator[None]:
    """A receipt that its log signed is good for any statement."""
    with patch("comity.log.receipt.verify_inclusion", lambda *_: None):
        yield


PLANTED: dict[str, Callable[[], contextlib.AbstractContextManager[None]]] = {
    "nothing": contextlib.nullcontext,
    "no-fork-rule": no_fork_rule,
    "synchronous-normal": synchronous_normal,
    "no-head-guard": no_head_guard,
    "receipts-not-bound": receipts_not_bound,
}
