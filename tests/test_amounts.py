"""No amount leaves without its unit: everything that gives a figure is read and compared with the sources.

What is expected is worked out of the YAML alone: the number times its power of ten, the indicator's unit, the
qualifier, how certain the mentions are. A reader of each output gives what it says of each figure; the same reader,
with the printed number planted where the amount belongs, has to fail.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterable, Iterator
from decimal import Decimal
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from flask.testing import FlaskClient

from conftest import ROOT, TRONDHEIM
from delmaal import amounts, codes
from delmaal.protocols.search import results
from delmaal.protocols.sparql.examples import FOLDER, examples
from delmaal.protocols.sparql.snippets import form_of, snippets_for
from delmaal.publish import publish
from delmaal.reading import figures
from delmaal.reading.numbers import decimal_of
from delmaal.reading.releases import Opened, Releases
from delmaal.reading.things import Thing
from delmaal.records import Publication, Statistic
from delmaal.release import Release, Shelf
from delmaal.release.difference import difference
from delmaal.release.summary import summarise, written
from delmaal.serving.application import create_app
from delmaal.settings import load
from delmaal.sources.curated import read_publication
from delmaal.validate import Report
from offered import asked, command_of
from wide import wide

DECIMAL = "http://www.w3.org/2001/XMLSchema#decimal"


class Said(NamedTuple):
    """What the sources say of a figure."""

    item: Statistic
    amount: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    unit: dict[str, str]
    printed: set[str]
    certainties: set[str]


class Sources(NamedTuple):
    """A publication as its YAML has it."""

    publication: Publication
    said: dict[str, Said]

    def of(self, iri: str) -> Said:
        """What is said of a figure by its IRI."""
        return self.said[iri.rpartition("/statistic/")[2]]


def sources_of(folder: Path) -> Sources:
    """The figures of a publication's YAML."""
    publication = read_publication(folder).publication
    assert publication
    units = {unit.slug: unit.label for unit in publication.units}
    of_indicator = {indicator.slug: units.get(indicator.unit) for indicator in publication.indicators}
    said = {}
    for item in publication.statistics:
        times = Decimal(10) ** int(item.multiplier or 0)
        amount, lower, upper = (Decimal(text) * times if text else None
                                for text in (item.value, item.lower, item.upper))
        unit = units.get(item.unit) or of_indicator.get(item.indicator)
        said[item.slug] = Said(item, amount, lower, upper, dict(unit.items()) if unit else {},
                               {mention.printed for mention in item.mentions},
                               {mention.certainty for mention in item.mentions})
    return Sources(publication, said)


@pytest.fixture(scope="module")
def wide_said(wide_sources: Path) -> Sources:
    """What the wide publication says."""
    return sources_of(wide_sources)


@pytest.fixture(scope="module")
def trondheim_said() -> Sources:
    """What Trondheim's publication says."""
    return sources_of(TRONDHEIM)


@pytest.fixture(scope="module")
def client(wide_release: Release) -> FlaskClient:
    """A client of the application over the wide publication."""
    return create_app(load({}), Releases(Shelf(wide_release.folder.parent.parent))).test_client()


# The number itself


@pytest.mark.parametrize(("number", "multiplier", "expected"), [
    ("15", "9", "15000000000"), ("0.3333", "3", "333.3"), ("-3.4", "", "-3.4"), ("0", "9", "0"), ("0.5", "0", "0.5"),
    ("0.001", "3", "1"), ("-0", "6", "0"), ("007.50", "0", "7.5"), ("123456789012345.123456789", "3",
                                                                  "123456789012345123.456789"),
])
def test_an_amount_is_exact_and_canonical(number: str, multiplier: str, expected: str) -> None:
    assert amounts.in_unit(number, multiplier) == expected


@pytest.mark.parametrize("number", ["", ".", "1e3", "NaN", "1,5", "²"])
def test_what_is_no_number_has_no_amount(number: str) -> None:
    with pytest.raises(ValueError, match="no decimal number"):
        amounts.in_unit(number, "3")


def test_an_amount_that_no_engine_computes_with_is_too_large() -> None:
    assert not amounts.is_too_large("999999999", "9")
    assert amounts.is_too_large("1000000000", "9")


# The statements


def test_statements_have_amounts_in_canonical_form(wide_release: Release, wide_said: Sources) -> None:
    lines = (wide_release.folder / "data/all.nt").read_text("utf-8")
    found: dict[str, dict[str, str]] = {}
    pattern = r'<[^>]*/id/statistic/([^>]*)> <[^>]*(?:#|/)(amount|lowerAmount|upperAmount|obsValue)> "([^"]*)"'
    for slug, name, value in re.findall(pattern, lines):
        found.setdefault(slug, {})[name] = value
    for slug, said in wide_said.said.items():
        expected = {name: f"{value.normalize():f}" for name, value in
                    (("amount", said.amount), ("lowerAmount", said.lower), ("upperAmount", said.upper))
                    if value is not None}
        if said.item.observed:
            expected["obsValue"] = said.item.value
        assert found.get(slug, {}) == expected, slug


# Queries


PAIRS = {"amount": ("statistic", "observation"), "lower": ("statistic",), "upper": ("statistic",), "first": ("a",),
         "second": ("b",)}
"""The columns of numbers, and the columns that name the figure that each is of."""


def check_rows(rows: list[dict[str, dict[str, str]]], said: Sources, language: str) -> int:
    """Compare each number of an answer, with its unit, qualifier and certainty; gives how many there are."""
    counted = 0
    for row in rows:
        for name, cell in row.items():
            if cell.get("datatype") != DECIMAL:
                continue
            if name == "change":
                assert Decimal(cell["value"]) == Decimal(row["second"]["value"]) - Decimal(row["first"]["value"])
                continue
            assert name in PAIRS, f"the column {name} is a number of which nobody says what it is"
            subject = next(row[key]["value"] for key in PAIRS[name] if key in row)
            expected = said.of(subject)
            wanted = expected.amount if name in ("amount", "first", "second") else getattr(expected, name)
            assert Decimal(cell["value"]) == wanted, (subject, name)
            assert row.get("unit", {}).get("value", "") == expected.unit.get(language, ""), subject
            prefix = name if name in ("first", "second") else ""
            qualifier = row.get(f"{prefix}Qualifier" if prefix else "qualifier")
            assert bool(qualifier) == bool(expected.item.qualifier), subject
            assert row[f"{prefix}Certainty" if prefix else "certainty"]["value"], subject
            counted += 1
    return counted


FIGURES = sorted(name for name, each in examples().items()
                 if form_of(each.query) == "SELECT" and "mount ?" in each.query)


def test_there_are_examples_with_figures() -> None:
    assert {"compare_areas", "compare_percentages", "compare_periods", "filter_years", "list_observations_by_dimension",
            "list_projections", "list_statistics", "list_uncertain_statistics"} <= set(FIGURES)


@pytest.mark.parametrize("name", sorted(name for name, each in examples().items() if form_of(each.query) == "SELECT"))
def test_every_query_gives_amounts_of_the_sources(
    wide_server: httpx.Client, trondheim_server: httpx.Client, wide_said: Sources, trondheim_said: Sources, name: str,
) -> None:
    for server, said in ((wide_server, wide_said), (trondheim_server, trondheim_said)):
        for language in ("nb", "en"):
            rows = asked(server, examples()[name].spoken(language)).json()["results"]["bindings"]
            counted = check_rows(rows, said, language)
            assert bool(counted) == (name in FIGURES), name


@pytest.mark.parametrize("name", FIGURES)
def test_a_query_of_printed_numbers_is_found(wide_server: httpx.Client, wide_said: Sources, name: str) -> None:
    """The mistake planted: the printed number where the amount belongs."""
    query = examples()[name].query
    planted = query.replace("delmaal:amount", "<http://purl.org/linked-data/sdmx/2009/measure#obsValue>")
    assert planted != query
    rows = asked(wide_server, planted).json()["results"]["bindings"]
    if name == "compare_percentages":  # no percentage has a power of ten; that what is read is checked, others show
        return
    with pytest.raises(AssertionError):
        check_rows(rows, wide_said, "nb")


PRINTED = re.compile(r"obsValue|lowerValue|upperValue")


def lonely(text: str) -> bool:
    """Whether a query asks for printed numbers without the amount or the power of ten that goes with them."""
    return bool(PRINTED.search(text)) and not re.search(r"unitMult|[aA]mount\b", text)


def texts_with_queries() -> Iterator[tuple[str, str]]:
    """Every query, program and block of code that is shipped or shown."""
    for file in (*FOLDER.glob("*.rq"), *(ROOT / "tests/queries").glob("*.rq"), *(ROOT / "w3id").glob("*")):
        yield file.name, file.read_text("utf-8")
    for file in (ROOT / "server/frontend/src").glob("*.js"):
        for number, text in enumerate(re.findall(r"`[^`]*`", file.read_text("utf-8"))):
            yield f"{file.name} {number}", text
    for file in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for number, text in enumerate(re.findall(r"```\w*\n(.*?)```", file.read_text("utf-8"), re.DOTALL)):
            yield f"{file.name} {number}", text
    rooms = (ROOT / "server/delmaal" / name for name in ("reading", "http", "site", "protocols", "serving"))
    for file in (file for room in rooms for file in room.rglob("*.py")):
        for number, text in enumerate(re.findall(r'"""\\?\n?(.*?)"""', file.read_text("utf-8"), re.DOTALL)):
            if re.search(r"\bSELECT\b|\bOPTIONAL\b", text):
                yield f"{file.name} {number}", text


def test_no_query_asks_for_a_printed_number_alone() -> None:
    shipped = dict(texts_with_queries())
    assert len(shipped) > 60
    assert [name for name, text in shipped.items() if lonely(text)] == []
    assert lonely("SELECT ?v { ?o sdmx-measure:obsValue ?v }")


def test_the_queries_of_the_docs_run(wide_server: httpx.Client) -> None:
    text = (ROOT / "docs/sparql.md").read_text("utf-8")
    queries = [query for query in re.findall(r"```sparql\n(.*?)```", text, re.DOTALL) if "SELECT" in query]
    assert len(queries) >= 3
    for query in queries:
        answer = asked(wide_server, query)
        assert answer.status_code == 200, query
        assert answer.json()["results"]["bindings"], query


@pytest.mark.parametrize("name", ["list_observations_by_dimension", "list_statistics"])
def test_the_programs_print_amounts_and_units(wide_server: httpx.Client, wide_said: Sources, tmp_path: Path,
                                              name: str) -> None:
    """Each program that an example's page offers and that can be run here."""
    run = 0
    for title, text in snippets_for(examples()[name].spoken("en"), f"{wide_server.base_url}/sparql"):
        shown = text.replace("print(table)", "print(table.to_csv())")  # pandas leaves out columns on a narrow screen
        command = command_of(title, shown, tmp_path)
        if command is None:
            continue
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        for slug in ("utgifter-norge", "utgifter-2030", "utslipp-norge"):
            said = wide_said.said[slug]
            assert said.amount is not None
            assert f"{said.amount.normalize():f}" in done.stdout, (title, slug)
            assert said.unit["en"] in done.stdout, title
        run += 1
    assert run >= 2


def test_the_query_of_a_page_gives_amounts(wide_server: httpx.Client, wide_said: Sources) -> None:
    """What a page of a cube offers as SPARQL."""
    page = wide_server.get("/doc/cube/statistics?indicator=indicator/utgifter&lang=nb", headers={"Accept": "text/html"})
    address = next(unescape(link) for link in re.findall(r'href="(/sparql\?query=[^"]*)"', page.text))
    query = httpx.URL(f"http://x{address}").params["query"]
    assert check_rows(asked(wide_server, query).json()["results"]["bindings"], wide_said, "nb") == 5


# CSV


CERTAINTIES = {"certain": "sikker", "likely": "sannsynlig", "uncertain": "usikker"}


def check_csv(text: str, said: Sources) -> int:
    """Compare each row of a CSV file with the sources; gives how many there are."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    themes = {theme.slug: theme.title.nb for theme in said.publication.themes}
    for row in rows:
        expected = said.of(row["observation"])
        item = expected.item
        assert Decimal(row["amount"]) == expected.amount, item.slug
        assert Decimal(row["printed_number"]) * 10 ** int(row["unit_multiplier"]) == expected.amount
        assert row["unit_label"] == expected.unit["nb"]
        assert row["unit"].startswith("http")
        assert row["as_printed"].lstrip("'") in expected.printed
        assert set(row["certainty"].split("; ")) == {CERTAINTIES[each] for each in expected.certainties}
        assert bool(row["qualifier"]) == bool(item.qualifier)
        period = codes.period(item.period)
        assert (row["period_start"], row["period_end"]) == (period.start or "", period.end or "")
        assert set(row["theme_labels"].split("; ")) == {themes[mention.theme] for mention in item.mentions}
        assert row["source_label"] == said.publication.sources[0].title.nb
        assert len(row["lines"].split("; ")) == len({lines for mention in item.mentions for lines in mention.lines})
        assert row["kind"].endswith(f"kind-{item.kind}")
        assert "value" not in row, "whoever summed it would sum printed numbers"
    return len(rows)


def test_csv_has_the_amounts_of_the_sources(trondheim_server: httpx.Client, trondheim_said: Sources,
                                            wide_server: httpx.Client, wide_said: Sources) -> None:
    for server, said in ((trondheim_server, trondheim_said), (wide_server, wide_said)):
        found = server.get("/observations.csv?cube=cube/statistics&rows=1000&lang=nb")
        assert check_csv(found.text, said) == sum(each.item.observed for each in said.said.values())


def test_csv_of_printed_numbers_is_found(client: FlaskClient, wide_said: Sources,
                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("delmaal.site.pages.observations"), "numbers_of", planted)
    found = client.get("/observations.csv?cube=cube/statistics&rows=1000&lang=nb").text
    with pytest.raises(AssertionError):
        check_csv(found, wide_said)


def planted(thing: Thing) -> tuple[Decimal | None, Decimal | None]:
    """The mistake: the printed number as the amount."""
    number = decimal_of(thing.plain("sdmx-measure:obsValue"))
    return number, number


# Pages and charts


WORDS = {"tusen": 3, "thousand": 3, "million": 6, "millioner": 6, "mill.": 6, "milliard": 9, "milliarder": 9, "mrd.": 9,
         "billion": 9}
NUMBER = re.compile(r"([−-]?[0-9](?:[0-9,.\u00a0 ]*[0-9])?)(?:[ \u00a0]([a-zæøå.]+))?", re.IGNORECASE)


def read_amount(text: str, language: str) -> Decimal:
    """The amount that a person reads: `om lag 0,9 milliarder kr` is 900000000."""
    match = NUMBER.search(text)
    assert match, text
    plain = match[1].replace("−", "-").replace("\u00a0", "").replace(" ", "")
    plain = plain.replace(".", "").replace(",", ".") if language == "nb" else plain.replace(",", "")
    return Decimal(plain.rstrip(".")) * Decimal(10) ** WORDS.get((match[2] or "").lower(), 0)


SYMBOLS = {"nok": ("kr", "NOK"), "tonne": ("tonn", "t"), "percent": ("%", "%")}


def check_shown(text: str, said: Said, language: str, unit: str) -> None:
    """Compare a figure as a page writes it."""
    assert read_amount(text, language) == said.amount, said.item.slug
    symbol = SYMBOLS.get(unit)
    assert symbol is None or symbol[language == "en"] in text, text


@pytest.fixture(scope="module")
def unit_of(wide_said: Sources) -> dict[str, str]:
    """The unit's name in the sources by indicator."""
    return {indicator.slug: indicator.unit for indicator in wide_said.publication.indicators}


@pytest.mark.parametrize("language", ["nb", "en"])
def test_every_figures_page_says_its_amount(client: FlaskClient, wide_said: Sources, unit_of: dict[str, str],
                                            language: str) -> None:
    read = 0
    for slug, said in wide_said.said.items():
        page = client.get(f"/doc/statistic/{slug}?lang={language}", headers={"Accept": "text/html"}).text
        large = re.search(r'<p class="number huge.*?">(.*?)</p>', page, re.DOTALL)
        assert large
        text = unescape(re.sub(r"<[^>]*>", "", large[1]))
        if said.amount is not None:
            check_shown(text, said, language, unit_of.get(said.item.indicator, ""))
            read += 1
        elif said.lower is not None:
            low, high = text.split("–")
            power = Decimal(10) ** int(said.item.multiplier or 0)
            assert read_amount(high, language) == said.upper
            assert read_amount(low, language) * power == said.lower
        assert ("qualifier" in large[1]) == bool(said.item.qualifier), slug
        opening = page.partition('<div class="opening">')[2].partition("<dl")[0]
        assert ('class="badge doubt"' in opening) == (said.certainties != {"certain"}), slug
        numbered = said.amount is not None or said.lower is not None
        assert not (said.unit and numbered) or said.unit[language] in page
        for printed in said.printed:
            assert printed in unescape(page)
    assert read > 20


def charts_of(page: str) -> Iterable[str]:
    """The charts of a page."""
    return re.findall(r'<svg class="chart (?:bars|lines|share).*?</svg>', page, re.DOTALL)


def check_charts(client: FlaskClient, said: Sources, address: str, indicator: str, language: str) -> int:
    """Compare what the charts of an indicator write, and the marks of their axes, with the sources."""
    page = client.get(f"{address}{'&' if '?' in address else '?'}lang={language}", headers={"Accept": "text/html"})
    expected = sorted(each.amount for each in said.said.values()
                      if each.item.indicator == indicator and each.amount is not None)
    read = 0
    for chart in charts_of(page.text):
        desc = re.search(r"<desc[^>]*>(.*?)</desc>", chart)
        assert desc
        told = [read_amount(part.rpartition(": ")[2], language) for part in unescape(desc[1]).split("; ")]
        if sorted(told) != expected:
            continue
        values = [unescape(text) for text in re.findall(r'<text [^>]*class="value[^>]*>([^<]*)<', chart)]
        assert sorted(read_amount(text, language) for text in values) in (expected, [])
        bars = [float(width) for width in re.findall(r'<rect [^>]*width="([\d.]+)%"[^>]*class="bar', chart)]
        if bars and min(expected) >= 0:
            longest = max(told)
            assert sorted(bars) == [pytest.approx(float(each / longest * 100), abs=0.1) for each in sorted(told)]
        ticks = re.findall(r'<text [^>]*class="tick"[^>]*text-anchor="end"[^>]*>([^<]*)<', chart)
        if ticks:
            levels = [read_amount(unescape(text), language) for text in ticks]
            assert max(levels) >= max(expected)
            assert max(levels) <= max(expected) * 2, "the axis is in the unit"
        read += 1
    return read


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("indicator", ["utgifter", "utslipp", "innbyggere", "serie"])
def test_charts_are_of_amounts(client: FlaskClient, wide_said: Sources, indicator: str, language: str) -> None:
    for address in (f"/doc/indicator/{indicator}", f"/doc/cube/statistics?indicator=indicator/{indicator}"):
        assert check_charts(client, wide_said, address, indicator, language) == 1, address


def test_charts_of_printed_numbers_are_found(wide_release: Release, wide_said: Sources,
                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "numbers_of", planted)
    fresh = create_app(load({}), Releases(Shelf(wide_release.folder.parent.parent))).test_client()
    with pytest.raises(AssertionError):
        assert check_charts(fresh, wide_said, "/doc/indicator/utslipp", "utslipp", "nb") == 1


def test_a_description_has_the_amount(client: FlaskClient, wide_said: Sources) -> None:
    for slug, said in wide_said.said.items():
        found = client.get(f"/doc/statistic/{slug}.jsonld").text
        values = re.findall(r'ns#amount":\s*\[?\s*\{[^}]*?"@value":\s*"([^"]*)"', found)
        values = values or re.findall(r'"delmaal:amount":\s*\{[^}]*?"@value":\s*"([^"]*)"', found)
        assert [Decimal(value) for value in values] == ([] if said.amount is None else [said.amount]), slug


# Search, reconciliation, completion, differences


def check_hits(found: dict[str, Any], said: Sources) -> set[str]:
    """Compare each hit with the sources; gives the figures that were found."""
    read = set()
    for hit in found["results"]:
        expected = said.of(hit["id"])
        number = hit.get("figure", {})
        for key, wanted in (("amount", expected.amount), ("lower", expected.lower), ("upper", expected.upper)):
            assert (Decimal(number[key]) if key in number else None) == wanted, hit["id"]
        if number:
            unit = number["unit"]
            assert (unit["label"] if unit else {}) == expected.unit
            assert bool(number["qualifier"]) == bool(expected.item.qualifier)
            codes_said = {each["id"].rpartition("certainty-")[2] for each in number["certainty"]}
            assert codes_said == expected.certainties
            assert number["printed"] in expected.printed
        if expected.amount is not None:
            for language in ("nb", "en"):
                assert read_amount(hit["summary"][language].partition(" – ")[0], language) == expected.amount
        read.add(expected.item.slug)
    return read


def test_hits_have_amounts_and_units(client: FlaskClient, wide_said: Sources) -> None:
    read = set()
    for word in ("utgifter", "utslipp", "andel", "innbyggere", "serie", "etikett"):
        text = client.get(f"/search.json?q={word}&kind=figure&size=100").text
        read |= check_hits(json.loads(text), wide_said)
    assert {"utgifter-norge", "spenn", "uten-etikett", "nedgang", "utslipp-norge", "flere"} <= read
    page = client.get("/search?q=utgifter+norge&lang=nb", headers={"Accept": "text/html"}).text
    assert "om lag 15 milliarder kr" in unescape(page).replace("\u00a0", " ")
    by_amount = json.loads(client.get("/search.json?q=15000000000&kind=figure").text)
    assert [hit["id"].rpartition("/")[2] for hit in by_amount["results"]] == ["utgifter-norge"]


def test_hits_of_printed_numbers_are_found(client: FlaskClient, wide_said: Sources,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "numbers_of", planted)
    found = json.loads(client.get("/search.json?q=utgifter&kind=figure&size=99").text)
    with pytest.raises(AssertionError):
        check_hits(found, wide_said)


def test_a_column_is_extended_with_amounts(client: FlaskClient, wide_release: Release, wide_said: Sources) -> None:
    iris = {slug: f"{wide_release.base}id/statistic/{slug}" for slug in ("utgifter-norge", "nedgang", "uten-etikett")}
    wanted = [{"id": name} for name in ("delmaal:amount", "sdmx-attribute:unitMeasure", "delmaal:qualifier")]
    extend = json.dumps({"ids": list(iris.values()), "properties": wanted})
    rows = client.post("/reconcile/nb", data={"extend": extend}).get_json()["rows"]
    for slug, iri in iris.items():
        said = wide_said.said[slug]
        assert said.amount is not None
        assert rows[iri]["delmaal:amount"] == [{"float": float(said.amount)}]
        assert [unit["name"] for unit in rows[iri]["sdmx-attribute:unitMeasure"]] == list(said.unit.values())[:1]


def test_the_editor_completes_the_amount(client: FlaskClient, wide_said: Sources) -> None:
    found = client.get("/sparql/completion.json").get_json()
    counts = {each["name"]: each["count"] for each in found["properties"]}
    assert counts["delmaal:amount"] == sum(each.amount is not None for each in wide_said.said.values())
    assert counts["sdmx-measure:obsValue"] == sum(each.item.observed for each in wide_said.said.values())


def test_a_difference_says_what_numbers_are_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("delmaal.validate.validate", lambda *_: Report(()))
    made = []
    for number, budget in enumerate(("1.5", "1.6")):
        made.append(publish(wide(tmp_path / str(number), budget), tmp_path / "out").release)
    sides = [Opened(release, None) for release in made]
    summary = summarise(sides[0], sides[1], difference(made[0].folder, made[1].folder))
    lines = list(written(summary, "nb"))
    assert "    − 1500000 norske kroner" in lines
    assert "    + 1600000 norske kroner" in lines
    assert "    + 1.6 · 10^6 norske kroner" in lines
    changed = next(row for row in summary.as_json()["resources"] if row["iri"].endswith("statistic/utgifter-lillevik"))
    amount = next(each for each in changed["properties"] if each["iri"].endswith("#amount"))
    assert (amount["removed"], amount["added"]) == (["1500000"], ["1600000"])
    assert amount["units"]["added"] == {"nb": "norske kroner", "en": "Norwegian kroner"}
