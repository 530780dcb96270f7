"""The vocabulary as pages, made from the release's own ontology and shapes.

    /ns                 the ontology (its page; the view in `resources` negotiates)
    /shapes[.x]         all shapes: an index, or the whole graph as RDF
    /shapes/<code>[.x]  a shape, which is its mistake's help page, or the shape with its parts as RDF
    /problems           the errors that are no shapes

`https://w3id.org/delmaal/ns#Theme` lands on `/ns#Theme`, `…/shapes#code` on `/shapes#code`, `…/problems#code` on
`/problems#code`.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import pyoxigraph as ox

from delmaal import formats
from delmaal.formats import Format
from delmaal.http.answers import answer
from delmaal.http.asked import Asked
from delmaal.http.description import ROWS
from delmaal.http.failures import page_alone, problem
from delmaal.http.negotiate import HTML, by_suffix, choose
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.records.licences import OWN
from delmaal.site.vocabulary.ontology import SHAPES, ontology_of
from delmaal.site.vocabulary.pages import KINDS, ontology_page, problems_page, shape_page, shapes_page
from delmaal.site.vocabulary.shapes import SPACE, with_parts

routes = Routes("vocabulary")

NAMES = ", ".join(row.suffix for row in ROWS)


@routes.page("/shapes")
@routes.get("/shapes.<suffix>")
def shapes(request: Asked, suffix: str | None = None) -> Reply:
    """All shapes: an index for a reader, the whole graph for a validator."""
    opening = request.opened
    row = next((each for each in ROWS if each.suffix == suffix), None)
    if suffix is not None and row is None:
        return problem(request, 404, "format-unknown", f"there is no format {suffix[:20]!r}; take one of {NAMES}")
    return _negotiated(request, SHAPES, request.urls.shapes(), row,
                       lambda spoken: shapes_page(request, opening, spoken), lambda: ontology_of(opening).lines)


@routes.page("/shapes/<path:path>")
def shape(request: Asked, path: str) -> Reply:
    """A shape, which is the help page of its mistake."""
    opening = request.opened
    stem, row = by_suffix(path, ROWS)
    ontology = ontology_of(opening)
    found = ontology.shapes.get(SPACE + stem)
    if found is None:
        return problem(
            request, 404, "resource-unknown", f"there is no shape {stem[:200]!r} in this release; "
            f"{request.urls.shapes()} lists them"
        )
    return _negotiated(
        request,
        found.iri,
        request.urls.shape(stem),
        row,
        lambda spoken: shape_page(request, opening, found, spoken),
        lambda: [line for part in with_parts(ontology.shapes, found.iri) for line in part.lines],
    )


@routes.page("/problems")
def problems(request: Asked) -> Reply:
    """What the errors mean that are no shapes."""
    opening, spoken = request.opened, _spoken(request)
    return page_alone(request) or answer(
        request, lambda: problems_page(request, opening, spoken), HTML.content_type, "html", spoken
    )


def _spoken(request: Asked) -> str:
    return request.language


def _negotiated(request: Asked, iri: str, here: str, asked: Format | None, page: Callable[[str], bytes],
                lines: Callable[[], list[bytes]]) -> Reply:
    """A document about the shapes, as a page or in a format of RDF; `asked` is the row of its suffix."""
    row, form = asked or choose(request.headers.get("Accept", ""), ROWS), request.urls.form
    if row is None:
        available = [{"mediaType": each.media_type, "href": form(here, each.suffix)} for each in ROWS]
        return problem(request, 406, "format-unacceptable", f"this document is had as {NAMES}", available=available)
    alternates = "".join(f', <{form(here, each.suffix)}>; rel="alternate"; type="{each.media_type}"' for each in ROWS)
    headers = [("Content-Location", request.sent_from(here, row.suffix)),
               ("Link", f'<{iri}>; rel="describes", <{OWN.page}>; rel="license"{alternates}')]
    if row is HTML:
        spoken = _spoken(request)
        vary = "Accept-Language" if asked else "Accept, Accept-Language"
        return answer(request, lambda: page(spoken), HTML.content_type, "html", spoken, vary=vary, headers=headers)
    return answer(
        request,
        lambda: _written(lines(), row),
        row.content_type,
        vary="" if asked else "Accept, Accept-Language",
        headers=headers,
    )


def _written(lines: list[bytes], row: Format) -> bytes:
    body = b"".join(line + b" .\n" for line in lines)
    quads = ox.parse(io.BytesIO(body), format=ox.RdfFormat.N_TRIPLES)
    return formats.write([ox.Triple(quad.subject, quad.predicate, quad.object) for quad in quads], row)


__all__ = ["KINDS", "ontology_page", "routes"]
