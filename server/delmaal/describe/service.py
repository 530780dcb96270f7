"""The SPARQL 1.1 Service Description of the endpoint."""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import NamedNode, Triple

from delmaal import formats
from delmaal.describe.authorities import format_iri
from delmaal.describe.sheet import Sheet
from delmaal.records import Publication, Text
from delmaal.statements import PARTS, Built
from delmaal.terms import Minter, term


def service_description(publication: Publication, built: Built) -> list[Triple]:
    """The statements of the description: the default graph holds every statement once, the parts named here can be
    read as named graphs as well, and the cube is in the default graph alone."""
    iri, sheet = Minter(publication.base), Sheet()
    service, dataset, default = (iri.thing("service", name) for name in ("endpoint", "dataset", "default-graph"))
    title = publication.title
    sheet.types(service, "sd:Service")
    sheet.both(service, "dct:title", Text(f"SPARQL-endepunkt – {title.nb}", f"SPARQL endpoint – {title.en}"))
    sheet.add(service, "sd:endpoint", iri.document("sparql"))
    for address in ("sparql", "service-description"):  # clients look for the endpoint of what they have asked
        sheet.add(iri.document(address), "sd:endpoint", iri.document("sparql"))
    sheet.add(service, "sd:supportedLanguage", term("sd:SPARQL11Query"))
    for row in (*formats.RDF_FORMATS, *formats.RESULT_FORMATS):
        sheet.add(service, "sd:resultFormat", NamedNode(format_iri(row)))
    sheet.add(service, "sd:defaultDataset", dataset)
    sheet.types(dataset, "sd:Dataset")
    sheet.both(dataset, "dct:title", title)
    sheet.add(dataset, "sd:defaultGraph", default)
    sheet.types(default, "sd:Graph")
    sheet.both(default, "dct:title", Text("Standardgrafen", "The default graph"))
    sheet.both(default, "dct:description", Text(
        "Alle utsagn i utgivelsen, hvert av dem én gang. Statistikken er bare her; qb:dataSet sier hvilken kube en "
        "observasjon hører til. Hele tall av typen xsd:nonNegativeInteger, som dcat:byteSize, er xsd:integer i svar på "
        "spørringer. En spørring har grenser for tid, minne, lengde og størrelsen på svaret, ikke for antall rader; "
        "/openapi.json på tjeneren og docs/sparql.md i programvaren sier hvilke.",
        "Every statement of the release, each of them once. The statistics are here alone; qb:dataSet says which cube "
        "an observation is in. Whole numbers of the type xsd:nonNegativeInteger, such as dcat:byteSize, are "
        "xsd:integer in the answers to queries. A query is limited in time, memory, length and the size of its "
        "result, not in rows; the server's /openapi.json and the software's docs/sparql.md say which there are."))
    for name, part in PARTS.items():
        if not part.named or not (part.metadata or built.parts.get(name)):
            continue
        graph, description = iri.graph(name), iri.thing("service", f"graph-{name}")
        sheet.add(dataset, "sd:namedGraph", description)
        sheet.types(description, "sd:NamedGraph")
        sheet.add(description, "sd:name", graph)
        sheet.add(description, "sd:graph", graph)
        sheet.types(graph, "sd:Graph")
        sheet.both(graph, "dct:title", part.title)
        if name in built.parts:
            sheet.count(graph, "void:triples", len(built.parts[name]))
    return sheet.triples()


def sized(iri: Minter, statements: Collection[Triple]) -> list[Triple]:
    """How many statements the default graph has: those given, and the one that says so."""
    sheet = Sheet()
    sheet.count(iri.thing("service", "default-graph"), "void:triples", len(statements) + 1)
    return sheet.triples()
