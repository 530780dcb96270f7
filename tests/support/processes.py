"""Processes of a running server: who they are, what they cost, and waiting for what they will be."""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx

WAIT = 30
"""Seconds that are waited for what takes one, where that it comes is what is asserted: a machine may be busy."""


def metric(client: httpx.Client, name: str) -> float:
    """A counter of the server's."""
    found = re.search(rf"^{re.escape(name)} (\S+)$", client.get("/metrics").text, re.MULTILINE)
    assert found, name
    return float(found[1])


def until(true: Callable[[], bool], seconds: float) -> None:
    """Wait until something is true."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def descendants(pid: int) -> set[int]:
    """The processes below a process."""
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        at = waiting.pop()
        try:
            text = "".join(path.read_text("ascii") for path in Path(f"/proc/{at}/task").glob("*/children"))
        except OSError:
            continue
        fresh = {int(child) for child in text.split()} - found
        found |= fresh
        waiting += fresh
    return found


def parent_of(pid: int) -> int:
    """Who started a process; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def words(pid: int) -> bytes:
    """A process's command line; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def keeper_of(server: int) -> int:
    """The keeper's process itself, whose children were forked from it."""
    return next(pid for pid in descendants(server) if b"delmaal.keeper" in words(pid) and parent_of(pid) == server)


def cpu(pid: int) -> float:
    """Seconds of processor that a process has had."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def memory(pid: int) -> int:
    """Bytes of memory of a process's own."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


def wait_for(client: httpx.Client, address: str, status: int, seconds: float = 30) -> httpx.Response:
    """The answer at an address, once it has this status."""
    deadline = time.monotonic() + seconds
    while (answer := client.get(address)).status_code != status:
        assert time.monotonic() < deadline, f"{address} is {answer.status_code}: {answer.text[:300]}"
        time.sleep(0.1)
    return answer
