"""Oxigraph inside the process, opened read-only on the release's store: any number of processes may do so."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QuerySolutions,
    QueryTriples,
    Store,
)

from delmaal.errors import QueryError, ReleaseError
from delmaal.terms import PREFIXES

_DEFAULT = DefaultGraph()


class Embedded:
    """One release's store.

    Raises ReleaseError where the store cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._store = Store.read_only(str(folder / "store"))
        except (OSError, ValueError) as error:
            sentence = f"the store of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("store-unreadable", f"{sentence}; run `delmaal verify`") from error

    def about(self, subject: NamedNode) -> list[Quad]:
        """The statements of the default graph about a resource."""
        return list(self._store.quads_for_pattern(subject, None, None, _DEFAULT))

    def incoming(self, obj: NamedNode, limit: int) -> list[Quad]:
        """At most `limit` statements of the default graph that lead to a resource."""
        return list(islice(self._store.quads_for_pattern(None, None, obj, _DEFAULT), limit))

    def objects(self, subject: NamedNode, predicate: NamedNode) -> Iterable[NamedNode | Literal]:
        """The values of a property in the default graph."""
        for quad in self._store.quads_for_pattern(subject, predicate, None, _DEFAULT):
            yield quad.object  # type: ignore[misc]  # published data have no blank nodes and no triple terms

    def query(self, text: str, default_graphs: Iterable[str] = (),
              named_graphs: Iterable[str] = ()) -> QuerySolutions | QueryBoolean | QueryTriples:
        """Evaluate a SPARQL query; the prefixes of `terms` are known without declaration.

        Raises QueryError for a query that is malformed or refused.
        """
        default: list[NamedNode | BlankNode | DefaultGraph] = [NamedNode(iri) for iri in default_graphs]
        graphs: list[NamedNode | BlankNode] = [NamedNode(iri) for iri in named_graphs]
        try:
            return self._store.query(
                text,
                prefixes=PREFIXES,
                default_graph=default or None,
                named_graphs=graphs or ([] if default else None),
            )
        except SyntaxError as error:
            raise QueryError("query-malformed", f"the query is malformed: {error}") from error
        except (OSError, RuntimeError, ValueError) as error:
            raise QueryError("query-refused", f"the query cannot be evaluated: {error}") from error
