"""The rules that are to be registered at w3id.org, run by a real Apache as w3id.org runs them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from conftest import ROOT
from delmaal.protocols.sparql.examples import examples
from delmaal.protocols.sparql.snippets import snippets_for
from proxies import apache, free_port, needs, open_folder

pytestmark = needs("apache2")

RULES = ROOT / "w3id" / ".htaccess"
PLACE = "/delmaal"
THEIR_ROOT = """\
RewriteEngine on
Header set Access-Control-Allow-Origin "*"
"""
"""What the root of w3id.org says for all folders: its CORS header is not set on redirects."""

THINGS = ("id/theme/bedre-helse", "id/period/2025--2040", "doc/theme/bedre-helse", "doc/theme/bedre-helse.ttl",
          "id/target-link/bedre-helse-3.4", "doc/theme/bedre-helse?lang=en", "catalog", "catalog.rdf", "data/all.nt.gz",
          "search?q=bl%C3%A5b%C3%A6r+%26+%C3%B8l", "search.json?q=%C3%85s%20%2B%20%23%25",
          "doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F3.4", "doc?iri=http://metadata.un.org/sdg/3.4&format=ttl",
          "release", "sparql/examples/list_themes.rq", ".well-known/void", "cite.bib",
          "observations.csv?cube=cube/statistics", "feed", "timemap/link/doc/theme/bedre-helse", "id/theme/finnes-ikke",
          "doc/theme/bl%C3%A5b%C3%A6r",
          "doc/x%20z", "doc/100%25", "id/theme/a+b", "doc/theme/bedre-helse?a=b?c=d&iri=%3F%23")
SHARED = ("period/2019", "period/2025--2040", "period/2020-05-19", "period/1984~1986", "period/unknown", "age/total",
          "age/80-", "age/0-17", "breakdown/total", "unit/nok-per-day")


@pytest.fixture(scope="module")
def w3id(trondheim_server: httpx.Client) -> Iterator[str]:
    """The address of an Apache that redirects as w3id.org will."""
    with open_folder() as folder:
        yield from redirecting(trondheim_server, folder)


def redirecting(trondheim_server: httpx.Client, folder: Path) -> Iterator[str]:
    """The same with its files in that folder."""
    (folder / "www" / "delmaal").mkdir(parents=True)
    (folder / "www" / ".htaccess").write_text(THEIR_ROOT, "utf-8")
    target = str(trondheim_server.base_url).rstrip("/")
    rules = RULES.read_text("utf-8").replace("https://TARGET", target)
    assert "TARGET/" not in rules
    (folder / "www" / "delmaal" / ".htaccess").write_text(rules, "utf-8")
    port = free_port()
    text = f"DocumentRoot {folder}/www\n<Directory {folder}/www>\nAllowOverride All\nRequire all granted\n</Directory>"
    with apache(folder, port, text):
        yield f"http://127.0.0.1:{port}{PLACE}"


def target_of(answer: httpx.Response, server: httpx.Client) -> str:
    """Where an answer leads to, without our server's address."""
    base = str(server.base_url).rstrip("/")
    assert answer.headers["location"].startswith(f"{base}/")
    return answer.headers["location"].removeprefix(base)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("path", THINGS)
def test_addresses_arrive_as_written(w3id: str, trondheim_server: httpx.Client, method: str, path: str) -> None:
    answer = httpx.request(method, f"{w3id}/trondheim/{path}")
    assert answer.status_code == (307 if method == "POST" else 303)
    assert target_of(answer, trondheim_server) == f"/{path}"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("path", SHARED)
def test_shared_codes_are_described(w3id: str, trondheim_server: httpx.Client, path: str) -> None:
    answer = httpx.get(f"{w3id}/{path}")
    assert answer.status_code == 303
    iri = f"https://w3id.org/delmaal/{path}"
    assert target_of(answer, trondheim_server) == "/doc?iri=https%3A%2F%2Fw3id.org%2Fdelmaal%2F" + path
    described = httpx.get(f"{w3id}/{path}", headers={"Accept": "application/n-triples"}, follow_redirects=True)
    known = trondheim_server.get("/doc", params={"iri": iri}, headers={"Accept": "application/n-triples"})
    assert (described.status_code, described.text) == (known.status_code, known.text)
    if path in ("period/2019", "age/total", "breakdown/total", "period/unknown", "unit/nok-per-day"):
        assert f"<{iri}> " in described.text


@pytest.mark.parametrize(("path", "expected"), [
    ("ns", "/ns"), ("ns/", "/ns"), ("shapes", "/shapes"), ("shapes/", "/shapes"), ("problems", "/problems"),
    ("shapes/theme-position", "/shapes/theme-position"), ("shapes/theme-position.ttl", "/shapes/theme-position.ttl"),
    ("", "/"), ("trondheim", "/"), ("trondheim/", "/"), ("ns.ttl", "/ns.ttl"), ("ns/0.1.0", "/ns")])
def test_roots_lead_somewhere(w3id: str, trondheim_server: httpx.Client, path: str, expected: str) -> None:
    answer = httpx.get(f"{w3id}/{path}" if path else f"{w3id}/")
    assert answer.status_code == 303
    assert target_of(answer, trondheim_server) == expected


def test_an_unknown_address_is_not_sent_on(w3id: str) -> None:
    for path in ("bergen/id/x", "period", "period/2019/x", "../delmaal-x", "trondheimx/id"):
        assert httpx.get(f"{w3id}/{path}").status_code in (400, 403, 404), path


def test_a_preflight_is_answered_here(w3id: str) -> None:
    answer = httpx.options(f"{w3id}/trondheim/sparql", headers={
        "Origin": "https://example.org", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()


@pytest.mark.parametrize(("path", "form"), [
    ("sparql", {"query": "ASK { ?theme a delmaal:Theme }"}),
    ("reconcile/nb", {"queries": '{"a": {"query": "Bedre helse"}}'})])
def test_what_is_posted_is_answered(w3id: str, trondheim_server: httpx.Client, path: str, form: dict[str, str]) -> None:
    answer = httpx.post(f"{w3id}/trondheim/{path}", data=form, follow_redirects=True,
                        headers={"Accept": "application/sparql-results+json, application/json"})
    direct = trondheim_server.post(f"/{path}", data=form,
                                   headers={"Accept": "application/sparql-results+json, application/json"})
    assert answer.history[0].status_code in (307, 308)
    assert answer.status_code == 200
    assert answer.json() == direct.json()
    assert answer.json().get("boolean", True) is True


def test_curl_follows_with_what_it_posts(w3id: str) -> None:
    done = subprocess.run(["curl", "-sL", f"{w3id}/trondheim/sparql", "-H", "Accept: application/sparql-results+json",
                           "--data-urlencode", "query=ASK {}"], capture_output=True, text=True, check=True)
    assert '"boolean":true' in done.stdout.replace(" ", "")


def test_query_by_get_goes_through(w3id: str) -> None:
    text = 'SELECT ?x { VALUES ?x { "æøå +%&#?" } }'
    answer = httpx.get(f"{w3id}/trondheim/sparql?{urlencode({'query': text, 'format': 'csv'})}", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.text.splitlines() == ["x", "æøå +%&#?"]


@pytest.mark.parametrize("name", ["count_targets_by_theme", "ask_complete_labels", "build_theme_graph"])
def test_the_offered_programs_work_through_it(w3id: str, tmp_path: Path, name: str) -> None:
    """Each program as the page offers it, with the address that will be registered."""
    query = examples()[name].spoken("en")
    expected = {"count_targets_by_theme": r"An inclusive society|14 rows x 3 columns",
                "ask_complete_labels": r"[Tt]rue",
                "build_theme_graph": r"\d triples|delmaal:addresses"}[name]
    run = 0
    for title, text in snippets_for(query, f"{w3id}/trondheim/sparql"):
        if title == "R" and shutil.which("Rscript") is None:
            continue
        file = tmp_path / "program"
        file.write_text(text, "utf-8")
        command = {"curl": "bash", "R": "Rscript"}.get(title, sys.executable)
        done = subprocess.run([command, str(file)], capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        assert re.search(expected, done.stdout), (title, done.stdout)
        run += 1
    assert run >= 2
