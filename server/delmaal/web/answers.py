"""What every answer from a release carries: ETag, Last-Modified, Vary, Cache-Control, and 304 where nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask import Response, current_app, g, request

from delmaal.web.releases import Opened

CACHE = "public, max-age=300"


def opened() -> Opened:
    """The release that this request is served from."""
    found: Opened = g.opened
    return found


def answer(body: Callable[[], bytes | str], content_type: str, *variant: str, vary: str = "Accept, Accept-Language",
           location: str | None = None) -> Response:
    """An answer that stays the same for as long as the release does.

    `variant` tells it from other representations at the same address. The ETag is known before the body is made, so a
    304 never touches the store.
    """
    release = opened()
    seed = "\n".join((release.release.id, current_app.config["BUILD"], request.full_path, content_type, *variant))
    etag = hashlib.sha256(seed.encode()).hexdigest()[:32]
    if request.if_none_match.contains(etag):
        response = Response(status=304)
        response.headers.pop("Content-Type", None)
    else:
        response = Response(body(), 200, content_type=content_type)
    response.set_etag(etag)
    response.headers["Vary"] = vary
    response.headers["Cache-Control"] = CACHE
    if location:
        response.headers["Content-Location"] = location
    if release.since is not None:
        response.last_modified = release.since
    return response
