"""A request as data: what a client wrote, and the publication and release that it is answered from.

Nothing here raises for what a client wrote, and nothing is read before somebody asks for it: a condition or a range
that cannot be read counts as not sent. The server's adapters make one of each request (see `delmaal.serving`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from werkzeug.http import http_date

from delmaal.http.asked.headers import date, media_type, one_range
from delmaal.http.fields import Fields, Parameters
from delmaal.http.negotiate import language
from delmaal.http.urls import Suffix, Urls, urls_of
from delmaal.languages import CATALOGUES

if TYPE_CHECKING:
    from delmaal.http.past import Past
    from delmaal.http.publication import Publication
    from delmaal.http.routes import Route
    from delmaal.reading.releases import Opened

_NO_PARAMETERS = Parameters("")


class Asked:
    """A request.

    `path` is decoded and begins with one slash; `query` is the text after the question mark, still encoded; `body` is
    whole; `client` is the address of who connected. `opened` is the release that it is answered from and `past` says
    which one was asked for by name; `route` is what answers it, `endpoint` that one's name and `values` its parts of
    the path. `gone` tells
    whether the client has left. Where the answer is wanted `at_once`, what would take long raises Later, and a query
    raises Asking (see `later`).

    `suffix` is the language and the number that the path ends in, where it names a page so.

    `root` is the path of the site and `mount` that of the publication, both as a client sees them and without a slash
    at the end; `path` is what stands behind the mount.
    """

    root = ""
    mount = ""
    opened: Opened = None  # type: ignore[assignment]  # until the answer is looked for, and where nothing is open
    at_once = False
    endpoint = ""
    route: Route | None = None
    past: Past | None = None
    suffix: Suffix | None = None

    def __init__(self, publication: Publication, method: str, path: str, query: str = "",
                 headers: Fields | None = None, body: bytes = b"", client: str = "", scheme: str = "http",
                 gone: Callable[[], bool] | None = None) -> None:
        self.publication = publication
        self.method = method
        self.path = path if path[:1] == "/" and path[1:2] != "/" else f"/{path.lstrip('/')}"
        self.query = query
        self.headers = headers or Fields({})
        self.body = body
        self.client = client
        self.scheme = scheme
        self.gone = gone
        self.values: dict[str, Any] = {}
        self._args: Parameters | None = None
        self._urls_of: tuple[Opened | None, Past | None, Urls] | None = None

    def at(self, path: str) -> Asked:
        """The same request of another path."""
        found = Asked(self.publication, self.method, path, self.query, self.headers, self.body, self.client,
                      self.scheme, self.gone)
        found.root, found.mount = self.root, self.mount
        return found

    @property
    def urls(self) -> Urls:
        """The addresses that the answer names: within the release that was asked for by name, in no language yet."""
        of, opened, past = self._urls_of, self.opened, self.past
        if of is None or of[0] is not opened or of[1] is not past:
            found = urls_of(self.root, self.mount, past.switch.name if past else "",
                            opened.release.base if opened else "", self.suffix is not None)
            of = self._urls_of = opened, past, found
        return of[2]

    @property
    def whole(self) -> Urls:
        """The addresses that a program keeps: under the public address where one is set, and of the current release."""
        urls, public = self.urls, self.opened.public
        if urls.release:
            urls = urls.within("")
        return urls.under(public) if public else urls

    @property
    def now(self) -> str:
        """Where what is asked of an old release is told as it is now."""
        return self.urls.now(self.path, self.query)

    @property
    def bare(self) -> str:
        """The path without the language and the number that it ends in."""
        return self.suffix.bare if self.suffix else self.path

    def at_page(self, suffix: Suffix) -> None:
        """Take what the path says at its end for what the query would say; it is asked for a page then."""
        self.suffix = suffix
        args = Parameters(self.query)
        args["lang"] = suffix.language
        if suffix.number:
            args["page"] = suffix.number
        self._args = args
        self.headers = Fields({**self.headers.by_name, "accept": "text/html"})

    def sent_from(self, here: str, suffix: str) -> str:
        """The address of the form that is sent (Content-Location), by that of the document in no language."""
        return (self.urls.speaking(self.language) if self.suffix else self.urls).form(here, suffix)

    @property
    def canonical(self) -> Urls:
        """The addresses that pages are told to have, whichever they were read at."""
        urls = self.urls.within("").under(self.opened.site[:-1])
        return urls.speaking(self.language) if self.suffix else urls

    @property
    def args(self) -> Parameters:
        """The parameters of the address; bytes that are no UTF-8 stay percent-encoded."""
        if self._args is None:
            self._args = Parameters(self.query) if self.query else _NO_PARAMETERS
        return self._args

    @cached_property
    def language(self) -> str:
        """The language of a page that answers it: of those of the publication, or of the product where none is open."""
        languages = CATALOGUES if self.opened is None else self.opened.languages
        return language(self.headers.get("Accept-Language", ""), self.args.get("lang"), languages)

    @cached_property
    def form(self) -> Parameters:
        """The fields of a form in the body."""
        return Parameters(self.body.decode("utf-8", "werkzeug.url_quote"))

    @property
    def full_path(self) -> str:
        """The path with the query, and the question mark also without one."""
        return f"{self.path}?{self.query}"

    @property
    def mimetype(self) -> str:
        """The media type of the body, without parameters."""
        return media_type(self.headers.get("Content-Type"))

    @property
    def if_modified_since(self) -> datetime | None:
        """The date that the client has the answer of."""
        given = self.headers.get("If-Modified-Since")
        return date(given) if given else None

    @property
    def environ(self) -> dict[str, str]:
        """Method, conditions and range as WSGI names them, in a form that every reader takes.

        Range counts for GET alone (RFC 9110, 14.2), and only where If-Range is a strong ETag or a date (13.1.5).
        """
        given = {"REQUEST_METHOD": self.method}
        since = self.if_modified_since
        if since is not None:
            given["HTTP_IF_MODIFIED_SINCE"] = http_date(since)
        match, told = self.headers.get("If-None-Match"), self.headers.get("If-Range").strip()
        if match:
            given["HTTP_IF_NONE_MATCH"] = match
        strong = told.startswith('"') and told.endswith('"') and len(told) > 1
        dated = None if strong or not told else date(told)
        if self.method == "GET" and (not told or strong or dated is not None):
            wanted = one_range(self.headers.get("Range"))
            if wanted:
                given["HTTP_RANGE"] = wanted
                if told:
                    given["HTTP_IF_RANGE"] = told if dated is None else http_date(dated)
        return given

    def render(self, template: str, **given: Any) -> str:
        """A page, or a part of one, from a template."""
        return self.publication.render(template, {"request": self, "urls": self.urls.speaking(given.get("lang", "")),
                                                  **given})
