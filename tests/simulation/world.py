"""Twelve parties who have met and agreed: made once, by their own nodes, and then laid on disks.

Every simulation begins where this ends: with the same parties, keys, cards and charters.
"""

import asyncio
import contextlib
import logging
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from comity.node import operations
from comity.node.founding import NewNode, found_node
from simulation import boundary as boundaries
from simulation.boundary import boundary
from simulation.disk import Vfs
from simulation.loop import SimLoop
from simulation.machine import BRISK, Command, Machine, Process
from simulation.network import Network

EPOCH = boundaries.EPOCH
GROUPS = ((0, 1, 2, 10), (3, 4, 5, 11), (6, 7, 8, 9), (2, 5, 8, 10), (1, 4, 9, 11))
SMALL = ((0, 1, 2, 3),)
BYZANTINE = {12: (10, 11), 4: (3,)}
"""By how many parties there are: which of them are hostile."""
ENOUGH_SEEDS = 50
"""From so many on, everything must have happened once."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a world begins with."""

    disks: tuple[dict[str, bytes], ...]
    parties: tuple[str, ...]
    mechanisms: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    began: float
    """Virtual seconds that it took to make."""

    @property
    def nodes(self) -> int:
        """How many there are."""
        return len(self.disks)


class World:
    """Machines on a network, on one loop."""

    def __init__(self, folder: Path, seed: str, vfs: Vfs) -> None:
        self.folder, self.vfs = folder, vfs
        self.draw = Random(f"{seed}/world")
        self.counters: Counter[str] = Counter()
        self.network = Network(Random(f"{seed}/network"), self.count)
        self.machines: list[Machine] = []
        self.faces: list[Machine] = []
        """Those that stand in another one's place."""

    def count(self, what: str, by: int = 1) -> None:
        """Note that something really happened."""
        self.counters[what] += by

    def add(self) -> Machine:
        """Put up one more machine; its disk is empty."""
        number = len(self.machines)
        machine = Machine(number, self.folder / f"m{number:02}" / "node", self.network, self.count)
        self.vfs.disks[str(machine.folder)] = machine.disk
        self.machines.append(machine)
        return machine

    def another_face(self, number: int) -> Machine:
        """Put up a machine in the place of another one."""
        machine = Machine(
            number, self.folder / f"m{number:02}-b" / "node", self.network, self.count
        )
        self.vfs.disks[str(machine.folder)] = machine.disk
        self.faces.append(machine)
        return machine

    def lay(self, template: Template) -> None:
        """Put up the machines of a template."""
        for files in template.disks:
            self.add().disk.lay(files)


def in_memory() -> str | None:
    """Return where files lie in memory; ``None``: wherever temporary files are."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - that is what it is for


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what nodes say of their troubles to themselves: here they are the rule."""
    journal = logging.getLogger("comity")
    level = journal.level
    journal.setLevel(logging.CRITICAL)
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # noqa: PTH123
        try:
            yield
        finally:
            journal.setLevel(level)


def run(seed: str, work: Callable[[World], Coroutine[Any, Any, Any]], *, talk: bool = False) -> Any:
    """Run one simulation to its end, and leave nothing behind."""
    folder = Path(tempfile.mkdtemp(prefix="comity-simulation-", dir=in_memory()))
    loop = SimLoop(Random(f"{seed}/loop"))
    vfs = Vfs(Random(f"{seed}/vfs"))
    try:
        with boundary(Random(f"{seed}/entropy")), contextlib.nullcontext() if talk else quiet():
            return loop.run_until_complete(_end_well(World(folder, seed, vfs), work))
    finally:
        vfs.unregister()
        loop.close()
        shutil.rmtree(folder, ignore_errors=True)


async def _end_well(world: World, work: Callable[[World], Coroutine[Any, Any, Any]]) -> Any:
    try:
        return await work(world)
    finally:
        for machine in (*world.machines, *world.faces):
            if machine.process is not None:
                machine.process.end()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for each in rest:
            each.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def make(groups: Sequence[Sequence[int]] = GROUPS) -> Template:
    """Let parties be founded, meet and agree."""
    return run("template", partial(_make, groups=groups))


async def _make(world: World, groups: Sequence[Sequence[int]]) -> Template:
    machines = [world.add() for _ in {each for group in groups for each in group}]
    for machine in machines:
        machine.pace = BRISK
    founders = [_founder(each) for each in machines]
    parties = [await founder() for founder in founders]
    processes = [each.start() for each in machines]
    await asyncio.gather(*(each.up for each in processes))
    pairs = sorted({(a, b) for group in groups for a in group for b in group if a != b})
    for one, other in pairs:
        text = _node(processes[other]).card_text()
        await processes[one].thread(partial(operations.meet, _node(processes[one]), card=text))
    mechanisms = [await _agree(processes, group, parties) for group in groups]
    # Until every head of everybody has been explained to everybody.
    await asyncio.sleep(300)
    for each in machines:
        await each.stop()
    disks = tuple(each.disk.after_kill() for each in machines)
    return Template(
        disks=tuple(_portable(files) for files in disks),
        parties=tuple(parties),
        mechanisms=tuple(mechanisms),
        groups=tuple(tuple(each) for each in groups),
        began=asyncio.get_running_loop().time(),
    )


def _portable(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != "lock"}


def _founder(machine: Machine) -> Callable[[], Coroutine[Any, Any, str]]:
    new = NewNode(
        folder=machine.folder,
        names={"en": f"Party {machine.number}", "zh": f"第{machine.number}方"},
        listen=machine.url.removeprefix("http://"),
    )

    async def founded() -> str:
        machine.folder.mkdir(parents=True)
        party = await Command(machine).run(partial(found_node, new))
        machine.disk.begin()
        return str(party.id)

    return founded


def _node(process: Process) -> Any:
    if process.node is None:
        raise RuntimeError(f"machine {process.machine.number} did not come up: {process.trouble}")
    return process.node


async def _agree(processes: Sequence[Process], group: Sequence[int], parties: Sequence[str]) -> str:
    first, *others = group
    told = await processes[first].thread(
        partial(
            operations.found,
            _node(processes[first]),
            names={"en": f"Mechanism {first}", "zh": "机制"},
            members=[parties[each] for each in others],
            settle=2,
        )
    )
    subject = str(told["subject"])
    for each in others:
        await asyncio.sleep(20)
        await processes[each].thread(
            partial(operations.accede, _node(processes[each]), subject=subject)
        )
    await asyncio.sleep(30)
    return subject
