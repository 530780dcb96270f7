"""The terms that the ontology defines, and those that the code writes."""

from __future__ import annotations

from pathlib import Path

from rdflib import SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]

ONTOLOGY_FILE = ROOT / "ontology" / "delmaal.ttl"

NS = Namespace("https://w3id.org/delmaal/ns#")


def is_ours(term: Node) -> bool:
    return isinstance(term, URIRef) and term.startswith(str(NS))


def defined_terms(graph: Graph) -> set[URIRef]:
    """Every class, property, code list and code that the ontology defines."""
    return {s for s in graph.subjects() if isinstance(s, URIRef) and is_ours(s)}


def reserved_terms(graph: Graph) -> set[URIRef]:
    """The terms that are defined for later: the data need not use them."""
    return {s for s in graph.subjects(NS.reserved, Literal(True)) if isinstance(s, URIRef)}


def code_terms(graph: Graph) -> set[URIRef]:
    """The codes of the code lists: a list is closed and whole, so a code counts as used when its list is."""
    return {term for term in defined_terms(graph) if (term, SKOS.inScheme, None) in graph}
