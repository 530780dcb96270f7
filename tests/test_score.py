"""`delmaal score`: the methodology's points, of our catalogue at a running server and of others with known faults."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from rdflib.namespace import XSD

from conftest import REFERENCE, TINY, needs_reference
from delmaal.release import Release
from delmaal.score import (
    DIMENSIONS,
    METRICS,
    conformance,
    datasets_of,
    mapping,
    read_catalogue,
    read_shapes,
    vocabularies,
)
from delmaal.score.methodology import MAXIMUM, rating
from delmaal.terms import EU

OFFICIAL = ("dcat-ap_3.0.1_shapes.ttl", "dcat-ap_3.0.1_range.ttl")


def score(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "delmaal", "score", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def as_json(*arguments: str | Path) -> dict[str, Any]:
    run = score(*arguments, "--format", "json")
    assert (run.returncode, run.stderr) == (0, "")
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def metrics(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: row for dimension in found["dimensions"].values() for name, row in dimension["metrics"].items()}


# The methodology


def test_the_points_are_those_of_the_methodology() -> None:
    sums = {row.name: sum(metric.points for metric in METRICS if metric.dimension == row.name) for row in DIMENSIONS}
    assert sums == {"findability": 100, "accessibility": 100, "interoperability": 110, "reusability": 75,
                    "contextuality": 20}
    assert MAXIMUM == 405
    ratings = {405: "excellent", 351: "excellent", 350: "good", 221: "good", 220: "sufficient", 121: "sufficient",
               120: "bad", 0: "bad"}
    assert {points: rating(points).en for points in ratings} == ratings


@needs_reference
@pytest.mark.parametrize(("table", "file", "column"), [
    ("file-types", "file-types", 1), ("access-rights", "access-right", 1), ("non-proprietary", "non-proprietary", 1),
])
def test_the_tables_are_the_unions(table: str, file: str, column: int) -> None:
    with (REFERENCE / "dcat-ap" / f"{file}.csv").open(encoding="utf-8-sig", newline="") as rows:
        theirs = {row[column] for row in csv.reader(rows)}
    lines = (Path(vocabularies.__file__).parent / "tables" / f"{table}.txt").read_text("utf-8").splitlines()
    assert {line for line in lines if not line.startswith("#")} == theirs


@needs_reference
def test_every_licence_of_the_union_is_known_by_both_its_addresses() -> None:
    with (REFERENCE / "dcat-ap" / "licenses.csv").open(encoding="utf-8-sig", newline="") as rows:
        for address, _, iri in csv.reader(rows):
            assert vocabularies.is_licence(iri), iri
            if address != iri:
                assert vocabularies.is_licence(address.replace("http:", "https:").rstrip("/")), address
    assert not vocabularies.is_licence("https://example.org/licence")
    assert not vocabularies.is_licence(f"{EU}licence/NONE")


@pytest.mark.parametrize(("value", "registered", "name"), [
    ("https://www.iana.org/assignments/media-types/text/turtle", True, "text/turtle"),
    ("http://www.iana.org/assignments/media-types/application/N-Quads", True, "application/n-quads"),
    ("https://www.iana.org/assignments/media-types/text/x-invented", False, ""),
    ("text/csv", False, "text/csv"),
    ("CSV", False, ""),
])
def test_media_types(value: str, registered: bool, name: str) -> None:
    assert (vocabularies.is_registered(value), vocabularies.media_type(value)) == (registered, name)


# Our own catalogue, at a running server


@pytest.mark.parametrize("shapes", [(), pytest.param(OFFICIAL, marks=needs_reference)], ids=["own", "official"])
def test_ours_has_all_points(tiny_server: httpx.Client, shelves: Path, shapes: tuple[str, ...]) -> None:
    port = str(tiny_server.base_url).rpartition(":")[2].strip("/")
    given = [part for name in shapes for part in ("--shapes", str(REFERENCE / "dcat-ap" / name))]
    found = as_json(TINY, "--out", shelves, "--port", port, "--minimum", "405", *given)
    assert (found["points"], found["maximum"], found["rating"]) == (405, 405, "excellent")
    assert [row["points"] for row in found["datasets"]] == [405] * 5
    assert [row["file"] for row in found["shapes"]] == list(shapes or ("dcat-ap.ttl",))
    assert all(row["passed"] == row["of"] > 0 for row in metrics(found).values())
    assert metrics(found)["access-url-status"]["of"] == 20
    assert not found["violationsOutsideDatasets"]


def test_ours_as_a_table(tiny_server: httpx.Client, shelves: Path) -> None:
    port = str(tiny_server.base_url).rpartition(":")[2].strip("/")
    run = score(TINY, "--out", shelves, "--port", port)
    assert (run.returncode, run.stderr) == (0, "")
    for dimension in DIMENSIONS:
        assert dimension.label.en in run.stdout
    assert "405.00 of 405 points (excellent), 5 datasets; shapes: dcat-ap.ttl of DCAT-AP 3.0.1" in run.stdout


def test_downloads_that_do_not_answer_cost_points(tiny_server: httpx.Client) -> None:
    """The tiny publication's addresses are nobody's; without --map to the server they lead nowhere."""
    address = f"{tiny_server.base_url}/catalog".replace("//catalog", "/catalog")
    found = as_json(address, "--map", "https://example.org/lillevik/=http://127.0.0.1:9/", "--timeout", "2")
    assert found["points"] == 325
    assert {name for name, row in metrics(found).items() if not row["passed"]} == {
        "access-url-status", "download-url-status"}
    assert "answers nothing" in metrics(found)["access-url-status"]["failed"][0]


def test_offline_leaves_out_what_takes_the_network(tiny_release: Release) -> None:
    found = as_json(tiny_release.folder / "metadata" / "catalogue.rdf", "--offline")
    assert (found["points"], found["maximum"], found["rating"]) == (325, 325, None)
    assert "access-url-status" not in metrics(found)


@pytest.mark.parametrize("suffix", ["ttl", "jsonld", "rdf", "nt"])
def test_every_format_gives_the_same_score(tiny_release: Release, tmp_path: Path, suffix: str) -> None:
    source = tiny_release.folder / "metadata" / f"catalogue.{suffix}"
    packed = tmp_path / f"c.{suffix}.gz"
    packed.write_bytes(gzip.compress(source.read_bytes()))
    for file in (source, packed):
        document = read_catalogue(str(file), 1, mapping(()), lambda _: None)
        assert len(datasets_of(document.graph)) == 5
        assert len(document.graph) == len(Graph().parse(tiny_release.folder / "metadata" / "catalogue.ttl"))


# A catalogue with faults, at a server that answers in all ways


FAULTY = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eu: <http://publications.europa.eu/resource/authority/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<#poor> a dcat:Dataset ; dct:title "Poor"@en ; dcat:distribution <#pdf> , <#csv> ;
  dct:accessRights <https://example.org/open> ; dct:issued "2020-01-01"^^xsd:date .
<#pdf> a dcat:Distribution ; dcat:accessURL </gone> ; dct:format "PDF" ; dct:license <https://example.org/own> .
<#csv> a dcat:Distribution ; dcat:accessURL </no-head> ; dcat:downloadURL </moved> ; dcat:byteSize 12 ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> ;
  dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ;
  dct:license <https://creativecommons.org/licenses/by/4.0/> .
<#none> a dcat:Dataset ; dct:title "None"@en ; dct:description "Nothing to download."@en ; dcat:keyword "x"@en .
[] hydra:next </page/2> .
"""
SECOND = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<#third> a dcat:Dataset ; dct:title "Third"@en ; dct:description "On the second page."@en .
<#series> a dcat:Dataset , dcat:DatasetSeries ; dct:title "A series"@en .
[] hydra:next </page/1> .
"""


class Answers(BaseHTTPRequestHandler):
    """Knows no HEAD at one address, sends on from another, is gone at a third."""

    PAGES: ClassVar = {"/page/1": FAULTY, "/page/2": SECOND}

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.PAGES.get(self.path, "").encode()
        status = {"/gone": 410, "/no-head": 405 if self.command == "HEAD" else 200, "/moved": 302}.get(self.path, 200)
        self.send_response(status if body or self.path.startswith(("/gone", "/no-head", "/moved", "/there")) else 404)
        if status == 302:
            self.send_header("Location", "/there")
        self.send_header("Content-Type", "text/turtle" if body else "text/csv")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_faulty_catalogue_has_the_points_that_it_has(elsewhere: str) -> None:
    found = as_json(f"{elsewhere}/page/1")
    assert found["pages"] == 2
    by_title = {row["title"]: row["metrics"] for row in found["datasets"]}
    assert set(by_title) == {"Poor", "None", "Third"}
    poor = {name: points for name, points in by_title["Poor"].items() if points}
    assert poor == {
        "access-url-status": 25, "download-url": 10, "download-url-status": 15,  # of half the distributions
        "format": 20, "media-type": 10, "format-vocabulary": 10, "non-proprietary": 20, "machine-readable": 20,  # best
        "licence": 20, "licence-vocabulary": 5, "access-rights": 10, "size": 2.5, "issued": 5,
    }
    assert {name for name, points in by_title["None"].items() if points} == {"keyword", "dcat-ap"}
    assert {name for name, points in by_title["Third"].items() if points} == {"dcat-ap"}
    total = sum(sum(row.values()) for row in by_title.values()) / 3
    assert found["points"] == pytest.approx(total, abs=0.01)
    assert found["rating"] == "bad"
    failed = metrics(found)["dcat-ap"]["failed"]
    assert len(failed) == 1
    assert "has no description (dct:description) (and 2 more)" in failed[0]
    assert "answers 410" in " ".join(metrics(found)["access-url-status"]["failed"])


def test_a_score_below_the_minimum_ends_with_1(elsewhere: str) -> None:
    run = score(f"{elsewhere}/page/1", "--minimum", "221")
    assert run.returncode == 1
    assert "fewer than the 221 of --minimum" in run.stderr
    assert "dcat-ap: " in run.stdout


@pytest.mark.parametrize(("content", "name", "code"), [
    (b"<a> <b> .", "c.ttl", "catalogue-unreadable"),
    (b"<html>", "c.html", "catalogue-unreadable"),
    (b"<https://example.org/a> <https://example.org/b> 1 .", "c.ttl", "catalogue-empty"),
    (b"no gzip", "c.ttl.gz", "catalogue-unreadable"),
])
def test_exit_7_a_file_that_is_no_catalogue(tmp_path: Path, content: bytes, name: str, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    run = score(tmp_path / name, "--offline")
    assert run.returncode == 7, run
    assert run.stderr.startswith(f"error {code}: ")


def test_exit_7_an_address_that_does_not_answer(elsewhere: str, tmp_path: Path) -> None:
    for where in (f"{elsewhere}/nothing", "http://127.0.0.1:9/", str(tmp_path / "missing.ttl")):
        run = score(where, "--timeout", "2")
        assert run.returncode == 7, run
        assert run.stderr.startswith("error catalogue-unreachable: "), run.stderr


def test_exit_7_shapes_that_are_none(tmp_path: Path, tiny_release: Release) -> None:
    (tmp_path / "s.ttl").write_text("this is no Turtle", "utf-8")
    run = score(tiny_release.folder / "metadata" / "catalogue.ttl", "--offline", "--shapes", tmp_path / "s.ttl")
    assert (run.returncode, run.stderr.split(":")[0]) == (7, "error shapes-unreadable")


def test_exit_2_a_map_that_is_none() -> None:
    run = score("x.ttl", "--map", "https://example.org/")
    assert run.returncode == 2
    assert "write https://example.org/=http://127.0.0.1:8000/" in run.stderr


# Our shapes find what the official ones find


def _without(predicate: URIRef, subject: URIRef) -> Any:
    return lambda graph: graph.remove((subject, predicate, None))


def _with(predicate: URIRef, subject: URIRef, value: Literal) -> Any:
    return lambda graph: graph.set((subject, predicate, value))


BASE = "https://example.org/lillevik/id"
DATASET, FILE = URIRef(f"{BASE}/dataset/themes"), URIRef(f"{BASE}/distribution/themes.ttl")
SPOILT = {
    "title": _without(DCTERMS.title, DATASET),
    "description": _without(DCTERMS.description, DATASET),
    "publisher": _with(DCTERMS.publisher, DATASET, Literal("Lillevik")),
    "theme": _with(DCAT.theme, DATASET, Literal("SOCI")),
    "contact": _with(DCAT.contactPoint, DATASET, Literal("post@example.org")),
    "access-url": _without(DCAT.accessURL, FILE),
    "size": _with(DCAT.byteSize, FILE, Literal("12", datatype=XSD.decimal)),
    "licence": _with(DCTERMS.license, FILE, Literal("CC BY 4.0")),
    "format": _with(DCTERMS["format"], FILE, Literal("Turtle")),
    "issued": _with(DCTERMS.issued, FILE, Literal("last year")),
    "checksum": _without(URIRef("http://spdx.org/rdf/terms#checksumValue"), URIRef(f"{BASE}/checksum/themes.ttl")),
}


@needs_reference
@pytest.mark.parametrize("fault", sorted(SPOILT))
def test_own_shapes_agree_with_the_official_ones(tiny_release: Release, fault: str) -> None:
    """On which datasets of a spoilt catalogue conform."""
    graph = Graph().parse(tiny_release.folder / "metadata" / "catalogue.ttl")
    SPOILT[fault](graph)
    datasets = datasets_of(graph)
    assert set(datasets) == set(graph.subjects(RDF.type, DCAT.Dataset))
    own = conformance(graph, read_shapes(), datasets)
    official = conformance(graph, read_shapes(REFERENCE / "dcat-ap" / name for name in OFFICIAL), datasets)
    faulty = {dataset for dataset, words in own.of.items() if words}
    assert faulty == {dataset for dataset, words in official.of.items() if words} == {DATASET}
