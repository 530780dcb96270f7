"""The score of a catalogue: every metric of every dataset, and the mean over the datasets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from rdflib.term import Node

from delmaal.errors import CatalogueError
from delmaal.records import Text
from delmaal.score import vocabularies
from delmaal.score.addresses import Answer
from delmaal.score.conformance import Conformance
from delmaal.score.methodology import MAXIMUM, METRICS, Metric, rating

Answers = Mapping[str, Answer]
_SERIES = URIRef(f"{DCAT}DatasetSeries")  # of DCAT 3, which rdflib does not know


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric of one dataset: its points, on how many nodes it was passed, on how many it was looked for, and where
    it was not."""

    points: float
    passed: int
    looked: int
    failed: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """A dataset: its IRI, its title and its measures by metric; one that was not assessed is absent."""

    iri: str
    title: str
    measures: Mapping[str, Measured]

    @property
    def points(self) -> float:
        """All its points."""
        return sum(measured.points for measured in self.measures.values())


@dataclass(frozen=True, slots=True)
class Assessment:
    """The score of a catalogue; `metrics` are the means over its datasets, with passed and looked added up."""

    datasets: Sequence[Scored]
    metrics: Mapping[str, Measured]
    conformance: Conformance

    @property
    def points(self) -> float:
        """The catalogue's points: the mean of its datasets'."""
        return sum(measured.points for measured in self.metrics.values())

    @property
    def possible(self) -> int:
        """The points that could be had: 405, less what was not assessed."""
        return sum(metric.points for metric in METRICS if metric.name in self.metrics)

    @property
    def rating(self) -> Text | None:
        """The portal's rating; None where not everything was assessed."""
        return rating(self.points) if self.possible == MAXIMUM else None


def datasets_of(graph: Graph) -> list[Node]:
    """The datasets of a catalogue; a series holds others and has no distributions of its own.

    Raises CatalogueError where there is none.
    """
    series = set(graph.subjects(RDF.type, _SERIES))
    found = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)) - series, key=str)
    if not found:
        sentence = "there is no dcat:Dataset in the document; name the address of a DCAT catalogue"
        raise CatalogueError("catalogue-empty", sentence)
    return found


def addresses_of(graph: Graph, datasets: Sequence[Node]) -> set[str]:
    """The addresses of all distributions."""
    return {
        str(url) for dataset in datasets for node in graph.objects(dataset, DCAT.distribution)
        for predicate in (DCAT.accessURL, DCAT.downloadURL) for url in graph.objects(node, predicate)
    }


def assess(graph: Graph, datasets: Sequence[Node], answers: Answers | None, conformance: Conformance) -> Assessment:
    """The score of a catalogue; without answers the metrics that take the network are not assessed."""
    scored = [_Dataset(graph, node, answers, conformance).scored() for node in datasets]
    means = {}
    for metric in METRICS:
        rows = [dataset.measures[metric.name] for dataset in scored if metric.name in dataset.measures]
        if rows:
            failed = [where for row in rows for where in row.failed]
            means[metric.name] = Measured(sum(row.points for row in rows) / len(rows), sum(row.passed for row in rows),
                                          sum(row.looked for row in rows), failed)
    return Assessment(scored, means, conformance)


class _Dataset:
    """Measures one dataset."""

    def __init__(self, graph: Graph, node: Node, answers: Answers | None, conformance: Conformance) -> None:
        self.graph = graph
        self.node = node
        self.answers = answers
        self.conformance = conformance
        self.distributions = sorted(set(graph.objects(node, DCAT.distribution)), key=str)
        self.checks: dict[str, Callable[[Node], bool]] = {
            "keyword": self._has(DCAT.keyword),
            "category": self._has(DCAT.theme),
            "spatial": self._has(DCTERMS.spatial),
            "temporal": self._has(DCTERMS.temporal),
            "access-url-status": self._answers(DCAT.accessURL),
            "download-url": self._has(DCAT.downloadURL),
            "download-url-status": self._answers(DCAT.downloadURL),
            "format": self._has(DCTERMS["format"]),
            "media-type": self._has(DCAT.mediaType),
            "format-vocabulary": self._aligned,
            "non-proprietary": lambda node: vocabularies.is_non_proprietary(self._file_types(node)),
            "machine-readable": lambda node: vocabularies.is_machine_readable(self._file_types(node)),
            "dcat-ap": lambda node: not self.conformance.of[node],
            "licence": self._has(DCTERMS.license),
            "licence-vocabulary": self._all(DCTERMS.license, vocabularies.is_licence),
            "access-rights": self._has(DCTERMS.accessRights),
            "access-rights-vocabulary": self._all(DCTERMS.accessRights, vocabularies.is_access_right),
            "contact": self._has(DCAT.contactPoint),
            "publisher": self._has(DCTERMS.publisher),
            "rights": self._has(DCTERMS.rights),
            "size": self._has(DCAT.byteSize),
            "issued": self._has_or_dataset(DCTERMS.issued),
            "modified": self._has_or_dataset(DCTERMS.modified),
        }

    def scored(self) -> Scored:
        """All metrics that can be assessed."""
        titles = sorted(self.graph.objects(self.node, DCTERMS.title), key=_english_first)
        metrics = [metric for metric in METRICS if self.answers is not None or not metric.online]
        best = self._best([metric for metric in metrics if metric.on == "best distribution"])
        measures = {metric.name: self._measure(metric, best) for metric in metrics}
        return Scored(str(self.node), str(titles[0]) if titles else "", measures)

    def _best(self, metrics: Sequence[Metric]) -> Node | None:
        """The distribution that has most points of these metrics; the first of several."""
        def points(node: Node) -> int:
            return sum(metric.points for metric in metrics if self.checks[metric.name](node))

        return max(self.distributions, key=points, default=None)

    def _measure(self, metric: Metric, best: Node | None) -> Measured:
        nodes = [self.node] if metric.on == "dataset" else self.distributions
        passed = [node for node in nodes if self.checks[metric.name](node)]
        failed = [self._where(metric, node) for node in nodes if node not in passed]
        if not nodes:
            return Measured(0.0, 0, 0, (f"{self.node}: no distribution",))
        share = float(best in passed) if metric.on == "best distribution" else len(passed) / len(nodes)
        return Measured(metric.points * share, len(passed), len(nodes), failed)

    def _where(self, metric: Metric, node: Node) -> str:
        """The node that failed a metric, with what was answered or found there."""
        if metric.name == "dcat-ap":
            found = self.conformance.of[node]
            return f"{node}: {found[0]}" + (f" (and {len(found) - 1} more)" if len(found) > 1 else "")
        if metric.online and self.answers is not None:
            predicate = DCAT.accessURL if metric.path == "dcat:accessURL" else DCAT.downloadURL
            asked = [f"{url} answers {answer.status or 'nothing'} ({answer.words})"
                     for url in sorted(self.graph.objects(node, predicate), key=str)
                     if not (answer := self.answers[str(url)]).well]
            if asked:
                return f"{node}: {', '.join(asked)}"
        values = [str(value) for name in metric.path.split(", ") for value in self._objects(node, name)]
        return f"{node}: {', '.join(values) or 'not said'}"

    def _objects(self, node: Node, name: str) -> list[Node]:
        prefix, _, local = name.partition(":")
        return sorted(self.graph.objects(node, (DCAT if prefix == "dcat" else DCTERMS)[local]), key=str)

    def _has(self, predicate: Node) -> Callable[[Node], bool]:
        return lambda node: (node, predicate, None) in self.graph

    def _has_or_dataset(self, predicate: Node) -> Callable[[Node], bool]:
        return lambda node: any((each, predicate, None) in self.graph for each in (node, self.node))

    def _all(self, predicate: Node, known: Callable[[str], bool]) -> Callable[[Node], bool]:
        def check(node: Node) -> bool:
            values = [str(value) for value in self.graph.objects(node, predicate)]
            return bool(values) and all(map(known, values))

        return check

    def _answers(self, predicate: Node) -> Callable[[Node], bool]:
        def check(node: Node) -> bool:
            answers = self.answers or {}
            urls = [str(url) for url in self.graph.objects(node, predicate)]
            return bool(urls) and all(answers[url].well for url in urls)

        return check

    def _aligned(self, node: Node) -> bool:
        """Whether format and media type are both of their vocabularies."""
        return (self._all(DCTERMS["format"], vocabularies.is_file_type)(node)
                and self._all(DCAT.mediaType, vocabularies.is_registered)(node))

    def _file_types(self, node: Node) -> set[str]:
        """The file types that a distribution's format, or its media type, stands for."""
        return vocabularies.file_types(map(str, self.graph.objects(node, DCTERMS["format"])),
                                       map(str, self.graph.objects(node, DCAT.mediaType)))


def _english_first(text: Node) -> tuple[bool, str]:
    return not (isinstance(text, Literal) and text.language == "en"), str(text)
