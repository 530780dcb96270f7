"""What caches may keep: no answer depends on what their key leaves out, and every address that is named is the public
one."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import httpx
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from conftest import ROOT
from delmaal.errors import SettingError
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from succession import Succession

PUBLIC = "https://data.example.org"
NAMING = ("/robots.txt", "/sitemap.xml", "/sitemap-1.xml", "/opensearch.xml", "/reconcile", "/reconcile/nb",
          "/.well-known/api-catalog")
"""Addresses whose answers name the server whole."""


def client_of(release: Release, **options: str) -> FlaskClient:
    """The application over the shelf of a release."""
    return create_app(load(options, {}), Releases(Shelf(release.folder.parent.parent))).test_client()


@pytest.mark.parametrize(("given", "read"), [
    ("", ""), ("https://data.example.org", "https://data.example.org"),
    ("https://data.example.org/", "https://data.example.org"), ("HTTPS://Data.Example.ORG:8443", "https://data.example.org:8443"),
    ("http://[::1]:8000/", "http://[::1]:8000"), ("https://x.no/delmal/", "https://x.no/delmal"),
    ("http://xn--trondheim-9za.no", "http://xn--trondheim-9za.no"),
])
def test_public_address_is_taken(given: str, read: str) -> None:
    assert load({"public_url": given}, {}).public_url == read


@pytest.mark.parametrize("given", [
    "data.example.org", "//data.example.org", "ftp://data.example.org", "https://", "https:///x", "https://x.no?a=1",
    "https://x.no/?", "https://x.no/#top", "https://x.no#", "https://me:secret@x.no", "https://x.no:0", "https://x.no:99999",
    "https://x.no/a b", "https://x.no/../y", "https://x.no/./y", "https://x.no//y", "https://x.no/%2e%2e/y", "https://x.no\n",
    "https://x.no\r\nX-Y: z", "https://ås.no", 'https://x.no/">', "https://x.no/<", "https://[::1", "https://[nothing]",
    "https://x..no", "https://x_y.no", "https://x.no//", "javascript:alert(1)", " https://x.no",
])
def test_unusable_public_address_is_refused_with_a_sentence(given: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({}, {"DELMAAL_PUBLIC_URL": given})
    assert "write http:// or https://" in caught.value.sentence
    assert "secret" not in caught.value.sentence


def test_unusable_public_address_stops_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "delmaal", "serve", "--public-url", "https://x.no?y"], cwd=ROOT,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--public-url" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("path", NAMING)
def test_what_names_the_server_names_the_public_address_or_is_kept_by_nobody(path: str, tiny_release: Release) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    unnamed = client_of(tiny_release, trusted_hops="1").get(path, headers=forged)
    assert unnamed.status_code == 200
    assert unnamed.headers["Cache-Control"] == "no-store"
    assert "etag" not in unnamed.headers
    client = client_of(tiny_release, trusted_hops="1", public_url=PUBLIC)
    named = client.get(path, headers=forged)
    assert PUBLIC in named.text
    assert "evil.example" not in named.text + str(named.headers)
    assert named.headers["Cache-Control"].startswith("public")
    assert named.data == client.get(path).data
    assert client.get(path, headers={"If-None-Match": named.headers["ETag"]}).status_code == 304


def test_openapi_names_the_public_address(tiny_release: Release) -> None:
    assert "servers" not in (client_of(tiny_release).get("/openapi.json").json or {})
    named = client_of(tiny_release, public_url=PUBLIC).get("/openapi.json").json or {}
    assert named["servers"] == [{"url": PUBLIC}]


def test_memento_links_are_whole_under_the_public_address(releases: Succession) -> None:
    """Clients of RFC 7089 take no relative links; every one of them leads to the public address, and none is kept from
    caches for it."""
    path = "/doc/theme/god-helse.ttl"
    client = create_app(load({"public_url": PUBLIC}, {}), Releases(releases.shelf)).test_client()
    plain = create_app(load({}, {}), Releases(releases.shelf)).test_client()
    gate = client.get(path, headers={"Accept-Datetime": "Thu, 01 Jan 2099 00:00:00 GMT"})
    assert gate.status_code == 302
    assert gate.headers["Location"].startswith(f"{PUBLIC}/release/")
    memento = client.get(gate.headers["Location"].removeprefix(PUBLIC))
    dump, timemap = client.get("/data/all.nt", buffered=True), client.get(f"/timemap/link{path}")
    for answer in (client.get(path), gate, memento, dump, timemap):
        assert answer.headers["Cache-Control"].startswith("public")
        found = memento_links(answer)
        assert len(found) > 1
        assert all(each.startswith(f"{PUBLIC}/") for each in found), found
    listed = str(client.get(f"/timemap/json{path}").json)
    assert listed.count(PUBLIC) == listed.count("/doc/theme/")
    for answer in (plain.get(path), plain.get("/data/all.nt", buffered=True), plain.get(f"/timemap/link{path}")):
        assert answer.headers["Cache-Control"].startswith("public")
        assert all(each.startswith("/") for each in memento_links(answer))


def memento_links(answer: TestResponse) -> list[str]:
    """Where the links of RFC 7089 lead, in the Link header, and in the body of a TimeMap."""
    body = answer.text if answer.content_type == "application/link-format" else ""
    text = ", ".join([*answer.headers.getlist("Link"), body])
    return re.findall(r'<([^>]*)>; rel="[^"]*(?:original|timegate|timemap|memento)[^"]*"', text)


def named_by(page: str) -> dict[str, str]:
    """The addresses that a page calls its own, by what says so."""
    found = dict(re.findall(r'<(?:link rel|meta property)="(canonical|og:url|og:image)" \w+="([^"]*)"', page))
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    for each in map(json.loads, scripts):
        found |= {"url": each["url"]} if "url" in each else {}
    return {name: html.unescape(address) for name, address in found.items()}


@pytest.mark.parametrize("public", ["", PUBLIC, "https://x.no/delmal"])
def test_every_page_of_the_sitemap_calls_itself_what_the_sitemap_calls_it(public: str, tiny_release: Release) -> None:
    """Sitemap, canonical, og:url and JSON-LD name one address, where it is answered with 200; the IRI stays what it is
    cited by. Without a public address, the publication's base is all that is known of one."""
    client = client_of(tiny_release, public_url=public)
    site = f"{public}/" if public else tiny_release.base
    host = client.get("/robots.txt").text.partition("Sitemap: ")[2].removesuffix("sitemap.xml\n")
    paths = [html.unescape(each).removeprefix(host)
             for each in re.findall("<loc>([^<]*)</loc>", client.get("/sitemap.xml").text)]
    assert len(paths) > 60
    for path in paths:
        answer = client.get(f"/{path}", headers={"Accept": "text/html"})
        assert answer.status_code == 200, path
        found = named_by(answer.text)
        assert {found[name] for name in found if name != "og:image"} == {site + path}, path
        assert {"og:url", "og:image"} <= set(found)
        assert found["og:image"] == f"{site}static/card.png"
        data = client.get(f"/{path}.ttl") if path.startswith("doc/") else None
        if data is not None:
            links = ", ".join(data.headers.getlist("Link"))
            assert f'<{site}{path}>; rel="canonical"' in links
            iri = f"{tiny_release.base}id/{path.removeprefix('doc/')}"
            assert (f'<{iri}>; rel="cite-as"' in links) == bool(public)


@pytest.mark.parametrize(("header", "value", "status"), [
    ("If-Match", '"other"', 412), ("If-Match", "*", 200), ("If-Match", "{etag}", 200),
    ("If-Match", '"other", {etag}', 200),
    ("If-Unmodified-Since", "Wed, 01 Jan 2020 00:00:00 GMT", 200), ("If-None-Match", "{etag}", 304),
])
def test_a_dump_is_sent_on_conditions(tiny_server: httpx.Client, tiny_release: Release, header: str, value: str,
                                      status: int) -> None:
    """RFC 9110, 13.1; by the front and by Flask alone."""
    etag = tiny_server.get("/data/all.nt", headers={"Accept-Encoding": "identity"}).headers["etag"]
    given = {header: value.replace("{etag}", etag), "Accept-Encoding": "identity"}
    assert tiny_server.get("/data/all.nt", headers=given).status_code == status
    with client_of(tiny_release).get("/data/all.nt", headers=given) as answer:
        assert answer.status_code == status
