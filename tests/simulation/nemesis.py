"""What befalls machines and lines: drawn from the seed, and counted when it really happens.

Each seed leaves some kinds out altogether (swarm), so that what one kind hides is found without
it.  When the chaos ends, everything is healed; what the nodes do about it is theirs.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from random import Random

from simulation.disk import PLENTY
from simulation.machine import Machine
from simulation.network import Weather
from simulation.threads import SLOWEST
from simulation.world import World

OFTEN = 0.65
"""How likely a kind is to be in a seed's menu."""
MOST_SKEW = 600.0


class Nemesis:
    """The faults of one seed."""

    def __init__(self, world: World, draw: Random, honest: list[Machine]) -> None:
        self._world, self._draw, self._honest = world, draw, honest
        self._kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "crash": self._crash,
            "power-cut": self._power_cut,
            "pause": self._pause,
            "weather": self._weather,
            "clog": self._clog,
            "swizzle-clog": self._swizzle,
            "partition": self._partition,
            "one-way": self._one_way,
            "skew": self._skew,
            "jump": self._jump,
            "slow-disk": self._slow_disk,
            "full-disk": self._full_disk,
            "eio": self._eio,
            "upgrade": self._upgrade,
        }
        self.menu = [each for each in self._kinds if draw.random() < OFTEN]
        self._under_way: set[asyncio.Task[None]] = set()
        self.ahead = 0.0
        """How many seconds some clock was ahead at most."""
        self.spared: set[int] = set()
        """Machines that have trouble enough."""

    async def work(self, until: float, pause: float) -> None:
        """Let one thing after another happen, until it is time."""
        loop = asyncio.get_running_loop()
        while loop.time() < until and self.menu:
            await asyncio.sleep(self._draw.uniform(0, 2 * pause))
            kind = self._draw.choice(self.menu)
            task = asyncio.create_task(self._cause(kind))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)

    async def _cause(self, kind: str) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await self._kinds[kind]()

    async def heal(self) -> None:
        """End everything: lines, clocks, disks and machines are as they should be."""
        for task in list(self._under_way):
            task.cancel()
        await asyncio.sleep(0)
        self._world.network.weather = Weather()
        self._world.network.free()
        for machine in self._world.machines:
            machine.disk.full, machine.disk.free = False, PLENTY
            machine.disk.cut, machine.disk.broken = None, 0
            if machine.process is not None:
                machine.process.paused_until, machine.process.slowest = 0.0, SLOWEST
            if machine.skew:
                # A clock that was put right counts from the next start on.
                machine.skew = 0.0
                if machine.process is not None:
                    machine.kill()

    def _victim(self) -> Machine:
        running = [
            each
            for each in self._world.machines
            if each.process is not None and each.process.serves and each.number not in self.spared
        ]
        return self._draw.choice(running or self._honest)

    def _some_time(self, most: float = 40.0) -> float:
        return self._draw.uniform(2, most)

    async def _crash(self) -> None:
        machine = self._victim()
        if machine.process is not None:
            machine.kill()
            self._world.count("crash")

    async def _power_cut(self) -> None:
        """In the middle of what the disk does, or just so."""
        machine = self._victim()
        if machine.process is None:
            return
        if self._draw.random() < 0.7:
            machine.disk.cut = self._draw.randint(1, 30)
        else:
            machine.cut_power()
            self._world.count("power-cut")

    async def _pause(self) -> None:
        machine = self._victim()
        if machine.process is not None:
            now = asyncio.get_running_loop().time()
            machine.process.paused_until = now + self._some_time()
            self._world.count("pause")

    async def _weather(self) -> None:
        network = self._world.network
        network.weather.loss = self._draw.uniform(0, 0.3)
        network.weather.duplicates = self._draw.uniform(0, 0.5)
        network.weather.slowest = self._draw.choice((0.05, 1.0, 20.0))
        self._world.count("weather")
        await asyncio.sleep(self._some_time(60))
        network.weather.loss = network.weather.duplicates = 0.0
        network.weather.slowest = 0.05

    def _pairs(self) -> list[tuple[int, int]]:
        numbers = range(len(self._world.machines))
        return [(a, b) for a in numbers for b in numbers if a != b]

    async def _clog(self) -> None:
        lines = {each for each in self._pairs() if self._draw.random() < 0.2}
        await self._clogged([lines], self._some_time())

    async def _swizzle(self) -> None:
        """Stop the lines of some machines one by one; free them in another order."""
        chosen = self._draw.sample(range(len(self._world.machines)), 2)
        lines = [each for each in self._pairs() if set(each) & set(chosen)]
        self._draw.shuffle(lines)
        self._world.count("swizzle-clog")
        clogged = self._world.network.weather.clogged
        try:
            for line in lines:
                clogged.add(line)
                await asyncio.sleep(self._draw.uniform(0, 0.5))
            self._draw.shuffle(lines)
            for line in lines:
                clogged.discard(line)
                self._world.network.free()
                await asyncio.sleep(self._draw.uniform(0, 0.5))
        finally:
            clogged.difference_update(lines)

    async def _clogged(self, stages: list[set[tuple[int, int]]], seconds: float) -> None:
        clogged = self._world.network.weather.clogged
        for lines in stages:
            clogged |= lines
        self._world.count("clog")
        try:
            await asyncio.sleep(seconds)
        finally:
            for lines in stages:
                clogged -= lines
            self._world.network.free()

    async def _partition(self) -> None:
        one = {each for each in range(len(self._world.machines)) if self._draw.random() < 0.5}
        cut = {(a, b) for a, b in self._pairs() if (a in one) != (b in one)}
        await self._cut(cut, "partition")

    async def _one_way(self) -> None:
        cut = {(a, b) for a, b in self._pairs() if self._draw.random() < 0.3}
        await self._cut(cut, "one-way")

    async def _cut(self, lines: set[tuple[int, int]], kind: str) -> None:
        self._world.network.weather.cut |= lines
        self._world.count(kind)
        await asyncio.sleep(self._some_time(60))
        self._world.network.weather.cut -= lines

    async def _skew(self) -> None:
        machine = self._victim()
        machine.skew = self._draw.uniform(
            -MOST_SKEW, self._draw.choice((60, 200, 250, 290, MOST_SKEW))
        )
        self.ahead = max(self.ahead, machine.skew)
        self._world.count("skew")

    async def _jump(self) -> None:
        """A clock that is set, forwards or back, and right again after a while."""
        machine = self._victim()
        before = machine.skew
        machine.skew = max(-MOST_SKEW, min(MOST_SKEW, before + self._draw.choice((-300, -30, 60))))
        self.ahead = max(self.ahead, machine.skew)
        self._world.count("jump")
        await asyncio.sleep(self._some_time())
        machine.skew = before

    async def _slow_disk(self) -> None:
        machine = self._victim()
        if machine.process is not None:
            machine.process.slowest = self._draw.uniform(0.1, 3.0)
            self._world.count("slow-disk")
            await asyncio.sleep(self._some_time())
            if machine.process is not None:
                machine.process.slowest = SLOWEST

    async def _full_disk(self) -> None:
        machine = self._victim()
        machine.disk.full, machine.disk.free = self._draw.random() < 0.7, 0
        await asyncio.sleep(self._some_time())
        machine.disk.full, machine.disk.free = False, PLENTY

    async def _eio(self) -> None:
        self._victim().disk.broken = self._draw.randint(1, 30)

    async def _upgrade(self) -> None:
        """Stop in good order, and begin with rows as an older release made them."""
        machine = self._victim()
        if machine.process is None or machine.process.node is None:
            return
        await machine.stop()
        machine.age_rows()
        self._world.count("upgrade")


class Supervisor:
    """Whoever starts a machine's process again when it has ended."""

    def __init__(self, world: World, draw: Random) -> None:
        self._world, self._draw = world, draw
        self.hands_off: set[int] = set()
        """Machines that somebody is working on."""

    async def work(self) -> None:
        """Look at every machine, for ever."""
        while True:
            await asyncio.sleep(self._draw.uniform(1, 4))
            for machine in self._world.machines:
                if machine.number not in self.hands_off:
                    self._look(machine)

    def _look(self, machine: Machine) -> None:
        process = machine.process
        if process is None:
            machine.start()
            self._world.count("restart")
        elif process.trouble is not None:
            self._world.count(f"did-not-start:{process.trouble}")
            machine.kill()
        elif process.node is not None and process.node.writer.stopped is not None:
            self._world.count("writer-stopped")
            machine.kill()
