"""What is said of a resource that the current release does not know: that it has left, and with which release."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import Response, redirect
from werkzeug.http import http_date

from delmaal.web.answers import memento_links, opened
from delmaal.web.descriptions.description import ROWS
from delmaal.web.failures import problem
from delmaal.web.history.past import asked_for, past_releases
from delmaal.web.negotiate import by_suffix

_RELEASE = re.compile(r"id/release/([0-9a-f]{64})\Z")


def departed(iri: str) -> Response | None:
    """410 for a resource that an earlier release had, with the last one; a release's own IRI leads to its page.

    None for a resource that no release is known to have had, and within an old release, which says what it says.
    """
    if asked_for() is not None:
        return None
    releases, base = past_releases(), opened().release.base
    own = _RELEASE.match(iri.removeprefix(base)) if iri.startswith(base) else None
    if own and any(row.release == own[1] for row in releases.history.switches()):
        return redirect(f"/release/{own[1]}", 303, Response)  # type: ignore[return-value]  # of the class given
    last = releases.history.last_with(iri)
    if last is None and iri.startswith(base):
        iri = by_suffix(iri, ROWS)[0]
        last = releases.history.last_with(iri)
    if last is None:
        return None
    local = iri.removeprefix(base + "id/")
    address = f"/doc/{quote(local, safe='/.~-_')}" if local != iri else f"/doc?iri={quote(iri, safe='')}"
    when = last.time.strftime("%Y-%m-%dT%H:%M:%SZ")
    sentence = f"{iri[:500]} is not described any more; the last release that had it is {last.release[:12]}, of {when}"
    if not releases.is_kept(last):
        return problem(410, "resource-gone", f"{sentence}, which is no longer kept",
                       lastRelease=last.release, lastReleaseTime=when)
    memento = f"/release/{last.name}{address}"
    response = problem(410, "resource-gone", sentence, lastRelease=last.release, lastReleaseTime=when,
                       lastDescription=memento)
    response.headers["Link"] = (f'{memento_links(address)}, '
                                f'<{memento}>; rel="last memento"; datetime="{http_date(last.time)}"')
    return response
