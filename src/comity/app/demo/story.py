"""The story of the demonstration: its steps, in order, each done as an officer would do it."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from comity.app.demo.case import OF_CN, OF_TO, OF_US, PROFILE, Case, fields, notifications, text
from comity.app.demo.stage import Actor, Stage
from comity.errors import FormatError, PeerError, ProofError
from comity.kit.desk import Json
from comity.parties.demo import demo_names
from comity.wording import LANGUAGES, say

WAIT_SECONDS: Final = 15
PAUSE_SECONDS: Final = 0.05
VERIFY_SECONDS: Final = 60
VALID: Final = "VALID"
Detail = tuple[str, dict[str, object]]
"""A sentence's code, and its facts."""


@dataclass(slots=True, kw_only=True)
class Story:
    """What has happened so far."""

    stage: Stage
    case: Case
    bilateral: str = ""
    trilateral: str = ""
    root: str = ""
    subject: str = ""
    bundle: Path = field(default_factory=Path)

    @property
    def cn(self) -> Actor:
        """The party that asks first."""
        return self.stage.actors["cn"]

    @property
    def to(self) -> Actor:
        """The party that is not in the bilateral mechanism."""
        return self.stage.actors["to"]

    @property
    def us(self) -> Actor:
        """The party that is asked first."""
        return self.stage.actors["us"]

    @property
    def work(self) -> Path:
        """Where files lie that no node keeps."""
        return self.stage.folder


def until(what: str, condition: Callable[[], bool]) -> None:
    """Wait until something holds.

    Raises:
        PeerError: ``demo.waited``.

    """
    give_up = time.monotonic() + WAIT_SECONDS
    while not condition():
        if time.monotonic() > give_up:
            raise PeerError("demo.waited", what=what, seconds=WAIT_SECONDS)
        time.sleep(PAUSE_SECONDS)


def rows(value: Json) -> list[dict[str, Json]]:
    """Return a list of objects of a result."""
    return cast("list[dict[str, Json]]", value)


def shown(actor: Actor, subject: str) -> dict[str, Json]:
    """Return a case as a party sees it, or nothing while it has not arrived."""
    try:
        return actor.call("assistance.show", subject=subject)
    except FormatError:
        return {"phase": None, "statements": []}


def receipts(statement: dict[str, Json]) -> dict[str, int]:
    """Return the logs whose receipts verified, with the size of each."""
    return {
        str(one["log"]): cast("int", one["size"])
        for one in rows(statement["receipts"])
        if one["verified"] is True
    }


def in_both_logs(story: Story, subject: str, statement: str, ends: tuple[Actor, Actor]) -> Detail:
    """Wait until both ends hold a statement with the receipts of both logs."""

    def held(actor: Actor) -> dict[str, int]:
        for one in rows(shown(actor, subject)["statements"]):
            if one["statement"] == statement:
                return receipts(one)
        return {}

    until(statement[:8], lambda: all(len(held(actor)) >= len(ends) for actor in ends))
    sizes = held(ends[0])
    codes = {actor.party: actor.code for actor in story.stage.actors.values()}
    told = " · ".join(
        f"{codes.get(log, log)} {size}"
        for log, size in sorted(sizes.items(), key=lambda one: codes.get(one[0], one[0]))
    )
    return "demo.detail.receipts", {"receipts": told}


def start(story: Story) -> Detail:
    """Set the nodes up and start them."""
    story.stage.open()
    told = "   ".join(f"{code} {actor.url}" for code, actor in story.stage.actors.items())
    return "demo.detail.nodes", {"nodes": told}


def exchange_cards(story: Story) -> Detail:
    """Everyone reads everyone's card."""
    actors = story.stage.actors.values()
    cards = {actor.code: actor.call("card") for actor in actors}
    for reader in actors:
        for other in actors:
            if reader is not other:
                reader.call("meet", card=cards[other.code]["card"], code=other.code)
    return "demo.detail.cards", {"words": cards["cn"]["fingerprint"]}


def found(founder: Actor, others: tuple[Actor, ...], name: str) -> tuple[str, str]:
    """Found a mechanism; returns its subject and its root."""
    names = demo_names({lang: say(name, lang) for lang in LANGUAGES})
    made = founder.call(
        "mechanism.found",
        names=cast("dict[str, Json]", names),
        members=[other.code for other in others],
    )
    subject = str(made["subject"])
    everyone = (founder, *others)
    for other in others:
        until(name, lambda other=other: _knows(other, subject))  # type: ignore[misc] # bound now
        other.call("mechanism.accede", subject=subject)
    until(name, lambda: all(_in_force(actor, subject) for actor in everyone))
    return subject, str(made["root"])


def _mechanism(actor: Actor, subject: str) -> dict[str, Json] | None:
    for one in rows(actor.call("mechanism.list")["mechanisms"]):
        if one["subject"] == subject:
            return one
    return None


def _knows(actor: Actor, subject: str) -> bool:
    return _mechanism(actor, subject) is not None


def _in_force(actor: Actor, subject: str) -> bool:
    one = _mechanism(actor, subject)
    return one is not None and one["in_force"] is True


def found_bilateral(story: Story) -> Detail:
    """Two founders."""
    story.bilateral, story.root = found(story.cn, (story.us,), "demo.text.bilateral")
    return "demo.detail.mechanism", {"root": story.root}


def found_trilateral(story: Story) -> Detail:
    """Three founders, by the same code."""
    story.trilateral, root = found(story.cn, (story.to, story.us), "demo.text.trilateral")
    return "demo.detail.mechanism", {"root": root}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks whom, in which mechanism, about which addresses."""

    asker: Actor
    asked: Actor
    mechanism: str
    number: int
    assets: tuple[str, ...]


def submit(story: Story, asking: Asking) -> tuple[str, Detail]:
    """Make a request; returns its subject once both logs have fixed it."""
    done = asking.asker.call(
        "assistance.submit",
        mechanism=asking.mechanism,
        to=asking.asked.code,
        profile=PROFILE,
        fields=fields(story.case, asking.number, asking.assets),
        attach=[str(story.case.bundle)],
    )
    subject = str(done["subject"])
    ends = (asking.asker, asking.asked)
    return subject, in_both_logs(story, subject, str(done["statement"]), ends)


def move(story: Story, actor: Actor, verb: str, **arguments: Json) -> Detail:
    """Say one thing in the first case; done when both logs have fixed it."""
    return _move(story, story.subject, actor, (verb, arguments))


def _move(story: Story, subject: str, actor: Actor, said: tuple[str, dict[str, Json]]) -> Detail:
    verb, arguments = said
    done = actor.call(f"assistance.{verb}", subject=subject, **arguments)
    case = shown(actor, subject)
    parties = {_party(case["requester"]), _party(case["addressee"])}
    first, second = (one for one in story.stage.actors.values() if one.party in parties)
    return in_both_logs(story, subject, str(done["statement"]), (first, second))


def _party(value: Json) -> str:
    return str(cast("dict[str, Json]", value)["party"])


def ask_first(story: Story) -> Detail:
    """The first request."""
    asking = Asking(
        asker=story.cn, asked=story.us, mechanism=story.bilateral, number=1, assets=OF_US
    )
    story.subject, told = submit(story, asking)
    return told


def clarify(story: Story) -> Detail:
    """A question back, and what it is answered."""
    move(story, story.us, "clarify", texts=text("demo.text.question"))
    return move(story, story.cn, "clarify", texts=text("demo.text.explanation"))


def answer(story: Story) -> Detail:
    """The answer, with a file."""
    return move(
        story,
        story.us,
        "answer",
        texts=text("demo.text.answer"),
        outcome="informed-owner",
        attach=[str(notifications(story.work, OF_US))],
    )


def whole(story: Story, asking: Asking) -> Detail:
    """Take a request from beginning to end."""
    subject, _ = submit(story, asking)
    steps: tuple[tuple[Actor, str, dict[str, Json]], ...] = (
        (asking.asked, "acknowledge", {}),
        (
            asking.asked,
            "answer",
            {"texts": text("demo.text.short-answer"), "outcome": "informed-owner"},
        ),
        (asking.asker, "rate", {"quality": "met", "texts": text("demo.text.rating")}),
    )
    for actor, verb, arguments in steps:
        _move(story, subject, actor, (verb, arguments))
    return _move(story, subject, asking.asker, ("close", {}))


def other_direction(story: Story) -> Detail:
    """Who was asked now asks."""
    return whole(
        story,
        Asking(asker=story.us, asked=story.cn, mechanism=story.bilateral, number=2, assets=OF_CN),
    )


def third_party(story: Story) -> Detail:
    """In the trilateral mechanism."""
    whole(
        story,
        Asking(asker=story.to, asked=story.cn, mechanism=story.trilateral, number=3, assets=OF_CN),
    )
    return whole(
        story,
        Asking(asker=story.us, asked=story.to, mechanism=story.trilateral, number=4, assets=OF_TO),
    )


def left_open(story: Story) -> Detail:
    """One more request, which waits for an answer: what a desk is for."""
    asking = Asking(
        asker=story.to, asked=story.us, mechanism=story.trilateral, number=5, assets=OF_US
    )
    return submit(story, asking)[1]


def same_at_both_ends(story: Story) -> Detail:
    """Compare what the two ends tell."""

    def told(actor: Actor) -> tuple[Json, list[Json]]:
        case = shown(actor, story.subject)
        return case["phase"], [one["statement"] for one in rows(case["statements"])]

    def agreed() -> bool:
        return told(story.cn) == told(story.us) and _all_receipted(story)

    until(say("demo.step.same", "en"), agreed)
    case = shown(story.cn, story.subject)
    said = rows(case["statements"])
    facts: dict[str, object] = {
        "phase": case["phase"],
        "count": len(said),
        "receipts": sum(len(receipts(one)) for one in said),
    }
    return "demo.detail.same", facts


def _all_receipted(story: Story) -> bool:
    return all(
        len(receipts(one)) >= 2  # noqa: PLR2004 - both logs
        for actor in (story.cn, story.us)
        for one in rows(shown(actor, story.subject)["statements"])
    )


def export(story: Story) -> Detail:
    """Write the case file."""
    story.bundle = story.work / "wannacry-2017.comity"
    if not story.case.is_ours:
        story.bundle = story.work / "case.comity"
    story.cn.call("export", subject=story.subject, out=str(story.bundle))
    return "demo.detail.file", {
        "path": str(story.bundle),
        "size": f"{story.bundle.stat().st_size:,}",
    }


def verified(path: Path, root: str) -> tuple[str, int]:
    """Verify a file in a process of its own; returns the verdict and the exit status."""
    done = subprocess.run(  # noqa: S603 - our own command, with paths of our own
        [sys.executable, "-m", "comity", "verify", str(path), "--root", root, "--json"],
        capture_output=True,
        text=True,
        timeout=VERIFY_SECONDS,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    verdict = re.search(r'"verdict": "([A-Z_]+)"', done.stdout)
    return verdict[1] if verdict else done.stderr.strip()[:200], done.returncode


def verify(story: Story) -> Detail:
    """Verify the case file as anyone could.

    Raises:
        ProofError: ``demo.not-valid``.

    """
    verdict, code = verified(story.bundle, story.root)
    if code != 0 or verdict != VALID:
        raise ProofError("demo.not-valid", verdict=verdict)
    return "demo.detail.verdict", {"verdict": verdict, "code": code}


def tamper(story: Story) -> Detail:
    """Change one byte in the middle of a copy, and verify that.

    Raises:
        ProofError: ``demo.not-caught``.

    """
    changed = bytearray(story.bundle.read_bytes())
    changed[len(changed) // 2] ^= 1
    copy = story.bundle.with_suffix(".tampered.comity")
    copy.write_bytes(changed)
    verdict, code = verified(copy, story.root)
    if code == 0:
        raise ProofError("demo.not-caught")
    return "demo.detail.verdict", {"verdict": verdict, "code": code}


def steps(story: Story) -> Iterator[tuple[str, Callable[[Story], Detail]]]:
    """Yield every step's title and what it does."""
    yield "demo.step.nodes", start
    yield "demo.step.cards", exchange_cards
    yield "demo.step.bilateral", found_bilateral
    yield "demo.step.trilateral", found_trilateral
    yield "demo.step.request" if story.case.is_ours else "demo.step.request-other", ask_first
    yield "demo.step.acknowledge", lambda told: move(told, told.us, "acknowledge")
    yield "demo.step.clarify", clarify
    yield (
        "demo.step.accept",
        lambda told: move(told, told.us, "accept", texts=text("demo.text.accepted")),
    )
    yield "demo.step.answer", answer
    yield (
        "demo.step.rate",
        lambda told: move(told, told.cn, "rate", quality="met", texts=text("demo.text.rating")),
    )
    yield "demo.step.close", lambda told: move(told, told.cn, "close")
    yield "demo.step.reverse", other_direction
    yield "demo.step.third", third_party
    yield "demo.step.open", left_open
    yield "demo.step.same", same_at_both_ends
    yield "demo.step.export", export
    yield "demo.step.verify", verify
    yield "demo.step.tampered", tamper
