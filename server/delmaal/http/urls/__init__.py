"""Every address of this server, from one builder: no other room writes one, and a test looks for it.

    asked.urls          addresses as the pages of an answer name them, relative to the server
    asked.whole         the same as what a program keeps: under the public address, where one is set
    asked.canonical     where a page is told to be, whichever address it was read at

What a publication shares with others (ontology, shapes, problems, static files) is under the `root` of the site, all
else under the `mount` of the publication; both are empty where one publication stands at `/`. Within an old release
what that release has of its own, its ontology and shapes too, is under the release, all else where it always is.

A page in a language is had at two addresses, and what it links to is of the same kind as its own:

    /doc/theme/x?lang=nn             /doc/theme/x.nn.html          a language
    /doc/theme/x?lang=nn&page=2      /doc/theme/x.nn.2.html        further on
    /?lang=nn                        /index.nn.html                the home page
    /doc?iri=http%3A%2F%2Fa.org%2Fb  /iri/http/a.org/b             what others named, see `iris`

The second has no query, so that it can be a file, and `suffixed` says that it is meant.

`base` puts an address together, `pages` has those of pages, `data` those of data and of what programs ask; `iris`
writes others' IRIs as paths.
"""

from __future__ import annotations

from functools import lru_cache

from delmaal.http.urls.base import document_iri, made, stem_of, target_of, turned
from delmaal.http.urls.data import Data
from delmaal.http.urls.iris import iri_of
from delmaal.http.urls.pages import Pages
from delmaal.http.urls.paths import AT_ONCE, DESCRIPTIONS, READY, RECONCILE, SPARQL
from delmaal.http.urls.suffixes import ENDING, Suffix, suffix_of


class Urls(Pages, Data):
    """Addresses under a mount, within a release and in a language, where they are; see `urls_of`."""

    __slots__ = ()

    def for_scripts(self) -> dict[str, str]:
        """What the scripts of pages have to ask, and where what they show leads."""
        return {"sparql": self.sparql(), "completion": self.completion(), "reconcile": self.reconcile(),
                "thing": self.described(""), "iri": self.descriptions("iri="), "data": self.data("")}

    def same(self, path: str, query: str = "") -> str:
        """What was asked for at a path below the mount."""
        return self.mount + target_of(path, query)

    def now(self, path: str, query: str = "") -> str:
        """The same of the current release, for what was asked for within one."""
        return self.mount + target_of(path.removeprefix(self._own.removeprefix(self.mount)), query)

    def spoken(self, address: str, number: str, query: str) -> str:
        """The page at an address that names no language, further on, with what else is asked of it."""
        return self._page(address, number=number) + (f"?{query}" if query else "")


@lru_cache(maxsize=1 << 10)
def urls_of(root: str, mount: str, release: str, base: str, suffixed: bool = False, language: str = "") -> Urls:
    """The addresses of a publication: under a root and a mount, without slashes at their ends; within a release, given
    by its name, or empty; `base` is what the publication's own IRIs begin with. The same for the same."""
    return made(Urls, root, mount, release, base, suffixed, language)


__all__ = ["AT_ONCE", "DESCRIPTIONS", "ENDING", "READY", "RECONCILE", "SPARQL", "Suffix", "Urls", "document_iri",
           "iri_of", "stem_of", "suffix_of", "target_of", "turned", "urls_of"]
