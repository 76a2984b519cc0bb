"""A rule leads to the decision that it comes from."""

from pathlib import Path

from architecture.reference import RULES


def test_every_rule_names_a_decision_that_exists(repository: Path) -> None:
    """House 15: from "why is it so?" to the record in a minute."""
    dead = {rule.id: rule.source for rule in RULES if not (repository / rule.source).is_file()}

    assert dead == {}


def test_every_decision_is_reached_by_its_own_name(repository: Path) -> None:
    """A source is written once, as a path from the root of the repository."""
    for rule in RULES:
        assert Path(rule.source).parts[:2] == ("docs", "adr"), rule.id
        assert (repository / rule.source).read_text("utf-8").startswith("# "), rule.id
