"""`/release/<id>/sparql`: queries on a release as it was, for as long as its store is kept (`keep_caches`).

`/sparql` with Accept-Datetime leads there, to the release that was current at that time (RFC 7089, pattern 1.1). Where
that one cannot be asked any more, the answer says so: one from another release would be taken for its own.
"""

from __future__ import annotations

from werkzeug.http import http_date

from delmaal.http.answers import CACHE
from delmaal.http.asked import Asked, date
from delmaal.http.failures import problem
from delmaal.http.past import Past
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls, target_of
from delmaal.protocols.history.memento import malformed_date
from delmaal.protocols.history.view import A_DAY, dropped, find_release
from delmaal.protocols.sparql import view as sparql
from delmaal.release.log import Switch

routes = Routes("queries")


@routes.route("/release/<release>/sparql", methods=["GET", "POST"], page=True)
def endpoint(request: Asked, release: str) -> Reply:
    """The SPARQL endpoint of one release; the answer never changes with what is released later."""
    found = find_release(request, release, Urls.sparql_of)
    if isinstance(found, Reply):
        if found.status_code == 302:
            found.status_code = 307  # what was posted is posted there
        return found
    switch, past = found
    if not _can_be_asked(request, switch):
        return _store_dropped(request, switch)
    request.opened, request.past = past, Past(switch)
    response = sparql.endpoint(request)
    if response.status_code in (200, 304):
        response.headers["Memento-Datetime"] = response.headers["Last-Modified"] = http_date(switch.time)
        response.headers.add("Link", _original(request))
        if request.method == "GET":
            response.headers["Cache-Control"] = A_DAY
    return response


def negotiate(request: Asked) -> Reply | None:
    """The answer of `/sparql` where another time than now is asked for: the way to the release that was current then.

    What is posted is posted there (307). Before the first release it is the first.
    """
    if ("Accept-Datetime" not in request.headers or request.endpoint != "sparql.endpoint"
            or request.method not in ("GET", "HEAD", "POST")):
        return None
    wanted = date(request.headers["Accept-Datetime"])
    if wanted is None:
        return malformed_date(request)
    history = request.publication.past.history
    switches = history.switches()
    if not switches:
        return None
    switch = next((row for row in reversed(switches) if row.time <= wanted), switches[0])
    if switch.release not in history.kept():
        return dropped(request, switch)
    if not _can_be_asked(request, switch):
        return _store_dropped(request, switch)
    target = target_of(request.path, request.query)
    response = Reply(status=307 if request.method == "POST" else 302)
    response.headers["Location"] = request.whole.memento(switch.name, target)
    response.headers["Link"] = _original(request)
    if request.method != "POST":
        response.headers["Cache-Control"] = CACHE
    return response


def _can_be_asked(request: Asked, switch: Switch) -> bool:
    """Whether the store of a release is there, as far as this machine can tell."""
    folder = request.publication.past.history.shelf / "releases" / switch.release
    return request.publication.engine.keeps(folder)


def _store_dropped(request: Asked, switch: Switch) -> Reply:
    sentence = f"the store of release {switch.release[:12]} is no longer kept; load its data into one"
    dump = request.urls.within(switch.name).data("all.nt.gz")
    return problem(request, 410, "release-store-dropped", f"{sentence}: {dump}")


def _original(request: Asked) -> str:
    """The Link header to the endpoint that an answer is a state of; without the query, which may be long."""
    return f'<{request.whole.sparql()}>; rel="original timegate"'
