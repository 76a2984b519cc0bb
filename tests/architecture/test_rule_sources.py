"""A rule leads to the decision that it comes from."""

from pathlib import Path

from architecture.reference import RULES
from comity.capabilities.assistance.profiles import PROFILES


def test_every_rule_names_a_decision_that_exists(repository: Path) -> None:
    """House 15: from "why is it so?" to the record in a minute."""
    dead = {rule.id: rule.source for rule in RULES if not (repository / rule.source).is_file()}

    assert dead == {}


def test_every_decision_is_reached_by_its_own_name(repository: Path) -> None:
    """A source is written once, as a path from the root of the repository."""
    for rule in RULES:
        assert Path(rule.source).parts[:2] == ("docs", "adr"), rule.id
        assert (repository / rule.source).read_text("utf-8").startswith("# "), rule.id


def test_every_instrument_of_a_profile_is_among_the_sources(repository: Path) -> None:
    """A profile's basis leads to a document with a date."""
    listed = (repository / "docs/sources.md").read_text("utf-8")

    for profile in PROFILES.values():
        assert f"`{profile.id}`" in listed
        assert [each.ref for each in profile.basis if f"`{each.ref}`" not in listed] == []
