"""Finds what is wrong with a release."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from delmaal.errors import count
from delmaal.lookup import build_index
from delmaal.release.caches import CACHES, STORED
from delmaal.release.identity import digest_of, seal_of
from delmaal.release.seals import SEAL
from delmaal.release.shelf import Release
from delmaal.search import build_search, contents
from delmaal.statements import PARTS
from delmaal.terms import RELEASE_PLACEHOLDER, Minter

_PLACEHOLDER = str(RELEASE_PLACEHOLDER).encode()
_INTEGER = b"<http://www.w3.org/2001/XMLSchema#integer>"
_NON_NEGATIVE = b"<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>"
"""Oxigraph keeps every integer as xsd:integer; DCAT-AP wants byteSize as this, so the catalogue's files have it and the
store has not. No data part uses it: a dump of the data, loaded and dumped again, has the same bytes."""


def verify(release: Release) -> Iterator[str]:
    """Everything that is wrong with a release, a sentence each; nothing where it is whole.

    The manifest's seal, size and checksum of every file, the identifier computed anew from the dumps, the caches
    against them. What is known to be damaged is not compared with anything else.
    """
    if release.manifest.get("seal") != seal_of(release.manifest):
        yield "manifest.json: it was changed after the release was made, so that nothing can be checked against it"
        return
    listed = release.manifest["files"]
    damaged = set()
    for path, entry in listed.items():
        problem = _file_problem(release.folder / path, entry)
        if problem:
            damaged.add(path)
            yield f"{path}: {problem}"
    for path in sorted(_paths(release.folder) - set(listed) - {"manifest.json"}):
        if path.partition("/")[0] not in CACHES:
            yield f"{path}: not in the manifest"
    if damaged.intersection(STORED):
        return
    computed = _identify_dumps(release)
    if computed != release.id:
        yield f"identifier: the dumps give {computed[:12]}, the directory says {release.id[:12]}"
    for name, find in (("store", _store_problem), ("index", _index_problem), ("search", _search_problem)):
        problem = "" if _dropped(release, name) else find(release)
        if problem:
            yield f"{name}: {problem}; delete {release.folder / name} and run `delmaal build`"


def _dropped(release: Release, cache: str) -> bool:
    """Whether a cache is missing from a release that is not the current one, which does well without."""
    current = release.folder.parent.parent / "current"
    served = not current.is_symlink() or current.readlink().name == release.id
    return not served and not (release.folder / cache).exists()


def _file_problem(file: Path, entry: Mapping[str, Any]) -> str:
    if not file.is_file():
        return "missing"
    try:
        content = file.read_bytes()
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    if len(content) != entry["size"]:
        return f"{count(len(content), 'byte')}, the manifest says {entry['size']}"
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        return "the checksum differs from the manifest's"
    return ""


def _paths(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def _identify_dumps(release: Release) -> str:
    iri = Minter(release.base)
    own = str(iri.thing("release", release.manifest["id"])).encode()
    lines: dict[str, list[bytes]] = {name: [] for name in release.manifest["parts"]}
    names = {str(iri.graph(name)).encode(): name for name in lines}
    for path in ("data/graphs.nq", "metadata/metadata.nq"):
        for line in (release.folder / path).read_bytes().splitlines(keepends=True):
            name = names.get(line[:-3].rpartition(b" ")[2])
            if name:
                lines[name].append(line)
    in_graphs = {line[: line[:-3].rindex(b" ")] + b" .\n" for name in lines for line in lines[name]}
    everything = (release.folder / "data/all.nt").read_bytes().splitlines(keepends=True)
    for name in lines:
        if not PARTS[name].named:
            lines[name] = [line for line in everything if line not in in_graphs]
    parts = {name: [line.replace(own, _PLACEHOLDER) for line in found] for name, found in lines.items()}
    return digest_of(parts, release.manifest["format"])


def _store_problem(release: Release) -> str:
    files = [(release.folder / path).read_bytes() for path in STORED]
    expected = set((b"".join(files[:2]) + b"".join(files[2:]).replace(_NON_NEGATIVE, _INTEGER)).splitlines())
    try:
        stored = {f"{quad} .".encode() for quad in Store.read_only(str(release.folder / "store"))}
    except (OSError, RuntimeError, ValueError) as error:
        return f"it cannot be opened ({error})"
    if stored != expected:
        return f"{count(len(stored - expected), 'statement')} too many, {len(expected - stored)} missing"
    return ""


def _index_problem(release: Release) -> str:
    with tempfile.TemporaryDirectory() as work:
        for name in ("data", "metadata"):
            (Path(work) / name).symlink_to((release.folder / name).resolve())
        build_index(Path(work))
        expected = {path: (Path(work) / "index" / path).read_bytes() for path in _paths(Path(work) / "index")}
    index = release.folder / "index"
    try:
        found = {path: (index / path).read_bytes() for path in _paths(index) - {SEAL}}
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    return "" if found == expected else "it differs from what the dumps give"


def _search_problem(release: Release) -> str:
    with tempfile.TemporaryDirectory() as work:
        for name in ("data", "metadata"):
            (Path(work) / name).symlink_to((release.folder / name).resolve())
        build_search(Path(work))
        expected = contents(Path(work))
    try:
        found = contents(release.folder)
    except (OSError, ValueError) as error:
        return f"it cannot be read ({error})"
    return "" if found == expected else "it differs from what the dumps give"
