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
from pathlib import Path
from typing import Any

import zstandard

from delmaal import __version__
from delmaal.errors import ReleaseError
from delmaal.release.caches import CACHES
from delmaal.release.history import History, record, unnoted
from delmaal.release.identity import FORMAT_VERSION, seal_of
from delmaal.release.log import LOG, log_with, read_switches

UNFINISHED = ".unfinished-"


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
            return Release(folder, _manifest((folder / "manifest.json").read_bytes()))
        except (OSError, ValueError) as error:
            sentence = f"release {release_id[:12]} has no readable manifest; delete {folder} and run `delmaal build`"
            raise ReleaseError("release-damaged", sentence) from error

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
        return current if made and all((current.folder / name).is_dir() for name in CACHES) else None

    def remember(self, digest: str, release: Release) -> None:
        """Note which release these inputs give."""
        content = json.dumps({"digest": digest, "release": release.id}, indent=1).encode() + b"\n"
        self._replace("inputs.json", content)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One build at a time; clears what an interrupted one left, and what it leaves itself where it fails.

        Raises ReleaseError while another build holds the lock.
        """
        self.releases.mkdir(parents=True, exist_ok=True)
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
        for folder in (self.folder, self.releases, self.folder / "history", self.folder / "history" / "changes"):
            for left in folder.glob(f"{UNFINISHED}*"):
                _remove(left)

    def write(self, release_id: str, files: Iterable[File], manifest: Mapping[str, Any]) -> Release:
        """Write a release beside the others, its caches included, and give it its name as the last step.

        A release that is there already is left alone, since its name says what is in it; a cache that it lacks is made.
        """
        target = self.releases / release_id
        if (target / "manifest.json").is_file():
            self._restore_caches(target)
            return self.open(release_id)
        work = self._unfinished()
        entries = {file.path: _write_file(work / file.path, file.content) for file in files}
        for make in CACHES.values():
            make(work)
        whole = {**manifest, "id": release_id, "format": FORMAT_VERSION, "software": __version__, "files": entries}
        whole["seal"] = seal_of(whole)
        _write_file(work / "manifest.json", json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n")
        _sync_all(work)
        _remove(target)
        work.rename(target)
        _sync(self.releases)
        return self.open(release_id)

    def _restore_caches(self, release: Path) -> None:
        """Make the caches that a release lacks; each gets its name when it is whole."""
        missing = [name for name in CACHES if not (release / name).is_dir()]
        if not missing:
            return
        work = self._unfinished()
        for name in ("data", "metadata"):
            (work / name).symlink_to((release / name).resolve())
        for name in missing:
            CACHES[name](work)
            _sync_all(work / name)
            _remove(release / name)
            (work / name).rename(release / name)
        _sync(release)
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
            fresh = self.folder / f"{UNFINISHED}current"
            _remove(fresh)
            fresh.symlink_to(wanted)
            fresh.replace(link)
            _sync(self.folder)
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
        fresh = self.folder / f"{UNFINISHED}{name}"
        _write_file(fresh, content)
        _sync(fresh)
        fresh.replace(self.folder / name)

    def switched_at(self, release: Release) -> datetime | None:
        """When a release last became current."""
        rows = reversed(read_switches(self.folder))
        return next((row.time for row in rows if row.release == release.id), None)


def shelf_of(publication: Path, out: Path) -> Shelf:
    """The releases of a publication: the name of its folder stands for it on disk, before anything is read."""
    return Shelf(out / publication.resolve().name)


def twins(name: str, content: bytes) -> Iterator[File]:
    """A dump, and its gzip and zstd twins, which hold neither a name nor a time: the same bytes under the lock file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=packed, mtime=0) as file:
        file.write(content)
    yield File(f"data/{name}", content)
    yield File(f"data/{name}.gz", packed.getvalue())
    yield File(f"data/{name}.zst", zstandard.ZstdCompressor(level=9).compress(content))  # in one shot, on one thread


def _manifest(content: bytes) -> dict[str, Any]:
    """A manifest as it was read.

    Raises ValueError where it lacks what a release is read by.
    """
    found = json.loads(content)
    if not isinstance(found, dict) or not {"id", "format", "base", "parts", "files"} <= found.keys():
        raise ValueError("no manifest")
    return found


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


def _sync_all(folder: Path) -> None:
    """Everything in a folder reaches the disk: what has its name must be whole after a power cut too."""
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
