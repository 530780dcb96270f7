"""The pages that people read: complete, in both languages, well formed, and showing bad input well."""

from __future__ import annotations

import csv
import gc
import hashlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit
from weakref import ref

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from html5rdf import HTMLParser  # type: ignore[import-untyped]  # it has no types

from conftest import ROOT, TINY
from delmaal.lookup import build_index
from delmaal.publish import publish
from delmaal.reading.releases import Opened, Releases
from delmaal.reading.things import things_of
from delmaal.reading.words import WORDS
from delmaal.release import Release, Shelf
from delmaal.release.identity import seal_of
from delmaal.release.seals import seal
from delmaal.serving.application import create_app
from delmaal.settings import load
from delmaal.site.pages.cube import cube_of
from delmaal.site.pages.theme import figures_of
from delmaal.terms import PREFIXES
from spoiling import plant

SDG = "/doc?iri=http%3A%2F%2Fmetadata.un.org%2Fsdg%2F"
KINDS = {
    "home": "/", "matrix": "/matrix", "theme": "/doc/theme/god-helse", "goal": f"{SDG}3", "target": f"{SDG}3.4",
    "target without theme": f"{SDG}1.1", "document": "/doc/document/helseplan-2020-2024",
    "indicator": "/doc/indicator/god-helse-andel", "area": "/doc/area/lillevik", "dataset": "/doc/cube/statistics",
    "statistic": "/doc/statistic/god-helse-kvinner", "range": "/doc/statistic/over-80-i-2030",
    "unassigned": "/doc/statistic/verdi-uten-etikett", "failure": "/doc/theme/nothing",
}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(NamedTuple):
    """A page as a test reads it."""

    status: int
    text: str
    address: str

    @property
    def words(self) -> str:
        """What a reader sees, each run of white space as one space."""
        body = re.sub(r"<(script|style)\b.*?</\1>", "", self.text.partition("<body")[2], flags=re.DOTALL)
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", body)).replace("\u00a0", " "))

    @property
    def links(self) -> list[str]:
        """Where its links lead."""
        return [unescape(href) for href in re.findall(r'<a\b[^>]*?\shref="([^"]*)"', self.text)]


def client_of(release: Release) -> FlaskClient:
    """A client of the application over the releases of a publication."""
    return create_app(load({}), Releases(Shelf(release.folder.parent.parent))).test_client()


def read(client: FlaskClient, address: str, language: str = "nb") -> Page:
    """A page as a browser asks for it."""
    joint = "&" if "?" in address else "?"
    found = client.get(f"{address}{joint}lang={language}", headers={"Accept": "text/html"})
    assert found.headers["Content-Type"].startswith("text/html"), address
    assert "'unsafe" not in found.headers["Content-Security-Policy"]
    return Page(found.status_code, found.get_data(as_text=True), address)


@pytest.fixture(scope="module")
def tiny(tiny_release: Release) -> FlaskClient:
    """A client of the tiny publication."""
    return client_of(tiny_release)


@pytest.fixture(scope="module")
def trondheim(trondheim_release: Release) -> FlaskClient:
    """A client of Trondheim's publication."""
    return client_of(trondheim_release)


def altered(release: Release, folder: Path, old: list[str], new: list[str]) -> FlaskClient:
    """A client of a copy of a release that lacks some statements and has others."""
    shelf = folder / "altered"
    copy = Path(shutil.copytree(release.folder, shelf / "releases" / release.id,
                                ignore=shutil.ignore_patterns("store")))
    lines = set((copy / "data/all.nt").read_text("utf-8").splitlines())
    assert set(old) <= lines
    content = "".join(f"{line}\n" for line in sorted(lines - set(old) | set(new))).encode()
    (copy / "data/all.nt").write_bytes(content)
    manifest = json.loads((copy / "manifest.json").read_bytes())
    manifest["files"]["data/all.nt"] |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    manifest["seal"] = seal_of(manifest)
    (copy / "manifest.json").write_text(json.dumps(manifest), "utf-8")  # a server opens nothing that is not whole
    shutil.rmtree(copy / "index")
    build_index(copy)
    seal(copy / "index")
    (shelf / "current").symlink_to(f"releases/{release.id}")
    return create_app(load({}), Releases(Shelf(shelf))).test_client()


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_well_formed_and_accessible(tiny: FlaskClient, kind: str, language: str) -> None:
    page = read(tiny, KINDS[kind], language)
    assert page.status == (404 if kind == "failure" else 200)
    well_formed(page, language)


def well_formed(page: Page, language: str) -> None:
    """Asserts what every page must be: valid, labelled, without inline script or style."""
    parser = HTMLParser(strict=False)
    parser.parse(page.text)
    wrong = [error for error in parser.errors if error[1] != "expected-doctype-but-got-eof"]
    assert not wrong, (page.address, wrong[:3])
    assert f'<html lang="{language}">' in page.text
    assert len(re.findall(r"<h1\b", page.text)) == 1
    assert not re.search(r"<[a-z][^>]*\s(?:style|on[a-z]+)=", page.text)
    assert not re.search(r'<style\b|(?:href|src|action)="\s*javascript:', page.text)
    assert all("src=" in tag or "ld+json" in tag for tag in re.findall(r"<script\b[^>]*>", page.text))
    names = re.findall(r'\sid="([^"]+)"', page.text)
    assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]
    referred = re.findall(r'\s(?:aria-labelledby|aria-describedby|for)="([^"]+)"', page.text)
    referred += [href[1:] for href in page.links if href.startswith("#")]
    assert {name for each in referred for name in each.split()} <= set(names), page.address
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", page.text.partition("<main")[2])]
    assert all(after - before <= 1 for before, after in pairwise(levels)), (page.address, levels)
    for table in re.findall(r"<table\b.*?</table>", page.text, re.DOTALL):
        assert "<caption" in table
        assert 'scope="col"' in table
    for image in re.findall(r'<svg\b[^>]*role="img".*?</svg>', page.text, re.DOTALL):
        assert "<title" in image
        assert "<desc" in image


def pages_of(client: FlaskClient) -> Iterator[str]:
    """One address of each kind in Trondheim's publication, and every theme."""
    home = read(client, "/")
    yield "/"
    yield "/matrix"
    themes = sorted({link.partition("?")[0] for link in home.links if link.startswith("/doc/theme/")})
    assert len(themes) == 14
    yield from themes
    yield from (f"{SDG}{code}" for code in ("3", "11", "3.4", "11.3", "17.14"))
    yield from ("/doc/document/strategi-for-innovasjonsdistrikt-elgeseter-2030", "/doc/area/trondheim",
                "/doc/area/klaebu", "/doc/cube/statistics", "/doc/indicator/arbeidsledige",
                "/doc/statistic/darlig-helse-kvinner-trondheim", "/doc/statistic/hdi-plassering-norge-2001")


def test_every_page_of_a_large_publication_is_well_formed_and_every_link_leads_somewhere(
        trondheim: FlaskClient) -> None:
    links: set[str] = set()
    for address in pages_of(trondheim):
        for language in ("nb", "en"):
            page = read(trondheim, address, language)
            assert page.status == 200
            well_formed(page, language)
            if language == "nb":
                links |= {link.partition("#")[0] for link in page.links if link.startswith("/")}
    followed = {link for link in links if not link.startswith(("/sparql", "/search", "/data/"))}
    assert len(followed) > 500
    for link in sorted(followed):
        assert trondheim.get(link, headers={"Accept": "text/html, */*;q=0.5"}).status_code in (200, 303), link


def opened_of(release: Release) -> Opened:
    """A release as the pages read it, for what they have to show."""
    return Opened(release, None)


def test_a_theme_shows_each_link_with_its_evidence(trondheim: FlaskClient, trondheim_release: Release) -> None:
    release = opened_of(trondheim_release)
    iri = release.iri.thing("theme", "lokaldemokratiet").value
    lines, _ = release.lookup.incoming(iri, 0, 1000)
    links = [line.split(b" ")[0][1:-1].decode() for line in lines if b"#linkTheme>" in line]
    assert len(links) == 13
    words = read(trondheim, "/doc/theme/lokaldemokratiet").words
    for link in links:
        for name in ("skos:note", "delmaal:textOpening"):
            for note in release.objects(link, name):
                if note.language == "nb":
                    assert re.sub(r"\s+", " ", note.value) in words
        basis = release.labels(release.objects(link, "delmaal:basis")[0].value)["nb"]
        assert basis in words
        for line in release.lookup.incoming(link, 0, 100)[0]:
            if b"#supports>" in line:
                printed = release.objects(line.split(b" ")[0][1:-1].decode(), "delmaal:asPrinted")[0].value
                assert printed in words
    assert words.count("Kode og tekst er uenige") == 2


def test_a_theme_shows_every_figure_and_marks_what_is_unsure(trondheim: FlaskClient,
                                                            trondheim_release: Release) -> None:
    release = opened_of(trondheim_release)
    for slug in ("gronn-mobilitet", "inkluderende-samfunn", "barn-og-unges-liv-og-laering"):
        iri = release.iri.thing("theme", slug).value
        page = read(trondheim, f"/doc/theme/{slug}")
        doubtful = 0
        for line in release.lookup.incoming(iri, 0, 1000)[0]:
            if b"#inTheme>" not in line:
                continue
            mention = line.split(b" ")[0][1:-1].decode()
            subject = release.objects(mention, "delmaal:mentionOf")[0].value
            if "/statistic/" in subject:
                assert f"/doc/statistic/{subject.rpartition('/')[2]}?" in page.text
                certainty = release.objects(mention, "delmaal:certainty")[0].value
                reason = [value.value for value in release.objects(subject, "delmaal:notObserved")]
                doubtful += not certainty.endswith("-certain") and not any("unassigned" in each for each in reason)
                for place in release.objects(mention, "prov:wasDerivedFrom"):
                    assert release.labels(place.value)["nb"] in page.words
        marks = page.words.count("Trolig riktig tolket") + page.words.count("Usikker tolkning")
        assert marks == doubtful > 0


def test_two_shares_of_different_wholes_are_no_whole(trondheim: FlaskClient) -> None:
    assert '<figure class="picture bars">' in read(trondheim, "/doc/theme/lokaldemokratiet").text  # 60 and 40 per cent
    waste = read(trondheim, "/doc/theme/baerekraftig-forbruk-og-produksjon")
    assert '<figure class="picture share">' in waste.text  # 68 and 29.2 and 2.82 per cent
    assert "68 %" in waste.words


def test_numbers_are_written_as_each_language_does(trondheim: FlaskClient) -> None:
    address = "/doc/statistic/klimagassutslipp-trondheim"
    assert "469\u00a0071\u00a0tonn" in read(trondheim, address).text
    assert "469,071\u00a0t" in read(trondheim, address, "en").text
    address = "/doc/statistic/darlig-helse-kvinner-trondheim"
    assert "25\u00a0%" in read(trondheim, address).text
    assert "25%" in read(trondheim, address, "en").text


def test_the_language_switch_keeps_the_place(tiny: FlaskClient) -> None:
    page = read(tiny, "/doc/cube/statistics?sex=" + quote("http://purl.org/linked-data/sdmx/2009/code#sex-F"))
    switch = re.search(r'<li class="language"><a href="([^"]+)"', page.text)
    assert switch
    there = urlsplit(unescape(switch[1]))
    assert there.path == "/doc/cube/statistics"
    assert parse_qs(there.query) == {"sex": ["http://purl.org/linked-data/sdmx/2009/code#sex-F"], "lang": ["en"]}
    other = read(tiny, f"{SDG}3.4")
    switch = re.search(r'<li class="language"><a href="([^"]+)"', other.text)
    assert switch
    assert parse_qs(urlsplit(unescape(switch[1])).query) == {"iri": ["http://metadata.un.org/sdg/3.4"], "lang": ["en"]}


def test_a_page_has_a_card_a_licence_its_release_and_its_forms(tiny: FlaskClient, tiny_release: Release) -> None:
    page = read(tiny, "/doc/theme/god-helse")
    for name in ("og:title", "og:description", "og:url", "og:image", "og:image:alt"):
        assert re.search(f'<meta property="{name}" content="[^"]+">', page.text), name
    assert '<link rel="canonical" href="https://example.org/lillevik/doc/theme/god-helse">' in page.text
    with tiny.get("/static/card.png") as found:
        picture = found.data
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)
    assert tiny_release.id[:12] in page.words
    assert 'rel="license"' in page.text
    for suffix in ("ttl", "jsonld", "rdf", "nt", "nq", "trig"):
        assert f"/doc/theme/god-helse.{suffix}" in page.links


# The data set: filters, paging, files, SPARQL.

CELLS = re.compile(r'<th scope="row" class="numeric"><a href="/doc/statistic/([a-z0-9-]+)\?')


def rows_of(page: Page) -> list[str]:
    """The statistics of the table of a data set."""
    return CELLS.findall(page.text)


def test_filters_give_what_the_statements_say(trondheim: FlaskClient, trondheim_release: Release) -> None:
    release = opened_of(trondheim_release)
    cube = release.iri.thing("cube", "statistics").value
    lines, _ = release.lookup.incoming(cube, 0, 1000)
    members = {line.split(b" ")[0][1:-1].decode() for line in lines if b"#dataSet>" in line}
    assert len(members) == 76
    for name, prop, value in (
            ("refArea", "sdmx-dimension:refArea", release.iri.thing("area", "norge").value),
            ("refPeriod", "sdmx-dimension:refPeriod", "https://w3id.org/delmaal/period/2019"),
            ("kind", "delmaal:kind", f"{PREFIXES['delmaal']}kind-target"),
            ("indicator", "delmaal:indicator", release.iri.thing("indicator", "arbeidsledige").value)):
        wanted = {member.rpartition("/")[2] for member in members
                  if any(each.value == value for each in release.objects(member, prop))}
        assert wanted
        page = read(trondheim, f"/doc/cube/statistics?rows=200&{name}={quote(value, safe='')}")
        assert set(rows_of(page)) == wanted, name
        assert f"Viser {len(wanted)} av {len(wanted)} " in page.words
    both = read(trondheim, "/doc/cube/statistics?refArea=area/norge&refPeriod=https://w3id.org/delmaal/period/2019")
    assert rows_of(both) == ["husholdningsavfall-per-innbygger-norge-2019"]


def test_pages_of_a_data_set_hold_each_observation_once(trondheim: FlaskClient) -> None:
    address, seen = "/doc/cube/statistics?rows=50", []
    for _ in range(4):
        page = read(trondheim, address)
        seen += rows_of(page)
        following = re.search(r'<a href="([^"]+)" rel="next">', page.text)
        if not following:
            break
        address = unescape(following[1]).replace("&lang=nb", "")
    assert len(seen) == len(set(seen)) == 76
    assert "Første side" in page.words


def test_a_cited_source_is_apart_from_what_governs(trondheim: FlaskClient) -> None:
    theme = trondheim.get("/doc/theme/lokaldemokratiet?lang=nb", headers={"Accept": "text/html"}).text
    governing, _, cited = theme.partition('id="cited"')
    assert "Skauge (2018)" in cited.partition("</section>")[0]
    assert "Skauge (2018)" not in governing.partition('id="documents"')[2]
    page = trondheim.get("/doc/document/skauge-2018?lang=en", headers={"Accept": "text/html"}).text
    assert "cited source" in page
    assert "Printed year" in page


def test_files_have_exactly_the_rows_of_the_page(trondheim: FlaskClient) -> None:
    page = read(trondheim, "/doc/cube/statistics?refArea=area/norge&rows=200")
    plain = [link for link in page.links if link.startswith("/observations.") and "for=" not in link]
    files = {link.partition("?")[0]: link for link in plain}
    found = trondheim.get(files["/observations.csv"])
    assert found.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(found.get_data(as_text=True), newline="")))
    assert [row["observation"].rpartition("/")[2] for row in table] == rows_of(page)
    assert {row["refArea_label"] for row in table} == {"Norge"}
    waste = next(row for row in table if row["observation"].endswith("husholdningsavfall-per-innbygger-norge-2019"))
    assert (waste["amount"], waste["unit_label"], waste["refPeriod_label"]) == ("421", "kg per innbygger", "2019")
    turtle = trondheim.get(files["/observations.ttl"])
    triples = list(ox.parse(turtle.data, format=ox.RdfFormat.TURTLE))
    assert {str(triple.subject.value).rpartition("/")[2] for triple in triples} == set(rows_of(page))


def test_the_query_that_is_offered_gives_the_same_rows(trondheim: FlaskClient, trondheim_release: Release) -> None:
    page = read(trondheim, "/doc/cube/statistics?refArea=area/norge&rows=200")
    link = next(link for link in page.links if link.startswith("/sparql?query="))
    query = parse_qs(urlsplit(link).query)["query"][0]
    store = ox.Store()
    store.bulk_load(path=trondheim_release.folder / "data/all.nt", format=ox.RdfFormat.N_TRIPLES)
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    names = {str(solution["observation"]).rpartition("/")[2].rstrip(">") for solution in solutions}
    assert names == set(rows_of(page))


@pytest.mark.parametrize("query", ["sex=nonsense", "rows=0", "rows=1001", "rows=x", "after=statistic/nothing",
                                   "refArea=area/nothing", "indicator=javascript:alert(1)"])
def test_a_filter_that_is_unknown_is_said(tiny: FlaskClient, query: str) -> None:
    page = read(tiny, f"/doc/cube/statistics?{query}")
    assert page.status == 200
    assert "Dette finnes ikke i datasettet" in page.words
    well_formed(page, "nb")
    refused = tiny.get(f"/observations.csv?cube=cube/statistics&{query}")
    assert refused.status_code == 400
    assert "filter-unknown" in refused.get_json()["type"]


def test_observations_of_no_data_set_are_not_found(tiny: FlaskClient) -> None:
    for query in (".csv", ".csv?cube=theme/god-helse", ".x?cube=cube/statistics"):
        assert tiny.get(f"/observations{query}").status_code == 404


# Bad input.

SCRIPT = "<script>alert('hei')</script> & «helse»"
ARABIC = "مرحبا بالعالم 🌍 (ok)"
LONG = "Å" * 10_000


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a publication whose titles are as bad as titles can be, and whose second theme has no figures."""
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("bad") / "bad"))
    plant(folder, "themes/god-helse.yaml", "title: {nb: God helse, en: Good health}",
          f'title: {{nb: "{SCRIPT}", en: "{ARABIC}"}}')
    plant(folder, "themes/ren-energi.yaml", "title: {nb: Ren energi, en: Clean energy}",
          f'title: {{nb: "{LONG}", en: "{"word " * 2000}end"}}')
    statistics = (folder / "statistics/god-helse.yaml").read_text("utf-8")
    statistics = statistics.replace("theme: ren-energi", "theme: god-helse")
    (folder / "statistics/god-helse.yaml").write_text(statistics, "utf-8")
    plant(folder, "statistics/god-helse.yaml", "  value: 71.5\n  qualifier: about\n",
          "  not-observed: no-number\n")
    plant(folder, "statistics/god-helse.yaml", "as: ca. 71,5 %", "as: \"de fleste <b>& flere\"")
    return client_of(publish(folder, folder.parent / "out").release)


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_bad_titles_show_well_on_every_page(bad: FlaskClient, kind: str, language: str) -> None:
    page = read(bad, KINDS[kind], language)
    assert page.status == (404 if kind == "failure" else 200)
    well_formed(page, language)
    assert "<script>alert" not in page.text
    assert "<b>& flere" not in page.text
    titles = re.findall(r"<title>(.*?)</title>", page.text)
    assert all(len(unescape(title)) < 250 for title in titles)


def test_bad_titles_are_whole_where_they_are_the_heading(bad: FlaskClient) -> None:
    assert SCRIPT in read(bad, "/doc/theme/god-helse").words
    arabic = read(bad, "/doc/theme/god-helse", "en")
    assert f'dir="auto">{ARABIC}</h1>' in arabic.text
    assert f"<bdi>{ARABIC}</bdi>" in read(bad, "/", "en").text
    long = read(bad, "/doc/theme/ren-energi")
    assert LONG in long.text
    assert LONG[:500] not in read(bad, "/").text


def test_a_theme_without_figures_and_a_statistic_without_a_value_say_so(bad: FlaskClient) -> None:
    assert "Kilden gir ingen tall i dette temaet." in read(bad, "/doc/theme/ren-energi").words
    without = read(bad, "/doc/statistic/god-helse-kvinner")
    assert "de fleste <b>& flere" in without.words
    assert "Kilden gir ikke noe bestemt tall" in without.words
    assert "40–50" in read(bad, "/doc/statistic/over-80-i-2030").words


def test_a_missing_english_label_falls_back_and_says_its_language(tiny_release: Release, tmp_path: Path) -> None:
    theme = "<https://example.org/lillevik/id/theme/god-helse>"
    gone = [f'{theme} <{PREFIXES[prefix]}{name}> "Good health"@en .'
            for prefix, name in (("skos", "prefLabel"), ("rdfs", "label"))]
    client = altered(tiny_release, tmp_path, gone, [])
    page = read(client, "/doc/theme/god-helse", "en")
    assert '<h1 lang="nb" dir="auto">God helse</h1>' in page.text
    assert "the text is in Norwegian Bokmål" in page.words
    for kind in ("home", "matrix", "target", "statistic"):
        page = read(client, KINDS[kind], "en")
        well_formed(page, "en")
        assert "God helse" in page.words


def test_a_label_falls_back_to_nynorsk_before_english(tiny_release: Release, tmp_path: Path) -> None:
    theme = "<https://example.org/lillevik/id/theme/god-helse>"
    labels = [f"{theme} <{PREFIXES[prefix]}{name}> " for prefix, name in (("skos", "prefLabel"), ("rdfs", "label"))]
    gone = [f'{label}"God helse"@nb .' for label in labels]
    client = altered(tiny_release, tmp_path, gone, [f'{label}"God helse på nynorsk"@nn .' for label in labels])
    page = read(client, "/doc/theme/god-helse")
    assert '<h1 lang="nn" dir="auto">God helse på nynorsk</h1>' in page.text
    assert "teksten er på nynorsk" in page.words
    well_formed(page, "nb")
    assert ">Good health</h1>" in read(client, "/doc/theme/god-helse", "en").text


def test_an_observation_without_a_value_says_so(tiny_release: Release, tmp_path: Path) -> None:
    statistic = "<https://example.org/lillevik/id/statistic/god-helse-kvinner>"
    gone = [f'{statistic} <{PREFIXES["sdmx-measure"]}obsValue> "71.5"^^<{PREFIXES["xsd"]}decimal> .',
            f'{statistic} <{PREFIXES["delmaal"]}amount> "71.5"^^<{PREFIXES["xsd"]}decimal> .',
            f'{statistic} <{PREFIXES["delmaal"]}printedValue> "ca. 71,5 %" .']
    client = altered(tiny_release, tmp_path, gone, [])
    for address in ("/doc/statistic/god-helse-kvinner", "/doc/theme/god-helse", "/doc/cube/statistics"):
        page = read(client, address)
        well_formed(page, "nb")
        assert "uten verdi" in page.words


def test_a_publication_with_one_theme(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "one"))
    (folder / "themes/ren-energi.yaml").unlink()
    for file in ("statistics/god-helse.yaml", "documents/helseplan-2020-2024.yaml"):
        text = (folder / file).read_text("utf-8")
        (folder / file).write_text(text.replace("theme: ren-energi", "theme: god-helse"), "utf-8")
    whole = (folder / "publication.yaml").read_text("utf-8")
    (folder / "no-figures.yaml").write_text("- lines: 31-60\n  reason: {nb: Tomt., en: Empty.}\n", "utf-8")
    assert "lines: 60" in whole
    client = client_of(publish(folder, tmp_path / "out").release)
    home = read(client, "/")
    assert "1 tema " in home.words
    for kind in ("home", "matrix", "theme", "target", "goal"):
        well_formed(read(client, KINDS[kind]), "nb")
    assert "Ingen andre temaer har de samme delmålene." in read(client, "/doc/theme/god-helse").words


def test_a_publication_with_four_hundred_themes(tiny_release: Release, tmp_path: Path) -> None:
    base = "https://example.org/lillevik/id"
    lines = (tiny_release.folder / "data/all.nt").read_text("utf-8").splitlines()
    more = []
    for number in range(398):
        for line in lines:
            told = "theme/ren-energi>" in line and "mention" not in line
            if told or f"<{base}/target-link/ren-energi-7.2>" in line:
                fresh = line.replace("/ren-energi", f"/tema-{number}").replace('"Ren energi"', f'"Tema {number}"')
                more.append(fresh.replace('"2"^^', f'"{number + 3}"^^'))
    client = altered(tiny_release, tmp_path, [], more)
    home = read(client, "/")
    assert len({link for link in home.links if link.startswith("/doc/theme/")}) == 400
    for address in ("/", "/matrix", "/doc/theme/tema-7", f"{SDG}7.2", f"{SDG}7"):
        page = read(client, address)
        well_formed(page, "nb")
        assert len(page.text) < 600_000, address
    assert "Tema 397" in read(client, f"{SDG}7.2").words
    assert "Tema 397" in read(client, "/matrix").words


def test_what_is_read_of_a_release_does_not_keep_it_open(tiny_release: Release) -> None:
    opened = opened_of(tiny_release)
    things = things_of(opened)
    cube_of(things, opened.iri.thing("cube", "statistics").value)
    figures_of(things, opened.iri.thing("theme", "god-helse").value, "nb")
    there = ref(opened)
    del opened
    gc.collect()
    assert there() is None
    with pytest.raises(ReferenceError):
        things.thing("https://example.org/lillevik/id/theme/x")


def test_every_word_is_said_somewhere() -> None:
    rooms = [ROOT / "server/delmaal" / name for name in ("reading", "http", "site", "protocols", "serving")]
    paths = [path for room in rooms for path in room.rglob("*")]
    files = [path for path in paths if path.suffix in (".py", ".html") and path.name != "wording.py"]
    text = "".join(path.read_text("utf-8") for path in files)
    for key in WORDS:
        assert f'"{key}"' in text or key.startswith(("part-", "page-")), key


def test_what_a_page_keeps_of_a_release_is_bounded(tiny_release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delmaal.reading.things.KEPT", 50)
    client = client_of(tiny_release)
    first = {kind: read(client, address).text for kind, address in KINDS.items()}
    assert {kind: read(client, address).text for kind, address in KINDS.items()} == first
