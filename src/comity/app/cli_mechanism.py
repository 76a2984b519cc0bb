"""``comity mechanism``: found, accede, list and show standing arrangements."""

from pathlib import Path
from typing import Final

import click

from comity.app import telling
from comity.app.cli_node import reading
from comity.errors import FormatError
from comity.kit.desk import Json
from comity.kit.spoken import SpokenGroup, option
from comity.kit.terminal import Terminal

DECISIONS: Final = ("consensus", "unanimity", "two-thirds", "majority")
"""As ``parties.charter`` has them; said again here because commands must start fast."""
EVERY_OTHER_KIND: Final = "*"


@click.group(
    cls=SpokenGroup,
    help="cli.mechanism",
    epilog="comity --node cn mechanism list",
)
def mechanism() -> None:
    """Standing arrangements between two or more parties."""


@mechanism.command(
    help="cli.mechanism.found",
    epilog=(
        "comity --node cn mechanism found --name-en 'Joint dialogue' --name-zh 联合对话 --member us"
    ),
)
@option("--name-en", help="cli.mechanism.name-en")
@option("--name-zh", help="cli.mechanism.name-zh")
@option("--member", "members", multiple=True, required=True, help="cli.mechanism.member")
@option("--profile", "profiles", multiple=True, help="cli.mechanism.profile")
@option(
    "--language",
    "languages",
    multiple=True,
    metavar="[KIND=]TAG,TAG",
    help="cli.mechanism.language",
)
@option("--decision", type=click.Choice(DECISIONS), help="cli.mechanism.decision")
@option("--review", metavar="DURATION", help="cli.mechanism.review")
@option("--grace", metavar="DURATION", help="cli.mechanism.grace")
@option("--settle", type=int, metavar="SECONDS", help="cli.mechanism.settle")
@option("--quorum", type=click.Path(path_type=Path), help="cli.mechanism.quorum")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def found(
    terminal: Terminal,
    name_en: str | None,
    name_zh: str | None,
    members: tuple[str, ...],
    profiles: tuple[str, ...],
    languages: tuple[str, ...],
    decision: str | None,
    review: str | None,
    grace: str | None,
    settle: int | None,
    quorum: Path | None,
    as_json: bool,
) -> None:
    """Sign a charter and send it to its other founders."""
    names = {tag: name for tag, name in (("en", name_en), ("zh", name_zh)) if name}
    if not names:
        raise click.MissingParameter(param_hint="--name-en", param_type="option")
    result = terminal.call(
        "mechanism.found",
        names=dict(names),
        members=list(members),
        profiles=list(profiles),
        languages=_required(languages),
        decision=decision,
        review=review,
        grace=grace,
        settle=settle,
        quorum=None if quorum is None else _policy(quorum),
    )
    terminal.show(result, json=as_json, words=telling.founded)


def _policy(path: Path) -> str:
    """Return the text of a witness policy; raises ``FormatError`` (``cli.no-such-file``)."""
    with reading(path):
        return path.read_text("utf-8", errors="replace")


def _required(told: tuple[str, ...]) -> dict[str, Json]:
    """Read ``KIND=TAG,TAG`` options, without a kind for every other; raises ``cli.language``."""
    found: dict[str, Json] = {}
    for each in told:
        kind, mark, tags = each.rpartition("=")
        kind = kind if mark else EVERY_OTHER_KIND
        wanted: list[Json] = [*sorted({tag.strip() for tag in tags.split(",")})]
        if not kind or "" in wanted or kind in found:
            raise FormatError("cli.language")
        found[kind] = wanted
    return found


@mechanism.command(help="cli.mechanism.accede", epilog="comity --node us mechanism accede 3f9c")
@click.argument("subject")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def accede(terminal: Terminal, subject: str, as_json: bool) -> None:
    """Sign the charter that another founder has sent."""
    result = terminal.call("mechanism.accede", subject=subject)
    terminal.show(result, json=as_json, words=telling.acceded)


@mechanism.command(help="cli.mechanism.show", epilog="comity --node us mechanism show 3f9c --json")
@click.argument("subject")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def show(terminal: Terminal, subject: str, as_json: bool) -> None:
    """Show one charter and who has signed it."""
    result = terminal.call("mechanism.show", subject=subject)
    terminal.show(result, json=as_json, words=telling.mechanism)


@mechanism.command("list", help="cli.mechanism.list", epilog="comity --node us mechanism list")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def list_all(terminal: Terminal, as_json: bool) -> None:
    """List every mechanism this node knows."""
    terminal.show(terminal.call("mechanism.list"), json=as_json, words=telling.mechanisms)
