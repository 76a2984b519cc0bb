"""One seed, from a quiet world through chaos and healing to the judgement."""

import asyncio
import hashlib
import json
import pickle
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any
from urllib.parse import urlsplit

from comity.app.operations import table_of
from comity.node.operations import vkeys
from simulation import world as worlds
from simulation.byzantine import Adversary, speak
from simulation.counters import FAULTS
from simulation.disasters import Disasters
from simulation.machine import Machine
from simulation.nemesis import Nemesis, Supervisor
from simulation.network import Asked, Told
from simulation.officers import Officers, ask
from simulation.oracle.evidence import Ending, Evidence, Person, Sent, Violation
from simulation.oracle.judge import judge, read
from simulation.planted import PLANTED
from simulation.world import EPOCH, Template, World

CHAOS_SECONDS = 80.0
TAKEN_AHEAD = 300.0
HEALED_SECONDS = 120.0
"""I6: so long after the last healing all tell the same."""


@dataclass(slots=True, kw_only=True)
class Result:
    """What came of one seed."""

    seed: int
    violations: list[Violation]
    counters: Counter[str]
    faults: tuple[str, ...] = FAULTS
    logged: int
    """Statements in the logs of honest parties that were not there at the beginning."""
    receipts: int
    digest: str
    virtual_seconds: float
    failures: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Options:
    """What a run may differ in."""

    chaos: float = CHAOS_SECONDS
    pause: float = 3.0
    disaster: str | None = None
    """This one, and nobody can be asked after it; one that is drawn, if not given."""
    planted: str = "nothing"
    """A defence that is taken out (``planted``)."""


class Scenario:
    """One seed."""

    def __init__(self, world: World, template: Template, seed: int, options: Options) -> None:
        self.world, self.template, self.seed, self.options = world, template, seed, options
        self.byzantine = worlds.BYZANTINE[template.nodes]
        self.draw = Random(f"{seed}/scenario")
        self.evidence = Evidence(people=[], endings=[], epoch=EPOCH)
        self.officers = Officers(world, template, Random(f"{seed}/officers"), self.evidence)
        world.network.listeners.append(self._overheard)

    def _overheard(self, asked: Asked, told: Told | None) -> None:
        if told is None:
            return
        self.evidence.sent.append(
            Sent(
                at=asyncio.get_running_loop().time(),
                source=asked.source,
                target=asked.target,
                path=urlsplit(asked.url).path,
                status=told.status,
                body=asked.body,
                answer=told.body,
            )
        )

    async def run(self) -> Result:
        """Live through it and judge it."""
        world = self.world
        world.lay(self.template)
        for machine in world.machines:
            machine.start()
        await asyncio.gather(*(each.process.up for each in world.machines if each.process))
        self.evidence.people = [self._person(each) for each in world.machines]
        self._began = {each.number: each.node.tree_size for each in world.machines if each.node}
        begun = asyncio.get_running_loop().time()
        await self._live(begun + self.options.chaos)
        for machine in self.honest():
            self.evidence.endings.append(await self._ending(machine))
        self._count_consequences()
        violations, receipts = judge(self.evidence)
        return Result(
            seed=self.seed,
            violations=violations,
            counters=world.counters,
            logged=sum(self._logged(each) for each in self.evidence.endings),
            receipts=receipts,
            digest=self._digest(),
            virtual_seconds=asyncio.get_running_loop().time(),
            failures=asyncio.get_running_loop().failures,  # type: ignore[attr-defined]
        )

    async def _live(self, until: float) -> None:
        """Chaos, healing, and the time that the nodes have to find together again."""
        world, pause = self.world, self.options.pause
        adversaries = [
            Adversary(world, each, Random(f"{self.seed}/byzantine/{each}"))
            for each in self.byzantine
        ]
        nemesis = Nemesis(world, Random(f"{self.seed}/nemesis"), self.honest())
        supervisor = Supervisor(world, Random(f"{self.seed}/supervisor"))
        supervisor.hands_off |= set(self.byzantine)
        disasters = Disasters(world, Random(f"{self.seed}/disasters"), self.evidence)
        if self.options.disaster is not None:
            disasters.kind, disasters.alone = self.options.disaster, True
        running = [asyncio.create_task(supervisor.work())]
        running += [asyncio.create_task(each.keep_faces_up()) for each in adversaries]
        await asyncio.sleep(1)
        for each in adversaries:
            each.split(world.another_face)
        await asyncio.gather(
            self.officers.work(until, pause),
            nemesis.work(until, pause),
            disasters.work(until, nemesis, supervisor),
            *(each.work(until, 3 * pause, self.evidence.people) for each in adversaries),
            *(speak(each, self.officers, until, 3 * pause) for each in adversaries),
        )
        await nemesis.heal()
        # What was said by a clock that was ahead is taken once it is not of the future any more.
        await asyncio.sleep(HEALED_SECONDS + max(0.0, nemesis.ahead - TAKEN_AHEAD))
        for each in running:
            each.cancel()

    def honest(self) -> list[Machine]:
        """Return the machines of honest parties."""
        return [each for each in self.world.machines if each.number not in self.byzantine]

    def _person(self, machine: Machine) -> Person:
        node = machine.node
        if node is None:
            raise RuntimeError(f"machine {machine.number} did not start")
        own = node.keeping.own
        keys = vkeys(own)
        return Person(
            number=machine.number,
            party=node.party,
            honest=machine.number not in self.byzantine,
            log_uri=own.log.log_uri,
            origin=own.log.origin,
            receipt_key=node.signer("receipt").public.encoded,
            vkeys=(str(keys["log"]), str(keys["log-pq"])),
        )

    async def _ending(self, machine: Machine) -> Ending:
        process, node = machine.process, machine.node
        if process is None or node is None:
            return Ending(
                machine=machine.number,
                database=machine.folder / "node.db",
                runs=False,
                quarantine=None,
                sound=True,
            )
        shown: dict[str, Any] = await process.thread(partial(_cases, node))
        told = await process.thread(table_of(node)["fsck"])
        trouble = node.keeping.ledger.quarantine
        runs = process.serves and node.writer.stopped is None
        await machine.stop()
        return Ending(
            machine=machine.number,
            database=machine.folder / "node.db",
            runs=runs,
            quarantine=None if trouble is None else trouble.code,
            sound=all(each["ok"] for each in told["checks"] if each["name"] != "guard"),
            faults=json.dumps(told["first"]),
            shown=shown,
        )

    def _count_consequences(self) -> None:
        """Count what followed from what was done."""
        count = self.world.count
        for ending in self.evidence.endings:
            ((proofs,),) = read(ending.database, "SELECT count(*) FROM fork")
            count("fork-of-a-log-proved", int(proofs))
            count(
                "fork-of-a-thread-shown", sum(bool(each["forks"]) for each in ending.shown.values())
            )
            if ending.machine in self.evidence.lost and ending.runs:
                out = ending.quarantine is None
                count("out-of-quarantine" if out else "stays-in-quarantine")
        # What an officer was refused because a node signs nothing.
        barred = [
            name for name in self.world.counters if name.startswith("refused-to-officer:node.")
        ]
        quarantines = ("restored", "behind-guard", "guard-missing", "behind-peers")
        for name in barred:
            if name.rpartition(".")[2] in quarantines:
                count("nothing-signed-in-quarantine", self.world.counters[name])

    def _logged(self, ending: Ending) -> int:
        ((count,),) = read(ending.database, "SELECT count(*) FROM statement")
        return int(count) - self._began[ending.machine]

    def _length(self, sent: Sent) -> int:
        """Return how long an answer is, where that follows from the seed.

        What is wrong with mutilated bytes may depend on a signature's own bytes.
        """
        return -1 if sent.source in self.byzantine else len(sent.answer)

    def _digest(self) -> str:
        """Return what two runs of one seed have in common: who said what when, and what followed.

        Signatures with ML-DSA and sealed bodies are other bytes in every run; what is signed and
        logged is not.
        """
        made = hashlib.sha256()
        for word in self.evidence.words:
            made.update(f"{word.at:.6f} {word.machine} {word.sid} {word.kind}\n".encode())
        for sent in self.evidence.sent:
            made.update(
                f"{sent.at:.6f} {sent.source} {sent.target} {sent.path} {sent.status}"
                f" {len(sent.body)} {self._length(sent)}\n".encode()
            )
        for ending in self.evidence.endings:
            for row in read(ending.database, "SELECT leaf, entry FROM statement ORDER BY leaf"):
                made.update(repr(row).encode())
            for row in read(ending.database, "SELECT size, root, time FROM head ORDER BY size"):
                made.update(repr(row).encode())
        made.update(json.dumps(sorted(self.world.counters.items())).encode())
        return made.hexdigest()[:16]


def _cases(node: Any) -> dict[str, Any]:
    cases = ask(node, "list")["cases"]
    return {each["subject"]: ask(node, "show", subject=each["subject"]) for each in cases}


def simulate(
    seed: int, template: Template, options: Options | None = None, *, talk: bool = False
) -> Result:
    """Run one seed."""
    chosen = options or Options()
    with PLANTED[chosen.planted]():
        return worlds.run(
            str(seed), lambda world: Scenario(world, template, seed, chosen).run(), talk=talk
        )


def simulate_there(template: bytes, options: Options, seed: int) -> Result:
    """Run one seed in a process of its own kind."""
    return simulate(seed, pickle.loads(template), options)  # noqa: S301 - our own bytes, from the parent
