"""How a program finds its way from the home page: typed links, and the catalogue of interfaces of RFC 9727.

    /                               the Link header names what LINKS holds
    /.well-known/api-catalog        the interfaces and what describes them, as a link set (RFC 9264)
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from delmaal.http.asked import Asked
from delmaal.http.origin import naming
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.reading.offers import WHOLE, datasets_of
from delmaal.reading.releases import Opened

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
"""The media type with the profile by which an API catalogue is known (RFC 9727, 5.1)."""

routes = Routes("discovery")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the home page's: where to, its relation, the media type, a title."""

    path: str
    relation: str
    media_type: str = ""
    title: str = ""


LINKS: tuple[Link, ...] = (
    Link("/.well-known/api-catalog", "api-catalog", "application/linkset+json"),
    Link("/openapi.json", "service-desc", "application/json", "OpenAPI"),
    Link("/service-description", "service-desc", "text/turtle", "SPARQL 1.1 Service Description"),
    Link("/sparql", "service-doc", "text/html"),
    Link("/catalog", "describedby", "text/turtle", "DCAT-AP-NO"),
    Link("/.well-known/void", "describedby", "text/turtle", "VoID"),
    Link("/catalog.jsonld", "alternate", "application/ld+json", "DCAT-AP-NO"),
    Link("/feed", "alternate", "text/turtle", "Linked Data Event Stream"),
    Link("/cite.bib", "alternate", "application/x-bibtex", "BibTeX"),
    Link("/cite.json", "alternate", "application/vnd.citationstyles.csl+json", "CSL-JSON"),
    Link("/sitemap.xml", "sitemap", "application/xml"),
)
"""What the home page links to; licence and the address to cite are the publication's and come beside it."""

Description = Mapping[str, Sequence[Link]]

INTERFACES: Mapping[str, Description] = {
    "/sparql": {
        "service-desc": (Link("/service-description.ttl", "", "text/turtle", "SPARQL 1.1 Service Description"),
                         Link("/openapi.json", "", "application/json", "OpenAPI")),
        "service-doc": (Link("/sparql", "", "text/html", "SPARQL"),),
        "service-meta": (Link("/.well-known/void", "", "text/turtle", "VoID"),),
        "status": (Link("/ready", "", "text/plain"),),
    },
    "/doc": {
        "service-desc": (Link("/openapi.json", "", "application/json", "OpenAPI"),),
        "service-doc": (Link("/ns", "", "text/html"),),
        "service-meta": (Link("/.well-known/void", "", "text/turtle", "VoID"),),
        "status": (Link("/ready", "", "text/plain"),),
    },
    "/feed": {
        "service-desc": (Link("/openapi.json", "", "application/json", "OpenAPI"),),
        "service-meta": (Link("/feed", "", "text/turtle", "Linked Data Event Stream"),),
    },
    "/catalog": {
        "service-desc": (Link("/openapi.json", "", "application/json", "OpenAPI"),),
        "service-meta": (Link("/catalog.ttl", "", "text/turtle", "DCAT-AP-NO"),
                         Link("/catalog.jsonld", "", "application/ld+json", "DCAT-AP-NO")),
    },
    "/reconcile": {
        "service-desc": (Link("/openapi.json", "", "application/json", "OpenAPI"),),
        "service-meta": (Link("/reconcile", "", "application/json", "Reconciliation Service API 0.2"),),
        "status": (Link("/ready", "", "text/plain"),),
    },
    "/search.json": {
        "service-desc": (Link("/openapi.json", "", "application/json", "OpenAPI"),),
        "service-doc": (Link("/search", "", "text/html"),),
        "service-meta": (Link("/opensearch.xml", "", "application/opensearchdescription+xml", "OpenSearch"),),
        "status": (Link("/ready", "", "text/plain"),),
    },
}
"""The interfaces of the server, each with what describes it."""


def home_links(release: Opened) -> list[str]:
    """The home page's links, as lines of a Link header (RFC 8288)."""
    whole = datasets_of(release).get(WHOLE)
    lines = [_line(link) for link in LINKS]
    if whole is not None:
        lines.append(f'<{whole.licence}>; rel="license"')
    lines.append(f'<{release.release.base}release/{release.release.id}>; rel="cite-as"')
    return lines


def _line(link: Link) -> str:
    kind = f'; type="{link.media_type}"' if link.media_type else ""
    title = f'; title="{link.title}"' if link.title else ""
    return f'<{link.path}>; rel="{link.relation}"{kind}{title}'


@routes.get("/.well-known/api-catalog")
def api_catalogue(request: Asked) -> Reply:
    """The catalogue of interfaces, which names this server whole."""
    return naming(request, _linkset, LINKSET, vary="", headers=[
        ("Link", '</.well-known/api-catalog>; rel="api-catalog"; type="application/linkset+json"')])


def _linkset(here: str) -> bytes:
    whole = {
        "anchor": f"{here}/.well-known/api-catalog",
        "item": [{"href": f"{here}{path}"} for path in INTERFACES],
    }
    rows = [
        {"anchor": f"{here}{path}",
         **{relation: [_target(here, link) for link in links] for relation, links in described.items()}}
        for path, described in INTERFACES.items()
    ]
    return (json.dumps({"linkset": [whole, *rows]}, indent=1) + "\n").encode()


def _target(here: str, link: Link) -> dict[str, str]:
    found = {"href": f"{here}{link.path}", "type": link.media_type}
    return {**found, "title": link.title} if link.title else found
