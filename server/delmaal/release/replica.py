"""Keeps a shelf like another while both are in use: at no moment is what a server reads of it half of something.

What is small is read first, as it is between two builds of the source: the log, the history, what is signed, pinned and
pushed. Then the releases that it speaks of are copied, each under another name until it is whole. Then what was read is
put in place, in the order in which each thing leans on what is there already:

    releases → manifests of what was dropped, signatures, pins, pushes → log → changes → what has left → current

and last go the releases that the source has no longer, unless a server has them open. A run that is stopped leaves the
shelf at one of these steps; the next goes on. A source that is itself half (as a copy by another program may be for a
moment) is waited for, and else refused: the replica stays as it was.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from delmaal import disk
from delmaal.disk import UNFINISHED
from delmaal.errors import ReleaseError
from delmaal.release.caches import CACHES
from delmaal.release.history import History
from delmaal.release.log import LOG, read_switches
from delmaal.release.retention import drop_caches, drop_folder
from delmaal.release.seals import fault_of, fault_of_cache, is_sealed
from delmaal.release.shelf import Release, Shelf

PATIENCE = 20.0
"""Seconds that a source may be between two states; a build is so for a moment."""

_PAUSE = 0.1
_BESIDE = ("history/dropped", "signatures", "pushes")
"""Folders of small files that nothing else leans on."""

_FILES = ("history/pinned",)


@dataclass(frozen=True, slots=True)
class Kept:
    """What one run did: releases that came and went, and the one that is current."""

    came: tuple[str, ...]
    went: tuple[str, ...]
    current: str


@dataclass(frozen=True, slots=True)
class _Small:
    """The small files of a shelf at one moment, by path, and the releases that are there."""

    current: str
    files: dict[str, bytes]
    releases: tuple[str, ...]


def synchronise(source: Shelf, target: Shelf, linked: bool = False, patience: float = PATIENCE) -> Kept:
    """Make `target` what `source` is, without a moment in which it is half.

    `linked` makes hard links of the files of releases, in place of copies: for a source on the same disk that nobody
    else reads. Raises ReleaseError where the source is half for longer than `patience`, or cannot be read, or the
    target cannot be written or is being written by another.
    """
    try:
        with target.locked():
            deadline = time.monotonic() + patience
            while True:
                small = _read(source, deadline)
                try:
                    came = [name for name in small.releases if _bring(source, target, name, linked)]
                except (FileNotFoundError, ReleaseError) as error:  # dropped meanwhile, or only half copied yet
                    if time.monotonic() > deadline:
                        raise _half(source, str(error)) from error
                    time.sleep(_PAUSE)
                    continue
                _place(target, small)
                return Kept(tuple(came), tuple(_drop_others(source, target, small)), small.current)
    except OSError as error:
        sentence = f"{error.filename2 or error.filename or target.folder}: {error.strerror or error}"
        raise ReleaseError("release-unwritable", f"the replica stays as it was: {sentence}") from error


def _read(source: Shelf, deadline: float) -> _Small:
    """The small files of the source, at a moment at which they agree with each other."""
    while True:
        try:
            first = _look(source)
            fault = _disagreement(source, first) or ("" if _look(source) == first else "it is being changed")
        except FileNotFoundError as error:
            fault = f"{error.filename} is not there"
        if not fault:
            return first
        if time.monotonic() > deadline:
            raise _half(source, fault)
        time.sleep(_PAUSE)


def _look(source: Shelf) -> _Small:
    current = (source.folder / "current").readlink().name
    files = {LOG: (source.folder / LOG).read_bytes()}
    for name in (*_BESIDE, "history/changes"):
        for path in sorted((source.folder / name).glob("[!.]*")):
            files[f"{name}/{path.name}"] = path.read_bytes()
    for name in (*_FILES, "history/departed"):
        path = source.folder / name
        if path.is_file():
            files[name] = path.read_bytes()
    return _Small(current, files, tuple(sorted(path.name for path in source.releases.glob("[0-9a-f]*"))))


def _disagreement(source: Shelf, small: _Small) -> str:
    """What does not fit in the small files of a shelf; empty where they are of one moment."""
    switches = read_switches(source.folder)
    if small.current not in small.releases:
        return f"release {small.current[:12]}, which is current, is not there"
    if not switches or switches[-1].release != small.current:
        return f"the log does not end with release {small.current[:12]}, which is current"
    history = History(source.folder)
    noted = set()
    for fragment in history.fragments():
        noted.add(fragment.number)
        if switches[fragment.read_from].release not in small.releases:
            return f"what switch {fragment.number} changed is told from a release that is not there"
    if len(switches) - 1 not in noted:
        return f"what switch {len(switches) - 1} changed is not noted"
    return ""


def _bring(source: Shelf, target: Shelf, name: str, linked: bool) -> bool:
    """Bring a release, or a cache that it lacks; False where it is there.

    Raises ReleaseError where it is not whole at the source.
    """
    found = source.open(name)
    there = target.releases / name
    if _is_there(there, found):
        for cache in CACHES:
            sealed = is_sealed(found.folder / cache)
            if (found.folder / cache).is_dir() and fault_of_cache(there / cache, sealed, read=False):
                work = _unfinished(target) / cache
                _copy(found.folder / cache, work, linked)
                _check_cache(found, work, cache)
                disk.sync_all(work)
                shutil.rmtree(there / cache, ignore_errors=True)
                disk.rename(work, there / cache)
        return False
    work = _unfinished(target)
    _copy(found.folder, work, linked)
    for path, entry in found.manifest["files"].items():
        if fault := fault_of(work / path, entry):
            raise ReleaseError("release-damaged", f"release {name[:12]} of the source is not whole: {path}: {fault}")
    for cache in CACHES:
        if (work / cache).is_dir():
            _check_cache(found, work / cache, cache)
    disk.sync_all(work)
    if there.exists():  # damaged
        away = target.releases / f"{UNFINISHED}damaged-{os.getpid()}"
        there.rename(away)
    disk.rename(work, there)
    return True


def _is_there(there: Path, found: Release) -> bool:
    """Whether the target has a release with all its files, as far as sizes tell."""
    try:
        same = (there / "manifest.json").read_bytes() == (found.folder / "manifest.json").read_bytes()
    except OSError:
        return False
    files = found.manifest["files"].items()
    return same and not any(fault_of(there / path, entry, read=False) for path, entry in files)


def _check_cache(release: Release, folder: Path, cache: str) -> None:
    """Raises ReleaseError where a cache that was copied is not as it was sealed."""
    if fault := fault_of_cache(folder, bool(release.manifest.get("sealed"))):
        sentence = f"{cache} of release {release.id[:12]} of the source is not whole"
        raise ReleaseError("release-damaged", f"{sentence}: {fault}")


def _unfinished(target: Shelf) -> Path:
    work = target.releases / f"{UNFINISHED}sync-{os.getpid()}"
    shutil.rmtree(work, ignore_errors=True)
    return work


def _copy(source: Path, work: Path, linked: bool) -> None:
    copy: Callable[[str, str], object] = os.link if linked else shutil.copy2
    try:
        shutil.copytree(source, work, copy_function=copy, ignore=shutil.ignore_patterns(f"{UNFINISHED}*"))
    except shutil.Error as error:  # one for all that went wrong
        raise FileNotFoundError(2, str(error.args[0][0][2]), str(source)) from error


def _place(target: Shelf, small: _Small) -> None:
    """Put the small files in place, in the order in which they lean on each other."""
    order: tuple[Callable[[str], bool], ...] = (
        lambda name: name.startswith(_BESIDE) or name in _FILES,
        lambda name: name == LOG,
        lambda name: name.startswith("history/changes/"),
        lambda name: name == "history/departed",
    )
    for belongs in order:
        for name in filter(belongs, small.files):
            _write(target.folder / name, small.files[name])
    link = target.folder / "current"
    wanted = Path("releases") / small.current
    if not (link.is_symlink() and link.readlink() == wanted):
        disk.replace_link(link, wanted)
    for path in _strangers(target, small):
        path.unlink(missing_ok=True)


def _strangers(target: Shelf, small: _Small) -> Iterator[Path]:
    """Small files that the source has no longer: a pin that was lifted, a note of a push that was deleted."""
    for folder in (*_BESIDE, "history/changes"):
        for path in (target.folder / folder).glob("[!.]*"):
            if f"{folder}/{path.name}" not in small.files:
                yield path
    for name in (*_FILES, "history/departed"):
        if name not in small.files:
            yield target.folder / name


def _write(path: Path, content: bytes) -> None:
    """Replace a file whole, unless it is so already."""
    try:
        if path.read_bytes() == content:
            return
    except FileNotFoundError:
        disk.make_folder(path.parent)
    disk.replace(path, lambda fresh: fresh.write_bytes(content))


def _drop_others(source: Shelf, target: Shelf, small: _Small) -> Iterator[str]:
    """Drop what the source has dropped, unless a server has it open: then the next run does."""
    for name in small.releases:
        if name != small.current and not any((source.releases / name / cache).exists() for cache in CACHES):
            drop_caches(target, name)
    for path in sorted(target.releases.glob("[0-9a-f]*")):
        if path.name not in small.releases and drop_folder(target, path.name):
            yield path.name


def _half(source: Shelf, fault: str) -> ReleaseError:
    return ReleaseError("source-half", f"{source.folder} is not whole: {fault}; the replica stays as it was")
