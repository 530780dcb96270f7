"""What is said at an address that there is not: people shorten addresses and guess, so the one that they probably mean
is named.

    /catalogue   /ns.ttl   /Matrix   404 that names /catalog, /ns?format=ttl, /matrix
    /id   /data                      303 to what lists the things and the dumps
"""

from __future__ import annotations

from collections.abc import Mapping

from werkzeug.exceptions import HTTPException

from delmaal.formats import RDF_FORMATS
from delmaal.http.answers import elsewhere
from delmaal.http.asked import Asked
from delmaal.http.failures import problem
from delmaal.http.reply import Reply

MEANT: Mapping[str, str] = {
    "catalogue": "/catalog", "katalog": "/catalog", "dcat": "/catalog", "dataset": "/catalog", "datasets": "/catalog",
    "datasett": "/catalog", "void": "/.well-known/void", ".well-known/void.ttl": "/void.ttl",
    "ontology": "/ns", "ontologi": "/ns", "vocabulary": "/ns", "shacl": "/shapes", "shape": "/shapes",
    "query": "/sparql", "endpoint": "/sparql", "examples": "/sparql/examples", "sd": "/service-description",
    "releases": "/release", "history": "/release", "timemap": "/release", "changes": "/feed", "ldes": "/feed",
    "sok": "/search", "søk": "/search", "api": "/openapi.json", "openapi": "/openapi.json", "swagger": "/openapi.json",
    "citation": "/cite", "sitemap": "/sitemap.xml", "provenance": "/provenance.ttl", "report": "/report.ttl",
    "observations": "/observations.csv", "matrise": "/matrix", "index.html": "/", "home": "/",
    "errors": "/problems", "help": "/problems", "reconciliation": "/reconcile", "download": "/release",
    "dump": "/release", "dumps": "/release",
}
"""What people write, and the address that they mean."""


_LISTED = ("id", "doc", "data")
"""What stands before things and dumps: the home page lists what there is, the page of the release its files."""


def unknown_address(request: Asked, path: str) -> Reply:
    """The answer at an address that there is not."""
    rest = path.strip("/")
    if rest in _LISTED:
        place = "/" if rest != "data" else f"/release/{request.opened.release.id}"
        return elsewhere(place, 303)
    near = _near(request, rest)
    said = f"there is nothing at {path[:300]}"
    if not near:
        return problem(request, 404, "address-unknown", f"{said}; / leads to what there is")
    return problem(request, 404, "address-unknown", f"{said}; perhaps you mean {near}", near=near)


def _near(request: Asked, rest: str) -> str:
    """The address that is probably meant, if there is one."""
    lower = rest.lower()
    stem, dot, suffix = lower.rpartition(".")
    forms = {row.suffix for row in RDF_FORMATS}
    candidates = [f"/{rest}", MEANT.get(lower, ""), f"/{lower}"]
    if dot and suffix in forms:
        whole = MEANT.get(stem, f"/{stem}")
        candidates += [f"{whole}.{suffix}", f"{whole}?format={suffix}"]
    return next((each for each in candidates if each and _is_there(request, each.partition("?")[0])), "")


def _is_there(request: Asked, path: str) -> bool:
    try:
        route, _ = request.publication.router.match(path)
    except HTTPException:
        return False
    return not route.endpoint.startswith(("resources.thing", "resources.document", "assets"))
