"""Which releases stay: how many are kept whole, and how many of those keep their caches.

A release is never dropped while it is current, while a server has it open, where it was pushed to a remote store, where
it is pinned, or where the statements of a release that stays refer to it. Neither is it dropped half: it loses its name
in one step, under the lock that builds take, after everything that outlives it has been written; what has lost its name
is cleared away by this run or the next one.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from delmaal import disk
from delmaal.disk import UNFINISHED
from delmaal.errors import ReleaseError
from delmaal.release.caches import CACHES
from delmaal.release.caches import STORED as DUMPS
from delmaal.release.history import History, compact
from delmaal.release.shelf import Release, Shelf

_NAMED = re.compile(rb"\brelease/([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a retention would do: the releases to drop, those whose caches to drop, and why others stay."""

    drop: tuple[str, ...]
    bare: tuple[str, ...]
    reasons: Mapping[str, str]


def plan(shelf: Shelf, keep_releases: int, keep_caches: int) -> Plan:
    """What has to go where so many releases are kept; 0 keeps them all.

    The newest are those that became current last. Raises ReleaseError where there is no current release.
    """
    history = History(shelf.folder)
    newest = list(dict.fromkeys(row.release for row in reversed(history.switches()) if row.release in history.kept()))
    known = [*newest, *sorted(history.kept().difference(newest))]  # what never became current goes first
    current = shelf.current().id
    reasons = dict.fromkeys(newest[:keep_releases] if keep_releases else known, "newest")
    for name in known:
        why = _why_kept(shelf, name, current, history)
        if why:
            reasons[name] = why
    _follow_references(shelf, reasons, known)
    cached = set(known[:keep_caches] if keep_caches else known) | {current}
    return Plan(
        tuple(name for name in known if name not in reasons),
        tuple(name for name in known if name in reasons and name not in cached and not _held(shelf, name)
              and any((shelf.releases / name / cache).is_dir() for cache in CACHES)),
        {name: reasons[name] for name in known if name in reasons},
    )


def _why_kept(shelf: Shelf, name: str, current: str, history: History) -> str:
    """Why a release stays whatever the settings say; empty where nothing asks for it."""
    if name == current:
        return "current"
    if name in history.pinned():
        return "pinned"
    if name in _pushed(shelf.folder / "pushes"):
        return "pushed to a remote store"
    return "being served" if _held(shelf, name) else ""


def _pushed(notes: Path) -> set[str]:
    """The releases that remote stores hold or are being filled with, as the notes of pushes say."""
    found = set()
    for note in notes.glob("*.json"):
        with suppress(OSError, ValueError, LookupError, TypeError):
            found.add(str(json.loads(note.read_bytes())["release"]))
    return found


def _follow_references(shelf: Shelf, reasons: dict[str, str], known: list[str]) -> None:
    """Whatever the statements of a release that stays refer to stays too, and what that refers to."""
    waiting = list(reasons)
    while waiting and len(reasons) < len(known):
        name = waiting.pop()
        for other in references(shelf.releases / name).intersection(known):
            if other not in reasons:
                reasons[other] = f"release {name[:12]} refers to it"
                waiting.append(other)


def references(folder: Path) -> set[str]:
    """The other releases that a release's statements name, by IRI or by address."""
    found: set[str] = set()
    for name in DUMPS:
        with suppress(OSError), (folder / name).open("rb") as file:
            if (folder / name).stat().st_size:
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    found.update(match[1].decode() for match in _NAMED.finditer(content))
    return found - {folder.name}


def retain(shelf: Shelf, keep_releases: int, keep_caches: int) -> Plan:
    """Drop what the settings do not keep.

    Raises ReleaseError where another build is writing, or there is no current release.
    """
    planned = plan(shelf, keep_releases, keep_caches)
    if not planned.drop and not planned.bare:
        shelf.tidy()
        return planned
    with shelf.locked():
        shelf.note(shelf.current())  # what the releases changed can be told only while they are there
        planned = plan(shelf, keep_releases, keep_caches)
        for name in planned.bare:
            _drop_caches(shelf, name)
        dropped = tuple(name for name in reversed(planned.drop) if _drop(shelf, name))
    return Plan(dropped, planned.bare, planned.reasons)


def _drop_caches(shelf: Shelf, name: str) -> None:
    for cache in CACHES:
        if (shelf.releases / name / cache).is_dir():
            _clear(shelf, shelf.releases / name / cache, f"{cache}-{name}")


def drop_caches(shelf: Shelf, name: str) -> None:
    """Take the caches from a release, unless somebody has it open."""
    if not _held(shelf, name):
        _drop_caches(shelf, name)


def _drop(shelf: Shelf, name: str) -> bool:
    """Take a release off the shelf; False where somebody has opened it since."""
    folder = shelf.releases / name
    with _exclusively(folder / "manifest.json") as alone:
        if not alone:
            return False
        compact(shelf.folder, frozenset((name,)))
        kept = shelf.folder / "history" / "dropped"
        disk.make_folder(kept)
        with suppress(FileNotFoundError):
            manifest = (folder / "manifest.json").read_bytes()
            disk.replace(kept / f"{name}.json", lambda fresh: fresh.write_bytes(manifest))
        _clear(shelf, folder, name)
    return True


def drop_folder(shelf: Shelf, name: str) -> bool:
    """Take a release off a shelf whose history is kept elsewhere; False where somebody has it open."""
    with _exclusively(shelf.releases / name / "manifest.json") as alone:
        if alone:
            _clear(shelf, shelf.releases / name, name)
        return alone


def _clear(shelf: Shelf, folder: Path, name: str) -> None:
    """A folder loses its name in one step, and is then removed at leisure: `Shelf.locked` removes what a crash left."""
    nameless = shelf.releases / f"{UNFINISHED}dropped-{name}"
    disk.rename(folder, nameless)
    shutil.rmtree(nameless)


def hold(release: Release) -> IO[bytes] | None:
    """Keep a release from being dropped for as long as what is returned is open, and its process lives.

    None where the shelf is on a file system that knows no locks. Raises ReleaseError where the release is gone.
    """
    path = release.folder / "manifest.json"
    try:
        file = path.open("rb")
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_SH)
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        path.stat()
    except OSError as error:
        raise ReleaseError("release-missing", f"release {release.id[:12]} is gone ({error.strerror})") from error
    file.close()
    return None


def _held(shelf: Shelf, name: str) -> bool:
    with _exclusively(shelf.releases / name / "manifest.json") as alone:
        return not alone


@contextmanager
def _exclusively(path: Path) -> Iterator[bool]:
    """Whether nobody else has the file open with `hold`, and nobody can while the block lasts."""
    try:
        file = path.open("rb")
    except OSError:  # a damaged release is in nobody's use
        yield True
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
