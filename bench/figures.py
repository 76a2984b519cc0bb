"""The statistics of the bench, and the lines that it prints.

A rate alone says little on a machine that others use too.  So each rate is divided by the
machine's own limit measured right before and right after it, and what is told of these ratios
is their median, with the lowest and the highest: a change that is smaller than that spread is
not a change.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A median and how far the rounds were from it."""

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What some operations took."""

    whole: float
    """Seconds from the beginning of the first to the end of the last."""
    seconds: tuple[float, ...]
    """How long each took."""
    processor_seconds: float
    """Of all of them together, in every process of ours."""

    @property
    def rate(self) -> float:
        """Operations a second."""
        return len(self.seconds) / self.whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round of one figure measured."""

    timing: Timing
    limits: Mapping[str, float]
    """What the machine did a second around that time, by the limit's name."""
    uneven: bool = False
    """Whether the machine was not the same before and after; its ratio says little."""


def spread(values: Sequence[float]) -> Spread:
    """Return the median of values, of which there is at least one, and their ends."""
    return Spread(median=median(values), low=min(values), high=max(values))


def ratios(rates: Sequence[float], limits: Sequence[float]) -> Spread:
    """Return the spread of the ratios of each round; the median is theirs, not of the parts."""
    return spread([rate / limit for rate, limit in zip(rates, limits, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of all values does not exceed.

    Args:
        values: at least one.
        share: above 0, at most 1; 0.99 for p99.

    """
    ordered = sorted(values)
    return ordered[math.ceil(share * len(ordered)) - 1]


def line(title: str, rounds: Sequence[Round], *, remark: str = "") -> str:
    """Return a figure as one line: rate, ratio to each limit, how long one takes, a remark."""
    rates = [each.timing.rate for each in rounds]
    parts = [f"{title:<37} {spread(rates).median:5.0f}/s"]
    for name in rounds[0].limits:
        found = ratios(rates, [each.limits[name] for each in rounds])
        parts.append(f"= {told(found)} x {name}")
    seconds = [each for one in rounds for each in one.timing.seconds]
    p50, p99 = (percentile(seconds, share) * 1000 for share in (0.5, 0.99))
    parts.append(f"p50 {p50:.1f} ms, p99 {p99:.1f} ms")
    busy = spread([each.timing.processor_seconds / len(each.timing.seconds) for each in rounds])
    parts.append(f"processor {busy.median * 1000:.1f} ms each")
    uneven = sum(each.uneven for each in rounds)
    if uneven:
        parts.append(f"UNEVEN: {uneven} of {len(rounds)} rounds")
    return "  ".join([*parts, *([remark] if remark else [])])


def told(found: Spread) -> str:
    """Return a spread as text: ``0.310 [0.284..0.333]``."""
    return f"{found.median:.3f} [{found.low:.3f}..{found.high:.3f}]"
