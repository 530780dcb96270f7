"""A reconciliation service, so that OpenRefine and others match a column of theirs with what is published here.

    /reconcile[/<lang>]                    the manifest; queries and extend by GET or form (POST)
    /reconcile/<lang>/suggest/entity       completes names, codes and identifiers; likewise /property and /type
    /reconcile/<lang>/properties           what can be fetched of a type
    /reconcile/<lang>/preview              an entity in a frame of another page

Reconciliation Service API 0.2: https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/.
JSONP, which it leaves to the service, is not offered: every answer may be read from any origin.
"""

from __future__ import annotations

import json
from typing import Any

from werkzeug.exceptions import NotFound

from delmaal import __version__
from delmaal.http.answers import answer
from delmaal.http.asked import Asked, whole
from delmaal.http.failures import problem
from delmaal.http.negotiate import HTML
from delmaal.http.origin import naming
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls
from delmaal.outside import taken
from delmaal.protocols.reconcile.candidates import candidates
from delmaal.protocols.reconcile.entities import (
    BY_KIND,
    IDENTIFIER_SPACE,
    KINDS,
    SCHEMA_SPACE,
    TYPES,
    all_properties,
    concept,
    described,
    expanded,
    kinds_of,
    property_name,
)
from delmaal.protocols.reconcile.extension import MOST_ENTITIES, MOST_PROPERTIES, extend, read_extension
from delmaal.protocols.reconcile.query import MOST_VALUES, Malformed, Query, read_query
from delmaal.protocols.search.results import dumps, label_of, search_of
from delmaal.reading.trail import publication
from delmaal.search.words import name as folded

routes = Routes("reconcile")

BATCH = 50
"""Queries in one batch."""

_LARGE = 10_000
"""Entities of a publication from which on smaller batches are advised."""

SUGGESTIONS = 20
WIDTH, HEIGHT = 440, 260
"""Pixels of the frame that a preview is shown in."""

FRAMED = ("Content-Security-Policy",
          "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; "
          "form-action 'none'; frame-ancestors *")
"""Of the preview alone: it may stand in a frame of any page, as the specification wants; nothing in it runs."""

_SUGGESTED = ("entity", "property", "type")
_FORM = "application/x-www-form-urlencoded"


@routes.route("/reconcile", methods=["GET", "POST"])
@routes.route("/reconcile/<lang>", methods=["GET", "POST"])
def service(request: Asked, lang: str | None = None) -> Reply:
    """The manifest, or the answer to a batch of queries, or values of properties."""
    spoken = _spoken(request, lang) if lang else request.language
    given = request.args
    if request.method == "POST":
        if request.mimetype != _FORM:
            return problem(
                request, 415, "body-type", f"send the queries as {_FORM}, in a field named queries or extend"
            )
        given = request.form
    vary = "" if lang else "Accept-Language"
    if "queries" in given:
        return _answered(request, given["queries"], spoken, vary, _reconcile)
    if "extend" in given:
        return _answered(request, given["extend"], spoken, vary, _extend)
    if request.method == "POST":
        return problem(request, 400, "reconcile-malformed", "the form has neither queries nor extend")
    return naming(
        request, lambda here: _manifest(request, here, spoken), "application/json", "manifest", spoken, vary=vary
    )


@routes.get("/reconcile/<lang>/suggest/entity")
def suggest_entity(request: Asked, lang: str) -> Reply:
    """Entities whose titles or codes begin so."""
    lang = _spoken(request, lang)
    start = _cursor(request)
    if start is None:
        return problem(request, 400, "cursor-malformed", "cursor is a whole number from 0 to 10000")
    prefix, kinds = _prefix(request), kinds_of(request.args.get("type", "")) or KINDS

    def found() -> dict[str, Any]:
        hits = search_of(request.opened).named(prefix, kinds, start, SUGGESTIONS)
        return {"result": [{"id": hit.iri, "name": label_of(hit, lang), "description": described(hit, lang),
                            "notable": [BY_KIND[hit.kind].as_json(lang)]} for hit in hits]}

    return _json(request, found, lang)


@routes.get("/reconcile/<lang>/suggest/property")
def suggest_property(request: Asked, lang: str) -> Reply:
    """Properties whose names or identifiers begin so."""
    lang = _spoken(request, lang)
    release = request.opened
    rows = [{"id": expanded(name), "name": property_name(release, expanded(name), lang), "description": name}
            for name in all_properties()]
    return _suggested(request, rows, lang)


@routes.get("/reconcile/<lang>/suggest/type")
def suggest_type(request: Asked, lang: str) -> Reply:
    """Types whose names or identifiers begin so."""
    lang = _spoken(request, lang)
    return _suggested(request, [*(each.as_json(lang, broader=True) for each in TYPES), concept(lang)], lang)


@routes.get("/reconcile/<lang>/properties")
def properties(request: Asked, lang: str) -> Reply:
    """What can be fetched of the entities of a type."""
    lang = _spoken(request, lang)
    kind = request.args.get("type", "")
    kinds = kinds_of(kind)
    names = list(dict.fromkeys(name for each in TYPES if each.kind in kinds for name in each.properties))
    names = names[: whole(request.args.get("limit", ""), 0, len(names))]
    release = request.opened
    return _json(request, lambda: {"type": kind, "properties": [
        {"id": expanded(name), "name": property_name(release, expanded(name), lang), "description": name}
        for name in names]}, lang)


@routes.get("/reconcile/<lang>/preview")
def preview(request: Asked, lang: str) -> Reply:
    """An entity as a small page, to be shown in a frame."""
    lang = _spoken(request, lang)
    iri = request.args.get("id", "")
    hit = next((hit for hit in search_of(request.opened).by_code(iri, KINDS) if hit.iri == iri), None)
    if hit is None:
        return problem(request, 404, "resource-unknown", f"there is no entity {iri[:500]!r} to match with")
    about = hit.about.get(lang) or next(iter(hit.about.values()), "")
    other = next((each for each in request.opened.languages if each != lang), lang)
    return answer(request, lambda: request.render(
        "preview.html", lang=lang, title=label_of(hit, lang), kind=BY_KIND[hit.kind].name(lang), about=about,
        other=label_of(hit, other), other_language=other,
        code=hit.codes[0] if hit.codes else "", iri=hit.iri,
    ).encode("utf-8", "replace"), HTML.content_type, "preview", lang, vary="", headers=[FRAMED])


def _spoken(request: Asked, lang: str) -> str:
    """A language of the publication, by its tag in an address.

    Raises NotFound (werkzeug) for another one.
    """
    for each in request.opened.languages:
        if each == lang:
            return each
    raise NotFound(f"the service speaks {', '.join(request.opened.languages)}; there is no {lang[:35]!r}")


def _manifest(request: Asked, here: Urls, spoken: str) -> bytes:
    """What the service offers, and where: it must name this server whole."""
    own, view = here.reconcile(spoken), {"url": f"{here.descriptions('iri=')}{{{{id}}}}"}

    def below(part: str) -> str:
        return here.reconcile(spoken, part).removeprefix(own)

    suggest = {what: {"service_url": own, "service_path": below(f"suggest/{what}")} for what in _SUGGESTED}
    return dumps({
        "versions": ["0.2"],
        "name": publication(request.opened, spoken),
        "identifierSpace": IDENTIFIER_SPACE,
        "schemaSpace": SCHEMA_SPACE,
        "documentation": here.speaking(spoken).home(),
        "logo": here.static("mark.svg"),
        "serviceVersion": __version__,
        "defaultTypes": [each.as_json(spoken, broader=True) for each in TYPES],
        "view": view,
        "feature_view": view,
        "preview": {"url": f"{here.reconcile(spoken, 'preview')}?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": suggest,
        "extend": {"propose_properties": {"service_url": own, "service_path": below("properties")},
                   "property_settings": []},
        "batchSize": _batch_size(request),
    })


def _batch_size(request: Asked) -> int:
    """How many queries a client should send at once: fewer where there is much to look through, so that the answer
    comes soon."""
    return BATCH if search_of(request.opened).entities() <= _LARGE else BATCH // 5


def _answered(request: Asked, text: str, spoken: str, vary: str, make: Any) -> Reply:
    """The answer to what a client sent as JSON; a problem says what is wrong with it."""
    try:
        given = _whole(json.loads(taken(text), parse_constant=_no_number))
        found = make(request, given, spoken)
    except Malformed as error:
        return problem(request, 400, "reconcile-malformed", str(error))
    except (ValueError, RecursionError):
        return problem(request, 400, "reconcile-malformed", "what was sent cannot be read as JSON in UTF-8")
    if isinstance(found, Reply):
        return found
    return answer(
        request, lambda: dumps(found), "application/json", spoken, text, vary=vary, headers=request.opened.named
    )


def _whole(given: Any) -> Any:
    """What was read, with every half of a surrogate pair, which is no character, replaced: `\\ud800` is JSON."""
    if isinstance(given, str):
        return given.encode("utf-8", "replace").decode()
    if isinstance(given, list):
        return [_whole(each) for each in given]
    if isinstance(given, dict):
        return {_whole(name): _whole(value) for name, value in given.items()}
    return given


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _reconcile(request: Asked, given: Any, spoken: str) -> Any:
    if not isinstance(given, dict):
        raise Malformed("queries is an object of queries, each by a key of your own")
    if len(given) > BATCH:
        return problem(request, 413, "reconcile-too-many", f"a batch may have {BATCH} queries, not {len(given)}")
    found: dict[str, dict[str, Any]] = {}
    queries: dict[str, Query] = {}
    for key, query in given.items():
        try:
            queries[key] = read_query(query)
        except Malformed as error:  # of one row of a table, which must not cost the others their answers
            found[key] = {"result": [], "message": str(error)}
    values = sum(query.values for query in queries.values())
    if values > MOST_VALUES:
        return problem(request, 413, "reconcile-too-many",
                       f"the properties of a batch may have {MOST_VALUES} values, not {values}")
    release, gone = request.opened, request.gone
    search = search_of(release)
    for key, query in queries.items():
        if gone is not None and gone():
            return problem(request, 503, "query-abandoned", "the client left before the answer")
        found[key] = {"result": candidates(release, search, query, spoken)}
    return {key: found[key] for key in given}


def _extend(request: Asked, given: Any, spoken: str) -> Any:
    ids, names = read_extension(given)
    if len(ids) > MOST_ENTITIES or len(names) > MOST_PROPERTIES:
        return problem(request, 413, "reconcile-too-many",
                       f"values are fetched of {MOST_ENTITIES} entities and {MOST_PROPERTIES} properties at a time")
    return extend(request.opened, ids, names, spoken)


def _suggested(request: Asked, rows: list[dict[str, Any]], lang: str) -> Reply:
    start = _cursor(request)
    if start is None:
        return problem(request, 400, "cursor-malformed", "cursor is a whole number from 0 to 10000")
    prefix = _prefix(request)
    wanted = folded(prefix)

    def begins(row: dict[str, Any]) -> bool:
        names = (str(row["name"]), str(row.get("description", "")))
        return str(row["id"]).startswith(prefix) or any(
            f" {folded(each)}".find(f" {wanted}") >= 0 or each.startswith(prefix) for each in names)

    return _json(request, lambda: {"result": [row for row in rows if begins(row)][start : start + SUGGESTIONS]}, lang)


def _json(request: Asked, make: Any, lang: str) -> Reply:
    return answer(request, lambda: dumps(make()), "application/json", "json", lang, vary="")


def _prefix(request: Asked) -> str:
    return request.args.get("prefix", "")[:200]


def _cursor(request: Asked) -> int | None:
    given = request.args.get("cursor", "") or "0"
    return whole(given, 0, 10_000)


__all__ = ["routes"]
