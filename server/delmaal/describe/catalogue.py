"""The DCAT-AP-NO catalogue: the datasets, their distributions, and the services that give access to them.

A harvester takes everything that it can reach from a dataset, so nothing here leads into the cube, the SDG concepts or
the ontology: the catalogue is built from the predicates below and from nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from delmaal import codes
from delmaal.describe.authorities import AUTHORITIES, media_type, publisher_type
from delmaal.describe.dumps import Dump
from delmaal.records import Publication, Text
from delmaal.terms import EU, Minter, shared, term, text, typed

LICENCES = {"CC BY 4.0": "CC_BY_4_0", "CC0": "CC0", "NLOD 2.0": "NLOD_2_0"}

DATASETS: dict[str, tuple[Text, Text]] = {
    "themes": (
        Text("Temaer og koblinger til FNs delmål", "Themes and links to UN targets"),
        Text("Hvert tema i planen med sammendrag, de av FNs delmål det tar opp, og belegget for hver kobling.",
             "Each theme of the plan with a summary, the UN targets it takes up, and the evidence for each link."),
    ),
    "documents": (
        Text("Styringsdokumenter", "Governing documents"),
        Text("Planer, strategier, vedtak, avtaler og lover som temaene viser til, med hver omtale slik den er trykt.",
             "Plans, strategies, decisions, agreements and laws that the themes refer to, each mention as printed."),
    ),
    "statistics": (
        Text("Statistikk", "Statistics"),
        Text("Tallene planen oppgir, som RDF Data Cube: enhet, område, periode, kilde og hvor sikker tolkningen er.",
             "The figures that the plan gives, as an RDF Data Cube, with unit, area, period, source and certainty."),
    ),
    "vocabulary": (
        Text("Ontologi og valideringsregler", "Ontology and validation rules"),
        Text("Begrepene dataene er skrevet med, og SHACL-formene de er kontrollert mot.",
             "The terms that the data are written in, and the SHACL shapes that they are checked against."),
    ),
}


def catalogue(publication: Publication, dumps: Iterable[Dump]) -> list[Triple]:
    """The statements of the catalogue."""
    return _Catalogue(publication).statements(list(dumps))


class _Catalogue:
    def __init__(self, publication: Publication) -> None:
        self.publication = publication
        self.iri = Minter(publication.base)
        self.out: dict[Triple, None] = {}
        self.used: set[str] = set()
        self.publisher = NamedNode(publication.publisher.iri)
        self.contact = self.iri.thing("contact", "data")
        self.licence = f"{EU}licence/{LICENCES[publication.licence]}"

    def statements(self, dumps: list[Dump]) -> list[Triple]:
        node = self.iri.document("catalog")
        publication = self.publication
        self._types(node, "dcat:Catalog")
        self._texts(node, publication.title, publication.description)
        self._common(node)
        if publication.publisher.homepage:
            self._add(node, "foaf:homepage", NamedNode(publication.base))
            self._types(NamedNode(publication.base), "foaf:Document")
        self._add(node, "dcat:themeTaxonomy", NamedNode(f"{EU}data-theme"))
        self._types(NamedNode(f"{EU}data-theme"), "skos:ConceptScheme")
        self._both(NamedNode(f"{EU}data-theme"), "dct:title", Text("EUs datatemaer", "EU data themes"))
        self._spatial(node)
        datasets = [self._dataset(node, name, [d for d in dumps if d.group == name]) for name in DATASETS]
        whole = self._whole(node, [d for d in dumps if d.group == "all"])
        self._services(node, [*datasets, whole])
        self._agents()
        for iri in sorted(self.used):
            self._authority(iri)
        return list(self.out)

    def _dataset(self, catalogue: NamedNode, name: str, dumps: list[Dump]) -> NamedNode:
        title, description = DATASETS[name]
        of = self.publication.title
        full = Text(f"{title.nb} – {of.nb}", f"{title.en} – {of.en}")
        return self._describe(catalogue, name, full, description, dumps)

    def _whole(self, catalogue: NamedNode, dumps: list[Dump]) -> NamedNode:
        title = self.publication.title
        whole = Text(f"Alt i ett – {title.nb}", f"Everything in one – {title.en}")
        return self._describe(catalogue, "all", whole, self.publication.description, dumps)

    def _describe(self, catalogue: NamedNode, name: str, title: Text, about: Text, dumps: list[Dump]) -> NamedNode:
        node = self.iri.thing("dataset", name)
        self._add(catalogue, "dcat:dataset", node)
        self._types(node, "dcat:Dataset")
        self._texts(node, title, about)
        self._common(node)
        self._add(node, "dct:identifier", text(node.value))
        for code in self.publication.eu_themes:
            self._refer(node, "dcat:theme", f"{EU}data-theme/{code}")
        for keyword in self.publication.keywords:
            self._both(node, "dcat:keyword", keyword)
        self._refer(node, "dct:accessRights", f"{EU}access-right/PUBLIC")
        self._refer(node, "dct:accrualPeriodicity", f"{EU}frequency/{self.publication.frequency}")
        self._spatial(node)
        self._temporal(node)
        self._add(node, "dcat:landingPage", NamedNode(self.publication.base))
        for dump in dumps:
            self._distribution(node, dump)
        self._record(catalogue, node, title)
        return node

    def _distribution(self, dataset: NamedNode, dump: Dump) -> None:
        node, url = self.iri.thing("distribution", dump.name), self.iri.document(f"data/{dump.name}")
        self._add(dataset, "dcat:distribution", node)
        self._types(node, "dcat:Distribution")
        label = dump.format.label
        self._both(node, "dct:title", Text(f"{dump.name} ({label})", f"{dump.name} ({label})"))
        self._both(node, "dct:description", Text(f"Alle utsagn i datasettet som {label}.", f"The dataset as {label}."))
        self._add(node, "dcat:accessURL", url)
        self._add(node, "dcat:downloadURL", url)
        self._refer(node, "dcat:mediaType", media_type(dump.format.media_type))
        self._refer(node, "dct:format", f"{EU}file-type/{dump.format.file_type}")
        self._refer(node, "dct:license", self.licence)
        self._refer(node, "adms:status", f"{EU}distribution-status/COMPLETED")
        self._refer(node, "http://data.europa.eu/r5r/availability", f"{EU}planned-availability/STABLE")
        self._languages(node)
        self._dates(node)
        self._add(node, "dcat:byteSize", typed(str(len(dump.content)), "xsd:nonNegativeInteger"))
        checksum = self.iri.thing("checksum", dump.name)
        self._add(node, "spdx:checksum", checksum)
        self._types(checksum, "spdx:Checksum")
        self._add(checksum, "spdx:algorithm", term("spdx:checksumAlgorithm_sha256"))
        self._add(checksum, "spdx:checksumValue", typed(dump.sha256, "xsd:hexBinary"))

    def _services(self, catalogue: NamedNode, datasets: list[NamedNode]) -> None:
        base = self.publication.base
        rows = (
            ("sparql", Text("SPARQL-endepunkt", "SPARQL endpoint"),
             Text("SPARQL 1.1-spørringer mot hele utgivelsen.", "SPARQL 1.1 queries over the whole release."),
             self.iri.document("sparql"), "https://www.w3.org/TR/sparql11-protocol/"),
            ("linked-data", Text("Lenkede data", "Linked data"),
             Text("Hver IRI kan slås opp og gir Turtle, JSON-LD, RDF/XML, N-Triples eller en nettside.",
                  "Each IRI can be looked up and gives Turtle, JSON-LD, RDF/XML, N-Triples or a page."),
             NamedNode(base), "https://www.w3.org/TR/ldp/"),
        )
        for name, title, about, url, standard in rows:
            node = self.iri.thing("service", name)
            self._add(catalogue, "dcat:service", node)
            self._types(node, "dcat:DataService")
            self._texts(node, title, about)
            self._common(node)
            self._refer(node, "dct:accessRights", f"{EU}access-right/PUBLIC")
            self._add(node, "dcat:endpointURL", url)
            self._add(node, "dcat:endpointDescription", self.iri.document("service-description"))
            self._add(node, "dct:conformsTo", NamedNode(standard))
            self._types(NamedNode(standard), "dct:Standard")
            for code in self.publication.eu_themes:
                self._refer(node, "dcat:theme", f"{EU}data-theme/{code}")
            for dataset in datasets:
                self._add(node, "dcat:servesDataset", dataset)
            self._record(catalogue, node, title)

    def _record(self, catalogue: NamedNode, topic: NamedNode, title: Text) -> None:
        """Without a record, the Norwegian portal's parser finds nothing."""
        kind, slug = topic.value.removeprefix(f"{self.publication.base}id/").split("/", 1)
        node = self.iri.thing("record", f"{kind}-{slug}")
        self._add(catalogue, "dcat:record", node)
        self._types(node, "dcat:CatalogRecord")
        self._both(node, "dct:title", title)
        self._add(node, "dct:identifier", text(node.value))
        self._add(node, "foaf:primaryTopic", topic)
        self._languages(node)
        self._dates(node)

    def _common(self, node: NamedNode) -> None:
        self._add(node, "dct:publisher", self.publisher)
        self._add(node, "dcat:contactPoint", self.contact)
        self._refer(node, "dct:license", self.licence)
        self._languages(node)
        self._dates(node)

    def _texts(self, node: NamedNode, title: Text, description: Text) -> None:
        self._both(node, "dct:title", title)
        self._both(node, "dct:description", description)

    def _languages(self, node: NamedNode) -> None:
        for code in ("NOB", "ENG"):
            self._refer(node, "dct:language", f"{EU}language/{code}")

    def _dates(self, node: NamedNode) -> None:
        self._add(node, "dct:issued", typed(self.publication.issued, "xsd:date"))
        self._add(node, "dct:modified", typed(self.publication.modified, "xsd:date"))

    def _spatial(self, node: NamedNode) -> None:
        for iri in self.publication.spatial:
            self._add(node, "dct:spatial", NamedNode(iri))
            self._types(NamedNode(iri), "dct:Location")
            for area in self.publication.areas:
                if iri in area.same_as:
                    self._both(NamedNode(iri), "skos:prefLabel", area.label)

    def _temporal(self, node: NamedNode) -> None:
        if not self.publication.temporal:
            return
        period, place = codes.period(self.publication.temporal), shared("period", self.publication.temporal)
        self._add(node, "dct:temporal", place)
        self._types(place, "dct:PeriodOfTime")
        for predicate, day in (("dcat:startDate", period.start), ("dcat:endDate", period.end)):
            if day:
                self._add(place, predicate, typed(day, "xsd:date"))

    def _agents(self) -> None:
        agent = self.publication.publisher
        self._types(self.publisher, "foaf:Agent", "foaf:Organization")
        self._both(self.publisher, "foaf:name", agent.name)
        self._add(self.publisher, "dct:identifier", text(agent.identifier))
        self._refer(self.publisher, "dct:type", publisher_type(agent.type))
        self._types(self.contact, "vcard:Kind", "vcard:Organization")
        self._both(self.contact, "vcard:fn", agent.contact_name)
        if agent.contact_url:
            self._add(self.contact, "vcard:hasURL", NamedNode(agent.contact_url))
        if agent.contact_email:
            self._add(self.contact, "vcard:hasEmail", NamedNode(f"mailto:{agent.contact_email}"))

    def _authority(self, iri: str) -> None:
        row, node = AUTHORITIES[iri], NamedNode(iri)
        self._types(node, *(["skos:Concept", row.kind] if row.kind else ["skos:Concept"]))
        self._add(node, "skos:inScheme", NamedNode(row.scheme))
        self._both(node, "skos:prefLabel", row.label)

    def _refer(self, node: NamedNode, predicate: str, iri: str) -> None:
        self.used.add(iri)
        self._add(node, predicate, NamedNode(iri))

    def _types(self, node: NamedNode, *classes: str) -> None:
        for name in classes:
            self._add(node, "rdf:type", term(name))

    def _both(self, node: NamedNode, predicate: str, value: Text) -> None:
        for language, words in value.items():
            self._add(node, predicate, text(words, language))

    def _add(self, node: NamedNode, predicate: str, obj: NamedNode | Literal) -> None:
        name = NamedNode(predicate) if predicate.startswith("http") else term(predicate)
        self.out[Triple(node, name, obj)] = None
