"""What a check can find, what that makes of the whole, and the list that grows while checking.

Nothing here decides anything by its absence: a check that could not be made says so, and
the whole is ``VALID`` only if every check was made and holds.

Source: security, section 5.2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeVar

from comity.errors import ComityError, Fact
from comity.statement.model import PartyId, StatementId
from comity.statement.text import BilingualText
from comity.wording import say, tell

T = TypeVar("T")


class Verdict(StrEnum):
    """The word for the whole; the first that fits, in this order."""

    INVALID = "INVALID"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    HALF_CHECKED = "HALF_CHECKED"
    SELF_CONSISTENT_ONLY = "SELF_CONSISTENT_ONLY"
    CONTESTED_KEY = "CONTESTED_KEY"
    VALID_WITH_GAPS = "VALID_WITH_GAPS"
    PARTLY_ERASED = "PARTLY_ERASED"
    VALID = "VALID"


ORDER: Final = tuple(Verdict)


class Finding(StrEnum):
    """What a check found."""

    HOLDS = "holds"
    FAILS = "does-not-hold"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a check is about."""

    object: str
    """Path in the file, or ``*`` for the whole."""
    statement: StatementId | None = None
    log: PartyId | None = None
    """Whose log, for checks of receipts and heads."""


WHOLE: Final = About(object="*")
READING_COPY, STATE = "reading-copy", "state"
WITNESSED: Final = "witnessed"
DIAGNOSES: Final = frozenset({READING_COPY, STATE, WITNESSED})
"""Checks that inform the reader: whatever they find, they make nothing of the whole."""
NO_WORDS: Final = BilingualText(zh="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check and what it found."""

    check: str
    about: About
    finding: Finding
    code: str = ""
    why: BilingualText = NO_WORDS
    makes: Verdict | None = None
    """What this makes of the whole; ``None``: nothing."""


@dataclass(slots=True)
class Checks:
    """Every check so far, in the order in which they were made."""

    made: list[Check] = field(default_factory=list)

    def holds(self, check: str, about: About, why: BilingualText = NO_WORDS) -> None:
        """Note that a check holds."""
        self.made.append(Check(check=check, about=about, finding=Finding.HOLDS, why=why))

    def fails(self, check: str, about: About, code: str, **facts: Fact) -> None:
        """Note that a check does not hold: the whole is ``INVALID``."""
        self._note(check, about, (Finding.FAILS, Verdict.INVALID), code, words(code, facts))

    def open(self, check: str, about: About, makes: Verdict, code: str, **facts: Fact) -> None:
        """Note that a check could not be made, and what that makes of the whole."""
        self._note(check, about, (Finding.NOT_CHECKED, makes), code, words(code, facts))

    def note(self, check: str, about: About, code: str, **facts: Fact) -> None:
        """Note that a check holds, and something that the reader should know."""
        found = Check(
            check=check, about=about, finding=Finding.HOLDS, code=code, why=words(code, facts)
        )
        self.made.append(found)

    def missing(self, check: str, about: About, code: str, **facts: Fact) -> None:
        """Note that something is missing: at best ``VALID_WITH_GAPS``."""
        self.open(check, about, Verdict.VALID_WITH_GAPS, code, **facts)

    def rests(self, checks: Iterable[str], about: About) -> None:
        """Note checks that could not be made because what they rest on was not proved.

        They change nothing: what they rest on has had its say already.
        """
        for check in checks:
            code = "verify.not-by-statement"
            self.made.append(
                Check(
                    check=check,
                    about=about,
                    finding=Finding.NOT_CHECKED,
                    code=code,
                    why=words(code, {}),
                )
            )

    def reading_copy(self, about: About) -> None:
        """Note that a paper is for reading only: it is counted, and what it says is no evidence."""
        self.aside(READING_COPY, about, "verify.copy-not-checked")

    def aside(self, check: str, about: About, code: str) -> None:
        """Note what is not checked and makes nothing of the whole (``DIAGNOSES``)."""
        self.made.append(
            Check(
                check=check,
                about=about,
                finding=Finding.NOT_CHECKED,
                code=code,
                why=words(code, {}),
            )
        )

    def attempt(self, check: str, about: About, action: Callable[[], T]) -> T | None:
        """Do something that raises if it does not hold, and note what came of it."""
        try:
            result = action()
        except ComityError as error:
            self.error(check, about, error)
            return None
        self.holds(check, about)
        return result

    def error(self, check: str, about: About, error: ComityError) -> None:
        """Note an error: an algorithm that is not supported here could not be checked."""
        if error.code == "key.unknown-algorithm":
            alg = error.facts.get("alg", "")
            self.open(check, about, Verdict.HALF_CHECKED, "verify.unsupported", alg=alg)
            return
        why = BilingualText(zh=_told(error, "zh"), en=_told(error, "en"))
        self._note(check, about, (Finding.FAILS, Verdict.INVALID), error.code, why)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict that applies, the first one first."""
        found = {each.makes for each in self.made if each.makes is not None}
        # What rests on something unproved is not valid, even if nobody said so.
        open_ = any(
            each.finding is Finding.NOT_CHECKED and each.check not in DIAGNOSES
            for each in self.made
        )
        if open_ and not found:
            found.add(Verdict.VALID_WITH_GAPS)
        return tuple(each for each in ORDER if each in found) or (Verdict.VALID,)

    def _note(
        self,
        check: str,
        about: About,
        found: tuple[Finding, Verdict],
        code: str,
        why: BilingualText,
    ) -> None:
        finding, makes = found
        self.made.append(
            Check(check=check, about=about, finding=finding, code=code, why=why, makes=makes)
        )


def words(code: str, facts: dict[str, Fact]) -> BilingualText:
    """Return a sentence in both languages."""
    return BilingualText(zh=say(code, "zh", **facts), en=say(code, "en", **facts))


def _told(error: ComityError, lang: str) -> str:
    try:
        return tell(error, lang)
    except (KeyError, IndexError, ValueError):
        # A sentence that asks for a fact the error does not carry must not hide the error.
        return str(error)
