"""What processes and the machine used: CPU time of a server with all that it started, and what others took then."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def family(roots: Sequence[int]) -> set[int]:
    """The processes with their descendants, and all of the sessions that they lead."""
    parents: dict[int, int] = {}
    found = set(roots)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        parents[int(folder.name)] = int(fields[1])
        if int(fields[3]) in found:
            found.add(int(folder.name))
    size = 0
    while size != len(found):
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def cpu_seconds(roots: Sequence[int]) -> float:
    """The CPU time of the processes' families so far: the living by their clocks, the reaped as their parents count."""
    total = 0.0
    for process in family(roots):
        try:
            total += time.clock_gettime((~process << 3) | 2)  # the clock of another process: clock_getcpuclockid(3)
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[13]) + int(fields[14])) / _TICK
        except OSError:
            continue
    return total


class Watch:
    """What was used since it was made: elapsed seconds, CPU of some servers, and the share of the machine by others."""

    def __init__(self, roots: Sequence[int]) -> None:
        self._roots = roots
        self._busy, self._own, self._cpu = busy_seconds(), time.process_time(), cpu_seconds(roots)
        self.start = time.perf_counter()

    def read(self) -> tuple[float, float, float]:
        """The three."""
        wall, cpu = time.perf_counter() - self.start, cpu_seconds(self._roots) - self._cpu
        others = busy_seconds() - self._busy - cpu - (time.process_time() - self._own)
        return wall, cpu, max(others, 0) / wall / (os.cpu_count() or 1)


def busy_seconds() -> float:
    """The time that the machine's cores were not idle so far."""
    _, *fields = Path("/proc/stat").read_text().partition("\n")[0].split()
    user, nice, system, _idle, _waiting, *rest = map(int, fields[:8])
    return (user + nice + system + sum(rest)) / _TICK
