"""One request becomes one answer: `reply` is the whole application, as a function of its arguments.

The front (granian) and Flask (any WSGI server) are two adapters of it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from delmaal.errors import DelmaalError
from delmaal.http import assets
from delmaal.http.answers import EVERYWHERE, PAGE_HEADERS
from delmaal.http.asked import Asked
from delmaal.http.cors import preflight
from delmaal.http.failures import failed, problem, problem_of, unreadable
from delmaal.http.later import Asking, Later
from delmaal.http.negotiate import REMEMBERED, called
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.http.routes import Router
from delmaal.http.urls import ENDING
from delmaal.mapping import cuts
from delmaal.protocols import dumps, reconcile
from delmaal.protocols.discovery import citation, interfaces, sitemap
from delmaal.protocols.history import diffs, feed, memento, queries
from delmaal.protocols.history import view as history
from delmaal.protocols.openapi import document
from delmaal.protocols.search import view as search
from delmaal.protocols.sparql import completion, examples
from delmaal.protocols.sparql import view as sparql
from delmaal.serving import watch
from delmaal.serving.forms import ONE_FORM, named_in, unanswerable
from delmaal.serving.repair import unknown_address
from delmaal.site import pages, vocabulary
from delmaal.site.descriptions import resources

GROUPS = (pages.routes, resources.routes, vocabulary.routes, sparql.routes, examples.routes, completion.routes,
          assets.routes, citation.routes, interfaces.routes, sitemap.routes, dumps.routes, watch.routes,
          document.routes, history.routes, queries.routes, diffs.routes, memento.routes, feed.routes, search.routes,
          reconcile.routes)
"""Every route that there is."""

_CHOSEN = frozenset(("Accept", "Accept-Language"))
"""What chooses a page, and its language, where its address does not."""

_OF_NO_RELEASE = frozenset(("assets.static", "assets.asset", "watch.health", "watch.ready", "watch.metrics"))

log = logging.getLogger("delmaal.serving")


def router() -> Router:
    """The table of all routes."""
    return Router(GROUPS)


def reply(publication: Publication, asked: Asked) -> Reply:
    """The answer to a request. Whatever goes wrong is an answer too.

    Raises Later and Asking where it is wanted at once, and cannot be made so.
    """
    before = cuts()
    try:
        found = _answer(publication, asked)
    except Later:
        raise
    except Asking as asking:
        settle = asking.settle
        asking.settle = lambda outcome: _settled(asked, settle, outcome)
        raise
    except Exception as error:  # an answer is owed whatever happens, and what happened is told in the log
        found = _failure(asked, error)
    return _checked(asked, before, found)


def _settled(asked: Asked, settle: Callable[[Any], Reply], outcome: Any) -> Reply:
    """The answer to a request whose query was answered."""
    before = cuts()
    try:
        found = settle(outcome)
    except Exception as error:  # as above
        found = _failure(asked, error)
    return _checked(asked, before, found)


def _checked(asked: Asked, before: int, found: Reply) -> Reply:
    """The answer, whole, or 503 where a file was cut while it was made."""
    if cuts() != before and asked.endpoint not in _OF_NO_RELEASE:
        sentence = "a file of the release was cut while it was read; ask again"
        found = problem(asked, 503, "release-damaged", sentence, 5)
    return _finished(asked, found)


def _answer(publication: Publication, asked: Asked) -> Reply:
    unmatched: HTTPException | None = None
    try:
        if not (asked.path.endswith(ENDING) and _at_page(publication, asked)):
            asked.route, asked.values = publication.router.match(asked.path, asked.method)
        if asked.route is not None:
            asked.endpoint = asked.route.endpoint
    except HTTPException as error:
        unmatched = error
    if asked.opened is None and asked.endpoint not in _OF_NO_RELEASE:
        asked.opened = publication.releases.current()
    refused = unanswerable(asked)
    if refused is not None:
        return refused
    if asked.opened is not None and "Accept-Datetime" in asked.headers:
        earlier = memento.negotiate(asked) or queries.negotiate(asked)
        if earlier is not None:
            return earlier
    if unmatched is not None or asked.route is None:
        raise unmatched or InternalServerError
    if asked.method == "OPTIONS":
        return Reply(headers=[("Allow", ", ".join(publication.router.methods(asked.bare)))])
    return asked.route.view(asked, **asked.values)


def _at_page(publication: Publication, asked: Asked) -> bool:
    """Whether the path ends in a language: then it is asked for that page. A thing whose name ends so is itself."""
    if asked.opened is None:
        asked.opened = publication.releases.current()
    found = publication.router.page(asked.path, asked.opened.languages)
    if found is None:
        return False
    suffix, route, values = found
    if route.endpoint == "resources.document":
        name = values["path"] + asked.path[len(suffix.bare) : -len(ENDING)]
        if asked.opened.lookup.knows(f"{asked.opened.release.base}id/{name}"):
            return False
    if asked.method not in ("GET", "HEAD"):
        route, values = publication.router.match(suffix.bare, asked.method)
    asked.at_page(suffix)
    asked.route, asked.values = route, values
    return True


def _failure(asked: Asked, error: Exception) -> Reply:
    """What a client is told of a failure."""
    if isinstance(error, NotFound) and asked.route is None:
        return unknown_address(asked, asked.path)
    if isinstance(error, HTTPException):
        return problem_of(asked, error)
    if isinstance(error, DelmaalError):
        return failed(asked, error)
    if isinstance(error, OSError):
        return unreadable(asked, error)
    log.error("%s %s failed", asked.method[:20], asked.path[:200], exc_info=error)
    return problem_of(asked, InternalServerError())


def _finished(asked: Asked, found: Reply) -> Reply:
    """The answer with the headers that all answers have."""
    if asked.route is not None and asked.route.of.after:
        asked.route.of.after(found)
    if asked.suffix is not None and found.status_code < 400:
        found.vary_not_by(_CHOSEN)
    elif asked.endpoint in ONE_FORM:
        found.vary_by("Accept")
    headers = found.headers
    if (not headers.pairs or headers.pairs[0] is not EVERYWHERE[0]) and "X-Content-Type-Options" not in headers:
        headers.extend(EVERYWHERE)
    kind = headers.get("Content-Type")
    page = kind.startswith("text/html")
    accept = asked.headers.get("Accept")
    if kind and not page and accept and len(accept) <= REMEMBERED:
        name = called(accept, kind)
        if name != kind and "Accept," in f"{headers.get('Vary')}," and not named_in(asked.args):
            headers["Content-Type"] = name
    if page and found.status_code != 304 and "Content-Security-Policy" not in headers:
        headers.extend(PAGE_HEADERS)
    if asked.endpoint == "pages.home" and found.status_code in (200, 304):
        for line in interfaces.home_links(asked):
            headers.add("Link", line)
    if asked.method == "OPTIONS":
        headers.extend(preflight(asked.headers.get("Access-Control-Request-Headers"), headers.get("Allow", "")))
    return found
