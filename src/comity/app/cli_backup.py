"""``comity backup`` and ``restore``."""

from pathlib import Path

import click

from comity.app import telling
from comity.kit.spoken import SpokenCommand, option
from comity.kit.terminal import Terminal


@click.command(cls=SpokenCommand, help="cli.backup", epilog="comity --node cn backup --out cn.bak")
@option("--out", type=click.Path(path_type=Path), required=True, help="cli.out")
@option("--with-keys", is_flag=True, help="cli.backup.with-keys")
@option("--key-file", type=click.Path(path_type=Path), help="cli.backup.key-file")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def backup(
    terminal: Terminal, out: Path, with_keys: bool, key_file: Path | None, as_json: bool
) -> None:
    """Write the node as one encrypted file."""
    result = terminal.call(
        "backup",
        out=str(out.absolute()),
        with_keys=with_keys,
        key_file=str(key_file.absolute()) if key_file else None,
    )
    terminal.show(result, json=as_json, words=telling.backed_up)


@click.command(
    cls=SpokenCommand, help="cli.restore", epilog="comity restore cn.bak cn2 --keys keystore"
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option("--keys", type=click.Path(path_type=Path), help="cli.restore.keys")
@option("--key-file", type=click.Path(path_type=Path), help="cli.restore.key-file")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def restore(
    terminal: Terminal,
    file: Path,
    folder: Path,
    keys: Path | None,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Make a folder from a backup; its node starts in quarantine."""
    # Loaded here: every other command should start fast.
    from comity.app.cli_node import reading  # noqa: PLC0415
    from comity.node.restore import Restoring  # noqa: PLC0415
    from comity.node.restore import restore as restored  # noqa: PLC0415

    with reading(file), file.open("rb"):
        pass
    result = restored(Restoring(file=file, folder=folder.absolute(), keys=keys, key_file=key_file))
    terminal.show(result, json=as_json, words=telling.restored)
