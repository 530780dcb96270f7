"""The address that a client has reached this server at, for the few documents that must name it whole."""

from __future__ import annotations

import re

from flask import current_app, request

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")


def origin() -> str:
    """`http://host:port`, without a slash: as the client wrote it, or, behind a trusted proxy, as that one was asked.

    What says it is written by the client, so an answer that holds it must never be kept for another. A host that is
    none gives the publication's own address.
    """
    scheme, host = request.scheme, request.environ.get("HTTP_HOST", "")
    if current_app.config["SETTINGS"].trusted_hops:
        scheme = request.headers.get("X-Forwarded-Proto", scheme).rpartition(",")[2].strip()
        host = request.headers.get("X-Forwarded-Host", host).rpartition(",")[2].strip()
    if scheme in ("http", "https") and _HOST.match(host):
        return f"{scheme}://{host}"
    base: str = current_app.config["RELEASES"].current().release.base
    return base.rstrip("/")
