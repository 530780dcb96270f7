"""The application under a WSGI server: Flask hands each request to `reply` and sends what that answers.

    /                        the home page
    /id/<class>/<slug>       303 to /doc/…
    /doc/<class>/<slug>[.x]  a description, negotiated or by suffix;  /doc?iri=… for any IRI
    /ns                      the ontology;  /shapes[/<code>][.x]  the shapes;  /problems  what the errors mean
    /sparql                  the SPARQL endpoint, and the editor
    /sparql/examples[/<name>][.x]    the example queries;  /sparql/completion.json  what the editor can complete
    /catalog[.x]             the DCAT catalogue
    /service-description     the SPARQL service description;  /.well-known/void  the VoID description
    /data/<dump>             the dumps
    /release[/<id>[/…]]      the releases that there are and were;  /release/<id>/diff/<other>  what changed
    /timemap/link|json/…     the mementos of a resource;  /feed  the change feed
    /cite[/<name>][.x]       how to cite;  /.well-known/api-catalog  the interfaces;  /robots.txt  /sitemap.xml
    /search[.json]           full-text search;  /opensearch.xml  how a browser searches here
    /reconcile               the reconciliation service, for OpenRefine
    /openapi.json            what there is, for programs
    /health  /ready  /metrics    for whoever watches the server
    /static/<file>           style sheets, fonts, pictures;  /static/dist/<file>  what was bundled

Everything arrives as an argument; nothing happens on import.
"""

from __future__ import annotations

import gc
import logging
import sys
from contextlib import suppress
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from delmaal.errors import ReleaseError
from delmaal.http.asked import Asked
from delmaal.http.failures import problem_of
from delmaal.http.fields import Fields
from delmaal.http.fingerprint import fingerprint_of
from delmaal.http.past import PastReleases
from delmaal.http.publication import Publication
from delmaal.http.reply import Reply
from delmaal.keeper.parent import end_with_parent
from delmaal.mapping import outlive_cuts
from delmaal.reading.releases import Releases
from delmaal.release import Shelf, only_shelf
from delmaal.serving.dispatch import reply, router
from delmaal.serving.engines import engine_of
from delmaal.serving.front.front import Front
from delmaal.serving.processes.rundir import RunDir
from delmaal.settings import Settings, load, surroundings
from delmaal.site.pages import TEMPLATE_GLOBALS
from delmaal.site.rendering import rendering


def publication_of(settings: Settings, releases: Releases, keeper: str = "") -> Publication:
    """The publication of a shelf's releases, ready to be served; `keeper` is the path of the query keeper's socket."""
    releases.public = settings.public_url
    return Publication(settings, releases, PastReleases(releases.shelf, settings.public_url), fingerprint_of(settings),
                       router(), rendering(TEMPLATE_GLOBALS), engine_of(settings, keeper), keeper)


def create_app(settings: Settings, releases: Releases, keeper: str = "") -> Flask:
    """The application over the releases of one publication."""
    return flask_of(publication_of(settings, releases, keeper))


def flask_of(publication: Publication) -> Flask:
    """Flask as an adapter of `reply`; its own table of routes is for whoever lists them."""
    app = Flask("delmaal", static_folder=None)
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.config.update(PUBLICATION=publication, MAX_CONTENT_LENGTH=publication.settings.query_limit * 3 + 4096)
    for row in publication.router.rows:
        app.add_url_rule(row.rule, row.endpoint, methods=row.methods)

    @app.before_request
    def answer() -> Response:
        asked = asked_of(publication)
        try:
            asked.body = request.get_data(cache=False)
        except HTTPException as error:  # too long, or the client left
            return sent(problem_of(asked, error))
        return sent(reply(publication, asked))

    return app


def asked_of(publication: Publication) -> Asked:
    """The request that Flask has, as data."""
    query = request.query_string.decode("utf-8", "werkzeug.url_quote")
    return Asked(publication, request.method, request.path, query, Fields.of(request.headers.items()), b"",
                 request.environ.get("REMOTE_ADDR", ""), request.scheme)


def sent(found: Reply) -> Response:
    """An answer as Flask sends it."""
    made = Response(found.body if found.parts is None else found.parts, found.status_code, found.fields())
    made.direct_passthrough = found.parts is not None
    made.call_on_close(found.close)
    return made


def create_from_environment() -> Flask:
    """The application for a WSGI server that knows nothing but this name; settings come from the environment.

    `settings.SURROUNDINGS` are the variables that say where it is.
    """
    return flask_of(publication_from_environment())


def publication_from_environment() -> Publication:
    """The publication that the environment names, as for `create_from_environment`."""
    settings = load({})
    outlive_cuts()
    here = surroundings()
    shelf = Shelf(Path(here.shelf)) if here.shelf else only_shelf(settings.out)
    return publication_of(settings, Releases(shelf, engine_of(settings, here.keeper).trial), here.keeper)


_AHEAD_SECONDS = 5.0
"""For the release to be opened before a process takes requests; a bigger one is waited for by the requests."""


def front_from_environment() -> Front:
    """The front, for granian; settings and surroundings come from the environment."""
    settings, here = load({}), surroundings()
    if here.server:
        end_with_parent(here.server)
    if settings.access_log:
        logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
        logging.getLogger("delmaal.access").setLevel(logging.INFO)
    own = None if here.run_dir else RunDir()
    front = Front(publication_from_environment(), own.path if own else Path(here.run_dir))
    front.run_dir = own  # with its lock, by which the next start knows that it is in use
    with suppress(ReleaseError):  # a process that takes requests is ready, if it can be at all
        front.releases.current(_AHEAD_SECONDS)
    gc.collect()
    gc.freeze()  # what is there now stays: to look through it again and again is for nothing
    gc.set_threshold(20_000, 20, 50)
    return front


__all__ = ["create_app", "create_from_environment", "front_from_environment"]
