"""The releases that were: opened when they are asked for, a few kept open; and what a request for one knows of it."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from typing import NamedTuple

from delmaal import mapping
from delmaal.reading.releases import Opened
from delmaal.release import Shelf
from delmaal.release.history import History
from delmaal.release.log import Switch
from delmaal.release.sorted_dump import open_lookup
from delmaal.release.soundness import check_sizes

PAST_OPEN = 12
"""Old releases that each web process keeps open: mapped files, some pages of memory each."""

NAME = re.compile(r"[0-9a-f]{12,64}(?:~[1-9][0-9]{0,8})?\Z")


class Past(NamedTuple):
    """The release that a request asked for by name: the switch that made it current."""

    switch: Switch


class PastReleases:
    """Opens the releases of a shelf by the switch that made them current: from the index, or, where that was dropped,
    from the sorted dumps."""

    def __init__(self, shelf: Shelf, public: str = "") -> None:
        self.history = History(shelf.folder)
        self._shelf = shelf
        self._public = public
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._cuts = mapping.cuts()

    def open(self, switch: Switch) -> Opened:
        """The release of a switch. Raises ReleaseError where it is not kept, or cannot be read."""
        with self._lock:
            if mapping.cuts() != self._cuts:  # which file it was is not known: all are looked at again
                self._cuts = mapping.cuts()
                self._opened.clear()
            found = self._opened.get(switch.name)
            if found is None or not found.release.folder.is_dir():
                self._opened.pop(switch.name, None)
                release = self._shelf.open(switch.release)
                check_sizes(release)
                found = self._opened[switch.name] = Opened(release, switch.time, open_lookup(release.folder),
                                                              self._public)
            self._opened.move_to_end(switch.name)
            while len(self._opened) > PAST_OPEN:
                self._opened.popitem(last=False)
            return found

    def named(self, name: str) -> Switch | None:
        """The switch of a name: an id, twelve digits of one or more, or an id with `~2` for the second time."""
        start, _, turn = name.partition("~")
        found = [row for row in self.history.switches() if row.release.startswith(start) and row.turn == int(turn or 1)]
        return found[0] if len(found) == 1 else None

    def is_kept(self, switch: Switch) -> bool:
        """Whether the release of a switch is on the shelf."""
        return switch.release in self.history.kept()
