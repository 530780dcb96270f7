"""Memento (RFC 7089): every resource of the publication at every time that a release of it is kept from.

    GET /doc/theme/x  Accept-Datetime: …       302 to the memento; each resource is its own TimeGate (pattern 1.1)
    /release/<id>/doc/theme/x                  a memento, which never changes
    /timemap/link/doc/theme/x                  the TimeMap as application/link-format;  /timemap/json/… as JSON

The time of a memento is that of the switch that made its release current. A release that became current again later is
a memento of its own then: `/release/<id>~2/…`. All addresses are relative to the server, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date, parse_date

from delmaal.errors import ReleaseError
from delmaal.release.log import Switch
from delmaal.release.sorted_dump import Unindexed
from delmaal.web.answers import CACHE, PER_RELEASE, memento_links, opened, target_of
from delmaal.web.descriptions.description import ROWS
from delmaal.web.failures import problem
from delmaal.web.history.past import past_releases
from delmaal.web.negotiate import by_suffix
from delmaal.web.releases import Opened

LINK_FORMAT = "application/link-format"

routes = Blueprint("memento", __name__)


class Original(NamedTuple):
    """A resource as it is asked for: its address with the query, and whether a release has it."""

    target: str
    is_in: Callable[[Opened], bool]


def negotiate() -> Response | None:
    """The answer of a TimeGate, where the request asks for another time than now."""
    if ("Accept-Datetime" not in request.headers or request.blueprint not in PER_RELEASE
            or request.endpoint == "resources.thing" or request.method not in ("GET", "HEAD")):
        return None
    wanted = parse_date(request.headers["Accept-Datetime"])
    if wanted is None:
        return problem(400, "datetime-malformed", "Accept-Datetime is a date of HTTP: Tue, 24 Nov 2026 08:00:00 GMT")
    target = target_of(request.path, request.query_string.decode("latin-1"))
    original = _original(request.endpoint or "", request.view_args or {}, target)
    mementos = past_releases().history.kept_switches()
    place = next((at for at in range(len(mementos) - 1, -1, -1) if mementos[at].time <= wanted), -1)
    chosen = next((at for at in chain(range(place, -1, -1), range(max(place, 0), len(mementos)))
                   if _has(mementos[at], original)), None)
    vary = {"Vary": "Accept-Datetime", "Cache-Control": CACHE}
    if chosen is None:
        return _without_mementos(original.target, vary)
    others = _neighbours(mementos, chosen, original)
    response = Response(status=302, headers=vary)
    response.headers["Location"] = f"/release/{mementos[chosen].name}{original.target}"
    response.headers["Link"] = ", ".join([memento_links(original.target), *_memento_lines(original.target, others)])
    return response


def _neighbours(mementos: list[Switch], chosen: int, original: Original) -> list[tuple[Switch, str]]:
    """The chosen memento, and the first, previous, next and last beside it, each once with all that it is."""
    every, last = range(len(mementos)), len(mementos) - 1
    found = {
        "first": next(at for at in every if _has(mementos[at], original)),
        "prev": next((at for at in range(chosen - 1, -1, -1) if _has(mementos[at], original)), None),
        "": chosen,
        "next": next((at for at in range(chosen + 1, last + 1) if _has(mementos[at], original)), None),
        "last": next(at for at in reversed(every) if _has(mementos[at], original)),
    }
    names: dict[int, list[str]] = {}
    for name, at in found.items():
        if at is not None:
            names.setdefault(at, []).append(name)
    return [(mementos[at], " ".join([*filter(None, names[at]), "memento"])) for at in sorted(names)]


def _memento_lines(target: str, found: list[tuple[Switch, str]]) -> Iterator[str]:
    for switch, relation in found:
        yield f'</release/{switch.name}{target}>; rel="{relation}"; datetime="{http_date(switch.time)}"'


def _without_mementos(target: str, headers: dict[str, str]) -> Response:
    response = problem(404, "memento-unknown", "no release that is kept has this resource")
    response.headers.update({"Vary": headers["Vary"], "Link": memento_links(target)})
    return response


@routes.get("/timemap/link/")
@routes.get("/timemap/link/<path:path>")
def timemap(path: str = "") -> Response:
    """The TimeMap of a resource in the format of links (RFC 7089, section 5)."""
    found = _mapped(path)
    if isinstance(found, Response):
        return found
    target, rows = found
    first, last = rows[0][0], rows[-1][0]
    lines = [
        f'<{target}>; rel="original timegate"',
        f'</timemap/link{target}>; rel="self"; type="{LINK_FORMAT}"; '
        f'from="{http_date(first.time)}"; until="{http_date(last.time)}"',
        f'</timemap/json{target}>; rel="timemap"; type="application/json"',
        *_memento_lines(target, rows),
    ]
    response = Response(",\n".join(lines) + "\n", content_type=LINK_FORMAT)
    response.headers["Cache-Control"] = CACHE
    return response


@routes.get("/timemap/json/")
@routes.get("/timemap/json/<path:path>")
def timemap_as_json(path: str = "") -> Response:
    """The TimeMap of a resource as JSON."""
    found = _mapped(path)
    if isinstance(found, Response):
        return found
    target, rows = found
    mementos = [{"datetime": _iso(switch), "uri": f"/release/{switch.name}{target}"} for switch, _ in rows]
    response = jsonify({
        "original_uri": target, "self": f"/timemap/json{target}", "timegate_uri": target,
        "timemap_uri": {"link_format": f"/timemap/link{target}", "json_format": f"/timemap/json{target}"},
        "mementos": {"first": mementos[0], "last": mementos[-1], "list": mementos},
    })
    response.headers["Cache-Control"] = CACHE
    return response


def _mapped(path: str) -> tuple[str, list[tuple[Switch, str]]] | Response:
    """A resource's address and its mementos, each with what it is; or what is wrong with the address."""
    target = target_of(f"/{path}", request.query_string.decode("latin-1"))
    try:
        endpoint, values = current_app.url_map.bind("localhost").match(f"/{path}", method="GET")
    except HTTPException:
        endpoint, values = "", {}
    if endpoint.partition(".")[0] not in PER_RELEASE:
        return problem(404, "resource-unknown", f"{target[:200]} is no resource of a release")
    original = _original(endpoint, dict(values), target)
    found = [row for row in past_releases().history.kept_switches() if _has(row, original)]
    if not found:
        return _without_mementos(target, {"Vary": "Accept"})
    last = len(found) - 1
    ends = [" ".join(filter(None, ("first" if at == 0 else "", "last" if at == last else "", "memento")))
            for at in range(len(found))]
    return target, list(zip(found, ends, strict=True))


def _original(endpoint: str, values: dict[str, Any], target: str) -> Original:
    """The resource that a view serves, told from the view's name and its arguments."""
    if endpoint == "resources.document_of_iri":
        iri = request.args.get("iri", "")
        return Original(target, lambda release: _says(release, iri))
    if endpoint in ("resources.document", "resources.thing"):
        path = str(values["path"])
        stem = by_suffix(path, ROWS)[0]
        return Original(target, lambda release: any(
            _says(release, f"{release.release.base}id/{name}") for name in dict.fromkeys((path, stem))))
    if endpoint == "dumps.dump":
        return Original(target, lambda release: f"data/{values['name']}" in release.release.manifest["files"])
    return Original(target, lambda _: True)


def _says(release: Opened, iri: str) -> bool:
    """Whether a release says anything of a resource; what only leads to it is not looked for where that takes long."""
    if isinstance(release.lookup, Unindexed):
        return bool(release.lookup.about(iri, 0, 1)[0])
    return release.lookup.knows(iri)


def _has(switch: Switch, original: Original) -> bool:
    current = opened()
    try:
        release = current if current.release.id == switch.release else past_releases().open(switch)
        return original.is_in(release)
    except ReleaseError:  # dropped, or damaged: no memento in either case
        return False


def _iso(switch: Switch) -> str:
    return switch.time.strftime("%Y-%m-%dT%H:%M:%SZ")
