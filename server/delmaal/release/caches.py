"""What is made from a release's dumps, so that it can be asked quickly; each can be deleted and made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pyoxigraph import RdfFormat, Store

from delmaal.lookup import build_index

STORED = ("data/all.nt", "data/graphs.nq", "metadata/metadata.nt", "metadata/metadata.nq")
"""The files that the identifier and the caches are made from: together they hold all that the release says."""


def load_store(folder: Path) -> None:
    """Write `store/` for a release whose dumps are written."""
    store = Store(str(folder / "store"))
    for path in STORED:
        kind = RdfFormat.N_QUADS if path.endswith(".nq") else RdfFormat.N_TRIPLES
        store.bulk_load(path=str(folder / path), format=kind)
    store.flush()


CACHES: Mapping[str, Callable[[Path], None]] = {"store": load_store, "index": build_index}
"""The folder of each, and what writes it into a release whose dumps are written."""
