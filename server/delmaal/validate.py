"""SHACL over the statements, and every result as a Finding at its place in the source.

pyshacl is the engine. Its results speak of nodes, paths and values; the positions that the build kept turn them into
file, line and column: of the value, else of the property, else of the record.

Where the reader refused a field, a shape may miss what the field would have said. Such an echo of a mistake that is
reported already is left out; what a shape says of anything else in the record is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import pyshacl
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, RDFS, SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.query import Result
from rdflib.term import Node as RdfNode

from delmaal.errors import Mark
from delmaal.records import Finding, Severity, Text
from delmaal.statements import Positions
from delmaal.terms import PREFIXES, compact, term

_FIX = URIRef(PREFIXES["delmaal"] + "fix")
_BY_PRESENCE = {
    SH[f"{name}ConstraintComponent"]
    for name in ("Class", "Datatype", "NodeKind", "Pattern", "MinLength", "MaxLength", "MinInclusive", "MaxInclusive",
                 "MaxCount", "QualifiedMaxCount", "UniqueLang", "Disjoint", "LessThan", "LessThanOrEquals")
}
"""Constraints that are broken by what is said; the others may be broken by what is not."""
_PREDICATES = (SH.path, SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals)
_NAME = re.compile(r"(?<![\w:?$<-])[a-z][a-z-]*:\w+")
"""A prefixed name in a query."""


@dataclass(frozen=True, slots=True)
class Report:
    """All findings of a run, in the order of their positions."""

    findings: tuple[Finding, ...]

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)


def validate(data: Iterable[Triple], shapes: Iterable[Triple], positions: Positions, start: Mark) -> Report:
    """Run the shapes over the data.

    `start` is the position of the publication itself: where a result is about a node that no source mentions, it is
    reported there, so that no Finding is without a position.
    """
    shape_graph = to_rdflib(shapes)
    results = run_shacl(to_rdflib(data), shape_graph)
    reads = cache(lambda shape: frozenset(_predicates(shape_graph, shape, set())))
    findings = {
        _finding(results, result, shape_graph, positions, start)
        for result in results.subjects(RDF.type, SH.ValidationResult)
        if not _is_echo(results, result, positions, reads(results.value(result, SH.sourceShape)))
    }
    return Report(tuple(sorted(findings)))


def run_shacl(data: Graph, shapes: Graph) -> Graph:
    """The results graph of pyshacl, with nothing inferred: what a shape needs is written at build."""
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, allow_warnings=True)
    return cast("Graph", results)


prepared = cache(prepareQuery)
"""A query, parsed; once for each text."""


class DataGraph(Graph):
    """A graph whose queries are parsed once each. pyshacl asks a shape's query anew for every node that the shape looks
    at, and parsing it takes longer than all the rest of the validation."""

    def query(self, query_object: Any, *arguments: Any, **named: Any) -> Result:
        """As every graph."""
        return super().query(prepared(query_object), *arguments, **named)


def to_rdflib(triples: Iterable[Triple]) -> Graph:
    """Triples as an rdflib graph; terms are converted once each, which is faster than parsing what was never text."""
    graph = DataGraph(bind_namespaces="none")
    seen: dict[Any, RdfNode] = {}

    def convert(node: Any) -> RdfNode:
        found = seen.get(node)
        if found is None:
            if isinstance(node, Literal):
                datatype = None if node.language else URIRef(node.datatype.value)
                plain = node.datatype.value == PREFIXES["xsd"] + "string"
                datatype = None if plain else datatype
                found = RdfLiteral(node.value, lang=node.language, datatype=datatype, normalize=False)
            else:
                found = URIRef(node.value)
            seen[node] = found
        return found

    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


def _is_echo(results: Graph, result: RdfNode, positions: Positions, predicates: frozenset[str]) -> bool:
    """Whether a result only misses what the reader refused: a property that its shape looks at is not known.

    The property of the focus, or of the resource that a query found from there.
    """
    if results.value(result, SH.sourceConstraintComponent) in _BY_PRESENCE:
        return False
    nodes = {str(results.value(result, predicate)) for predicate in (SH.focusNode, SH.value)}
    return any((node, predicate) in positions.unknown for node in nodes for predicate in predicates)


def _predicates(shapes: Graph, shape: RdfNode | None, seen: set[RdfNode]) -> Iterator[str]:
    """The predicates that a shape looks at, in its parts and queries too."""
    if shape is None or shape in seen:
        return
    seen.add(shape)
    for predicate, obj in shapes.predicate_objects(shape):
        if predicate in _PREDICATES:
            yield str(obj)
        elif predicate == SH["class"] and (shape, SH.path, None) not in shapes:
            yield str(RDF.type)
        elif predicate == SH.select:
            names = _NAME.findall(str(obj))
            yield from (term(name).value for name in names if name.partition(":")[0] in PREFIXES)
        elif predicate != RDFS.seeAlso:
            yield from _predicates(shapes, obj, seen)


def _finding(results: Graph, result: RdfNode, shapes: Graph, positions: Positions, start: Mark) -> Finding:
    focus = str(results.value(result, SH.focusNode))
    path, value = results.value(result, SH.resultPath), results.value(result, SH.value)
    shape = results.value(result, SH.sourceShape)
    severity = str(results.value(result, SH.resultSeverity)).rpartition("#")[2]
    return Finding(
        mark=_position(positions, shapes, shape, focus, path, value) or start,
        code=str(shape).rpartition("#")[2],
        severity=cast("Severity", severity),
        message=_text(shapes, shape, SH.message) or _text(results, result, SH.resultMessage) or Text("", ""),
        fix=_text(shapes, shape, _FIX) or Text("", ""),
        focus=focus,
        path=compact(str(path)) if path is not None else "",
        value=str(value) if value is not None else "",
    )


def _position(positions: Positions, shapes: Graph, shape: RdfNode | None, focus: str, path: RdfNode | None,
              value: RdfNode | None) -> Mark | None:
    """Of the value, else of the property, else of the record.

    A shape without a path names the property to look at with rdfs:seeAlso; its value, where that is another resource
    than the focus, is the resource to look at.
    """
    if path is not None:
        return positions.find(focus, str(path), _spelling(value))
    at = str(shapes.value(shape, RDFS.seeAlso) or "") if shape is not None else ""
    if isinstance(value, URIRef):
        found = positions.find(str(value), at)
        if found is not None:
            return found
    return positions.find(focus, at)


def _spelling(node: RdfNode | None) -> str:
    """A node as the positions spell it."""
    if isinstance(node, RdfLiteral):
        datatype = NamedNode(str(node.datatype)) if node.datatype else None
        return str(Literal(str(node), language=node.language, datatype=datatype))
    return "" if node is None else f"<{node}>"


def _text(graph: Graph, node: RdfNode | None, predicate: URIRef) -> Text | None:
    if node is None:
        return None
    found = {
        literal.language: str(literal) for literal in graph.objects(node, predicate) if isinstance(literal, RdfLiteral)
    }
    plain = found.get(None, "")
    return None if not found else Text(found.get("nb", plain), found.get("en", plain))
