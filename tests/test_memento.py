"""Memento (RFC 7089), as a client goes through it: from the resource to the time that it wants, and back."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from conftest import serving
from delmaal.release.log import read_switches
from delmaal.release.retention import retain
from plain_wsgi import PlainWsgi
from succession import GONE, Succession

LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[\w*-]+="[^"]*")*)')
PARAMETER = re.compile(r';\s*([\w*-]+)="([^"]*)"')
ORIGINALS = ["/", "/catalog", "/catalog.ttl", "/doc/theme/ren-energi", "/doc/theme/ren-energi.jsonld", "/data/all.nt",
             "/doc?iri=http://metadata.un.org/sdg/7.2", "/.well-known/void", "/ns"]


def links(text: str) -> dict[str, dict[str, str]]:
    """Links by each of their relations (RFC 8288): the target and the parameters."""
    found: dict[str, dict[str, str]] = {}
    for target, rest in LINK.findall(text):
        parameters = dict(PARAMETER.findall(rest))
        for relation in parameters.get("rel", "").split():
            found[relation] = {"uri": target, **parameters}
    return found


def http_time(time: datetime) -> str:
    """A time as HTTP has it."""
    return format_datetime(time.astimezone(UTC), usegmt=True)


class Client:
    """Knows Memento and nothing of the server: it follows links and redirects."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def memento(self, original: str, time: datetime) -> httpx.Response:
        """What a resource was at a time: through the TimeGate that its own answer names."""
        here = self.http.get(original, headers={"Accept-Language": "en"})
        assert here.status_code == 200
        known = links(here.headers["link"])
        gate = urljoin(str(here.url), known["timegate"]["uri"])
        answer = self.http.get(gate, headers={"Accept-Datetime": http_time(time), "Accept-Language": "en"})
        assert answer.status_code == 302
        assert "accept-datetime" in answer.headers["vary"].lower()
        assert "memento-datetime" not in answer.headers
        assert links(answer.headers["link"])["original"]["uri"] == known["original"]["uri"]
        return self.http.get(urljoin(gate, answer.headers["location"]), headers={"Accept-Language": "en"})


@pytest.mark.parametrize("original", ORIGINALS)
def test_round_trip(releases: Succession, past_server: httpx.Client, original: str) -> None:
    client = Client(past_server)
    switches = read_switches(releases.shelf.folder)
    for row in switches:
        memento = client.memento(original, row.time)
        assert memento.status_code == 200
        assert parsedate_to_datetime(memento.headers["memento-datetime"]) == row.time
        assert f"/release/{row.name}/" in str(memento.url)
        known = links(memento.headers["link"])
        assert known["original"]["uri"] == known["timegate"]["uri"]
        assert links(past_server.get(original).headers["link"])["original"] == {
            **known["original"], "uri": known["original"]["uri"]}
        again = past_server.get(known["original"]["uri"])
        assert again.status_code == 200
        assert "memento-datetime" not in again.headers
        assert "accept-datetime" in again.headers["vary"].lower()


@pytest.mark.parametrize(("which", "shift", "expected"), [
    (0, timedelta(days=-1000), 0), (0, timedelta(0), 0), (1, timedelta(seconds=-1), 0), (1, timedelta(0), 1),
    (2, timedelta(0), 2), (3, timedelta(days=1000), 3),
])
def test_closest_that_is_not_later(
    releases: Succession, past_server: httpx.Client, which: int, shift: timedelta, expected: int,
) -> None:
    switches = read_switches(releases.shelf.folder)
    memento = Client(past_server).memento("/doc/theme/ren-energi.ttl", switches[which].time + shift)
    assert parsedate_to_datetime(memento.headers["memento-datetime"]) == switches[expected].time
    assert ('"Cleaner energy"@en' in memento.text) == (expected == 1)


def test_timegate_names_the_neighbours(releases: Succession, past_server: httpx.Client) -> None:
    switches = read_switches(releases.shelf.folder)
    answer = past_server.get("/catalog", headers={"Accept-Datetime": http_time(switches[1].time)})
    known = links(answer.headers["link"])
    for relation, row in (("first", switches[0]), ("prev", switches[0]), ("next", switches[2]), ("last", switches[3])):
        assert known[relation]["uri"] == f"/release/{row.name}/catalog"
        assert parsedate_to_datetime(known[relation]["datetime"]) == row.time


@pytest.mark.parametrize("original", ORIGINALS)
def test_timemap_lists_every_memento(releases: Succession, past_server: httpx.Client, original: str) -> None:
    switches = read_switches(releases.shelf.folder)
    answer = past_server.get(links(past_server.get(original).headers["link"])["timemap"]["uri"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/link-format"
    rows = [(uri, dict(PARAMETER.findall(rest))) for uri, rest in LINK.findall(answer.text)]
    mementos = [(uri, row) for uri, row in rows if "memento" in row["rel"].split()]
    assert [parsedate_to_datetime(row["datetime"]) for _, row in mementos] == [row.time for row in switches]
    assert [row["rel"] for _, row in mementos] == ["first memento", "memento", "memento", "last memento"]
    own = links(answer.text)["self"]
    assert (own["from"], own["until"]) == (http_time(switches[0].time), http_time(switches[-1].time))
    for uri, row in mementos:
        memento = past_server.get(uri)
        assert (memento.status_code, memento.headers["memento-datetime"]) == (200, row["datetime"])
    as_json = past_server.get(links(answer.text)["timemap"]["uri"]).json()
    assert [row["uri"] for row in as_json["mementos"]["list"]] == [uri for uri, _ in mementos]
    assert as_json["timegate_uri"] == as_json["original_uri"]


def test_resource_has_the_mementos_of_the_releases_that_had_it(releases: Succession, past_server: httpx.Client) -> None:
    switches = read_switches(releases.shelf.folder)
    address = f"/doc/{GONE[3:]}"
    timemap = past_server.get(f"/timemap/link{address}")
    assert timemap.text.count("memento\"; datetime") == 3
    later = past_server.get(address, headers={"Accept-Datetime": http_time(switches[3].time)})
    assert later.headers["location"] == f"/release/{switches[2].name}{address}"
    never = past_server.get("/doc/theme/never-was", headers={"Accept-Datetime": http_time(switches[3].time)})
    assert (never.status_code, never.json()["type"].rpartition("#")[2]) == (404, "memento-unknown")
    assert "timegate" in links(never.headers["link"])


def test_bad_time_is_refused(past_server: httpx.Client) -> None:
    for wrong in ("yesterday", "2026-11-25", ""):
        answer = past_server.get("/catalog", headers={"Accept-Datetime": wrong})
        assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (400, "datetime-malformed")


def test_answer_for_now_is_not_given_for_then(releases: Succession, past_server: httpx.Client) -> None:
    """What was answered before at the same address is no answer to a request with a time."""
    time = http_time(read_switches(releases.shelf.folder)[0].time)
    for _ in range(3):
        assert past_server.get("/doc/theme/ren-energi.ttl").status_code == 200
        assert past_server.get("/doc/theme/ren-energi.ttl", headers={"Accept-Datetime": time}).status_code == 302


def test_what_is_of_no_release_has_no_mementos(past_server: httpx.Client) -> None:
    for path in ("/search.json?q=energi", "/health", "/openapi.json"):
        answer = past_server.get(path, headers={"Accept-Datetime": "Tue, 24 Nov 2026 08:00:00 GMT"})
        assert answer.status_code == 200
        assert past_server.get(f"/timemap/link{path}").status_code == 404


def test_memento_keeps_for_ever_and_is_revalidated(releases: Succession, past_server: httpx.Client) -> None:
    address = f"/release/{releases.second.id}/doc/theme/ren-energi.ttl"
    answer = past_server.get(address)
    assert "immutable" in answer.headers["cache-control"]
    same = past_server.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.headers["memento-datetime"]) == (304, answer.headers["memento-datetime"])
    part = past_server.get(f"/release/{releases.second.id}/data/all.nt", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    assert "memento-datetime" in part.headers


def test_dropped_release_is_no_memento(releases: Succession, tmp_path_factory: pytest.TempPathFactory) -> None:
    copied = releases.copy(tmp_path_factory.mktemp("dropped") / "out")
    retain(copied.shelf, 2, 0)
    with serving(copied.publication, copied.shelf.folder.parent) as client:
        switches = read_switches(copied.shelf.folder)
        answer = client.get("/catalog", headers={"Accept-Datetime": http_time(switches[1].time)})
        assert answer.headers["location"] == f"/release/{switches[0].name}/catalog"
        assert copied.second.id not in client.get("/timemap/link/catalog").text


ENERGY = "SELECT ?label { ?theme a delmaal:Theme ; skos:prefLabel ?label FILTER(CONTAINS(?label, 'energy')) }"


@pytest.fixture(scope="module")
def plain_past(releases: Succession, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of the same shelf without the front."""
    shelf = releases.copy(tmp_path_factory.mktemp("plain")).shelf
    with PlainWsgi(shelf.folder, tmp_path_factory.mktemp("run")) as client:
        yield client


@pytest.mark.parametrize("server", ["past_server", "plain_past"])
@pytest.mark.parametrize("method", ["GET", "POST", "direct"])
def test_a_query_of_another_time(request: pytest.FixtureRequest, releases: Succession, server: str,
                                 method: str) -> None:
    """The endpoint leads to the release that was current then, with the method and what was posted; the answer is
    that release's, and the answers of now stay what they are, in caches too."""
    client: httpx.Client = request.getfixturevalue(server)
    switches = read_switches(releases.shelf.folder)
    expected = ["Clean energy", "Cleaner energy", "Clean energy", "Clean energy"]
    wanted = [(row.time, row, label) for row, label in zip(switches, expected, strict=True)]
    wanted.append((switches[0].time - timedelta(days=9), switches[0], expected[0]))
    wanted.append((switches[-1].time + timedelta(days=9), switches[-1], expected[-1]))

    def ask(address: str, **headers: str) -> httpx.Response:
        headers = {"Accept": "text/csv", **headers}
        if method == "GET":
            return client.get(address, params=None if "?" in address else {"query": ENERGY}, headers=headers)
        if method == "POST":
            return client.post(address, data={"query": ENERGY}, headers=headers)
        return client.post(address, content=ENERGY, headers={**headers, "Content-Type": "application/sparql-query"})

    now = ask("/sparql")
    for time, row, label in wanted:
        for _ in range(3):  # an answer is kept from its second time on
            assert ask("/sparql").content == now.content
        gate = ask("/sparql", **{"Accept-Datetime": http_time(time)})
        assert gate.status_code == (302 if method == "GET" else 307)
        assert gate.headers["location"].startswith(f"/release/{row.name}/sparql")
        assert varied(gate) >= {"accept-datetime"}
        assert "memento-datetime" not in gate.headers
        assert links(gate.headers["link"])["original"]["uri"] == "/sparql"
        found = ask(gate.headers["location"])
        assert found.text.split("\r\n")[1] == label
        assert found.headers["delmaal-release"] == row.release
        assert found.headers["memento-datetime"] == http_time(row.time)
        assert links(", ".join(found.headers.get_list("link")))["original"]["uri"] == "/sparql"
        assert "accept-datetime" not in varied(found)
    for answer in (now, ask("/sparql")):
        assert answer.headers["delmaal-release"] == releases.last.id
        assert varied(answer) == {"accept", "accept-encoding", "accept-datetime"}


def varied(answer: httpx.Response) -> set[str]:
    """What an answer says that it depends on."""
    return {name.strip().lower() for name in answer.headers["vary"].split(",")}


@pytest.mark.parametrize("server", ["past_server", "plain_past"])
def test_the_gate_of_the_endpoint_says_what_is_wrong(request: pytest.FixtureRequest, releases: Succession,
                                                     server: str) -> None:
    """Everything at its address depends on the time that is asked for: pages, descriptions and mistakes too."""
    client: httpx.Client = request.getfixturevalue(server)
    time = http_time(read_switches(releases.shelf.folder)[0].time)
    for accept, query in (("text/html", ""), ("text/turtle", ""), ("text/html", "?query=ASK%7B%7D"),
                          ("application/json", "?query=nonsense"), ("image/png", "?query=ASK%7B%7D")):
        assert "accept-datetime" in varied(client.get(f"/sparql{query}", headers={"Accept": accept})), (accept, query)
        led = client.get(f"/sparql{query}", headers={"Accept": accept, "Accept-Datetime": time})
        assert (led.status_code, led.headers["location"]) == (302, f"/release/{releases.first.id}/sparql{query}")
    wrong = client.post("/sparql", data={"query": ENERGY}, headers={"Accept-Datetime": "yesterday"})
    assert (wrong.status_code, wrong.json()["type"].rpartition("#")[2]) == (400, "datetime-malformed")
    head = client.head("/sparql?query=ASK%7B%7D", headers={"Accept-Datetime": time})
    assert head.status_code == 302


def test_the_endpoint_leads_to_no_other_release(releases: Succession, tmp_path: Path) -> None:
    """Where the store, or the release, of that time is gone, the answer says so."""
    copied = releases.copy(tmp_path)
    first, second = read_switches(copied.shelf.folder)[:2]
    with serving(copied.publication, copied.shelf.folder.parent, DELMAAL_NO_BUILD="1") as client:
        for row, spoil, code in (
            (second, lambda: shutil.rmtree(copied.second.folder / "store"), "release-store-dropped"),
            (first, lambda: retain(copied.shelf, 1, 0), "release-dropped"),
        ):
            spoil()
            answers = (
                client.get("/sparql", params={"query": ENERGY}, headers={"Accept-Datetime": http_time(row.time)}),
                client.post("/sparql", data={"query": ENERGY}, headers={"Accept-Datetime": http_time(row.time)}),
            )
            for answer in answers:
                assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (410, code)
                assert "accept-datetime" in varied(answer)
            assert client.get("/sparql", params={"query": ENERGY}).status_code == 200
