"""What befalls one machine of a seed at most: its disk is lost, old, or changed.

Before it, a backup is made.  Afterwards the operator does what the handbook says: ``comity fsck``,
``comity restore``, and nothing else; the node comes out of its quarantine by itself.
"""

import asyncio
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from comity.app.operations import table_of
from comity.errors import ComityError
from comity.node.node import open_node
from comity.node.restore import Restoring, restore
from simulation.machine import Command, Machine
from simulation.nemesis import Nemesis, Supervisor
from simulation.oracle.evidence import Evidence, Flip
from simulation.world import World

KINDS = ("flip", "put-back", "restore-old", "total-loss")
OFTEN = 0.7
_SAFE = ("secret", "keys.bin", "next-key.bin")
"""What an operator keeps off the machine."""


class Disasters:
    """The disaster of one seed, if it has one."""

    def __init__(self, world: World, draw: Random, evidence: Evidence) -> None:
        self._world, self._draw, self._evidence = world, draw, evidence
        self.kind = draw.choice(KINDS) if draw.random() < OFTEN else None
        self.alone = draw.random() < 0.5
        """Whether nobody can be asked at first."""
        self._place = world.folder / "operator"
        self._snapshot: dict[str, bytes] = {}
        self._copies = 0

    async def work(self, until: float, nemesis: Nemesis, supervisor: Supervisor) -> None:
        """Make a backup, and let it happen a while later."""
        if self.kind is None:
            return
        honest = [each.number for each in self._evidence.people if each.honest]
        machine = self._world.machines[self._draw.choice(honest)]
        nemesis.spared.add(machine.number)
        self._place.mkdir()
        left = until - asyncio.get_running_loop().time()
        await asyncio.sleep(self._draw.uniform(0, left / 3))
        if not await self._back_up(machine):
            return
        await asyncio.sleep(self._draw.uniform(left / 10, left / 2))
        supervisor.hands_off.add(machine.number)
        try:
            await self._happen(machine)
        finally:
            supervisor.hands_off.discard(machine.number)

    async def _back_up(self, machine: Machine) -> bool:
        for name in _SAFE:
            (self._place / name).write_bytes((machine.folder / name).read_bytes())
        (self._place / "secret").chmod(0o600)
        for _ in range(5):
            process, node = machine.process, machine.node
            if process is not None and node is not None and process.serves:
                try:
                    operation = table_of(node)["backup"]
                    await process.thread(partial(operation, out=str(self._place / "backup")))
                except (ComityError, asyncio.CancelledError):
                    pass
                else:
                    self._snapshot = machine.disk.after_kill()
                    self._world.count("backup")
                    return True
            await asyncio.sleep(5)
        return False

    async def _happen(self, machine: Machine) -> None:
        if machine.process is not None:
            machine.kill()
        before = self._keep(machine)
        if self.kind == "flip":
            if not await self._flip(machine, before):
                return
            await self._restore(machine, with_guard=self._draw.random() < 0.5)
        elif self.kind == "put-back":
            # A disk image of then; the guard lies on another device and is of now.
            guard = (machine.folder / "guard").read_bytes()
            machine.disk.lay(self._snapshot | {"guard": guard})
        else:
            await self._restore(machine, with_guard=self.kind == "restore-old")
        self._evidence.lost.setdefault(machine.number, []).append(before)
        self._world.count(str(self.kind))
        if self.alone:
            lines = {(a, b) for a in range(99) for b in range(99) if machine.number in {a, b}}
            self._world.network.weather.cut |= lines
            self._world.count("alone-after-a-disaster")
            machine.start()
            await asyncio.sleep(self._draw.uniform(5, 30))
            self._world.network.weather.cut -= lines
        else:
            machine.start()

    def _keep(self, machine: Machine) -> Path:
        """Keep the database as it is, for the oracle."""
        self._copies += 1
        folder = self._place / f"as-it-was-{self._copies}"
        folder.mkdir()
        for name in ("node.db", "node.db-wal"):
            if (machine.folder / name).exists():
                (folder / name).write_bytes((machine.folder / name).read_bytes())
        return folder / "node.db"

    async def _flip(self, machine: Machine, before: Path) -> bool:
        """Turn a bit of the database while nobody looks; return whether fsck finds it."""
        path = machine.folder / "node.db"
        content = bytearray(path.read_bytes())
        content[self._draw.randrange(len(content))] ^= 1 << self._draw.randrange(8)
        path.write_bytes(content)
        machine.disk.begin()
        after = self._keep(machine)
        found = not await Command(machine).run(partial(_sound, machine.folder))
        self._evidence.flips.append(
            Flip(machine=machine.number, before=before, after=after, found=found)
        )
        self._world.count("bit-flip")
        if found:
            self._world.count("bit-flip-found")
        else:
            machine.disk.begin()
            machine.start()
        return found

    async def _restore(self, machine: Machine, *, with_guard: bool) -> None:
        guard = (machine.folder / "guard").read_bytes()
        machine.disk.lay({})
        (machine.folder / "blobs").rmdir()
        asked = Restoring(file=self._place / "backup", folder=machine.folder, keys=self._place)
        await Command(machine).run(partial(restore, asked))
        if with_guard:
            (machine.folder / "guard").write_bytes(guard)
        machine.disk.begin()


def _sound(folder: Path) -> bool:
    """Say what ``comity fsck`` says of a node that does not run."""
    try:
        node = open_node(folder)
    except ComityError:
        return False
    try:
        told: dict[str, Any] = table_of(node)["fsck"]()
    except ComityError:
        return False
    finally:
        node.close()
    return bool(told["ok"])
