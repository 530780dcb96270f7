"""The engine is a seam: an embedded store, or any SPARQL 1.1 store; each passes the same tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, QueryTriples

from delmaal.engine.embedded import Embedded

Results = QuerySolutions | QueryBoolean | QueryTriples


class Engine(Protocol):
    """What the server asks of a store. An engine serves one release, read-only."""

    def about(self, subject: NamedNode) -> list[Quad]:
        """The statements of the default graph about a resource."""

    def incoming(self, obj: NamedNode, limit: int) -> list[Quad]:
        """At most `limit` statements of the default graph that lead to a resource."""

    def objects(self, subject: NamedNode, predicate: NamedNode) -> Iterable[NamedNode | Literal]:
        """The values of a property in the default graph."""

    def query(self, text: str, default_graphs: Iterable[str], named_graphs: Iterable[str]) -> Results:
        """Evaluate a SPARQL query.

        Raises QueryError for a query that is malformed or refused.
        """


ENGINES: Mapping[str, Callable[[Path], Engine]] = {
    "embedded": Embedded,
}

__all__ = ["ENGINES", "Engine", "Results"]
