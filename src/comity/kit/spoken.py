"""Commands whose help is told in the caller's language.

A help text is a key of the catalogue of sentences, for example ``cli.assistance.submit``;
it is looked up when the help is printed.  The epilog of a command is its example, as one
would type it.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, ParamSpec, TypeVar

import click

from comity.kit.language import Language, language_of
from comity.kit.printing import line
from comity.kit.terminal import Terminal
from comity.wording import SENTENCES, say

P = ParamSpec("P")
R = TypeVar("R")
SHORT_COLUMNS: Final = 60


def spoken(key: str, lang: Language) -> str:
    """Return the sentence for a key; what is no key is returned as it is."""
    return say(key, lang) if key in SENTENCES else key


def language_in(ctx: click.Context) -> Language:
    """Return the caller's language, also before the root command has run."""
    root = ctx.find_root()
    if isinstance(root.obj, Terminal):
        return root.obj.lang
    asked = root.params.get("lang")
    return language_of(asked if isinstance(asked, str) else None, os.environ)


@contextmanager
def _section(formatter: click.HelpFormatter, key: str, lang: Language) -> Iterator[None]:
    """Write a heading, and what stands under it set in."""
    formatter.write_paragraph()
    formatter.write(f"{say(key, lang)}{'：' if lang == 'zh' else ':'}\n")
    with formatter.indentation():
        yield


class SpokenOption(click.Option):
    """An option whose help is a key."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return names and help for the list of options."""
        key, lang = self.help, language_in(ctx)
        self.help = None if key is None else spoken(key, lang)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = key


class SpokenCommand(click.Command):
    """A command whose help is a key and whose epilog is an example."""

    def get_short_help_str(self, limit: int = SHORT_COLUMNS) -> str:
        """Return the first sentence of the help, for the list of commands."""
        ctx = click.get_current_context(silent=True)
        lang = language_of(None, os.environ) if ctx is None else language_in(ctx)
        told = spoken(self.help or "", lang)
        first, mark, _ = told.partition("。" if lang == "zh" else ". ")
        return (first + mark).strip() if len(first) <= limit * 2 else first[:limit] + "…"

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the line that says how the command is typed."""
        prefix = say("usage.usage", language_in(ctx))
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(spoken(self.help or "", language_in(ctx)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options."""
        options = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        found = (each.get_help_record(ctx) for each in options)
        records = [each for each in found if each is not None]
        if records:
            with _section(formatter, "usage.options", language_in(ctx)):
                formatter.write_dl(records)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example, as it is typed."""
        if self.epilog:
            with _section(formatter, "usage.example", language_in(ctx)):
                for each in self.epilog.splitlines():
                    formatter.write(f"{'':>{formatter.current_indent}}{each}\n")

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``, with its own help in the caller's language."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = say("usage.help", language_in(ctx))
        return option


class SpokenGroup(SpokenCommand, click.Group):
    """A group of such commands."""

    command_class = SpokenCommand

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of options, then of commands."""
        SpokenCommand.format_options(self, ctx, formatter)
        rows = [
            (name, command.get_short_help_str())
            for name in self.list_commands(ctx)
            if (command := self.get_command(ctx, name)) is not None and not command.hidden
        ]
        if rows:
            with _section(formatter, "usage.commands", language_in(ctx)):
                formatter.write_dl(rows)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, or say in the caller's language that there is none."""
        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            told = say("usage.no-such-command", language_in(ctx), command=line(args[0][:60]))
            raise click.UsageError(told, ctx)
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order in which they were written."""
        return list(self.commands)


def option(*names: str, **settings: object) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare an option whose ``help`` is a key."""
    return click.option(*names, cls=SpokenOption, **settings)
