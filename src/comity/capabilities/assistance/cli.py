"""Commands of requests for assistance: parse, one call, print.

Every rule is the node's; nothing is judged here.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from comity.capabilities.assistance import words, words_case
from comity.capabilities.assistance.form_file import read_form, write_form
from comity.capabilities.assistance.schema import Decision, Progress, Quality, Refusal
from comity.errors import FormatError
from comity.kit.desk import Json
from comity.kit.spoken import SpokenCommand, SpokenGroup, option
from comity.kit.terminal import Terminal

Decorator = Callable[[Callable[..., None]], Callable[..., None]]
HELP: Final = "cli.assistance.option"


@click.group(
    cls=SpokenGroup,
    help="cli.assistance",
    epilog="comity --node DIR assistance list",
)
def assistance() -> None:
    """Requests for assistance."""


def _json() -> Decorator:
    return option("--json", "as_json", is_flag=True, help=f"{HELP}.json")


def _path(*names: str, **more: object) -> Decorator:
    return option(*names, type=click.Path(path_type=Path), **more)


def _said() -> Sequence[Decorator]:
    """Return the options that every statement has."""
    return (
        option("--text-en", help=f"{HELP}.text-en"),
        option("--text-zh", help=f"{HELP}.text-zh"),
        option("--text", "texts", multiple=True, metavar="TAG=TEXT", help=f"{HELP}.text"),
        option(
            "--translation",
            "makers",
            multiple=True,
            metavar="TAG=MAKER",
            help=f"{HELP}.translation",
        ),
        option(
            "--machine-translation",
            "machines",
            multiple=True,
            metavar="TAG=MAKER",
            help=f"{HELP}.machine-translation",
        ),
        _path("--attach", "attach", multiple=True, help=f"{HELP}.attach"),
    )


def _asked() -> Sequence[Decorator]:
    """Return the options that make a request; which must be there, the node says."""
    return (
        option("--mechanism", metavar="SUBJECT", help=f"{HELP}.mechanism"),
        option("--to", metavar="PARTY", help=f"{HELP}.to"),
        option("--profile", metavar="ID", help=f"{HELP}.profile"),
        _path("--fields", "fields_file", metavar="FILE.json", help=f"{HELP}.fields"),
        _path("--attach", "attach", multiple=True, help=f"{HELP}.attach"),
        option("--draft", metavar="ID", help=f"{HELP}.draft"),
    )


def _with(*options: Decorator) -> Decorator:
    """Put options on a command, in the order in which its help lists them."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        for each in reversed(options):
            function = each(function)
        return function

    return decorate


@assistance.command(
    help="cli.assistance.form",
    epilog="comity --node DIR assistance form csirt-incident --out fields.json",
)
@click.argument("profile")
@_path("--out", "out", help=f"{HELP}.out-file")
@_json()
@click.pass_obj
def form(terminal: Terminal, profile: str, out: Path | None, *, as_json: bool) -> None:
    """Give the empty form of a profile."""
    result = terminal.call("assistance.form", profile=profile)
    if out is not None:
        write_form(out, result["form"])
        result["out"] = str(out.absolute())
    terminal.show(result, json=as_json, words=words.form)


@assistance.command(
    help="cli.assistance.submit",
    epilog="comity --node DIR assistance submit --mechanism 9c41 --to us \\\n"
    "    --profile csirt-incident --fields fields.json --attach log.txt",
)
@_with(*_asked(), _json())
@click.pass_obj
def submit(
    terminal: Terminal,
    *,
    mechanism: str | None,
    to: str | None,
    profile: str | None,
    fields_file: Path | None,
    attach: tuple[Path, ...],
    draft: str | None,
    as_json: bool,
) -> None:
    """Submit a request."""
    result = terminal.call(
        "assistance.submit",
        mechanism=mechanism,
        to=to,
        profile=profile,
        fields=None if fields_file is None else read_form(fields_file),
        attach=_absolute(attach),
        draft=draft,
    )
    terminal.show(result, json=as_json, words=words.done)


@assistance.command(
    help="cli.assistance.draft",
    epilog="comity --node DIR assistance draft --to us --profile csirt-incident",
)
@_with(*_asked(), _json())
@click.pass_obj
def draft(
    terminal: Terminal,
    *,
    mechanism: str | None,
    to: str | None,
    profile: str | None,
    fields_file: Path | None,
    attach: tuple[Path, ...],
    draft: str | None,
    as_json: bool,
) -> None:
    """Keep a draft."""
    result = terminal.call(
        "assistance.draft",
        mechanism=mechanism,
        to=to,
        profile=profile,
        fields=None if fields_file is None else read_form(fields_file),
        attach=_absolute(attach),
        draft=draft,
    )
    terminal.show(result, json=as_json, words=words.drafted)


@assistance.command(
    "list", help="cli.assistance.list", epilog="comity --node DIR assistance list --json"
)
@_json()
@click.pass_obj
def list_all(terminal: Terminal, *, as_json: bool) -> None:
    """List all cases and drafts."""
    terminal.show(terminal.call("assistance.list"), json=as_json, words=words.cases)


@assistance.command(help="cli.assistance.show", epilog="comity --node DIR assistance show 4f0c")
@click.argument("subject")
@_json()
@click.pass_obj
def show(terminal: Terminal, subject: str, *, as_json: bool) -> None:
    """Show a case in full."""
    result = terminal.call("assistance.show", subject=subject)
    terminal.show(result, json=as_json, words=words_case.case)


@assistance.command(
    help="cli.assistance.save",
    epilog="comity --node DIR assistance save 4f0c --out received",
)
@click.argument("subject")
@_path("--out", "out", required=True, metavar="DIR", help=f"{HELP}.out-folder")
@_json()
@click.pass_context
def save(ctx: click.Context, subject: str, out: Path, *, as_json: bool) -> None:
    """Save texts and attachments."""
    terminal: Terminal = ctx.obj
    result = terminal.call("assistance.save", subject=subject, out=str(out.absolute()))
    terminal.show(result, json=as_json, words=words.saved)
    if result.get("problems"):
        ctx.exit(1)


@assistance.command(help="cli.assistance.desk", epilog="comity --node DIR assistance desk")
@_json()
@click.pass_obj
def desk(terminal: Terminal, *, as_json: bool) -> None:
    """List what is owed."""
    terminal.show(terminal.call("assistance.desk"), json=as_json, words=words.desk)


def _absolute(paths: Sequence[Path]) -> list[Json]:
    """Return paths as the node, which may run elsewhere, can open them."""
    return [str(path.absolute()) for path in paths]


def _tagged(name: str, told: Sequence[str]) -> dict[str, str]:
    """Read ``TAG=TEXT`` options; raises ``FormatError`` (``ask.tag-text``)."""
    found = {}
    for each in told:
        tag, mark, text = each.partition("=")
        if not mark or not tag or tag in found:
            raise FormatError("ask.tag-text", name=name)
        found[tag] = text
    return found


def _say(
    verb: str,
    terminal: Terminal,
    subject: str,
    *,
    text_en: str | None,
    text_zh: str | None,
    texts: Sequence[str],
    makers: Sequence[str],
    machines: Sequence[str],
    attach: Sequence[Path],
    as_json: bool,
    **own: str | None,
) -> None:
    """Say one thing on a request, and print what it led to."""
    given = {"en": text_en, "zh": text_zh}
    for tag, text in _tagged("--text", texts).items():
        if given.get(tag):  # whichever of the two was dropped, somebody's words would be lost
            raise FormatError("ask.tag-text", name="--text")
        given[tag] = text
    spoken: dict[str, Json] = {tag: text for tag, text in given.items() if text}
    named: dict[str, Json] = dict(_tagged("--translation", makers).items())
    by_machine: dict[str, Json] = dict(_tagged("--machine-translation", machines).items())
    result = terminal.call(
        f"assistance.{verb}",
        subject=subject,
        texts=spoken,
        makers=named,
        machines=by_machine,
        attach=_absolute(attach),
        **own,
    )
    terminal.show(result, json=as_json, words=words.done)


def _add(verb: str, *own: Decorator, example: str = "") -> None:
    """Add the command of a verb."""

    @click.pass_obj
    def say(terminal: Terminal, /, subject: str, **given: object) -> None:
        _say(verb, terminal, subject, **given)  # type: ignore[arg-type] # click gives what the options declare

    options: list[Decorator] = [click.argument("subject"), *own, *_said(), _json()]
    command = click.command(
        verb,
        cls=SpokenCommand,
        help=f"cli.assistance.{verb}",
        epilog=f"comity --node DIR assistance {verb} 4f0c {example}".rstrip(),
    )
    assistance.add_command(command(_with(*options)(say)))


def _choice(
    name: str, values: type[Decision | Refusal | Progress | Quality], **more: bool
) -> Decorator:
    key = f"{HELP}.{name.removeprefix('--')}"
    return option(name, type=click.Choice([each.value for each in values]), help=key, **more)


def _plain(name: str, metavar: str = "ID", **more: bool) -> Decorator:
    key = f"{HELP}.{name.removeprefix('--')}"
    return option(name, metavar=metavar, help=key, **more)


UNTIL: Final = _plain("--until", "TIME")
OUTCOME: Final = _plain("--outcome")
VERBS: Final[Mapping[str, tuple[tuple[Decorator, ...], str]]] = {
    "acknowledge": ((UNTIL, OUTCOME), "--until 2026-11-21T09:00Z"),
    "clarify": ((), "--text-en 'Which time zone?' --text-zh 哪个时区？"),
    "accept": ((_choice("--decision", Decision), OUTCOME, UNTIL), "--decision partly"),
    "refuse": (
        (_choice("--decision", Refusal), _plain("--ground"), OUTCOME),
        "--ground law --text-en 'The data may not leave.'",
    ),
    "report": ((_choice("--status", Progress), UNTIL), "--status interim"),
    "extend": (
        (_plain("--until", "TIME", required=True), _plain("--clock")),
        "--until 2026-12-01T00:00+08:00 --text-en 'More logs came.'",
    ),
    "transfer": ((_plain("--to", "PARTY"), OUTCOME), "--to us"),
    "escalate": ((_plain("--channel", "WORD"),), "--channel hotline"),
    "answer": ((OUTCOME,), "--text-en 'Logs preserved.' --text-zh 日志已保全。 --attach log.txt"),
    "withdraw": ((), ""),
    "rate": ((_choice("--quality", Quality, required=True),), "--quality met"),
    "remark": ((), "--text-en 'We answered within two hours.'"),
    "close": ((), ""),
    "lapse": ((_plain("--clock"),), "--clock acknowledge"),
}
"""Verb to its own options and an example of them."""

for _verb, (_own, _example) in VERBS.items():
    _add(_verb, *_own, example=_example)
