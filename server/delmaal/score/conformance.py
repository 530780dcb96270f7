"""Which datasets conform to DCAT-AP: one SHACL run over the catalogue, each result told to the datasets it concerns."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pyshacl
from rdflib import DCAT, Graph
from rdflib.namespace import OWL, RDF, SH
from rdflib.term import Node

from delmaal.errors import CatalogueError, short
from delmaal.settings import share
from delmaal.terms import PRODUCT, compact

OWN, OWN_VERSION = "dcat-ap.ttl", "of DCAT-AP 3.0.1"
"""The file of `shapes/` that holds what DCAT-AP 3.0.1 makes mandatory; it is taken where no other shapes are named."""

_OF_SHAPES = f"{PRODUCT}shapes#"


@dataclass(frozen=True, slots=True)
class Shapes:
    """Shapes, and for each file its name, the version that it states, and the first digits of its SHA-256."""

    graph: Graph
    files: tuple[tuple[str, str, str], ...]

    @property
    def name(self) -> str:
        """What the shapes are called in a report."""
        return ", ".join(f"{file}{f' {version}' if version else ''} (sha256 {digest})"
                         for file, version, digest in self.files)


@dataclass(frozen=True, slots=True)
class Conformance:
    """The violations, in words, of each dataset (by its node), and those of nothing that a dataset leads to."""

    of: Mapping[Node, Sequence[str]]
    elsewhere: Sequence[str]


def read_shapes(files: Iterable[Path] = ()) -> Shapes:
    """The shapes in some files of Turtle, else our own.

    Raises CatalogueError where a file cannot be read.
    """
    graph, rows = Graph(), []
    own_file = share("shapes") / OWN
    for file in tuple(files) or (own_file,):
        try:
            content = file.read_bytes()
            next(ox.parse(content, format=ox.RdfFormat.TURTLE), None)
            graph.parse(data=content, format="turtle")
        except OSError as error:
            raise CatalogueError("shapes-unreadable", f"{file} cannot be read ({error.strerror})") from error
        except Exception as error:  # rdflib's parser raises what it likes
            raise CatalogueError("shapes-unreadable", f"{file} is no Turtle: {short(str(error), 200)}") from error
        own = Graph().parse(data=content, format="turtle")
        versions = sorted({str(version) for version in own.objects(None, OWL.versionInfo)})
        if file == own_file:
            versions = [OWN_VERSION]
        rows.append((file.name, " ".join(versions), hashlib.sha256(content).hexdigest()[:12]))
    return Shapes(graph, tuple(rows))


def conformance(graph: Graph, shapes: Shapes, datasets: Sequence[Node]) -> Conformance:
    """What the shapes find of severity Violation, nothing inferred, by dataset.

    A violation concerns a dataset that leads to the node it is found at; other datasets, catalogues and services are
    not led through, since they answer for themselves.
    """
    _, results, _ = pyshacl.validate(graph, shacl_graph=shapes.graph, inference="none", allow_warnings=True)
    assert isinstance(results, Graph), results
    by_node: dict[Node, set[str]] = defaultdict(set)
    head = results.value(None, RDF.type, SH.ValidationReport)
    for result in results.objects(head, SH.result):
        if results.value(result, SH.resultSeverity) == SH.Violation:
            focus = results.value(result, SH.focusNode)
            if focus is not None:
                by_node[focus].add(_words(results, result))
    concerned: set[Node] = set()
    of = {}
    for dataset in datasets:
        reached = _reached(graph, dataset) & by_node.keys()
        concerned |= reached
        own = by_node.get(dataset, set())
        of[dataset] = [*sorted(own), *sorted(words for node in reached - {dataset} for words in by_node[node])]
    elsewhere = sorted(words for node in by_node.keys() - concerned for words in by_node[node])
    return Conformance(of, elsewhere)


def _words(results: Graph, result: Node) -> str:
    path = results.value(result, SH.resultPath)
    messages: list[Node] = sorted(results.objects(result, SH.resultMessage), key=_english_first)
    focus = results.value(result, SH.focusNode)
    where = f"{focus} {compact(str(path))}" if path is not None else str(focus)
    message = str(messages[0] if messages else results.value(result, SH.sourceConstraintComponent))
    if str(results.value(result, SH.sourceShape)).startswith(_OF_SHAPES):
        message = message.partition(";")[0]  # what an editor of ours would do about it helps nobody else
    return f"{where}: {message}"


def _english_first(message: Node) -> tuple[bool, str]:
    return getattr(message, "language", "en") not in ("en", None), str(message)


def _reached(graph: Graph, dataset: Node) -> set[Node]:
    borders = {*_of(graph, DCAT.Dataset), *_of(graph, DCAT.Catalog), *_of(graph, DCAT.DataService)}
    reached, waiting = {dataset}, [dataset]
    while waiting:
        for node in graph.objects(waiting.pop()):
            if node not in reached and node not in borders:
                reached.add(node)
                waiting.append(node)
    return reached


def _of(graph: Graph, kind: Node) -> Iterator[Node]:
    return graph.subjects(RDF.type, kind)
