"""What clients look for and are used to find: small statements, each of which somebody's program needs."""

from __future__ import annotations

import json
import re

import httpx
import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, OWL, SKOS, VOID, XSD

from delmaal.build.sdg import number_of

ODRS = Namespace("http://schema.theodi.org/odrs#")
QB = Namespace("http://purl.org/linked-data/cube#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SCHEMA = Namespace("http://schema.org/")
BASE = "https://w3id.org/delmaal/trondheim/"


def graph(client: httpx.Client, address: str) -> Graph:
    """What an address says, in Turtle."""
    answer = client.get(address, headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert answer.status_code == 200, address
    return Graph().parse(data=answer.text, format="turtle")


def test_rights_statements_have_both_classes(trondheim_server: httpx.Client) -> None:
    found = graph(trondheim_server, "/catalog")
    rights = set(found.objects(None, DCTERMS.rights))
    assert rights
    for node in rights:
        assert {DCTERMS.RightsStatement, ODRS.RightsStatement} <= set(found.objects(node, RDF.type))


def test_the_default_graph_says_how_many_statements_it_has(trondheim_server: httpx.Client) -> None:
    described = graph(trondheim_server, "/service-description")
    said = [int(str(value)) for node in described.objects(None, SD.defaultGraph)
            for value in described.objects(node, VOID.triples)]
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    counted = trondheim_server.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1]
    assert said == [int(counted)]
    void = graph(trondheim_server, "/.well-known/void")
    data = trondheim_server.get("/data/all.nt").text.count(" .\n")
    assert Literal(data, datatype=XSD.integer) in set(void.objects(None, VOID.triples))


def test_the_ontology_has_a_version_that_leads_somewhere(trondheim_server: httpx.Client) -> None:
    header = URIRef("https://w3id.org/delmaal/ns")
    found = graph(trondheim_server, "/ns")
    version = found.value(header, OWL.versionInfo)
    assert found.value(header, OWL.versionIRI) == URIRef(f"{header}/{version}")
    assert found.value(header, DCTERMS.creator)
    issued, modified = found.value(header, DCTERMS.issued), found.value(header, DCTERMS.modified)
    assert issued is not None
    assert modified is not None
    assert str(issued) <= str(modified)


def test_from_the_cube_to_its_dataset_and_back(trondheim_server: httpx.Client) -> None:
    cube, dataset = URIRef(f"{BASE}id/cube/statistics"), URIRef(f"{BASE}id/dataset/statistics")
    found = graph(trondheim_server, "/doc/cube/statistics")
    assert (cube, RDF.type, QB.DataSet) in found
    assert (cube, DCTERMS.isPartOf, dataset) in found
    assert (cube, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")) in found
    assert (dataset, DCTERMS.hasPart, cube) in graph(trondheim_server, "/doc/dataset/statistics")
    assert not list(graph(trondheim_server, "/catalog").subjects(RDF.type, QB.DataSet)), "no cube leaks to harvesters"


def test_search_engines_are_told_what_is_measured(trondheim_server: httpx.Client) -> None:
    page = trondheim_server.get("/doc/dataset/statistics?lang=nb", headers={"Accept": "text/html"}).text
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert script
    variables = json.loads(script[1])["variableMeasured"]
    query = "SELECT (COUNT(*) AS ?n) { ?i a delmaal:Indicator }"
    counted = trondheim_server.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1]
    assert len(variables) == int(counted)
    assert all(each["name"] and each["propertyID"].startswith(BASE) for each in variables)
    assert sum("unitText" in each for each in variables) > len(variables) / 2


def test_pages_of_a_description_lead_on_in_words_that_engines_follow(trondheim_server: httpx.Client) -> None:
    address, seen, number = "/doc/cube/statistics", set(), 0
    while address and number < 50:
        found = graph(trondheim_server, address)
        seen |= set(found.subjects(QB.dataSet, URIRef(f"{BASE}id/cube/statistics")))
        onward = set(found.objects(None, HYDRA.next))
        assert onward == set(found.objects(None, SCHEMA.nextItem))
        address = str(onward.pop()).removeprefix(BASE.rstrip("/")) if onward else ""
        number += 1
    query = "SELECT (COUNT(*) AS ?n) { ?o qb:dataSet ?cube }"
    counted = trondheim_server.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1]
    assert len(seen) == int(counted)


@pytest.mark.parametrize(("code", "number"), [("C010201", "1.2.1"), ("C100201", "10.2.1"), ("C120501", "12.5.1"),
                                              ("C030b02", "3.b.2"), ("C170702", "17.7.2")])
def test_the_number_of_a_un_indicator(code: str, number: str) -> None:
    assert number_of(code) == number


def test_matched_un_indicators_are_described(trondheim_server: httpx.Client) -> None:
    query = "SELECT DISTINCT ?un { ?i a delmaal:Indicator ; skos:closeMatch|skos:relatedMatch ?un }"
    rows = trondheim_server.get("/sparql", params={"query": query, "format": "csv"}).text.split()[1:]
    assert len(rows) >= 8
    for iri in rows:
        found = graph(trondheim_server, f"/doc?iri={iri}")
        node = URIRef(iri)
        number = str(found.value(node, DCTERMS.identifier))
        assert re.fullmatch(r"\d+\.[0-9a-d]+\.\d+", number), iri
        labels = found.objects(node, URIRef("https://w3id.org/delmaal/ns#shortLabel"))
        assert {label.language for label in labels if isinstance(label, Literal)} == {"nb", "en"}, number
        assert found.value(node, SKOS.prefLabel)
        page = trondheim_server.get(f"/doc?iri={iri}&lang=en", headers={"Accept": "text/html"}).text
        assert number in page
