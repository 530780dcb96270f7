"""A release is a directory that never changes; which one is served is one symbolic link.

    <out>/<publication>/
      lock                       held while a build writes
      inputs.json                the digest of the inputs that the newest build read, and the release it gave
      switches.jsonl             when which release became current (a clock never reaches the data)
      current -> releases/<id>   replaced in one step
      releases/
        .unfinished-*/           what a build that was stopped leaves; the next one clears it
        <id>/
          manifest.json          size and SHA-256 of each file, counts, versions
          data/<dump>[.gz]       the data parts
          metadata/<part>.nt     catalogue, void, service, provenance, report
          store/                 a cache for queries: rebuilt from the dumps where it is missing
          index/                 a cache for descriptions: likewise

The id is the SHA-256 over the sorted N-Quads of every part, metadata included, with the placeholder in the release's
own place, after the version of this layout.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, Store, Triple

from delmaal import __version__
from delmaal.errors import ReleaseError
from delmaal.lookup import build_index
from delmaal.statements import PARTS
from delmaal.terms import RELEASE_PLACEHOLDER, Minter

FORMAT_VERSION = "1"
CACHES = ("store", "index")
_PLACEHOLDER = str(RELEASE_PLACEHOLDER).encode()
_INTEGER = b"<http://www.w3.org/2001/XMLSchema#integer>"
_NON_NEGATIVE = b"<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>"
"""Oxigraph keeps every integer as xsd:integer; DCAT-AP wants byteSize as this, so the catalogue's files have it and the
store has not. No data part uses it: a dump of the data, loaded and dumped again, has the same bytes."""


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
        try:
            manifest = json.loads((folder / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise ReleaseError("release-damaged", f"release {release_id[:12]} has no readable manifest") from error
        return Release(folder, manifest)

    def made_from(self, digest: str) -> Release | None:
        """The current release, if it was made from inputs with this digest."""
        try:
            last = json.loads((self.folder / "inputs.json").read_bytes())
            current = self.current()
        except (OSError, ValueError, ReleaseError):
            return None
        made = last.get("digest") == digest and last.get("release") == current.id
        return current if made and all((current.folder / name).is_dir() for name in CACHES) else None

    def remember(self, digest: str, release: Release) -> None:
        """Note which release these inputs give."""
        content = json.dumps({"digest": digest, "release": release.id}, indent=1).encode() + b"\n"
        _replace_file(self.folder / "inputs.json", content)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One build at a time; also clears what an interrupted one left.

        Raises ReleaseError while another build holds the lock.
        """
        self.releases.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                sentence = f"another build is writing to {self.folder}; wait for it"
                raise ReleaseError("release-locked", sentence) from error
            for left in self.releases.glob(".unfinished-*"):
                shutil.rmtree(left)
            yield

    def write(self, release_id: str, files: Iterable[File], manifest: Mapping[str, Any]) -> Release:
        """Write a release beside the others, its store included, and give it its name as the last step.

        A release that is there already is left alone: its name says what is in it.
        """
        target = self.releases / release_id
        if not (target / "manifest.json").is_file():
            work = Path(tempfile.mkdtemp(prefix=".unfinished-", dir=self.releases))
            entries = {file.path: _write_file(work / file.path, file.content) for file in files}
            make_caches(work)
            whole = {**manifest, "id": release_id, "format": FORMAT_VERSION, "software": __version__, "files": entries}
            _write_file(work / "manifest.json", json.dumps(whole, indent=1, ensure_ascii=False).encode() + b"\n")
            work.chmod(0o755)
            if target.exists():
                shutil.rmtree(target)
            work.rename(target)
            _sync(self.releases)
        elif not all((target / name).is_dir() for name in CACHES):
            make_caches(target)
        return self.open(release_id)

    def switch(self, release: Release) -> bool:
        """Make a release the one that is served, in one step; False where it was already."""
        link = self.folder / "current"
        wanted = Path("releases") / release.id
        if link.is_symlink() and link.readlink() == wanted:
            return False
        fresh = self.folder / f".current-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(wanted)
        fresh.replace(link)
        _sync(self.folder)
        row = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "release": release.id}
        with (self.folder / "switches.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(row) + "\n")
        return True

    def switched_at(self, release: Release) -> datetime | None:
        """When a release last became current."""
        try:
            lines = (self.folder / "switches.jsonl").read_text("utf-8").splitlines()
        except OSError:
            return None
        rows = [json.loads(line) for line in lines if line.strip()]
        times = [row["time"] for row in rows if row["release"] == release.id]
        return datetime.fromisoformat(times[-1]) if times else None


def identify(parts: Mapping[str, Sequence[Triple]], iri: Minter) -> str:
    """The identifier of a release from its parts, with the placeholder in its own place."""
    digest = hashlib.sha256(f"delmaal release {FORMAT_VERSION}\n".encode())
    for name in sorted(parts):
        graph = f" {iri.graph(name)}" if PARTS[name].named else ""
        digest.update(f"{name}\n".encode())
        for line in sorted(f"{triple}{graph} .\n".encode() for triple in parts[name]):
            digest.update(line)
    return digest.hexdigest()


def named(triples: Iterable[Triple], release: NamedNode) -> list[Triple]:
    """Statements with the release's own IRI where the placeholder stood."""
    def swap(node: Any) -> Any:
        return release if node == RELEASE_PLACEHOLDER else node

    return [Triple(swap(t.subject), t.predicate, swap(t.object)) for t in triples]


def twins(name: str, content: bytes) -> Iterator[File]:
    """A dump and its gzip twin, which holds neither a name nor a time."""
    yield File(f"data/{name}", content)
    yield File(f"data/{name}.gz", gzip.compress(content, 6, mtime=0))


def make_caches(folder: Path) -> None:
    """Make `store/` and `index/` from the dumps, anew where they are there: they are caches."""
    for name in CACHES:
        shutil.rmtree(folder / name, ignore_errors=True)
    build_index(folder)
    store = Store(str(folder / "store"))
    store.bulk_load(path=str(folder / "data" / "all.nt"), format=RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / "data" / "graphs.nq"), format=RdfFormat.N_QUADS)
    store.bulk_load(path=str(folder / "metadata" / "metadata.nt"), format=RdfFormat.N_TRIPLES)
    store.bulk_load(path=str(folder / "metadata" / "metadata.nq"), format=RdfFormat.N_QUADS)
    store.flush()


def verify(release: Release) -> Iterator[str]:
    """Everything that is wrong with a release, a sentence each; nothing where it is whole.

    Sizes and checksums of every file, the identifier computed anew from the dumps, and the store against them.
    """
    listed = release.manifest["files"]
    for path, entry in listed.items():
        yield from _verify_file(release.folder / path, path, entry)
    found = {
        file.relative_to(release.folder).as_posix()
        for name in ("data", "metadata") for file in (release.folder / name).rglob("*") if file.is_file()
    }
    for path in sorted(found - set(listed)):
        yield f"{path}: not in the manifest"
    if any(not (release.folder / path).is_file() for path in listed):
        return
    computed = _identify_dumps(release)
    if computed != release.id:
        yield f"identifier: the dumps give {computed[:12]}, the directory says {release.id[:12]}"
    yield from _verify_store(release)


def _verify_file(file: Path, path: str, entry: Mapping[str, Any]) -> Iterator[str]:
    if not file.is_file():
        yield f"{path}: missing"
        return
    content = file.read_bytes()
    if len(content) != entry["size"]:
        yield f"{path}: {len(content)} bytes, the manifest says {entry['size']}"
    elif hashlib.sha256(content).hexdigest() != entry["sha256"]:
        yield f"{path}: the checksum differs from the manifest's"


def _identify_dumps(release: Release) -> str:
    iri = Minter(release.base)
    own = str(iri.thing("release", release.id)).encode()
    lines: dict[str, list[bytes]] = {name: [] for name in release.manifest["parts"]}
    names = {str(iri.graph(name)).encode(): name for name in lines}
    for path in ("data/graphs.nq", "metadata/metadata.nq"):
        for line in (release.folder / path).read_bytes().splitlines(keepends=True):
            name = names.get(line[:-3].rpartition(b" ")[2])
            if name:
                lines[name].append(line)
    in_graphs = {line[: line[:-3].rindex(b" ")] + b" .\n" for name in lines for line in lines[name]}
    unnamed = [name for name in lines if not PARTS[name].named]
    everything = (release.folder / "data/all.nt").read_bytes().splitlines(keepends=True)
    for name in unnamed:
        lines[name] = [line for line in everything if line not in in_graphs]
    digest = hashlib.sha256(f"delmaal release {FORMAT_VERSION}\n".encode())
    for name in sorted(lines):
        digest.update(f"{name}\n".encode())
        for line in sorted(line.replace(own, _PLACEHOLDER) for line in lines[name]):
            digest.update(line)
    return digest.hexdigest()


def _verify_store(release: Release) -> Iterator[str]:
    try:
        store = Store.read_only(str(release.folder / "store"))
    except (OSError, ValueError) as error:
        yield f"store: cannot be opened ({error}); delete it and build again"
        return
    data = b"".join((release.folder / path).read_bytes() for path in ("data/all.nt", "data/graphs.nq"))
    about = b"".join((release.folder / path).read_bytes() for path in ("metadata/metadata.nt", "metadata/metadata.nq"))
    expected = set((data + about.replace(_NON_NEGATIVE, _INTEGER)).splitlines())
    stored = {f"{quad} .".encode() for quad in store}
    if stored != expected:
        yield f"store: {len(stored - expected)} statements too many, {len(expected - stored)} missing"


def _write_file(path: Path, content: bytes) -> dict[str, Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _replace_file(path: Path, content: bytes) -> None:
    fresh = path.with_name(f".{path.name}-{os.getpid()}")
    _write_file(fresh, content)
    fresh.replace(path)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
