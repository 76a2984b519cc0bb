"""A rule of the domain, as a value."""

from dataclasses import dataclass

from comity.errors import RuleError
from comity.statement.text import BilingualText


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: shown to officers, listed in the docs, named by tests."""

    id: str
    text: BilingualText
    source: str


def refuse(rule: Rule) -> RuleError:
    """Return the error that tells our own officer which rule bars the move."""
    return RuleError(rule.id, zh=rule.text.zh, en=rule.text.en)
