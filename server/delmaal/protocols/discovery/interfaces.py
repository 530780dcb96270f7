"""How a program finds its way from the home page: typed links, and the catalogue of interfaces of RFC 9727.

    /                               the Link header names what LINKS holds
    /.well-known/api-catalog        the interfaces and what describes them, as a link set (RFC 9264)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from delmaal.http.asked import Asked
from delmaal.http.origin import naming
from delmaal.http.reply import Reply
from delmaal.http.routes import Routes
from delmaal.http.urls import Urls
from delmaal.reading.offers import WHOLE, datasets_of

LINKSET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
"""The media type with the profile by which an API catalogue is known (RFC 9727, 5.1)."""

routes = Routes("discovery")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the home page's: where to, its relation, the media type, a title."""

    to: Callable[[Urls], str]
    relation: str
    media_type: str = ""
    title: str = ""


LINKS: tuple[Link, ...] = (
    Link(Urls.api_catalogue, "api-catalog", "application/linkset+json"),
    Link(Urls.openapi, "service-desc", "application/json", "OpenAPI"),
    Link(Urls.service_description, "service-desc", "text/turtle", "SPARQL 1.1 Service Description"),
    Link(Urls.sparql, "service-doc", "text/html"),
    Link(Urls.catalog, "describedby", "text/turtle", "DCAT-AP-NO"),
    Link(Urls.void, "describedby", "text/turtle", "VoID"),
    Link(lambda urls: urls.catalog("jsonld"), "alternate", "application/ld+json", "DCAT-AP-NO"),
    Link(Urls.feed, "alternate", "text/turtle", "Linked Data Event Stream"),
    Link(lambda urls: urls.cite("bib"), "alternate", "application/x-bibtex", "BibTeX"),
    Link(lambda urls: urls.cite("json"), "alternate", "application/vnd.citationstyles.csl+json", "CSL-JSON"),
    Link(Urls.sitemap, "sitemap", "application/xml"),
)
"""What the home page links to; licence and the address to cite are the publication's and come beside it."""

Description = Mapping[str, Sequence[Link]]

INTERFACES: Sequence[tuple[Callable[[Urls], str], Description]] = (
    (Urls.sparql, {
        "service-desc": (Link(lambda urls: urls.service_description("ttl"), "", "text/turtle",
                              "SPARQL 1.1 Service Description"),
                         Link(Urls.openapi, "", "application/json", "OpenAPI")),
        "service-doc": (Link(Urls.sparql, "", "text/html", "SPARQL"),),
        "service-meta": (Link(Urls.void, "", "text/turtle", "VoID"),),
        "status": (Link(Urls.ready, "", "text/plain"),),
    }),
    (Urls.descriptions, {
        "service-desc": (Link(Urls.openapi, "", "application/json", "OpenAPI"),),
        "service-doc": (Link(Urls.ontology, "", "text/html"),),
        "service-meta": (Link(Urls.void, "", "text/turtle", "VoID"),),
        "status": (Link(Urls.ready, "", "text/plain"),),
    }),
    (Urls.feed, {
        "service-desc": (Link(Urls.openapi, "", "application/json", "OpenAPI"),),
        "service-meta": (Link(Urls.feed, "", "text/turtle", "Linked Data Event Stream"),),
    }),
    (Urls.catalog, {
        "service-desc": (Link(Urls.openapi, "", "application/json", "OpenAPI"),),
        "service-meta": (Link(lambda urls: urls.catalog("ttl"), "", "text/turtle", "DCAT-AP-NO"),
                         Link(lambda urls: urls.catalog("jsonld"), "", "application/ld+json", "DCAT-AP-NO")),
    }),
    (Urls.reconcile, {
        "service-desc": (Link(Urls.openapi, "", "application/json", "OpenAPI"),),
        "service-meta": (Link(Urls.reconcile, "", "application/json", "Reconciliation Service API 0.2"),),
        "status": (Link(Urls.ready, "", "text/plain"),),
    }),
    (Urls.search_json, {
        "service-desc": (Link(Urls.openapi, "", "application/json", "OpenAPI"),),
        "service-doc": (Link(Urls.search, "", "text/html"),),
        "service-meta": (Link(Urls.opensearch, "", "application/opensearchdescription+xml", "OpenSearch"),),
        "status": (Link(Urls.ready, "", "text/plain"),),
    }),
)
"""The interfaces of the server, each with what describes it."""


def home_links(request: Asked) -> list[str]:
    """The home page's links, as lines of a Link header (RFC 8288)."""
    release, urls = request.opened, request.urls
    whole = datasets_of(release).get(WHOLE)
    lines = [_line(link, urls) for link in LINKS]
    if whole is not None:
        lines.append(f'<{whole.licence}>; rel="license"')
    lines.append(f'<{release.release.base}release/{release.release.id}>; rel="cite-as"')
    return lines


def _line(link: Link, urls: Urls) -> str:
    kind = f'; type="{link.media_type}"' if link.media_type else ""
    title = f'; title="{link.title}"' if link.title else ""
    return f'<{link.to(urls)}>; rel="{link.relation}"{kind}{title}'


@routes.get("/.well-known/api-catalog")
def api_catalogue(request: Asked) -> Reply:
    """The catalogue of interfaces, which names this server whole."""
    return naming(request, _linkset, LINKSET, vary="", headers=[
        ("Link", f'<{request.urls.api_catalogue()}>; rel="api-catalog"; type="application/linkset+json"')])


def _linkset(here: Urls) -> bytes:
    whole = {"anchor": here.api_catalogue(), "item": [{"href": interface(here)} for interface, _ in INTERFACES]}
    rows = [
        {"anchor": interface(here),
         **{relation: [_target(here, link) for link in links] for relation, links in described.items()}}
        for interface, described in INTERFACES
    ]
    return (json.dumps({"linkset": [whole, *rows]}, indent=1) + "\n").encode()


def _target(here: Urls, link: Link) -> dict[str, str]:
    found = {"href": link.to(here), "type": link.media_type}
    return {**found, "title": link.title} if link.title else found
