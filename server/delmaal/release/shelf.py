"""The releases of one publication on disk: written whole, named last, switched in one step."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import zstandard

from delmaal import __version__, disk
from delmaal.disk import UNFINISHED
from delmaal.errors import ReleaseError
from delmaal.release.caches import CACHES
from delmaal.release.history import History, record, unnoted
from delmaal.release.identity import FORMAT_VERSION, seal_of
from delmaal.release.log import LOG, log_with, read_switches
from delmaal.release.manifest import NewerFormat, read_manifest
from delmaal.release.seals import fault_of, fault_of_cache, seal


@dataclass(frozen=True, slots=True)
class File:
    """A file of a release: its path within it, and its content."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The identifier: 64 hexadecimal digits."""
        return self.folder.name

    @property
    def base(self) -> str:
        """The base of the publication's IRIs."""
        return str(self.manifest["base"])


class Shelf:
    """The releases of one publication."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.releases = folder / "releases"

    def current(self) -> Release:
        """The release that is served.

        Raises ReleaseError where there is none or its manifest cannot be read.
        """
        try:
            target = (self.folder / "current").readlink()
        except OSError as error:
            sentence = f"there is no release in {self.folder}; run `delmaal build`"
            raise ReleaseError("release-missing", sentence) from error
        return self.open(target.name)

    def open(self, release_id: str) -> Release:
        """A release by its id.

        Raises ReleaseError where it is missing or its manifest cannot be read.
        """
        folder = self.releases / release_id
        if not folder.is_dir():
            sentence = f"there is no release {release_id[:12]} in {self.folder}; run `delmaal build`"
            raise ReleaseError("release-missing", sentence)
        try:
            return Release(folder, read_manifest((folder / "manifest.json").read_bytes()))
        except NewerFormat as error:
            raise ReleaseError("release-newer", f"release {release_id[:12]} cannot be read: {error}") from error
        except (OSError, ValueError) as error:
            sentence = f"release {release_id[:12]} has no readable manifest; delete {folder} and run `delmaal build`"
            raise ReleaseError("release-damaged", f"{sentence} ({error})") from error

    def find(self, start: str) -> Release:
        """The release whose id begins so: commands print the first twelve digits.

        Raises ReleaseError where there is none, or more than one.
        """
        known = sorted(folder.name for folder in self.releases.glob("[0-9a-f]*"))
        found = [name for name in known if name.startswith(start)]
        if len(found) != 1:
            names = ", ".join(name[:12] for name in known) or "none"
            what = f"{len(found)} releases begin with" if found else "no release begins with"
            raise ReleaseError("release-missing", f"{what} {start}; there are {names}")
        return self.open(found[0])

    def made_from(self, digest: str) -> Release | None:
        """The current release, if it was made from inputs with this digest."""
        try:
            last = json.loads((self.folder / "inputs.json").read_bytes())
            current = self.current()
        except (OSError, ValueError, ReleaseError):
            return None
        made = last == {"digest": digest, "release": current.id}
        return current if made and not _fault(current.folder, current.manifest, read=False) else None

    def remember(self, digest: str, release: Release) -> None:
        """Note which release these inputs give."""
        content = json.dumps({"digest": digest, "release": release.id}, indent=1).encode() + b"\n"
        self._replace("inputs.json", content)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One build at a time; clears what an interrupted one left, and what it leaves itself where it fails.

        Raises ReleaseError while another build holds the lock.
        """
        disk.make_folder(self.releases)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                sentence = f"another build is writing to {self.folder}; wait for it"
                raise ReleaseError("release-locked", sentence) from error
            try:
                self._clear()
                yield
            finally:
                self._clear()

    def tidy(self) -> None:
        """Clear what a run that was stopped has left, and note what it has not, unless another is at work."""
        if any(self.releases.glob(f"{UNFINISHED}*")) or self._is_behind():
            with suppress(ReleaseError), self.locked():
                self.note(self.current())

    def _is_behind(self) -> bool:
        history = History(self.folder)
        switches = history.switches()
        return not switches or switches[-1].release != self.current().id or bool(unnoted(history))

    def _clear(self) -> None:
        history = self.folder / "history"
        for folder in (self.folder, self.releases, history, history / "changes", history / "dropped"):
            for left in folder.glob(f"{UNFINISHED}*"):
                _remove(left)

    def write(self, release_id: str, files: Iterable[File], manifest: Mapping[str, Any]) -> Release:
        """Write a release beside the others, its caches included, and give it its name as the last step.

        A release that is there already is left alone, since its name says what is in it, unless a file is damaged; a
        cache that it lacks, or that is damaged, is made anew.
        """
        target = self.releases / release_id
        if self._is_whole(target):
            self._restore_caches(target)
            return self.open(release_id)
        work = self._unfinished()
        entries = {file.path: _write_file(work / file.path, file.content) for file in files}
        for name, make in CACHES.items():
            make(work)
            seal(work / name)
        whole = {**manifest, "id": release_id, "format": FORMAT_VERSION, "software": __version__, "files": entries,
                 "sealed": True}
        whole["seal"] = seal_of(whole)
        _write_file(work / "manifest.json", json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n")
        disk.sync_all(work)
        damaged = self.releases / f"{UNFINISHED}damaged-{os.getpid()}"
        if target.exists():
            _remove(damaged)
            target.rename(damaged)
        disk.rename(work, target)
        _remove(damaged)
        return self.open(release_id)

    def _is_whole(self, release: Path) -> bool:
        """Whether a release is there, and its files are what its manifest says."""
        try:
            manifest = read_manifest((release / "manifest.json").read_bytes())
        except (OSError, ValueError):
            return False
        return not _fault(release, manifest, caches=False)

    def _restore_caches(self, release: Path) -> None:
        """Make the caches that a release lacks, or that are not as sealed; each gets its name when it is whole."""
        missing = [name for name in CACHES if fault_of_cache(release / name)]
        if not missing:
            return
        work = self._unfinished()
        for name in ("data", "metadata"):
            (work / name).symlink_to((release / name).resolve())
        for name in missing:
            CACHES[name](work)
            seal(work / name)
            disk.sync_all(work / name)
            _remove(release / name)
            disk.rename(work / name, release / name)
        _remove(work)

    def _unfinished(self) -> Path:
        """A folder to write in until what is in it is given its name."""
        work = self.releases / f"{UNFINISHED}{os.getpid()}"
        _remove(work)
        work.mkdir()
        return work

    def switch(self, release: Release) -> bool:
        """Make a release the one that is served, in one step; False where it was already."""
        link = self.folder / "current"
        wanted = Path("releases") / release.id
        switched = not (link.is_symlink() and link.readlink() == wanted)
        if switched:
            disk.replace_link(link, wanted)
        self.note(release)
        return switched

    def note(self, release: Release) -> None:
        """Note the switch to the current release, and what each switch changed, unless that is noted; under the lock.

        A build that was stopped after its switch left it out, and retention must not drop what it is told from.
        """
        rows = read_switches(self.folder)
        if not rows or rows[-1].release != release.id:
            self._replace(LOG, log_with(rows, release.id).encode())
        record(self.folder)

    def _replace(self, name: str, content: bytes) -> None:
        disk.replace(self.folder / name, lambda fresh: fresh.write_bytes(content))

    def switched_at(self, release: Release) -> datetime | None:
        """When a release last became current."""
        rows = reversed(read_switches(self.folder))
        return next((row.time for row in rows if row.release == release.id), None)


def shelf_of(publication: Path, out: Path) -> Shelf:
    """The releases of a publication: the name of its folder stands for it on disk, before anything is read."""
    return Shelf(out / publication.resolve().name)


def only_shelf(out: Path) -> Shelf:
    """The releases that there are in a folder, of one publication.

    Raises ReleaseError where there are none, or several publications'.
    """
    found = sorted(path.parent for path in out.glob("*/releases") if path.is_dir())
    if len(found) == 1:
        return Shelf(found[0])
    held = f"releases of {', '.join(path.name for path in found)}" if found else "no releases yet"
    raise ReleaseError("release-missing", f"{out} holds {held}; name the publication that is meant")


def twins(name: str, content: bytes) -> Iterator[File]:
    """A dump, and its gzip and zstd twins, which hold neither a name nor a time: the same bytes under the lock file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.write(content)
    yield File(f"data/{name}", content)
    yield File(f"data/{name}.gz", packed.getvalue())
    yield File(f"data/{name}.zst", zstandard.ZstdCompressor(level=9).compress(content))  # in one shot, on one thread


def _fault(folder: Path, manifest: Mapping[str, Any], read: bool = True, caches: bool = True) -> str:
    """What is wrong with a file of a release, or with a cache; empty where nothing is. `read` compares bytes too."""
    faults = (fault_of(folder / name, entry, read) for name, entry in manifest["files"].items())
    of_caches = (fault_of_cache(folder / name, read=read) for name in CACHES if caches)
    return next((fault for fault in chain(faults, of_caches) if fault), "")


def _write_file(path: Path, content: bytes) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _remove(path: Path) -> None:
    """Remove a folder with all that is in it, a file or a link; nothing where there is nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
