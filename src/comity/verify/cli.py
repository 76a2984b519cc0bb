"""``comity verify``: needs no node and no network, and never shows a traceback.

Exit status 0 for VALID only; 1 for INVALID; 2 for what cannot be read, and for a wrong
command line; 3 for everything in between.
"""

import json
import os
import sys
from typing import Final

import click

from comity.errors import ComityError
from comity.verify.report import EXIT_UNREADABLE, Report, failed
from comity.verify.verifier import verify_file
from comity.wording import say, tell

_EXAMPLE: Final = "comity verify case.comity --root 3f0c…"


@click.command("verify", epilog=_EXAMPLE)
@click.argument("file", type=click.Path(path_type=str))
@click.option("--root", metavar="FINGERPRINT", help="64 hex digits, from outside the file.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--lang", type=click.Choice(["en", "zh"]), help="Language of the report.")
@click.pass_context
def verify(
    ctx: click.Context,
    file: str,
    root: str | None,
    as_json: bool,
    lang: str | None,
) -> None:
    """Check a case file: no node and no network are needed."""
    told = language(ctx, lang)
    try:
        report = verify_file(file, root)
    except ComityError as error:
        _refuse(error.code, tell(error, told), as_json=as_json)
    except Exception as error:  # noqa: BLE001 - whatever a hostile file brings about, it is not valid
        problem = f"{type(error).__name__}: {error}"
        text = say("verify.unexpected", told, problem=ascii(problem[:200]))
        _refuse("verify.unexpected", text, as_json=as_json)
    else:
        _show(report, told, as_json=as_json)
        sys.exit(report.exit_code)


def language(ctx: click.Context, asked: str | None) -> str:
    """Return the reader's language: as asked here, before the command, or by the environment."""
    root = ctx.find_root().params.get("lang")
    names = ("COMITY_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    told = asked or (root if isinstance(root, str) else None)
    told = told or next((os.environ[name] for name in names if os.environ.get(name)), "")
    return "zh" if told.lower().startswith("zh") else "en"


def _show(report: Report, lang: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(report.as_json(lang), ensure_ascii=False, indent=1))
        return
    for line in report.lines(lang):
        click.echo(line)


def _refuse(code: str, text: str, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(failed(code, text), ensure_ascii=False, indent=1))
    click.echo(text, err=True)
    sys.exit(EXIT_UNREADABLE)
