"""What can be found, as one table: its kinds, in the order in which they are shown where they fit equally well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from delmaal.terms import term


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing: its classes as prefixed names; what one and several are called, in bokmål and English; `detail`
    where there may be as many of them as there are observations, `metadata` where the catalogue says what they are."""

    name: str
    classes: tuple[str, ...]
    one: tuple[str, str]
    several: tuple[str, str]
    detail: bool = False
    metadata: bool = False


KINDS: tuple[Kind, ...] = (
    Kind("theme", ("delmaal:Theme",), ("Tema", "Theme"), ("Temaer", "Themes")),
    Kind("goal", ("sdgo:Goal",), ("Bærekraftsmål", "Goal"), ("Bærekraftsmål", "Goals")),
    Kind("target", ("sdgo:Target",), ("Delmål", "Target"), ("Delmål", "Targets")),
    Kind("indicator", ("delmaal:Indicator",), ("Indikator", "Indicator"), ("Indikatorer", "Indicators")),
    Kind("document", ("delmaal:GoverningDocument",), ("Styringsdokument", "Governing document"),
         ("Styringsdokumenter", "Governing documents")),
    Kind("source", ("delmaal:CitedSource", "delmaal:Survey"), ("Omtalt kilde", "Cited source"),
         ("Omtalte kilder", "Cited sources")),
    Kind("area", ("dct:Location",), ("Område", "Area"), ("Områder", "Areas")),
    Kind("dataset", ("qb:DataSet", "dcat:Dataset", "dcat:DatasetSeries", "dcat:DataService"),
         ("Datasett eller tjeneste", "Dataset or service"), ("Datasett og tjenester", "Datasets and services"),
         metadata=True),
    Kind("period", ("dct:PeriodOfTime",), ("Periode", "Period"), ("Perioder", "Periods")),
    Kind("concept", ("skos:Concept", "skos:ConceptScheme", "qudt:Unit", "foaf:Agent", "dct:BibliographicResource"),
         ("Begrep", "Concept"), ("Begreper", "Concepts")),
    Kind("term", ("owl:Class", "owl:ObjectProperty", "owl:DatatypeProperty", "owl:AnnotationProperty", "owl:Ontology",
                  "rdf:Property", "qb:DimensionProperty", "qb:AttributeProperty", "qb:MeasureProperty"),
         ("Term i ontologien", "Term of the ontology"), ("Ontologi", "Ontology")),
    Kind("shape", ("sh:NodeShape", "sh:PropertyShape", "sh:SPARQLConstraint"), ("Regel", "Rule"), ("Regler", "Rules")),
    Kind("figure", ("delmaal:Statistic", "qb:Observation"), ("Tall", "Figure"), ("Tall", "Figures"), detail=True),
    Kind("mention", ("delmaal:Mention",), ("Omtale", "Mention"), ("Omtaler", "Mentions"), detail=True),
    Kind("link", ("delmaal:TargetLink",), ("Kobling til delmål", "Link to a target"),
         ("Koblinger til delmål", "Links to targets"), detail=True),
    Kind("print", ("delmaal:PrintedCode",), ("Trykt kode", "Printed code"), ("Trykte koder", "Printed codes"),
         detail=True),
)

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
