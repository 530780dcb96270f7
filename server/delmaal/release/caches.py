"""What is made from a release's dumps, so that it can be asked quickly; each can be deleted and made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from delmaal.lookup import build_index
from delmaal.search import build_search

STORED = ("data/all.nt", "data/graphs.nq", "metadata/metadata.nt", "metadata/metadata.nq")
"""The files that the identifier and the caches are made from: together they hold all that the release says."""


_FITS_IN_A_RUN = 512 << 20
"""Bytes of dumps from which on the loader leaves the store in so many sorted runs, all of which a lookup searches,
that it is worth the time and twice the space to make one of them: of 10,000,000 statements, a lookup reads 16 blocks
before and 2 after; of 1,000,000 it makes no difference.
"""


def load_store(folder: Path) -> None:
    """Write `store/` for a release whose dumps are written."""
    store = Store(str(folder / "store"))
    for path in STORED:
        kind = RdfFormat.N_QUADS if path.endswith(".nq") else RdfFormat.N_TRIPLES
        store.bulk_load(path=str(folder / path), format=kind)
    if sum((folder / path).stat().st_size for path in STORED) > _FITS_IN_A_RUN:
        store.optimize()
    store.flush()


CACHES: Mapping[str, Callable[[Path], None]] = {"store": load_store, "index": build_index, "search": build_search}
"""The folder of each, and what writes it into a release whose dumps are written."""
