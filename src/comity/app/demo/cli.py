"""``comity demo``: three parties on this computer, one real case, end to end."""

import signal
from pathlib import Path
from typing import NoReturn

import click

from comity.kit.problems import EXIT_REFUSED
from comity.kit.spoken import SpokenCommand, option
from comity.kit.terminal import Terminal


def interrupted(_number: int, _frame: object) -> NoReturn:
    """End as Ctrl-C does, so that no node is left behind."""
    raise KeyboardInterrupt


@click.command(cls=SpokenCommand, help="cli.demo", epilog="comity demo --once")
@option("--once", is_flag=True, help="cli.demo.once")
@option("--json", "as_json", is_flag=True, help="cli.json")
@option("--dir", "directory", type=click.Path(path_type=Path), help="cli.demo.dir")
@option(
    "--stix",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="cli.demo.stix",
)
@click.pass_context
def demo(
    ctx: click.Context, once: bool, as_json: bool, directory: Path | None, stix: Path | None
) -> None:
    """Show Comity's main job on a real case."""
    # Loaded here: the nodes that it sets up need the store, and ``comity --help`` does not.
    from comity.app.demo.programme import Asked, Programme, show  # noqa: PLC0415

    terminal: Terminal = ctx.obj
    signal.signal(signal.SIGTERM, interrupted)
    programme = Programme(terminal.lang, quiet=as_json)
    if not show(programme, Asked(once=once, directory=directory, stix=stix)):
        ctx.exit(EXIT_REFUSED)
