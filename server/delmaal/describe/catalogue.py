"""The DCAT-AP-NO catalogue: the datasets, their distributions, and the services that give access to them.

    catalog ─ dataset/<group> ─ distribution/<file> ─ checksum/<file>
        │   └ dataset/all       (each group is part of it)
        ├ service/<name>        (serves every dataset)
        └ record/<kind>-<name>  (one for each dataset and service)

A harvester takes everything that it can reach within the document. So the document is closed: whatever it refers to has
a type and a label in it, and nothing in it describes the cube, the SDG concepts or the ontology, which are only named.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from delmaal import codes
from delmaal.describe import authorities
from delmaal.describe.cube import Cube, read_cube
from delmaal.describe.dumps import Dump
from delmaal.describe.offers import (
    DATASETS,
    FILE_TITLES,
    FORMAT_NOTES,
    SERVICES,
    WHOLE,
    WHOLE_ABOUT,
    WHOLE_TITLE,
    Offer,
)
from delmaal.describe.references import References
from delmaal.records import LICENCES, Publication, Text
from delmaal.records.licences import ATTRIBUTION, PUBLIC_DOMAIN
from delmaal.terms import EU, Minter, term, typed

PROFILE = "https://data.norge.no/specification/dcat-ap-no"

CREDIT: dict[str, Text] = {
    ATTRIBUTION: Text("Oppgi {} som kilde når dataene brukes.", "Name {} as the source when using the data."),
    PUBLIC_DOMAIN: Text("Dataene kan brukes uten å navngi {}.", "The data may be used without naming {}."),
}
"""What a licence asks of whoever uses the data; the publisher's name goes in."""

PREDICATES = frozenset((
    "rdf:type", "adms:status", "dc:identifier", "dcatap:availability",
    "foaf:homepage", "foaf:name", "foaf:primaryTopic",
    *(f"dcat:{name}" for name in (
        "accessURL", "bbox", "byteSize", "centroid", "contactPoint", "dataset", "distribution", "downloadURL",
        "endDate", "endpointDescription", "endpointURL", "keyword", "landingPage", "mediaType", "record",
        "servesDataset", "service", "startDate", "theme", "themeTaxonomy")),
    *(f"dct:{name}" for name in (
        "accessRights", "accrualPeriodicity", "conformsTo", "description", "format", "hasPart", "identifier",
        "isPartOf", "issued", "language", "license", "modified", "publisher", "rights", "spatial", "temporal", "title",
        "type")),
    "skos:inScheme", "skos:prefLabel", "spdx:algorithm", "spdx:checksum", "spdx:checksumValue",
    "stat:attribute", "stat:dimension", "stat:numSeries", "stat:statUnitMeasure",
    "vcard:fn", "vcard:hasEmail", "vcard:hasOrganizationName", "vcard:hasURL",
))
"""Everything that the catalogue can say; each ends in an XML name, because the portal writes it as RDF/XML."""


def catalogue(publication: Publication, dumps: Iterable[Dump]) -> list[Triple]:
    """The statements of the catalogue."""
    return _Catalogue(publication, list(dumps)).triples()


class _Catalogue(References):
    def __init__(self, publication: Publication, dumps: list[Dump]) -> None:
        super().__init__(PREDICATES)
        self.publication = publication
        self.iri = Minter(publication.base)
        self.node = self.iri.document("catalog")
        self.publisher = NamedNode(publication.publisher.iri)
        self.contact = self.iri.thing("contact", "data")
        self.rights = self.iri.thing("rights", "data")
        self.home = NamedNode(publication.base)
        self.licence = LICENCES[publication.licence]
        self.change = authorities.change_type(publication.modified > publication.issued)
        self.pages: dict[NamedNode, Text] = {self.home: publication.title}
        statistics = next((dump.triples for dump in dumps if dump.group == "statistics"), ())
        self.cube = read_cube(statistics)
        given = codes.period(publication.temporal or codes.UNKNOWN)
        self.given = given.start or "", given.end or ""
        self._write(dumps)

    def _write(self, dumps: list[Dump]) -> None:
        publication, node = self.publication, self.node
        self.types(node, "dcat:Catalog")
        self._describe(node, publication.title, publication.description)
        self.add(node, "foaf:homepage", self.home)
        self.add(node, "dcat:themeTaxonomy", self.scheme(f"{EU}data-theme"))
        self._coverage(node, self._hull())
        whole = self.iri.thing("dataset", WHOLE)
        parts = [self._dataset(name, offer, dumps) for name, offer in DATASETS.items()]
        about = Text(*(f"{one} {two}" for (_, one), (_, two) in zip(
            publication.description.items(), WHOLE_ABOUT.items(), strict=True)))
        self._dataset(WHOLE, Offer(WHOLE_TITLE, about), dumps)
        for part in parts:
            self.add(whole, "dct:hasPart", part)
            self.add(part, "dct:isPartOf", whole)
        for name in SERVICES:
            self._service(name, [whole, *parts])
        self._agents()
        self._rights()
        for page, title in self.pages.items():
            self.types(page, "foaf:Document")
            self.both(page, "dct:title", title)

    def _dataset(self, name: str, offer: Offer, dumps: list[Dump]) -> NamedNode:
        node = self.iri.thing("dataset", name)
        self.add(self.node, "dcat:dataset", node)
        self.types(node, "dcat:Dataset")
        title = self._of_the_publication(offer.title)
        self._describe(node, title, offer.about)
        page = self.iri.document(f"doc/dataset/{name}")
        self.pages[page] = Text(f"Nettsiden til datasettet {title.nb}", f"The page of the dataset {title.en}")
        self._subject(node, page, offer.keywords)
        self.refer(node, "dct:accrualPeriodicity", f"{EU}frequency/{self.publication.frequency}")
        self.conforms(node, offer.standards)
        if offer.type:
            self.refer(node, "dct:type", offer.type)
        if name == "statistics" and self.cube:
            self._statistics(node, self.cube)
            self._coverage(node, (self.cube.first_day, self.cube.last_day))
        else:
            self._coverage(node, self._hull() if name == WHOLE or not any(self.given) else self.given)
        for dump in dumps:
            if dump.group == name:
                self._distribution(node, FILE_TITLES.get(dump.name, offer.title), dump)
        self._record(node, title)
        return node

    def _statistics(self, node: NamedNode, cube: Cube) -> None:
        """What StatDCAT-AP adds."""
        for name in cube.dimensions:
            self.add(node, "stat:dimension", NamedNode(name))
        for name in cube.attributes:
            self.add(node, "stat:attribute", NamedNode(name))
        for iri, label in cube.units:
            self.add(node, "stat:statUnitMeasure", NamedNode(iri))
            self.concept(authorities.unit(iri, label))
        self.count(node, "stat:numSeries", cube.series, "xsd:nonNegativeInteger")

    def _distribution(self, dataset: NamedNode, title: Text, dump: Dump) -> None:
        node, url = self.iri.thing("distribution", dump.name), self.iri.document(f"data/{dump.name}")
        row, notes = dump.format, FORMAT_NOTES[dump.format.name]
        self.add(dataset, "dcat:distribution", node)
        self.types(node, "dcat:Distribution")
        self.both(node, "dct:title", Text(f"{title.nb} som {row.label}", f"{title.en} as {row.label}"))
        self.both(node, "dct:description", Text(f"Filen {dump.name}, i formatet {row.label}: {notes.nb}.",
                                                f"The file {dump.name}, in the format {row.label}: {notes.en}."))
        self.add(node, "dcat:accessURL", url)
        self.add(node, "dcat:downloadURL", url)
        self.refer(node, "dcat:mediaType", authorities.media_type(row))
        self.refer(node, "dct:format", authorities.file_type(row))
        self.refer(node, "dct:license", self.licence.authority)
        self.add(node, "dct:rights", self.rights)
        self.refer(node, "adms:status", f"{EU}distribution-status/COMPLETED")
        self.refer(node, "dcatap:availability", f"{EU}planned-availability/STABLE")
        self.conforms(node, [authorities.format_standard(row)])
        self._languages(node)
        self._dates(node)
        self.count(node, "dcat:byteSize", len(dump.content), "xsd:nonNegativeInteger")
        checksum = self.iri.thing("checksum", dump.name)
        self.add(node, "spdx:checksum", checksum)
        self.types(checksum, "spdx:Checksum")
        self.refer(checksum, "spdx:algorithm", term("spdx:checksumAlgorithm_sha256").value)
        self.add(checksum, "spdx:checksumValue", typed(dump.sha256, "xsd:hexBinary"))

    def _service(self, name: str, datasets: list[NamedNode]) -> None:
        row, node = SERVICES[name], self.iri.thing("service", name)
        self.add(self.node, "dcat:service", node)
        self.types(node, "dcat:DataService")
        title = self._of_the_publication(row.title)
        self._describe(node, title, row.about)
        self._subject(node, self.home)
        self.add(node, "dcat:endpointURL", self.iri.document(row.endpoint) if row.endpoint else self.home)
        self.add(node, "dcat:endpointDescription", self.iri.document(row.description))
        self.conforms(node, row.standards)
        for kind in row.formats:
            self.refer(node, "dcat:mediaType", authorities.media_type(kind))
            if authorities.file_type(kind):
                self.refer(node, "dct:format", authorities.file_type(kind))
        for dataset in datasets:
            self.add(node, "dcat:servesDataset", dataset)
        self._record(node, title)

    def _record(self, topic: NamedNode, title: Text) -> None:
        """Without a record, the Norwegian portal's parser finds nothing."""
        kind, slug = topic.value.removeprefix(f"{self.publication.base}id/").split("/", 1)
        node = self.iri.thing("record", f"{kind}-{slug}")
        self.add(self.node, "dcat:record", node)
        self.types(node, "dcat:CatalogRecord")
        self.both(node, "dct:title", title)
        self.plain(node, "dct:identifier", node.value)
        self.add(node, "foaf:primaryTopic", topic)
        self.refer(node, "adms:status", self.change)
        self.conforms(node, [PROFILE])
        self._languages(node)
        self._dates(node)

    def _describe(self, node: NamedNode, title: Text, about: Text) -> None:
        """What catalogue, datasets and services have in common."""
        self.both(node, "dct:title", title)
        self.both(node, "dct:description", about)
        self.plain(node, "dct:identifier", node.value)
        self.add(node, "dct:publisher", self.publisher)
        self.add(node, "dcat:contactPoint", self.contact)
        self.refer(node, "dct:license", self.licence.authority)
        self._languages(node)
        self._dates(node)

    def _subject(self, node: NamedNode, page: NamedNode, keywords: Iterable[Text] = ()) -> None:
        """What datasets and services have in common beyond that; `page` is where people read of it."""
        for code in self.publication.eu_themes:
            self.refer(node, "dcat:theme", f"{EU}data-theme/{code}")
        for code in self.publication.los_themes:
            self.refer(node, "dcat:theme", authorities.los_theme(code))
        for keyword in (*self.publication.keywords, *keywords):
            self.both(node, "dcat:keyword", keyword)
        self.refer(node, "dct:accessRights", f"{EU}access-right/PUBLIC")
        self.add(node, "dcat:landingPage", page)

    def _coverage(self, node: NamedNode, days: tuple[str, str]) -> None:
        for place in self.publication.spatial:
            self.add(node, "dct:spatial", self.place(place))
        if any(days):
            self.add(node, "dct:temporal", self._period(*days))

    def _hull(self) -> tuple[str, str]:
        """From the first to the last day that the publication says it covers or the cube has figures of."""
        first = [self.given[0], self.cube.first_day if self.cube else ""]
        last = [self.given[1], self.cube.last_day if self.cube else ""]
        return min(filter(None, first), default=""), max(filter(None, last), default="")

    def _period(self, first: str, last: str) -> NamedNode:
        """A period of the catalogue's own: the data's periods lead to observations."""
        code = f"{first.removesuffix('-01-01')}--{last.removesuffix('-12-31')}"
        if code[:4] * 2 == code.replace("--", ""):
            code = code[:4]
        node, period = self.iri.thing("temporal", code), codes.period(code)
        self.types(node, "dct:PeriodOfTime")
        self.both(node, "skos:prefLabel", Text.of(period.labels))
        for predicate, day in (("dcat:startDate", first), ("dcat:endDate", last)):
            if day:
                self.day(node, predicate, day)
        return node

    def _agents(self) -> None:
        agent = self.publication.publisher
        self.types(self.publisher, "foaf:Agent", "foaf:Organization")
        self.both(self.publisher, "foaf:name", agent.name)
        self.plain(self.publisher, "dct:identifier", agent.identifier)
        self.refer(self.publisher, "dct:type", authorities.publisher_type(agent.type))
        if agent.homepage:
            self.add(self.publisher, "foaf:homepage", NamedNode(agent.homepage))
            self.pages.setdefault(NamedNode(agent.homepage), agent.name)
        self.types(self.contact, "vcard:Kind", "vcard:Organization")
        self.both(self.contact, "vcard:fn", agent.contact_name)
        self.both(self.contact, "vcard:hasOrganizationName", agent.name)
        if agent.contact_url:
            self.add(self.contact, "vcard:hasURL", NamedNode(agent.contact_url))
        if agent.contact_email:
            self.add(self.contact, "vcard:hasEmail", NamedNode(f"mailto:{agent.contact_email}"))

    def _rights(self) -> None:
        """Who holds the rights, and what the licence asks of whoever uses the data."""
        name, licence, asked = self.publication.publisher.name, self.licence.title, CREDIT[self.licence.asks]
        self.types(self.rights, "dct:RightsStatement", "odrs:RightsStatement")
        self.both(self.rights, "dct:title", Text(f"Rettigheter – {name.nb}", f"Rights – {name.en}"))
        self.both(self.rights, "dct:description", Text(
            f"Rettighetshaver: {name.nb}. Lisens: {licence.nb}. {asked.nb.format(name.nb)}",
            f"Rights holder: {name.en}. Licence: {licence.en}. {asked.en.format(name.en)}"))

    def _of_the_publication(self, title: Text) -> Text:
        whose = self.publication.title
        return Text(f"{title.nb} – {whose.nb}", f"{title.en} – {whose.en}")

    def _languages(self, node: NamedNode) -> None:
        for code in ("NOB", "ENG"):
            self.refer(node, "dct:language", f"{EU}language/{code}")

    def _dates(self, node: NamedNode) -> None:
        self.day(node, "dct:issued", self.publication.issued)
        self.day(node, "dct:modified", self.publication.modified)
