"""The order of what people read: periods in time, what is unknown last; texts by the reader's alphabet."""

from __future__ import annotations

import ast
import csv
import io
import random
import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from conftest import ROOT
from delmaal import codes
from delmaal.collation import collate
from delmaal.reading.releases import Releases
from delmaal.release import Release, Shelf
from delmaal.serving.application import create_app
from delmaal.settings import load
from wide import IN_BOKMAL, IN_ENGLISH, IN_TIME, PERIODS, PLACES

PACKAGE = ROOT / "server/delmaal"


@pytest.fixture(scope="module")
def client(wide_release: Release) -> FlaskClient:
    """A client of the application over the wide publication."""
    return create_app(load({}), Releases(Shelf(wide_release.folder.parent.parent))).test_client()


def page(client: FlaskClient, address: str) -> str:
    """A page as a browser gets it."""
    return unescape(client.get(address, headers={"Accept": "text/html"}).text).replace("\u00a0", " ")


def names(language: str, periods: tuple[str, ...] = IN_TIME) -> list[str]:
    """What the periods are called."""
    return [codes.period(code).labels[language] for code in periods]


# Periods


def test_periods_are_sorted_by_beginning_and_end() -> None:
    def key(code: str) -> tuple[bool, str, str, str]:
        period = codes.period(code)
        return codes.chronological(period.start, period.end, code)

    shuffled = list(PERIODS)
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert tuple(sorted(shuffled, key=key)) == IN_TIME


@pytest.mark.parametrize("language", ["nb", "en"])
@pytest.mark.parametrize("address", ["/doc/indicator/serie", "/doc/cube/statistics?indicator=indicator/serie",
                                     "/doc/statistic/serie-2", "/doc/theme/ren-energi"])
def test_a_series_is_drawn_and_listed_in_time(client: FlaskClient, address: str, language: str) -> None:
    text = page(client, f"{address}{'&' if '?' in address else '?'}lang={language}")
    values = [str(100 + PERIODS.index(code)) for code in IN_TIME]
    told = [re.findall(r": (\d+)(?=;|$)", desc) for desc in re.findall(r"<desc[^>]*>(.*?)</desc>", text)]
    assert values in told, "the chart's description"
    shown = re.findall(r'<td class="numeric">(\d{3})</td>', text)
    assert [value for value in shown if value in values] == values, "the table behind it"


@pytest.mark.parametrize("language", ["nb", "en"])
def test_a_filter_offers_periods_in_time(client: FlaskClient, language: str) -> None:
    text = page(client, f"/doc/cube/statistics?lang={language}")
    select = next(part for part in re.findall(r"<select.*?</select>", text, re.DOTALL) if 'name="refPeriod"' in part)
    offered = re.findall(r"<option[^>]*>([^<]*)<", select)
    wanted = names(language)
    assert [name for name in offered if name in wanted] == wanted
    assert offered[-1] == wanted[-1], "what is unknown is the last"


def test_a_file_is_in_time(client: FlaskClient) -> None:
    found = client.get("/observations.csv?cube=cube/statistics&indicator=indicator/serie&lang=nb")
    rows = list(csv.DictReader(io.StringIO(found.text, newline="")))
    assert [row["refPeriod"].rpartition("/")[2] for row in rows] == list(IN_TIME)


# Texts


@pytest.mark.parametrize(("language", "expected"), [("nb", IN_BOKMAL), ("nn", IN_BOKMAL), ("no-NO", IN_BOKMAL),
                                                    ("en", IN_ENGLISH), ("en-GB", IN_ENGLISH), ("de", IN_ENGLISH)])
def test_texts_stand_as_readers_expect(language: str, expected: tuple[str, ...]) -> None:
    shuffled = list(PLACES.values())
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert tuple(sorted(shuffled, key=lambda text: collate(text, language))) == expected


@pytest.mark.parametrize(("texts", "language"), [
    (["delmål 2", "delmål 10"], "nb"), (["3.4", "3.10", "3.a", "11.1"], "nb"), (["0–17 år", "18–64 år", "80 år"], "nb"),
    (["Bedre helse", "«Bedre helse» for alle", "bedring"], "nb"), (["ekte", "élan", "eple"], "nb"),
    (["zoo", "Ärlig", "ærlig", "Öl", "øl", "å"], "nb"), (["Å", "Aa", "Ab"], "en"), (["ab", "Ab", "áb"], "nb"),
    (["", "a"], "nb"), (["v", "w", "x"], "nb"),
])
def test_an_order_of_texts(texts: list[str], language: str) -> None:
    turned = list(reversed(texts))
    assert sorted(turned, key=lambda text: collate(text, language)) == texts


def test_texts_that_differ_have_keys_that_differ() -> None:
    for one, other in (("a", "A"), ("e", "é"), ("a-b", "a b"), ("å", "aa"), ("01", "1"), ("«a»", "a")):
        assert collate(one, "nb") != collate(other, "nb")
    assert collate("Å", "nb")[:2] == collate("A\u030a", "nb")[:2], "however it is composed"


@pytest.mark.parametrize(("language", "expected"), [("nb", IN_BOKMAL), ("en", IN_ENGLISH)])
@pytest.mark.parametrize("address", ["/doc/cube/statistics", "/doc/area/norge", "/doc/indicator/innbyggere"])
def test_places_are_listed_by_the_alphabet(client: FlaskClient, address: str, language: str,
                                           expected: tuple[str, ...]) -> None:
    """The filter of a cube, the parts of an area, the figures of an indicator."""
    text = page(client, f"{address}?lang={language}")
    pattern = {"/doc/cube/statistics": r"<option[^>]*>([^<]*)<", "/doc/area/norge": r"<li>.*?<bdi[^>]*>([^<]*)<",
               "/doc/indicator/innbyggere": r'<td>([^<]*)</td>'}[address]
    found = [name for name in re.findall(pattern, text) if name in expected]
    assert found[:len(expected)] == list(expected)


READ = re.compile(r"\.text\b|\.label\b|\.labels?\(|\.title\b|\.name\.(?:text|lower)|\.lower\(\)|casefold")
"""What a key looks at that sorts by a text that people read."""


def sorts_by_code(source: str) -> list[str]:
    """The sorts of a module that look at a text and do not ask for the reader's order."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in ("sorted", "sort", "min", "max", "nsmallest", "nlargest"):
            continue
        for keyword in node.keywords:
            key = ast.unparse(keyword.value) if keyword.arg == "key" else ""
            if READ.search(key) and "collate" not in key:
                found.append(ast.unparse(node)[:120])
    return found


def test_no_list_of_texts_is_sorted_by_code() -> None:
    found = {str(file.relative_to(PACKAGE)): sorts for file in PACKAGE.rglob("*.py")
             if (sorts := sorts_by_code(file.read_text("utf-8")))}
    assert found == {}
    assert sorts_by_code("themes = sorted(values, key=lambda value: value.text)")
    assert sorts_by_code("options.sort(key=lambda option: option.text.lower())")
    assert not sorts_by_code("sorted(values, key=lambda value: collate(value.text, language))")


def test_no_template_or_script_sorts_by_code() -> None:
    for file in (PACKAGE / "site/templates").glob("*.html"):
        assert not re.search(r"\|\s*(?:dict)?sort\b", file.read_text("utf-8")), file.name
    for file in (ROOT / "server/frontend/src").glob("*.js"):
        for line in file.read_text("utf-8").splitlines():
            if ".sort()" in line:
                assert re.search(r"prefix|namespace", line), f"{file.name}: {line.strip()}"  # codes, not texts
