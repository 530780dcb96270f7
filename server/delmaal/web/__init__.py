"""The web application.

    /                        the home page
    /id/<class>/<slug>       303 to /doc/…
    /doc/<class>/<slug>[.x]  a description, negotiated or by suffix;  /doc?iri=… for any IRI
    /ns                      the ontology
    /sparql                  the SPARQL endpoint
    /catalog[.x]             the DCAT catalogue
    /service-description     the SPARQL service description;  /.well-known/void  the VoID description
    /data/<dump>             the dumps
    /health  /ready          for whoever watches the server
    /static/<file>           style sheets

Everything arrives as an argument; nothing happens on import.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from delmaal import __version__
from delmaal.engine import ENGINES
from delmaal.errors import QueryError, ReleaseError
from delmaal.release import Shelf
from delmaal.settings import Settings, load
from delmaal.web import dumps, pages, resources, sparql
from delmaal.web.failures import problem, problem_of
from delmaal.web.releases import Releases

BUILD = hashlib.sha256(
    b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.rglob("*")) if path.is_file()
             and path.suffix in {".py", ".html", ".css"})
).hexdigest()[:12]
"""Identifies the software in an ETag: another template gives another page of the same release."""

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"


def create_app(settings: Settings, releases: Releases) -> Flask:
    """The application over the releases of one publication."""
    app = Flask("delmaal.web", root_path=str(Path(__file__).parent))
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # Flask's default provider has it
    app.config.update(SETTINGS=settings, RELEASES=releases, BUILD=BUILD, MAX_CONTENT_LENGTH=settings.query_limit * 2)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    for station in (pages, resources, sparql, dumps):
        app.register_blueprint(station.routes)
    app.jinja_env.globals.update(pages.TEMPLATE_GLOBALS)

    @app.before_request
    def serve_one_release() -> None:
        if request.endpoint not in ("static", "dumps.health", "dumps.ready"):
            g.opened = releases.current()

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Content-Location, ETag, Link, Location"
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = _POLICY
            response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response

    app.register_error_handler(HTTPException, problem_of)
    app.register_error_handler(QueryError, lambda error: problem(400, error.code, error.sentence))
    app.register_error_handler(ReleaseError, lambda error: problem(503, error.code, error.sentence, retry_after=5))
    return app


def create_from_environment() -> Flask:
    """The application for a WSGI server that knows nothing but this name; settings come from the environment.

    DELMAAL_SHELF names the folder of the publication's releases.
    """
    settings = load({})
    shelf = Shelf(Path(os.environ.get("DELMAAL_SHELF", settings.out / "trondheim")))
    return create_app(settings, Releases(shelf, ENGINES["embedded"]))


__all__ = ["__version__", "create_app", "create_from_environment"]
