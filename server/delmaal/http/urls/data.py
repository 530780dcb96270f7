"""The addresses of data, of what describes them, of services and of files."""

from __future__ import annotations

from delmaal.http.urls.base import Base, dotted
from delmaal.http.urls.paths import READY, RECONCILE, SEARCH, SPARQL


class Data(Base):
    """The addresses of what programs read, and of what pages are made with."""

    __slots__ = ()

    def data(self, name: str) -> str:
        """A dump."""
        return f"{self._own}/data/{name}"

    def catalog(self, suffix: str = "") -> str:
        """The DCAT catalogue, negotiated or in a format."""
        return f"{self._own}/catalog{dotted(suffix)}"

    def service_description(self, suffix: str = "") -> str:
        """The description of the SPARQL endpoint."""
        return f"{self._own}/service-description{dotted(suffix)}"

    def provenance(self, suffix: str) -> str:
        """Where the release comes from."""
        return f"{self._own}/provenance.{suffix}"

    def report(self, suffix: str) -> str:
        """What the shapes found."""
        return f"{self._own}/report.{suffix}"

    def cite(self, suffix: str = "", name: str = "") -> str:
        """How to cite the publication, or a dataset of it, in the release; for people it is in their language."""
        return self._in_language(f"{self._own}/cite{'/' if name else ''}{name}{dotted(suffix)}")

    def observations(self, suffix: str, query: str = "") -> str:
        """The observations that a query selects."""
        return f"{self._own}/observations.{suffix}{'?' if query else ''}{query}"

    def sparql_of(self, release: str) -> str:
        """The SPARQL endpoint over a release."""
        return self._page(f"{self.mount}/release/{release}{SPARQL}")

    def manifest(self, release: str) -> str:
        """The manifest of a release."""
        return f"{self.mount}/release/{release}/manifest.json"

    def signatures(self, release: str) -> str:
        """The signatures of a release."""
        return f"{self.mount}/release/{release}/signatures.json"

    def feed(self, fragment: str = "", page: int = 0) -> str:
        """The change feed, or a page of it."""
        return f"{self.mount}/feed/{fragment}/{page}" if page else f"{self.mount}/feed"

    def memento(self, release: str, target: str) -> str:
        """A resource as it was in a release; `target` is its address below the mount."""
        return f"{self.mount}/release/{release}{target}"

    def search_json(self, query: str = "") -> str:
        """A search for a program."""
        return f"{self.mount}{SEARCH}.json{'?' if query else ''}{query}"

    def opensearch(self) -> str:
        """How a browser searches here."""
        return f"{self.mount}/opensearch.xml"

    def completion(self) -> str:
        """What the editor of queries can complete."""
        return f"{self.mount}{SPARQL}/completion.json"

    def reconcile(self, language: str = "", part: str = "") -> str:
        """The reconciliation service, in a language, or a part of it."""
        return "/".join(filter(None, (f"{self.mount}{RECONCILE}", language, part)))

    def openapi(self) -> str:
        """What there is, for programs."""
        return f"{self.mount}/openapi.json"

    def api_catalogue(self) -> str:
        """The interfaces (RFC 9727)."""
        return f"{self.mount}/.well-known/api-catalog"

    def sitemap(self, number: int = 0) -> str:
        """The sitemap, or a page of it."""
        return f"{self.mount}/sitemap-{number}.xml" if number else f"{self.mount}/sitemap.xml"

    def ready(self) -> str:
        """Whether the release is served whole."""
        return f"{self.mount}{READY}"

    def metrics(self) -> str:
        """What the server has done."""
        return f"{self.mount}/metrics"

    def brand(self, name: str) -> str:
        """The publication's logo, or the style sheet with its colours."""
        return f"{self._own}/brand/{name}"

    def static(self, file: str) -> str:
        """A file of the software."""
        return f"{self.root}/static/{file}"
