"""A municipal cube as a release that the server opens: 356 areas, ten years, labels in two languages.

    <folder>/<size>/
      made.json                what it was made with: where that is the same, nothing is made again
      current -> releases/<id>
      releases/<id>/           as `delmaal.release` lays it out: data, metadata, manifest, store, index

One data set has every observation: 178,000 of them at 1m, ten times as many at 10m, by ten times as many indicators. An
observation has the six statements that a table gives; those of one measure in 25, which stand first in every list, are
whole statistics with the seventeen statements of a curated one. No two runs differ: a value comes from its cell.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyoxigraph as ox

from bench.words import AREAS, COUNTIES, GROUPS, MEASURES, TERMS
from delmaal import __version__, lookup
from delmaal.formats import RDF_FORMATS, write
from delmaal.release import CACHES, FORMAT_VERSION, Shelf, caches
from delmaal.release.identity import seal_of
from delmaal.statements import PARTS
from delmaal.terms import PREFIXES

BASE = "https://w3id.org/delmaal/bench/"
PRODUCT = "https://w3id.org/delmaal/"
YEARS = tuple(range(2014, 2024))
INDICATORS = {"1m": 50, "10m": 500}
"""The sizes, and how many indicators each has."""

DATA_SET = f"{BASE}id/cube/statistics"
_WHOLE = "andel-arbeidsledige"
_UNITS = {"PERCENT": ("prosent", "per cent"), "NUM": ("antall", "number")}


@dataclass(frozen=True, slots=True)
class Observation:
    """One cell of the cube: the numbers of its indicator, its area and its year."""

    indicator: int
    area: int
    year: int

    @property
    def slug(self) -> str:
        """The last segment of its IRI."""
        return f"{_indicator(self.indicator)[0]}-{AREAS[self.area][0]}-{YEARS[self.year]}"

    @property
    def iri(self) -> str:
        """Its IRI."""
        return f"{BASE}id/statistic/{self.slug}"

    @property
    def is_whole(self) -> bool:
        """Whether it is a whole statistic."""
        return MEASURES[self.indicator % len(MEASURES)][0] == _WHOLE

    @property
    def value(self) -> str:
        """Its number, as xsd:decimal is written canonically."""
        number = (self.indicator * 7919 + self.area * 104_729 + self.year * 1_299_709) % 9973
        return f"{number / 10:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube on disk."""

    size: str
    shelf: Shelf
    statements: int

    def observations(self, whole: bool = False) -> Iterator[Observation]:
        """Every observation, or only those that are whole statistics."""
        return (found for found in _cells(self.size) if found.is_whole or not whole)

    def some(self, count: int, whole: bool = False) -> list[Observation]:
        """At most so many of them, in an order that is far from the order on disk."""
        every = list(self.observations(whole))
        return random.Random(1).sample(every, min(count, len(every)))

    @property
    def release(self) -> Path:
        """The folder of its release."""
        return self.shelf.current().folder


def cube(size: str, folder: Path) -> Cube:
    """The cube of a size, made where it is not there yet."""
    shelf = Shelf(folder / size)
    made = shelf.folder / "made.json"
    wanted = {"data": _digest(Path(__file__), Path(__file__).with_name("words.py")),
              "caches": _digest(Path(caches.__file__), Path(lookup.__file__)), "store": ox.__version__}
    try:
        found = json.loads(made.read_text())
    except (OSError, ValueError):
        found = {}
    if found.get("data") != wanted["data"]:
        print(f"making the cube of {size} triples, once", flush=True)
        shutil.rmtree(shelf.folder, ignore_errors=True)
        found = {"statements": _make(size, shelf)}
    elif any(found.get(name) != wanted[name] for name in wanted):
        for name, build in CACHES.items():
            shutil.rmtree(shelf.current().folder / name)
            build(shelf.current().folder)
    made.write_text(json.dumps({**wanted, "statements": found["statements"]}))
    return Cube(size, shelf, found["statements"])


def _digest(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _make(size: str, shelf: Shelf) -> int:
    """Write the release and switch to it; the number of its statements."""
    work = shelf.releases / ".unfinished-bench"
    (work / "data").mkdir(parents=True)
    (work / "metadata").mkdir()
    concepts = sorted(set(_concepts(size)))
    graph = f" <{BASE}graph/concepts> .\n"
    (work / "data/graphs.nq").write_text("".join(line[:-3] + graph for line in concepts))
    sort = subprocess.Popen(["sort", "-u", "-S", "2G", "-o", str(work / "data/all.nt")], stdin=subprocess.PIPE,
                            env={**os.environ, "LC_ALL": "C"}, text=True, encoding="utf-8")
    assert sort.stdin is not None
    statements = len(concepts) + _write_observations(size, concepts, sort.stdin)
    sort.stdin.close()
    if sort.wait():
        raise SystemExit("sort failed")
    _write_metadata(work)
    files = {path.relative_to(work).as_posix(): _entry(path) for path in sorted(work.rglob("*.*"))}
    release_id = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    for make in CACHES.values():
        make(work)
    title = {"nb": f"Kommunal kube {size}", "en": f"Municipal cube {size}"}
    manifest = {"publication": "bench", "base": BASE, "title": title, "id": release_id, "format": FORMAT_VERSION,
                "parts": {"concepts": len(concepts), "statistics": statements - len(concepts)},
                "software": __version__, "files": files}
    manifest["seal"] = seal_of(manifest)
    (work / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False))
    work.rename(shelf.releases / release_id)
    shelf.switch(shelf.open(release_id))
    return statements


def _entry(path: Path) -> dict[str, str | int]:
    with path.open("rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_metadata(work: Path) -> None:
    """The least that the server reads: each metadata part in each format, and the two files of them all."""
    lines = []
    for part in (name for name, row in PARTS.items() if row.metadata):
        statements = list(_labelled(f"{BASE}{part}", (f"{part} for kuben", f"{part} of the cube"), "rdfs:label"))
        triples = [ox.Triple(*quad.triple) for quad in ox.parse("".join(statements), format=ox.RdfFormat.N_TRIPLES)]
        for row in (row for row in RDF_FORMATS if not row.quads):
            (work / f"metadata/{part}.{row.suffix}").write_bytes(write(triples, row))
        lines += [(line, f"{line[:-3]} <{BASE}graph/{part}> .\n") for line in statements]
    (work / "metadata/metadata.nt").write_text("".join(sorted(line for line, _ in lines)))
    (work / "metadata/metadata.nq").write_text("".join(sorted(quad for _, quad in lines)))


def _iri(name: str) -> str:
    """A prefixed name as an N-Triples term; what begins with a scheme stays as it is."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if prefix in PREFIXES else f"<{name}>"


def _line(subject: str, predicate: str, obj: str) -> str:
    return f"<{subject}> {_iri(predicate)} {obj} .\n"


def _labelled(subject: str, texts: tuple[str, str], *predicates: str) -> Iterator[str]:
    for predicate in predicates:
        for language, text in zip(("nb", "en"), texts, strict=True):
            yield _line(subject, predicate, f'"{text}"@{language}')


def _typed(subject: str, *classes: str) -> Iterator[str]:
    return (_line(subject, "rdf:type", _iri(name)) for name in classes)


def _indicator(number: int) -> tuple[str, tuple[str, str], str]:
    """The slug of an indicator, its label, its unit."""
    measure, group = MEASURES[number % len(MEASURES)], GROUPS[number // len(MEASURES)]
    return f"{measure[0]}-{group[0]}", (f"{measure[1]}, {group[1]}", f"{measure[2]}, {group[2]}"), measure[3]


def _concepts(size: str) -> Iterator[str]:
    """Indicators, areas, periods, units, and the terms of the model with their labels."""
    for name, texts in TERMS.items():
        yield from _labelled(_iri(name)[1:-1], texts, "rdfs:label")
    for code, texts in _UNITS.items():
        yield from _typed(f"http://qudt.org/vocab/unit/{code}", "qudt:Unit")
        yield from _labelled(f"http://qudt.org/vocab/unit/{code}", texts, "rdfs:label")
    scheme = f"{BASE}id/scheme/indicators"
    yield from _typed(scheme, "skos:ConceptScheme")
    yield from _labelled(scheme, ("Indikatorer", "Indicators"), "skos:prefLabel")
    for number in range(INDICATORS[size]):
        slug, texts, unit = _indicator(number)
        node = f"{BASE}id/indicator/{slug}"
        yield from _typed(node, "skos:Concept", "delmaal:Indicator")
        yield from _labelled(node, texts, "skos:prefLabel")
        yield from _labelled(node, (f"{texts[0]} ved årets slutt.", f"{texts[1]} at the end of the year."),
                             "skos:definition")
        yield _line(node, "sdmx-attribute:unitMeasure", f"<http://qudt.org/vocab/unit/{unit}>")
        yield _line(node, "skos:inScheme", f"<{scheme}>")
        yield _line(node, "skos:topConceptOf", f"<{scheme}>")
        yield _line(scheme, "skos:hasTopConcept", f"<{node}>")
    for number, (slug, texts) in enumerate((*COUNTIES, *AREAS)):
        node, county = f"{BASE}id/area/{slug}", number < len(COUNTIES)
        yield from _typed(node, "dct:Location")
        yield from _labelled(node, texts, "rdfs:label", "skos:prefLabel")
        yield _line(node, "dct:type", _iri(f"delmaal:area-type-{'county' if county else 'municipality'}"))
        if not county:
            yield _line(node, "dct:isPartOf", f"<{BASE}id/area/{COUNTIES[number % len(COUNTIES)][0]}>")
    for year in YEARS:
        node = f"{PRODUCT}period/{year}"
        yield from _typed(node, "dct:PeriodOfTime")
        yield from _labelled(node, (f"{year}", f"{year}"), "rdfs:label", "skos:prefLabel")
        yield _line(node, "dct:identifier", f'"{year}"')
        yield _line(node, "delmaal:year", f'"{year}"^^{_iri("xsd:integer")}')
        yield _line(node, "dcat:startDate", f'"{year}-01-01"^^{_iri("xsd:date")}')
        yield _line(node, "dcat:endDate", f'"{year}-12-31"^^{_iri("xsd:date")}')
    yield from _typed(DATA_SET, "qb:DataSet")
    yield from _labelled(DATA_SET, ("Statistikk for kommunene", "Statistics of the municipalities"), "rdfs:label",
                         "dct:title")
    yield _line(DATA_SET, "qb:structure", f"<{BASE}id/structure/statistics>")
    yield from _labelled(f"{BASE}id/structure/statistics", ("Oppbygning", "Structure"), "rdfs:label")


def _cells(size: str) -> Iterator[Observation]:
    return (Observation(indicator, area, year) for indicator in range(INDICATORS[size]) for area in range(len(AREAS))
            for year in range(len(YEARS)))


def _write_observations(size: str, first: Iterable[str], out: IO[str]) -> int:
    """Write some lines and those of every observation; the number of the latter."""
    out.writelines(first)
    decimal, dimension = f"^^{_iri('xsd:decimal')}", f"<{BASE}id/dimension/"
    bare = f" {_iri('rdf:type')} {_iri('qb:Observation')} .\n", f" {_iri('qb:dataSet')} <{DATA_SET}> .\n"
    area_of, period_of, value_of = (
        f" {_iri(name)} " for name in ("sdmx-dimension:refArea", "sdmx-dimension:refPeriod", "sdmx-measure:obsValue"))
    periods = [f"{period_of}<{PRODUCT}period/{year}> .\n" for year in YEARS]
    areas = [f"{area_of}<{BASE}id/area/{slug}> .\n" for slug, _ in AREAS]
    count = 0
    for indicator in range(INDICATORS[size]):
        slug, texts, unit = _indicator(indicator)
        of = f" {dimension}indicator> <{BASE}id/indicator/{slug}> .\n"
        for area in range(len(AREAS)):
            lines = []
            for year in range(len(YEARS)):
                cell = Observation(indicator, area, year)
                node, value = f"<{cell.iri}>", cell.value
                said = [*bare, of, areas[area], periods[year], f'{value_of}"{value}"{decimal} .\n']
                if cell.is_whole:
                    said += _remainder(cell, texts, unit, slug)
                lines += [node + each for each in said]
            count += len(lines)
            out.writelines(lines)
    return count


def _remainder(cell: Observation, texts: tuple[str, str], unit: str, slug: str) -> list[str]:
    """What a whole statistic has beside the six statements of an observation."""
    labels = (f"{texts[number]}, {AREAS[cell.area][1][number]}, {YEARS[cell.year]}" for number in (0, 1))
    pairs = [
        ("rdf:type", _iri("delmaal:Statistic")),
        *(("rdfs:label", f'"{label}"@{language}') for label, language in zip(labels, ("nb", "en"), strict=True)),
        ("sdmx-attribute:unitMeasure", f"<http://qudt.org/vocab/unit/{unit}>"),
        ("sdmx-dimension:age", f"<{PRODUCT}age/total>"),
        ("sdmx-dimension:sex", _iri("sdmx-code:sex-T")),
        ("delmaal:breakdown", f"<{PRODUCT}breakdown/total>"),
        ("delmaal:indicator", f"<{BASE}id/indicator/{slug}>"),
        ("delmaal:kind", _iri("delmaal:kind-observation")),
        ("delmaal:printedValue", f'"{cell.value.replace(".", ",")}"'),
        (f"{BASE}id/dimension/breakdown", f"<{PRODUCT}breakdown/total>"),
    ]
    return [f" {_iri(predicate)} {obj} .\n" for predicate, obj in pairs]
