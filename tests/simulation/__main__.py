"""``make simulate SEEDS=200 FROM=0``: many seeds, in as many processes as there are processors."""

import argparse
import os
import pickle
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from simulation import world
from simulation.counters import missing
from simulation.disasters import KINDS
from simulation.planted import PLANTED
from simulation.scenario import Options, Result, simulate, simulate_there
from simulation.world import Template

_MOST_PROCESSES = 2


def main(arguments: Sequence[str]) -> int:
    """Run the seeds, print what came of them; 1 if something must not be."""
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=0)
    parser.add_argument("--small", action="store_true", help="four parties, one of them hostile")
    parser.add_argument("--disaster", choices=KINDS)
    parser.add_argument("--planted", choices=PLANTED, default="nothing", help="to be found")
    asked = parser.parse_args(arguments)
    options = Options(disaster=asked.disaster, planted=asked.planted)
    begun = time.monotonic()
    template = world.make(world.SMALL) if asked.small else world.make()
    print(
        f"{template.nodes} parties have met and agreed, {time.monotonic() - begun:.1f} s",
        flush=True,
    )
    seeds = range(asked.first, asked.first + asked.seeds)
    processes = asked.processes or min(_MOST_PROCESSES, os.cpu_count() or 1, len(seeds))
    results = []
    for result in _results((template, options), seeds, processes):
        results.append(result)
        print(line(result), flush=True)
        for violation in result.violations:
            print(f"    VIOLATION {violation}", flush=True)
    return report(results, time.monotonic() - begun)


def _results(what: tuple[Template, Options], seeds: range, processes: int) -> Iterator[Result]:
    template, options = what
    if processes < 2:
        yield from (simulate(seed, template, options) for seed in seeds)
        return
    with ProcessPoolExecutor(processes, max_tasks_per_child=25) as pool:
        yield from pool.map(partial(simulate_there, pickle.dumps(template), options), seeds)


def line(result: Result) -> str:
    """Return what is printed of one seed."""
    faults = sum(result.counters[each] for each in result.faults)
    return (
        f"seed {result.seed}: digest {result.digest}, {result.logged} statements logged, "
        f"{result.receipts} receipts verified, {faults} faults, "
        f"{len(result.violations)} violations, {result.virtual_seconds:.0f} s of time"
    )


def report(results: Sequence[Result], seconds: float) -> int:
    """Print the sums; return 1 if there is a violation, or if a fault never happened."""
    total: Counter[str] = Counter()
    for result in results:
        total += result.counters
    print("\nhow often it really happened:")
    for name, count in sorted(total.items()):
        print(f"  {count:8} {name}")
    bad = [result.seed for result in results if result.violations]
    never = missing(total) if len(results) >= world.ENOUGH_SEEDS else []
    print(
        f"\n{len(results)} seeds, {sum(each.logged for each in results)} statements, "
        f"{sum(each.receipts for each in results)} receipts verified, "
        f"{sum(sum(each.counters[name] for name in each.faults) for each in results)} faults, "
        f"{sum(len(each.violations) for each in results)} violations in {seconds:.0f} s"
    )
    if bad:
        print("again, one at a time: " + ", ".join(f"make simulate SEEDS=1 FROM={n}" for n in bad))
    for name in never:
        print(f"never happened: {name}")
    return 1 if bad or never else 0


if __name__ == "__main__":
    # What a set of strings is iterated in must not differ from run to run.
    if os.environ.get("PYTHONHASHSEED") != "0":
        sys.exit(
            subprocess.run(
                [sys.executable, "-m", "simulation", *sys.argv[1:]],
                env=os.environ | {"PYTHONHASHSEED": "0"},
                check=False,
            ).returncode
        )
    sys.exit(main(sys.argv[1:]))
