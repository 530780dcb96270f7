"""The addresses of pages: in the language of the builder, where it has one."""

from __future__ import annotations

from urllib.parse import quote

from delmaal.http.urls.base import Base, described, document, target_of
from delmaal.http.urls.paths import SEARCH, SPARQL


class Pages(Base):
    """The addresses of pages."""

    __slots__ = ()

    def home(self, fragment: str = "") -> str:
        """The home page."""
        return self._page(f"{self._own}/", fragment)

    def matrix(self) -> str:
        """Themes by goals and targets."""
        return self._page(f"{self._own}/matrix")

    def prose(self, page: str) -> str:
        """A page that the publisher writes: about, accessibility, privacy."""
        return self._page(f"{self._own}/{page}")

    def search(self, query: str = "") -> str:
        """The search page, or a search, given by its query."""
        return self._asked(f"{self.mount}{SEARCH}", query)

    def sparql(self, query: str = "") -> str:
        """The SPARQL endpoint, which is the page with the editor too; or a query to it, as it stands behind `?`."""
        return self._asked(f"{self.mount}{SPARQL}", query)

    def examples(self) -> str:
        """The example queries."""
        return self._page(f"{self.mount}{SPARQL}/examples")

    def example(self, name: str) -> str:
        """An example query."""
        return self._page(f"{self.mount}{SPARQL}/examples/{name}")

    def ontology(self, fragment: str = "") -> str:
        """The ontology, or a term of it."""
        return self._page(f"{self._shared}/ns", fragment)

    def shapes(self, fragment: str = "") -> str:
        """All shapes."""
        return self._page(f"{self._shared}/shapes", fragment)

    def shape(self, code: str) -> str:
        """A shape, which is the help page of its mistake."""
        return self._page(f"{self._shared}/shapes/{quote(code)}")

    def problems(self, fragment: str = "") -> str:
        """The errors that are no shapes."""
        return self._page(f"{self._shared}/problems", fragment)

    def releases(self) -> str:
        """The releases that there are and were."""
        return self._page(f"{self.mount}/release")

    def of_release(self, name: str) -> str:
        """The page about a release, as it is now; `within(name).home()` is the home page as it was."""
        return self._page(f"{self.mount}/release/{name}")

    def diff(self, one: str, other: str) -> str:
        """What changed between two releases; in no language it is negotiated."""
        page = ".html" if self.language and not self.suffixed else ""
        return self._page(f"{self.mount}/release/{one}/diff/{other}{page}")

    def thing(self, iri: str) -> str:
        """The page of an IRI; nothing for one that is no web address or name."""
        local = described(self.base, iri, self.suffixed)
        return self._page(self._own + local) if local else ""

    def file(self, iri: str) -> str:
        """The description of an IRI at an address without a query."""
        return self._own + document(self.base, iri, True)

    def descriptions(self, query: str = "") -> str:
        """Where an IRI is asked about."""
        return f"{self._own}/doc{'?' if query else ''}{query}"

    def described(self, path: str, query: str = "") -> str:
        """The description of a thing of the publication by its path, as it was asked for."""
        return self._own + target_of(f"/doc/{path}", query)
