"""What a person sees of the demonstration, step by step, in both languages."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from typing import Final

import click

from comity.app.demo.case import our_bundle, read_case
from comity.app.demo.stage import Stage
from comity.app.demo.story import Story, steps
from comity.casefile.story import phase_words
from comity.errors import ComityError, FormatError
from comity.kit.desk import Json
from comity.kit.language import Language
from comity.kit.printing import as_json, line
from comity.kit.problems import sentence
from comity.wording import say

FOREVER_SECONDS: Final = 3600
LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the caller of the demonstration wants."""

    once: bool
    """Stop at the end, instead of serving until Ctrl-C."""
    directory: Path | None
    """Where to work; a temporary folder if not given."""
    stix: Path | None
    """Another bundle as the case."""


class Programme:
    """What a person sees while it happens: every step in both languages."""

    def __init__(self, lang: Language, *, quiet: bool) -> None:
        """Print on standard output, or on standard error where that is for a program."""
        self.lang: Language = lang
        self.other: Language = "en" if lang == "zh" else "zh"
        self.quiet = quiet
        self.done: list[Json] = []

    def echo(self, words: str = "") -> None:
        """Print a line."""
        click.echo(words, err=self.quiet)

    def both(self, code: str, **facts: object) -> None:
        """Print a sentence in both languages."""
        for lang in (self.lang, self.other):
            self.echo(say(code, lang, **facts))

    def begins(self, title: str) -> None:
        """Announce a step."""
        number = f"{len(self.done) + 1:2}"
        self.echo(f"{number}  {say(title, self.lang)}")
        self.echo(f"    {say(title, self.other)}")

    def ends(self, title: str, mark: str, told: dict[Language, str], seconds: float) -> None:
        """Tell how a step went."""
        first, second = told[self.lang], told[self.other]
        self.echo(
            f"    {mark} {first if first == second else f'{first} ／ {second}'}  ({seconds:.1f} s)"
        )
        titles: dict[str, Json] = {"en": say(title, "en"), "zh": say(title, "zh")}
        self.done.append({"title": titles, "ok": mark == "✓"})


def perform(story: Story, programme: Programme) -> bool:
    """Go through the story; the first step that fails is the last."""
    for title, act in steps(story):
        programme.begins(title)
        began = time.monotonic()
        try:
            code, facts = act(story)
        except ComityError as error:
            told = {each: say("demo.failed", each, why=sentence(error, each)) for each in LANGUAGES}
            programme.ends(title, "✗", told, time.monotonic() - began)
            return False
        told = {each: line(say(code, each, **_in_words(facts, each))) for each in LANGUAGES}
        programme.ends(title, "✓", told, time.monotonic() - began)
    return True


def _in_words(facts: dict[str, object], lang: Language) -> dict[str, object]:
    """Return the facts of a step, a phase among them in the reader's words."""
    if "phase" not in facts:
        return facts
    return {**facts, "phase": phase_words(str(facts["phase"]), lang)}


def program_name() -> str:
    """Return how this command is typed here: by its path, where it lies in an environment.

    That an environment is active can be another program's doing (``uv run``), so the path is
    what works in every shell.
    """
    placed = Path(sys.prefix) / "bin" / "comity"
    if sys.prefix == sys.base_prefix or not placed.exists():
        return "comity"
    here = Path.cwd()
    return str(placed.relative_to(here)) if placed.is_relative_to(here) else str(placed)


def commands(story: Story) -> list[str]:
    """Return the three commands that a person would type next."""
    name = program_name()
    return [
        f"{name} --node {story.cn.folder} assistance show {story.subject}",
        f"{name} --node {story.us.folder} desk",
        f"{name} verify {story.bundle} --root {story.root}",
    ]


@contextmanager
def a_folder(asked: Path | None, *, keep: bool) -> Iterator[Path]:
    """Make the folder of the demonstration; a temporary one goes at the end unless it is kept.

    Raises:
        FormatError: ``demo.folder-not-empty``.

    """
    if asked is None:
        folder = Path(tempfile.mkdtemp(prefix="comity-demo-"))
    else:
        folder = asked.absolute()
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise FormatError("demo.folder-not-empty", folder=str(asked))
        folder.mkdir(parents=True, exist_ok=True)
    try:
        yield folder
    finally:
        if asked is None and not keep:
            rmtree(folder, ignore_errors=True)


def wait(story: Story, programme: Programme) -> None:
    """Let the nodes serve until Ctrl-C, which may come as soon as anything says that they do."""
    try:
        programme.both("demo.serving")
        announce(story, programme)
        while True:
            time.sleep(FOREVER_SECONDS)
    except KeyboardInterrupt:
        return


def show(programme: Programme, asked: Asked) -> bool:
    """Show it all and return whether every step held; nodes serve until Ctrl-C, or stop.

    Raises:
        FormatError: ``demo.folder-not-empty``, ``demo.not-stix``.

    """
    programme.both("demo.first-line")
    with a_folder(asked.directory, keep=asked.once) as folder:
        case = read_case(asked.stix or our_bundle(folder), is_ours=asked.stix is None)
        story = Story(stage=Stage(folder), case=case)
        try:
            ok = perform(story, programme)
            if programme.quiet:
                click.echo(as_json(result(story, programme, ok=ok)))
            if ok and asked.once:
                announce(story, programme)
            elif ok:
                wait(story, programme)
        finally:
            story.stage.close()
        if not asked.once:
            programme.echo()
            gone = asked.directory is None
            programme.both("demo.stopped-and-removed" if gone else "demo.stopped")
    return ok


def result(story: Story, programme: Programme, *, ok: bool) -> dict[str, Json]:
    """Return what ``--json`` prints."""
    return {
        "ok": ok,
        "bundle": str(story.bundle) if story.bundle.name else None,
        "root": story.root or None,
        "subject": story.subject or None,
        "steps": programme.done,
    }


def announce(story: Story, programme: Programme) -> None:
    """Say which commands one would type next; the last three lines."""
    programme.both("demo.next")
    for command in commands(story):
        programme.echo(f"  {command}")
