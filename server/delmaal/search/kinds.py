"""What can be found, as one table: its kinds, in the order in which they are shown where they fit equally well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.languages import Words
from delmaal.terms import term


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its classes as prefixed names; `detail` where there may be as many of them as there are
    observations, `metadata` where the catalogue says what they are. NAMES has what it is called."""

    name: str
    classes: tuple[str, ...]
    detail: bool = False
    metadata: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("theme", ("delmaal:Theme",)),
    Kind("goal", ("sdgo:Goal",)),
    Kind("target", ("sdgo:Target",)),
    Kind("indicator", ("delmaal:Indicator",)),
    Kind("document", ("delmaal:GoverningDocument",)),
    Kind("source", ("delmaal:CitedSource", "delmaal:Survey")),
    Kind("area", ("dct:Location",)),
    Kind("dataset", ("qb:DataSet", "dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService"), metadata=True),
    Kind("period", ("dct:PeriodOfTime",)),
    Kind("concept", ("skos:Concept", "skos:ConceptScheme", "qudt:Unit", "foaf:Agent", "dct:BibliographicResource")),
    Kind("term", ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "owl:Ontology",
                  "rdf:Property", "qb:DimensionProperty", "qb:AttributeProperty", "qb:MeasureProperty")),
    Kind("shape", ("sh:NodeShape", "sh:PropertyShape", "sh:SPARQLConstraint")),
    Kind("figure", ("delmaal:Statistic", "qb:Observation"), detail=True),
    Kind("mention", ("delmaal:Mention",), detail=True),
    Kind("link", ("delmaal:TargetLink",), detail=True),
    Kind("print", ("delmaal:PrintedCode",), detail=True),
)

NAMES = Words("kind", {
    "theme": "Theme", "theme-several": "Themes",
    "goal": "Goal", "goal-several": "Goals",
    "target": "Target", "target-several": "Targets",
    "indicator": "Indicator", "indicator-several": "Indicators",
    "document": "Governing document", "document-several": "Governing documents",
    "source": "Cited source", "source-several": "Cited sources",
    "area": "Area", "area-several": "Areas",
    "dataset": "Dataset or service", "dataset-several": "Datasets and services",
    "period": "Period", "period-several": "Periods",
    "concept": "Concept", "concept-several": "Concepts",
    "term": "Term of the ontology", "term-several": "Ontology",
    "shape": "Rule", "shape-several": "Rules",
    "figure": "Figure", "figure-several": "Figures",
    "mention": "Mention", "mention-several": "Mentions",
    "link": "Link to a target", "link-several": "Links to targets",
    "print": "Printed code", "print-several": "Printed codes",
})
"""What one of a kind is called, and what several are."""

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
ORDER: Mapping[str, int] = {kind.name: number for number, kind in enumerate(KINDS)}
KIND_OF: Mapping[str, Kind] = {term(name).value: kind for kind in reversed(KINDS) for name in kind.classes}
"""The kind of a class; a thing of several is of the kind that stands first."""

LABELS: tuple[str, ...] = tuple(
    term(name).value for name in ("skos:prefLabel", "delmaal:shortLabel", "rdfs:label", "dct:title", "foaf:name"))
"""What a thing is called, the best first."""

CODES = frozenset(term(name).value for name in ("dct:identifier", "skos:notation", "delmaal:caseNumber"))
ABOUT: tuple[str, ...] = tuple(
    term(name).value for name in ("dct:description", "skos:definition", "rdfs:comment", "sh:description", "skos:note"))
"""What is shown of a thing below its title, the best first."""
