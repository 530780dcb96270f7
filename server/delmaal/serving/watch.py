"""For whoever watches the server: is it alive, is it ready, what has it done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from delmaal.errors import DelmaalError, ReleaseError
from delmaal.formats import Format
from delmaal.http.asked import Asked
from delmaal.http.failures import RETRY, STATUS, problem
from delmaal.http.negotiate import choose
from delmaal.http.reply import Reply, as_json
from delmaal.http.routes import Routes
from delmaal.keeper import BOARD, lane_to, workload
from delmaal.protocols.search.results import search_of
from delmaal.reading.opened import Opened
from delmaal.reading.releases import Releases
from delmaal.serving.front.counters import prometheus

routes = Routes("watch")

NOW = {"Cache-Control": "no-store"}
"""It is told how the server is now, and not how it was when a cache asked."""
_FORMS = (Format("text", "text", "text/plain", "txt"), Format("json", "JSON", "application/json", "json"))


@routes.get("/health")
def health(_: Asked) -> Reply:
    """The process lives."""
    return Reply("ok\n", content_type="text/plain; charset=utf-8", headers=NOW.items())


@routes.get("/ready")
def ready(request: Asked) -> Reply:
    """The current release is served whole: its pages, SPARQL and search answer; 503 says of each what is wrong.

    In place, in the front: nothing here waits for anything but a remote store.
    """
    releases: Releases = request.publication.releases
    opened = releases.peek()
    faults = {name: _fault(request, check, opened) for name, check in CHECKS.items()}
    found = [*([releases.trouble] if releases.trouble else []), *(fault for fault in faults.values() if fault)]
    told = {"release": str(releases.trouble.sentence) if releases.trouble else "ok",
            **{name: fault.sentence if fault else "ok" for name, fault in faults.items()}}
    if found:
        first = found[0]
        wait = getattr(first, "retry_after", None) or RETRY.get(STATUS.get(first.code, 503), 10)
        return problem(request, 503, first.code, first.sentence, retry_after=wait, checks=told,
                       served=opened.release.id if opened else None)  # 503 whatever ails a store elsewhere
    assert opened is not None, "a release that is not open is a fault"
    if choose(request.headers.get("Accept", ""), _FORMS) is _FORMS[1]:
        answer = as_json({"release": opened.release.id, "checks": told})
    else:
        answer = Reply(f"release {opened.release.id}\n", content_type="text/plain; charset=utf-8")
    answer.headers.update({**NOW, "Vary": "Accept"})
    return answer


def _fault(request: Asked, check: Callable[[Asked, Opened], None], opened: Opened | None) -> DelmaalError | None:
    if opened is None:
        return ReleaseError("release-opening", "no release is open yet")
    try:
        check(request, opened)
    except DelmaalError as error:
        return error
    return None


def _pages(_: Asked, opened: Opened) -> None:
    """A resource is looked up, and said something of."""
    first = next(opened.lookup.subjects(0, 1), "")
    if not first or not opened.lookup.some(first, 1):
        raise ReleaseError("index-unreadable", "nothing is found in the index of the release")


def _search(_: Asked, opened: Opened) -> None:
    """A search is answered."""
    search_of(opened).named("", limit=1)


def _sparql(request: Asked, opened: Opened) -> None:
    """A query is answered."""
    request.publication.engine.check(Path(opened.folder))


CHECKS: Mapping[str, Callable[[Asked, Opened], None]] = {"pages": _pages, "sparql": _sparql, "search": _search}
"""What is served of a release, and what tries it."""


@routes.get("/metrics")
def metrics(request: Asked) -> Reply:
    """The counters of all processes, in Prometheus' text format."""
    releases: Releases = request.publication.releases
    counters = request.publication.counters
    if counters is None:
        return problem(request, 404, "metrics-unavailable", "metrics are counted by `delmaal serve`")
    load = workload(_board(request))
    workers = {"web": counters.processes(), "query": load.children, "query-busy": load.busy, "query-slow": load.slow}
    opened = releases.peek()
    name = opened.release.id if opened else "none"
    slow = lane_to(Path(request.publication.keeper)).room.look().waiting
    text = prometheus(counters.sums(), name, releases.trouble is not None, workers, slow)
    return Reply(text, content_type="text/plain; version=0.0.4; charset=utf-8", headers=NOW.items())


def _board(request: Asked) -> Path:
    return Path(request.publication.keeper).with_name(BOARD)
