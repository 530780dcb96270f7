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

from flask import Blueprint, Response, render_template, request

from delmaal import __version__
from delmaal.search.words import name as folded
from delmaal.web.answers import answer, opened
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, language
from delmaal.web.origin import origin
from delmaal.web.pages.shell import publication
from delmaal.web.reconcile.candidates import Malformed, candidates, read_query
from delmaal.web.reconcile.entities import (
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
from delmaal.web.reconcile.extension import MOST_ENTITIES, MOST_PROPERTIES, extend, read_extension
from delmaal.web.search.results import dumps, label_of, search_of

routes = Blueprint("reconcile", __name__)

BATCH = 50
"""Queries in one batch."""

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
@routes.route("/reconcile/<any(nb,en):lang>", methods=["GET", "POST"])
def service(lang: str | None = None) -> Response:
    """The manifest, or the answer to a batch of queries, or values of properties."""
    spoken = lang or language(request.headers.get("Accept-Language", ""), request.args.get("lang"))
    given = request.args
    if request.method == "POST":
        if request.mimetype != _FORM:
            return problem(415, "body-type", f"send the queries as {_FORM}, in a field named queries or extend")
        given = request.form
    vary = "" if lang else "Accept-Language"
    if "queries" in given:
        return _answered(given["queries"], spoken, vary, _reconcile)
    if "extend" in given:
        return _answered(given["extend"], spoken, vary, _extend)
    if request.method == "POST":
        return problem(400, "reconcile-malformed", "the form has neither queries nor extend")
    return _manifest(spoken)


@routes.get("/reconcile/<any(nb,en):lang>/suggest/entity")
def suggest_entity(lang: str) -> Response:
    """Entities whose titles or codes begin so."""
    start = _cursor()
    if start is None:
        return problem(400, "cursor-malformed", "cursor is a whole number from 0 to 10000")
    prefix, kinds = _prefix(), kinds_of(request.args.get("type", "")) or KINDS

    def found() -> dict[str, Any]:
        hits = search_of(opened()).named(prefix, kinds, start, SUGGESTIONS)
        return {"result": [{"id": hit.iri, "name": label_of(hit, lang), "description": described(hit, lang),
                            "notable": [BY_KIND[hit.kind].as_json(lang)]} for hit in hits]}

    return _json(found, lang)


@routes.get("/reconcile/<any(nb,en):lang>/suggest/property")
def suggest_property(lang: str) -> Response:
    """Properties whose names or identifiers begin so."""
    release = opened()
    rows = [{"id": expanded(name), "name": property_name(release, expanded(name), lang), "description": name}
            for name in all_properties()]
    return _suggested(rows, lang)


@routes.get("/reconcile/<any(nb,en):lang>/suggest/type")
def suggest_type(lang: str) -> Response:
    """Types whose names or identifiers begin so."""
    return _suggested([*(each.as_json(lang, broader=True) for each in TYPES), concept(lang)], lang)


@routes.get("/reconcile/<any(nb,en):lang>/properties")
def properties(lang: str) -> Response:
    """What can be fetched of the entities of a type."""
    kind = request.args.get("type", "")
    kinds = kinds_of(kind)
    names = list(dict.fromkeys(name for each in TYPES if each.kind in kinds for name in each.properties))
    limit = request.args.get("limit", "")
    if limit.isascii() and limit.isdigit():
        names = names[: int(limit[:4])]
    release = opened()
    return _json(lambda: {"type": kind, "properties": [
        {"id": expanded(name), "name": property_name(release, expanded(name), lang), "description": name}
        for name in names]}, lang)


@routes.get("/reconcile/<any(nb,en):lang>/preview")
def preview(lang: str) -> Response:
    """An entity as a small page, to be shown in a frame."""
    iri = request.args.get("id", "")
    hit = next((hit for hit in search_of(opened()).by_code(iri, KINDS) if hit.iri == iri), None)
    if hit is None:
        return problem(404, "resource-unknown", f"there is no entity {iri[:500]!r} to match with")
    about = hit.about.get(lang) or next(iter(hit.about.values()), "")
    return answer(lambda: render_template(
        "preview.html", lang=lang, title=label_of(hit, lang), kind=BY_KIND[hit.kind].name(lang), about=about,
        other=label_of(hit, "en" if lang == "nb" else "nb"), other_language="en" if lang == "nb" else "nb",
        code=hit.codes[0] if hit.codes else "", iri=hit.iri,
    ).encode("utf-8", "replace"), HTML.content_type, "preview", lang, vary="", headers=[FRAMED])


def _manifest(spoken: str) -> Response:
    """What the service offers, and where: it must name this server whole, so it is kept by nobody."""
    here = origin()
    own = f"{here}/reconcile/{spoken}"
    suggest = {what: {"service_url": own, "service_path": f"/suggest/{what}"} for what in _SUGGESTED}
    manifest = {
        "versions": ["0.2"],
        "name": publication(opened(), spoken),
        "identifierSpace": IDENTIFIER_SPACE,
        "schemaSpace": SCHEMA_SPACE,
        "documentation": f"{here}/?lang={spoken}",
        "logo": f"{here}/static/mark.svg",
        "serviceVersion": __version__,
        "defaultTypes": [each.as_json(spoken, broader=True) for each in TYPES],
        "view": {"url": f"{here}/doc?iri={{{{id}}}}"},
        "feature_view": {"url": f"{here}/doc?iri={{{{id}}}}"},
        "preview": {"url": f"{own}/preview?id={{{{id}}}}", "width": WIDTH, "height": HEIGHT},
        "suggest": suggest,
        "extend": {"propose_properties": {"service_url": own, "service_path": "/properties"}, "property_settings": []},
        "batchSize": BATCH,
    }
    response = Response(dumps(manifest), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


def _answered(text: str, spoken: str, vary: str, make: Any) -> Response:
    """The answer to what a client sent as JSON; a problem says what is wrong with it."""
    try:
        given = json.loads(text, parse_constant=_no_number)
        found = make(given, spoken)
    except Malformed as error:
        return problem(400, "reconcile-malformed", str(error))
    except (ValueError, RecursionError):
        return problem(400, "reconcile-malformed", "what was sent cannot be read as JSON in UTF-8")
    if isinstance(found, Response):
        return found
    return answer(lambda: dumps(found), "application/json", spoken, text, vary=vary)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def _reconcile(given: Any, spoken: str) -> Any:
    if not isinstance(given, dict):
        raise Malformed("queries is an object of queries, each by a key of your own")
    if len(given) > BATCH:
        return problem(413, "reconcile-too-many", f"a batch may have {BATCH} queries, not {len(given)}")
    queries = {}
    for key, query in given.items():
        try:
            queries[key] = read_query(query)
        except Malformed as error:
            raise Malformed(f"query {key[:40]!r}: {error}") from error
    release = opened()
    search = search_of(release)
    return {key: {"result": candidates(release, search, query, spoken)} for key, query in queries.items()}


def _extend(given: Any, spoken: str) -> Any:
    ids, names = read_extension(given)
    if len(ids) > MOST_ENTITIES or len(names) > MOST_PROPERTIES:
        return problem(413, "reconcile-too-many",
                       f"values are fetched of {MOST_ENTITIES} entities and {MOST_PROPERTIES} properties at a time")
    return extend(opened(), ids, names, spoken)


def _suggested(rows: list[dict[str, Any]], lang: str) -> Response:
    start = _cursor()
    if start is None:
        return problem(400, "cursor-malformed", "cursor is a whole number from 0 to 10000")
    prefix = _prefix()
    wanted = folded(prefix)

    def begins(row: dict[str, Any]) -> bool:
        names = (str(row["name"]), str(row.get("description", "")))
        return str(row["id"]).startswith(prefix) or any(
            f" {folded(each)}".find(f" {wanted}") >= 0 or each.startswith(prefix) for each in names)

    return _json(lambda: {"result": [row for row in rows if begins(row)][start : start + SUGGESTIONS]}, lang)


def _json(make: Any, lang: str) -> Response:
    return answer(lambda: dumps(make()), "application/json", "json", lang, vary="")


def _prefix() -> str:
    return request.args.get("prefix", "")[:200]


def _cursor() -> int | None:
    given = request.args.get("cursor", "") or "0"
    return int(given) if given.isascii() and given.isdigit() and len(given) <= 5 and int(given) <= 10_000 else None


__all__ = ["routes"]
