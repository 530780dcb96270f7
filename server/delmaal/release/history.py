"""What the releases of a shelf have been, beside what they are: a compact record that outlives those that are dropped.

    history/
      changes/000007        what the seventh switch changed (see `changes`)
      departed              which resources have left, and which switch's release was the last that had them
      dropped/<id>.json     the manifest of each release that was dropped
      pinned                the ids of releases that are kept whatever the settings say

All of it is made from the log and from kept releases, when a release becomes current; what a stopped build has left out
is made up for by the next, though nothing is to be built, and before any release is dropped. Every file is replaced
whole.
"""

from __future__ import annotations

import heapq
import sys
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import TypeVar, cast

from delmaal.disk import make_folder, replace
from delmaal.lookup import FILES
from delmaal.release.changes import LEFT, Change, Fragment, changes, read_changes, read_fragment, write_fragment
from delmaal.release.log import LOG, Switch, read_switches

Read = TypeVar("Read")

_TICK = 100_000_000
"""Nanoseconds: more than the step in which a file system's clock goes."""


class History:
    """The history of the shelf in a folder; what was read is read anew where the files have changed since."""

    def __init__(self, shelf: Path) -> None:
        self.shelf = shelf
        self.folder = shelf / "history"
        self._seen: dict[str, tuple[object, object]] = {}

    def switches(self) -> list[Switch]:
        """Every switch."""
        return self._fresh(self.shelf / LOG, lambda: read_switches(self.shelf))

    def kept(self) -> frozenset[str]:
        """The ids of the releases that are on the shelf."""
        releases = self.shelf / "releases"
        return self._fresh(releases, lambda: frozenset(path.name for path in releases.glob("[0-9a-f]*")))

    def kept_switches(self) -> list[Switch]:
        """The switches whose releases are on the shelf."""
        kept = self.kept()
        return [row for row in self.switches() if row.release in kept]

    def fragments(self) -> list[Fragment]:
        """The changes of each switch, where they were noted, in the order of the switches.

        What was noted before the log was lost belongs to no switch of it.
        """
        found, switches = self._fresh(self.folder / "changes", self._fragments), self.switches()
        return [each for each in found if each.read_from < len(switches) and _is_of(each, switches[each.number])]

    def _fragments(self) -> list[Fragment]:
        found = []
        for path in sorted((self.folder / "changes").glob("[0-9]*")):
            with suppress(OSError, ValueError, LookupError, TypeError):
                found.append(read_fragment(path))
        return found

    def changes_of(self, number: int) -> Path:
        """The file with the changes of a switch."""
        return self.folder / "changes" / f"{number:06d}"

    def last_with(self, iri: str) -> Switch | None:
        """The switch whose release was the last that said anything about a resource that has left; else None."""
        departed = self._fresh(self.folder / "departed", lambda: _read_departed(self.folder / "departed"))
        count, key = len(departed) // 2, _key(iri)
        position = bisect_left(departed, key, 0, count)
        if position == count or departed[position] != key:
            return None
        number, switches = departed[count + position], self.switches()
        return switches[number] if number < len(switches) else None

    def changed_between(self, one: int, other: int) -> Iterator[str]:
        """The resources that changed between the releases of two switches that are kept, in the order of the dumps."""
        found = _changed_by(self, range(min(one, other) + 1, max(one, other) + 1))
        return (iri for iri, _ in groupby(found))

    def pinned(self) -> list[str]:
        """The ids of releases that are kept whatever the settings say."""
        with suppress(FileNotFoundError):
            return (self.folder / "pinned").read_text("utf-8").split()
        return []

    def _fresh(self, path: Path, read: Callable[[], Read]) -> Read:
        try:
            found = path.stat()
            state: object = (found.st_mtime_ns, found.st_ino, found.st_size)
            settled = abs(time.time_ns() - found.st_mtime_ns) > _TICK
        except OSError:
            state, settled = None, True
        seen = self._seen.get(path.name)
        if seen is not None and seen[0] == state:
            return cast(Read, seen[1])
        value = read()
        if settled:  # else it may be written once more at what the system takes for the same time
            self._seen[path.name] = state, value
        return value


def record(shelf: Path) -> None:
    """Note what each switch changed that is not noted yet, as far as its release is there."""
    history = History(shelf)
    make_folder(history.folder / "changes")
    for here in unnoted(history):
        replace(history.changes_of(here.number), partial(_record_switch, history=history, here=here))


def unnoted(history: History) -> list[Switch]:
    """The switches whose releases are there, but not what they changed."""
    return [row for row in _readable(history) if not _noted(history.changes_of(row.number), row)]


def _readable(history: History) -> list[Switch]:
    """The switches whose releases are there with what the changes are told from."""
    releases = history.shelf / "releases"
    return [row for row in history.kept_switches() if all((releases / row.release / name).is_file() for name in FILES)]


def _is_of(fragment: Fragment, switch: Switch) -> bool:
    return (fragment.number, fragment.release) == (switch.number, switch.release)


def _noted(path: Path, switch: Switch) -> bool:
    try:
        return _is_of(read_fragment(path), switch)
    except (OSError, ValueError, LookupError, TypeError):
        return False


def _record_switch(path: Path, history: History, here: Switch) -> None:
    """Write what a switch changed; what has left is noted first, so that the file is there when all is done."""
    gone: list[str] = []
    before = next((row for row in reversed(_readable(history)) if row.number < here.number), None)
    new, old = (history.shelf / "releases" / row.release if row else None for row in (here, before))
    assert new is not None
    found = changes(old / FILES[0] if old else None, new / FILES[0])
    if before and before.number < here.number - 1:
        found = _everything(found, new / FILES[0])
    write_fragment(path, here.number, here.release, here.number, _listing_gone(found, gone))
    if old is not None:
        gone += (change.iri for change in changes(old / FILES[1], new / FILES[1]) if change.kind == LEFT)
        _note_departed(history.folder, gone, here.number - 1)
    elif here.number == 0:
        (history.folder / "departed").unlink(missing_ok=True)  # it is of a log that was lost


def _everything(found: Iterable[Change], new: Path) -> Iterator[Change]:
    """Everything that a release says, as if it all came, and what has left since the last release that is kept.

    What the switches between those two changed cannot be told any more; so whoever follows the feed has the data.
    """
    left = (change for change in found if change.kind == LEFT)
    return heapq.merge(changes(None, new), left, key=lambda change: _order(change.iri))


def _listing_gone(found: Iterable[Change], gone: list[str]) -> Iterator[Change]:
    for change in found:
        if change.kind == LEFT:
            gone.append(change.iri)
        yield change


def compact(shelf: Path, dropped: frozenset[str]) -> None:
    """Make the changes independent of releases that are about to be dropped.

    What the release of a switch had is read from the next release that stays, for the resources that had not changed
    again by then; the others are left out. So the newest version of every resource stays to be had, with its own time.
    Deletions need no release, and stay until the resource comes back.
    """
    history = History(shelf)
    switches, staying = history.switches(), history.kept() - dropped
    for fragment in history.fragments():
        later = [row.number for row in switches[fragment.read_from :] if row.release in staying]
        if not later or later[0] == fragment.read_from:
            continue
        overtaken = _changed_by(history, range(fragment.read_from + 1, later[0] + 1))
        left = _without(read_changes(history.changes_of(fragment.number)), overtaken)
        write = partial(write_fragment, number=fragment.number, release=fragment.release, read_from=later[0],
                        found=left)
        replace(history.changes_of(fragment.number), write)


def _changed_by(history: History, numbers: Iterable[int]) -> Iterator[str]:
    """The resources that any of these switches changed, sorted."""
    files = [history.changes_of(number) for number in numbers]
    return heapq.merge(*((change.iri for change in read_changes(file)) for file in files if file.is_file()), key=_order)


def _without(found: Iterable[Change], sorted_iris: Iterator[str]) -> Iterator[Change]:
    other = next(sorted_iris, None)
    for change in found:
        while other is not None and _order(other) < _order(change.iri):
            other = next(sorted_iris, None)
        if other != change.iri:
            yield change


def _order(iri: str) -> str:
    return f"{iri}>"  # as the subjects of a sorted file stand: `<a/b>` before `<a>`


def pin(shelf: Path, release_id: str, pinned: bool) -> None:
    """Keep a release whatever the settings say, or no longer."""
    history = History(shelf)
    names = [name for name in history.pinned() if name != release_id] + ([release_id] if pinned else [])
    make_folder(history.folder)
    replace(history.folder / "pinned", lambda path: path.write_text("".join(f"{name}\n" for name in names), "utf-8"))


def _note_departed(folder: Path, iris: Iterable[str], number: int) -> None:
    known = _read_departed(folder / "departed")
    count = len(known) // 2
    rows = dict(zip(known[:count], known[count:], strict=True))
    rows.update((_key(iri), number) for iri in iris)
    keys = sorted(rows)
    found = array("Q", [*keys, *(rows[key] for key in keys)])
    if sys.byteorder == "big":
        found.byteswap()
    replace(folder / "departed", lambda path: path.write_bytes(found.tobytes()))


def _read_departed(path: Path) -> array[int]:
    """Hashes of IRIs in order, then the number of a switch for each; 64-bit little-endian."""
    found = array("Q")
    with suppress(FileNotFoundError):
        content = path.read_bytes()
        found.frombytes(content[: len(content) // 16 * 16])
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _key(iri: str) -> int:
    return int.from_bytes(blake2b(iri.encode(), digest_size=8).digest(), "little")
