"""The web application.

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
    /static/<file>           style sheets;  /static/dist/<file>  what was bundled

Everything arrives as an argument; nothing happens on import.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import sys
import tempfile
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from delmaal.errors import DelmaalError
from delmaal.keeper.parent import end_with_parent
from delmaal.release import Shelf
from delmaal.settings import Settings, load
from delmaal.web import assets, dumps, pages, reconcile, vocabulary, watch
from delmaal.web.answers import EVERYWHERE, PAGE_HEADERS
from delmaal.web.descriptions import resources
from delmaal.web.descriptions.generic import GenericPages
from delmaal.web.discovery import citation, interfaces, sitemap
from delmaal.web.failures import failed, problem_of
from delmaal.web.front.front import Front
from delmaal.web.history import diffs, feed, memento
from delmaal.web.history import view as history
from delmaal.web.history.past import PastReleases
from delmaal.web.openapi import document as openapi
from delmaal.web.releases import Releases
from delmaal.web.search import view as search
from delmaal.web.sparql import completion, examples
from delmaal.web.sparql import view as sparql

BUILD = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*")) if path.is_file()
             and path.suffix in {".py", ".html", ".css", ".rq", ".json"})
).hexdigest()[:12]
"""Identifies the software in an ETag: another template gives another page of the same release."""

ALLOWED_HEADERS = "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match"

def create_app(settings: Settings, releases: Releases) -> Flask:
    """The application over the releases of one publication."""
    app = Flask("delmaal.web", root_path=str(Path(__file__).parent))
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.config.update(SETTINGS=settings, RELEASES=releases, PAST=PastReleases(releases.shelf), BUILD=BUILD,
                      KEEPER=os.environ.get("DELMAAL_KEEPER", ""), MAX_CONTENT_LENGTH=settings.query_limit * 3 + 4096)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for station in (pages, resources, vocabulary, sparql, examples, completion, assets, citation, interfaces,
                    sitemap, dumps, watch, openapi, history, diffs, memento, feed, search, reconcile):
        app.register_blueprint(station.routes)
    app.jinja_env.globals.update(pages.TEMPLATE_GLOBALS)
    app.config["GENERIC"] = GenericPages(app)

    @app.before_request
    def serve_one_release() -> Response | None:
        if request.endpoint in ("static", "watch.health", "watch.ready", "watch.metrics"):
            return None
        g.opened = releases.current()
        return memento.negotiate()

    @app.after_request
    def finish(response: Response) -> Response:
        if "X-Content-Type-Options" not in response.headers:
            response.headers.extend(EVERYWHERE)
        page = response.headers.get("Content-Type", "").startswith("text/html")
        if page and response.status_code != 304 and "Content-Security-Policy" not in response.headers:
            response.headers.extend(PAGE_HEADERS)
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "GET, HEAD, OPTIONS")
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = "86400"
        return response

    app.register_error_handler(HTTPException, problem_of)
    app.register_error_handler(DelmaalError, failed)
    return app


def create_from_environment() -> Flask:
    """The application for a WSGI server that knows nothing but this name; settings come from the environment.

    DELMAAL_SHELF names the folder of the publication's releases.
    """
    settings = load({})
    shelf = Shelf(Path(os.environ.get("DELMAAL_SHELF", settings.out / "trondheim")))
    return create_app(settings, Releases(shelf))


def front_from_environment() -> Front:
    """The application with the front before it, for granian; DELMAAL_RUN_DIR names the server's run directory."""
    settings = load({})
    server = os.environ.get("DELMAAL_SERVER")
    if server:
        end_with_parent(int(server))
    if settings.access_log:
        logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
        logging.getLogger("delmaal.access").setLevel(logging.INFO)
    run_dir = Path(os.environ.get("DELMAAL_RUN_DIR") or tempfile.mkdtemp(prefix="delmaal-"))
    front = Front(create_from_environment(), settings, run_dir)
    gc.collect()
    gc.freeze()  # the application stays: to look through it again and again is for nothing
    gc.set_threshold(20_000, 20, 50)
    return front


__all__ = ["create_app", "create_from_environment", "front_from_environment"]
