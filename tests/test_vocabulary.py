"""The pages of the vocabulary say what the Turtle says: every term, every shape, every error, in both languages.

The HTML is parsed by a parser that refuses what is no HTML; every link and every anchor is followed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, unquote, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5rdf  # type: ignore[import-untyped]  # it has no stubs
import httpx
import pytest
import yaml
from flask.testing import FlaskClient
from rdflib import Graph, Literal, URIRef
from rdflib.compare import to_isomorphic
from rdflib.namespace import DCTERMS, OWL, RDF, RDFS, SH, SKOS, Namespace

from conftest import REFERENCE, ROOT, TINY, needs_reference
from delmaal.describe.authorities import AUTHORITIES
from delmaal.publish import publish
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from delmaal.site.vocabulary.diagram import WIDTH, Box, Field, draw
from delmaal.site.vocabulary.problems import COLUMNS, homes, sections
from delmaal.site.vocabulary.words import WORDS
from delmaal.terms import PREFIXES

NS = Namespace("https://w3id.org/delmaal/ns#")
SHAPES = Namespace("https://w3id.org/delmaal/shapes#")
LANGUAGES = ("nb", "en")
HTML = {"Accept": "text/html"}
XHTML = "{http://www.w3.org/1999/xhtml}"


@cache
def turtle(folder: str) -> Graph:
    """All Turtle files of a folder of the product."""
    graph = Graph()
    for path in sorted((ROOT / folder).glob("*.ttl")):
        graph.parse(path)
    return graph


def terms() -> list[URIRef]:
    return sorted(s for s in turtle("ontology").subjects(RDFS.isDefinedBy, None) if isinstance(s, URIRef))


def codes() -> list[str]:
    """The shapes that find something."""
    graph = turtle("shapes")
    return sorted(str(s).removeprefix(SHAPES) for s in set(graph.subjects(SH.severity, None))
                  if (s, SH.message, None) in graph)


def parts() -> list[str]:
    graph = turtle("shapes")
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    every = {str(s).removeprefix(SHAPES) for kind in kinds for s in graph.subjects(RDF.type, kind)}
    return sorted(every - set(codes()))


def text_in(graph: Graph, node: URIRef, predicate: URIRef, language: str) -> str:
    return next(str(o) for o in graph.objects(node, predicate) if isinstance(o, Literal) and o.language == language)


def parsed(body: str) -> Element:
    """A page as a tree; what is no HTML is an error."""
    parser = html5rdf.HTMLParser(tree=html5rdf.getTreeBuilder("etree"), strict=True)
    root: Element = parser.parse(body)
    return root


def words_of(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def by_id(root: Element) -> dict[str, Element]:
    """The elements by their anchors, of which there is one each."""
    found: dict[str, Element] = {}
    for element in root.iter():
        anchor = element.get("id")
        if anchor is not None:
            assert anchor not in found, f"two elements have the anchor {anchor}"
            found[anchor] = element
    return found


Fetch = Callable[[str], Element]


@pytest.fixture(scope="module")
def page(trondheim_server: httpx.Client) -> Fetch:
    """Fetches and parses a page, each once."""
    kept: dict[str, Element] = {}

    def fetch(path: str) -> Element:
        if path not in kept:
            answer = trondheim_server.get(path, headers=HTML)
            assert answer.status_code == 200, (path, answer.status_code, answer.text[:300])
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            kept[path] = parsed(answer.text)
        return kept[path]

    return fetch


# The ontology


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_term_is_on_the_page_in_both_languages(page: Fetch, language: str) -> None:
    root = page(f"/ns?lang={language}")
    assert root.get("lang") == language
    places = by_id(root)
    assert len(terms()) > 100
    for term in terms():
        shown = words_of(places[term.removeprefix(NS)])
        for spoken in LANGUAGES:
            name = SKOS.prefLabel if (term, SKOS.prefLabel, None) in turtle("ontology") else RDFS.label
            assert text_in(turtle("ontology"), term, name, spoken) in shown, f"{term} lacks its label in {spoken}"
            assert text_in(turtle("ontology"), term, SKOS.definition, spoken) in shown, term
        other = next(e for e in places[term.removeprefix(NS)].iter() if "v-other" in (e.get("class") or "").split())
        assert other.get("lang") != language, "the other language is marked"


def test_what_the_turtle_says_of_a_term_is_a_link_of_its_entry(page: Fetch) -> None:
    places = by_id(page("/ns?lang=en"))
    graph = turtle("ontology")
    lists = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    for predicate in (RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.inverseOf, OWL.disjointWith,
                      RDFS.seeAlso):
        for subject, value in graph.subject_objects(predicate):
            if str(subject).startswith(NS) and value not in lists:
                links = {e.get("href") for e in places[str(subject).removeprefix(NS)].iter(f"{XHTML}a")}
                ours = str(value).startswith(NS)
                wanted = f"/ns?lang=en#{str(value).removeprefix(NS)}" if ours else str(value)
                assert wanted in links, (subject, predicate, value)


def test_a_class_names_the_shapes_that_check_it_and_a_property_too(page: Fetch) -> None:
    places = by_id(page("/ns?lang=nb"))
    checked = 0
    for relation in (SH.targetClass, SH.path):
        for shape, value in turtle("shapes").subject_objects(relation):
            if str(value).startswith(NS) and str(shape).removeprefix(SHAPES) in codes():
                code = str(shape).removeprefix(SHAPES)
                links = {e.get("href") for e in places[str(value).removeprefix(NS)].iter(f"{XHTML}a")}
                assert f"/shapes/{code}?lang=nb" in links, (value, code)
                checked += 1
    assert checked > 150


def test_examples_are_of_the_release(page: Fetch, trondheim_release: Release, trondheim_server: httpx.Client) -> None:
    """What a class shows as examples are things of it; what a property shows are statements with it."""
    places = by_id(page("/ns?lang=nb"))
    base = trondheim_release.base + "id/"
    for name in ("Theme", "TargetLink", "Statistic", "GoverningDocument", "Mention", "PrintedCode", "Indicator"):
        things = [e.get("href") for e in _examples(places[name]) if e.tag == f"{XHTML}a"]
        assert len(things) == 3, name
        for href in things:
            assert href is not None
            path = urlsplit(href).path
            answer = trondheim_server.get(path + ".nt").text
            thing = base + path.removeprefix("/doc/")
            assert f"<{thing}> <{RDF.type}> <{NS[name]}> ." in answer, (name, href)
    for name in ("addresses", "inTheme", "kind", "textForm", "printedValue"):
        first = _examples(places[name])[0].get("href")
        assert first is not None
        thing = base + urlsplit(first).path.removeprefix("/doc/")
        said = trondheim_server.get(urlsplit(first).path + ".nt").text
        assert f"<{thing}> <{NS[name]}> " in said, name


def _examples(entry: Element) -> list[Element]:
    lists = [e for e in entry.iter(f"{XHTML}ul") if e.get("class") == "v-examples"]
    return [link for each in lists for item in each for link in list(item.iter(f"{XHTML}a"))[:1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_diagram_names_every_class(page: Fetch, language: str) -> None:
    root = page(f"/ns?lang={language}")
    svg = next(e for e in root.iter("{http://www.w3.org/2000/svg}svg") if e.get("class") == "v-diagram")
    boxes = [e for e in svg.iter() if (e.get("class") or "").startswith("v-box ")]
    named = {" ".join(words_of(t) for t in box.iter() if t.get("class") == "v-class") for box in boxes}
    graph = turtle("ontology")
    classes = [t for t in terms() if (t, RDF.type, OWL.Class) in graph]
    assert len(classes) == 24
    for each in classes:
        assert text_in(graph, each, RDFS.label, language) in named, each
    assert len(named) == len(boxes)
    described = [by_id(root)[name] for name in (svg.get("aria-labelledby") or "").split()]
    assert all(words_of(each) for each in described)
    table = next(e for e in root.iter(f"{XHTML}details") if e.get("class") == "v-alternative")
    heads = {words_of(e) for e in table.iter(f"{XHTML}th")}
    assert named <= heads, "what the picture shows is in the table"
    arrows = [e for e in svg.iter() if e.get("class") == "v-head"]
    assert len(arrows) > 15


def test_the_page_of_one_term_says_what_leads_to_it(page: Fetch) -> None:
    root = page("/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23Basis&lang=en")
    shown = words_of(root)
    assert text_in(turtle("ontology"), NS.Basis, SKOS.definition, "en") in shown
    codes_of = list(turtle("ontology").subjects(RDF.type, NS.Basis))
    assert len(codes_of) == 4
    links = {e.get("href") for e in root.iter(f"{XHTML}a")}
    assert {f"/ns?lang=en#{str(code).removeprefix(NS)}" for code in codes_of} <= links
    statistic = page("/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fns%23Statistic&lang=nb")
    following = next(e.get("href") for e in statistic.iter(f"{XHTML}a") if e.get("rel") == "next")
    assert following is not None
    assert "page=2" in following
    assert page(following) is not None
    foreign = page("/doc?iri=http%3A%2F%2Fpurl.org%2Fdc%2Fterms%2FLocation&lang=nb")
    assert "/shapes/area-part-of?lang=nb" in {e.get("href") for e in foreign.iter(f"{XHTML}a")}


def test_the_iri_of_a_shape_is_its_help_page_too(page: Fetch) -> None:
    found = page("/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2Fshapes%23theme-position&lang=nb")
    assert text_in(turtle("shapes"), SHAPES["theme-position"], NS.fix, "nb") in words_of(found)


def test_data_of_the_ontology_stay_data(trondheim_server: httpx.Client) -> None:
    answer = trondheim_server.get("/ns", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=answer.text)
    ontology = URIRef("https://w3id.org/delmaal/ns")
    assert (ontology, RDF.type, OWL.Ontology) in graph
    whole = Graph().parse(Path(__file__).parent.parent / "ontology" / "delmaal.ttl")
    assert set(whole.subjects()) - {each for each in whole.subjects() if not str(each).startswith(ontology)} \
        == set(graph.subjects())
    assert {triple for triple in whole if triple[0] == NS.Theme} <= set(graph)
    for kind, name in (("application/rdf+xml", "xml"), ("application/ld+json", "json-ld"),
                       ("application/n-triples", "nt")):
        other = trondheim_server.get("/ns", headers={"Accept": kind}).text
        assert set(Graph().parse(data=other, format=name)) == set(graph)


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_of_others_are_counted_and_named_in_the_language(
        page: Fetch, trondheim_release: Release, language: str) -> None:
    root = page(f"/ns?lang={language}")
    rows = [row for table in root.iter(f"{XHTML}table") if table.get("class") == "v-foreign"
            for row in table.iter(f"{XHTML}tr") if row.find(f"{XHTML}td") is not None]
    shown = {words_of(row[0]): (words_of(row[1]), int(words_of(row[3]))) for row in rows}
    counted: dict[str, int] = {}
    own = (str(NS), trondheim_release.base)
    for line in (trondheim_release.folder / "data" / "all.nt").read_text("utf-8").splitlines():
        _, predicate, rest = line.split(" ", 2)
        for iri in (predicate[1:-1], rest[1:-3] if predicate == f"<{RDF.type}>" else ""):
            if iri and not iri.startswith(own):
                counted[iri] = counted.get(iri, 0) + 1
    assert len(shown) == len(counted)
    for row in rows:
        link = row[0].find(f"{XHTML}a")
        assert link is not None
        label, total = shown[words_of(row[0])]
        assert counted[link.get("href") or ""] == total
        assert label, f"{words_of(row[0])} has no label: add one to ontology/others.ttl"
        assert not [e for e in row.iter() if e.get("lang")], f"{words_of(row[0])} has no label in {language}"


def test_labels_of_others_are_in_both_languages_and_said_once() -> None:
    graph = turtle("ontology")
    for subject in {s for s in graph.subjects() if not str(s).startswith(NS)}:
        labels = [o.language for p in (RDFS.label, SKOS.prefLabel) for o in graph.objects(subject, p)
                  if isinstance(o, Literal)]
        assert sorted(map(str, labels)) in (["en", "nb"], ["en", "en", "nb", "nb"]), subject


# The shapes


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_index_has_every_shape_with_its_severity_and_message(page: Fetch, language: str) -> None:
    places = by_id(page(f"/shapes?lang={language}"))
    for code in codes():
        shown = words_of(places[code])
        assert text_in(turtle("shapes"), SHAPES[code], SH.message, language) in shown
        severity = str(turtle("shapes").value(SHAPES[code], SH.severity)).rpartition("#")[2]
        assert WORDS.say(severity, language) in shown
    assert set(parts()) <= set(places)


def test_every_shape_has_its_help_page(trondheim_server: httpx.Client) -> None:
    """The page of each language in turn; what it says is said in both."""
    graph = turtle("shapes")
    for number, code in enumerate(codes()):
        language = LANGUAGES[number % 2]
        answer = trondheim_server.get(f"/shapes/{code}?lang={language}", headers=HTML)
        root = parsed(answer.text)
        assert root.get("lang") == language
        shown = words_of(root)
        for predicate in (SH.message, NS.problem, NS.why, NS.fix):
            for spoken in LANGUAGES:
                assert re.sub(r"\s+", " ", text_in(graph, SHAPES[code], predicate, spoken)) in shown, (code, predicate)
        assert list(root.iter(f"{XHTML}mark")), f"{code} shows no line that makes its mistake"
        assert not _forbidden(root)


def test_the_turtle_on_a_page_is_the_shape(trondheim_server: httpx.Client) -> None:
    head = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in PREFIXES.items())
    head += f"@base <{SHAPES.removesuffix('#')}> .\n"
    for code in codes()[::7]:
        root = parsed(trondheim_server.get(f"/shapes/{code}?lang=en", headers=HTML).text)
        blocks = [e for e in root.iter(f"{XHTML}pre") if not list(e.iter(f"{XHTML}mark"))]
        snippet = Graph()
        for block in blocks:
            text = "".join(block.itertext())
            if " a sh:" in text:
                snippet.parse(data=head + text, format="turtle")
        assert (SHAPES[code], SH.message, None) in snippet
        for subject in set(snippet.subjects()):
            assert set(snippet.predicate_objects(subject)) == set(turtle("shapes").predicate_objects(subject)), code


def test_a_part_has_a_page_that_leads_to_its_shapes(page: Fetch) -> None:
    for code in parts():
        links = {e.get("href") for e in page(f"/shapes/{code}?lang=nb").iter(f"{XHTML}a")}
        users = {str(s).removeprefix(SHAPES) for s in turtle("shapes").subjects(None, SHAPES[code])}
        assert users, f"{code} is used by nothing"
        assert {f"/shapes/{user}?lang=nb" for user in users} <= links


SUFFIXES = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "nt": "nt", "nq": "nquads", "trig": "trig"}


def test_all_shapes_are_had_as_a_graph(trondheim_server: httpx.Client) -> None:
    whole = to_isomorphic(turtle("shapes"))
    for suffix in ("ttl", "rdf", "nt"):
        answer = trondheim_server.get(f"/shapes.{suffix}")
        assert answer.status_code == 200
        assert to_isomorphic(Graph().parse(data=answer.text, format=SUFFIXES[suffix])) == whole


@pytest.mark.parametrize(("accept", "kind"), [
    ("text/turtle", "text/turtle"), ("application/ld+json", "application/ld+json"), ("text/html", "text/html"),
    ("application/rdf+xml;q=0.5, text/html;q=0.4", "application/rdf+xml"), ("", "text/turtle"),
])
def test_negotiation(trondheim_server: httpx.Client, accept: str, kind: str) -> None:
    for path in ("/shapes", "/shapes/theme-position"):
        answer = trondheim_server.get(path, headers={"Accept": accept})
        assert answer.headers["content-type"].partition(";")[0] == kind
        assert {"accept", "accept-language"} <= {name.strip().lower() for name in answer.headers["vary"].split(",")}
        location = answer.headers["content-location"]
        assert trondheim_server.get(location).content == answer.content
        again = trondheim_server.get(path, headers={"Accept": accept, "If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304


def test_a_shape_comes_with_what_it_is_made_of(trondheim_server: httpx.Client) -> None:
    graph = Graph().parse(data=trondheim_server.get("/shapes/theme-subject-missing.ttl").text)
    assert (SHAPES["theme-subject-missing"], SH.qualifiedValueShape, SHAPES["los-concept"]) in graph
    assert (SHAPES["los-concept"], SH.pattern, None) in graph


@pytest.mark.parametrize(("path", "accept", "status"), [
    ("/shapes/no-such-shape", "text/turtle", 404), ("/shapes/a/b", "text/html", 404), ("/shapes.xyz", "*/*", 404),
    ("/shapes", "image/png", 406), ("/shapes/theme-position", "image/png", 406),
    ("/shapes/%3Cscript%3E", "text/html", 404),
])
def test_what_there_is_not(trondheim_server: httpx.Client, path: str, accept: str, status: int) -> None:
    answer = trondheim_server.get(path, headers={"Accept": accept})
    assert answer.status_code == status
    assert "<script>" not in answer.text


# The errors


def test_the_documents_agree() -> None:
    """The same codes, exit codes and statuses in both languages; each code has one home."""
    def told(language: str) -> list[list[tuple[tuple[str, ...], str]]]:
        return [sorted((row.codes, row.exit or re.sub(r"\D", "", row.status)) for row in section.rows)
                for section in sections(language)]

    texts = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("errors.md", "errors.nb.md")}
    for name, text in texts.items():
        for head in re.findall(r"^\|(.*)\|\n\|[-| ]+\|$", text, re.MULTILINE):
            assert {cell.strip().lower() for cell in head.split("|")} <= set(COLUMNS), f"{name}: {head}"
    found = {name: set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`", text)) for name, text in texts.items()}
    assert found["errors.md"] - found["errors.nb.md"] == set(), "translate these in docs/errors.nb.md"
    for nb, en in zip(told("nb"), told("en"), strict=True):
        assert nb == en
    assert [row for section in sections("nb") for row in section.rows if row.language != "nb"] == []
    assert set(homes("nb")) == set(homes("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_documented_code_has_its_anchor(page: Fetch, language: str) -> None:
    places = by_id(page(f"/problems?lang={language}"))
    told = {code for section in sections("en") for row in section.rows for code in row.codes}
    assert len(told) > 100
    assert told <= set(places)


REFUSED = [("/nowhere", "*/*"), ("/doc", "*/*"), ("/id/nothing", "*/*"), ("/shapes", "image/png"),
           ("/data/none", "*/*"), ("/sparql?query=x", "*/*"), ("/doc?iri=x&format=y", "*/*"),
           ("/sparql?query=ASK%7B%7D", "image/png")]


def rewritten(iri: str) -> str:
    """Where w3id.org sends the IRI of a term, shape or problem (test_w3id.py runs its rules); what stands after #
    stays."""
    assert re.match(r"https://w3id\.org/delmaal/(ns|problems|shapes(/[a-z0-9.-]+)?)(#|\Z)", iri), iri
    return iri.removeprefix("https://w3id.org/delmaal")


def test_an_iri_lands_on_its_anchor(page: Fetch, trondheim_server: httpx.Client) -> None:
    """Of a term, a shape, and whatever the server gave as the type of a problem."""
    problems = []
    for path, accept in REFUSED:
        problem = trondheim_server.get(path, headers={"Accept": accept}).json()
        problems.append(problem["type"])
        browser = trondheim_server.get(path, headers={"Accept": "text/html"})
        if browser.status_code >= 400 and not path.startswith("/sparql"):  # which shows the failure beside the query
            links = [e.get("href") or "" for e in parsed(browser.text).iter(f"{XHTML}a")]
            assert any(link.startswith("/problems?") for link in links), path
    iris = [*terms(), *(SHAPES[code] for code in codes()), *problems]
    for iri in iris:
        path, _, fragment = rewritten(str(iri)).partition("#")
        assert fragment in by_id(page(path)), iri
    assert len(set(problems)) > 5
    own = rewritten("https://w3id.org/delmaal/shapes/theme-position")
    assert "theme-position" in words_of(page(own))


# Every page


PAGES = ("/ns", "/shapes", "/problems", "/shapes/theme-position", "/shapes/dataset-observation-incomplete",
         "/shapes/los-concept", "/shapes/dataset-observation-incomplete-query")


def _forbidden(root: Element) -> list[str]:
    """What the Content-Security-Policy would refuse."""
    return [e.tag for e in root.iter() if isinstance(e.tag, str) and (
        e.get("style") is not None or e.tag in (f"{XHTML}style",)
        or (e.tag == f"{XHTML}script" and not e.get("src")) or any(name.startswith("on") for name in e.keys()))]  # noqa: SIM118  # an element is no mapping


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_html_with_one_heading_a_switch_and_its_data(page: Fetch, path: str, language: str) -> None:
    root = page(f"{path}?lang={language}")
    by_id(root)
    assert not _forbidden(root)
    assert len(list(root.iter(f"{XHTML}h1"))) == 1
    levels = [int(e.tag[-1]) for e in root.iter() if isinstance(e.tag, str) and re.fullmatch(rf"{XHTML}h[1-6]", e.tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels
    other = "en" if language == "nb" else "nb"
    switches = [urlsplit(e.get("href") or "") for e in root.iter(f"{XHTML}a") if e.get("hreflang") == other]
    assert any(each.path == path and parse_qs(each.query)["lang"] == [other] for each in switches)
    if path != "/problems":
        assert [e for e in root.iter(f"{XHTML}link") if e.get("rel") == "alternate"]


def test_every_link_and_anchor_resolves(page: Fetch, trondheim_server: httpx.Client) -> None:
    wanted: dict[str, set[str]] = {}
    for start in [f"{path}?lang={language}" for path in PAGES for language in LANGUAGES]:
        for element in page(start).iter(f"{XHTML}a"):
            href = element.get("href") or ""
            if urlsplit(href).scheme:
                assert urlsplit(href).scheme in ("http", "https"), href
                continue
            target, _, fragment = urljoin(f"http://x{start}", href).removeprefix("http://x").partition("#")
            wanted.setdefault(target, set()).add(unquote(fragment))
    assert len(wanted) > 300
    for target, fragments in sorted(wanted.items()):
        if any(fragments):
            missing = (fragments - {""}) - set(by_id(page(target)))
            assert not missing, (target, missing)
        else:
            answer = trondheim_server.get(target, headers=HTML, follow_redirects=True)
            assert answer.status_code == 200, (target, answer.status_code)


# What others call their topics


def topics_of(folder: Path) -> Graph:
    graph = Graph()
    for line in (folder / "data" / "themes.nt").read_text("utf-8").splitlines():
        if "psi.norge.no/los/" in line or "authority/data-theme/" in line:
            graph.parse(data=line, format="nt")
    return graph


def test_every_topic_of_a_theme_is_called_something_in_both_languages(trondheim_release: Release) -> None:
    graph = topics_of(trondheim_release.folder)
    topics = {o for p in (DCTERMS.subject, SKOS.broadMatch) for o in graph.objects(None, p)}
    assert len(topics) > 40
    for topic in topics:
        assert sorted(str(o.language) for o in graph.objects(topic, SKOS.prefLabel) if isinstance(o, Literal)) == [
            "en", "nb"], f"{topic} has no name: add it to data/codes/topics.yaml"
    named = set(graph.subjects(SKOS.prefLabel, None))
    assert named == topics, "only what is used is named"


def test_the_catalogue_and_the_data_call_a_topic_the_same() -> None:
    named = {item["iri"]: item["label"] for item in
             yaml.safe_load((ROOT / "data" / "codes" / "topics.yaml").read_text("utf-8"))}
    shared = set(named) & set(AUTHORITIES)
    assert len(shared) > 20
    for iri in shared:
        assert named[iri] == dict(AUTHORITIES[iri].label.items()), iri


@needs_reference
def test_topics_are_called_what_their_owners_call_them() -> None:
    los = Graph().parse(REFERENCE / "vocabularies" / "los-with-fdk-triples.ttl")
    los.parse(REFERENCE / "vocabularies" / "data-theme-sparql-result.ttl")
    for item in yaml.safe_load((ROOT / "data" / "codes" / "topics.yaml").read_text("utf-8")):
        for language, words in item["label"].items():
            official = {str(o).strip() for o in los.objects(URIRef(item["iri"]), SKOS.prefLabel)
                        if isinstance(o, Literal) and o.language == language}
            assert words in official, (item["iri"], language, official)


def test_a_publication_names_a_topic_of_its_own(tiny: Path) -> None:
    theme = tiny / "themes" / "god-helse.yaml"
    text = theme.read_text("utf-8")
    own = "https://psi.norge.no/los/ord/skredder"
    theme.write_text(re.sub(r"https://psi\.norge\.no/los/\S+?(?=[\]\s,])", own, text, count=1), "utf-8")
    assert own in theme.read_text("utf-8")
    (tiny / "topics.yaml").write_text(f"- iri: {own}\n  label: {{nb: Skredder, en: Tailor}}\n", "utf-8")
    release = publish(tiny, tiny.parent / "out").release
    said = topics_of(release.folder)
    assert {str(o) for o in said.objects(URIRef(own), SKOS.prefLabel)} == {"Skredder", "Tailor"}
    known = "https://psi.norge.no/los/tema/folkehelse"
    (tiny / "topics.yaml").write_text(f"- iri: {known}\n  label: {{nb: Noe annet, en: Something else}}\n", "utf-8")
    run = delmaal("validate", tiny)
    assert run.returncode == 1
    assert re.search(r"topics\.yaml:1:\d+ topic-duplicate: .*codes/topics\.yaml", run.stdout)


# What an editor of an ontology might write


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)> & \u202eabc \U0001F30D'


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A release whose ontology has a hostile term, a term with one language, one with neither, and a long one."""
    folder = tmp_path_factory.mktemp("hostile")
    ontology = Path(shutil.copytree(ROOT / "ontology", folder / "ontology"))
    (ontology / "hostile.ttl").write_text(f"""
        @prefix delmaal: <{NS}> . @prefix owl: <{OWL}> . @prefix rdfs: <{RDFS}> . @prefix skos: <{SKOS}> .
        delmaal:Hostile a owl:Class ; rdfs:isDefinedBy <https://w3id.org/delmaal/ns> ;
            rdfs:label {Literal(HOSTILE).n3()}@nb ; rdfs:seeAlso <javascript:alert(3)> ;
            skos:definition {Literal(HOSTILE).n3()}@en , {Literal(HOSTILE).n3()}@nb .
        delmaal:OnlyEnglish a owl:Class ; rdfs:isDefinedBy <https://w3id.org/delmaal/ns> ;
            rdfs:label "only English"@en .
        delmaal:nameless a owl:ObjectProperty ; rdfs:isDefinedBy <https://w3id.org/delmaal/ns> ;
            rdfs:domain delmaal:Hostile ; rdfs:range delmaal:Hostile .
        delmaal:long a owl:ObjectProperty ; rdfs:isDefinedBy <https://w3id.org/delmaal/ns> ;
            rdfs:label "{'lang ' * 2000}slutt"@nb , "{'x' * 10000}"@en ; rdfs:domain delmaal:Hostile ;
            rdfs:range delmaal:OnlyEnglish .
    """, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delmaal.build.files.share", lambda part: folder / part if part == "ontology" else ROOT / part)
        release = publish(TINY, folder / "out").release
    return create_app(load({}), Releases(Shelf(release.folder.parent.parent))).test_client()


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_labels_are_text(hostile: FlaskClient, language: str) -> None:
    for path in (f"/ns?lang={language}", f"/shapes?lang={language}", f"/shapes/theme-position?lang={language}"):
        answer = hostile.get(path, headers=HTML)
        assert answer.status_code == 200
        root = parsed(answer.text)
        assert not _forbidden(root)
        assert not [e for e in root.iter() if e.get("src") == "x" or "javascript:" in (e.get("href") or "")]
    places = by_id(parsed(hostile.get(f"/ns?lang={language}", headers=HTML).text))
    assert "<script>alert(1)</script>" in words_of(places["Hostile"])
    assert "only English" in words_of(places["OnlyEnglish"])
    assert "nameless" in words_of(places["nameless"])
    assert len(words_of(places["long"])) > 9000


def test_the_diagram_holds_what_it_is_given() -> None:
    """A ring, a class that leads to itself, to several layers on, to nothing; no box on another."""
    fields = [Field("to b", "b"), Field("to d", "d"), Field("itself", "a"), Field("gone", "z")]
    boxes = [Box("a", "A", "#", fields=fields),
             Box("b", "B " * 40, "#", "⊂ X", [Field("to c", "c"), Field("back", "a")]),
             Box("c", "C", "", fields=[Field("word " * 20, "d")]), Box("d", "D" * 90, "#"), Box("alone", "Alone", "#")]
    lists = [Box(f"l{n}", f"L{n}", "#", fields=[Field(f"code {i}") for i in range(n)]) for n in range(7)]
    drawn = draw(boxes, lists)
    assert len(drawn.arrows) == 5
    assert {box.name for box in drawn.boxes} == {box.name for box in (*boxes, *lists)}
    for one in drawn.boxes:
        assert 0 <= one.x <= drawn.width - WIDTH
        assert -0.01 <= one.y <= drawn.height - one.height + 0.01
        for other in drawn.boxes:
            if one is not other and one.x == other.x:
                assert one.y + one.height <= other.y or other.y + other.height <= one.y, (one.name, other.name)
    by_name = {box.name: box for box in drawn.boxes}
    assert by_name["a"].x < by_name["b"].x < by_name["c"].x < by_name["d"].x
    assert draw([], []).height == 0


# The command line


def delmaal(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    ours = ("NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run([sys.executable, "-m", "delmaal", *map(str, arguments)], capture_output=True, text=True,
                          check=False, env={**kept, "COLUMNS": "200", **environment})


def test_findings_carry_the_address_of_their_help(tiny: Path) -> None:
    agents, theme = tiny / "agents.yaml", tiny / "themes" / "ren-energi.yaml"
    agents.write_text(agents.read_text("utf-8").replace("https://", "x://", 1), "utf-8")
    agents.write_text(agents.read_text("utf-8") + "  nonsense: true\n", "utf-8")
    theme.write_text(theme.read_text("utf-8").replace("number: 2", "number: 1"), "utf-8")
    rows = json.loads(delmaal("validate", tiny, "--format", "json").stdout)
    assert rows
    for row in rows:
        space = "shapes" if row["code"] in codes() else "problems"
        assert row["help"] == f"https://w3id.org/delmaal/{space}#{row['code']}"
        assert row["code"] in codes() or row["code"] in homes("en")
    linked = delmaal("validate", tiny, FORCE_COLOR="1", TERM="xterm-256color").stdout
    assert f";{rows[0]['help']}\x1b\\" in linked, "a terminal that knows links gets one"


@pytest.mark.parametrize(("code", "language"), [("theme-position", "nb"), ("yaml-tab", "en"), ("query-too-slow", "nb")])
def test_an_error_is_explained_without_a_server(code: str, language: str) -> None:
    run = delmaal("explain", code, "--language", language)
    assert run.returncode == 0, run.stderr
    assert run.stdout.rstrip().endswith(f"#{code}")
    if code in codes():
        for predicate in (NS.problem, NS.why, NS.fix):
            assert text_in(turtle("shapes"), SHAPES[code], predicate, language) in run.stdout


def test_an_unknown_code_is_told_the_nearest() -> None:
    run = delmaal("explain", "theme-positon")
    assert run.returncode == 2
    assert "theme-position" in run.stderr
