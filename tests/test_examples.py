"""The worked example queries: each answers what it says, over any publication, and is served as SHACL describes it."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyoxigraph as ox
import pytest
from rdflib import Graph

from delmaal import formats
from delmaal.languages import CATALOGUES
from delmaal.protocols.sparql.examples import FOLDER, GROUPS, examples, read_example
from delmaal.protocols.sparql.snippets import declared, form_of, snippets_for
from delmaal.release import Release
from delmaal.terms import PREFIXES
from offered import JSON, asked, command_of

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
SH, RDFS = PREFIXES["sh"], PREFIXES["rdfs"]

TRONDHEIM: dict[str, tuple[int, str]] = {
    "ask_complete_labels": (1, "true"),
    "build_theme_graph": (300, "Bedre helse"),
    "compare_areas": (4, "Gamle Trondheim kommune"),
    "compare_percentages": (30, "300 meter"),
    "compare_periods": (4, "1.6"),
    "count_links_by_basis": (2, "131"),
    "count_links_by_goal": (17, "Utrydde fattigdom"),
    "count_statistics_by_theme": (14, "Inkluderende samfunn"),
    "count_targets_by_theme": (14, "15"),
    "describe_dataset": (40, "https://w3id.org/delmaal/ns#Theme"),
    "explain_missing_observations": (3, "uten bestemt tall"),
    "filter_years": (18, "2015-12-31"),
    "find_conflicting_links": (8, "Grønn mobilitet"),
    "find_shared_documents": (40, "Digital transformasjon"),
    "find_shared_targets": (50, "12.8"),
    "find_unaddressed_targets": (86, "http://metadata.un.org/sdg/1.1"),
    "list_areas": (6, "tidligere kommune"),
    "list_document_periods": (15, "2009-01-01"),
    "list_documents": (56, "strategi"),
    "list_downloads": (18, "/data/all.nt"),
    "list_figures_by_source": (111, "linje"),
    "list_links_with_evidence": (150, "tekst og kode"),
    "list_observations_by_dimension": (76, "alle kjønn"),
    "list_projections": (19, "framskriving"),
    "list_sources": (10, "Levekårsundersøkelsen"),
    "list_statistics": (111, "prosent"),
    "list_themes": (14, "Bedre helse"),
    "list_uncertain_statistics": (30, "sannsynlig"),
    "map_areas": (1, "POINT(10.43 63.34)"),
    "match_indicators_with_un": (12, "http://metadata.un.org/sdg/C120501"),
    "rank_targets_by_themes": (80, "12.8"),
    "trace_theme_to_source": (30, "#line="),
}
"""For each example, how many rows it has over Trondheim's publication at least, and something that stands in them."""


def rows_of(answer: httpx.Response) -> int:
    """Rows, triples, or the one truth of an answer."""
    if not answer.headers["content-type"].startswith(JSON):
        return len(answer.text.splitlines())
    content = answer.json()
    return 1 if "boolean" in content else len(content["results"]["bindings"])


def test_there_are_twenty_and_each_is_expected_something_of() -> None:
    assert len(examples()) >= 20
    assert set(TRONDHEIM) == set(examples()) == {path.stem for path in FOLDER.glob("*.rq")}
    assert {each.group for each in examples().values()} == set(GROUPS)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name) for name in examples()), "named verb_noun"


@pytest.mark.parametrize("name", sorted(examples()))
def test_it_answers_over_trondheim(trondheim_server: httpx.Client, name: str) -> None:
    answer = asked(trondheim_server, examples()[name].query)
    assert answer.status_code == 200, answer.text
    least, stands = TRONDHEIM[name]
    assert rows_of(answer) >= least
    text = answer.text if answer.headers["content-type"].startswith(JSON) else _plain(answer.text)
    assert stands in text


def _plain(triples: str) -> str:
    return "\n".join(quad.object.value for quad in ox.parse(triples, format=ox.RdfFormat.N_TRIPLES)
                     if isinstance(quad.object, ox.Literal))


@pytest.mark.parametrize("name", sorted(examples()))
def test_it_is_general(tiny_server: httpx.Client, name: str) -> None:
    example = examples()[name]
    assert asked(tiny_server, example.query).status_code == 200
    said = " ".join([*example.title.values(), *example.answers.values(), example.query]).lower()
    assert "trondheim" not in said


@pytest.mark.parametrize("name", [name for name, each in sorted(examples().items()) if "?language" in each.query
                                  and form_of(each.query) == "SELECT"])
def test_an_english_reader_gets_english(trondheim_server: httpx.Client, name: str) -> None:
    answer = asked(trondheim_server, examples()[name].spoken("en")).json()
    found = {value.get("xml:lang") for row in answer["results"]["bindings"] for value in row.values()}
    assert "en" in found
    assert "nb" not in found - _printed(name)


def _printed(name: str) -> set[str]:
    """The wording of a source is in the language that it was printed in."""
    return {"nb"} if name == "list_links_with_evidence" else set()


def test_a_header_that_lacks_a_line_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "list_things.rq"
    file.write_text("# title@nb: Ting\n# title@en: Things\n\nSELECT * {}\n")
    with pytest.raises(ValueError, match="answers@nb"):
        read_example(file)


@pytest.mark.parametrize("name", sorted(examples()))
def test_it_is_an_executable_of_shacl(trondheim_server: httpx.Client, trondheim_release: Release, name: str) -> None:
    answer = trondheim_server.get(f"/sparql/examples/{name}", headers={"Accept": "text/turtle"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    store: Any = ox.Store()
    store.load(answer.content, format=ox.RdfFormat.TURTLE)
    iri = ox.NamedNode(f"{trondheim_release.base}sparql/examples/{name}")
    kinds = {quad.object.value.removeprefix(SH) for quad in store.quads_for_pattern(iri, ox.NamedNode(
        PREFIXES["rdf"] + "type"), None)}
    form = form_of(examples()[name].query)
    assert kinds == {"SPARQLExecutable", f"SPARQL{form.capitalize()}Executable"}
    texts = [quad.object.value for quad in store.quads_for_pattern(iri, ox.NamedNode(SH + form.lower()), None)]
    assert texts == [examples()[name].query]
    declared = {prefix.value: namespace.value for prefix, namespace in store.query(
        "SELECT ?prefix ?namespace { ?query sh:prefixes/sh:declare [ sh:prefix ?prefix ; sh:namespace ?namespace ] }",
        prefixes=PREFIXES)}
    assert declared == dict(re.findall(r"^PREFIX ([\w-]+): <(.+)>$", texts[0], re.MULTILINE))
    nodes = {quad.subject for quad in store}
    assert not any(isinstance(node, ox.BlankNode) for node in nodes)
    for node in nodes:  # all has a name: a query in the languages of the data, a prefix in those of the product
        labels = {quad.object.language for quad in store.quads_for_pattern(node, ox.NamedNode(RDFS + "label"), None)}
        assert labels == (set(CATALOGUES) if "#prefix" in str(node) else {"nb", "en"}), node


def test_every_form_says_the_same(trondheim_server: httpx.Client) -> None:
    for path in ("/sparql/examples", "/sparql/examples/list_themes"):
        graphs = set()
        for row in formats.RDF_FORMATS:
            answer = trondheim_server.get(f"{path}.{row.suffix}")
            assert answer.headers["content-type"] == row.content_type
            negotiated = trondheim_server.get(path, headers={"Accept": row.media_type})
            assert negotiated.content == answer.content
            quads = ox.parse(io.BytesIO(answer.content), format=row.rdf)
            graphs.add(frozenset(str(ox.Triple(quad.subject, quad.predicate, quad.object)) for quad in quads))
        assert len(graphs) == 1
    whole = Graph().parse(data=trondheim_server.get("/sparql/examples.ttl").text, format="turtle")
    found: Any = whole.query("SELECT (COUNT(?e) AS ?n) { ?list dct:hasPart ?e . ?e a sh:SPARQLExecutable }",
                             initNs={"dct": PREFIXES["dct"], "sh": SH})
    assert int(next(iter(found))[0]) == len(examples())


def test_its_text_and_page_speak_the_readers_language(trondheim_server: httpx.Client) -> None:
    path = "/sparql/examples/list_themes"
    text = trondheim_server.get(f"{path}.rq", headers={"Accept-Language": "en"})
    assert text.headers["content-type"] == "application/sparql-query"
    assert 'VALUES ?language { "en" }' in text.text
    assert trondheim_server.get(f"{path}.rq?lang=nb").text == examples()["list_themes"].query
    page = trondheim_server.get(path, headers={"Accept": BROWSER, "Accept-Language": "en"})
    assert "<h1>The themes of the plan</h1>" in page.text
    assert page.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"
    links = re.findall(r'href="([^"]+)"', page.text)
    assert {f"{path}.ttl", f"{path}.rq"} <= set(links)


def test_what_there_is_none_of(trondheim_server: httpx.Client) -> None:
    for path, status in (("/sparql/examples/list_everything", 404), ("/sparql/examples.pdf", 404),
                         ("/sparql/examples/../../__init__.py", 404)):
        assert trondheim_server.get(path).status_code == status, path
    answer = trondheim_server.get("/sparql/examples/list_themes", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    page = trondheim_server.get("/sparql?example=list_everything", headers={"Accept": BROWSER})
    assert page.status_code == 404


def test_a_browser_gets_the_answer_as_a_page(trondheim_server: httpx.Client) -> None:
    query = examples()["list_themes"].query
    address = f"/sparql?query={quote(query)}"
    page = trondheim_server.get(address, headers={"Accept": BROWSER, "Accept-Language": "nb"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.text.count("<tr>") == 15
    assert 'href="/doc/theme/bedre-helse"' in page.text
    again = trondheim_server.get(address, headers={"Accept": BROWSER, "Accept-Language": "nb",
                                                   "If-None-Match": page.headers["etag"]})
    assert again.status_code == 304
    assert trondheim_server.get(f"{address}&format=csv", headers={"Accept": BROWSER}).text.startswith("theme,title")


@pytest.mark.parametrize("accept", ["*/*", "", JSON, f"text/html, {JSON}", "text/html;q=0.5, application/xml"])
def test_a_program_gets_the_answer_as_data(trondheim_server: httpx.Client, accept: str) -> None:
    answer = trondheim_server.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": accept})
    assert answer.headers["content-type"].startswith(("application/sparql-results+", "application/xml"))


def test_a_page_says_what_is_wrong_and_keeps_the_query(trondheim_server: httpx.Client) -> None:
    query = 'SELECT ?x { ?x ?y "<script>alert(1)</script>" '
    page = trondheim_server.get("/sparql", params={"query": query}, headers={"Accept": BROWSER})
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("query", "stands"), [
    ("ASK { ?s a delmaal:Theme }", "Ja, det finnes treff."),
    ("CONSTRUCT { ?s a ?o } WHERE { ?s a ?o } LIMIT 1", "rdf-syntax-ns#"),
    ("CONSTRUCT WHERE { ?s <urn:none> ?o }", '<pre class="text"'),
    ("SELECT * { ?s <urn:none> ?o }", "Spørringen gir ingen rader."),
    ("SELECT * { ?s ?p ?o } LIMIT 201", "De første 200 radene"),
    ('SELECT ("<b>fet</b>" AS ?x) ("javascript:alert(1)" AS ?y) (<javascript:alert(1)> AS ?z) {}', "&lt;b&gt;fet"),
    ("SELECT ?x {}", "1 rad"),
    ("SELECT (TRIPLE(<urn:s>, <urn:p>, 1) AS ?t) {}", "&lt;&lt; urn:s urn:p 1 &gt;&gt;"),
])
def test_every_kind_of_answer_is_shown(trondheim_server: httpx.Client, query: str, stands: str) -> None:
    page = trondheim_server.get("/sparql", params={"query": query, "lang": "nb"}, headers={"Accept": BROWSER})
    assert (page.status_code, stands in page.text) == (200, True), page.text[-4000:]
    assert 'href="javascript:' not in page.text


def test_completion_comes_from_the_release(trondheim_server: httpx.Client) -> None:
    found = trondheim_server.get("/sparql/completion.json").json()
    assert found["prefixes"] == PREFIXES
    classes = {term["name"]: term for term in found["classes"]}
    properties = {term["name"]: term for term in found["properties"]}
    assert classes["delmaal:Theme"]["count"] == 14
    assert classes["delmaal:Theme"]["label"] == {"nb": "tema", "en": "theme"}
    assert "samfunnsplan" in classes["delmaal:Theme"]["definition"]["nb"]
    assert properties["delmaal:addressedBy"]["count"] == 0, "of the ontology, not of the data"
    for name, query in (("classes", "SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{}> }}"),
                        ("properties", "SELECT (COUNT(*) AS ?n) {{ ?s <{}> ?o }}")):
        some = found[name][::9]
        for term in some:
            counted = asked(trondheim_server, query.format(term["iri"])).json()["results"]["bindings"][0]["n"]["value"]
            assert int(counted) >= term["count"] > -1
        assert [term["count"] for term in some] == sorted((term["count"] for term in some), reverse=True)


@pytest.mark.parametrize("name", ["count_targets_by_theme", "ask_complete_labels", "build_theme_graph"])
def test_the_programs_run(trondheim_server: httpx.Client, tmp_path: Path, name: str) -> None:
    """Each program of an example's page is run as it stands, but for the address of the endpoint."""
    page = trondheim_server.get(f"/sparql/examples/{name}?lang=en", headers={"Accept": BROWSER})
    query = examples()[name].spoken("en")
    programs = snippets_for(query, f"{trondheim_server.base_url}/sparql")
    expected = {"count_targets_by_theme": r"An inclusive society|14 rows x 3 columns",
                "ask_complete_labels": r"[Tt]rue",
                "build_theme_graph": r"\d triples|delmaal:addresses"}[name]
    run = 0
    for title, text in programs:
        assert f"<summary>{title}</summary>" in page.text
        command = command_of(title, text, tmp_path)
        if command is None:
            continue
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert re.search(expected, done.stdout), (title, done.stdout)
        run += 1
    assert run >= 2


@pytest.mark.parametrize(("query", "form"), [
    ("SELECT * {}", "SELECT"), ("# ask me\nCONSTRUCT WHERE {}", "CONSTRUCT"),
    ("PREFIX ask: <urn:ask>\nDESCRIBE ask:x", "DESCRIBE"),
    ('BASE <http://example.org/select#>\nASK { ?s ?p "CONSTRUCT" }', "ASK"), ("", "SELECT"),
])
def test_the_form_of_a_query(query: str, form: str) -> None:
    assert form_of(query) == form


@pytest.mark.parametrize(("query", "prefixes"), [
    ("SELECT * { ?t a delmaal:Theme }", {"delmaal"}),
    ("PREFIX delmaal: <urn:own#>\nSELECT * { ?t a delmaal:Theme ; skos:prefLabel ?l }", {"skos"}),
    ('SELECT ("skos:x" AS ?a) { <http://x/dct:y> ?dct "a\\"qb:b" } # sdg:1', set()),
    ("SELECT * { ?s ?p \"\"\"it's \"skos:x\" \"\"\" ; qb:dataSet ?d ; foaf:name ?n }", {"qb", "foaf"}),
    ("prefix  qb: <urn:q#> ASK { ?s qb:x unknown:y }", set()), ("", set())])
def test_what_leaves_declares_its_prefixes(query: str, prefixes: set[str]) -> None:
    found = declared(query, PREFIXES)
    assert found.endswith(query)
    assert set(re.findall(r"^PREFIX (\w+):", found.removesuffix(query), re.MULTILINE)) == prefixes
    assert declared(found, PREFIXES) == found


def test_every_query_that_is_shipped_declares_its_prefixes() -> None:
    for each in examples().values():
        assert declared(each.query, PREFIXES) == each.query, each.name


def test_quoted_queries_survive() -> None:
    """What Python and a shell read out of a program is the query that went in."""
    query = "SELECT ('''it's''' AS ?a) (\"\\\\n\" AS ?b) {}\nSPARQL\n# 'x' \\ \"\"\" {query} {mark}"
    for title, text in snippets_for(query, "http://localhost/sparql"):
        if title == "Python (SPARQLWrapper)":
            literal = re.search(r"setQuery\(('''.*''')\)", text, re.DOTALL)
            assert literal
            assert eval(literal[1]).strip() == query
        if title == "curl":
            script = f"curl() {{ cat; }}\n{text}"
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
            assert done.stdout.strip() == query
