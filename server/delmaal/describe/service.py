"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

from pyoxigraph import NamedNode, Triple

from delmaal import formats
from delmaal.records import Publication
from delmaal.statements import PARTS, Built
from delmaal.terms import Minter, term, text, typed

_FORMATS = "http://www.w3.org/ns/formats/"
_W3C_NAMES = {
    "turtle": "Turtle", "json-ld": "JSON-LD", "rdf-xml": "RDF_XML", "n-triples": "N-Triples", "n-quads": "N-Quads",
    "trig": "TriG", "sparql-json": "SPARQL_Results_JSON", "sparql-xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV", "tsv": "SPARQL_Results_TSV",
}


def service_description(publication: Publication, built: Built) -> list[Triple]:
    """The statements of the description: the default graph holds every statement once, the parts named here can be
    read as named graphs as well, and the cube is in the default graph alone."""
    iri = Minter(publication.base)
    service, endpoint = iri.thing("service", "endpoint"), iri.document("sparql")
    dataset, default = iri.thing("service", "dataset"), iri.thing("service", "default-graph")
    rows: list[tuple[NamedNode, str, object]] = [
        (service, "rdf:type", term("sd:Service")),
        (service, "sd:endpoint", endpoint),
        (service, "sd:supportedLanguage", term("sd:SPARQL11Query")),
        (service, "sd:defaultDataset", dataset),
        (dataset, "rdf:type", term("sd:Dataset")),
        (dataset, "sd:defaultGraph", default),
        (default, "rdf:type", term("sd:Graph")),
        (default, "dct:description", text("Alle utsagn i utgivelsen, hvert av dem én gang.", "nb")),
        (default, "dct:description", text("Every statement of the release, each of them once.", "en")),
    ]
    for row in (*formats.RDF_FORMATS, *formats.RESULT_FORMATS):
        rows.append((service, "sd:resultFormat", NamedNode(_FORMATS + _W3C_NAMES[row.name])))
    for name, part in PARTS.items():
        if not part.named or (name not in built.parts and not part.metadata):
            continue
        graph, description = iri.graph(name), iri.thing("service", f"graph-{name}")
        rows += [
            (dataset, "sd:namedGraph", description),
            (description, "rdf:type", term("sd:NamedGraph")),
            (description, "sd:name", graph),
            (description, "sd:graph", graph),
            (graph, "rdf:type", term("sd:Graph")),
            *((graph, "dct:title", text(words, language)) for language, words in part.title.items()),
        ]
        if name in built.parts:
            rows.append((graph, "void:triples", typed(str(len(built.parts[name])), "xsd:integer")))
    return [Triple(subject, term(predicate), obj) for subject, predicate, obj in rows]  # type: ignore[arg-type]
