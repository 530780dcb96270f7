"""The SPARQL endpoint as a view of the application; `operation.py` reads what is asked.

The text of a query never reaches a parser in this process: a child of the keeper parses and evaluates it, and can be
stopped.
"""

from __future__ import annotations

from collections.abc import Callable

from delmaal import formats
from delmaal.errors import DelmaalError, EngineError, QueryError
from delmaal.http.answers import answer, unmodified
from delmaal.http.asked import Asked
from delmaal.http.failures import failed, problem
from delmaal.http.fairuse import client_of
from delmaal.http.later import Asking, Later
from delmaal.http.negotiate import HTML, choose
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.keeper import Answer, Request
from delmaal.protocols.dumps import metadata
from delmaal.protocols.sparql import editor
from delmaal.protocols.sparql.operation import VARY, Operation, Refusal, read_get, read_post

routes = Routes("sparql")

@routes.route("/sparql", methods=["GET", "POST"], page=True)
def endpoint(request: Asked) -> Reply:
    """Answer a query; without one, the form for a browser, the service description for a program."""
    accept = request.headers.get("Accept", "")
    limit = request.publication.settings.query_limit
    address = request.query
    if request.method == "POST":
        asked = read_post(request.headers.get("Content-Type"), address, request.body, accept, limit)
    else:
        found = read_get(address, accept, limit)
        if found is None:
            return _front(request, accept)
        asked = found
    if request.at_once and isinstance(asked, Operation) and (asked.page or request.publication.engine.elsewhere):
        raise Later
    if isinstance(asked, Operation) and asked.page:
        return editor.answered(request, asked, lambda: _outcome(request,
            asked.request(request.opened.folder, f"{request.opened.release.base}sparql"), request.gone))
    return _refused(request, asked) if isinstance(asked, Refusal) else _evaluate(request, asked)


def _front(request: Asked, accept: str) -> Reply:
    row = choose(accept, (*formats.RDF_FORMATS, HTML))
    if row is None:
        return problem(request, 406, "format-unacceptable", "the service description is had as RDF, the form as HTML")
    if row is HTML:
        return editor.page(request)
    return metadata(request, "service", row)


def _refused(request: Asked, refusal: Refusal) -> Reply:
    response = problem(request, refusal.status, refusal.code, refusal.detail)
    response.headers.extend(refusal.headers)
    return response


def _evaluate(request: Asked, asked: Operation) -> Reply:
    known = unmodified(request, *asked.variant, vary=_vary(request), headers=request.opened.named)
    if known is not None:
        known.headers.remove("Link")  # it tells about the content, which a 304 has none of (RFC 9110, 15.4.5)
        return known
    question = asked.request(request.opened.folder, f"{request.opened.release.base}sparql")
    if request.at_once:
        raise Asking(question, lambda outcome: _answered(request, asked, outcome))
    return _answered(request, asked, _outcome(request, question, request.gone))


def _answered(request: Asked, asked: Operation, outcome: Answer | DelmaalError) -> Reply:
    """The answer of the engine as that to the request."""
    if isinstance(outcome, DelmaalError):
        counters = request.publication.counters
        if counters is not None:
            counters.stopped(outcome.code)
        return failed(request, outcome)  # raised, it would hold this frame, and the frame it
    row = asked.row(outcome)
    if isinstance(row, Refusal):
        return _refused(request, row)
    return answer(request, lambda: outcome.body, row.content_type, *asked.variant, vary=_vary(request),
                  headers=request.opened.named)


def _vary(request: Asked) -> str:
    return "Accept" if request.past else VARY


@routes.after_each
def varying(response: Reply) -> None:
    """Whatever the endpoint says, it would say of another release if another time were asked for."""
    response.vary_by("Accept-Datetime")


def _outcome(request: Asked, query: Request, gone: Callable[[], bool] | None) -> Answer | DelmaalError:
    """The answer of the engine, or what it has in place of one."""
    hops = request.publication.settings.trusted_hops
    client = client_of(f"{request.client}:0", request.headers.get("X-Forwarded-For", ""), hops)
    try:
        return request.publication.engine.ask(query, client, gone)
    except (QueryError, EngineError) as error:
        return error
