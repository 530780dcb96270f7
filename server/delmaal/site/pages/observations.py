"""The observations of a cube that a request selects, as CSV and as Turtle: all, or page by page.

No limit of a page counts for a download: without `rows` the whole selection is written, some hundred observations at a
time (see `answers.answer_in_parts`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from delmaal.formats import BY_NAME, OBSERVATION_COLUMNS, SEVERAL
from delmaal.http.answers import answer, answer_in_parts
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.reply import Reply
from delmaal.reading.figures import figure_of, in_order, numbers_of
from delmaal.reading.things import Things, line_of, things_of
from delmaal.site.pages.cube import Choice, Cube, batches, counted, cube_of, find, iri_of, key_of, read_query, token_of
from delmaal.site.pages.home import cubes_of
from delmaal.site.pages.selection import STEPS, Found
from delmaal.turtle import paragraph, write_turtle

LARGEST = 250_000
"""Observations of the largest selection that is written on request; the dump of the data set has no such limit."""

SORTED = 1_000
"""Observations up to which a selection is put in the order of time."""


class Layout(NamedTuple):
    """How a CSV file is laid out: what it begins with, what stands between cells, the decimal sign."""

    begins: bytes
    delimiter: str
    decimal: str


LAYOUTS = {"": Layout(b"", ",", "."), "excel": Layout(b"\xef\xbb\xbf", ";", ",")}
"""By the parameter `for`: RFC 4180; and what a spreadsheet opens with a double click where the comma is the decimal
sign, as in Norwegian."""


class Sheet(NamedTuple):
    """What is written: of which cube, in which language, laid out how."""

    things: Things
    cube: Cube
    language: str
    layout: Layout


def observations(request: Asked, suffix: str) -> Reply:
    """The observations that a request selects: all of them, or a page of `rows` behind the one named by `after`.

    A page names the next one (`Link`, rel next) and how many observations there are (`X-Total-Count`, where they could
    be counted).
    """
    release = request.opened
    things = things_of(release, request.urls)
    if suffix not in WRITERS:
        return problem(request, 404, "format-unknown", f"observations are had as {', '.join(WRITERS)}")
    iri = _cube_named(things, request.args.get("cube", ""))
    if not iri:
        known = ", ".join(token_of(release, each) for each in cubes_of(things)) or "none"
        return problem(
            request, 404, "cube-unknown", f"there is no such data set; name one with cube=, there are: {known[:600]}"
        )
    cube = cube_of(things, iri)
    asked = read_query(release, cube, request.args)
    layout = LAYOUTS.get(request.args.get("for", ""), LAYOUTS[""])
    asked.unknown.extend(_unknown(request, cube))
    if asked.unknown:
        return problem(request, 400, "filter-unknown", "; ".join(asked.unknown)[:1000])
    spoken = request.language
    return (_page if asked.paged else _file)(request, Sheet(things, cube, spoken, layout), asked, suffix)


def _unknown(request: Asked, cube: Cube) -> Iterator[str]:
    """What the address says that is not known: to leave it out would be to answer another question."""
    layout = request.args.get("for", "")
    if layout not in LAYOUTS:
        yield f"for={layout[:20]} (there is: excel)"
    known = {"cube", "rows", "after", "lang", "for", "format", "output", *(each.name for each in cube.dimensions)}
    for name in request.args:
        if name not in known:
            yield f"{name[:60]} (there are: {', '.join(sorted(known))})"


def _file(request: Asked, sheet: Sheet, asked: Choice, suffix: str) -> Reply:
    """All observations of a selection."""
    release, cube, name = sheet.things.opened, sheet.cube, sheet.cube.iri.rpartition("/")[2]
    if counted(release, cube, asked, LARGEST) > LARGEST:
        names = ", ".join(each.name for each in cube.dimensions)
        return problem(
            request,
            413,
            "selection-too-large",
            f"the selection has more than {LARGEST:,} observations; choose a "
            f"value of {names}, page with rows=, or take {request.urls.data(name)}.csv",
        )
    write, row = WRITERS[suffix]
    gone = request.gone or (lambda: False)
    return answer_in_parts(request, lambda: write(sheet, _whole(sheet, asked), gone), BY_NAME[row].content_type,
                           *_variant(sheet, suffix), vary="Accept-Language", headers=_named(name, suffix))


def _page(request: Asked, sheet: Sheet, asked: Choice, suffix: str) -> Reply:
    """A page of them."""
    write, row = WRITERS[suffix]
    found = find(sheet.things.opened, sheet.cube, asked, 1)
    headers = [*_named(sheet.cube.iri.rpartition("/")[2], suffix), *_paging(request, sheet, asked, found)]
    return answer(request, lambda: b"".join(write(sheet, iter([found.page]), lambda: False)), BY_NAME[row].content_type,
                  *_variant(sheet, suffix), vary="Accept-Language", headers=headers)


def _variant(sheet: Sheet, suffix: str) -> tuple[str, str, str]:
    return suffix, sheet.language, sheet.layout.delimiter


def _named(name: str, suffix: str) -> list[tuple[str, str]]:
    return [("Content-Disposition", f'inline; filename="{name}.{suffix}"')]


def _cube_named(things: Things, token: str) -> str:
    """The IRI of the data set that is named by its IRI, its path or its slug; empty where there is none."""
    iris = [iri_of(things.opened, each) for each in (token, f"cube/{token}") if token]
    return next((iri for iri in iris if things.thing(iri).is_a("qb:DataSet")), "")


def _paging(request: Asked, sheet: Sheet, asked: Choice, found: Found) -> list[tuple[str, str]]:
    """What the headers say of a page: how many observations are selected, and where the next are."""
    total = counted(sheet.things.opened, sheet.cube, asked, STEPS)
    headers = [("X-Total-Count", str(total))] if total <= STEPS or not asked.chosen else []
    if found.following or not found.complete:
        onward = found.page[-1] if found.following else found.last
        query = {**request.args, "rows": str(asked.rows), "after": token_of(sheet.things.opened, onward)}
        headers.append(("Link", f'<{request.mount}{request.path}?{urlencode(query)}>; rel="next"'))
    return headers


def _whole(sheet: Sheet, asked: Choice) -> Iterator[list[str]]:
    """Every observation of a selection, some at a time: in time where they are few, else in the order of the cube."""
    few: list[str] = []
    found = batches(sheet.things.opened, sheet.cube, asked)
    for batch in found:
        few += batch
        if len(few) > SORTED:
            yield few
            yield from found
            return
    figures = [figure_of(sheet.things, iri, sheet.language) for iri in few]
    yield [figure.iri for figure in in_order(figures, sheet.language)]


def write_csv(sheet: Sheet, batches: Iterator[list[str]], gone: Callable[[], bool]) -> Iterator[bytes]:
    """Observations as CSV: each dimension by its IRI and its label, the days of the period, the amount in its unit with
    qualifier and certainty, as printed, and the places of the source and the themes that it is from."""
    cube, layout = sheet.cube, sheet.layout
    named = (name for each in cube.dimensions for name in (each.name, f"{each.name}_label"))
    head = ["observation", *named, *OBSERVATION_COLUMNS]
    decimals = {head.index("amount"), head.index("printed_number")}
    rows: list[list[str]] = [head]
    yield layout.begins
    for batch in batches:
        if gone():
            return
        rows += [row_of(sheet.things, cube, iri, sheet.language) for iri in batch]
        yield _lines(rows, layout, decimals)
        rows = []
    if rows:
        yield _lines(rows, layout, decimals)


def _lines(rows: list[list[str]], layout: Layout, decimals: set[int]) -> bytes:
    if layout.decimal != ".":
        rows = [[cell.replace(".", layout.decimal) if number in decimals else cell for number, cell in enumerate(row)]
                for row in rows]
    out = io.StringIO()
    csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n").writerows(rows)  # RFC 4180
    return out.getvalue().encode("utf-8", "replace")


def row_of(things: Things, cube: Cube, iri: str, language: str) -> list[str]:
    """An observation as a row."""
    thing = things.thing(iri)

    def named(iri: str) -> str:
        return _cell_text(things.label(iri, language).text) if iri else ""

    row = [iri]
    for each in cube.dimensions:
        value = thing.iri_of(key_of(each.iri))
        row += [value, named(value)]
    period = things.thing(thing.iri_of("sdmx-dimension:refPeriod"))
    _, amount = numbers_of(thing)
    unit = thing.iri_of("sdmx-attribute:unitMeasure")
    mentions = things.things(thing.iris("delmaal:mention"))
    places = sorted({place for each in mentions for place in each.iris("prov:wasDerivedFrom")}, key=line_of)
    sources = list(dict.fromkeys(place.partition("#")[0] for place in places))
    places = [place for place in places if "#" in place]
    themes = list(dict.fromkeys(theme for each in mentions for theme in each.iris("delmaal:inTheme")))
    certainties = {certainty: None for each in mentions for certainty in each.iris("delmaal:certainty")}
    stated = dict.fromkeys(agent for each in mentions for agent in each.iris("delmaal:statedSource"))
    row += [period.plain("dcat:startDate"), period.plain("dcat:endDate"),
            "" if amount is None else f"{amount:f}", unit, named(unit), named(thing.iri_of("delmaal:qualifier")),
            SEVERAL.join(named(each) for each in certainties), thing.plain("sdmx-measure:obsValue"),
            thing.plain("sdmx-attribute:unitMult"), _cell_text(thing.plain("delmaal:printedValue"))]
    row += [SEVERAL.join(sources), SEVERAL.join(named(each) for each in sources),
            SEVERAL.join(named(each) for each in places), SEVERAL.join(named(each) for each in stated),
            SEVERAL.join(themes), SEVERAL.join(named(each) for each in themes)]
    return row


def write_ttl(sheet: Sheet, batches: Iterator[list[str]], gone: Callable[[], bool]) -> Iterator[bytes]:
    """Observations as Turtle: all that is said about each. Each batch declares the prefixes that it uses."""
    for batch in batches:
        if gone():
            return
        parts, used = [], 0
        for iri in batch:
            lines = sheet.things.opened.lookup.whole(iri)
            cut = len(iri.encode()) + 3
            whole, bits, _ = paragraph(b"<" + iri.encode() + b">", [line[cut:] for line in lines])
            parts.append(whole)
            used |= bits
        yield write_turtle(parts, used)


WRITERS = {"csv": (write_csv, "csv"), "ttl": (write_ttl, "turtle")}


def _cell_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
