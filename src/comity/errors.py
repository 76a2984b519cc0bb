"""Every error a caller may catch, in five families by what the caller must do.

An error carries a stable ``code`` and facts.  Its sentences, in both languages,
are in ``comity.wording``.  If a function raises one of these, nothing changed.
"""

from typing import ClassVar

Fact = str | int


class ComityError(Exception):
    """Something is wrong in a way that Comity knows how to name."""

    family: ClassVar[str] = "error"

    def __init__(self, code: str, **facts: Fact) -> None:
        """Name what is wrong.

        Args:
            code: stable name, for example ``cbor.trailing-bytes``; the sentence
                for people is found by it.
            **facts: values that the sentence mentions.

        """
        super().__init__(code, facts)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        """Return the code and the facts, for journals and tests."""
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code} ({told})" if told else self.code


class FormatError(ComityError):
    """The bytes or the input are not of the form the rules require: reject them."""

    family = "format"


class TrustError(ComityError):
    """The form is right but the claim is not proved: reject and warn."""

    family = "trust"


class ProofError(ComityError):
    """A log's proof does not hold: stop trusting what it was shown for."""

    family = "proof"


class RuleError(ComityError):
    """A rule bars the move that was asked for; ``code`` is the rule's id.

    Raised before signing: nothing has been said and nothing is logged.
    """

    family = "rule"

    def __init__(self, code: str, *, zh: str, en: str, **facts: Fact) -> None:
        """Name the rule, for example ``ASSIST-2``, with its two texts."""
        super().__init__(code, **facts)
        self.zh = zh
        self.en = en


class PeerError(ComityError):
    """The other side, or something we depend on, cannot do this now: try again."""

    family = "peer"
