"""The catalogue as a portal sees it: one document, judged by official shapes and read by the portal's own parser."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import Store
from rdflib import DCAT, DCTERMS, FOAF, RDF, SH, SKOS, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from conftest import REFERENCE, TINY, TRONDHEIM, needs_reference
from delmaal import sources
from delmaal.build import build
from delmaal.describe import catalogue, catalogue_positions, catalogue_shapes, data_dumps
from delmaal.describe.authorities import AUTHORITIES
from delmaal.describe.catalogue import CREDIT, PREDICATES
from delmaal.formats import CSV, RDF_FORMATS
from delmaal.publish import check, publish
from delmaal.records import LICENCES, Publication
from delmaal.release import Release
from delmaal.sources import publication as reader
from delmaal.sources.statistics import FREQUENCIES
from delmaal.sources.themes import EU_THEMES
from delmaal.terms import EU, PREFIXES, Minter, term
from delmaal.validate import validate

EU_V3 = ("dcat-ap/dcat-ap_3.0.1_shapes.ttl", "dcat-ap/dcat-ap_3.0.1_range.ttl")
RECOMMENDED = ("dcat-ap/dcat-ap_3.0.1_shapes_recommended.ttl",)
NORWAY_V2 = ("dcat-ap-no/DCAT-AP-NO-shacl_shapes_2.00.ttl",)
PORTAL_V2 = ("dcat-ap/dcat-ap-no-fdk-mqa-2.0.0.ttl",)
EU_TABLES = ("dcat-ap/dcat-ap_3.0.1_mdr.ttl",)

SPDX, STAT, VCARD = Namespace(PREFIXES["spdx"]), Namespace(PREFIXES["stat"]), Namespace(PREFIXES["vcard"])
ADMS, DCATAP = Namespace(PREFIXES["adms"]), Namespace(PREFIXES["dcatap"])


@dataclass(frozen=True, order=True)
class Finding:
    """A kind of finding: its severity, the constraint, the path and the named shape that it comes from."""

    severity: str
    constraint: str
    path: str
    shape: str


_MUNICIPALITY = "the EU's tables of corporate bodies and places hold no municipality of Norway"
_LOS = "the Norwegian portal sorts by LOS; each dataset has themes of the EU's table beside it"

UNAVOIDABLE: dict[tuple[str, ...], dict[Finding, str]] = {
    NORWAY_V2: {
        Finding("Violation", "Datatype", "dcat:byteSize", "Distribution_Shape"):
            "v2 wants xsd:decimal, v3 xsd:nonNegativeInteger",
        Finding("Violation", "HasValue", "spdx:algorithm", "Checksum_Shape"):
            "v2 knows SHA-1 alone; v3 leaves the algorithm open, and a checksum should be worth something",
        Finding("Violation", "Node", "adms:status", "Distribution_ShapeCV"):
            "v2 wants http://purl.org/adms/status/1.0, v3 the EU's distribution-status",
        Finding("Warning", "Or", "dcat:themeTaxonomy", "Catalog_ShapeCV"):
            "v3 recommends the property, with the EU's data-theme as its value; v2 takes nothing but an IRI of EuroVoc",
    },
    PORTAL_V2: {
        Finding("Violation", "Datatype", "dcat:byteSize", "Distribution_Shape"):
            "v2 wants xsd:decimal, v3 xsd:nonNegativeInteger",
        Finding("Violation", "HasValue", "spdx:algorithm", "Checksum_Shape"):
            "v2 knows SHA-1 alone; v3 leaves the algorithm open, and a checksum should be worth something",
        Finding("Violation", "Node", "adms:status", "Distribution_ShapeCV"):
            "v2 wants http://purl.org/adms/status/1.0, v3 the EU's distribution-status",
        Finding("Warning", "Node", "dct:spatial", "Catalog_ShapeCV"):
            "the portal's file has no place for the IRIs of Geonorge, by which the portal itself knows municipalities",
        Finding("Warning", "Node", "dct:spatial", "Dataset_ShapeCV"):
            "the portal's file has no place for the IRIs of Geonorge, by which the portal itself knows municipalities",
        Finding("Warning", "Or", "dcat:themeTaxonomy", "Catalog_ShapeCV"):
            "v3 recommends the property; the portal's file wants each value to be below data-theme/ and below EuroVoc, "
            "which no IRI is",
    },
    EU_TABLES: {
        Finding("Violation", "Node", "spdx:algorithm", "Checksum_ShapeCV"):
            "the file wants an IRI that begins with https, SPDX's own begin with http",
        Finding("Warning", "Node", "dct:publisher", "Catalog_ShapeCV"): _MUNICIPALITY,
        Finding("Warning", "Node", "dct:publisher", "Dataset_ShapeCV"): _MUNICIPALITY,
        Finding("Warning", "Node", "dct:publisher", "DataService_ShapeCV"): _MUNICIPALITY,
        Finding("Warning", "Node", "dct:spatial", "Catalog_ShapeCV"): _MUNICIPALITY,
        Finding("Warning", "Node", "dct:spatial", "Dataset_ShapeCV"): _MUNICIPALITY,
        Finding("Warning", "Node", "dcat:theme", "Dataset_ShapeCV"): _LOS,
        Finding("Warning", "Node", "dcat:theme", "DataService_ShapeCV"): _LOS,
    },
}
"""Where v2 and v3 of DCAT-AP-NO contradict each other, v3 wins; where a table of the EU has no place for what Norway's
portal asks for, Norway's wins. These findings and no others are expected."""


@pytest.fixture(params=["tiny_release", "trondheim_release"], scope="session")
def release(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def graph(release: Release) -> Graph:
    """The catalogue's document, as it is fetched."""
    return Graph().parse(release.folder / "metadata" / "catalogue.ttl")


def findings(graph: Graph, files: tuple[str, ...]) -> Counter[Finding]:
    """What the shapes find: the results of the report, without the details within them."""
    shapes = Graph()
    for file in files:
        shapes.parse(REFERENCE / file)
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, inference="none")
    assert isinstance(report, Graph)
    head = report.value(None, RDF.type, SH.ValidationReport)
    return Counter(
        Finding(
            short(report.value(result, SH.resultSeverity)),
            short(report.value(result, SH.sourceConstraintComponent)).removesuffix("ConstraintComponent"),
            prefixed(report.value(result, SH.resultPath)),
            short(owner(shapes, report.value(result, SH.sourceShape))),
        )
        for result in report.objects(head, SH.result)
    )


def owner(shapes: Graph, shape: Node | None) -> Node | None:
    """The named shape that a shape without a name is part of."""
    while isinstance(shape, BNode):
        shape = next(shapes.subjects(None, shape))
    return shape


def short(node: Node | None) -> str:
    return re.split(r"[#/]", str(node))[-1]


def prefixed(node: Node | None) -> str:
    for prefix, namespace in PREFIXES.items():
        if str(node).startswith(namespace) and "/" not in str(node)[len(namespace):]:
            return f"{prefix}:{str(node)[len(namespace):]}"
    return str(node)


@needs_reference
def test_no_finding_under_the_european_profile(graph: Graph) -> None:
    assert findings(graph, EU_V3) == {}


@needs_reference
def test_every_recommended_property_is_there(graph: Graph) -> None:
    assert findings(graph, RECOMMENDED) == {}


@needs_reference
@pytest.mark.parametrize("files", [NORWAY_V2, PORTAL_V2, EU_TABLES], ids=["norway", "portal", "tables"])
def test_other_shapes_find_what_is_unavoidable(graph: Graph, files: tuple[str, ...]) -> None:
    found = findings(graph, files)
    assert set(found) == set(UNAVOIDABLE[files])
    distributions = len(set(graph.subjects(RDF.type, DCAT.Distribution)))
    assert {number for row, number in found.items() if row.severity == "Violation"} == {distributions}


@needs_reference
def test_the_shapes_are_awake(graph: Graph) -> None:
    """A spoilt catalogue is found out: the shapes above do look at ours."""
    spoilt = Graph()
    for triple in graph:
        if triple[1] not in (DCTERMS.publisher, DCAT.theme):
            spoilt.add(triple)
    assert Finding("Violation", "MinCount", "dct:publisher", "Catalog_Shape") in findings(spoilt, EU_V3)
    assert Finding("Violation", "MinCount", "dcat:theme", "Dataset_Shape") in findings(spoilt, NORWAY_V2)


def test_nothing_leads_into_cubes_or_concepts(graph: Graph) -> None:
    """A harvester takes along what the document describes: no cube, SDG concept or term of the ontology is among it."""
    inner = tuple(PREFIXES[prefix] for prefix in ("qb", "sdgo", "sdg", "delmaal", "sdmx-dimension", "sdmx-attribute"))
    for subject, _, obj in graph.triples((None, RDF.type, None)):
        assert not str(subject).startswith(inner)
        assert not str(obj).startswith(inner), f"{subject} is a {obj}"
    data = re.compile(r"/id/(theme|target-link|statistic|indicator|dimension|cube|structure|area|document)/")
    assert not [node for node in {*graph.subjects(), *graph.objects()} if data.search(str(node))]


def test_there_are_no_blank_nodes(graph: Graph) -> None:
    assert not [node for triple in graph for node in triple if isinstance(node, BNode)]


def test_the_predicates_are_a_closed_list_of_xml_names(graph: Graph) -> None:
    allowed = {term(name).value for name in PREDICATES}
    used = {str(predicate) for predicate in graph.predicates()}
    assert used <= allowed
    for predicate in used:
        assert re.search(r"[#/][A-Za-z_][\w.-]*\Z", predicate), f"{predicate} cannot be written as RDF/XML"


def test_every_predicate_on_the_list_is_used(tiny_release: Release, trondheim_release: Release) -> None:
    used = {
        str(predicate) for release in (tiny_release, trondheim_release)
        for predicate in Graph().parse(release.folder / "metadata" / "catalogue.ttl").predicates()
    }
    assert {term(name).value for name in PREDICATES} == used


ADDRESSES = {
    DCAT.accessURL, DCAT.downloadURL, DCAT.endpointURL, DCAT.endpointDescription, VCARD.hasURL, VCARD.hasEmail,
    STAT.dimension, STAT.attribute, RDF.type,
}
"""What these name is an address or a term, and needs no description here."""


def test_the_document_is_closed(graph: Graph) -> None:
    """Whatever is referred to has a type here, and a name in both languages."""
    for subject, predicate, obj in graph:
        if isinstance(obj, URIRef) and predicate not in ADDRESSES:
            assert (obj, RDF.type, None) in graph, f"{subject} refers to {obj} by {predicate}"
    for node in set(graph.subjects()) - set(graph.subjects(RDF.type, SPDX.Checksum)):
        names = (DCTERMS.title, SKOS.prefLabel, FOAF.name, VCARD.fn)
        languages = {name.language for p in names for name in graph.objects(node, p) if isinstance(name, Literal)}
        assert languages == {"nb", "en"}, f"{node} is called {languages}"


def test_every_authority_has_a_stub(graph: Graph) -> None:
    known = {node for node in graph.objects() if str(node) in AUTHORITIES}
    for node in known | set(graph.subjects(SKOS.inScheme, None)):
        assert (node, RDF.type, SKOS.Concept) in graph
        schemes = list(graph.objects(node, SKOS.inScheme))
        assert len(schemes) == 1
        assert (schemes[0], RDF.type, SKOS.ConceptScheme) in graph
        labels = {label.language for label in graph.objects(node, SKOS.prefLabel) if isinstance(label, Literal)}
        assert labels == {"nb", "en"}
    classes = {
        DCTERMS.license: DCTERMS.LicenseDocument, DCTERMS.accessRights: DCTERMS.RightsStatement,
        DCTERMS.language: DCTERMS.LinguisticSystem, DCTERMS.accrualPeriodicity: DCTERMS.Frequency,
        DCTERMS.format: DCTERMS.MediaTypeOrExtent, DCAT.mediaType: DCTERMS.MediaType, DCTERMS.spatial: DCTERMS.Location,
        SPDX.algorithm: SPDX.ChecksumAlgorithm, DCTERMS.conformsTo: DCTERMS.Standard,
        DCTERMS.temporal: DCTERMS.PeriodOfTime, DCAT.landingPage: FOAF.Document, FOAF.homepage: FOAF.Document,
    }
    for predicate, kind in classes.items():
        assert (None, predicate, None) in graph
        for obj in set(graph.objects(None, predicate)):
            assert (obj, RDF.type, kind) in graph


def test_one_record_for_each_dataset_and_service(graph: Graph) -> None:
    catalogue = graph.value(None, RDF.type, DCAT.Catalog)
    topics = Counter(graph.value(record, FOAF.primaryTopic) for record in graph.objects(catalogue, DCAT.record))
    resources = {*graph.objects(catalogue, DCAT.dataset), *graph.objects(catalogue, DCAT.service)}
    assert topics == dict.fromkeys(resources, 1)
    assert resources == {*graph.subjects(RDF.type, DCAT.Dataset), *graph.subjects(RDF.type, DCAT.DataService)}
    assert set(graph.objects(catalogue, DCAT.record)) == set(graph.subjects(RDF.type, DCAT.CatalogRecord))


def test_datasets_and_services_are_complete(graph: Graph) -> None:
    datasets, services = set(graph.subjects(RDF.type, DCAT.Dataset)), set(graph.subjects(RDF.type, DCAT.DataService))
    assert len(datasets) == 5
    assert {short(node) for node in services} == {"sparql", "linked-data", "changes"}
    assert {short(node) for node in datasets} == {"themes", "documents", "statistics", "vocabulary", "all"}
    for node in datasets | services:
        for predicate in (DCTERMS.title, DCTERMS.description):
            texts = list(graph.objects(node, predicate))
            assert sorted(text.language or "" for text in texts if isinstance(text, Literal)) == ["en", "nb"]
        for predicate in (DCTERMS.publisher, DCAT.contactPoint, DCTERMS.license, DCTERMS.accessRights, DCTERMS.issued,
                          DCTERMS.modified, DCTERMS.identifier, DCAT.landingPage):
            assert len(list(graph.objects(node, predicate))) == 1, f"{node} {predicate}"
        assert any(str(theme).startswith(f"{EU}data-theme/") for theme in graph.objects(node, DCAT.theme))
        assert any(str(theme).startswith("https://psi.norge.no/los/tema/") for theme in graph.objects(node, DCAT.theme))
        assert (node, DCAT.keyword, None) in graph
    for node in datasets:
        assert len(list(graph.objects(node, DCTERMS.temporal))) == 1
        assert len(list(graph.objects(node, DCTERMS.spatial))) == 1
    for node in services:
        assert set(graph.objects(node, DCAT.servesDataset)) == datasets
        for predicate in (DCAT.endpointURL, DCAT.endpointDescription):
            assert len(list(graph.objects(node, predicate))) == 1
        assert (node, DCTERMS.conformsTo, None) in graph
    titles = Counter(graph.objects(None, DCTERMS.title))
    for node in datasets | services | set(graph.subjects(RDF.type, DCAT.Distribution)):
        for title in graph.objects(node, DCTERMS.title):
            own = [other for other in graph.subjects(DCTERMS.title, title)
                   if (other, RDF.type, DCAT.CatalogRecord) not in graph]
            assert own == [node], f"{title} is the title of {titles[title]}"


def test_publisher_and_contact(graph: Graph) -> None:
    publishers = set(graph.objects(None, DCTERMS.publisher))
    assert len(publishers) == 1
    publisher = publishers.pop()
    assert graph.value(publisher, DCTERMS.identifier)
    assert (publisher, DCTERMS.type, URIRef("http://purl.org/adms/publishertype/LocalAuthority")) in graph
    contacts = set(graph.objects(None, DCAT.contactPoint))
    assert len(contacts) == 1
    contact = contacts.pop()
    assert {VCARD.Kind, VCARD.Organization} == set(graph.objects(contact, RDF.type))
    assert graph.value(contact, VCARD.hasEmail) or graph.value(contact, VCARD.hasURL)


def test_distributions_tell_the_truth_about_the_files(graph: Graph, release: Release) -> None:
    distributions = set(graph.objects(None, DCAT.distribution))
    assert distributions == set(graph.subjects(RDF.type, DCAT.Distribution))
    files = {file.name: file.read_bytes() for file in (release.folder / "data").iterdir()
             if file.suffix not in (".gz", ".zst")}
    media_types = {row.suffix: row.media_type for row in (*RDF_FORMATS, CSV)}
    seen = set()
    for node in distributions:
        url = str(graph.value(node, DCAT.downloadURL))
        assert url == str(graph.value(node, DCAT.accessURL))
        name = url.removeprefix(f"{release.base}data/")
        seen.add(name)
        size, checksum = graph.value(node, DCAT.byteSize), graph.value(node, SPDX.checksum)
        assert isinstance(size, Literal)
        assert str(size.datatype).endswith("nonNegativeInteger")
        assert int(size) == len(files[name])
        assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(files[name]).hexdigest()
        assert graph.value(checksum, SPDX.algorithm) == SPDX.checksumAlgorithm_sha256
        media_type = media_types[name.rpartition(".")[2]]
        assert str(graph.value(node, DCAT.mediaType)) == f"https://www.iana.org/assignments/media-types/{media_type}"
        assert str(graph.value(node, ADMS.status)) == f"{EU}distribution-status/COMPLETED"
        assert str(graph.value(node, DCATAP.availability)) == f"{EU}planned-availability/STABLE"
        for predicate in (DCTERMS.license, DCTERMS.issued, DCTERMS.modified, DCTERMS.conformsTo):
            assert len(list(graph.objects(node, predicate))) == 1
    assert seen == set(files)


@needs_reference
def test_file_types_are_in_the_european_table(graph: Graph) -> None:
    tables = {}
    for name in ("file-types", "machine-readable"):
        with (REFERENCE / "dcat-ap" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            tables[name] = {row[0] for row in csv.reader(file)}
    portal = Graph().parse(REFERENCE / "vocabularies" / "filetypes-sparql-result.ttl")
    used = set(graph.objects(None, DCTERMS.format))
    assert used
    for node in used:
        assert str(node) in tables["file-types"]
        assert str(node) in tables["machine-readable"]
        assert (node, None, None) in portal


@needs_reference
def test_authorities_are_as_their_owners_have_them() -> None:
    """IRIs, schemes and English labels of the tables that are at hand, and Norwegian labels where they have any."""
    owners = Graph()
    tables = ("data-theme-sparql-result", "frequencies-sparql-result", "licences-sparql-result", "adms-publisher-type",
              "filetypes-sparql-result", "los-with-fdk-triples")
    for name in tables:
        owners.parse(REFERENCE / "vocabularies" / f"{name}.ttl")
    kinds = ("/data-theme/", "/frequency/", "/licence/", "/publishertype/", "/file-type/", "/los/tema/")
    compared = 0
    for row in AUTHORITIES.values():
        if not any(kind in row.iri for kind in kinds):
            continue
        node = URIRef(row.iri)
        assert (node, None, None) in owners, f"{row.iri} is unknown"
        schemes = {str(scheme) for scheme in owners.objects(node, SKOS.inScheme)}
        assert not schemes or row.scheme in schemes
        for language, words in row.label.items():
            theirs = {str(name) for name in owners.objects(node, SKOS.prefLabel)
                      if isinstance(name, Literal) and name.language == language}
            assert not theirs or words in theirs, f"{row.iri}: {words}, {theirs}"
            compared += bool(theirs)
    assert compared > 70


def test_every_code_that_the_reader_accepts_is_known_here() -> None:
    assert {row.asks for row in LICENCES.values()} == set(CREDIT)
    wanted = {
        *(f"{EU}data-theme/{code}" for code in EU_THEMES), *(f"{EU}frequency/{code}" for code in FREQUENCIES),
        *(f"http://purl.org/adms/publishertype/{code}" for code in reader.PUBLISHER_TYPES),
        *(f"https://psi.norge.no/los/tema/{code}" for code in reader.LOS_THEMES),
        *(row.authority for row in LICENCES.values()),
    }
    assert wanted <= set(AUTHORITIES)


def test_the_statistics_say_what_the_cube_holds(graph: Graph, release: Release) -> None:
    """StatDCAT-AP, against the store."""
    store = Store.read_only(str(release.folder / "store"))
    head = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())

    def ask(query: str) -> Iterator[list[str]]:
        for row in store.query(head + query):  # type: ignore[union-attr]
            yield [value.value for value in row]

    dataset = URIRef(f"{release.base}id/dataset/statistics")
    assert list(graph.subjects(STAT.numSeries, None)) == [dataset]
    for role, predicate in (("qb:dimension", STAT.dimension), ("qb:attribute", STAT.attribute)):
        named = {str(node) for node in graph.objects(dataset, predicate)}
        own = set()
        for (component,) in ask(f"SELECT ?c {{ ?s a qb:ComponentSpecification ; {role} ?c }}"):
            parents = [parent for (parent,) in ask(f"SELECT ?p {{ <{component}> rdfs:subPropertyOf ?p }}")]
            own.add(parents[0] if component.startswith(release.base) else component)
        assert named == own
        assert not any(name.startswith(release.base) for name in named)
    units = {unit for (unit,) in ask("SELECT DISTINCT ?u { ?o a qb:Observation ; sdmx-attribute:unitMeasure ?u }")}
    assert {str(node) for node in graph.objects(dataset, STAT.statUnitMeasure)} == units
    dimensions = [row[0] for row in ask("SELECT DISTINCT ?d { ?s qb:dimension ?d } ORDER BY ?d")]
    series = " ".join(f"?d{n}" for n, name in enumerate(dimensions) if not name.endswith("refPeriod"))
    values = " ".join(f"OPTIONAL {{ ?o <{name}> ?d{n} }}" for n, name in enumerate(dimensions))
    counted = list(ask(f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT {series} {{ ?o a qb:Observation . {values} }} }}"))
    number = graph.value(dataset, STAT.numSeries)
    assert isinstance(number, Literal)
    assert str(number) == counted[0][0]
    assert str(number.datatype).endswith("nonNegativeInteger")
    period = graph.value(dataset, DCTERMS.temporal)
    for predicate, name, best in ((DCAT.startDate, "startDate", "MIN"), (DCAT.endDate, "endDate", "MAX")):
        days = list(ask(f"SELECT ({best}(?d) AS ?day) {{ ?o a delmaal:Statistic ; sdmx-dimension:refPeriod ?p . "
                        f"?p dcat:{name} ?d }}"))
        assert str(graph.value(period, predicate)) == days[0][0]


def test_the_four_formats_say_the_same(graph: Graph, release: Release) -> None:
    statements = set(graph)
    formats = {"jsonld": "json-ld", "rdf": "xml", "nt": "nt"}
    for suffix, name in formats.items():
        assert set(Graph().parse(release.folder / "metadata" / f"catalogue.{suffix}", format=name)) == statements


def test_the_bytes_are_stable(tiny_release: Release, trondheim_release: Release, tmp_path: Path) -> None:
    for folder, release in ((TINY, tiny_release), (TRONDHEIM, trondheim_release)):
        again = publish(folder, tmp_path).release
        assert again.id == release.id
        for file in sorted((release.folder / "metadata").iterdir()):
            assert file.read_bytes() == (again.folder / "metadata" / file.name).read_bytes(), file.name


def test_the_document_is_small_enough(release: Release) -> None:
    """The Norwegian portal stops at 75 MB."""
    for file in (release.folder / "metadata").glob("catalogue.*"):
        assert file.stat().st_size < 75_000_000


@pytest.mark.parametrize("suffix", ["ttl", "rdf", "jsonld"])
def test_the_portals_own_parser_loses_nothing(graph: Graph, release: Release, suffix: str) -> None:
    """Felles datakatalog's parser, over the document and over what the portal makes of it."""
    parser = pytest.importorskip("fdk_rdf_parser", reason="the package fdk-rdf-parser is not installed")
    document = (release.folder / "metadata" / f"catalogue.{suffix}").read_text("utf-8")
    name = {"ttl": "turtle", "rdf": "xml", "jsonld": "json-ld"}[suffix]
    datasets, services = parser.parse_datasets(document, name), parser.parse_data_services(document, name)
    assert set(datasets) == {str(node) for node in graph.subjects(RDF.type, DCAT.Dataset)}
    assert set(services) == {str(node) for node in graph.subjects(RDF.type, DCAT.DataService)}
    for iri, found in {**datasets, **services}.items():
        node = URIRef(iri)
        assert found.title == both(graph, node, DCTERMS.title)
        assert found.description == both(graph, node, DCTERMS.description)
        publisher = graph.value(node, DCTERMS.publisher)
        assert found.publisher.uri == str(publisher)
        assert found.publisher.prefLabel == both(graph, publisher, FOAF.name)
        assert found.publisher.id == str(graph.value(publisher, DCTERMS.identifier))
        themes = {str(theme): both(graph, theme, SKOS.prefLabel) for theme in graph.objects(node, DCAT.theme)}
        read = {theme.uri: theme.title for theme in found.theme} | {theme.uri: theme.name for theme in found.losTheme}
        assert read == themes
        (contact,) = found.contactPoint
        assert contact.uri == str(graph.value(node, DCAT.contactPoint))
        assert contact.fullname in both(graph, URIRef(contact.uri), VCARD.fn).values()
        assert contact.organizationName == both(graph, URIRef(contact.uri), VCARD.hasOrganizationName)
        assert contact.hasURL or contact.email
        rights = graph.value(node, DCTERMS.accessRights)
        assert (found.accessRights.uri, found.accessRights.code) == (str(rights), "PUBLIC")
        assert found.accessRights.prefLabel == both(graph, rights, SKOS.prefLabel)
        assert len(found.keyword) == len(list(graph.objects(node, DCAT.keyword)))
        assert len(found.language) == 2
        assert all(row.uri and row.prefLabel for row in found.conformsTo or [])
    for iri, found in datasets.items():
        node = URIRef(iri)
        distributions = {row.uri: row for row in found.distribution}
        assert set(distributions) == {str(row) for row in graph.objects(node, DCAT.distribution)}
        for uri, row in distributions.items():
            assert row.title == both(graph, URIRef(uri), DCTERMS.title)
            assert row.description == both(graph, URIRef(uri), DCTERMS.description)
            assert row.downloadURL == {str(url) for url in graph.objects(URIRef(uri), DCAT.downloadURL)}
            assert row.accessURL == row.downloadURL
            licence = graph.value(URIRef(uri), DCTERMS.license)
            assert [(one.uri, one.prefLabel) for one in row.license] == [
                (str(licence), both(graph, licence, SKOS.prefLabel))]
            assert {one.uri for one in row.fdkFormat} == {
                str(graph.value(URIRef(uri), DCTERMS.format)), str(graph.value(URIRef(uri), DCAT.mediaType))}
            assert all(one.name and one.code for one in row.fdkFormat)
        (place,) = found.spatial
        assert place.prefLabel == both(graph, URIRef(place.uri), SKOS.prefLabel)
        (period,) = found.temporal
        assert period.startDate < period.endDate
        assert found.accrualPeriodicity.code == "IRREG"
        assert (found.issued, found.modified) == (
            str(graph.value(node, DCTERMS.issued)), str(graph.value(node, DCTERMS.modified)))
    for iri, found in services.items():
        assert found.endpointURL == {str(url) for url in graph.objects(URIRef(iri), DCAT.endpointURL)}
        assert found.servesDataset == set(datasets)


CKAN = os.environ.get("DELMAAL_CKAN_PYTHON", "")
READ_AS_CKAN = """
import json, sys
from ckanext.dcat.processors import RDFParser
parser = RDFParser(profiles=["euro_dcat_ap_3"])
parser.parse(open(sys.argv[1], encoding="utf-8").read(), _format=sys.argv[2])
print(json.dumps(list(parser.datasets())))
"""


@pytest.mark.skipif(not CKAN, reason="no Python with ckan and ckanext-dcat is named (DELMAAL_CKAN_PYTHON)")
@pytest.mark.parametrize(("suffix", "name"), [("ttl", "turtle"), ("rdf", "xml"), ("jsonld", "json-ld")])
def test_ckans_parser_loses_nothing(graph: Graph, release: Release, suffix: str, name: str) -> None:
    """ckanext-dcat's own parser, which needs CKAN and an environment of its own (docs/catalogue.md)."""
    file = release.folder / "metadata" / f"catalogue.{suffix}"
    run = subprocess.run([CKAN, "-c", READ_AS_CKAN, str(file), name], capture_output=True, text=True, check=True)
    found = {next(row["value"] for row in read["extras"] if row["key"] == "uri"): read
             for read in json.loads(run.stdout)}
    assert set(found) == {str(node) for node in graph.subjects(RDF.type, DCAT.Dataset)}
    for iri, read in found.items():
        node, extras = URIRef(iri), {row["key"]: row["value"] for row in read["extras"]}
        assert read["title"] in both(graph, node, DCTERMS.title).values()
        assert read["notes"] in both(graph, node, DCTERMS.description).values()
        assert {tag["name"] for tag in read["tags"]} == {str(word) for word in graph.objects(node, DCAT.keyword)}
        assert set(json.loads(extras["theme"])) == {str(theme) for theme in graph.objects(node, DCAT.theme)}
        publisher, contact = graph.value(node, DCTERMS.publisher), graph.value(node, DCAT.contactPoint)
        assert (extras["publisher_uri"], extras["contact_uri"]) == (str(publisher), str(contact))
        assert extras["publisher_name"] in both(graph, publisher, FOAF.name).values()
        assert extras["contact_name"] in both(graph, contact, VCARD.fn).values()
        assert "contact_url" in extras or "contact_email" in extras
        for key, predicate in (("access_rights", DCTERMS.accessRights), ("frequency", DCTERMS.accrualPeriodicity),
                               ("spatial_uri", DCTERMS.spatial), ("identifier", DCTERMS.identifier),
                               ("issued", DCTERMS.issued), ("modified", DCTERMS.modified)):
            assert extras[key] == str(graph.value(node, predicate)), key
        resources = {row["uri"]: row for row in read["resources"]}
        assert set(resources) == {str(row) for row in graph.objects(node, DCAT.distribution)}
        for uri, row in resources.items():
            for key, predicate in (("download_url", DCAT.downloadURL), ("license", DCTERMS.license),
                                   ("format", DCTERMS["format"]), ("mimetype", DCAT.mediaType),
                                   ("rights", DCTERMS.rights), ("availability", DCATAP.availability)):
                assert row[key] == str(graph.value(URIRef(uri), predicate)), key
            assert row["size"] == int(str(graph.value(URIRef(uri), DCAT.byteSize)))
            checksum = graph.value(URIRef(uri), SPDX.checksum)
            assert row["hash"] == str(graph.value(checksum, SPDX.checksumValue))


def without(folder: Path, key: str) -> int:
    """Take a key out of a publication's head; gives the line that its record begins on."""
    head = folder / "publication.yaml"
    kept, skipping = [], False
    for line in head.read_text("utf-8").splitlines(keepends=True):
        if line[0] not in " -":
            skipping = line.startswith(f"{key}:")
        if not skipping:
            kept.append(line)
    head.write_text("".join(kept), "utf-8")
    return next(number for number, line in enumerate(kept, 1) if not line.startswith("#"))


@pytest.mark.parametrize("key", ["contact", "eu-themes", "licence", "publisher", "title", "description", "frequency"])
def test_what_the_portal_demands_is_missed_at_its_line(tiny: Path, key: str) -> None:
    """Before the portal says it, and before anything is released."""
    line = without(tiny, key)
    errors = sources.read(tiny).errors
    (error,) = check(tiny).errors if key == "contact" else errors
    assert (Path(error.mark.file).name, error.mark.line, error.mark.column) == ("publication.yaml", line, 1)
    assert error.code == "key-missing"
    assert f'lacks "{key}"' in error.sentence


def test_what_costs_points_is_a_warning_at_its_line(tiny: Path) -> None:
    """Each once, and not once for each dataset."""
    line = [without(tiny, key) for key in ("keywords", "spatial", "los-themes")][-1]
    themes = (tiny / "publication.yaml").read_text("utf-8").partition("\neu-themes")[0].count("\n") + 2
    found = check(tiny)
    assert not found.errors
    assert {Path(row.mark.file).name for row in found.report.findings} == {"publication.yaml"}
    assert sorted((row.code, row.severity, row.mark.line) for row in found.report.findings) == [
        ("catalogue-keyword-missing", "Warning", line),
        ("catalogue-los-theme-missing", "Warning", themes),
        ("catalogue-spatial-missing", "Warning", line),
    ]


def test_a_catalogue_without_a_theme_is_a_violation_at_its_line(tiny: Path) -> None:
    """The shapes hold what the reader demands too: for whatever else may one day make a publication."""
    publication = sources.read(tiny).publication
    assert publication is not None
    built = build(replace(publication, eu_themes=()))
    triples = catalogue(replace(publication, eu_themes=()), data_dumps(built, Minter(publication.base)))
    found = validate(triples, catalogue_shapes(built.parts["shapes"]), catalogue_positions(publication, triples),
                     publication.marks.record)
    assert {row.code for row in found.findings} == {"catalogue-eu-theme-missing"}
    assert {row.severity for row in found.findings} == {"Violation"}
    line = (tiny / "publication.yaml").read_text("utf-8").partition("\neu-themes")[0].count("\n") + 2
    assert {row.mark.line for row in found.findings} == {line}


def both(graph: Graph, node: Node | None, predicate: URIRef) -> dict[str, str]:
    """The texts of a property by language."""
    texts = list(graph.objects(node, predicate))
    return {text.language or "": str(text) for text in texts if isinstance(text, Literal)}


def described(publication: Publication) -> Graph:
    """The catalogue of a publication that was changed after it was read."""
    built = build(publication)
    graph = Graph()
    for triple in catalogue(publication, data_dumps(built, Minter(publication.base))):
        graph.parse(data=f"{triple} .", format="nt")
    return graph


@pytest.fixture
def publication() -> Publication:
    found = sources.read(TINY).publication
    assert found is not None
    return found


def days(graph: Graph, name: str) -> tuple[str, str]:
    period = graph.value(URIRef(name), DCTERMS.temporal)
    return str(graph.value(period, DCAT.startDate) or ""), str(graph.value(period, DCAT.endDate) or "")


@pytest.mark.parametrize(("temporal", "themes", "whole"), [
    ("2024--2030", ("2024-01-01", "2030-12-31"), ("2019-01-01", "2030-12-31")),
    ("2022", ("2022-01-01", "2022-12-31"), ("2019-01-01", "2030-12-31")),
    ("", ("2019-01-01", "2030-12-31"), ("2019-01-01", "2030-12-31")),
    ("2010--", ("2010-01-01", ""), ("2010-01-01", "2030-12-31")),
])
def test_a_dataset_covers_what_it_has(publication: Publication, temporal: str, themes: tuple[str, str],
                                      whole: tuple[str, str]) -> None:
    """The publication says what it covers, the cube what it has figures of; the whole covers both."""
    graph = described(replace(publication, temporal=temporal))
    assert days(graph, f"{publication.base}id/dataset/themes") == themes
    assert days(graph, f"{publication.base}id/dataset/statistics") == ("2019-01-01", "2030-12-31")
    assert days(graph, f"{publication.base}id/dataset/all") == whole
    assert days(graph, f"{publication.base}catalog") == whole


@needs_reference
def test_a_publication_without_figures_conforms(publication: Publication) -> None:
    graph = described(replace(publication, statistics=(), temporal=""))
    assert not list(graph.subjects(STAT.numSeries, None))
    assert not list(graph.subjects(DCTERMS.temporal, None))
    assert findings(graph, EU_V3) == {}
    assert {row.path for row in findings(graph, RECOMMENDED)} == {"dct:temporal"}


@pytest.mark.parametrize(("iri", "scheme"), [
    ("https://data.geonorge.no/administrativeEnheter/fylke/id/173148",
     "https://data.geonorge.no/administrativeEnheter/fylke"),
    ("https://sws.geonames.org/3133881/", "https://sws.geonames.org"),
    (f"{EU}place/NOR_TRD", f"{EU}place"),
    ("https://example.org/place/lillevik", "https://example.org/place"),
])
def test_a_place_is_in_a_scheme(publication: Publication, iri: str, scheme: str) -> None:
    place = replace(publication.spatial[0], iri=iri)
    graph = described(replace(publication, spatial=(place,)))
    assert [str(node) for node in graph.objects(URIRef(iri), SKOS.inScheme)] == [scheme]
    assert both(graph, URIRef(scheme), DCTERMS.title).keys() == {"nb", "en"}


def test_a_record_says_what_last_happened(publication: Publication) -> None:
    for modified, change in ((publication.modified, "updated"), (publication.issued, "created")):
        graph = described(replace(publication, modified=modified))
        records = set(graph.subjects(RDF.type, DCAT.CatalogRecord))
        assert {short(graph.value(node, ADMS.status)) for node in records} == {change}


@pytest.mark.parametrize(("right", "wrong", "code"), [
    ("[helse-og-omsorg]", "[helse]", "los-theme-unknown"),
    ("6.1 62.1 6.3 62.2", "6.3 62.1 6.1 62.2", "bbox-malformed"),
    ("6.1 62.1 6.3 62.2", "6,1 62,1 6,3 62,2", "bbox-malformed"),
    ("centroid: 6.2 62.15", "centroid: 6.2", "centroid-malformed"),
    ("centroid: 6.2 62.15", "centroid: 62.15 186.2", "centroid-malformed"),
    ("iri: https://example.org/place/lillevik", "iri: lillevik", "address-malformed"),
    ("label: {nb: Lillevik kommune, en: Lillevik municipality}\n    bbox", "bbox", "key-missing"),
])
def test_what_the_catalogue_needs_is_refused_at_its_line(tiny: Path, right: str, wrong: str, code: str) -> None:
    file = tiny / "publication.yaml"
    before = file.read_text("utf-8")
    assert right in before
    file.write_text(before.replace(right, wrong), "utf-8")
    errors = sources.read(tiny).errors
    assert [(error.code, Path(error.mark.file).name) for error in errors] == [(code, "publication.yaml")]
    line = before[: before.index(right)].count("\n") + 1
    assert abs(errors[0].mark.line - line) <= 1
