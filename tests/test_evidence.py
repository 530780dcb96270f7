"""Where facts come from: sources of every kind, cited with a place of their kind, as statements and as sentences."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from conftest import CITED, TINY
from delmaal.build import build
from delmaal.protocols.sparql.examples import examples
from delmaal.publish import check, publish
from delmaal.records import LOCATORS, Publication
from delmaal.release import Release
from delmaal.sources import read
from delmaal.sources.series import slug_of_period
from delmaal.terms import SLUG, term
from plain_wsgi import PlainWsgi
from spoiling import plant

BASE = "https://example.org/fjordvik/id/"
SOURCE = f"{BASE}source/"


@pytest.fixture(scope="module")
def client(cited_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of the whole application over that release."""
    with PlainWsgi(cited_release.folder.parent.parent, tmp_path_factory.mktemp("run")) as found:
        yield found


@pytest.fixture(scope="module")
def said(cited_release: Release) -> dict[tuple[str, str], set[str]]:
    """What the release says, by resource and property."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in (cited_release.folder / "data" / "all.nt").read_text("utf-8").splitlines():
        subject, predicate, rest = line.split(" ", 2)
        found.setdefault((subject[1:-1], predicate[1:-1]), set()).add(rest.removesuffix(" ."))
    return found


@pytest.fixture
def cited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the publication as the working directory, to be spoilt."""
    folder = Path(shutil.copytree(CITED, tmp_path / "cited"))
    monkeypatch.chdir(folder)
    return folder


def text_of(client: httpx.Client, path: str) -> str:
    """The words of a page's content."""
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 200
    content = re.search("(?s)<main.*</main>", page.text)
    assert content
    words = html.unescape(re.sub("<[^>]+>", " ", content[0]))
    return re.sub(r" +([,.;:)])", r"\1", " ".join(words.split()))


def publication_of(folder: Path) -> Publication:
    reading = read(folder)
    assert reading.publication is not None
    return reading.publication


# Statements


def test_the_publication_has_a_source_of_every_kind(said: dict[tuple[str, str], set[str]]) -> None:
    kinds = {value for (node, name), values in said.items() for value in values
             if node.startswith(SOURCE) and name == term("dct:type").value}
    assert kinds == {str(term(f"delmaal:source-{kind}")) for kind in LOCATORS}


@pytest.mark.parametrize(("mention", "place"), [
    ("ensomme-2023-1", "samfunnsplan#line=4,5"),
    ("utslipp-2023-klima", "klimaregnskap#page=4&section=2.1"),
    ("folketall-2023-folkehelse", "folketall#cell=B34"),
    ("folketall-2023-klima", "folketall#cell=B34"),
    ("elbiler-2023-klima", "bilregisteret"),
    ("utslippskutt-2030-klima", "kommunestyret#case=12%2F22&date=2022-06-16"),
    ("budsjett-2024-klima", "kommunestyret#case=88%2F23"),
    ("ensomme-2020-folkehelse", "ungdata#question=14%20b"),
])
def test_a_mention_is_derived_from_its_place(said: dict[tuple[str, str], set[str]], mention: str, place: str) -> None:
    assert said[f"{BASE}mention/{mention}", term("prov:wasDerivedFrom").value] == {f"<{SOURCE}{place}>"}
    source = place.partition("#")[0]
    if source != place:
        assert said[SOURCE + place, term("dct:isPartOf").value] == {f"<{SOURCE}{source}>"}


def test_a_figure_names_the_source_that_it_is_cited_from(said: dict[tuple[str, str], set[str]]) -> None:
    found = {node.removeprefix(f"{BASE}statistic/"): values for (node, name), values in said.items()
             if name == term("dct:source").value and "/statistic/" in node}
    assert found["folketall-2023"] == {f"<{SOURCE}folketall>"}
    assert "ensomme-2023" not in found


def test_a_figure_of_a_table_has_nothing_that_only_a_text_has(said: dict[tuple[str, str], set[str]]) -> None:
    for name in ("delmaal:asPrinted", "delmaal:certainty", "delmaal:areaBasis"):
        assert (f"{BASE}mention/folketall-2023-klima", term(name).value) not in said
    required = term("qb:componentRequired").value
    assert said[f"{BASE}component/printed-value", required] == {f'"false"^^{term("xsd:boolean")}'}
    assert said[f"{BASE}component/unit-measure", required] == {f'"true"^^{term("xsd:boolean")}'}


def test_lines_stand_on_pages_and_are_quoted_where_the_text_is_there(said: dict[tuple[str, str], set[str]]) -> None:
    place = f"{SOURCE}samfunnsplan#line=4,5"
    quotation = '"I 2023 svarte 12 prosent av ungdommene at de ofte er ensomme."'
    assert said[place, term("delmaal:quotation").value] == {quotation}
    assert said[place, term("delmaal:page").value] == {'"1"'}
    assert said[place, term("rdfs:label").value] == {'"side 1, linje 5"@nb', '"page 1, line 5"@en'}


def test_a_source_says_whose_it_is_and_when_it_was_read(said: dict[tuple[str, str], set[str]]) -> None:
    table = f"{SOURCE}folketall"
    assert said[table, term("dc:publisher").value] == {'"Statistikkbyrået"@nb', '"The Bureau of Statistics"@en'}
    assert said[table, term("foaf:page").value] == {"<https://example.org/tabell/1>"}
    assert said[table, term("delmaal:accessed").value] == {f'"2024-01-10"^^{term("xsd:date")}'}
    assert said[table, term("dct:license").value] == {"<https://example.org/vilkar>"}
    assert said[f"{SOURCE}klimaregnskap", term("dct:license").value] == {"<https://data.norge.no/nlod/no/2.0>"}


def test_a_chosen_target_is_addressed_and_says_who_chose_it(said: dict[tuple[str, str], set[str]]) -> None:
    link = f"{BASE}target-link/klima-13.2"
    assert said[link, term("delmaal:basis").value] == {str(term("delmaal:basis-chosen"))}
    assert said[link, term("delmaal:chosenBy").value] == {'"Kommunestyret"@nb', '"The municipal council"@en'}
    assert said[link, term("delmaal:decision").value] == {'"12/22"'}
    assert said[link, term("delmaal:chosenAt").value] == {"<https://w3id.org/delmaal/period/2022-06-16>"}
    assert said[link, term("delmaal:conflict").value] == {f'"false"^^{term("xsd:boolean")}'}
    assert said[f"{BASE}theme/klima", term("delmaal:addresses").value] == {
        "<http://metadata.un.org/sdg/13.2>", "<http://metadata.un.org/sdg/13.3>"}
    place = said[f"{BASE}target-link/klima-13.3", term("prov:wasDerivedFrom").value]
    assert place == {f"<{SOURCE}kommunestyret#case=12%2F22>"}


def test_links_are_counted_alike_everywhere(client: httpx.Client, said: dict[tuple[str, str], set[str]]) -> None:
    links = [node for (node, name), kinds in said.items()
             if name == term("rdf:type").value and str(term("delmaal:TargetLink")) in kinds]
    assert len(links) == 3
    home = text_of(client, "/?lang=en")
    assert "3 links" in home
    assert "2 targets" in text_of(client, "/doc/theme/klima?lang=en")
    matrix = text_of(client, "/matrix?lang=en")
    assert matrix.count("chosen by the publisher") == 2


def test_one_text_under_sources_says_what_it_said_under_source(tmp_path: Path) -> None:
    """The key `source`, as it was before there were other kinds."""
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    path = folder / "publication.yaml"
    before = set(build(publication_of(folder)).triples())
    text = path.read_text("utf-8")
    head, _, source = text.partition("source:\n  slug: plan\n")
    assert source
    indented = "".join(f"  {line}\n" for line in source.splitlines())
    path.write_text(f"{head}sources:\n  plan:\n    kind: text\n{indented}", "utf-8")
    assert set(build(publication_of(folder)).triples()) == before


def test_each_value_of_a_series_is_an_observation_of_its_own(said: dict[tuple[str, str], set[str]]) -> None:
    value, period = term("sdmx-measure:obsValue").value, term("sdmx-dimension:refPeriod").value
    for year, number in ((1990, "2105"), (2000, "2230"), (2020, "2390.5")):
        node = f"{BASE}statistic/folketall-{year}"
        assert said[node, value] == {f'"{number}"^^{term("xsd:decimal")}'}
        assert said[node, period] == {f"<https://w3id.org/delmaal/period/{year}>"}
        assert str(term("qb:Observation")) in said[node, term("rdf:type").value]
        place = said[f"{BASE}mention/folketall-{year}-folkehelse", term("prov:wasDerivedFrom").value]
        assert place == {f"<{SOURCE}folketall#row=Fjordvik>"}


def test_a_missing_value_of_a_series_says_why(said: dict[tuple[str, str], set[str]], client: httpx.Client) -> None:
    node = f"{BASE}statistic/folketall-2010"
    assert said[node, term("delmaal:notObserved").value] == {str(term("delmaal:not-observed-confidential"))}
    assert (node, term("sdmx-measure:obsValue").value) not in said
    assert (node, term("qb:dataSet").value) not in said
    assert "ikke offentlig" in text_of(client, "/doc/statistic/folketall-2010")
    assert "ikke offentlig" in text_of(client, "/doc/theme/folkehelse")


@pytest.mark.parametrize(("code", "slug"), [
    ("1990", "1990"), ("2020-03", "2020-03"), ("2025--2040", "2025-to-2040"), ("1984~1986", "1984-or-1986"),
    ("2020--", "2020-to"), ("--2050", "to-2050"), ("unknown", "unknown"),
])
def test_a_period_ends_a_slug(code: str, slug: str) -> None:
    assert slug_of_period(code) == slug
    assert SLUG.match(slug)


def test_a_result_below_zero_is_no_warning_where_the_indicator_says_so(cited: Path) -> None:
    assert check(cited).report.findings == ()
    plant(cited, "indicators/alle.yaml", "  may-be-negative: true\n", "§")
    assert [finding.code for finding in check(cited).report.findings] == ["statistic-percent-range"]


def test_an_indicator_says_its_source_its_owner_and_how_often_it_is_new(
    said: dict[tuple[str, str], set[str]], client: httpx.Client
) -> None:
    node = f"{BASE}indicator/netto-resultat"
    assert said[node, term("dct:source").value] == {f"<{SOURCE}folketall>"}
    assert said[node, term("prov:wasDerivedFrom").value] == {f"<{SOURCE}folketall#row=Netto>"}
    assert said[node, term("delmaal:owner").value] == {'"Økonomisjefen"@nb', '"The head of finance"@en'}
    page = text_of(client, "/doc/indicator/netto-resultat?lang=nb")
    assert "Kilde Folketall per 1. januar, rad Netto" in page
    assert "Økonomisjefen" in page


def test_a_unit_without_an_iri_gets_one(said: dict[tuple[str, str], set[str]], client: httpx.Client) -> None:
    unit = said[f"{BASE}statistic/laks-2023", term("sdmx-attribute:unitMeasure").value]
    assert unit == {f"<{BASE}unit/laks-per-elv>"}
    assert str(term("qudt:Unit")) in said[f"{BASE}unit/laks-per-elv", term("rdf:type").value]
    assert "40 laks/elv" in text_of(client, "/doc/statistic/laks-2023?lang=nb").replace("\xa0", " ")


def test_an_area_is_called_what_the_publisher_calls_it(client: httpx.Client) -> None:
    page = text_of(client, "/doc/area/indre-krets?lang=nb")
    assert page.startswith("Krets")
    assert "Bydel" not in page


def test_the_search_box_suggests_what_is_there(client: httpx.Client) -> None:
    assert "For eksempel «Klima», «3.4» eller «Laks»" in text_of(client, "/?lang=nb")


@pytest.mark.parametrize(("name", "rows"), [
    ("list_statistics", 12), ("list_figures_by_source", 12), ("list_links_with_evidence", 3), ("list_projections", 1),
    ("count_links_by_basis", 2), ("trace_theme_to_source", 2),
])
def test_a_worked_query_leaves_out_nothing_that_has_no_text(cited_release: Release, name: str, rows: int) -> None:
    store = Store()
    store.bulk_load(path=str(cited_release.folder / "data" / "all.nt"), format=RdfFormat.N_TRIPLES)
    found = store.query(examples()[name].query)
    assert isinstance(found, QuerySolutions)
    assert len(list(found)) == rows


def test_a_subject_that_los_does_not_have_is_a_warning_at_its_place(cited: Path) -> None:
    at = plant(cited, "themes/klima.yaml", "subjects: [https", "subjects: [https://psi.norge.no/los/tema/klmia, §https")
    assert at
    findings = check(cited).report.findings
    assert [finding.code for finding in findings] == ["theme-subject-unknown"]
    assert findings[0].mark.file == "themes/klima.yaml"
    (cited / "topics.yaml").write_text(
        "- iri: https://psi.norge.no/los/tema/klmia\n  label: {nb: Klima, en: Climate}\n", "utf-8")
    assert check(cited).report.findings == ()


# Pages


@pytest.mark.parametrize(("path", "sentence"), [
    ("/doc/statistic/folketall-2023", "Kilde: Folketall per 1. januar, celle B34"),
    ("/doc/statistic/folketall-2023", "Utgitt av Statistikkbyrået · lest 10. januar 2024 · https://example.org/tabell/1"),
    ("/doc/statistic/folketall-2023?lang=en", "Source: Population on 1 January, cell B34"),
    ("/doc/statistic/folketall-2023?lang=en", "Published by The Bureau of Statistics · read 10 January 2024"),
    ("/doc/statistic/utslipp-2023", "Kilde: Klimaregnskap 2023, side 4, punkt 2.1"),
    ("/doc/statistic/utslippskutt-2030", "Kilde: Vedtak i kommunestyret, sak 12/22, 16. juni 2022"),
    ("/doc/statistic/ensomme-2020", "Kilde: Spørreundersøkelse blant ungdom, spørsmål 14 b"),
    ("/doc/statistic/elbiler-2023", "Kilde: Bilregisteret"),
    ("/doc/statistic/ensomme-2023", "Kilde: planen side 1, linje 5"),
    ("/doc/statistic/ensomme-2023", "I 2023 svarte 12 prosent av ungdommene at de ofte er ensomme."),
    ("/doc/document/budsjett-2024", "Kilde: Vedtak i kommunestyret, sak 88/23"),
    ("/doc/document/folkehelseplan", "https://example.org/folkehelseplan"),
    ("/doc/theme/klima", "Kilde: Klimaregnskap 2023, side 4, punkt 2.1"),
    ("/doc/theme/klima", "Valgt av Kommunestyret, vedtak 12/22, 16. juni 2022"),
    ("/doc/theme/klima", "Kilde Vedtak i kommunestyret, sak 12/22"),
    ("/doc/theme/klima?lang=en", "Chosen by The municipal council, decision 12/22, 16 June 2022"),
    ("/doc/target-link/klima-13.3", "valgt av utgiveren"),
    ("/matrix", "Valgt av utgiveren"),
    ("/doc/theme/klima", "Hvert tall sier hvor det er fra."),
])
def test_a_page_says_where_it_is_from(client: httpx.Client, path: str, sentence: str) -> None:
    assert sentence in text_of(client, path)


def test_no_page_of_what_is_not_in_the_plan_speaks_of_the_plan(client: httpx.Client) -> None:
    for slug in ("folketall-2023", "utslipp-2023", "elbiler-2023", "utslippskutt-2030"):
        assert "planen" not in text_of(client, f"/doc/statistic/{slug}").lower()


# Mistakes


def found(folder: Path) -> list[str]:
    return [f"{error.mark} {error.code}" for error in read(folder).errors]


MISTAKES = [
    ("an unknown kind", "publication.yaml", "kind: table", "kind: §tabel", "source-kind-unknown"),
    ("an unknown source", "statistics/folk.yaml", "source: folketall\n  at: {cell", "source: §folketal\n  at: {cell",
     "source-unknown"),
    ("a page of a table", "statistics/folk.yaml", "at: {cell: B34}", "at: §{page: 3}", "locator-wrong"),
    ("lines of a document", "statistics/klima.yaml", 'at: {page: 4, section: "2.1"}', "at: §{lines: 4}",
     "locator-wrong"),
    ("an unknown locator", "statistics/folk.yaml", "at: {cell: B34}", "at: {§celle: B34}", "key-unknown"),
    ("a date that is none", "statistics/klima.yaml", "date: 2022-06-16", "date: §16.06.2022", "locator-malformed"),
    ("a place in no source", "statistics/folk.yaml", "  source: folketall\n  at: {cell",
     "  at: §{cell", "source-missing"),
    ("lines outside the text", "statistics/folk.yaml", "lines: 5", "lines: §12", "lines-outside"),
    ("a licence that is none", "publication.yaml", "licence: https://example.org/vilkar", "licence: §fri",
     "licence-unknown"),
    ("an address that is none", "publication.yaml", "url: https://example.org/tabell/1", "url: §tabell 1",
     "address-malformed"),
    ("a day that is none", "publication.yaml", "accessed: 2024-01-10", "accessed: §2024", "date-malformed"),
    ("a checksum of another file", "publication.yaml", "sha256: ", "sha256: §00", "sha256-malformed"),
    ("another number of lines", "publication.yaml", "lines: 11", "lines: §12", "source-lines"),
    ("a file that is not there", "publication.yaml", "file: samfunnsplan.txt", "file: §planen.txt", "file-unreadable"),
    ("a file elsewhere", "publication.yaml", "file: samfunnsplan.txt", "file: §../samfunnsplan.txt", "file-malformed"),
    ("pages out of order", "publication.yaml", "pages: {1: 1, 2: 8}", "pages: {1: 8, 2: §1}", "pages-unordered"),
    ("lines of a table", "publication.yaml", "kind: table\n", "kind: table\n    lines: §3\n", "source-no-text"),
    ("a slug that is none", "publication.yaml", "  bilregisteret:", "  §Bilregisteret:", "slug-malformed"),
    ("both ways to write sources", "publication.yaml", "sources:\n",
     "source: §{slug: a, title: {nb: A, en: A}, sha256: x, lines: 1}\nsources:\n", "sources-contradicted"),
    ("a mention of a table", "statistics/folk.yaml", "as: 12 prosent", "as: 12 prosent\n      text: §folketall",
     "source-no-text"),
    ("themes beside mentions", "statistics/folk.yaml", "  mentions:\n", "  themes: §[klima]\n  mentions:\n",
     "themes-contradicted"),
    ("an unknown theme", "statistics/folk.yaml", "themes: [folkehelse, klima]", "themes: [folkehelse, §klimaet]",
     "theme-unknown"),
    ("a theme of the text without lines", "themes/klima.yaml",
     "number: 2\ntitle: {nb: Klima, en: Climate}\nsource: klimaregnskap\nat: {page: 1-8}\n",
     "§number: 2\ntitle: {nb: Klima, en: Climate}\n", "key-missing"),
    ("a choice that nobody made", "themes/klima.yaml",
     "basis: chosen\n    source: kommunestyret\n    at: {case: 12/22}", "basis: §chosen", "choice-unfounded"),
    ("a choice by a source that is no decision", "themes/klima.yaml", "basis: chosen\n    source: kommunestyret\n"
     "    at: {case: 12/22}", "basis: §chosen\n    source: klimaregnskap", "choice-unfounded"),
    ("a choice with a date alone", "themes/klima.yaml",
     "by:\n      body: {nb: Kommunestyret, en: The municipal council}\n      decision: 12/22\n      date",
     "by:\n      §date", "choice-unfounded"),
    ("a choice on a day that is none", "themes/klima.yaml", "date: 2022-06-16", "date: §i fjor", "period-malformed"),
    ("a choice with a text", "themes/klima.yaml", "basis: chosen\n    by",
     "basis: chosen\n    text: §{lines: 10, opening: Fjordvik skal kutte, form: whole}\n    by", "basis-contradicted"),
    ("by on another basis", "themes/klima.yaml", "basis: chosen\n    by", "basis: §text-only\n    by",
     "basis-contradicted"),
    ("a target with nothing", "themes/folkehelse.yaml", "targets:\n",
     "targets:\n  - §code: 3.5\n    basis: text-only\n", "target-without-evidence"),
    ("a series beside a value", "statistics/folk.yaml", "  series:\n", "  §value: 3\n  series:\n",
     "series-contradicted"),
    ("a series that is none", "statistics/folk.yaml",
     "series:\n    1990: 2105\n    2000: 2230\n    2010: confidential\n    2020: 2390.5\n", "series: §2105\n",
     "type-wrong"),
    ("a period that is none", "statistics/folk.yaml", "    1990: 2105", "    §i 1990: 2105", "period-malformed"),
    ("a value that is none", "statistics/folk.yaml", "1990: 2105", '1990: §".."', "number-wrong"),
    ("a value that no table has", "statistics/folk.yaml", "value: 10.5", 'value: §":"', "number-wrong"),
    ("an area of a series that is unknown", "statistics/folk.yaml",
     "area: fjordvik\n  themes: [folkehelse]\n  source: folketall",
     "area: §fjordviik\n  themes: [folkehelse]\n  source: folketall", "area-unknown"),
    ("a period that another record has", "statistics/folk.yaml", "    1990: 2105", "    §2023: 2105", "slug-duplicate"),
    ("a figure from nowhere", "statistics/klima.yaml",
     "elbiler-2023:\n  indicator: elbiler\n  kind: observation\n  value: 310\n  area: fjordvik\n  period: 2023\n"
     "  themes: [klima]\n  source: bilregisteret\n",
     "§elbiler-2023:\n  indicator: elbiler\n  kind: observation\n  value: 310\n  area: fjordvik\n  period: 2023\n",
     "evidence-missing"),
]


@pytest.mark.parametrize(("file", "old", "new", "code"), [row[1:] for row in MISTAKES],
                         ids=[row[0] for row in MISTAKES])
def test_a_mistake_is_found_where_it_stands(file: str, old: str, new: str, code: str, cited: Path) -> None:
    at = plant(cited, file, old, new)
    assert found(cited).count(f"{at} {code}") == 1


def test_a_sign_for_a_missing_value_is_told_the_words(cited: Path) -> None:
    plant(cited, "statistics/folk.yaml", "2010: confidential", '2010: §".."')
    errors = read(cited).errors
    assert [error.code for error in errors] == ["number-wrong"]
    assert "missing, not-applicable, confidential" in errors[0].sentence


def test_what_is_quoted_is_what_the_lines_are_of(cited: Path) -> None:
    file = cited / "sources" / "samfunnsplan.txt"
    file.write_text("En ny linje\n" + file.read_text("utf-8"), "utf-8")
    errors = read(cited).errors
    assert [error.code for error in errors] == ["source-checksum"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() in errors[0].sentence


def test_a_text_outside_the_folder_is_not_read(cited: Path) -> None:
    file = cited / "sources" / "samfunnsplan.txt"
    outside = cited.parent / "outside.txt"
    file.rename(outside)
    file.symlink_to(outside)
    assert "link-outside" in {error.code for error in read(cited).errors}


def test_lines_without_a_text_are_said_once(cited: Path) -> None:
    path = cited / "publication.yaml"
    text = path.read_text("utf-8")
    begin, end = text.index("  samfunnsplan:"), text.index("  klimaregnskap:")
    path.write_text(text[:begin] + text[end:], "utf-8")
    errors = [error for error in read(cited).errors if error.code == "text-missing"]
    assert len(errors) == 1
    assert "records cite lines" in errors[0].sentence


def test_a_publication_without_a_text_needs_no_lines(cited: Path) -> None:
    """Figures from a spreadsheet alone: themes, value, source and place are enough."""
    path = cited / "publication.yaml"
    text = path.read_text("utf-8")
    begin, end = text.index("  samfunnsplan:"), text.index("  klimaregnskap:")
    path.write_text(text[:begin] + text[end:], "utf-8")
    shutil.rmtree(cited / "sources")
    (cited / "no-figures.yaml").unlink()
    (cited / "documents" / "klimaplan.yaml").unlink()
    for name in ("folkehelse", "klima"):
        theme = cited / "themes" / f"{name}.yaml"
        head = theme.read_text("utf-8").partition("targets:")[0]
        theme.write_text(re.sub("(?m)^(lines|source|at): .*\n", "", head), "utf-8")
    figures = cited / "statistics" / "folk.yaml"
    figures.write_text(re.sub("(?s)ensomme-2023:.*?(?=ensomme-2020:)", "", figures.read_text("utf-8")), "utf-8")
    checked = check(cited)
    assert checked.errors == ()
    assert {finding.code for finding in checked.report.findings} == {"theme-without-target"}


# Dates


def test_data_that_changed_under_the_same_date_are_a_warning(cited: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert publish(cited, out).findings == ()
    plant(cited, "statistics/folk.yaml", "1990: 2105", "1990: §2106")
    warned = publish(cited, out).findings
    assert [finding.code for finding in warned] == ["modified-unchanged"]
    mark = warned[0].mark
    text = (cited / "publication.yaml").read_text("utf-8").splitlines()
    assert text[mark.line - 1].startswith("modified: ")
    plant(cited, "statistics/folk.yaml", "1990: 2106", "1990: §2107")
    plant(cited, "publication.yaml", "modified: 2024-02-03", "modified: §2024-02-04")
    assert publish(cited, out).findings == ()
    (cited / "pages" / "about.nb.md").write_text("Bare teksten er en annen.\n", "utf-8")
    assert publish(cited, out).findings == ()
