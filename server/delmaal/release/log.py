"""The log of switches: which release became current when.

It stands outside the releases, and only Last-Modified, the sitemap, Memento and the change feed read it: no clock
reaches a release. Each line is a switch; its number is its place in the log, from 0. Times are whole seconds and
strictly increase, so that a time names a switch, whatever the machine's clock does.

A time that is to come was written by a clock that was wrong. It is said wherever the log is told of, is not believed
for Last-Modified, and is not built on: the next switch has the time when it happens, and the lines that are ahead of it
get times just before it, in their order.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

LOG = "switches.jsonl"

AHEAD = timedelta(minutes=5)
"""By how much clocks of machines that take turns may differ."""


class Switch(NamedTuple):
    """One switch: its number, its time, the release that became current, and the how-manieth time it did."""

    number: int
    time: datetime
    release: str
    turn: int

    @property
    def name(self) -> str:
        """The release's id, with `~2` and so on where it became current again later."""
        return self.release if self.turn == 1 else f"{self.release}~{self.turn}"


def read_switches(folder: Path) -> list[Switch]:
    """The log of a shelf; a line that cannot be read is passed over, since nothing but dates is told from it."""
    rows: list[Switch] = []
    turns: dict[str, int] = {}
    with suppress(FileNotFoundError):
        for line in (folder / LOG).read_text("utf-8", "replace").splitlines():
            with suppress(ValueError, LookupError, TypeError):
                row = json.loads(line)
                time, release = datetime.fromisoformat(row["time"]).astimezone(UTC), str(row["release"])
                turns[release] = turns.get(release, 0) + 1
                rows.append(Switch(len(rows), time, release, turns[release]))
    return rows


def is_ahead(time: datetime) -> bool:
    """Whether a time is to come, by more than clocks may differ."""
    return time > datetime.now(UTC) + AHEAD


def fault_of_log(folder: Path) -> str:
    """What is wrong with the times in a shelf's log, as a sentence; empty where they all have been."""
    rows = [row for row in read_switches(folder) if is_ahead(row.time)]
    if not rows:
        return ""
    when = rows[0].time.strftime("%Y-%m-%dT%H:%M:%SZ")
    sentence = f"{folder / LOG}:{rows[0].number + 1}: release {rows[0].release[:12]} is said to be current from {when}"
    more = f", and {len(rows) - 1} after it" if len(rows) > 1 else ""
    return f"{sentence}{more}, which is to come; set the clock: the next switch puts the log right"


def log_with(rows: Iterable[Switch], release: str) -> str:
    """The text of a log with one more switch, now; what it says of times to come is put before it."""
    found = list(rows)
    now = datetime.now(UTC).replace(microsecond=0)
    pairs: list[tuple[datetime, str]] = []
    for row in found:
        time = row.time
        if is_ahead(time):
            time = now - timedelta(seconds=len(found) - len(pairs))
            time = max(time, pairs[-1][0] + timedelta(seconds=1)) if pairs else time
        pairs.append((time, row.release))
    if pairs:
        now = max(now, pairs[-1][0] + timedelta(seconds=1))
    lines = (json.dumps({"time": time.isoformat(timespec="seconds"), "release": name})
             for time, name in [*pairs, (now, release)])
    return "".join(f"{line}\n" for line in lines)
