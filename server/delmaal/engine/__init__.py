"""The engine is a seam: an embedded store, or any SPARQL 1.1 store; each passes the same tests.

It answers queries. Descriptions need none: they are looked up in the release's sorted dump, which every server of a
release has, whatever its engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

from delmaal.engine.embedded import Embedded

Results = QuerySolutions | QueryBoolean | QueryTriples


class Engine(Protocol):
    """What is asked of a store. An engine serves one release, read-only."""

    def query(self, text: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> Results:
        """Evaluate a SPARQL query.

        Raises QueryError for a query that is malformed or refused.
        """


ENGINES: Mapping[str, Callable[[Path], Engine]] = {
    "embedded": Embedded,
}

__all__ = ["ENGINES", "Engine", "Results"]
