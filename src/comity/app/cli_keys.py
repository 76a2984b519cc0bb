"""``comity keys``: show, rotate, and declare compromised."""

from pathlib import Path

import click

from comity.app import telling_keys
from comity.kit.spoken import SpokenGroup, option
from comity.kit.terminal import Terminal


@click.group(cls=SpokenGroup, help="cli.keys", epilog="comity --node cn keys show")
def keys() -> None:
    """Keys of the party."""


@keys.command(help="cli.keys.show", epilog="comity --node cn keys show --of us")
@option("--of", "party", metavar="PARTY", help="cli.keys.of")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def show(terminal: Terminal, party: str | None, as_json: bool) -> None:
    """Show every set of keys that a party ever had."""
    terminal.show(terminal.call("keys.show", party=party), json=as_json, words=telling_keys.shown)


@keys.command(
    help="cli.keys.rotate",
    epilog="comity --node cn keys rotate --next /media/next-key.bin --out /media/key/after.bin",
)
@option("--next", "next_key", type=click.Path(path_type=Path), help="cli.keys.next")
@option("--out", type=click.Path(path_type=Path), help="cli.keys.out")
@option("--until", metavar="TIME", help="cli.keys.until")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def rotate(
    terminal: Terminal, next_key: Path | None, out: Path | None, until: str | None, as_json: bool
) -> None:
    """Put new keys in force."""
    result = terminal.call(
        "keys.rotate",
        next_key=None if next_key is None else str(next_key.absolute()),
        out=None if out is None else str(out.absolute()),
        until=until,
    )
    terminal.show(result, json=as_json, words=telling_keys.rotated)


@keys.command(
    help="cli.keys.compromised", epilog="comity --node cn keys compromised --size 120 --key sign"
)
@option("--size", type=int, required=True, metavar="SIZE", help="cli.keys.size")
@option("--key", default="all", show_default=True, metavar="KEY", help="cli.keys.key")
@option("--log", metavar="PARTY", help="cli.keys.log")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def compromised(terminal: Terminal, size: int, key: str, log: str | None, as_json: bool) -> None:
    """Say from which place in a log on a key was in others' hands."""
    result = terminal.call("keys.compromised", key=key, size=size, log=log)
    terminal.show(result, json=as_json, words=telling_keys.compromised)


@keys.command(help="cli.keys.begin", epilog="comity --node cn keys begin --mechanism 3f9c")
@option("--mechanism", required=True, help="cli.keys.mechanism")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def begin(terminal: Terminal, mechanism: str, as_json: bool) -> None:
    """Make new keys for a party that lost all of its own."""
    result = terminal.call("keys.begin", mechanism=mechanism)
    terminal.show(result, json=as_json, words=telling_keys.begun)


@keys.command(
    help="cli.keys.vouch",
    epilog="comity --node us keys vouch 5f0c --party cn --mechanism 3f9c",
)
@click.argument("keys")
@option("--party", required=True, help="cli.keys.party")
@option("--mechanism", required=True, help="cli.keys.mechanism")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def vouch(terminal: Terminal, keys: str, party: str, mechanism: str, as_json: bool) -> None:
    """Stand for another member's new keys."""
    result = terminal.call("keys.vouch", keys=keys, party=party, mechanism=mechanism)
    terminal.show(result, json=as_json, words=telling_keys.vouched)


@keys.command(help="cli.keys.finish", epilog="comity --node cn keys finish")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def finish(terminal: Terminal, as_json: bool) -> None:
    """Put the new keys in force that enough members stand for."""
    terminal.show(terminal.call("keys.finish"), json=as_json, words=telling_keys.rotated)
