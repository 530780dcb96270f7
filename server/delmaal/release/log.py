"""The log of switches: which release became current when.

It stands outside the releases, and only Last-Modified, the sitemap, Memento and the change feed read it: no clock
reaches a release. Each line is a switch; its number is its place in the log, from 0. Times are whole seconds and
strictly increase, so that a time names a switch, whatever the machine's clock does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

LOG = "switches.jsonl"


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


def log_with(rows: Iterable[Switch], release: str) -> str:
    """The text of a log with one more switch, now."""
    pairs = [(row.time, row.release) for row in rows]
    now = datetime.now(UTC).replace(microsecond=0)
    if pairs:
        now = max(now, pairs[-1][0] + timedelta(seconds=1))
    lines = (json.dumps({"time": time.isoformat(timespec="seconds"), "release": name})
             for time, name in [*pairs, (now, release)])
    return "".join(f"{line}\n" for line in lines)
