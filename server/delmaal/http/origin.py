"""The address that this server is known by, for the few documents that must name it whole.

They name the public address (`DELMAAL_PUBLIC_URL`), and are kept as any other answer is. Where none is set they name
the address that the request was sent to, which its client has written: such an answer is for nobody else, so it is
never kept, neither here nor by a cache on the way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from delmaal.http.answers import EVERYWHERE, answer, unchanged_since
from delmaal.http.asked import Asked
from delmaal.http.reply import Reply
from delmaal.http.urls import Urls

_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?\Z")


def naming(request: Asked, make: Callable[[Urls], bytes], content_type: str, *variant: str, vary: str,
           headers: Iterable[tuple[str, str]] = ()) -> Reply:
    """An answer that names this server whole; `make` is told its addresses."""
    if request.opened.public:
        return answer(request, lambda: make(request.whole), content_type, *variant, vary=vary, headers=headers)
    lines = [*EVERYWHERE, ("Cache-Control", "no-store"), *headers]
    if request.opened.modified:
        lines.append(("Last-Modified", request.opened.modified))
    if "If-None-Match" not in request.headers and unchanged_since(request, request.opened):
        return Reply(status=304, headers=lines)
    return Reply(make(request.urls.under(_asked_at(request))), 200, lines, content_type=content_type)


def _asked_at(request: Asked) -> str:
    """`http://host:port/mount` as the client wrote it, or, behind a trusted proxy, as that one was asked; where the
    host is none, the publication's own address."""
    scheme, host = request.scheme, request.headers.get("Host")
    if request.publication.settings.trusted_hops:
        scheme = request.headers.get("X-Forwarded-Proto", scheme).rpartition(",")[2].strip()
        host = request.headers.get("X-Forwarded-Host", host).rpartition(",")[2].strip()
    if scheme in ("http", "https") and _HOST.match(host):
        return f"{scheme}://{host}{request.mount}"
    return request.opened.release.base.rstrip("/")
