"""The caller of a command: its language, its node, and how results are printed."""

from collections.abc import Callable
from functools import cached_property

import click

from comity.kit.desk import Desk, Json
from comity.kit.language import Language
from comity.kit.printing import as_json
from comity.wording import say


class Terminal:
    """What ``click.pass_obj`` hands to every command; made by the root command."""

    def __init__(self, open_desk: Callable[[], Desk], lang: Language) -> None:
        """Remember how to reach the node; it is reached when first needed.

        Args:
            open_desk: returns the desk, or raises ``ComityError``.
            lang: of everything that is printed for people.

        """
        self._open_desk = open_desk
        self.lang = lang

    @cached_property
    def desk(self) -> Desk:
        """The caller's node."""
        return self._open_desk()

    def call(self, operation: str, **arguments: Json) -> dict[str, Json]:
        """Run an operation; arguments that are ``None`` or empty are left out.

        Raises:
            ComityError: as the operation raised it.

        """
        given = {name: value for name, value in arguments.items() if value not in (None, {}, [])}
        return self.desk.call(operation, given)

    def say(self, code: str, /, **facts: object) -> str:
        """Return a sentence of the software in the caller's language."""
        return say(code, self.lang, **facts)

    def show(
        self,
        result: dict[str, Json],
        *,
        json: bool,
        words: Callable[[dict[str, Json], Language], str],
    ) -> None:
        """Print a result: as JSON for a program, in words for a person."""
        click.echo(as_json(result) if json else words(result, self.lang))
