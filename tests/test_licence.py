"""The licence that a publication chooses is the one that everything says: pages, headers, statements and feed."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse

from conftest import TINY
from delmaal.http.asked import Asked
from delmaal.publish import publish
from delmaal.reading.releases import Opened, Releases
from delmaal.records import LICENCES
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app, publication_of
from delmaal.serving.dispatch import reply
from delmaal.settings import load
from delmaal.terms import term

ATTRIBUTION = "creativecommons.org/licenses/by/4.0"
LICENCE_IRI = term("dct:license").value
GOAL = f"/doc?iri={quote('http://metadata.un.org/sdg/3', safe='')}"
OWN = ("/ns", "/shapes")
"""The ontology and the shapes are the product's, and so are what describes them: their licence is theirs to keep."""

PLACES = (
    "/", "/?lang=en", "/matrix", "/search?q=helse", "/search.json?q=helse", "/sparql", "/sparql/examples", "/problems",
    "/openapi.json", "/.well-known/api-catalog", "/opensearch.xml", "/sitemap.xml", "/robots.txt", "/cite.bib",
    "/cite.json", "/cite/themes.bib", "/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/catalog.nt", "/void.ttl",
    "/service-description.ttl", "/provenance.ttl", "/report.ttl", "/reconcile", "/reconcile/nb", "/feed", "/release",
    GOAL, f"{GOAL}&format=ttl", f"{GOAL}&format=nt", f"{GOAL}&format=jsonld",
)


@pytest.fixture(scope="module", params=sorted(LICENCES.keys() - {"CC BY 4.0"}))
def release(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the tiny publication under another licence."""
    folder = under(request.param, tmp_path_factory.mktemp("licence") / "tiny")
    return publish(folder, folder.parent / "out").release


NEW = """
import shutil, sys
from pathlib import Path

from delmaal.records import LICENCES, Text
from delmaal.records.licences import ATTRIBUTION, ListedLicence

PAGE = "https://creativecommons.org/licenses/by-sa/4.0/"
LICENCES["CC BY-SA 4.0"] = ListedLicence("CC BY-SA 4.0", PAGE, "CC_BYSA_4_0", ATTRIBUTION, Text("Som før", "As before"))

from delmaal.publish import publish
from delmaal.reading.releases import Releases
from delmaal.release import Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load

folder = Path(sys.argv[1])
release = publish(folder, folder.parent / "out").release
client = create_app(load({}), Releases(Shelf(release.folder.parent.parent))).test_client()
for place, said in (
    ("/catalog.nt", f"{LICENCES['CC BY-SA 4.0'].authority}>"), ("/catalog.ttl", "As before"),
    ("/catalog.ttl", "Lisens: Som før. Oppgi"), ("/void.ttl", "CC_BYSA_4_0"), ("/provenance.ttl", f"<{PAGE}>"),
    ("/?lang=en", f'<a href="{PAGE}" rel="license">Data under CC BY-SA 4.0</a>'),
    ("/doc/dataset/themes.html", PAGE), ("/doc/dataset/themes.nt", f"<{PAGE}>"), ("/cite.bib", PAGE),
):
    answer = client.get(place)
    assert answer.status_code == 200 and said in answer.text, (place, said, answer.text[:2000])
"""


def under(licence: str, folder: Path) -> Path:
    """The tiny publication under another licence."""
    shutil.copytree(TINY, folder)
    head = (folder / "publication.yaml").read_text("utf-8")
    (folder / "publication.yaml").write_text(head.replace("licence: CC BY 4.0", f"licence: {licence}"), "utf-8")
    return folder


def test_a_row_is_all_that_a_further_licence_takes(tmp_path: Path) -> None:
    """Reader, builder, catalogue, VoID, provenance, pages and citations, in a process where the table has one more."""
    folder = under("CC BY-SA 4.0", tmp_path / "tiny")
    done = subprocess.run([sys.executable, "-c", NEW, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_docs_name_every_licence() -> None:
    docs = (Path(__file__).parents[1] / "docs" / "curated-yaml.md").read_text("utf-8")
    (row,) = (line for line in docs.splitlines() if line.startswith("| `licence` |"))
    assert all(name in row for name in LICENCES)


def client_of(release: Release) -> FlaskClient:
    return create_app(load({}), Releases(Shelf(release.folder.parent.parent))).test_client()


def page_of(release: Release) -> str:
    return LICENCES[release.manifest["licence"]["name"]].page


def test_nothing_says_another_licence(release: Release) -> None:
    """Whatever is fetched: every page that the sitemap names, each in four forms, and what is of no one thing."""
    client = client_of(release)
    locations = [entry[0].text or "" for entry in ElementTree.fromstring(client.get("/sitemap.xml").data)]
    things = [place.removeprefix("http://localhost") for place in locations]
    feed = re.findall(r"</?(feed/[^>]+/\d+)>", client.get("/feed", headers={"Accept": "text/turtle"}).text)
    assert len(feed) >= 1
    places = [*PLACES, *things, *(f"{place}.{suffix}" for place in things if place.startswith("/doc/")
                                  for suffix in ("ttl", "jsonld", "nt")), *(f"/{page}" for page in feed),
              f"/release/{release.id}", f"/release/{release.id}/manifest.json", f"/release/{release.id}/"]
    said = 0
    for place in places:
        if place.startswith(OWN):
            continue
        accept = "text/turtle" if place.startswith("/feed") else "*/*"
        for wanted in (accept, "text/html") if place == "/sparql" or place.startswith("/doc/") else (accept,):
            answer = client.get(place, headers={"Accept": wanted})
            whole = f"{answer.headers}\n{answer.text}"
            assert ATTRIBUTION not in whole, (place, wanted)
            assert "CC BY 4.0" not in whole, (place, wanted)
            said += page_of(release) in whole
    assert said > 100


def test_the_ontology_and_the_shapes_keep_their_own(release: Release) -> None:
    client = client_of(release)
    for place in OWN:
        for accept in ("text/turtle", "text/html"):
            answer = client.get(place, headers={"Accept": accept})
            links = ", ".join(answer.headers.get_all("Link"))
            assert f"https://{ATTRIBUTION}/" in f"{links} {answer.text}", (place, accept)
            assert page_of(release) not in links, (place, accept)


def test_where_the_licence_stands(release: Release) -> None:
    """In statements, headers, the foot of the page, the feed, the provenance, the OpenAPI description, the manifest."""
    client, page, name = client_of(release), page_of(release), release.manifest["licence"]["name"]
    assert release.manifest["licence"] == {"name": name, "iri": page}
    thing = client.get("/doc/dataset/themes.nt")
    assert f'<{page}>; rel="license"' in ", ".join(thing.headers.get_all("Link"))
    assert f"<{release.base}doc/dataset/themes> <{LICENCE_IRI}> <{page}> ." in thing.text
    assert licences(client.get("/doc/dataset/themes.ttl").data, "doc/dataset/themes") == {page}
    for lang in ("nb", "en"):
        foot = client.get(f"/?lang={lang}").text.partition('<footer class="site-footer">')[2]
        assert f'<a href="{page}" rel="license">Data under {name}</a>' in foot
    assert licences(client.get("/feed", headers={"Accept": "text/turtle"}).data, "feed#stream") == {page}
    assert licences(client.get("/provenance.ttl").data, f"id/release/{release.id}") == {page}
    described = client.get("/openapi.json").get_json()
    assert described["info"]["license"] == {"name": f"{name} (data)", "url": page}


def licences(turtle: bytes, of: str) -> set[str]:
    """The licences that a document names of what ends so."""
    quads = parse(turtle, format=RdfFormat.TURTLE, base_iri="http://localhost/")
    return {quad.object.value for quad in quads
            if quad.predicate.value == LICENCE_IRI and quad.subject.value.endswith(of)}


def test_the_front_says_the_same(release: Release) -> None:
    """What is answered without Flask."""
    publication = publication_of(load({}), Releases(Shelf(release.folder.parent.parent)))
    found = reply(publication, Asked(publication, "GET", "/doc/dataset/themes.ttl"))
    assert licences(found.body, "doc/dataset/themes") == {page_of(release)}
    assert f'<{page_of(release)}>; rel="license"' in ", ".join(found.headers.getlist("Link"))


def test_an_older_release_is_under_what_its_catalogue_says(release: Release) -> None:
    """Manifests did not always name the licence."""
    manifest = {name: value for name, value in release.manifest.items() if name != "licence"}
    older = Opened(Release(release.folder, json.loads(json.dumps(manifest))), None)
    assert older.licence == LICENCES[release.manifest["licence"]["name"]]
