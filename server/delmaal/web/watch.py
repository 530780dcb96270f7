"""For whoever watches the server: is it alive, is it ready, what has it done."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app

from delmaal.engine.remote import remote_of
from delmaal.keeper import BOARD, kept, workload
from delmaal.web.failures import problem
from delmaal.web.front.counters import prometheus

routes = Blueprint("watch", __name__)


@routes.get("/health")
def health() -> Response:
    """The process lives."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@routes.get("/ready")
def ready() -> Response:
    """A release is open and its engine answers; 503 says what is wrong."""
    releases = current_app.config["RELEASES"]
    current = releases.current()
    if releases.trouble:
        return problem(503, "release-unreadable", releases.trouble, retry_after=10)
    settings = current_app.config["SETTINGS"]
    folder = current.release.folder.resolve()
    if settings.engine_url and not remote_of(folder, settings).holds_release():
        return problem(503, "engine-unfilled", "the store does not hold this release: delmaal push", retry_after=60)
    if not settings.engine_url and current_app.config["KEEPER"] and not kept(_board()):
        return problem(503, "keeper-unreachable", "the query keeper ended; it is started again at once", retry_after=1)
    return Response(f"release {current.release.id}\n", content_type="text/plain; charset=utf-8")


@routes.get("/metrics")
def metrics() -> Response:
    """The counters of all processes, in Prometheus' text format."""
    releases = current_app.config["RELEASES"]
    counters = current_app.config.get("COUNTERS")
    if counters is None:
        return problem(404, "metrics-unavailable", "metrics are counted by `delmaal serve`")
    children, busy = workload(_board())
    workers = {"web": counters.processes(), "query": children, "query-busy": busy}
    text = prometheus(counters.sums(), releases.current().release.id, releases.trouble is not None, workers)
    return Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")


def _board() -> Path:
    return Path(current_app.config["KEEPER"]).with_name(BOARD)
