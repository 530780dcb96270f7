"""How programs find their way: typed links, sitemap, structured data, citations, downloads that are what they say."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64decode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pytest
import zstandard
from flask import Flask
from flask.testing import FlaskClient
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Namespace, URIRef

from delmaal.protocols.discovery import sitemap
from delmaal.publish import publish
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load

SPDX = Namespace("http://spdx.org/rdf/terms#")
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def app_of(release: Release, **settings: str) -> Flask:
    return create_app(load(dict(settings)), Releases(Shelf(release.folder.parent.parent)))


@pytest.fixture
def flask(trondheim_release: Release) -> FlaskClient:
    return app_of(trondheim_release).test_client()


def graph_of(release: Release) -> Graph:
    return Graph().parse(release.folder / "metadata" / "catalogue.ttl")


# The catalogue, as it is fetched


@pytest.mark.parametrize(("accept", "kind"), [
    ("text/turtle", "turtle"), ("application/ld+json", "json-ld"), ("application/rdf+xml", "xml"),
    ("application/n-triples", "nt"), ("*/*", "turtle"),
])
def test_the_catalogue_is_one_document(tiny_server: httpx.Client, tiny_release: Release, accept: str,
                                       kind: str) -> None:
    """Status 200 without a redirect, uncompressed unless asked, the same bytes each time, in every format the same."""
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    first, second = (tiny_server.get("/catalog", headers=headers) for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert "content-encoding" not in first.headers
    bare = tiny_server.build_request("GET", "/catalog", headers={"Accept": accept})
    del bare.headers["Accept-Encoding"]
    assert "content-encoding" not in tiny_server.send(bare).headers
    assert set(Graph().parse(data=first.content, format=kind)) == set(graph_of(tiny_release))
    packed = tiny_server.get("/catalog", headers={"Accept": accept, "Accept-Encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == first.content  # as httpx unpacks it


def test_the_turtle_opens_with_the_catalogue(tiny_server: httpx.Client, tiny_release: Release) -> None:
    lines = tiny_server.get("/catalog.ttl").text.splitlines()
    subjects = [line.split("> ")[0][1:] for line in lines if line.startswith("<")]
    base = tiny_release.base
    assert subjects[0] == f"{base}catalog"
    own = [index for index, subject in enumerate(subjects) if subject.startswith(base)]
    assert own == list(range(len(own)))  # what others answer for comes last
    first = subjects.index(f"{base}id/dataset/themes")
    assert f"{base}id/distribution/themes.ttl" in subjects[first:subjects.index(f"{base}id/dataset/documents")]


# Downloads


def test_every_distribution_is_what_the_catalogue_says(tiny_server: httpx.Client, tiny_release: Release) -> None:
    graph = graph_of(tiny_release)
    checked = 0
    for node in graph.subjects(RDF.type, DCAT.Distribution):
        path = "/" + str(graph.value(node, DCAT.downloadURL)).removeprefix(tiny_release.base)
        answer = tiny_server.get(path, headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        kind = str(graph.value(node, DCAT.mediaType)).partition("media-types/")[2]
        assert answer.headers["content-type"].partition(";")[0] == kind
        size = int(str(graph.value(node, DCAT.byteSize)))
        assert len(answer.content) == size == int(answer.headers["content-length"])
        digest = hashlib.sha256(answer.content)
        assert digest.hexdigest() == str(graph.value(graph.value(node, SPDX.checksum), SPDX.checksumValue))
        said = re.fullmatch(r"sha-256=:(.+):", answer.headers["repr-digest"])
        assert said
        assert b64decode(said[1]) == digest.digest()
        name = path.rpartition("/")[2]
        assert answer.headers["content-disposition"] == f'attachment; filename="tiny-{name}"'
        checked += 1
    assert checked == 20


def test_a_dump_comes_packed_to_who_accepts_it(tiny_server: httpx.Client, tiny_release: Release) -> None:
    plain = (tiny_release.folder / "data" / "all.nt").read_bytes()
    etags = set()
    for coding, unpack in (("identity", bytes), ("gzip", gzip.decompress),
                           ("zstd", zstandard.ZstdDecompressor().decompress)):
        with tiny_server.stream("GET", "/data/all.nt", headers={"Accept-Encoding": coding}) as answer:
            raw = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding", "identity") == coding
        assert answer.headers["content-type"] == "application/n-triples"
        assert unpack(raw) == plain
        assert "Accept-Encoding" in answer.headers["vary"]
        etags.add(answer.headers["etag"])
        again = tiny_server.get("/data/all.nt", headers={"Accept-Encoding": coding,
                                                         "If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304
    assert len(etags) == 3


@pytest.mark.parametrize(("suffix", "kind", "unpack"), [
    (".gz", "application/gzip", gzip.decompress), (".zst", "application/zstd", zstandard.ZstdDecompressor().decompress),
])
def test_the_twins_are_files_of_their_own(tiny_server: httpx.Client, tiny_release: Release, suffix: str, kind: str,
                                          unpack: Any) -> None:
    answer = tiny_server.get(f"/data/themes.ttl{suffix}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert "content-encoding" not in answer.headers
    assert unpack(answer.content) == (tiny_release.folder / "data" / "themes.ttl").read_bytes()
    files = tiny_release.manifest["files"]
    plain = {path for path in files if path.startswith("data/") and not path.endswith((".gz", ".zst"))}
    assert {f"{path}{suffix}" for path in plain} <= set(files)


def test_a_download_can_be_taken_up_again(tiny_server: httpx.Client, tiny_release: Release) -> None:
    plain = (tiny_release.folder / "data" / "all.nt").read_bytes()
    headers = {"Range": "bytes=100-199", "Accept-Encoding": "gzip, zstd"}
    part = tiny_server.get("/data/all.nt", headers=headers)
    assert (part.status_code, part.content) == (206, plain[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(plain)}"
    same = tiny_server.get("/data/all.nt", headers={**headers, "If-Range": part.headers["etag"]})
    assert same.status_code == 206
    other = tiny_server.get("/data/all.nt", headers={**headers, "If-Range": '"another"'})
    assert (other.status_code, other.content) == (200, plain)
    beyond = tiny_server.get("/data/all.nt", headers={"Range": f"bytes={len(plain)}-"})
    assert beyond.status_code == 416
    head = tiny_server.head("/data/all.nt", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(plain)))


# Links


def links(answer: httpx.Response) -> list[dict[str, str]]:
    """The links of an answer: target and parameters."""
    found = []
    for value in answer.headers.get_list("link"):
        for target, rest in re.findall(r"<([^>]*)>((?:\s*;\s*[\w-]+=\"[^\"]*\")+)", value):
            found.append({"href": target, **dict(re.findall(r"([\w-]+)=\"([^\"]*)\"", rest))})
    return found


def test_the_links_of_the_home_page_lead_where_they_say(tiny_server: httpx.Client, tiny_release: Release) -> None:
    found = links(tiny_server.get("/"))
    relations = {link["rel"] for link in found}
    assert {"api-catalog", "service-desc", "service-doc", "describedby", "license", "sitemap", "alternate",
            "cite-as"} <= relations
    for link in found:
        if link["href"].startswith("/") and "type" in link and link["rel"] != "timemap":
            answer = tiny_server.get(link["href"], headers={"Accept": link["type"]})
            assert answer.status_code == 200, link
            assert answer.headers["content-type"].partition(";")[0] == link["type"], link
    assert {"href": "https://creativecommons.org/licenses/by/4.0/", "rel": "license"} in found
    assert {"href": f"{tiny_release.base}release/{tiny_release.id}", "rel": "cite-as"} in found
    assert tiny_server.head("/").headers.get_list("link") == tiny_server.get("/").headers.get_list("link")


def test_the_catalogue_of_interfaces(tiny_server: httpx.Client) -> None:
    """RFC 9727: a link set with the profile; every address in it answers at this server."""
    answer = tiny_server.get("/.well-known/api-catalog")
    kind = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    assert answer.headers["content-type"] == kind
    here = str(tiny_server.base_url).rstrip("/")
    rows = {row["anchor"]: row for row in answer.json()["linkset"]}
    items = [item["href"] for item in rows[f"{here}/.well-known/api-catalog"]["item"]]
    assert set(items) == {f"{here}/{name}" for name in ("sparql", "doc", "feed", "catalog", "reconcile", "search.json")}
    for name, meta in (("reconcile", "reconcile"), ("search.json", "opensearch.xml")):
        assert [target["href"] for target in rows[f"{here}/{name}"]["service-desc"]] == [f"{here}/openapi.json"]
        assert [target["href"] for target in rows[f"{here}/{name}"]["service-meta"]] == [f"{here}/{meta}"]
    for item in items:
        for relation, targets in rows[item].items():
            for target in targets if relation != "anchor" else ():
                described = httpx.get(target["href"], headers={"Accept": target["type"]})
                assert described.status_code == 200, target
                assert described.headers["content-type"].partition(";")[0] == target["type"]
    assert "api-catalog" in {link["rel"] for link in links(tiny_server.head("/.well-known/api-catalog"))}


# Search engines


def addresses(document: str) -> list[tuple[str, str]]:
    """Address and time of change of each entry of a sitemap or of an index of them."""
    root = ElementTree.fromstring(document)
    return [(entry.findtext(f"{SITEMAP}loc", ""), entry.findtext(f"{SITEMAP}lastmod", "")) for entry in root]


def described(release: Release) -> set[str]:
    """The things of the publication that something is said about, but for those that tell of the release's files."""
    lines = b"".join((release.folder / name).read_bytes() for name in ("data/all.nt", "metadata/metadata.nt"))
    subjects = {line.partition(b"> ")[0][1:].decode() for line in lines.splitlines()}
    things = (iri.removeprefix(f"{release.base}id/") for iri in subjects
              if iri.startswith(f"{release.base}id/") and "#" not in iri)
    return {f"{release.base}id/{thing}" for thing in things if thing.partition("/")[0] not in sitemap.INNER}


def test_the_sitemap_names_everything_once(flask: FlaskClient, trondheim_release: Release) -> None:
    answer = flask.get("/sitemap.xml", headers={"Host": "data.example.org"})
    assert answer.content_type == "application/xml; charset=utf-8"
    rows = addresses(answer.text)
    things = f"{trondheim_release.base}id/"
    wanted = {f"http://data.example.org/doc/{quote(iri.removeprefix(things))}" for iri in described(trondheim_release)}
    named = [address for address, _ in rows if "/doc/" in address]
    assert len(named) == len(set(named))
    assert set(named) == wanted
    pages = [address for address, _ in rows if "/doc/" not in address]
    assert "http://data.example.org/" in pages
    for page in pages:
        path = page.removeprefix("http://data.example.org")
        assert flask.get(path, headers={"Accept": "text/html"}).status_code == 200, path
    since = Shelf(trondheim_release.folder.parent.parent).switched_at(trondheim_release)
    assert since is not None
    assert {datetime.fromisoformat(time) for _, time in rows} == {since.replace(microsecond=0)}
    assert parsedate_to_datetime(answer.headers["Last-Modified"]).astimezone(UTC) == since.replace(microsecond=0)
    unchanged = flask.get("/sitemap.xml", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert unchanged.status_code == 304


def test_a_large_sitemap_has_an_index(flask: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit: an index, pages that are full and no fuller, the same addresses as in one."""
    whole = addresses(flask.get("/sitemap.xml").text)
    monkeypatch.setattr(sitemap, "PAGE", 300)
    index = addresses(flask.get("/sitemap.xml").text)
    assert len(index) > 3
    gathered = []
    for address, time in index:
        assert time
        page = addresses(flask.get(address.removeprefix("http://localhost")).text)
        assert 0 < len(page) <= 300
        gathered += page
    assert sorted(set(gathered)) == sorted(whole)
    assert len(gathered) == len(whole)
    assert flask.get(f"/sitemap-{len(index) + 1}.xml").status_code == 404
    assert flask.get("/sitemap-0.xml").status_code == 404


def test_crawlers_are_told_where_the_sitemap_is(tiny_server: httpx.Client, tiny_release: Release) -> None:
    text = tiny_server.get("/robots.txt").text
    assert f"Sitemap: {str(tiny_server.base_url).rstrip('/')}/sitemap.xml" in text.splitlines()
    assert "Disallow: /sparql?" in text.splitlines()
    assert "Disallow: /\n" not in text
    closed = app_of(tiny_release, crawlers="0").test_client().get("/robots.txt").text
    assert closed == "User-agent: *\nDisallow: /\n"


def structured(page: str) -> dict[str, Any]:
    """The structured data of a page: one script element, and nothing in it that HTML would read."""
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(scripts) == 1
    assert not re.search(r"[<>&]", scripts[0])
    found: dict[str, Any] = json.loads(scripts[0])
    return found


@pytest.mark.parametrize("language", ["nb", "en"])
def test_structured_data_of_a_dataset(flask: FlaskClient, trondheim_release: Release, language: str) -> None:
    """What Google Dataset Search requires and recommends, as the catalogue says it."""
    graph = graph_of(trondheim_release)
    for node in graph.subjects(RDF.type, DCAT.Dataset):
        path = f"/doc/{str(node).removeprefix(f'{trondheim_release.base}id/')}"
        page = flask.get(f"{path}?lang={language}", headers={"Accept": "text/html"})
        found = structured(page.text)
        assert (found["@context"], found["@type"], found["@id"]) == ("https://schema.org/", "Dataset", str(node))
        texts = {(name, text.language): str(text) for name in (DCTERMS.title, DCTERMS.description)  # type: ignore[attr-defined]
                 for text in graph.objects(node, name)}
        assert found["name"] == texts[DCTERMS.title, language]
        assert found["description"] == texts[DCTERMS.description, language]
        assert 50 <= len(found["description"]) <= 5000
        assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
        assert found["creator"]["name"] in {str(name) for name in graph.objects(None, FOAF.name)}
        assert {file["contentUrl"] for file in found["distribution"]} == {
            str(graph.value(file, DCAT.downloadURL)) for file in graph.objects(node, DCAT.distribution)}
        for file in found["distribution"]:
            assert file["encodingFormat"] == str(graph.value(URIRef(file["@id"]), DCAT.mediaType)).split("types/")[1]
        period = graph.value(node, DCTERMS.temporal)
        assert found["temporalCoverage"] == f"{graph.value(period, DCAT.startDate)}/{graph.value(period, DCAT.endDate)}"
        assert found["spatialCoverage"][0]["geo"]["box"] == "63.15 10.05 63.46 10.73"
        assert found["keywords"]
        assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_structured_data_of_the_home_page(flask: FlaskClient, trondheim_release: Release) -> None:
    found = structured(flask.get("/?lang=en").text)
    assert found["@type"] == "DataCatalog"
    assert found["@id"] == f"{trondheim_release.base}catalog"
    assert {row["@id"] for row in found["dataset"]} == {
        str(node) for node in graph_of(trondheim_release).subjects(RDF.type, DCAT.Dataset)}
    assert all(row["name"] and row["description"] and row["license"] for row in found["dataset"])


HOSTILE = "A plan & <b>more</b> </script><!-- 100 % {x}_y"


@pytest.fixture
def hostile(tiny: Path, tmp_path: Path) -> FlaskClient:
    """A publication whose title is meant to break out of wherever it stands."""
    head = (tiny / "publication.yaml").read_text("utf-8")
    title = f"title: {{nb: {HOSTILE!r}, en: {HOSTILE!r}}}"
    (tiny / "publication.yaml").write_text(head.replace("title: {nb: Plan for Lillevik, en: Plan for Lillevik}", title),
                                           "utf-8")
    return app_of(publish(tiny, tmp_path / "out").release).test_client()


def test_a_title_cannot_break_out_of_structured_data(hostile: FlaskClient) -> None:
    assert structured(hostile.get("/").text)["name"] == HOSTILE
    page = hostile.get("/doc/dataset/themes", headers={"Accept": "text/html"}).text
    assert structured(page)["name"].endswith(HOSTILE)
    assert "<b>more" not in page


# Citations


def bibtex(text: str) -> dict[str, str]:
    """The fields of one entry, by a reader that counts braces."""
    assert re.match(r"@misc\{[a-z0-9-]+,\n", text)
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},?$", text, re.MULTILINE))
    for value in fields.values():
        bare = re.sub(r"\\[{}]", "", value)
        depth = 0
        for sign in bare:
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0
        assert depth == 0
    return fields


def test_a_citation_names_what_stays(tiny_server: httpx.Client, tiny_release: Release) -> None:
    fields = bibtex(tiny_server.get("/cite.bib?lang=en").text)
    assert fields["author"] == "{Lillevik municipality}"
    assert fields["title"] == "{Plan for Lillevik}"
    assert (fields["year"], fields["version"]) == ("2024", tiny_release.id[:12])
    assert fields["url"] == f"{tiny_release.base}release/{tiny_release.id}"
    frozen = tiny_server.get(f"/release/{tiny_release.id}", headers={"Accept": "text/html"})
    assert frozen.status_code == 200
    item = tiny_server.get("/cite/themes.json?lang=nb").json()
    assert (item["type"], item["author"]) == ("dataset", [{"literal": "Lillevik kommune"}])
    assert item["title"] == "Temaer og koblinger til FNs delmål – Plan for Lillevik"
    assert item["issued"] == {"date-parts": [[2024, 2, 3]]}
    assert item["URL"] == fields["url"]


def test_what_tex_reads_is_escaped(hostile: FlaskClient) -> None:
    fields = bibtex(hostile.get("/cite.bib").text)
    assert fields["title"] == r"{A plan \& <b>more</b> </script><!-- 100 \% \{x\}\_y}"


@pytest.mark.parametrize(("path", "accept", "kind"), [
    ("/cite", "application/x-bibtex", "application/x-bibtex"),
    ("/cite", "*/*", "application/x-bibtex"),
    ("/cite/statistics", "application/vnd.citationstyles.csl+json", "application/vnd.citationstyles.csl+json"),
    ("/cite/statistics", "application/json", "application/vnd.citationstyles.csl+json"),
    ("/cite/all.bib", "application/json", "application/x-bibtex"),
])
def test_citations_are_negotiated(tiny_server: httpx.Client, path: str, accept: str, kind: str) -> None:
    answer = tiny_server.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, kind)


@pytest.mark.parametrize(("path", "accept", "status", "code"), [
    ("/cite", "image/png", 406, "format-unacceptable"),
    ("/cite/nothing", "*/*", 404, "dataset-unknown"),
    ("/cite.xml", "*/*", 404, "format-unknown"),
])
def test_citations_that_are_not_had(tiny_server: httpx.Client, path: str, accept: str, status: int, code: str) -> None:
    answer = tiny_server.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["type"].rpartition("#")[2]) == (status, code)


def test_pages_lead_to_citations(tiny_server: httpx.Client) -> None:
    for page, cite in (("/", "/cite"), ("/doc/dataset/themes", "/cite/themes"), ("/doc/dataset/all", "/cite")):
        text = tiny_server.get(page, headers={"Accept": "text/html"}, params={"lang": "en"}).text
        for suffix in ("bib", "json"):
            assert f'href="{cite}.{suffix}?lang=en"' in text
