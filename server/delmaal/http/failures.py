"""Failures as HTTP: problem+json (RFC 9457) for programs, a page for a browser; one table of titles."""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterable

from werkzeug.exceptions import HTTPException

from delmaal.errors import DelmaalError
from delmaal.formats import ASKED_WITH, Format, format_named, names_of
from delmaal.http.asked import Asked
from delmaal.http.negotiate import HTML, choose
from delmaal.http.reply import Reply, as_json
from delmaal.languages import Words

log = logging.getLogger("delmaal.serving")

TITLES = Words("status", {
    "0": "Error",
    "400": "Bad request",
    "403": "Forbidden",
    "404": "Not found",
    "405": "Method not allowed",
    "406": "No acceptable format",
    "410": "Gone",
    "408": "Request timeout",
    "412": "Precondition failed",
    "413": "Content too large",
    "414": "Address too long",
    "415": "Unsupported media type",
    "416": "Range not satisfiable",
    "422": "Unprocessable",
    "429": "Too many requests",
    "431": "Headers too long",
    "500": "Server error",
    "501": "Method not implemented",
    "502": "Store unreachable",
    "503": "Unavailable",
    "504": "Query timed out",
})

STATUS: dict[str, int] = {
    "query-malformed": 400,
    "query-service-refused": 400,
    "query-too-deep": 400,
    "query-update-refused": 403,
    "query-too-slow": 504,
    "query-too-big": 422,
    "query-busy": 503,
    "query-abandoned": 503,
    "keeper-unreachable": 503,
    "query-graph-unknown": 400,
    "format-unacceptable": 406,
    "query-too-long": 413,
    "query-refused": 400,
    "engine-unreachable": 502,
    "engine-broken": 502,
    "engine-cut": 502,
    "engine-unfilled": 503,
    "engine-too-slow": 504,
    "release-missing": 503,
    "release-damaged": 503,
    "release-newer": 503,
    "release-opening": 503,
    "store-unreadable": 503,
    "index-unreadable": 503,
    "search-unreadable": 503,
}
"""The status of each failure that has a code; any other is 500."""

RETRY = {502: 10, 503: 5, 504: 30}
"""Seconds after which asking again may help."""

NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSPC, errno.EAGAIN, errno.ENOBUFS})
"""What the system says where it has nothing left to give."""

NO_ROOM_WORDS = "the server has no descriptor, memory or disk left at the moment; ask again later"

PROBLEM = Format("problem", "problem", "application/problem+json", "json", aliases=("application/json",))


def problem_of(request: Asked, error: HTTPException) -> Reply:
    """A failure that has no code of its own: no such address, no such method, no such range."""
    status = error.code or 500
    answer = problem(request, status, f"http-{status}", error.description or "")
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            answer.headers[name] = value
    return answer


def failed(request: Asked, error: DelmaalError) -> Reply:
    """A failure of a station below, by its code."""
    status = STATUS.get(error.code, 500)
    wait = getattr(error, "retry_after", None) or RETRY.get(status)
    return problem(request, status, error.code, error.sentence if status < 500 or status in RETRY else "", wait)


def unreadable(request: Asked, error: OSError) -> Reply:
    """A file that is served and cannot be read: it is there for all that is known, so the answer is never 404. Or no
    descriptor, memory or disk is left for what a view needs, which passes, and is nobody's mistake."""
    if error.errno in NO_ROOM:
        return problem(request, 503, "server-busy", NO_ROOM_WORDS, RETRY[503])
    log.error("a file cannot be read: %s", error)
    return problem(request, 503, "release-damaged", "a file that is served cannot be read; ask again later", RETRY[503])


def problem(
    request: Asked, status: int, code: str, detail: str, retry_after: int | None = None, **more: object
) -> Reply:
    """A failure as the client wants to read it."""
    page_wanted = choose(request.headers.get("Accept", ""), (PROBLEM, HTML)) is HTML
    spoken = request.language if page_wanted else "en"
    if page_wanted:
        title = title_of(status, spoken)
        page = request.render("problem.html", status=status, title=title, detail=detail, lang=spoken, code=code,
                              was=more.get("lastDescription"), near=more.get("near"),
                              here=request.mount + request.bare)
        response = Reply(page, status)
    else:
        response = as_json({**members(status, code, detail), **more})
        response.status_code = status
        response.headers["Content-Type"] = PROBLEM.media_type
    response.headers.update(headers_of(retry_after))
    return response


def page_alone(request: Asked) -> Reply | None:
    """The refusal of what is had as a page alone, to who reads none; such an answer varies by Accept."""
    if choose(request.headers.get("Accept", ""), (HTML,)) is HTML:
        return None
    return problem(request, 406, "format-unacceptable", "this is had as a page alone", available=[HTML.media_type])


def format_asked(request: Asked, rows: Iterable[Format]) -> Format | Reply | None:
    """The format that the address names by `format` or `output`; None where it names none, 400 where it is not known.
    """
    if not request.query:
        return None
    wanted = next((request.args[name] for name in ASKED_WITH if request.args.get(name)), "")
    if not wanted:
        return None
    rows = tuple(rows)
    return format_named(wanted, rows) or problem(request,
        400, "format-unknown", f"format {wanted[:40]!r} is not known; there are {names_of(rows)}")


def title_of(status: int, spoken: str) -> str:
    """What a status is called, in a language."""
    key = str(status)
    return TITLES.say(key if key in TITLES else "0", spoken)


def members(status: int, code: str, detail: str) -> dict[str, str | int]:
    """What every failure says of itself (RFC 9457)."""
    return {"type": f"https://w3id.org/delmaal/problems#{code}", "title": title_of(status, "en"), "status": status,
            "detail": detail}


def headers_of(retry_after: int | None) -> dict[str, str]:
    """The headers of every failure, beside those of every answer; nobody keeps one."""
    found = {"Vary": "Accept, Accept-Language", "Cache-Control": "no-store"}
    return found if retry_after is None else {**found, "Retry-After": str(retry_after)}
