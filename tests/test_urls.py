"""Every address comes from the builder: under any mount, in old releases, with and without a query."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from random import Random
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from conftest import ROOT
from delmaal.http.asked import Asked
from delmaal.http.fields import Fields
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.http.urls import iri_of, suffix_of, urls_of
from delmaal.http.urls.iris import path_of
from delmaal.reading.releases import Releases
from delmaal.serving.application import publication_of
from delmaal.serving.dispatch import reply, router
from delmaal.settings import load
from succession import Succession

PACKAGE = ROOT / "server" / "delmaal"
SEGMENTS = {rule.strip("/").split("/")[0].split(".")[0].split("-<")[0] for rule in router().rules} - {"", "<path:path>"}
WRITTEN = re.compile(rf"/(?:{'|'.join(map(re.escape, sorted(filter(None, SEGMENTS))))})(?![\w-])")
OWN_LINK = re.compile(rb'(?:href|src|action)="([^"#]*)')

EXCEPT = ("http/urls/", "protocols/openapi/")
"""The builder; and the description of the routes, whose paths are templates that a test holds against the routes."""

PAGES = ("/", "/matrix", "/about", "/privacy", "/search", "/sparql", "/sparql/examples", "/sparql/examples/list_themes",
         "/ns", "/shapes", "/shapes/theme-lines", "/problems", "/release", "/doc/theme/god-helse", "/doc/dataset/all",
         "/doc/cube/statistics", "/doc/mention/budsjett-2024-1", "/doc?iri=http://metadata.un.org/sdg/3",
         "/doc?iri=http://metadata.un.org/sdg/3.4", "/doc?iri=https://w3id.org/delmaal/ns%23Theme", "/search?q=helse",
         "/nothing")
"""A page of each kind; within a release as well, where it is of one."""

SHARED = ("/ns", "/shapes", "/shapes/theme-lines", "/problems")
"""What publications share."""

MOUNTS = (("", ""), ("/trondheim", ""), ("/p/volda", "/p"))


class Served:
    """A publication under a mount, asked in place."""

    def __init__(self, publication: Publication, mount: str, root: str) -> None:
        self.publication, self.mount, self.root = publication, mount, root

    def get(self, target: str, accept: str = "text/html", **headers: str) -> Reply:
        """The answer to a whole address on this server; what is shared is answered under the root too."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        below = self.mount if path == self.mount or path.startswith(f"{self.mount}/") else self.root
        assert path.startswith(f"{below}/"), f"{target} is not under {self.mount!r} or {self.root!r}"
        asked = Asked(self.publication, "GET", path.removeprefix(below), parts.query,
                      Fields({"accept": accept, "host": "test.example", **headers}))
        asked.mount, asked.root = self.mount, self.root
        found = reply(self.publication, asked)
        if found.parts is not None:
            found.body = b"".join(found.parts)
        found.close()
        return found

    def links(self, target: str, found: Reply) -> Iterator[str]:
        """The addresses on this server that an answer leads to."""
        given = [line for value in found.headers.getlist("Link") for line in re.findall(r"<([^>]*)>", value)]
        given += [found.headers.get(name) for name in ("Location", "Content-Location")]
        if found.headers.get("Content-Type").startswith("text/html"):
            given += [unescape(each.decode()) for each in OWN_LINK.findall(found.body)]
        for each in given:
            whole = urlsplit(urljoin(f"http://here.example{target}", each))
            if each and whole.netloc == "here.example":
                yield whole.path + (f"?{whole.query}" if whole.query else "")


@pytest.fixture(scope="module")
def publication(releases: Succession) -> Publication:
    return publication_of(load({}), Releases(releases.shelf))


@pytest.fixture(params=MOUNTS, ids=lambda pair: pair[0] or "/")
def served(request: pytest.FixtureRequest, publication: Publication) -> Served:
    return Served(publication, *request.param)


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """The texts that a module writes, without docstrings and without what declares a route."""
    tree = ast.parse(path.read_text("utf-8"))
    left = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("routes."):
            left |= {id(each) for each in node.args}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
            yield node.lineno, node.value


def test_no_other_room_writes_an_address() -> None:
    found = []
    for room in ("site", "protocols", "http", "serving", "reading", "describe"):
        for path in (PACKAGE / room).rglob("*.py"):
            name = path.relative_to(PACKAGE).as_posix()
            if not name.startswith(EXCEPT):
                found += [f"{name}:{line}: {text[:60]!r}" for line, text in literals(path) if WRITTEN.match(text)]
    for path in (PACKAGE / "site" / "templates").iterdir():
        found += [f"{path.name}: {each}" for each in re.findall(r'(?:href|src|action)="/[^"]*|["\']/[a-z?][^"\']*',
                                                                path.read_text("utf-8"))]
    for path in (ROOT / "server" / "frontend" / "src").glob("*.js"):
        found += [f"{path.name}: {each}" for each in re.findall(r"[\"'`]/[a-z?]\S*", path.read_text("utf-8"))]
    assert not found, "http/urls writes the addresses; use the method for it, or add one"


def test_everything_that_a_page_leads_to_is_there(served: Served, releases: Succession) -> None:
    old = f"/release/{releases.first.id}"
    current = ("/search", "/sparql", "/release", "/nothing")
    ends = [*PAGES, *(old + page for page in PAGES if not page.startswith(current)), old,
            f"{old}/diff/{releases.second.id}.html"]
    waiting = [(served.mount + page, True) for page in ends]
    waiting += [(f"{served.mount}/index.nb.html", True), (f"{served.mount}{old}/index.en.html", True)]
    seen, kinds = {target for target, _ in waiting}, Counter[str]()
    while waiting:
        target, walked = waiting.pop()
        found = served.get(target, "text/html" if walked else "*/*")
        assert found.status_code < 400 or "/nothing" in target or (found.status_code == 503 and "query=" in target), (
            f"{target}: {found.status_code}")
        if walked:
            for link in served.links(target, found):
                kind = re.sub(r"[0-9a-f]{64}", "…", "/".join(re.split(r"[/?]", link)[:6]))
                if link not in seen and kinds[kind] < 2:
                    kinds[kind] += 1
                    seen.add(link)
                    waiting.append((link, False))
    assert len(seen) > 200


def test_a_page_has_an_address_without_a_query(served: Served, releases: Succession) -> None:
    old = f"/release/{releases.first.id}"
    for below, asked in (("", "/?lang={}"), *((each, f"{each}?lang={{}}") for each in (
            "/matrix", "/about", "/search", "/sparql", "/sparql/examples", "/sparql/examples/list_themes", "/ns",
            "/shapes", "/shapes/theme-lines", "/problems", "/release", old, "/doc/theme/god-helse",
            f"{old}/doc/theme/god-helse", f"{old}/ns", "/doc/mention/budsjett-2024-1")),
            (f"{old}/", f"{old}/?lang={{}}"),
            ("/iri/http/metadata.un.org/sdg/3.4", "/doc?iri=http://metadata.un.org/sdg/3.4&lang={}"),
            ("/iri/https/w3id.org/delmaal/ns~23Theme", "/doc?iri=https://w3id.org/delmaal/ns%23Theme&lang={}")):
        bare = below if below and not below.endswith("/") else f"{below.rstrip('/')}/index"
        place = served.root if below in SHARED else served.mount
        for language, other in (("nb", "en"), ("en", "nb")):
            target = f"{place}{bare}.{language}.html"
            page = served.get(target, "*/*", **{"accept-language": other})
            same = served.get(served.mount + asked.format(language))
            assert (page.status_code, same.status_code) == (200, 200), target
            text = page.body.decode()
            assert re.findall(r"<h1.*?</h1>", text, re.DOTALL) == re.findall(r"<h1.*?</h1>", same.body.decode(),
                                                                             re.DOTALL)
            assert f'<html lang="{language}">' in text
            assert not {"Accept", "Accept-Language"} & set(page.headers.get("Vary").split(", ")), target
            assert page.headers.get("ETag") != same.headers.get("ETag") or not page.headers.get("ETag")
            assert page.headers.get("Content-Location", target) == target
            beside = f'hreflang="{other}" href="{place}{bare}.{other}.html"'
            assert beside in text, target
            canonical = re.search(r'<link rel="canonical" href="https://example.org/lillevik(/[^"]*)"', text)
            if canonical:
                assert canonical[1] == f"{bare}.{language}.html".removeprefix(old), target
            for link in served.links(target, page):
                dynamic = re.search(r"/(sparql|search|search.json|observations\.\w+)\?", link)
                assert "?" not in link or dynamic or "/timemap/" in link, f"{link} in {target}"


def test_further_pages_and_what_is_no_page(publication: Publication) -> None:
    served = Served(publication, "/p/volda", "/p")
    first = served.get("/p/volda/doc/cube/statistics.nb.html")
    assert first.status_code == 200
    many = "/p/volda/iri/https/w3id.org/delmaal/ns"
    second = served.get(f"{many}.en.2.html")
    assert second.status_code == 200
    assert f'href="{many}.en.html" rel="prev"' in second.body.decode()
    assert f'<{many}.en.html>; rel="prev"' in ", ".join(second.headers.getlist("Link"))
    assert f'hreflang="nb" href="{many}.nb.2.html"' in second.body.decode()
    assert second.headers.get("Content-Location") == f"{many}.en.2.html"
    for target in ("/p/volda/matrix.xx.html", "/p/volda/matrix.html", "/p/volda/matrix.nb.1.html",
                   f"{many}.en.900.html", "/p/volda/catalog.nb.html", "/p/volda/doc/theme/x.nb.html",
                   "/p/volda/health.nb.html"):
        assert served.get(target).status_code == 404, target
    posted = Asked(publication, "POST", "/matrix.nb.html", "", Fields({}))
    assert reply(publication, posted).status_code == 405
    for suffix, kind in (("ttl", "text/turtle"), ("jsonld", "application/ld+json"), ("html", "text/html")):
        found = served.get(f"/p/volda/iri/http/metadata.un.org/sdg/3.4.{suffix}")
        assert found.status_code == 200
        assert found.headers.get("Content-Type").startswith(kind)


def test_a_page_in_a_language_has_mementos(publication: Publication, releases: Succession) -> None:
    served = Served(publication, "", "")
    for target in ("/doc/theme/god-helse.nb.html", "/iri/http/metadata.un.org/sdg/3.4.nb.html", "/index.en.html"):
        listed = served.get(f"/timemap/link{target}", "*/*")
        assert listed.status_code == 200
        assert f"</release/{releases.first.id}{target}>" in listed.body.decode()
        gate = served.get(target, **{"accept-datetime": "Wed, 01 Jan 2020 00:00:00 GMT"})
        assert (gate.status_code, gate.headers.get("Location")) == (302, f"/release/{releases.first.id}{target}")
        short = served.get(f"/release/{releases.first.id[:12]}{target}")
        assert (short.status_code, short.headers.get("Location")) == (302, f"/release/{releases.first.id}{target}")


def test_nothing_of_one_mount_is_shown_under_another(publication: Publication, releases: Succession) -> None:
    """What is kept of a page for speed is kept for its own addresses."""
    ends = [*PAGES, *(f"/release/{releases.first.id}{page}" for page in PAGES[8:14] if page != "/release")]
    alone = {}
    for mount, root in MOUNTS[:2]:
        fresh = Served(publication_of(load({}), Releases(releases.shelf)), mount, root)
        alone.update({(mount, page): fresh.get(mount + page).body for page in ends})
    for mount, root in (*MOUNTS, *MOUNTS):
        for page in ends:
            found = Served(publication, mount, root).get(mount + page)
            others = {each for pair in MOUNTS for each in pair if each and each not in (mount, root)}
            own = [unescape(link.decode()) for link in OWN_LINK.findall(found.body)]
            assert not [link for link in own if link.startswith(tuple(f"{each}/" for each in others))], (mount, page)
            if (mount, page) in alone:
                assert found.body == alone[mount, page], (mount, page)


@pytest.mark.parametrize(("iri", "path"), [
    ("http://metadata.un.org/sdg/3.4", "http/metadata.un.org/sdg/3.4"),
    ("https://w3id.org/delmaal/ns#Theme", "https/w3id.org/delmaal/ns~23Theme"),
    ("urn:x:y", "urn~3Ax~3Ay"),
    ("http://example.org/a//b/", "http/example.org/a~2F~2Fb~2F"),
    ("http://example.org/../x.html", "http/example.org/~2E~2E/x~2Ehtml"),
    ("https://example.org/æ?x=%C3%A6", "https/example.org/~C3~A6~3Fx~3D~25C3~25A6"),
])
def test_an_iri_as_a_path(iri: str, path: str) -> None:
    assert path_of(iri) == path
    assert iri_of(path) == iri
    assert urls_of("", "/p", "", "https://example.org/", suffixed=True, language="nn").thing(iri) == (
        f"/p/iri/{path}.nn.html")


def test_every_iri_comes_back_from_its_path() -> None:
    chance = Random(10)
    for _ in range(20_000):
        iri = chance.choice(("http://", "https://", "urn:")) + "".join(chance.choices("ab./~#?æ%:-_😀", k=8))
        path = path_of(iri)
        assert iri_of(path) == iri
        assert re.fullmatch(r"[A-Za-z0-9._~-]+(/[A-Za-z0-9._~-]+)*", path), "unreserved, and no empty segment"
        assert not {".", ".."} & set(path.split("/"))
        assert suffix_of(f"/iri/{path}.nb.html", ("nb",)) == (f"/iri/{path}", "nb", "")


def test_what_names_the_server_whole_names_the_mount(served: Served) -> None:
    """Documents that programs keep: each address of this server in them is one of the publication, or of the site."""
    for target in ("/opensearch.xml", "/sitemap.xml", "/robots.txt", "/.well-known/api-catalog", "/reconcile", "/feed",
                   "/timemap/json/doc/theme/god-helse", "/openapi.json", "/release", "/search.json?q=helse"):
        found = served.get(served.mount + target, "application/json, text/turtle;q=0.9, */*;q=0.1")
        assert found.status_code == 200, target
        text = found.body.decode()
        own = re.findall(r"http://test\.example(/[^\"<\s]*)", text)
        kind = found.headers.get("Content-Type")
        if "xml" not in kind:
            own += re.findall(r'"(/[a-z.][^"\s]*)"' if "json" in kind else r"<(/[a-z.][^>\s]*)>", text)
        if target == "/openapi.json":
            assert json.loads(text).get("servers", [{"url": ""}]) == [{"url": served.mount}]
            continue
        assert own or target == "/robots.txt" or not served.mount, target
        for address in own:
            shared = () if target == "/sitemap.xml" else (f"{served.root}/static/", f"{served.root}/ns")
            part = target == "/reconcile" and address.startswith(("/suggest", "/properties"))
            assert part or address.startswith((f"{served.mount}/", *shared)), (target, address)
    assert f"Disallow: {served.mount}/metrics" in served.get(f"{served.mount}/robots.txt").body.decode()


def test_the_public_address_is_that_of_the_mount(releases: Succession) -> None:
    settings = load({}, {"DELMAAL_PUBLIC_URL": "https://data.example/p/volda"})
    publication = publication_of(settings, Releases(releases.shelf))
    served = Served(publication, "/p/volda", "/p")
    for asked, known in (("/doc/theme/god-helse?lang=nb", "/p/volda/doc/theme/god-helse"), ("/ns?lang=nb", "/p/ns"),
                         ("/doc/theme/god-helse.nb.html", "/p/volda/doc/theme/god-helse.nb.html")):
        found = served.get(f"/p/volda{asked}")
        text = found.body.decode()
        assert f'<link rel="canonical" href="https://data.example{known}">' in text
        assert f'<https://data.example{known}>; rel="canonical"' in ", ".join(found.headers.getlist("Link"))
        assert '<meta property="og:image" content="https://data.example/p/static/card.png">' in text
        assert f'<https://data.example/p/volda/timemap/link{asked}>; rel="timemap"' in ", ".join(
            found.headers.getlist("Link"))
    assert "https://data.example/p/volda/search?q={searchTerms}" in served.get("/p/volda/opensearch.xml").body.decode()
    gate = served.get("/p/volda/matrix", **{"accept-datetime": "Wed, 01 Jan 2020 00:00:00 GMT"})
    assert gate.headers.get("Location") == f"https://data.example/p/volda/release/{releases.first.id}/matrix"
