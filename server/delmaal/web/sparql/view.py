"""The SPARQL endpoint as a view of the application; `operation.py` reads what is asked, `endpoint.py` is its fast twin.

The text of a query never reaches a parser in this process: a child of the keeper parses and evaluates it, and can be
stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, Response, current_app, request

from delmaal import formats
from delmaal.engine.remote import remote_of
from delmaal.errors import DelmaalError, EngineError, QueryError
from delmaal.keeper import Answer, Request, ask
from delmaal.keeper.tokens import check
from delmaal.web.answers import answer, opened, unmodified
from delmaal.web.dumps import metadata
from delmaal.web.failures import problem
from delmaal.web.negotiate import HTML, choose
from delmaal.web.sparql import editor
from delmaal.web.sparql.operation import Operation, Refusal, read_get, read_post

routes = Blueprint("sparql", __name__)

OUTCOME = "delmaal.outcome"
"""What the front has got for this request already: an Answer or a DelmaalError."""

GONE = "delmaal.gone"
"""Says whether the client left; only the front can know."""


@routes.route("/sparql", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer a query; without one, the form for a browser, the service description for a program."""
    accept = request.headers.get("Accept", "")
    limit = current_app.config["SETTINGS"].query_limit
    address = request.query_string.decode("utf-8", "replace")
    if request.method == "POST":
        asked = read_post(request.content_type or "", address, request.get_data(cache=False), accept, limit)
    else:
        found = read_get(address, accept, limit)
        if found is None:
            return _front(accept)
        asked = found
    if isinstance(asked, Operation) and asked.page:
        return editor.answered(asked, lambda: _outcome(
            asked.request(opened().folder, f"{opened().release.base}sparql"), request.environ.get(GONE)))
    return _refused(asked) if isinstance(asked, Refusal) else _evaluate(asked)


def _front(accept: str) -> Response:
    row = choose(accept, (*formats.RDF_FORMATS, HTML))
    if row is None:
        return problem(406, "format-unacceptable", "the service description is had as RDF, the form as HTML")
    if row is HTML:
        return editor.page()
    return metadata("service", row)


def _refused(refusal: Refusal) -> Response:
    response = problem(refusal.status, refusal.code, refusal.detail)
    response.headers.extend(refusal.headers)
    return response


def _evaluate(asked: Operation) -> Response:
    outcome = request.environ.get(OUTCOME)
    if outcome is None:
        known = unmodified(*asked.variant, vary="Accept")
        if known is not None:
            return known
        outcome = _outcome(asked.request(opened().folder, f"{opened().release.base}sparql"), request.environ.get(GONE))
    if isinstance(outcome, DelmaalError):
        counters = current_app.config.get("COUNTERS")
        if counters is not None:
            counters.stopped(outcome.code)
        raise outcome
    row = asked.row(outcome)
    if isinstance(row, Refusal):
        return _refused(row)
    return answer(lambda: outcome.body, row.content_type, *asked.variant, vary="Accept")


def _outcome(query: Request, gone: Callable[[], bool] | None) -> Answer | DelmaalError:
    """The answer of the engine that the settings name: the keeper's children, or a remote store."""
    settings = current_app.config["SETTINGS"]
    try:
        if not settings.engine_url:
            return ask(Path(current_app.config["KEEPER"]), query, gone)
        check(query.query, settings.query_depth)  # a remote store would fetch what SERVICE names
        remote = remote_of(Path(query.release), settings)
        name, body = remote.ask(query.query, query.default_graphs, query.named_graphs, query.results, query.graph, gone,
                                query.base)
    except (QueryError, EngineError) as error:
        return error
    return Answer(name, body)
