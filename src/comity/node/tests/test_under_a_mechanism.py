"""Threads are opened under a mechanism that is in force, of which the opener is a member."""

from pathlib import Path

import pytest

from comity.errors import RuleError
from comity.kit.office import Saying
from comity.node import operations
from comity.node.tests.world import World, world
from comity.statement.model import StatementId


def refused(made: World, net: StatementId | None) -> str:
    """Open a thread under it, and return the rule that bars that; nothing is logged."""
    node, other = made.nodes["a"], made.nodes["b"]
    before = node.tree_size
    saying = Saying(kind="assistance.submit", net=net, to=(other.party,))
    with pytest.raises(RuleError) as caught:
        node.say(saying)
    assert node.tree_size == before
    return caught.value.code


def test_nothing_is_opened_under_a_charter_that_is_not_in_force(tmp_path: Path) -> None:
    """NODE-1: under none, an unknown one, or one that a founder has not signed yet."""
    with world(tmp_path, "ab", agreed=False) as made:
        told = operations.found(
            made.nodes["a"], names={"en": "Joint"}, members=[made.nodes["b"].party]
        )
        proposed = StatementId(bytes.fromhex(str(told["root"])))
        for net in (None, StatementId(bytes(32)), proposed):
            assert refused(made, net) == "NODE-1"


def test_nothing_is_opened_under_a_charter_of_others(tmp_path: Path) -> None:
    """NODE-1: who is not a member holds no such charter, and opens nothing under it."""
    with world(tmp_path, "abc", agreed=False) as made:
        made.agree("b", "c")
        assert refused(made, made.net) == "NODE-1"
