"""VoID and the service description against the store that they describe."""

from __future__ import annotations

from collections import Counter

import pytest
from pyoxigraph import RdfFormat, Store
from rdflib import DCTERMS, FOAF, RDF, VOID, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from delmaal.describe.authorities import format_iri
from delmaal.describe.dumps import GROUPS
from delmaal.describe.void import LINKSETS
from delmaal.formats import RDF_FORMATS, RESULT_FORMATS
from delmaal.release import Release
from delmaal.statements import PARTS

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")


@pytest.fixture(params=["tiny_release", "trondheim_release"], scope="session")
def release(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="session")
def void(release: Release) -> Graph:
    return Graph().parse(release.folder / "metadata" / "void.ttl")


@pytest.fixture(scope="session")
def service(release: Release) -> Graph:
    return Graph().parse(release.folder / "metadata" / "service.ttl")


@pytest.fixture(scope="session")
def data(release: Release) -> Store:
    """A store with the data and nothing else, as somebody has it who loads the dump."""
    store = Store()
    store.bulk_load(path=str(release.folder / "data" / "all.nt"), format=RdfFormat.N_TRIPLES)
    return store


def number(graph: Graph, node: Node | None, predicate: URIRef) -> int:
    values = list(graph.objects(node, predicate))
    assert len(values) == 1, f"{node} {predicate} {values}"
    return int(str(values[0]))


def count(store: Store, pattern: str, what: str = "*") -> int:
    """The answer to SELECT (COUNT(what) AS ?n) { pattern }."""
    rows = list(store.query(f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}"))  # type: ignore[arg-type]
    return int(rows[0]["n"].value)


def head(release: Release) -> URIRef:
    return URIRef(f"{release.base}id/void/data")


def test_the_totals_are_the_stores(void: Graph, data: Store, release: Release) -> None:
    node = head(release)
    assert number(void, node, VOID.triples) == count(data, "?s ?p ?o")
    assert number(void, node, VOID.distinctSubjects) == count(data, "?s ?p ?o", "DISTINCT ?s")
    assert number(void, node, VOID.distinctObjects) == count(data, "?s ?p ?o", "DISTINCT ?o")
    assert number(void, node, VOID.classes) == count(data, "?s a ?c", "DISTINCT ?c")
    assert number(void, node, VOID.properties) == count(data, "?s ?p ?o", "DISTINCT ?p")
    things = f'?s ?p ?o FILTER(STRSTARTS(STR(?s), "{release.base}id/"))'
    assert number(void, node, VOID.entities) == count(data, things, "DISTINCT ?s")


def test_the_data_in_the_release_store_are_the_dump(data: Store, release: Release) -> None:
    """The counts cover the data; the store that is queried holds these and the metadata."""
    store = Store.read_only(str(release.folder / "store"))
    assert all(quad in store for quad in data)


def test_the_partitions_are_the_stores(void: Graph, data: Store, release: Release) -> None:
    node = head(release)
    classes = {
        str(void.value(part, VOID["class"])): number(void, part, VOID.entities)
        for part in void.objects(node, VOID.classPartition)
    }
    properties = {
        str(void.value(part, VOID.property)): number(void, part, VOID.triples)
        for part in void.objects(node, VOID.propertyPartition)
    }
    assert classes == groups(data, "SELECT ?x (COUNT(DISTINCT ?s) AS ?n) { ?s a ?x } GROUP BY ?x")
    assert properties == groups(data, "SELECT ?x (COUNT(*) AS ?n) { ?s ?x ?o } GROUP BY ?x")
    assert len(classes) == number(void, node, VOID.classes)
    assert len(properties) == number(void, node, VOID.properties)


def groups(store: Store, query: str) -> dict[str, int]:
    return {row["x"].value: int(row["n"].value) for row in store.query(query)}  # type: ignore[union-attr]


def test_the_linksets_are_the_stores(void: Graph, data: Store, release: Release) -> None:
    """Every namespace that our things link to has its linkset, with the number of links in all and by predicate."""
    linksets = {str(void.value(void.value(node, VOID.objectsTarget), VOID.uriSpace)): node
                for node in void.subjects(RDF.type, VOID.Linkset)}
    for target in LINKSETS.values():
        links = (f"?s ?x ?o FILTER(STRSTARTS(STR(?s), '{release.base}') && STRSTARTS(STR(?o), '{target.space}') "
                 "&& ISIRI(?o) && ?x != <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>)")
        by_predicate = groups(data, f"SELECT ?x (COUNT(*) AS ?n) {{ {links} }} GROUP BY ?x")
        linkset = linksets.get(target.space)
        if linkset is None:
            assert by_predicate == {}
            continue
        assert number(void, linkset, VOID.triples) == sum(by_predicate.values())
        assert {str(node) for node in void.objects(linkset, VOID.linkPredicate)} == set(by_predicate)
        assert by_predicate == {
            str(void.value(part, VOID.property)): number(void, part, VOID.triples)
            for part in void.objects(linkset, VOID.propertyPartition)
        }
        assert void.value(linkset, VOID.subjectsTarget) == head(release)
        assert (head(release), VOID.subset, linkset) in void


def test_trondheim_links_to_the_five(trondheim_release: Release) -> None:
    void = Graph().parse(trondheim_release.folder / "metadata" / "void.ttl")
    slugs = {str(node).rpartition("linkset-")[2] for node in void.subjects(RDF.type, VOID.Linkset)}
    assert {"un-sdg", "los", "eu-tables", "geonorge", "wikidata"} <= slugs


def test_the_dumps_are_there_and_have_their_counts(void: Graph, release: Release) -> None:
    tables = (".csv",)  # no RDF, and so no void:dataDump
    files = {file.name for file in (release.folder / "data").iterdir() if file.suffix not in (".gz", ".zst", *tables)}
    dumps = {str(url).removeprefix(f"{release.base}data/") for url in void.objects(None, VOID.dataDump)}
    assert dumps == files
    whole = {str(url).rpartition("/")[2] for url in void.objects(head(release), VOID.dataDump)}
    assert whole == {"all.nt", "graphs.nq"}
    for group in GROUPS:
        subset = URIRef(f"{release.base}id/void/{group}")
        assert (head(release), VOID.subset, subset) in void
        lines = (release.folder / "data" / f"{group}.nt").read_bytes().splitlines()
        assert number(void, subset, VOID.triples) == len(lines)


def test_void_names_itself_and_an_example(void: Graph, data: Store, release: Release) -> None:
    page = URIRef(f"{release.base}.well-known/void")
    assert (page, RDF.type, VOID.DatasetDescription) in void
    assert void.value(page, FOAF.primaryTopic) == head(release)
    for example in void.objects(head(release), VOID.exampleResource):
        assert count(data, f"<{example}> ?p ?o")
    assert {str(node) for node in void.objects(head(release), VOID.feature)} == {format_iri(row) for row in RDF_FORMATS}
    for node in {page, head(release), *void.objects(None, VOID.subset), *void.objects(None, VOID.objectsTarget)}:
        titles = [title.language for title in void.objects(node, DCTERMS.title) if isinstance(title, Literal)]
        assert Counter(titles) == {"nb": 1, "en": 1}


def test_the_service_names_the_graphs_of_the_store(service: Graph, release: Release) -> None:
    store = Store.read_only(str(release.folder / "store"))
    inside = {graph.value for graph in store.named_graphs()}
    named = [str(service.value(node, SD.name)) for node in service.objects(None, SD.namedGraph)]
    assert sorted(named) == sorted(inside)
    for graph in inside:
        size = service.value(URIRef(graph), VOID.triples)
        if not PARTS[graph.rpartition("/")[2]].metadata:
            assert int(str(size)) == count(store, f"GRAPH <{graph}> {{ ?s ?p ?o }}")


def test_the_service_lists_the_formats(service: Graph) -> None:
    rows = [format_iri(row) for row in (*RDF_FORMATS, *RESULT_FORMATS)]
    assert len(set(rows)) == len(rows)
    node = service.value(None, RDF.type, SD.Service)
    assert sorted(str(iri) for iri in service.objects(node, SD.resultFormat)) == sorted(rows)


def test_the_service_has_one_endpoint(service: Graph, release: Release) -> None:
    own = service.value(None, RDF.type, SD.Service)
    assert {str(node): str(found) for node, found in service.subject_objects(SD.endpoint)} == dict.fromkeys(
        (str(own), f"{release.base}sparql", f"{release.base}service-description"), f"{release.base}sparql")
    dataset = service.value(None, SD.defaultDataset)
    default = service.value(dataset, SD.defaultGraph)
    texts = [text.language for text in service.objects(default, DCTERMS.description) if isinstance(text, Literal)]
    assert Counter(texts) == {"nb": 1, "en": 1}
