"""What people do meanwhile: they ask one another, and say what the case lets them say."""

import asyncio
from functools import partial
from random import Random
from typing import Any

from comity.capabilities.assistance.operations import OPERATIONS
from comity.errors import ComityError
from comity.node.office import NodeOffice
from simulation.machine import Machine, Process
from simulation.oracle.evidence import Evidence, Word
from simulation.world import Template, World

FIELDS: dict[str, Any] = {
    "incident_id": "I-1",
    "detected_at": "2026-11-20T02:31:00Z",
    "reported_at": "2026-11-20T03:00:00Z",
    "classification": "malicious-code",
    "assets": ["203.0.113.77"],
    "impact": {"en": "mail outage", "zh": "邮件中断"},
    "evidence": [{"en": "see below", "zh": "见下"}],
    "action_asked": {"en": "Preserve the logs.", "zh": "请保全日志𠮷。"},
    "tlp": "AMBER",
    "pap": "GREEN",
}
TEXTS = {"en": "As agreed by telephone.", "zh": "如电话所商。"}
_NEW = 0.45
"""How often what somebody says is a new request."""
_EXTRA: dict[str, dict[str, Any]] = {
    "refuse": {"ground": "capacity"},
    "rate": {"quality": "useful"},
    "answer": {"outcome": "mitigated"},
}


def ask(node: Any, verb: str, **arguments: Any) -> dict[str, Any]:
    """Run a command of assistance, as an officer does."""
    return OPERATIONS[f"assistance.{verb}"](NodeOffice(node, "assistance"), **arguments)


def reraise_if_cancelled() -> None:
    """Go on if what was cancelled is what was waited for, and not whoever waited."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Officers:
    """The officers of every party that is honest."""

    def __init__(self, world: World, template: Template, draw: Random, evidence: Evidence) -> None:
        self._world, self._template, self._draw = world, template, draw
        self._evidence = evidence
        self._honest: frozenset[int] = frozenset()

    async def work(self, until: float, pause: float) -> None:
        """Say one thing after another, somebody somewhere, until it is time."""
        loop = asyncio.get_running_loop()
        honest = [each.number for each in self._evidence.people if each.honest]
        self._honest = frozenset(honest)
        while loop.time() < until:
            await asyncio.sleep(self._draw.uniform(0, 2 * pause))
            machine = self._world.machines[self._draw.choice(honest)]
            process = machine.process
            if process is None or process.node is None or not process.serves:
                continue
            await self.act(machine, process)

    async def act(self, machine: Machine, process: Process) -> None:
        """Let an officer of one party say something."""
        if self._draw.random() < _NEW:
            work = partial(self._request, process.node, machine.number)
        else:
            work = partial(self._move, process.node)
        try:
            told = await asyncio.wait_for(process.thread(work), 60)
        except ComityError as error:
            self._world.count(f"refused-to-officer:{error.code}")
            return
        except TimeoutError:
            return
        except asyncio.CancelledError:
            # The process ended while somebody waited for it.
            reraise_if_cancelled()
            return
        if told is not None and not process.gone:
            self.note(machine, *told)

    def note(self, machine: Machine, sid: str, kind: str) -> None:
        """Note what a node told its officer that it had said."""
        if machine.number not in self._honest:
            self._world.count("said-by-hostile")
            return
        self._world.count("said")
        now = asyncio.get_running_loop().time()
        self._evidence.words.append(Word(at=now, machine=machine.number, sid=sid, kind=kind))

    def _request(self, node: Any, number: int) -> tuple[str, str]:
        places = [
            (at, other)
            for at, group in enumerate(self._template.groups)
            if number in group
            for other in group
            if other != number
        ]
        at, other = self._draw.choice(places)
        told = ask(
            node,
            "submit",
            mechanism=self._template.mechanisms[at],
            to=self._template.parties[other],
            profile="csirt-incident",
            fields=FIELDS | {"critical": self._draw.random() < 0.5},
        )
        return str(told["statement"]), "submit"

    def _move(self, node: Any) -> tuple[str, str] | None:
        cases = ask(node, "list")["cases"]
        if not cases:
            return None
        subject = self._draw.choice(sorted(each["subject"] for each in cases))
        steps = ask(node, "show", subject=subject)["turn"]["open_to_us"]
        steps = [each for each in steps if each.partition(":")[0] not in {"lapse", "extend"}]
        if not steps:
            return None
        verb, _, decision = self._draw.choice(steps).partition(":")
        more = dict(_EXTRA.get(verb, {}))
        if decision:
            more["status" if verb == "report" else "decision"] = decision
        told = ask(node, verb, subject=subject, texts=TEXTS, **more)
        return str(told["statement"]), verb
