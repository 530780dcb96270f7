"""The observations that a page of a cube shows, as CSV and as Turtle, by the same query."""

from __future__ import annotations

import csv
import io

from flask import Response, request

from delmaal.formats import BY_NAME
from delmaal.turtle import paragraph, write_turtle
from delmaal.web.answers import answer, opened
from delmaal.web.failures import problem
from delmaal.web.negotiate import language
from delmaal.web.pages.cube import Cube, cube_of, find, iri_of, key_of, read_query
from delmaal.web.pages.reading import Things, things_of


def observations(suffix: str) -> Response:
    """The observations that a page of a cube shows, as CSV or Turtle, by the same query."""
    release = opened()
    things = things_of(release)
    iri = iri_of(release, request.args.get("cube", ""))
    if suffix not in WRITERS:
        return problem(404, "format-unknown", f"observations are had as {', '.join(WRITERS)}")
    if not things.thing(iri).is_a("qb:DataSet"):
        return problem(404, "cube-unknown", f"there is no data set {iri[:300] or '(name it with cube=)'}")
    cube = cube_of(things, iri)
    asked = read_query(release, cube, request.args)
    if asked.unknown:
        return problem(400, "filter-unknown", "; ".join(asked.unknown)[:1000])
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    write, row = WRITERS[suffix]
    name = iri.rpartition("/")[2]
    return answer(lambda: write(things, cube, find(release, cube, asked).page, spoken), BY_NAME[row].content_type,
                  suffix, spoken, vary="Accept-Language",
                  headers=[("Content-Disposition", f'inline; filename="{name}.{suffix}"')])


def write_csv(things: Things, cube: Cube, iris: list[str], language: str) -> bytes:
    """Observations as CSV: each dimension by its IRI and its label, the number, its unit, as printed."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")  # RFC 4180
    head = ["observation"]
    for each in cube.dimensions:
        head += [each.name, f"{each.name}_label"]
    writer.writerow([*head, "value", "unit", "unit_label", "unit_multiplier", "qualifier", "as_printed"])
    for iri in iris:
        thing = things.thing(iri)
        row = [iri]
        for each in cube.dimensions:
            value = thing.iri_of(key_of(each.iri))
            row += [value, _cell_text(things.label(value, language).text) if value else ""]
        unit, qualifier = thing.iri_of("sdmx-attribute:unitMeasure"), thing.iri_of("delmaal:qualifier")
        row += [thing.plain("sdmx-measure:obsValue"), unit,
                _cell_text(things.label(unit, language).text if unit else "")]
        row += [thing.plain("sdmx-attribute:unitMult"), things.label(qualifier, language).text if qualifier else "",
                _cell_text(thing.plain("delmaal:printedValue"))]
        writer.writerow(row)
    return out.getvalue().encode("utf-8", "replace")


def write_ttl(things: Things, _cube: Cube, iris: list[str], _language: str) -> bytes:
    """Observations as Turtle: all that is said about each."""
    parts, used = [], 0
    for iri in iris:
        lines, _ = things.opened.lookup.about(iri)
        cut = len(iri.encode()) + 3
        whole, bits, _ = paragraph(b"<" + iri.encode() + b">", [line[cut:] for line in lines])
        parts.append(whole)
        used |= bits
    return write_turtle(parts, used)


WRITERS = {"csv": (write_csv, "csv"), "ttl": (write_ttl, "turtle")}


def _cell_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
