"""Defences taken out of the node, one at a time: whoever finds none of it is worth nothing."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

from comity.fold import fork, thread
from comity.node.guard import Guard, Triple
from comity.node.ledger import Ledger
from comity.store.sqlite import Store


@contextlib.contextmanager
def no_fork_rule() -> Iterator[None]:
    """A second statement at one place of a chain is like any other (THREAD-3 is gone)."""

    def none(*_: Any) -> fork.Forks:
        return fork.Forks(forks=(), forked=frozenset(), off=0)

    with patch.object(thread, "find_forks", none):
        yield


@contextlib.contextmanager
def synchronous_normal() -> Iterator[None]:
    """The setting that is widely recommended."""
    opened: Callable[..., Any] = Store._open

    def hasty(store: Store, flags: int) -> Any:
        connection = opened(store, flags)
        connection.pragma("synchronous", "NORMAL")
        return connection

    with patch.object(Store, "_open", hasty):
        yield


@contextlib.contextmanager
def no_head_guard() -> Iterator[None]:
    """A log signs whatever its database says comes next."""

    def admit(guard: Guard, head: Triple) -> None:
        guard.latest = head

    with (
        patch.object(Guard, "_read", lambda _: None),
        patch.object(Guard, "admit", admit),
        patch.object(Ledger, "_compare", lambda _: None),
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
