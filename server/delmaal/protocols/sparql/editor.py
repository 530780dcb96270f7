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

from delmaal.errors import DelmaalError, EngineError, QueryError
from delmaal.formats import BY_NAME, RDF_FORMATS, RESULT_FORMATS
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.assets import bundle
from delmaal.http.failures import RETRY, STATUS, problem, title_of
from delmaal.http.negotiate import HTML
from delmaal.http.reply import Reply
from delmaal.keeper import Answer
from delmaal.languages import told_in
from delmaal.protocols.sparql.examples import Example, examples, grouped
from delmaal.protocols.sparql.operation import Operation
from delmaal.protocols.sparql.phrases import PHRASES, phrases, trail
from delmaal.protocols.sparql.snippets import SNIPPETS, declared
from delmaal.terms import PREFIXES, compact

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


def page(request: Asked) -> Reply:
    """The editor without an answer; for a browser that asks /sparql."""
    spoken = request.language
    name = request.args.get("example", FIRST)
    example = examples().get(name)
    if example is None:
        return problem(
            request, 404, "example-unknown", f"there is no example {name[:100]}; {request.urls.examples()} lists them"
        )
    return answer(
        request,
        lambda: _render(request, spoken, example.spoken(spoken), example=example),
        HTML.content_type,
        "html",
        spoken,
    )


def answered(request: Asked, asked: Operation, outcome: Callable[[], Answer | DelmaalError]) -> Reply:
    """The query with its answer, or with what is wrong with it."""
    spoken = request.language

    def make() -> bytes:
        found = outcome()
        if isinstance(found, DelmaalError):
            raise found
        return _render(request, spoken, asked.text, _shown(request, found))

    try:
        return answer(request, make, HTML.content_type, "html", spoken, headers=request.opened.named)
    except (QueryError, EngineError) as error:
        return _failed(request, spoken, asked.text, error)


def _failed(request: Asked, spoken: str, text: str, error: DelmaalError) -> Reply:
    """A page that shows the query, and why it has no answer, with the status that the answer would have."""
    counters = request.publication.counters
    if counters is not None:
        counters.stopped(error.code)
    status = STATUS.get(error.code, 500)
    trouble = title_of(status, spoken), error.sentence
    response = Reply(_render(request, spoken, text, trouble=trouble), status, content_type=HTML.content_type)
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    wait = getattr(error, "retry_after", None) or RETRY.get(status)
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def _render(request: Asked, spoken: str, query: str, shown: Shown | None = None, trouble: tuple[str, str] | None = None,
            example: Example | None = None) -> bytes:
    said = phrases(spoken)
    offers = RDF_FORMATS if shown is not None and shown.text is not None else RESULT_FORMATS
    if shown is not None and shown.truth is not None:
        offers = tuple(row for row in offers if row.name not in ("csv", "tsv"))
    urls = request.urls
    address_of = urls.sparql(f"query={quote(query, safe='')}")
    permanent = urls.sparql(f"query={quote(declared(query, PREFIXES), safe='')}")  # it may be pasted elsewhere
    return request.render(
        "sparql.html", lang=spoken, release=request.opened.release, here=urls.sparql(), said=said, tab=said["title"],
        summary=said["lead"], canonical=request.canonical.sparql(), trail=trail(urls, spoken), query=query, shown=shown,
        trouble=trouble, example=example, groups=grouped(spoken), bundle=bundle("sparql"), rows_shown=ROWS_SHOWN,
        permanent=permanent, rows=PHRASES.noun(shown.total, "rows", spoken) if shown else "",
        downloads=[(row.label, f"{address_of}&format={row.name}") for row in offers] if shown else [],
        offers=[(row.name, row.label) for row in (*RESULT_FORMATS, *RDF_FORMATS)],
        settings=_for_the_script(request, said, spoken),
    ).encode()


def _for_the_script(request: Asked, said: dict[str, str], spoken: str) -> str:
    """What the script has to know, as JSON in an attribute: nothing inline runs, and nothing is fetched for it."""
    release = request.opened.release
    return json.dumps({
        "lang": spoken, "told": told_in(spoken), "base": release.base, "urls": request.urls.for_scripts(),
        "words": said, "rows": PHRASES.forms("rows", spoken), "prefixes": PREFIXES,
        "snippets": [row._asdict() for row in SNIPPETS],
        "formats": {"table": [(row.name, row.label, row.suffix) for row in RESULT_FORMATS],
                    "graph": [(row.name, row.label, row.suffix) for row in RDF_FORMATS]},
    }, ensure_ascii=False)


def _shown(request: Asked, found: Answer) -> Shown:
    row = BY_NAME[found.format]
    if row.rdf is not None:
        return Shown(text=found.body[:TEXT_SHOWN].decode("utf-8", "ignore"), size=len(found.body))
    if len(found.body) > LARGEST:
        return Shown(size=len(found.body))
    content: dict[str, Any] = json.loads(found.body)
    if "boolean" in content:
        return Shown(truth=bool(content["boolean"]))
    names, bindings = tuple(content["head"].get("vars", ())), content["results"]["bindings"]
    rows = tuple(tuple(_cell(request, binding.get(name)) for name in names) for binding in bindings[:ROWS_SHOWN])
    return Shown(names=names, rows=rows, total=len(bindings))


_NUMBERS = {PREFIXES["xsd"] + name for name in ("integer", "decimal", "double", "float", "int", "long",
                                                "nonNegativeInteger", "positiveInteger")}


def _cell(request: Asked, value: dict[str, Any] | None) -> Cell:
    """A value as it is read; an IRI leads to its page here where something is said about it, else out."""
    if value is None:
        return Cell("")
    if value["type"] == "triple":
        parts = (_cell(request, value["value"][name]).text for name in ("subject", "predicate", "object"))
        return Cell(f"<< {' '.join(parts)} >>")
    text = value["value"]
    if value["type"] != "uri":
        return Cell(text, "", value.get("xml:lang", ""), value.get("datatype", "") in _NUMBERS)
    release = request.opened
    short = compact(text)
    shown = text.removeprefix(release.release.base) if short == text else short
    if release.lookup.knows(text):
        return Cell(shown, request.urls.thing(text))
    return Cell(shown, text if text.startswith(("http://", "https://")) else "")
