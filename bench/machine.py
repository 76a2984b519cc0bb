"""What machine the figures are of: one line, printed first."""

import os
import platform
from pathlib import Path

import apsw

from comity import __name__ as product


def machine_line() -> str:
    """Return processor, cores, kernel, load, and what of ours runs on them."""
    load = os.getloadavg()[0]
    return (
        f"{product} on {_processor()}, {os.cpu_count()} cores, load {load:.1f}; "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"SQLite {apsw.sqlite_lib_version()}"
    )


def processor_seconds(process: int) -> float:
    """Return the processor time of another process so far, 0 where nothing tells (seconds)."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii")
    except OSError:
        return 0.0
    # The name in parentheses may hold anything; user and system time are 12 and 13 behind it.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [each.partition(":")[2].strip() for each in lines if each.startswith("model name")]
    return names[0] if names else platform.machine()
