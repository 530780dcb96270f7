"""Failures as HTTP: problem+json (RFC 9457) for programs, a page for a browser; one table of titles."""

from __future__ import annotations

from flask import Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from delmaal.errors import DelmaalError
from delmaal.formats import Format
from delmaal.web.negotiate import HTML, choose, language

TITLES: dict[int, tuple[str, str]] = {
    400: ("Ugyldig forespørsel", "Bad request"),
    403: ("Ikke tillatt", "Forbidden"),
    404: ("Finnes ikke", "Not found"),
    405: ("Metoden er ikke tillatt", "Method not allowed"),
    406: ("Ingen av formatene passer", "No acceptable format"),
    410: ("Finnes ikke lenger", "Gone"),
    408: ("For treg forespørsel", "Request timeout"),
    413: ("For stor forespørsel", "Content too large"),
    414: ("For lang adresse", "Address too long"),
    415: ("Ukjent medietype", "Unsupported media type"),
    416: ("Området finnes ikke", "Range not satisfiable"),
    429: ("For mange forespørsler", "Too many requests"),
    500: ("Feil på tjeneren", "Server error"),
    502: ("Databasen svarer ikke", "Store unreachable"),
    503: ("Ikke tilgjengelig nå", "Unavailable"),
    504: ("Spørringen tok for lang tid", "Query timed out"),
}

STATUS: dict[str, int] = {
    "query-malformed": 400,
    "query-service-refused": 400,
    "query-too-deep": 400,
    "query-update-refused": 403,
    "query-too-slow": 504,
    "query-too-big": 503,
    "query-busy": 503,
    "query-abandoned": 503,
    "keeper-unreachable": 503,
    "query-graph-unknown": 400,
    "format-unacceptable": 406,
    "query-too-long": 413,
    "query-refused": 400,
    "engine-unreachable": 502,
    "engine-broken": 502,
    "engine-unfilled": 503,
    "engine-too-slow": 504,
    "release-missing": 503,
    "release-damaged": 503,
    "index-unreadable": 503,
    "search-unreadable": 503,
}
"""The status of each failure that has a code; any other is 500."""

RETRY = {502: 10, 503: 5, 504: 30}
"""Seconds after which asking again may help."""

_PROBLEM = Format("problem", "problem", "application/problem+json", "json", aliases=("application/json",))


def problem_of(error: HTTPException) -> Response:
    """A failure that Flask or a view raised."""
    response = error.response
    if isinstance(response, Response):
        return response
    status = error.code or 500
    if status < 400:
        made = error.get_response()
        return made if isinstance(made, Response) else Response(made.get_data(), made.status, made.headers)
    answer = problem(status, f"http-{status}", error.description or "")
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def failed(error: DelmaalError) -> Response:
    """A failure of a station below, by its code."""
    status = STATUS.get(error.code, 500)
    wait = getattr(error, "retry_after", None) or RETRY.get(status)
    return problem(status, error.code, error.sentence if status < 500 or status in RETRY else "", wait)


def problem(status: int, code: str, detail: str, retry_after: int | None = None, **more: object) -> Response:
    """A failure as the client wants to read it."""
    page_wanted = choose(request.headers.get("Accept", ""), (_PROBLEM, HTML)) is HTML
    spoken = language(request.headers.get("Accept-Language", ""), request.args.get("lang")) if page_wanted else "en"
    title = TITLES.get(status, ("Feil", "Error"))[0 if spoken == "nb" else 1]
    if page_wanted:
        page = render_template("problem.html", status=status, title=title, detail=detail, lang=spoken, code=code,
                               was=more.get("lastDescription"), here=request.path)
        response = Response(page, status, content_type="text/html; charset=utf-8")
    else:
        body = {"type": f"https://w3id.org/delmaal/problems#{code}", "title": title, "status": status, "detail": detail}
        response = jsonify({**body, **more})
        response.status_code = status
        response.content_type = "application/problem+json"
    response.headers["Vary"] = "Accept, Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response
