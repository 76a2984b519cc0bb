"""``comity init``, ``serve``, ``card``, ``meet``, ``parties``, ``desk``, ``export``."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import click

from comity.app import desk_words, telling
from comity.app.caller import Caller
from comity.errors import FormatError
from comity.kit.desk import Json
from comity.kit.spoken import SpokenCommand, option
from comity.kit.terminal import Terminal

MAX_CARD_BYTES: Final = 256 * 1024
EXIT_OVERDUE: Final = 6


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a sentence.

    Raises:
        FormatError: ``cli.no-such-file``.

    """
    try:
        yield
    except OSError as error:
        raise FormatError("cli.no-such-file", path=str(path), why=error.strerror or "") from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a sentence.

    Raises:
        FormatError: ``cli.cannot-write``.

    """
    try:
        yield
    except OSError as error:
        raise FormatError("cli.cannot-write", path=str(path), why=error.strerror or "") from error


@click.command(
    cls=SpokenCommand,
    help="cli.init",
    epilog="comity init cn --name-en 'Team A' --name-zh 甲队 --listen 127.0.0.1:8471",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option("--name-en", help="cli.init.name-en")
@option("--name-zh", help="cli.init.name-zh")
@option("--listen", default="127.0.0.1:8471", show_default=True, help="cli.init.listen")
@option("--url", help="cli.init.url")
@option("--pin", type=click.Path(path_type=Path), help="cli.init.pin")
@option("--guard", type=click.Path(path_type=Path), help="cli.init.guard")
@option("--allow-private", is_flag=True, help="cli.init.allow-private")
@option(
    "--algorithm",
    type=click.Choice(["ed25519", "es256"]),
    default="ed25519",
    show_default=True,
    help="cli.init.key",
)
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def init(
    terminal: Terminal,
    folder: Path,
    name_en: str | None,
    name_zh: str | None,
    listen: str,
    url: str | None,
    pin: Path | None,
    guard: Path | None,
    allow_private: bool,
    algorithm: str,
    as_json: bool,
) -> None:
    """Set up a node."""
    # Loaded here: only this command makes keys, and every other one should start fast.
    from comity.exchange.tls import pin_of  # noqa: PLC0415
    from comity.node.founding import NewNode, found_node  # noqa: PLC0415

    names = {tag: name for tag, name in (("en", name_en), ("zh", name_zh)) if name}
    if not names:
        raise click.MissingParameter(param_hint="--name-en", param_type="option")
    pinned = None if pin is None else pin_of(pin)
    party = found_node(
        NewNode(
            folder=folder.absolute(),
            names=names,
            listen=listen,
            url=url or (f"https://{listen}" if pinned else None),
            pin=pinned,
            guard=None if guard is None else guard.absolute(),
            allow_private=allow_private,
            algorithm=algorithm,
        )
    )
    result: dict[str, Json] = {
        "folder": str(folder.absolute()),
        "party": party.id,
        "fingerprint": party.fingerprint,
        "words": {"en": party.words.en, "zh": party.words.zh},
    }
    terminal.show(result, json=as_json, words=telling.made)


@click.command(cls=SpokenCommand, help="cli.serve", epilog="comity serve cn")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@option("--tls-cert", "certificate", type=click.Path(path_type=Path), help="cli.serve.tls-cert")
@option("--tls-key", "key", type=click.Path(path_type=Path), help="cli.serve.tls-key")
def serve(folder: Path, certificate: Path | None, key: Path | None) -> None:
    """Run a node until it is told to stop."""
    if (certificate is None) is not (key is None):
        raise FormatError("cli.tls-pair")
    if not folder.is_dir():
        raise FormatError("cli.no-such-node", folder=str(folder))
    # Loaded here: the server and its libraries are needed by this command alone.
    from comity.app.serving import Tls, run_node  # noqa: PLC0415

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    tls = Tls(certificate=certificate, key=key) if certificate and key else None
    run_node(folder.absolute(), tls, lambda url: click.echo(f"ready {url}"))


@click.command(cls=SpokenCommand, help="cli.card", epilog="comity --node cn card --out cn.card")
@option("--out", type=click.Path(path_type=Path), help="cli.out")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def card(terminal: Terminal, out: Path | None, as_json: bool) -> None:
    """Show one's own card, or write it to a file."""
    result = terminal.call("card")
    if out is not None:
        with writing(out):
            out.write_text(str(result["card"]), encoding="utf-8")
        result["out"] = str(out.absolute())
    terminal.show(result, json=as_json, words=telling.card)


@click.command(cls=SpokenCommand, help="cli.meet", epilog="comity --node cn meet us.card --as us")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@option("--as", "code", metavar="NAME", help="cli.meet.as")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def meet(terminal: Terminal, file: Path, code: str | None, as_json: bool) -> None:
    """Read another party's card."""
    with reading(file), file.open("rb") as stream:
        content = stream.read(MAX_CARD_BYTES + 1)
    # Whatever is not text is not a card either; the node says so in its own words.
    text = content.decode("utf-8", errors="replace")
    terminal.show(terminal.call("meet", card=text, code=code), json=as_json, words=telling.met)


@click.command(cls=SpokenCommand, help="cli.parties", epilog="comity --node cn parties")
@option("--proofs", type=click.Path(path_type=Path), metavar="DIR", help="cli.parties.proofs")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def parties(terminal: Terminal, proofs: Path | None, as_json: bool) -> None:
    """List the parties this node has met."""
    folder = None if proofs is None else str(proofs.absolute())
    result = terminal.call("parties", proofs=folder)
    terminal.show(result, json=as_json, words=telling.parties)


@click.command(cls=SpokenCommand, help="cli.desk", epilog="comity --node cn desk")
@option("--check", is_flag=True, help="cli.desk.check")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_context
def desk(ctx: click.Context, check: bool, as_json: bool) -> None:
    """Show what is owed, next deadline first."""
    terminal: Caller = ctx.obj
    result = terminal.call("desk")
    terminal.show(result, json=as_json, words=partial(desk_words.desk, folder=terminal.folder))
    if check and result.get("overdue"):
        ctx.exit(EXIT_OVERDUE)


@click.command(
    cls=SpokenCommand, help="cli.export", epilog="comity --node cn export 5c1e --out case.comity"
)
@click.argument("subject", metavar="SUBJECT")
@option("--out", type=click.Path(path_type=Path), required=True, help="cli.out")
@option("--json", "as_json", is_flag=True, help="cli.json")
@click.pass_obj
def export(terminal: Terminal, subject: str, out: Path, as_json: bool) -> None:
    """Write one subject as one file."""
    result = terminal.call("export", subject=subject, out=str(out.absolute()))
    terminal.show({"out": str(out.absolute()), **result}, json=as_json, words=telling.exported)
