"""The page at /sparql: the editor, and the answer to a query for somebody who reads it.

    /sparql                   the editor with a first query
    /sparql?example=<name>    the editor with an example
    /sparql?query=…           where Accept prefers a page to every format of results: the query, answered, as a page

An answer in HTML is one more representation of the results, so its status is that of the query. It is whole without
scripts; with them, the answer can be charted, mapped, sorted, and asked again without leaving the page.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Response, current_app, render_template, request

from delmaal.errors import DelmaalError, EngineError, QueryError
from delmaal.formats import BY_NAME, RDF_FORMATS, RESULT_FORMATS
from delmaal.keeper import Answer
from delmaal.terms import PREFIXES, compact
from delmaal.web.answers import answer, opened
from delmaal.web.assets import bundle
from delmaal.web.descriptions.rows import address
from delmaal.web.failures import RETRY, STATUS, TITLES, problem
from delmaal.web.negotiate import HTML, language
from delmaal.web.sparql.examples import Example, examples, grouped
from delmaal.web.sparql.operation import Operation
from delmaal.web.sparql.phrases import phrases, trail
from delmaal.web.sparql.snippets import SNIPPETS

FIRST = "list_links_with_evidence"
"""The example that the editor opens with."""

ROWS_SHOWN = 200
"""Rows of an answer that the server writes into a page; scripts and downloads show them all."""

TEXT_SHOWN = 200_000
LARGEST = 8 << 20
"""Bytes of an answer above which the server does not read it to write a page."""


class Cell(NamedTuple):
    """A value in the table: its text, where it leads, its language, and whether it is a number."""

    text: str
    href: str = ""
    language: str = ""
    number: bool = False


class Shown(NamedTuple):
    """An answer as the page shows it: one of a truth, a table or a text; `size` where it is too large for any."""

    truth: bool | None = None
    names: tuple[str, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    total: int = 0
    text: str | None = None
    size: int = 0


def page() -> Response:
    """The editor without an answer; for a browser that asks /sparql."""
    spoken = _language()
    name = request.args.get("example", FIRST)
    example = examples().get(name)
    if example is None:
        return problem(404, "example-unknown", f"there is no example {name[:100]}; /sparql/examples lists them")
    return answer(lambda: _render(spoken, example.spoken(spoken), example=example), HTML.content_type, "html", spoken)


def answered(asked: Operation, outcome: Callable[[], Answer | DelmaalError]) -> Response:
    """The query with its answer, or with what is wrong with it."""
    spoken = _language()

    def make() -> bytes:
        found = outcome()
        if isinstance(found, DelmaalError):
            raise found
        return _render(spoken, asked.text, _shown(found))

    try:
        return answer(make, HTML.content_type, "html", spoken)
    except (QueryError, EngineError) as error:
        return _failed(spoken, asked.text, error)


def _language() -> str:
    return language(request.headers.get("Accept-Language", ""), request.args.get("lang"))


def _failed(spoken: str, text: str, error: DelmaalError) -> Response:
    """A page that shows the query, and why it has no answer, with the status that the answer would have."""
    counters = current_app.config.get("COUNTERS")
    if counters is not None:
        counters.stopped(error.code)
    status = STATUS.get(error.code, 500)
    title = TITLES.get(status, TITLES[500])[0 if spoken == "nb" else 1]
    response = Response(_render(spoken, text, trouble=(title, error.sentence)), status, content_type=HTML.content_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    wait = getattr(error, "retry_after", None) or RETRY.get(status)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _render(spoken: str, query: str, shown: Shown | None = None, trouble: tuple[str, str] | None = None,
            example: Example | None = None) -> bytes:
    said = phrases(spoken)
    offers = RDF_FORMATS if shown is not None and shown.text is not None else RESULT_FORMATS
    if shown is not None and shown.truth is not None:
        offers = tuple(row for row in offers if row.name not in ("csv", "tsv"))
    address_of = f"/sparql?query={quote(query, safe='')}"
    return render_template(
        "sparql.html", lang=spoken, release=opened().release, here="/sparql", said=said, tab=said["title"],
        summary=said["lead"], canonical=f"{opened().release.base}sparql", trail=trail(spoken), query=query, shown=shown,
        trouble=trouble, example=example, groups=grouped(spoken), bundle=bundle("sparql"), rows_shown=ROWS_SHOWN,
        permanent=address_of,
        downloads=[(row.label, f"{address_of}&format={row.name}") for row in offers] if shown else [],
        offers=[(row.name, row.label) for row in (*RESULT_FORMATS, *RDF_FORMATS)],
        settings=_for_the_script(said, spoken),
    ).encode()


def _for_the_script(said: dict[str, str], spoken: str) -> str:
    """What the script has to know, as JSON in an attribute: nothing inline runs, and nothing is fetched for it."""
    release = opened().release
    return json.dumps({
        "lang": spoken, "base": release.base, "words": said, "prefixes": PREFIXES,
        "snippets": [row._asdict() for row in SNIPPETS],
        "formats": {"table": [(row.name, row.label, row.suffix) for row in RESULT_FORMATS],
                    "graph": [(row.name, row.label, row.suffix) for row in RDF_FORMATS]},
    }, ensure_ascii=False)


def _shown(found: Answer) -> Shown:
    row = BY_NAME[found.format]
    if row.rdf is not None:
        return Shown(text=found.body[:TEXT_SHOWN].decode("utf-8", "ignore"), size=len(found.body))
    if len(found.body) > LARGEST:
        return Shown(size=len(found.body))
    content: dict[str, Any] = json.loads(found.body)
    if "boolean" in content:
        return Shown(truth=bool(content["boolean"]))
    names, bindings = tuple(content["head"].get("vars", ())), content["results"]["bindings"]
    rows = tuple(tuple(_cell(binding.get(name)) for name in names) for binding in bindings[:ROWS_SHOWN])
    return Shown(names=names, rows=rows, total=len(bindings))


_NUMBERS = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long",
                                                "nonNegativeInteger", "positiveInteger")}


def _cell(value: dict[str, Any] | None) -> Cell:
    """A value as it is read; an IRI leads to its page here where something is said about it, else out."""
    if value is None:
        return Cell("")
    if value["type"] == "triple":
        parts = (_cell(value["value"][name]).text for name in ("subject", "predicate", "object"))
        return Cell(f"<< {' '.join(parts)} >>")
    text = value["value"]
    if value["type"] != "uri":
        return Cell(text, "", value.get("xml:lang", ""), value.get("datatype", "") in _NUMBERS)
    release = opened()
    short = compact(text)
    shown = text.removeprefix(release.release.base) if short == text else short
    if release.lookup.knows(text):
        return Cell(shown, address(release.release.base, text))
    return Cell(shown, text if text.startswith(("http://", "https://")) else "")
