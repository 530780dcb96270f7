"""A municipal cube as a release that the server opens: 356 areas, ten years, labels in two languages.

    <folder>/<size>/
      made.json                what it was made with: where that is the same, nothing is made again
      current -> releases/<id>
      releases/<id>/           as `delmaal.release` lays it out: data, metadata, manifest, store, index

One data set has every observation: 178,000 of them at 1m, ten times as many at 10m, by ten times as many indicators. An
observation has the six statements that a table gives; those of one measure in 25, which stand first in every list, are
whole statistics with the seventeen statements of a curated one. No two runs differ: a value comes from its cell.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from bench.cells import BASE, INDICATORS, Observation, cells, concepts, labelled, series
from delmaal import __version__
from delmaal.formats import RDF_FORMATS, write
from delmaal.release import CACHES, FORMAT_VERSION, Shelf
from delmaal.release.identity import seal_of
from delmaal.statements import PARTS


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube on disk."""

    size: str
    shelf: Shelf
    statements: int

    def observations(self, whole: bool = False) -> Iterator[Observation]:
        """Every observation, or only those that are whole statistics."""
        return (found for found in cells(self.size) if found.is_whole or not whole)

    def some(self, count: int, whole: bool = False) -> list[Observation]:
        """At most so many of them, in an order that is far from the order on disk."""
        every = list(self.observations(whole))
        return random.Random(1).sample(every, min(count, len(every)))

    @property
    def release(self) -> Path:
        """The folder of its release."""
        return self.shelf.current().folder


def cube(size: str, folder: Path) -> Cube:
    """The cube of a size, made where it is not there yet."""
    shelf = Shelf(folder / size)
    made = shelf.folder / "made.json"
    wanted = {"data": _sample_digest(size), **{name: _maker_digest(build) for name, build in CACHES.items()}}
    try:
        found = json.loads(made.read_text())
    except (OSError, ValueError):
        found = {}
    if found.get("data") != wanted["data"]:
        print(f"making the cube of {size} triples, once", flush=True)
        shutil.rmtree(shelf.folder, ignore_errors=True)
        found = {"statements": _make(size, shelf)}
    else:
        for name, build in CACHES.items():
            if found.get(name) != wanted[name]:
                shutil.rmtree(shelf.current().folder / name, ignore_errors=True)
                build(shelf.current().folder)
    made.write_text(json.dumps({**wanted, "statements": found["statements"]}))
    return Cube(size, shelf, found["statements"])


def _sample_digest(size: str) -> str:
    """A digest of all concepts and some observations, compact and whole: what shows that the data would differ."""
    digest = hashlib.sha256()
    for line in itertools.chain(concepts(size), *(series(indicator) for indicator in range(3))):
        digest.update(line.encode())
    return digest.hexdigest()


def _maker_digest(build: Callable[[Path], None]) -> str:
    """A digest of what makes a cache: the module of its maker, and the version of the store's library."""
    module = sys.modules[build.__module__]
    return hashlib.sha256(f"{ox.__version__}\n{Path(module.__file__ or '').read_text()}".encode()).hexdigest()


def _make(size: str, shelf: Shelf) -> int:
    """Write the release and switch to it; the number of its statements."""
    work = shelf.releases / ".unfinished-bench"
    (work / "data").mkdir(parents=True)
    (work / "metadata").mkdir()
    lines = sorted(set(concepts(size)))
    graph = f" <{BASE}graph/concepts> .\n"
    (work / "data/graphs.nq").write_text("".join(line[:-3] + graph for line in lines))
    sort = subprocess.Popen(["sort", "-u", "-S", "2G", "-o", str(work / "data/all.nt")], stdin=subprocess.PIPE,
                            env={**os.environ, "LC_ALL": "C"}, text=True, encoding="utf-8")
    assert sort.stdin is not None
    sort.stdin.writelines(lines)
    statements = len(lines)
    for indicator in range(INDICATORS[size]):
        about = list(series(indicator))
        sort.stdin.writelines(about)
        statements += len(about)
    sort.stdin.close()
    if sort.wait():
        raise SystemExit("sort failed")
    _write_metadata(work)
    files = {path.relative_to(work).as_posix(): _entry(path) for path in sorted(work.rglob("*.*"))}
    release_id = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    for make in CACHES.values():
        make(work)
    title = {"nb": f"Kommunal kube {size}", "en": f"Municipal cube {size}"}
    manifest = {"publication": "bench", "base": BASE, "title": title, "id": release_id, "format": FORMAT_VERSION,
                "parts": {"concepts": len(lines), "statistics": statements - len(lines)},
                "software": __version__, "files": files}
    manifest["seal"] = seal_of(manifest)
    (work / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))
    work.rename(shelf.releases / release_id)
    shelf.switch(shelf.open(release_id))
    return statements


def _entry(path: Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_metadata(work: Path) -> None:
    """The least that the server reads: each metadata part in each format, and the two files of them all."""
    lines = []
    for part in (name for name, row in PARTS.items() if row.metadata):
        statements = list(labelled(f"{BASE}{part}", (f"{part} for kuben", f"{part} of the cube"), "rdfs:label"))
        triples = [ox.Triple(*quad.triple) for quad in ox.parse("".join(statements), format=ox.RdfFormat.N_TRIPLES)]
        for row in (row for row in RDF_FORMATS if not row.quads):
            (work / f"metadata/{part}.{row.suffix}").write_bytes(write(triples, row))
        lines += [(line, f"{line[:-3]} <{BASE}graph/{part}> .\n") for line in statements]
    (work / "metadata/metadata.nt").write_text("".join(sorted(line for line, _ in lines)))
    (work / "metadata/metadata.nq").write_text("".join(sorted(quad for _, quad in lines)))


