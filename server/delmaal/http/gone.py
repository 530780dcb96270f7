"""What is said of a resource that the current release does not know: that it has left, and with which release."""

from __future__ import annotations

import re

from werkzeug.http import http_date

from delmaal.http.answers import elsewhere, memento_links
from delmaal.http.asked import Asked
from delmaal.http.description import ROWS
from delmaal.http.failures import problem
from delmaal.http.negotiate import by_suffix
from delmaal.http.reply import Reply

_RELEASE = re.compile(r"id/release/([0-9a-f]{64})\Z")


def departed(request: Asked, iri: str) -> Reply | None:
    """410 for a resource that an earlier release had, with the last one; a release's own IRI leads to its page.

    None for a resource that no release is known to have had, and within an old release, which says what it says.
    """
    if request.past is not None:
        return None
    releases, base = request.publication.past, request.opened.release.base
    own = _RELEASE.match(iri.removeprefix(base)) if iri.startswith(base) else None
    if own and any(row.release == own[1] for row in releases.history.switches()):
        return elsewhere(request.urls.of_release(own[1]), 303)
    last = releases.history.last_with(iri)
    if last is None and iri.startswith(base):
        iri = by_suffix(iri, ROWS)[0]
        last = releases.history.last_with(iri)
    if last is None:
        return None
    when = last.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    sentence = f"{iri[:500]} is not described any more; the last release that had it is {last.release[:12]}, of {when}"
    if not releases.is_kept(last):
        return problem(request, 410, "resource-gone", f"{sentence}, which is no longer kept",
                       lastRelease=last.release, lastReleaseTime=when)
    urls, whole = request.urls, request.whole
    target = urls.local(urls.thing(iri) or urls.document(iri))
    response = problem(request, 410, "resource-gone", sentence, lastRelease=last.release, lastReleaseTime=when,
                       lastDescription=urls.memento(last.name, target))
    memento = f'<{whole.memento(last.name, target)}>; rel="last memento"; datetime="{http_date(last.time)}"'
    response.headers["Link"] = f"{memento_links(target, whole)}, {memento}"
    return response
