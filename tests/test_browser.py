"""The pages as a browser shows them; which pages is said in `browser/rows.py`, one row for each kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from browser.rows import LANGUAGES, ROWS, WIDTHS, Row, address
from conftest import ROOT
from delmaal.release import Release

pytest.importorskip("playwright", reason="Playwright is not installed (make test installs it)")

from playwright.sync_api import sync_playwright

from browser.chromium import Chromium, Look, Visit, missing, throttle

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing())

FIRST_PAINT_MS = 1000
SHIFT = 0.05

every_row = pytest.mark.parametrize("row", ROWS, ids=[row.kind for row in ROWS])
every_language = pytest.mark.parametrize("lang", LANGUAGES)
every_width = pytest.mark.parametrize("width", WIDTHS)


@pytest.fixture(scope="module")
def chromium(trondheim_server: httpx.Client) -> Iterator[Chromium]:
    """One browser for the module: while Playwright runs, no other test could run an event loop."""
    with sync_playwright() as playwright:
        browser = Chromium(playwright, str(trondheim_server.base_url))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def links() -> set[str]:
    """The addresses that the pages were seen to link to."""
    return set()


def looks_well(visit: Visit, row: Row, look: Look) -> None:
    """A page opens, in its language, and within its window; nothing complains, nothing comes from elsewhere."""
    assert visit.open(address(row, look.lang)) == 200
    assert visit.page.locator("html").get_attribute("lang") == look.lang
    assert visit.page.locator("main h1").count() == 1
    assert visit.overflow() == [], f"wider than {look.width} pixels"
    assert not visit.said
    if look.scripts != "off":
        assert not visit.refused()


@every_row
@every_language
@every_width
def test_with_scripts(chromium: Chromium, links: set[str], row: Row, lang: str, width: int) -> None:
    look = Look(lang, width)
    visit = chromium.visit(look)
    looks_well(visit, row, look)
    assert visit.violations() == []
    assert visit.shift() <= SHIFT
    links |= visit.links()


@every_row
@every_language
@every_width
def test_without_scripts(chromium: Chromium, links: set[str], row: Row, lang: str, width: int) -> None:
    look = Look(lang, width, scripts="off")
    visit = chromium.visit(look)
    looks_well(visit, row, look)
    assert visit.page.locator("main").inner_text().strip()
    links |= visit.links()
    if visit.page.locator("script[src]").count():  # else it is the page that was looked at with scripts
        plain = look._replace(scripts="empty")
        visit = chromium.visit(plain)
        looks_well(visit, row, plain)
        assert visit.violations() == []


@every_row
def test_in_the_dark(chromium: Chromium, row: Row) -> None:
    look = Look(scheme="dark")
    visit = chromium.visit(look)
    looks_well(visit, row, look)
    assert visit.violations() == []


def test_every_internal_link_resolves(trondheim_server: httpx.Client, links: set[str]) -> None:
    assert len(links) > 20, "run the whole module: the links are those of the pages that were opened"
    broken = {}
    for link in sorted(links):
        answer = trondheim_server.get(link, headers={"Accept": "text/html, */*;q=0.8"}, follow_redirects=True)
        if answer.status_code != 200:
            broken[link] = answer.status_code
    assert not broken


@every_row
def test_speed_and_size_on_a_slow_connection(chromium: Chromium, row: Row) -> None:
    found = []
    for _ in range(3):  # other work on the machine may delay one
        with chromium.fresh(Look(width=360)) as visit:
            throttle(visit.page)
            assert visit.open(address(row, "nb")) == 200
            found.append(visit.painted())
            assert visit.shift() <= SHIFT
            assert sum(visit.scripts.values()) <= row.budget, visit.scripts
        if found[-1] <= FIRST_PAINT_MS:
            break
    assert min(found) <= FIRST_PAINT_MS


def test_the_editor_runs_an_example_and_shows_its_table(chromium: Chromium) -> None:
    visit = chromium.visit(Look("en"))
    visit.open("/sparql?example=count_targets_by_theme&lang=en")
    page = visit.page
    page.get_by_role("button", name="Run the query").click()
    page.locator("#shown tbody tr").first.wait_for()
    assert page.locator("#shown tbody tr").count() == 14
    assert page.locator("#shown thead th").all_inner_texts() == ["theme", "title", "targets"]
    assert page.locator("#shown tbody td.numeric").first.inner_text() == "15"
    page.locator("#shown thead").get_by_role("button", name="title").click()
    assert page.locator("th[aria-sort=ascending]").inner_text() == "title"
    assert page.locator("#shown tbody tr").first.locator("td").nth(1).inner_text() == "An inclusive society"
    page.get_by_label("Show only rows with").fill("democracy")
    assert page.locator("#shown tbody tr").count() == 1
    page.get_by_role("button", name="Chart", exact=True).click()
    assert page.locator("svg.chart rect.bar").count() == 14
    assert visit.violations() == []
    given = parse_qs(urlsplit(page.url).query)
    assert "COUNT(DISTINCT ?target)" in given["query"][0], "the address is the permanent link"
    assert page.locator("#offers .snippet summary").all_inner_texts() == [
        "curl", "Python (SPARQLWrapper)", "Python (pandas)", "R"]
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert waiting.value.path().read_text(encoding="utf-8").splitlines()[0] == "theme,title,targets"
    assert not visit.said
    assert not visit.refused()


def test_places_are_shown_on_a_map_without_tiles(chromium: Chromium) -> None:
    visit = chromium.visit(Look("nb"))
    visit.open("/sparql?example=map_areas")
    visit.page.get_by_role("button", name="Kjør spørringen").click()
    visit.page.get_by_role("button", name="Kart").click()
    assert visit.page.locator("svg.map circle.place").count() == 1
    assert visit.page.locator("svg.map path.area").count() == 1
    assert visit.violations() == []
    assert not visit.said  # a request to another host would stand there


def test_a_chart_is_of_one_unit_and_of_amounts(chromium: Chromium) -> None:
    visit = chromium.visit(Look("en"))
    visit.open("/sparql?example=list_observations_by_dimension&lang=en")
    page = visit.page
    page.get_by_role("button", name="Run the query").click()
    page.get_by_role("button", name="Chart", exact=True).click()
    page.get_by_label("Labels from").select_option("indicator")
    page.locator(".units select").select_option("Norwegian kroner")
    shown = page.locator("svg.chart text.value").all_text_contents()
    assert any(text.endswith("15,000,000,000 Norwegian kroner") for text in shown), shown
    assert all(text.endswith(" Norwegian kroner") for text in shown), shown
    assert "numbers are in another unit" in page.locator(".drawing").inner_text()
    assert visit.violations() == []


def test_documents_stand_on_a_time_line(chromium: Chromium) -> None:
    visit = chromium.visit(Look("nb"))
    visit.open("/sparql?example=list_document_periods")
    visit.page.get_by_role("button", name="Kjør spørringen").click()
    visit.page.locator("#shown tbody tr").first.wait_for()
    rows = visit.page.locator("#shown tbody tr").count()
    visit.page.get_by_role("button", name="Tidslinje").click()
    assert visit.page.locator("svg.timeline rect.bar").count() == rows >= 15
    assert visit.violations() == []


def test_the_editor_completes_from_the_data(chromium: Chromium) -> None:
    visit = chromium.visit(Look("en"))
    visit.open("/sparql?lang=en")
    page = visit.page
    field = page.get_by_label("Query", exact=True)
    field.focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT * { ?s a govern")
    hint = page.locator(".CodeMirror-hint", has_text="delmaal:GoverningDocument")
    hint.wait_for()
    assert "governing document" in hint.inner_text()
    page.keyboard.press("Enter")
    page.keyboard.type(" }")
    page.keyboard.press("Control+Enter")
    page.locator("#shown tbody tr").first.wait_for()
    assert page.locator("#shown .count").inner_text().startswith("56 rows")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Run the query", "Tab leaves the editor"
    assert not visit.said
    assert not visit.refused()


@pytest.mark.parametrize(("lang", "label", "field", "starts", "thing"), [
    ("en", "better health", "Query", ("better", "Better he"), "id/theme/bedre-helse"),
    ("nb", "bedre helse", "Spørring", ("bedre h", "BEDRE"), "id/theme/bedre-helse"),
    ("nb", "grønn mobilitet", "Spørring", ("grønn", "groenn mob"), "id/theme/gronn-mobilitet"),
])
def test_the_editor_completes_things_by_their_labels(chromium: Chromium, trondheim_release: Release, lang: str,
                                                     label: str, field: str, starts: tuple[str, ...],
                                                     thing: str) -> None:
    """The start of a label, where a thing may stand, offers the thing; what is chosen is written as its IRI."""
    visit = chromium.visit(Look(lang))
    visit.open(f"/sparql?lang={lang}")
    page = visit.page
    page.get_by_label(field, exact=True).focus()
    for start in starts:
        for before, after in (("SELECT * { ?link delmaal:linkTheme ", " ; a delmaal:TargetLink }"),
                              ("SELECT * { VALUES ?theme { ", " } ?link delmaal:linkTheme ?theme }")):
            page.keyboard.press("Control+a")
            page.keyboard.type(before + start)
            hint = page.locator(".CodeMirror-hint", has_text=re.compile(label, re.IGNORECASE)).first
            hint.wait_for()
            assert ("Tema" if lang == "nb" else "Theme") in hint.inner_text()
            hint.click()
            page.get_by_label(field, exact=True).focus()
            page.keyboard.type(after)
            written = page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
            assert written == f"{before}<{trondheim_release.base}{thing}>{after}"
    page.keyboard.press("Control+Enter")
    page.locator("#shown tbody tr").first.wait_for()
    assert not visit.said
    assert not visit.refused()


@pytest.mark.parametrize("query", ["SEL", "SELECT * { FILT", "SELECT * { ?bedre", "SELECT * { ?s rdfs:label \"bedre",
                                   "SELECT * { # bedre", "SELECT * { <bedre", "bedre"])
def test_the_editor_offers_no_things_in_other_words(chromium: Chromium, query: str) -> None:
    visit = chromium.visit(Look("nb"))
    visit.open("/sparql?lang=nb")
    page = visit.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_label("Spørring", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type(query)
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()") == query
    page.wait_for_timeout(200)
    assert not [address for address in asked if "/suggest/" in address]


def test_a_mistake_in_a_query_is_said_where_it_is(chromium: Chromium) -> None:
    visit = chromium.visit(Look("en"))
    visit.open("/sparql?lang=en")
    page = visit.page
    page.get_by_label("Query", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT * {?s ?p }")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Run the query").click()
    trouble = page.get_by_role("alert")
    trouble.wait_for()
    assert "1:18" in trouble.inner_text()
    assert page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getCursor().ch") == 17
    assert page.locator(".CodeMirror .mistake").inner_text() == "}"
    assert page.locator(".CodeMirror .mistake-here").get_attribute("title")
    assert visit.violations() == []
    page.get_by_label("Query", exact=True).focus()
    page.keyboard.type(" ?o")
    assert page.locator(".CodeMirror .mistake, .CodeMirror .mistake-here").count() == 0


def test_the_editor_knows_the_prefixes_that_the_endpoint_knows(chromium: Chromium) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    found = re.search(r"'query=(SELECT .*?)'\n", readme, re.DOTALL)
    assert found
    assert "PREFIX" not in found[1]
    visit = chromium.visit(Look("en"))
    visit.open(f"/sparql?lang=en#query={quote(found[1])}")
    page = visit.page
    page.locator("#shown tbody tr").first.wait_for()
    assert page.locator(".CodeMirror .sp-error, .CodeMirror .parseErrorIcon").count() == 0
    assert "PREFIX" in (page.locator("#offers .snippet pre").first.text_content() or ""), "what leaves declares them"
    link = page.locator("#offers .permanent a").first.get_attribute("href") or ""
    assert "PREFIX delmaal:" in parse_qs(urlsplit(link).query)["query"][0]
    page.get_by_label("Query", exact=True).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("SELECT * { ?t a nope:Theme }")
    page.keyboard.press("Escape")
    page.locator(".CodeMirror .parseErrorIcon").wait_for()


def test_an_answer_needs_no_scripts(chromium: Chromium) -> None:
    visit = chromium.visit(Look("nb", 360, scripts="off"))
    visit.open("/sparql?example=list_themes&lang=nb")
    visit.page.get_by_role("button", name="Kjør spørringen").click()
    assert visit.page.locator("#shown tbody tr").count() == 14
    visit.page.locator("#shown tbody a").first.click()
    assert urlsplit(visit.page.url).path.startswith("/doc/theme/")
    assert not visit.said
