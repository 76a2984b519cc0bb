"""What a person, a script and a browser are told when something is wrong.

Exit codes: 0 done; 1 refused by a rule, or bad input; 2 usage; 75 temporary, try again.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import click

from comity.errors import (
    ComityError,
    FormatError,
    PeerError,
    ProofError,
    RuleError,
    TrustError,
)
from comity.kit.language import Language
from comity.kit.printing import line
from comity.wording import say, tell

EXIT_DONE: Final = 0
EXIT_REFUSED: Final = 1
EXIT_USAGE: Final = 2
EXIT_TEMPORARY: Final = 75

STATUS: Final[Mapping[type[ComityError], int]] = MappingProxyType(
    {
        FormatError: 400,
        TrustError: 403,
        ProofError: 422,
        RuleError: 409,
        PeerError: 503,
        ComityError: 500,
    }
)
"""HTTP status for each family: the only place that knows both."""

_EXTRA: Final = re.compile(r"Got unexpected extra arguments? \((.*)\)", re.DOTALL)
"""What click says of words that no command has asked for; it has no class of its own."""


def status_of(error: ComityError) -> int:
    """Return the HTTP status for an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def exit_code(error: ComityError) -> int:
    """Return the exit code of a command that ended with an error."""
    return EXIT_TEMPORARY if isinstance(error, PeerError) else EXIT_REFUSED


def sentence(error: ComityError, lang: Language) -> str:
    """Return what went wrong, on one line, with the id of the rule or the code."""
    try:
        told = tell(error, lang)
    except (KeyError, IndexError, ValueError):  # a fact that the sentence names was not given
        told = str(error)
    field = str(error.facts.get("field", ""))
    if field not in told:
        told = say("problem.in-field", lang, field=field, told=told)
    if isinstance(error, RuleError) or told.startswith(error.code):
        return line(told)
    return line(f"{told}（{error.code}）" if lang == "zh" else f"{told} [{error.code}]")


def usage(error: click.ClickException, lang: Language) -> str:
    """Return what was wrong with a command line, in the caller's language."""
    name = ""
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0] if error.param.param_type_name == "option" else ""
        name = name or error.param.make_metavar(error.ctx or click.Context(click.Command("")))
    elif isinstance(error, click.BadParameter) and isinstance(error.param_hint, str):
        name = error.param_hint
    match error:
        case click.MissingParameter():
            told = say("usage.missing", lang, name=name)
        case click.NoSuchOption():
            told = say("usage.no-such-option", lang, name=error.option_name)
        case click.BadParameter(param=click.Parameter(type=click.Choice(choices=words))):
            told = say("usage.not-one-of", lang, name=name, words=", ".join(map(str, words)))
        case click.BadParameter():
            told = say("usage.bad-value", lang, name=name, problem=error.message)
        case click.FileError():
            told = say("usage.file", lang, name=error.ui_filename, problem=error.message)
        case click.UsageError() if found := _EXTRA.match(error.message):
            told = say("usage.extra", lang, words=found[1])
        case _:
            told = say("usage.other", lang, problem=error.format_message())
    return line(told)


def report(error: ComityError | click.ClickException, lang: Language) -> tuple[str, int]:
    """Return the line for standard error and the exit code."""
    if isinstance(error, ComityError):
        return sentence(error, lang), exit_code(error)
    told = usage(error, lang)
    ctx = getattr(error, "ctx", None)
    if isinstance(ctx, click.Context):
        told = f"{told}\n{say('usage.see-help', lang, command=ctx.command_path)}"
    return told, error.exit_code
