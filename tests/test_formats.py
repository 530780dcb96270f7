"""The names by which formats are asked for: what clients send is known, and what is not known is said."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
import rdflib

from delmaal.reading.releases import Releases
from delmaal.release import Shelf
from delmaal.serving.application import create_app
from delmaal.serving.forms import FORMS
from delmaal.settings import load

SELECT = "SELECT ?x { VALUES ?x { 1 } }"
CONSTRUCT = "CONSTRUCT { <urn:a> <urn:b> <urn:c> } {}"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
@pytest.mark.parametrize("parameter", ["format", "output"])
@pytest.mark.parametrize(("name", "query", "expected"), [
    ("json", SELECT, "application/sparql-results+json"), ("srj", SELECT, "application/sparql-results+json"),
    ("application/sparql-results+json", SELECT, "application/sparql-results+json"), ("CSV", SELECT, "text/csv"),
    ("text/csv", SELECT, "text/csv"), ("xml", SELECT, "application/sparql-results+xml"), ("tsv", SELECT, "text/tab-"),
    ("ttl", CONSTRUCT, "text/turtle"), ("turtle", CONSTRUCT, "text/turtle"), ("json", CONSTRUCT, "application/ld+json"),
    ("nt", CONSTRUCT, "application/n-triples"), ("application/rdf+xml", CONSTRUCT, "application/rdf+xml"),
    ("text/n3", CONSTRUCT, "text/turtle")])
def test_a_format_is_had_by_each_of_its_names(tiny_server: httpx.Client, accept: str, parameter: str, name: str,
                                              query: str, expected: str) -> None:
    answer = tiny_server.get("/sparql", params={"query": query, parameter: name}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(expected)


@pytest.mark.parametrize("name", ["xlsx", "nonsense", "application/vnd.ms-excel", "j son", "-"])
@pytest.mark.parametrize("query", [SELECT, CONSTRUCT, "ASK {}"])
def test_an_unknown_format_is_said_with_those_that_there_are(tiny_server: httpx.Client, name: str, query: str) -> None:
    for answer in (tiny_server.get("/sparql", params={"query": query, "format": name}),
                   tiny_server.post("/sparql", data={"query": query, "format": name})):
        assert answer.status_code == 400
        assert answer.json()["type"].endswith("#format-unknown")
        for known in ("csv", "text/turtle", "application/sparql-results+json"):
            assert known in answer.json()["detail"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
@pytest.mark.parametrize(("query", "name", "had"), [
    (SELECT, "ttl", "text/csv"), ("ASK {}", "application/n-triples", "text/csv"),
    (CONSTRUCT, "csv", "text/turtle"), (CONSTRUCT, "tsv", "text/turtle"), (CONSTRUCT, "srx", "text/turtle")])
def test_a_format_that_an_answer_cannot_have_is_not_replaced_by_another(tiny_server: httpx.Client, accept: str,
                                                                       query: str, name: str, had: str) -> None:
    """Whoever reads a graph as a table would read something."""
    for answer in (tiny_server.get("/sparql", params={"query": query, "format": name}, headers={"Accept": accept}),
                   tiny_server.post("/sparql", data={"query": query, "format": name}, headers={"Accept": accept})):
        assert answer.status_code == 406
        assert "format-unacceptable" in answer.text
        assert had in answer.text


@pytest.mark.parametrize(("accept", "expected"), [
    ("text/n3", "text/n3"), ("text/rdf+n3", "text/turtle"), ("application/n3", "text/turtle"),
    ("application/turtle", "text/turtle"), ("text/rdf+turtle", "text/turtle"),
    ("application/x-json+ld", "application/ld+json"), ("application/x-ntriples", "application/n-triples"),
    ("text/x-nquads", "application/n-quads")])
@pytest.mark.parametrize("address", ["/ns", "/doc/theme/god-helse"])
def test_older_names_are_known(tiny_server: httpx.Client, accept: str, expected: str, address: str) -> None:
    answer = tiny_server.get(address, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(expected)


DESCRIPTIONS = ["/doc/theme/god-helse", "/doc?iri=https://example.org/lillevik/id/theme/god-helse", "/ns", "/catalog",
                "/service-description", "/.well-known/void"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*", "image/png"])
@pytest.mark.parametrize("address", DESCRIPTIONS)
def test_an_address_names_the_format_of_a_description(tiny_server: httpx.Client, address: str, accept: str) -> None:
    """By `format` or `output`, whatever Accept says; an unknown one is said with those that there are."""
    for name, expected in (("ttl", "text/turtle"), ("application/ld+json", "application/ld+json"),
                           ("text/n3", "text/turtle"), ("nt", "application/n-triples")):
        for parameter in ("format", "output"):
            address_of = httpx.URL(address).copy_merge_params({parameter: name})
            answer = tiny_server.get(str(address_of), headers={"Accept": accept})
            assert answer.status_code == 200, (name, answer.text)
            assert answer.headers["content-type"].startswith(expected)
    wrong = tiny_server.get(str(httpx.URL(address).copy_merge_params({"format": "xlsx"})), headers={"Accept": "*/*"})
    assert (wrong.status_code, wrong.json()["type"].rpartition("#")[2]) == (400, "format-unknown")
    assert "text/turtle" in wrong.json()["detail"]


@pytest.mark.parametrize("accept", ["text/turtle", "application/ld+json", "application/rdf+xml",
                                    "text/turtle, text/html;q=0.9"])
def test_the_home_page_leads_programs_to_the_catalogue(tiny_server: httpx.Client, accept: str) -> None:
    """It is what `void:uriSpace` and `foaf:homepage` name: who wants data gets some; rdflib reads it."""
    led = tiny_server.get("/", headers={"Accept": accept})
    assert (led.status_code, led.headers["location"], led.headers["vary"]) == (303, "/catalog", "Accept")
    found = rdflib.Graph().parse(str(tiny_server.base_url))
    assert (None, rdflib.RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Catalog")) in found


@pytest.mark.parametrize("address", ["/", "/matrix", "/problems"])
def test_a_page_is_for_who_reads_pages(tiny_server: httpx.Client, address: str) -> None:
    for accept in (BROWSER, "*/*", "text/html"):
        answer = tiny_server.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, "text/html")
        assert "Accept" in answer.headers["vary"].split(", ")
    refused = tiny_server.get(address, headers={"Accept": "image/png"})
    assert refused.status_code == 406
    assert "text/html" in refused.json()["available"]


@pytest.mark.parametrize("address", ["/catalog", "/service-description", "/.well-known/void"])
def test_a_reader_of_metadata_gets_a_page(tiny_server: httpx.Client, address: str) -> None:
    for accept in (BROWSER, "text/html"):
        led = tiny_server.get(address, headers={"Accept": accept})
        assert (led.status_code, led.headers["vary"]) == (303, "Accept")
        page = tiny_server.get(led.headers["location"], headers={"Accept": accept})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert tiny_server.get(address).headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize("kind", ["doc", "id"])
def test_a_slash_too_many_leads_to_the_address_without_it(tiny_server: httpx.Client, kind: str) -> None:
    led = tiny_server.get(f"/{kind}/theme/god-helse/?lang=en")
    assert (led.status_code, led.headers["location"]) == (301, f"/{kind}/theme/god-helse?lang=en")
    assert tiny_server.get(f"/{kind}/theme/nothing/").status_code == 404


ADDRESSES = [*DESCRIPTIONS, "/", "/matrix", "/problems", "/shapes", "/cite", "/feed", "/release", "/search?q=helse",
             "/void.ttl", "/catalog.ttl", "/observations.csv?cube=cube/statistics", "/sparql", "/sparql/examples",
             "/openapi.json", "/data/all.nt", "/data/statistics.csv", "/data/all.nt.gz", "/reconcile/nb",
             "/reconcile/nb/suggest/entity?prefix=g", "/reconcile/nb/properties?type=delmaal:Theme", "/sitemap.xml",
             "/opensearch.xml", "/health", "/ready", "/metrics"]


@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_address_says_which_formats_it_has(tiny_server: httpx.Client, address: str, accept: str) -> None:
    for parameter in ("format", "output", "_format"):
        wrong = tiny_server.get(str(httpx.URL(address).copy_merge_params({parameter: "nonsense"})),
                                headers={"Accept": accept})
        assert wrong.status_code == 400, wrong.text[:300]
        assert "format-unknown" in wrong.text
        assert "nonsense" in wrong.text


@pytest.mark.parametrize(("address", "status"), [
    ("/data/all.nt?format=nt", 200), ("/data/all.nt?format=ttl", 400), ("/data/statistics.csv?format=text/csv", 200),
    ("/data/statistics.csv?format=json", 400), ("/sitemap.xml?format=xml", 200), ("/ready?format=json", 200)])
def test_a_file_has_the_format_that_its_name_says(tiny_server: httpx.Client, address: str, status: int) -> None:
    answer = tiny_server.get(address)
    assert answer.status_code == status
    assert status != 200 or format_of(address) in answer.headers["content-type"]


@pytest.mark.parametrize("query", ["format=json", "lang=en", "format=ttl&lang=en", "x=%22%3E%3Cb&y=\"><b>"])
def test_what_was_asked_of_a_thing_is_asked_of_its_document(tiny_server: httpx.Client, query: str) -> None:
    led = tiny_server.get(f"/id/theme/god-helse?{query}")
    assert led.status_code == 303
    assert led.headers["location"] == f"../../doc/theme/god-helse?{str(httpx.URL(f'http://h/?{query}').query, 'ascii')}"
    assert "<b" not in led.text
    if "format=json" in query:
        found = tiny_server.get("/id/theme/god-helse?format=json", follow_redirects=True)
        assert found.headers["content-type"] == "application/ld+json"


def format_of(address: str) -> str:
    """What the type of an answer has to hold, where an address names a format."""
    return {"nt": "n-triples", "text/csv": "text/csv", "xml": "xml", "json": "json"}[address.partition("format=")[2]]


FORMLESS = {"resources.thing", "queries.endpoint", "history.within_release", "assets.static", "assets.asset",
            "pages.brand"}
"""Views that lead on, ask another view, or send a file of the software's or the publisher's."""


def test_every_view_says_which_formats_it_has() -> None:
    """So that none ignores the one that an address names."""
    app = create_app(load({}, {}), Releases(Shelf(Path("none"))))
    assert {rule.endpoint for rule in app.url_map.iter_rules()} - set(FORMS) == FORMLESS


@pytest.mark.parametrize("address", [*ADDRESSES, "/id/theme/god-helse", "/sparql?query=ASK%20{}", "/reconcile"])
def test_jsonp_is_refused_at_every_address(tiny_server: httpx.Client, address: str) -> None:
    wrong = tiny_server.get(str(httpx.URL(address).copy_merge_params({"callback": "read"})))
    assert wrong.status_code == 400, wrong.text[:300]
    assert wrong.json()["type"].endswith("#jsonp-unavailable")


@pytest.mark.parametrize(("address", "near"), [
    ("/catalogue", "/catalog"), ("/katalog", "/catalog"), ("/ns.ttl", "/ns?format=ttl"), ("/Matrix", "/matrix"),
    ("/void", "/.well-known/void"), ("/dataset", "/catalog"), ("/nowhere", None)])
def test_an_unknown_address_names_the_one_that_was_meant(tiny_server: httpx.Client, address: str,
                                                         near: str | None) -> None:
    answer = tiny_server.get(address)
    assert (answer.status_code, answer.json().get("near")) == (404, near)
    assert answer.json()["type"].endswith("#address-unknown")
    page = tiny_server.get(address, headers={"Accept": BROWSER, "Accept-Language": "nb"})
    assert page.status_code == 404
    assert near is None or f'Mente du <a href="{near}">' in page.text


@pytest.mark.parametrize(("accept", "address", "sent"), [
    ("text/plain", "/doc/theme/god-helse", "text/plain; charset=utf-8"),
    ("application/json", "/doc/theme/god-helse", "application/json"),
    ("text/xml", "/doc/theme/god-helse", "text/xml; charset=utf-8"),
    ("text/n3", "/catalog", "text/n3; charset=utf-8"),
    ("application/json", "/sparql?query=ASK%20{}", "application/json"),
    ("application/json, */*;q=0.1", "/sparql?query=ASK%20{}", "application/sparql-results+json"),
    ("application/xml", "/sparql?query=ASK%20{}", "application/xml"),
    ("application/sparql-results+json, application/json", "/sparql?query=ASK%20{}", "application/sparql-results+json"),
    ("application/json", "/doc/theme/god-helse.jsonld", "application/ld+json"),
    ("*/*", "/doc/theme/god-helse", "text/turtle; charset=utf-8"),
])
def test_an_answer_is_called_what_its_client_takes(tiny_server: httpx.Client, accept: str, address: str,
                                                   sent: str) -> None:
    for _ in range(3):  # made, kept, from the cache
        answer = tiny_server.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, sent)


@pytest.mark.parametrize(("address", "place"), [
    ("/id", "/"), ("/data", "/release/"), ("/id/theme", "ns%23Theme"), ("/doc/statistic/", "ns%23Statistic"),
    ("/id/nothing", None), ("/doc/document", "ns%23GoverningDocument"), ("/doc/area", "Location"),
])
def test_what_stands_before_things_leads_to_a_list(tiny_server: httpx.Client, address: str, place: str | None) -> None:
    answer = tiny_server.get(address)
    assert answer.status_code == (404 if place is None else 303), answer.text
    if place is not None:
        assert place in answer.headers["location"]
        listed = tiny_server.get(answer.headers["location"], headers={"Accept": BROWSER})
        assert listed.status_code == 200
        assert re.search(r'href="[^"]*/(doc|data)/', listed.text)
