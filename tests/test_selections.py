"""Selections of observations: whole where they are downloaded, page by page where a page is asked for, never cut in
silence; and no list of limited length whose limit nobody looks at."""

from __future__ import annotations

import ast
import csv
import gzip
import io
import operator
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pandas  # type: ignore[import-untyped]  # it has no types of its own
import pytest
import zstandard
from pyoxigraph import RdfFormat, parse

from conftest import ROOT, TINY, serving
from delmaal.publish import publish
from delmaal.validate import Report

PACKAGE = ROOT / "server" / "delmaal"
MANY = 1_300
"""Observations of the publication of many: more than a page, a batch, and what is sorted in time."""

OBSERVATION = "http://purl.org/linked-data/cube#Observation"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server of the tiny publication with many more figures."""
    folder = tmp_path_factory.mktemp("many")
    sources = Path(shutil.copytree(TINY, folder / "many"))
    one = next(iter(sorted((sources / "statistics").glob("*.yaml"))))
    text = one.read_text("utf-8")
    name = re.findall(r"^([a-z0-9-]+):\n", text, re.MULTILINE)[0]
    record = text[text.index(f"{name}:\n"):].split("\n\n")[0]
    record = re.split(r"\n(?=[a-z])", record)[0]
    period = re.search(r"\n  period: (.*)\n", record)
    assert period, record
    copies = (record.replace(f"{name}:", f"{name}-{number}:", 1).replace(period[0], f"\n  period: {3000 + number}\n")
              for number in range(MANY))
    one.write_text(text.rstrip() + "\n" + "\n".join(each.rstrip() for each in copies) + "\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("delmaal.validate.validate", lambda *_: Report(()))
        publish(sources, folder / "out")
    with serving(sources, folder / "out", DELMAAL_NO_BUILD="1") as client:
        yield client


def count(client: httpx.Client) -> int:
    query = "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?o a qb:Observation }"
    answer = client.get("/sparql", params={"query": query, "format": "csv"})
    return int(answer.text.split()[1])


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline="")))


def test_a_file_is_whole(many: httpx.Client) -> None:
    total = count(many)
    assert total > MANY
    for address in ("/observations.csv?cube=cube/statistics", "/observations.csv?cube=statistics&lang=en"):
        answer = many.get(address)
        rows = rows_of(answer)
        assert len({row["observation"] for row in rows}) == len(rows) == total
        assert "next" not in answer.links
        assert int(answer.headers["content-length"]) == len(answer.content) or "content-encoding" in answer.headers
    turtle = many.get("/observations.ttl?cube=cube/statistics")
    found = {str(quad.subject) for quad in parse(turtle.content, RdfFormat.TURTLE)
             if str(quad.object) == f"<{OBSERVATION}>"}
    assert len(found) == total
    table = pandas.read_csv(str(many.base_url.join("/observations.csv?cube=cube/statistics")))
    assert len(table) == total


@pytest.mark.parametrize(("dump", "lang"), [("statistics.csv", "nb"), ("statistics.en.csv", "en")])
@pytest.mark.parametrize("server", ["many", "trondheim_server"])
def test_the_dump_has_the_same_rows(request: pytest.FixtureRequest, server: str, dump: str, lang: str) -> None:
    """What is made when a release is built, and what is made on request, row by row."""
    client: httpx.Client = request.getfixturevalue(server)
    made = client.get(f"/data/{dump}")
    asked = client.get(f"/observations.csv?cube=statistics&lang={lang}")
    assert made.headers["content-type"] == asked.headers["content-type"] == "text/csv; charset=utf-8"
    assert made.content.split(b"\r\n")[0] == asked.content.split(b"\r\n")[0]
    key = operator.itemgetter("observation")
    assert sorted(rows_of(made), key=key) == sorted(rows_of(asked), key=key)
    catalogue = client.get("/catalog.nt").text
    assert re.search(rf"dcat#downloadURL> <[^>]*/data/{re.escape(dump)}>", catalogue)
    assert client.get(f"/data/{dump}.gz").status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "zstd", "identity"])
def test_a_file_is_whole_in_every_coding(many: httpx.Client, coding: str) -> None:
    address = "/observations.csv?cube=cube/statistics&lang=nb"
    plain = many.get(address, headers={"Accept-Encoding": "identity"})
    with many.stream("GET", address, headers={"Accept-Encoding": coding}) as answer:
        content = b"".join(answer.iter_raw())
        assert answer.headers.get("content-encoding", "identity") == coding
        assert int(answer.headers["content-length"]) == len(content)
        assert answer.headers["etag"] != plain.headers["etag"] or coding == "identity"
    if coding == "gzip":
        content = gzip.decompress(content)
    if coding == "zstd":
        content = zstandard.ZstdDecompressor().decompressobj().decompress(content)
    assert content == plain.content
    again = many.get(address, headers={"Accept-Encoding": coding, "If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    head = many.head(address, headers={"Accept-Encoding": coding})
    assert (head.status_code, head.headers["etag"]) == (200, answer.headers["etag"])


def indicators(client: httpx.Client) -> Counter[str]:
    """How many observations there are of each indicator."""
    return Counter(row["indicator"] for row in rows_of(client.get("/observations.csv?cube=cube/statistics")))


@pytest.mark.parametrize("query", ["rows=500", "rows=1000", "rows=7"])
def test_pages_lead_to_all(many: httpx.Client, query: str) -> None:
    """Link: next leads from page to page until all were seen, and each page says how many there are."""
    chosen = "/observations.csv?cube=cube/statistics"
    if query == "rows=7":  # few, by a filter
        chosen += f"&indicator={min(indicators(many).items(), key=lambda each: each[1])[0]}"
    whole, address = rows_of(many.get(chosen)), f"{chosen}&{query}"
    seen: list[str] = []
    while address:
        answer = many.get(address)
        rows = rows_of(answer)
        assert answer.headers["x-total-count"] == str(len(whole))
        assert "x-total-count" in answer.headers["access-control-expose-headers"].lower()
        seen += [row["observation"] for row in rows]
        following = answer.links.get("next", {}).get("url", "")
        address = urljoin(address, following) if following else ""
    assert sorted(seen) == sorted(row["observation"] for row in whole)
    assert len(set(seen)) == len(seen)


def test_a_filtered_file_is_whole(many: httpx.Client) -> None:
    lengths = []
    for iri in indicators(many):
        found = rows_of(many.get("/observations.csv", params={"cube": "cube/statistics", "indicator": iri}))
        assert {row["indicator"] for row in found} == {iri}
        lengths.append(len(found))
    assert sum(lengths) == count(many)
    assert max(lengths) > MANY


def test_the_page_of_a_data_set_offers_the_whole_selection(many: httpx.Client) -> None:
    page = many.get("/doc/cube/statistics?lang=en", headers={"Accept": "text/html"}).text
    address = next(found.replace("&amp;", "&") for found in re.findall(r'href="(/observations\.csv[^"]*)"', page))
    assert "rows=" not in address
    assert len(rows_of(many.get(address))) == count(many)


def test_for_a_spreadsheet(many: httpx.Client) -> None:
    plain = rows_of(many.get("/observations.csv?cube=statistics&lang=nb"))
    answer = many.get("/observations.csv?cube=statistics&lang=nb&for=excel")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == len(plain)
    assert [row["amount"].replace(",", ".") for row in rows] == [row["amount"] for row in plain]
    assert answer.headers["etag"] != many.get("/observations.csv?cube=statistics&lang=nb").headers["etag"]


@pytest.mark.parametrize(("query", "said"), [
    ("cube=cube/statistics&rows=0", "rows=0"), ("cube=cube/statistics&rows=99999", "rows=99999"),
    ("cube=cube/statistics&rows=-1", "rows="), ("cube=cube/statistics&for=lotus", "excel"),
    ("cube=cube/statistics&colour=red", "colour"), ("cube=cube/statistics&after=nowhere", "after=nowhere"),
    ("cube=cube/statistics&indicator=nothing", "indicator=nothing"), ("cube=nothing", "cube/statistics"),
    ("", "cube/statistics")])
def test_what_cannot_be_is_said(many: httpx.Client, query: str, said: str) -> None:
    answer = many.get(f"/observations.csv?{query}")
    assert answer.status_code in (400, 404)
    assert said in answer.json()["detail"]


def test_a_lookup_that_is_limited_says_so(many: httpx.Client) -> None:
    """The page of an indicator and of a figure have more than they show, and say it."""
    common = indicators(many).most_common(1)[0][0]
    row = rows_of(many.get("/observations.csv", params={"cube": "statistics", "rows": "1", "indicator": common}))[0]
    for iri in (row["indicator"], row["observation"]):
        page = many.get(f"/doc{iri.partition('/id')[2]}?lang=en", headers={"Accept": "text/html"}).text
        assert "the data set has all" in page


def _discards(tree: ast.AST) -> Iterator[int]:
    """Where a limited list is taken and what says that there is more is dropped."""
    def limited(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in (
            "about", "incoming", "pairs", "links")

    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and limited(node.value):
            yield node.lineno
        if isinstance(node, ast.Assign) and limited(node.value) and isinstance(node.targets[0], ast.Tuple):
            last = node.targets[0].elts[-1]
            if isinstance(last, ast.Name) and last.id.startswith("_"):
                yield node.lineno


def test_nobody_drops_what_says_that_there_is_more() -> None:
    assert sorted(_discards(ast.parse("a = look.incoming(x, 0, 9)[0]\nb, _ = look.about(x)"))) == [1, 2]
    found = [f"{path.relative_to(PACKAGE)}:{line}" for path in sorted(PACKAGE.rglob("*.py"))
             if path.name != "lookup.py" for line in _discards(ast.parse(path.read_text("utf-8")))]
    assert not found, f"ask for `whole` or `some`, or look at what is left out: {found}"


