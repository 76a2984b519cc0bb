"""``comity verify``, with its help in the caller's language.

The command itself is ``comity.verify.cli``, which needs nothing of the node and therefore not
the parts that tell help in two languages.
"""

import click

from comity.kit.spoken import SpokenCommand, SpokenOption
from comity.verify.cli import verify as plain

HELP = {"root": "cli.verify.root", "as_json": "cli.json", "lang": "cli.root.lang"}


def _spoken(parameter: click.Parameter) -> click.Parameter:
    """Return an option whose help is a code of the wording."""
    if not isinstance(parameter, click.Option):
        return parameter
    return SpokenOption(
        [*parameter.opts, parameter.name or ""],
        is_flag=parameter.is_flag,
        type=parameter.type,
        metavar=parameter.metavar,
        help=HELP.get(parameter.name or "", parameter.help),
    )


verify = SpokenCommand(
    "verify",
    callback=plain.callback,
    params=[_spoken(parameter) for parameter in plain.params],
    help="cli.verify",
    epilog=plain.epilog,
)
