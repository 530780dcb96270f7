"""The change feed, as a client of Linked Data Event Streams follows it: from the root, over the relations, once."""

from __future__ import annotations

from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from pyshacl import validate
from rdflib import RDF, XSD, Graph, Literal, URIRef

from conftest import serving
from consumer import AS, FORMATS, LDES, ORDERED, TREE, Consumer, read
from delmaal.release import Release, Shelf
from delmaal.release.changes import PAGE
from delmaal.release.log import read_switches
from delmaal.release.retention import retain
from succession import CHANGED, GONE, Succession


def stated(release: Release) -> dict[str, set[tuple[str, str]]]:
    """What the data of a release say of each resource."""
    found: dict[str, set[tuple[str, str]]] = {}
    for subject, predicate, obj in read((release.folder / "data/all.nt").read_bytes(), ox.RdfFormat.N_TRIPLES):
        found.setdefault(str(subject), set()).add((str(predicate), obj.n3()))
    return found


@pytest.mark.parametrize("accept", list(FORMATS))
def test_whoever_follows_the_feed_has_the_data(releases: Succession, past_server: httpx.Client, accept: str) -> None:
    consumer = Consumer(past_server, accept)
    consumer.run(f"{past_server.base_url}/feed")
    assert consumer.state() == stated(releases.last)
    assert consumer.run(f"{past_server.base_url}/feed") == []


def test_every_version_is_a_member(releases: Succession, past_server: httpx.Client) -> None:
    consumer = Consumer(past_server)
    consumer.run(f"{past_server.base_url}/feed")
    switches = read_switches(releases.shelf.folder)
    base = releases.first.base
    versions = {str(member): graph for member, graph in consumer.emitted.items()}
    kinds = {"Create": AS.Create, "Update": AS.Update, "Delete": AS.Delete}
    for row, kind, path in ((switches[0], "Create", CHANGED), (switches[1], "Update", CHANGED),
                            (switches[2], "Update", CHANGED), (switches[3], "Update", CHANGED),
                            (switches[0], "Create", GONE), (switches[3], "Delete", GONE)):
        member = f"{base}release/{row.name}/doc/{path[3:]}"
        graph = versions[member]
        assert (URIRef(member), RDF.type, kinds[kind]) in graph
        moment = Literal(row.time.strftime("%Y-%m-%dT%H:%M:%SZ"), datatype=XSD.dateTime, normalize=False)
        assert moment in graph.objects()
        if kind == "Delete":
            assert len(graph) == 3
    assert len([member for member in versions if member.endswith(f"/doc/{CHANGED[3:]}")]) == 4


def test_version_is_the_memento_at_its_address(releases: Succession, past_server: httpx.Client) -> None:
    consumer = Consumer(past_server)
    consumer.run(f"{past_server.base_url}/feed")
    base = releases.first.base
    for member, graph in list(consumer.emitted.items())[::97]:
        if (member, RDF.type, AS.Delete) not in graph:
            address = str(member).removeprefix(base.rstrip("/"))
            answer = past_server.get(address, headers={"Accept": "application/n-triples"})
            assert answer.status_code == 200, member
            assert "memento-datetime" in answer.headers


def test_relations_bound_the_members(past_server: httpx.Client) -> None:
    consumer = Consumer(past_server)
    root, graph, _ = consumer._fetch(f"{past_server.base_url}/feed")
    consumer._initialise(root, graph)
    time = URIRef(str(consumer.said(LDES.timestampPath)))
    checked = 0
    waiting = [(root, graph)]
    while waiting:
        node, page = waiting.pop()
        targets: dict[str, list[tuple[rdflib.term.Node, Literal]]] = {}
        for relation in page.objects(node, TREE.relation):
            assert consumer._one(page, relation, TREE.path) == time
            value = consumer._one(page, relation, TREE.value)
            assert isinstance(value, Literal)
            kind = consumer._one(page, relation, RDF.type)
            targets.setdefault(str(consumer._one(page, relation, TREE.node)), []).append((kind, value))
        for target, bounds in targets.items():
            assert {kind for kind, _ in bounds} == set(ORDERED)
            there, found, immutable = consumer._fetch(target)
            assert immutable
            members = list(found.objects(consumer.stream, TREE.member))
            assert 0 < len(members) <= PAGE
            for member in members:
                moment = consumer._one(found, member, time)
                assert isinstance(moment, Literal)
                assert all(ORDERED[kind](moment.toPython(), value.toPython())  # type: ignore[index]  # kinds are IRIs
                           for kind, value in bounds)
            checked += 1
            waiting.append((there, found))
    assert checked > 4


def test_members_have_the_shape_that_the_stream_names(past_server: httpx.Client) -> None:
    consumer = Consumer(past_server)
    consumer.run(f"{past_server.base_url}/feed")
    shape = consumer.said(TREE.shape)
    shapes = Graph()
    for triple in consumer.context:
        shapes.add(triple)
    data = Graph()
    for member, graph in list(consumer.emitted.items())[-300:]:
        shapes.add((shape, URIRef("http://www.w3.org/ns/shacl#targetNode"), member))
        for triple in graph:
            data.add(triple)
    conforms, _, words = validate(data, shacl_graph=shapes)
    assert conforms, words
    data.remove((None, URIRef(str(consumer.said(LDES.versionOfPath))), None))
    assert not validate(data, shacl_graph=shapes)[0]


def test_root_may_change_and_pages_may_not(past_server: httpx.Client) -> None:
    root = past_server.get("/feed")
    assert root.headers["content-type"].startswith("text/turtle")
    assert "immutable" not in root.headers["cache-control"]
    assert past_server.get("/feed", headers={"If-None-Match": root.headers["etag"]}).status_code == 304
    page = past_server.get("/feed/0/1")
    assert "immutable" in page.headers["cache-control"]
    assert past_server.get("/feed/0/1", headers={"If-None-Match": page.headers["etag"]}).status_code == 304
    browser = past_server.get("/feed", headers={"Accept": "text/html"})
    assert (browser.status_code, browser.headers["location"]) == (303, "/release")
    assert past_server.get("/feed", headers={"Accept": "image/png"}).status_code == 406
    for path, status in (("/feed/99/1", 404), ("/feed/x/1", 404), ("/feed/0/99", 404), ("/feed/0/0", 404),
                         ("/feed/0-1/1", 410)):
        assert past_server.get(path).status_code == status, path
    for quad in ox.parse(root.content, format=ox.RdfFormat.TURTLE, base_iri="http://x/feed"):
        assert not isinstance(quad.subject, ox.BlankNode)
        assert not isinstance(quad.object, ox.BlankNode)


def test_follower_catches_up_with_a_new_release(releases: Succession, tmp_path: Path) -> None:
    copied = releases.copy(tmp_path / "out")
    with serving(copied.publication, copied.shelf.folder.parent) as client:
        consumer = Consumer(client)
        root = f"{client.base_url}/feed"
        consumer.run(root)
        before = consumer.fetched
        current = Shelf(copied.shelf.folder).current()
        copied.shelf.switch(copied.second)
        new = consumer.run(root)
        assert consumer.state() == stated(copied.second)
        assert consumer.fetched == before + 2, "what cannot have changed is not fetched again"
        assert f"{copied.first.base}release/{copied.second.id}~2/doc/{CHANGED[3:]}" in map(str, new)
        assert len(new) < 20
        assert current.id == copied.last.id


def retention_of(consumer: Consumer) -> dict[URIRef, Literal]:
    """What the root says is retained."""
    policies = list(consumer.context.objects(None, LDES.retentionPolicy))
    assert len(policies) == 1
    return {predicate: value for predicate, value in consumer.context.predicate_objects(policies[0])  # type: ignore[misc]  # IRIs
            if isinstance(value, Literal)}


def test_feed_says_what_is_retained_and_keeps_the_newest_of_each(
    releases: Succession, past_server: httpx.Client, tmp_path: Path,
) -> None:
    whole = Consumer(past_server)
    whole.run(f"{past_server.base_url}/feed")
    assert set(retention_of(whole)) == {LDES.startingFrom}
    copied = releases.copy(tmp_path / "out")
    with serving(copied.publication, copied.shelf.folder.parent) as client:
        early = Consumer(client)
        early.run(f"{client.base_url}/feed")
        retain(copied.shelf, 1, 0)
        assert len(list(copied.shelf.releases.iterdir())) == 1
        late = Consumer(client)
        late.run(f"{client.base_url}/feed")
        assert late.state() == stated(copied.last) == early.state()
        assert retention_of(late)[LDES.versionAmount] == Literal(1)
        assert late.emitted.keys() < early.emitted.keys(), "no member has another name than before"
        for member, graph in late.emitted.items():
            assert set(graph) == set(early.emitted[member])
        assert early.run(f"{client.base_url}/feed") == []
        assert client.get("/feed/0/1").status_code == 410
