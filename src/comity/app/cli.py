"""The root command: which node, which language, and what a failure says.

Every group is loaded when it is called, so that a command to a serving node starts fast.
"""

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Final, NoReturn, cast

import click

from comity.app.caller import Caller
from comity.app.surfaces import SURFACES
from comity.errors import ComityError
from comity.kit.language import Language, language_of
from comity.kit.printing import line
from comity.kit.problems import report
from comity.kit.spoken import SpokenGroup, option
from comity.wording import say

EXIT_UNEXPECTED: Final = 70
EXIT_INTERRUPTED: Final = 130
EXIT_PIPE: Final = 141

COMMANDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "demo": "comity.app.demo.cli:demo",
        "init": "comity.app.cli_node:init",
        "serve": "comity.app.cli_node:serve",
        "card": "comity.app.cli_node:card",
        "meet": "comity.app.cli_node:meet",
        "keys": "comity.app.cli_keys:keys",
        "parties": "comity.app.cli_node:parties",
        "mechanism": "comity.app.cli_mechanism:mechanism",
        **{surface.name: surface.commands for surface in SURFACES},
        "desk": "comity.app.cli_node:desk",
        "export": "comity.app.cli_node:export",
        "verify": "comity.app.cli_verify:verify",
        "rebuild": "comity.app.cli_care:rebuild",
        "doctor": "comity.app.cli_care:doctor",
        "fsck": "comity.app.cli_care:fsck",
        "backup": "comity.app.cli_backup:backup",
        "restore": "comity.app.cli_backup:restore",
        "help": "comity.app.cli_care:topic",
    }
)
"""Command to ``module:attribute``, in the order of ``comity --help``."""


class Commands(SpokenGroup):
    """The commands, each loaded when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        return cast("click.Command", getattr(import_module(module), attribute))


def print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print the version and end."""
    if asked and not ctx.resilient_parsing:
        click.echo(f"comity {version('comity')}")
        ctx.exit()


@click.group("comity", cls=Commands, help="cli.root", epilog="comity demo")
@option("--node", "folder", type=click.Path(path_type=Path), help="cli.root.node")
@option("--lang", type=click.Choice(["en", "zh"]), help="cli.root.lang")
@option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=print_version,
    help="cli.root.version",
)
@click.pass_obj
def comity(caller: Caller, folder: Path | None, lang: Language | None) -> None:
    """Choose the node and the language for the command that follows."""
    caller.folder = folder
    caller.lang = lang or caller.lang


def asked_language(words: Sequence[str]) -> str | None:
    """Return what ``--lang`` says, also where the rest of the line cannot be read."""
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None


def run(words: Sequence[str], caller: Caller) -> int:
    """Run one command line and return its exit code; nothing escapes but an interrupt."""
    try:
        ended = comity.main(list(words), prog_name="comity", standalone_mode=False, obj=caller)
    except (ComityError, click.ClickException) as error:
        told, code = report(error, caller.lang)
        click.echo(told, err=True)
        unexpected = isinstance(error, ComityError) and error.code == "cli.unexpected"
        return EXIT_UNEXPECTED if unexpected else code
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 - so that the interpreter ends quietly
        return EXIT_PIPE
    except Exception as error:  # noqa: BLE001 - a fault of ours is told in a sentence too
        if os.environ.get("COMITY_DEBUG") == "1":
            traceback.print_exc()
        problem = line(f"{type(error).__name__}: {error}"[:300])
        click.echo(say("cli.unexpected", caller.lang, problem=problem), err=True)
        return EXIT_UNEXPECTED
    return ended if isinstance(ended, int) else 0


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Run the command line of this process and end it."""
    asked = sys.argv[1:] if words is None else words
    caller = Caller(language_of(asked_language(asked), os.environ))
    try:
        code = run(asked, caller)
    finally:
        caller.close()
    sys.exit(code)
