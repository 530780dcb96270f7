"""Real stores in place of the embedded engine: `oxigraph serve`, and Virtuoso 7 where it is installed.

Each is filled by `delmaal push`, is asked the list of `questions`, and says what the embedded engine says, in every
format byte for byte, but for the faults that docs/engines.md lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pyoxigraph as ox
import pytest

from alike import Found, meaning
from conftest import ROOT, TINY, free_port, serving
from delmaal import formats
from delmaal.engine.embedded import open_store
from delmaal.engine.push import Push, store_of
from delmaal.engine.remote import Remote, remote_of
from delmaal.engine.rewrites import REWRITES
from delmaal.errors import DelmaalError, EngineBroken, EngineCut, EngineTooSlow, EngineUnfilled
from delmaal.keeper import Request
from delmaal.keeper.evaluation import evaluate
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import Settings, load
from questions import BASE, FAULTS, NONE_FOUND, QUESTIONS, Fault
from stores import needs_virtuoso, oxigraph, virtuoso

DEFAULT_GRAPH = "urn:delmaal:default"
OXIGRAPH, VIRTUOSO = "oxigraph serve", "Virtuoso 7"


class Filled(NamedTuple):
    """A store that holds the tiny release: its name in FAULTS, and the settings by which it is asked and filled."""

    name: str
    settings: Settings


def settings_of(kind: str, address: str) -> Settings:
    """The settings for a store of this kind, as docs/engines.md gives them."""
    if kind == VIRTUOSO:
        return load({"engine_url": f"{address}/sparql", "engine_default_graph": DEFAULT_GRAPH,
                     "engine_store_url": f"{address.replace('//', '//dba:dba@')}/sparql-graph-crud-auth"}, {})
    return load({"engine_url": f"{address}/query", "engine_store_url": f"{address}/store"}, {})


def push(release: Release, settings: Settings, notes: Path, limit: int = 1_000) -> Push:
    """Fill a store; the push, when it is done."""
    done = Push(release.folder, store_of(release.folder, settings), remote_of(release.folder, settings, 120), notes,
                limit=limit)
    done.run()
    return done


@pytest.fixture(scope="module")
def filled_oxigraph(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    with oxigraph() as address:
        settings = settings_of(OXIGRAPH, address)
        push(tiny_release, settings, tmp_path_factory.mktemp("notes"))
        yield Filled(OXIGRAPH, settings)


@pytest.fixture(scope="module")
def filled_virtuoso(tiny_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    folder = tmp_path_factory.mktemp("virtuoso")
    with virtuoso(folder / "store") as address:
        settings = settings_of(VIRTUOSO, address)
        push(tiny_release, settings, folder / "notes")
        yield Filled(VIRTUOSO, settings)


@pytest.fixture(params=[OXIGRAPH, pytest.param(VIRTUOSO, marks=needs_virtuoso)])
def filled(request: pytest.FixtureRequest) -> Filled:
    """Each store in turn."""
    store: Filled = request.getfixturevalue("filled_oxigraph" if request.param == OXIGRAPH else "filled_virtuoso")
    return store


@pytest.fixture(scope="module")
def embedded(tiny_release: Release) -> Callable[[str, str, str], bytes]:
    """The embedded engine, asked as a child of the keeper asks it."""
    store = open_store(tiny_release.folder)

    def ask(query: str, results: str, graph: str) -> bytes:
        request = Request(str(tiny_release.folder), query, f"{BASE}sparql", results=results, graph=graph)
        return bytes(evaluate(store, request, 1 << 28)[1])

    return ask


# The same answers


def test_the_list_is_long_and_finds_something(embedded: Callable[[str, str, str], bytes]) -> None:
    assert len(QUESTIONS) >= 100
    for name, query in QUESTIONS.items():
        found = meaning(query, embedded(query, "sparql-json", "n-triples"))
        some = found if isinstance(found, bool) else len(found) > (0 if isinstance(found, frozenset) else 1)
        assert some is (name not in NONE_FOUND), name


def test_each_store_says_what_the_embedded_engine_says(
    filled: Filled, tiny_release: Release, embedded: Callable[[str, str, str], bytes],
) -> None:
    """But for its own faults, each of which it really has."""
    remote = remote_of(tiny_release.folder, filled.settings)
    faults = {fault.question for fault in FAULTS[filled.name]}
    different = {}
    for name, query in QUESTIONS.items():
        expected = meaning(query, embedded(query, "sparql-json", "n-triples"))
        try:
            body = remote.ask(query, results="sparql-json", graph="n-triples", base=f"{BASE}sparql")[1]
            found: Found | str = meaning(query, body)
        except DelmaalError as error:
            found = str(error)
        if found != expected:
            different[name] = found
    assert {name: found for name, found in different.items() if name not in faults} == {}
    assert faults - set(different) == set(), "mended by the store: take it off the table"


IN_ORDER = {
    "SELECT": "SELECT ?s ?l ?v ?c ?d { { ?s a delmaal:Theme ; skos:prefLabel ?l } "
              "UNION { ?s sdmx-measure:obsValue ?v } UNION { ?s delmaal:conflict ?c } "
              "UNION { ?s dcat:endDate ?d } } ORDER BY ?s LANG(?l) ?v ?d",
    "SELECT of none": "SELECT ?s ?o { ?s a <urn:nothing> ; ?p ?o }",
    "ASK yes": "ASK { ?t a delmaal:Theme }",
    "ASK no": "ASK { ?t a <urn:nothing> }",
    "CONSTRUCT": f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{BASE}graph/themes> {{ ?s ?p ?o }} }}",
    "CONSTRUCT of values": "CONSTRUCT { ?s <urn:v> ?v ; delmaal:conflict ?c } "
                           "{ { ?s sdmx-measure:obsValue ?v } UNION { ?s delmaal:conflict ?c } }",
    "CONSTRUCT of none": "CONSTRUCT { ?s ?p ?o } { ?s a <urn:nothing> ; ?p ?o }",
    "DESCRIBE": "DESCRIBE <id/theme/ren-energi>",
}
"""Queries whose answers have one order, and so one writing."""


def same_bytes(filled: Filled, form: str) -> bool:
    """Whether the store's own idea of a description is ours."""
    return form != "DESCRIBE" or filled.name == OXIGRAPH


@pytest.mark.parametrize("form", IN_ORDER)
def test_each_form_is_the_same_bytes_in_each_format(
    filled: Filled, tiny_release: Release, embedded: Callable[[str, str, str], bytes], form: str,
) -> None:
    if not same_bytes(filled, form):
        pytest.skip("SPARQL leaves open what a description is")
    remote = remote_of(tiny_release.folder, filled.settings)
    graph = form.startswith(("CONSTRUCT", "DESCRIBE"))
    for row in formats.RDF_FORMATS if graph else formats.RESULT_FORMATS:
        names = ("sparql-json", row.name) if graph else (row.name, "turtle")
        kind, body = remote.ask(IN_ORDER[form], (), (), *names, base=f"{BASE}sparql")
        assert kind == row.name
        assert body == embedded(IN_ORDER[form], *names), row.name


def test_over_http_every_form_and_format_is_that_of_the_embedded_engine(
    filled: Filled, tiny_release: Release, tiny_server: httpx.Client, shelves: Path,
) -> None:
    """Through the front, and through Flask alone."""
    flask = create_app(filled.settings, Releases(Shelf(shelves / "tiny"))).test_client()
    environment = {"DELMAAL_ENGINE_URL": filled.settings.engine_url,
                   "DELMAAL_ENGINE_DEFAULT_GRAPH": filled.settings.engine_default_graph}
    with serving(TINY, shelves, **environment) as front:
        assert front.get("/ready").text == f"release {tiny_release.id}\n"
        for form, query in IN_ORDER.items():
            if not same_bytes(filled, form):
                continue
            graph = form.startswith(("CONSTRUCT", "DESCRIBE"))
            for row in formats.RDF_FORMATS if graph else formats.RESULT_FORMATS:
                accept = {"Accept": row.media_type}
                own = tiny_server.get("/sparql", params={"query": query}, headers=accept)
                theirs = front.get("/sparql", params={"query": query}, headers=accept)
                plain = flask.post("/sparql", data={"query": query}, headers=accept)
                assert (own.status_code, theirs.status_code, plain.status_code) == (200, 200, 200), (form, theirs.text)
                assert own.headers["content-type"] == theirs.headers["content-type"] == plain.headers["Content-Type"]
                assert own.content == theirs.content == plain.data, (form, row.name)


def test_what_a_client_sends_beside_the_query_does_not_reach_the_store(filled_oxigraph: Filled, shelves: Path) -> None:
    flask = create_app(filled_oxigraph.settings, Releases(Shelf(shelves / "tiny"))).test_client()
    fields = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "timeout": "1", "maxrows": "1", "debug": "on",
              "should-sponge": "grab-all", "using-graph-uri": "http://10.0.0.1/", "default-graph-uri": f"{BASE}graph/x"}
    assert flask.get("/sparql", query_string=fields).status_code == 400
    del fields["default-graph-uri"], fields["using-graph-uri"]
    whole = flask.get("/sparql", query_string={"query": fields["query"]}).get_json()
    assert flask.get("/sparql", query_string=fields).get_json() == whole


# Virtuoso's limits


@needs_virtuoso
@pytest.mark.long
def test_a_store_that_cuts_is_refused_and_never_served(tiny_release: Release, tmp_path: Path) -> None:
    """A limit of rows, as Debian sets one: a SELECT says that it was cut, a CONSTRUCT does not."""
    with virtuoso(tmp_path / "store", "ResultSetMaxRows = 12000") as address:
        settings = settings_of(VIRTUOSO, address)
        remote = remote_of(tiny_release.folder, settings)
        with pytest.raises(EngineCut, match="gives 12,000 results of a SELECT"):
            push(tiny_release, settings, tmp_path / "notes", limit=100_000)
        with pytest.raises(EngineUnfilled):
            remote.ask("ASK {}")
        push(tiny_release, settings, tmp_path / "notes", limit=1_000)  # as if the limit had been set afterwards
        many = "?a ?b ?c . ?d a delmaal:Theme . ?d ?e ?f"
        for query in (f"SELECT ?a {{ {many} }}", f"CONSTRUCT {{ ?a <urn:x> ?f }} {{ {many} }}"):
            with pytest.raises(EngineCut):
                remote.ask(query)
        assert len(json.loads(remote.ask("SELECT ?s { ?s ?p ?o } LIMIT 9999")[1])["results"]["bindings"]) == 9_999
        with pytest.raises(EngineCut):
            push(tiny_release, settings, tmp_path / "notes", limit=100_000)
        remote_of.cache_clear()
        with pytest.raises(EngineUnfilled):
            remote_of(tiny_release.folder, settings).ask("ASK {}")


@needs_virtuoso
def test_an_anytime_answer_is_no_answer(filled_virtuoso: Filled, tiny_release: Release) -> None:
    heavy = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
    url = f"{filled_virtuoso.settings.engine_url}?timeout=1000"
    remote = Remote(url, 60, default_graph=DEFAULT_GRAPH)
    with pytest.raises(EngineTooSlow):
        remote.ask(f"SELECT (COUNT(*) AS ?n) {{ {heavy} }}")
    assert tiny_release.id in str(remote_of(tiny_release.folder, filled_virtuoso.settings).ask(
        "SELECT ?r { ?r a prov:Entity }")[1])


@needs_virtuoso
def test_a_wrong_password_is_said_and_changes_nothing(filled_virtuoso: Filled, tiny_release: Release,
                                                      tmp_path: Path) -> None:
    url = filled_virtuoso.settings.engine_store_url.replace("dba:dba", "dba:wrong")
    settings = load({"engine_url": filled_virtuoso.settings.engine_url, "engine_store_url": url,
                     "engine_default_graph": DEFAULT_GRAPH}, {})
    with pytest.raises(EngineBroken, match="give a user who may do so") as caught:
        push(tiny_release, settings, tmp_path)
    assert "wrong" not in str(caught.value)
    assert remote_of(tiny_release.folder, filled_virtuoso.settings).holds_release()


# Down


def test_readiness_says_that_the_store_is_away(shelves: Path, tiny_release: Release) -> None:
    assert tiny_release.folder.is_dir()
    settings = load({"engine_url": f"http://127.0.0.1:{free_port()}/query"}, {})
    client = create_app(settings, Releases(Shelf(shelves / "tiny"))).test_client()
    asked = client.get("/sparql", query_string={"query": "ASK {}"})
    assert (asked.status_code, asked.get_json()["type"].rpartition("#")[2]) == (502, "engine-unreachable")
    ready = client.get("/ready")
    assert (ready.status_code, ready.get_json()["type"].rpartition("#")[2]) == (503, "engine-unreachable")
    assert int(ready.headers["Retry-After"]) > 0
    assert client.get("/health").status_code == 200


# The guide says what is shown here


def guide() -> str:
    return (ROOT / "docs/engines.md").read_text("utf-8")


def fault_row(fault: Fault) -> str:
    """A fault as the guide lists it, with its query."""
    query = QUESTIONS[fault.question].replace("|", "\\|")
    return f"| {fault.question} | `{query}` | {fault.what} |"


def test_the_guide_lists_each_stores_faults() -> None:
    text = guide()
    listed = set(re.findall(r"^\| [^|]+ \| `(?:SELECT|ASK|CONSTRUCT|DESCRIBE).*$", text, re.MULTILINE))
    assert listed == {fault_row(fault) for faults in FAULTS.values() for fault in faults}
    assert f"{len(QUESTIONS)} queries" in text
    assert all(name in text for name in FAULTS)


def test_the_guide_lists_the_rewrites_that_harm_nobody() -> None:
    text = guide()
    assert set(re.findall(r"^\| same up to .*$", text, re.MULTILINE)) == {
        f"| same up to {row.name} | {row.reason} |" for row in REWRITES} | {
        "| same up to the letters of a language tag | `nb-NO` and `nb-no` are one tag (BCP 47) |"}


@pytest.mark.parametrize("row", REWRITES, ids=lambda row: row.name)
def test_each_rewrite_is_of_datatypes_that_a_release_may_have(row: object) -> None:
    assert isinstance(row, tuple)
    assert all(ox.NamedNode(name) for name in row[1])
