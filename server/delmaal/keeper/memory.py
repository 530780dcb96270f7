"""How much memory there is, what queries may have of it, and whether the kernel took a process's life for want of it.

What the machine has and what this process's control group may have (a container, a unit of systemd) both count; the
smaller is what there is. Both kinds of control groups are read (cgroups(7)).
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from delmaal.settings import Settings

FEWEST_CHILDREN = 5
LEAST_MB, MOST_MB = 64, 1024
"""What one query may have beside the store's own, where nothing is set."""

WEB_MB = 128
"""What a web process takes beside the answers that it keeps."""

_SHARE = 0.8
"""Of the memory that there is; the rest is the system's, and its cache of the store's files."""

_NO_LIMIT = 1 << 60
_GROUPS = Path("/sys/fs/cgroup")


def children_of(settings: Settings) -> int:
    """How many processes evaluate queries."""
    return settings.query_workers or max(FEWEST_CHILDREN, len(os.sched_getaffinity(0)) + 1)


def query_memory(settings: Settings, total: int | None = None) -> int:
    """Megabytes that one query may need: what is set, or a share of the `total` bytes that there are."""
    if settings.query_memory_mb:
        return settings.query_memory_mb
    there = ((total or memory()) >> 20) * _SHARE - web_memory(settings)
    return max(LEAST_MB, min(MOST_MB, int(there / children_of(settings))))


def web_memory(settings: Settings) -> int:
    """Megabytes that the web processes may take."""
    return settings.workers * (settings.cache_mb + WEB_MB)


def too_much(settings: Settings, total: int | None = None) -> str:
    """What to say where queries and web processes may come to need more than there is; empty where they may not."""
    there, each, number = (total or memory()) >> 20, query_memory(settings), children_of(settings)
    if total is not None:
        each = query_memory(settings, total)
    if each * number + web_memory(settings) <= there:
        return ""
    most = each * number + web_memory(settings)
    return (f"{number} queries of {each:,} MB and {settings.workers} web processes may need {most:,} MB, and there are "
            f"{there:,} MB: the kernel may have to end queries; lower DELMAAL_QUERY_MEMORY_MB or "
            "DELMAAL_QUERY_WORKERS, or give the server more memory")


def memory() -> int:
    """Bytes of memory that this process and its kin may have."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for folder in _groups():
        for name in ("memory.max", "memory.limit_in_bytes"):
            text = _read(folder / name).strip()
            if text.isdigit() and 0 < int(text) < _NO_LIMIT:
                found.append(int(text))
    return min(found)


def oom_kills() -> int:
    """How many processes the kernel has ended for want of memory: of this control group, or else of the machine."""
    for folder in _groups():
        for name in ("memory.events", "memory.oom_control"):
            count = _count(folder / name)
            if count is not None:
                return count
    return _count(Path("/proc/vmstat")) or 0


def end_first() -> None:
    """Have the kernel end this process before others, where it has to end one for want of memory."""
    with contextlib.suppress(OSError):  # it then chooses by size alone
        Path("/proc/self/oom_score_adj").write_text("800", "ascii")


def _groups() -> Iterator[Path]:
    """The folders of this process's control groups, and of those above them, from the innermost on."""
    for line in _read(Path("/proc/self/cgroup")).splitlines():
        _, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if controllers and "memory" not in controllers.split(","):
            continue
        root = _GROUPS / "memory" if controllers else _GROUPS
        inner = Path(name.strip("/"))
        for part in (inner, *inner.parents):  # within a container the group may have another name than outside
            yield root / part


def _count(path: Path) -> int | None:
    for line in _read(path).splitlines():
        name, _, value = line.partition(" ")
        if name == "oom_kill" and value.isdigit():
            return int(value)
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
