"""Whether a release can be served whole: everything that is served of it is measured, opened and tried.

This is what a server asks before it switches to a release. It costs about as much as to read the release's files once:
25 MB, which is the size of a municipality's release, take a twentieth of a second of a processor, 1 GB two seconds; the
server does it in a thread, beside its work. `delmaal verify` asks for more: it makes everything anew and compares.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from pathlib import Path

from delmaal.errors import ReleaseError
from delmaal.lookup import Lookup
from delmaal.release.identity import seal_of
from delmaal.release.manifest import SERVED_BY, NewerFormat, check_manifest
from delmaal.release.seals import fault_of, fault_of_cache, is_sealed
from delmaal.release.shelf import Release
from delmaal.search import Search

SERVED = ("index", "search")
"""The caches that a web process serves from; where it also has the embedded engine, `store`."""

_ESSENTIAL = ("data/all.nt", "data/graphs.nq", "metadata/metadata.nt", "metadata/metadata.nq")
_WITHIN = re.compile(r"(?:data|metadata|site)/[A-Za-z0-9][A-Za-z0-9._-]*\Z")


def examine(release: Release, caches: Collection[str] = SERVED, store: Callable[[Path], None] | None = None) -> None:
    """Look whether all that is served of a release is whole: sizes and checksums of its files and caches, then each is
    opened and asked something.

    `store` tries the store of a folder, and raises where it does not answer. Raises ReleaseError, which says what is
    wrong, whatever it is.
    """
    try:
        fault = next(_faults(release, caches), "")
        if not fault:
            _try(release, caches, store)
    except ReleaseError:
        raise
    except NewerFormat as error:
        raise ReleaseError("release-newer", f"release {release.id[:12]} cannot be read: {error}") from error
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # whatever a damaged file makes of whoever reads it; a panic is no Exception
        fault = f"it cannot be opened ({type(error).__name__}: {error})"
    if fault:
        raise _damaged(release, fault)


def check_sizes(release: Release) -> None:
    """Look whether the files that a manifest lists, and the release's caches, are there and have their sizes.

    Raises ReleaseError. For releases that are asked for now and then, it is all that is looked at before.
    """
    caches = [name for name in ("index", "search") if (release.folder / name).exists()]
    fault = next(_faults(release, caches, read=False), "")
    if fault:
        raise _damaged(release, fault)


def _faults(release: Release, caches: Collection[str], read: bool = True) -> Iterator[str]:
    """What is wrong with the manifest and with files, as far as sizes, and bytes, tell."""
    manifest, folder = release.manifest, release.folder
    try:
        check_manifest(manifest, SERVED_BY)
    except NewerFormat:
        raise
    except ValueError as error:
        yield str(error)
        return
    if manifest["id"] != release.id:
        yield f"manifest.json is of release {manifest['id'][:12]}"
    if manifest["seal"] != seal_of(manifest):
        yield "manifest.json was changed after the release was made"
    for name in _ESSENTIAL:
        if name not in manifest["files"]:
            yield f"{name} is not in manifest.json"
    for name, entry in manifest["files"].items():
        if not _WITHIN.match(name):
            yield f"manifest.json lists {name[:60]!r}"
        elif fault := fault_of(folder / name, entry, read):
            yield f"{name}: {fault}"
    for cache in caches:
        if fault := fault_of_cache(folder / cache, bool(manifest.get("sealed")), read):
            yield fault


def _try(release: Release, caches: Collection[str], store: Callable[[Path], None] | None) -> None:
    lookup = Lookup(release.folder)
    if not is_sealed(release.folder / "index"):
        _check_index(release, lookup)
    if "search" in caches:
        search = Search(release.folder)
        search.find("a")
        search.named("")
    if "store" in caches and store is not None:
        store(release.folder)


def _check_index(release: Release, lookup: Lookup) -> None:
    """Look through an index that has no seal: its hashes are in order, and its places are those of the dumps' lines.

    Raises ValueError.
    """
    size = sum((release.folder / name).stat().st_size for name in _ESSENTIAL if name.endswith(".nt"))
    subjects, starts, sizes, objects, places = lookup.arrays
    if any(one > two for keys in (subjects, objects) for one, two in pairwise(keys)):
        raise ValueError("the index is not in order")
    if sum(sizes) != size or any(place >= size for column in (starts, places) for place in column):
        raise ValueError("the index is of other dumps")
    for iri in lookup.subjects(0, 50):
        if bisect_left(subjects, lookup.key_of(iri)) == len(subjects) or not lookup.some(iri, 1):
            raise ValueError(f"the index does not find {iri[:200]}")


def _damaged(release: Release, fault: str) -> ReleaseError:
    sentence = f"release {release.id[:12]} cannot be served whole: {fault}"
    return ReleaseError("release-damaged", f"{sentence}; copy it again, or delete it and run `delmaal build`")
