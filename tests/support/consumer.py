"""A consumer of the feed of changes."""

from __future__ import annotations

from urllib.parse import urldefrag

import httpx
import pyoxigraph as ox
import rdflib
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import Namespace

TREE, LDES, AS = (Namespace(iri) for iri in (
    "https://w3id.org/tree#", "https://w3id.org/ldes#", "https://www.w3.org/ns/activitystreams#"))

ORDERED = {TREE.GreaterThanOrEqualToRelation: lambda a, b: a >= b, TREE.LessThanOrEqualToRelation: lambda a, b: a <= b}

FORMATS = {"text/turtle": ox.RdfFormat.TURTLE, "application/ld+json": ox.RdfFormat.JSON_LD}


def read(content: bytes, kind: ox.RdfFormat, base: str | None = None) -> Graph:
    """A document as a graph; references are relative to `base`."""
    graph = Graph()
    for quad in ox.parse(content, format=kind, base_iri=base):
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(node: object) -> URIRef | Literal:
    if isinstance(node, ox.NamedNode):
        return URIRef(node.value)
    assert isinstance(node, ox.Literal), f"a blank node: {node}"
    if node.language:
        return Literal(node.value, lang=node.language)
    return Literal(node.value, datatype=URIRef(node.datatype.value), normalize=False)


class Consumer:
    """A client in unordered mode that keeps a state, as section 3 of the specification says."""

    def __init__(self, http: httpx.Client, accept: str = "text/turtle") -> None:
        self.http = http
        self.accept = accept
        self.emitted: dict[URIRef, Graph] = {}
        self.immutable: set[str] = set()
        self.stream: URIRef | None = None
        self.context = Graph()
        self.fetched = 0

    def run(self, start: str) -> list[URIRef]:
        """One synchronisation run: the members that are new."""
        new: list[URIRef] = []
        frontier, seen = [start], set()
        while frontier:
            address = frontier.pop()
            if address in self.immutable or address in seen:
                continue
            seen.add(address)
            node, graph, immutable = self._fetch(address)
            if self.stream is None:
                self._initialise(node, graph)
            for member in graph.objects(self.stream, TREE.member):
                assert isinstance(member, URIRef)
                if member not in self.emitted:
                    self.emitted[member] = self._star(graph, member)
                    new.append(member)
            for relation in graph.objects(node, TREE.relation):
                frontier.append(urldefrag(str(self._one(graph, relation, TREE.node)))[0])
            if immutable:
                self.immutable.add(address)
        return new

    def _fetch(self, address: str) -> tuple[URIRef, Graph, bool]:
        answer = self.http.get(address, headers={"Accept": self.accept})
        self.fetched += 1
        assert answer.status_code == 200, address
        kind = answer.headers["content-type"].partition(";")[0]
        assert kind == self.accept
        graph = read(answer.content, FORMATS[kind], str(answer.url))
        node = URIRef(str(answer.url))
        said = "immutable" in answer.headers["cache-control"]
        assert ((node, LDES.immutable, Literal(True)) in graph) == said
        return node, graph, said

    def _initialise(self, node: URIRef, graph: Graph) -> None:
        streams = list(graph.subjects(TREE.view, node))
        assert len(streams) == 1
        assert isinstance(streams[0], URIRef)
        self.stream, self.context = streams[0], graph
        assert (self.stream, RDF.type, LDES.EventStream) in graph

    @staticmethod
    def _star(graph: Graph, node: URIRef) -> Graph:
        found = Graph()
        for triple in graph.triples((node, None, None)):
            found.add(triple)
        return found

    @staticmethod
    def _one(graph: Graph, node: rdflib.term.Node, predicate: URIRef) -> rdflib.term.Node:
        found = list(graph.objects(node, predicate))
        assert len(found) == 1, (node, predicate, found)
        return found[0]

    def said(self, name: URIRef) -> rdflib.term.Node:
        """What the root says of the stream."""
        assert self.stream is not None
        return self._one(self.context, self.stream, name)

    def state(self) -> dict[str, set[tuple[str, str]]]:
        """What is known of each resource now, as predicate and object: the newest version of each that is none of a
        deletion."""
        time, of = self.said(LDES.timestampPath), self.said(LDES.versionOfPath)
        delete = self.said(LDES.versionDeleteObject)
        kinds = {self.said(LDES[f"version{name}Object"]) for name in ("Create", "Update", "Delete")}
        newest: dict[str, tuple[str, URIRef]] = {}
        for member, graph in self.emitted.items():
            resource, when = (str(self._one(graph, member, URIRef(str(path)))) for path in (of, time))
            newest[resource] = max(newest.get(resource, ("", member)), (when, member))
        found = {}
        for resource, (_, member) in newest.items():
            graph = self.emitted[member]
            if (member, RDF.type, delete) not in graph:
                found[resource] = {
                    (str(predicate), obj.n3()) for _, predicate, obj in graph
                    if predicate not in (time, of) and not (predicate == RDF.type and obj in kinds)
                }
        return found
