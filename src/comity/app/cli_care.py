"""``comity rebuild``, ``doctor``, ``fsck`` and ``help``: care of a node, and what codes mean."""

import click

from comity.app import telling
from comity.errors import ComityError
from comity.kit.desk import Json
from comity.kit.problems import EXIT_REFUSED
from comity.kit.spoken import SpokenCommand, option
from comity.kit.terminal import Terminal
from comity.wording import LANGUAGES, say, tell

NOT_DAMAGED = frozenset(
    {"store.in-use", "store.old-sqlite", "store.other-version", "node.no-node", "node.secret-open"}
)
"""Why a node cannot be opened that says nothing about what it keeps."""
TOPICS = ("exit-codes", "environment")


@click.command(cls=SpokenCommand, help="cli.rebuild", epilog="comity --node cn rebuild")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def rebuild(terminal: Terminal, as_json: bool) -> None:
    """Drop every table that is made from the log, and make it again."""
    terminal.show(terminal.call("rebuild"), json=as_json, words=telling.rebuilt)


@click.command(cls=SpokenCommand, help="cli.doctor", epilog="comity --node cn doctor --json")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Look for faults, and name a remedy for each; ends with 1 if there is one."""
    terminal: Terminal = ctx.obj
    result = terminal.call("doctor")
    terminal.show(result, json=as_json, words=telling.health)
    if result["ok"] is not True:
        ctx.exit(EXIT_REFUSED)


@click.command(cls=SpokenCommand, help="cli.fsck", epilog="comity --node cn fsck --json")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_context
def fsck(ctx: click.Context, as_json: bool) -> None:
    """Hold everything that is kept against what it follows from; ends with 1 at a fault."""
    terminal: Terminal = ctx.obj
    result = inspected(terminal)
    terminal.show(result, json=as_json, words=telling.whole)
    if result["ok"] is not True:
        ctx.exit(EXIT_REFUSED)


def inspected(terminal: Terminal) -> dict[str, Json]:
    """Return what ``fsck`` finds; a node that is too damaged to be opened is a fault too.

    Raises:
        ComityError: there is no node, or another process holds it.

    """
    try:
        return terminal.call("fsck")
    except ComityError as error:
        if error.code in NOT_DAMAGED or error.code.startswith("cli."):
            raise
        remedy: dict[str, Json] = {lang: tell(error, lang) for lang in LANGUAGES}
        check: dict[str, Json] = {
            "name": "open",
            "ok": False,
            "count": 0,
            "faults": 1,
            "what": error.code,
            "remedy": remedy,
            **{lang: say("node.check.open", lang) for lang in LANGUAGES},
        }
        first: dict[str, Json] = {"part": "open", "what": error.code}
        return {"ok": False, "faults": 1, "counts": {}, "first": first, "checks": [check]}


@click.command("help", cls=SpokenCommand, help="cli.help", epilog="comity help exit-codes")
@click.argument("topic", type=click.Choice(TOPICS), required=False)
@click.pass_context
def topic(ctx: click.Context, topic: str | None) -> None:
    """Explain a topic, or list what there is."""
    terminal: Terminal = ctx.obj
    if topic is None:
        parent = ctx.find_root()
        click.echo(parent.command.get_help(parent))
        click.echo("\n" + terminal.say("cli.help.topics", topics=", ".join(TOPICS)))
        return
    click.echo(terminal.say(f"cli.help.{topic}"))
