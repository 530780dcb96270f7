"""Memento (RFC 7089), as a client goes through it: from the resource to the time that it wants, and back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import urljoin

import httpx
import pytest

from conftest import serving
from delmaal.release.log import read_switches
from delmaal.release.retention import retain
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
    for path in ("/sparql?query=ASK%7B%7D", "/health", "/openapi.json"):
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
