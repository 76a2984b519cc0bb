"""``make bench``: print what this build does here, each figure next to the machine's limit.

``--quick`` takes half a minute, the usual run at most three.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.exchanging import Exchanging
from bench.figures import ratios, spread, told
from bench.http_clients import AT_ONCE, compare, missing
from bench.limits import CHECKS, COMMITS, Machine
from bench.machine import machine_line
from bench.pair import SETTLE_SECONDS
from bench.registering import Registering
from bench.rounds import MOST_CHANGE, QUICK, USUAL, Size, figures, run_round


def main() -> None:
    """Run the bench."""
    asked = argparse.ArgumentParser(prog="make bench", description=__doc__)
    asked.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    asked.add_argument("--dir", type=Path, help="where the nodes' folders are made: on which disk")
    options = asked.parse_args()
    size = QUICK if options.quick else USUAL
    _say(machine_line())
    with tempfile.TemporaryDirectory(prefix="comity-bench-", dir=options.dir) as folder:
        _nodes(Path(folder), size)
    _clients(size)


def _nodes(folder: Path, size: Size) -> None:
    machine = Machine(folder, size.limit_seconds)
    registering, exchanging = Registering(folder / "a"), Exchanging(folder / "b")
    plan = figures(registering, exchanging)
    for figure in plan:
        # Once for nothing: what is loaded and cached at first use is not the machine's fault.
        figure.prepare(figure.at_once, figure.at_once)()
    seen: dict[str, list[float]] = {CHECKS: [], COMMITS: []}
    for number in range(size.rounds):
        _note(f"round {number + 1} of {size.rounds}")
        for name, values in run_round(machine, plan, size.scale).items():
            seen[name] += values
    checked = (registering.finish(), exchanging.finish())
    machine.close()
    for name, values in seen.items():
        found = spread(values)
        _say(f"limit: {name}, {found.median:.0f}/s [{found.low:.0f}..{found.high:.0f}], one core")
    for figure in plan:
        _say(figure.told())
    _say(f"registrations: {checked[0]}; exchanges: {checked[1]}")
    _say(
        f"each opens a thread; settling period {SETTLE_SECONDS // 3600} h, so that no thread.seen "
        f"is among them; ratio: median of {size.rounds} rounds [lowest..highest]; a round is "
        f"uneven if a limit changed by more than {MOST_CHANGE} times while it was measured"
    )


def _clients(size: Size) -> None:
    title = "HTTP client, aiohttp against httpx"
    why = missing()
    if why is not None:
        _say(f"{title}: {why}")
        return
    found = compare(size.client_seconds, size.rounds)
    for at_once in AT_ONCE:
        ours, theirs = found["aiohttp", at_once], found["httpx", at_once]
        _say(
            f"{f'{title}, {at_once} in flight':<46} {_middle(ours)} against {_middle(theirs)} "
            f"= {told(ratios(ours, theirs))} x httpx"
        )


def _middle(values: Sequence[float]) -> str:
    return f"{spread(values).median:.0f}/s"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _note(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(text + "\n")


if __name__ == "__main__":
    main()
