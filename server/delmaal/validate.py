"""SHACL over the statements, and every result as a Finding at its place in the source.

pyshacl is the engine. Its results speak of nodes, paths and values; the positions that the build kept turn them into
file, line and column: of the value, else of the property, else of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import pyshacl
from pyoxigraph import Literal, Triple
from rdflib import Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, RDFS, SH
from rdflib.term import Node as RdfNode

from delmaal.errors import Mark
from delmaal.records import Finding, Severity, Text
from delmaal.statements import Positions
from delmaal.terms import PREFIXES, compact

_FIX = URIRef(PREFIXES["delmaal"] + "fix")


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
    findings = {
        _finding(results, result, shape_graph, positions, start)
        for result in results.subjects(RDF.type, SH.ValidationResult)
    }
    return Report(tuple(sorted(findings)))


def run_shacl(data: Graph, shapes: Graph) -> Graph:
    """The results graph of pyshacl, with nothing inferred: what a shape needs is written at build."""
    _, results, _ = pyshacl.validate(data, shacl_graph=shapes, inplace=True, allow_warnings=True)
    return cast("Graph", results)


def to_rdflib(triples: Iterable[Triple]) -> Graph:
    """Triples as an rdflib graph; terms are converted once each, which is faster than parsing what was never text."""
    graph = Graph(bind_namespaces="none")
    seen: dict[Any, RdfNode] = {}

    def convert(node: Any) -> RdfNode:
        found = seen.get(node)
        if found is None:
            if isinstance(node, Literal):
                datatype = None if node.language else URIRef(node.datatype.value)
                plain = node.datatype.value == PREFIXES["xsd"] + "string"
                found = RdfLiteral(node.value, lang=node.language, datatype=None if plain else datatype)
            else:
                found = URIRef(node.value)
            seen[node] = found
        return found

    for triple in triples:
        graph.add((convert(triple.subject), convert(triple.predicate), convert(triple.object)))
    return graph


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
        return positions.find(focus, str(path), value.n3() if value is not None else "")
    at = str(shapes.value(shape, RDFS.seeAlso) or "") if shape is not None else ""
    if isinstance(value, URIRef):
        found = positions.find(str(value), at)
        if found is not None:
            return found
    return positions.find(focus, at)


def _text(graph: Graph, node: RdfNode | None, predicate: URIRef) -> Text | None:
    if node is None:
        return None
    found = {
        literal.language: str(literal) for literal in graph.objects(node, predicate) if isinstance(literal, RdfLiteral)
    }
    plain = found.get(None, "")
    return None if not found else Text(found.get("nb", plain), found.get("en", plain))
