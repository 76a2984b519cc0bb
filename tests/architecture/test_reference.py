"""The pages that are made from the code are what the code says now."""

from pathlib import Path

import pytest

from architecture.reference import (
    RULES,
    errors_page,
    families_of_codes,
    files_of_rules,
    pages,
)
from comity.wording import SENTENCES


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: "/".join(path.parts[-2:]))
def test_the_page_is_not_stale(path: Path) -> None:
    """House 5: the build fails if a page that is made differs from the code."""
    assert path.read_text("utf-8") == pages()[path], "run make docs"


def test_every_rule_in_a_source_is_listed() -> None:
    """House 15: the list misses no rule, also none that no table of rules holds."""
    assert {rule.id for rule in RULES} == set(files_of_rules())


def test_codes_that_are_chosen_at_run_time_are_found() -> None:
    """A code behind a variable or a pattern has its family as every other."""
    families = families_of_codes()

    assert families["text.control"] == {"format"}
    assert families["casefile.directory"] == {"format"}
    assert families["node.unknown-issuer"] == {"peer"}


def test_an_error_without_sentences_is_not_listed() -> None:
    """Every line of the page has both sentences."""
    assert all(f"`{code}`" not in errors_page() for code in families_of_codes() - SENTENCES.keys())
