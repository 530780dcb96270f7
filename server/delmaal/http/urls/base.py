"""How an address is put together: mount, release, language, the number of a page; and the addresses of descriptions,
which are asked for most."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Self, TypeVar
from urllib.parse import quote

from delmaal.http.urls.iris import path_of
from delmaal.http.urls.suffixes import suffixed

_CLEAN = re.compile(r"[A-Za-z0-9/:@!$&'()*+,;=~._-]*\Z")
"""A path as `quote` leaves it."""

PLAIN = re.compile(r"[A-Za-z0-9._~-]+(?:/[A-Za-z0-9._~-]+)*\Z")
"""The path of a thing of the publication that needs no escaping."""

KEPT = 1 << 8
"""How many builders are kept, and how many others each knows."""

_Kind = TypeVar("_Kind", bound="Base")


class Base:
    """What every address is made of."""

    __slots__ = ("_others", "_own", "_shared", "base", "key", "language", "mount", "release", "root",
                 "suffixed")

    def __init__(self, root: str, mount: str, release: str, base: str, suffixed: bool, language: str) -> None:
        self.root, self.mount, self.release, self.base = root, mount, release, base
        self.suffixed, self.language = suffixed, language
        self.key = f"{root} {mount} {release} {suffixed}"
        """What tells pages and parts of them from others of the same publication and language."""
        self._own = f"{mount}/release/{release}" if release else mount
        self._shared = self._own if release else root
        self._others: dict[tuple[str, str], Self] = {}

    def speaking(self, language: str) -> Self:
        """The same addresses, those of pages in a language; in the reader's own where none is given."""
        if language == self.language:
            return self
        found = self._others.get(("speaking", language))
        return found or self._other("speaking", language, self.root, self.mount, self.release, language)

    def within(self, release: str) -> Self:
        """The same addresses within a release, given by its name; of the current one where none is given."""
        if release == self.release:
            return self
        found = self._others.get(("within", release))
        return found or self._other("within", release, self.root, self.mount, release, self.language)

    def under(self, address: str) -> Self:
        """The same addresses under a whole one, that of the publication."""
        found = self._others.get(("under", address))
        if found is None:
            root = address.removesuffix(self.mount.removeprefix(self.root))
            found = self._other("under", address, root, address, self.release, self.language)
        return found

    def _other(self, how: str, what: str, root: str, mount: str, release: str, language: str) -> Self:
        """Another builder, kept by how it differs from this one."""
        if len(self._others) >= KEPT:
            self._others.clear()
        found = self._others[how, what] = made(type(self), root, mount, release, self.base, self.suffixed, language)
        return found

    def document(self, iri: str, number: int = 1) -> str:
        """The description of an IRI, whatever it is, or a page of it; in no language it is negotiated."""
        address = self._own + document(self.base, iri, self.suffixed)
        if number == 1 and not self.language:
            return address
        if self.suffixed and self.language:
            return self._page(address, number=number if number > 1 else "")
        return self._page(turned(address, number) if number > 1 else address)

    def form(self, address: str, suffix: str, number: int = 1) -> str:
        """A form of a page or of a description, or a page of it, by the address of that in no language."""
        found = f"{address}{'&format=' if '?' in address else '.'}{suffix}"
        if number == 1 and not self.language:
            return found
        if self.suffixed and self.language:
            return self._page(address, number=number if number > 1 else "")
        return self._page(turned(found, number) if number > 1 else found)

    def void(self, suffix: str = "") -> str:
        """The VoID description, negotiated or in a format."""
        return f"{self._own}/void.{suffix}" if suffix else f"{self._own}/.well-known/void"

    def timemap(self, kind: str, target: str) -> str:
        """The TimeMap of a resource, as `link` or `json`; `target` is its address below the mount."""
        return f"{self.mount}/timemap/{kind}{target}"

    def local(self, address: str) -> str:
        """An address of this builder below the mount and the release."""
        return address.removeprefix(self._own) if self._own else address

    def _page(self, address: str, fragment: str = "", number: int | str = "") -> str:
        anchor = f"#{quote(fragment)}" if fragment else ""
        if not self.language:
            return address + anchor
        if not self.suffixed:
            return f"{address}{'&' if '?' in address else '?'}lang={self.language}{anchor}"
        return suffixed(address, self.language, number) + anchor

    def _asked(self, address: str, query: str) -> str:
        return f"{address}?{query}" if query else self._page(address)

    def _in_language(self, address: str) -> str:
        return f"{address}?lang={self.language}" if self.language and not self.suffixed else address


_MADE: dict[tuple[str, str, str, str, bool, str], Base] = {}


def made(kind: type[_Kind], root: str, mount: str, release: str, base: str, suffixed: bool, language: str) -> _Kind:
    """A builder; the same one for the same addresses."""
    key = root, mount, release, base, suffixed, language
    found = _MADE.get(key)
    if not isinstance(found, kind):
        if len(_MADE) >= KEPT:
            _MADE.clear()
        found = _MADE[key] = kind(*key)
    return found


def stem_of(address: str) -> str:
    """What the name of a format is added to."""
    return f"{address}&format=" if "?" in address else f"{address}."


def turned(address: str, number: int) -> str:
    """A page of a description, at the address of the first."""
    return f"{address}{'&' if '?' in address else '?'}page={number}"


def target_of(path: str, query: str) -> str:
    """A path and a query as a reference that is relative to the server."""
    escaped = path if _CLEAN.match(path) else quote(path, safe="/:@!$&'()*+,;=~-._")
    return escaped + (f"?{quote(query, safe='/:@!$&()*+,;=~-._?%')}" if query else "")


@lru_cache(maxsize=1 << 14)
def described(base: str, iri: str, suffixed: bool) -> str:
    """The page of an IRI below mount and release; nothing for one that is no web address or name."""
    local = iri.removeprefix(base + "id/")
    if local != iri and "#" not in local and "?" not in local and (not suffixed or PLAIN.match(local)):
        return f"/doc/{quote(local, safe='/.~-_')}"
    return document(base, iri, suffixed) if iri.startswith(("http://", "https://", "urn:")) else ""


def document_iri(base: str, iri: str) -> str:
    """What a description is called in the data: its address under the publication's base."""
    return base[:-1] + document(base, iri, False)


@lru_cache(maxsize=1 << 14)
def document(base: str, iri: str, suffixed: bool) -> str:
    """The description of an IRI below mount and release, whatever it is."""
    local = iri.removeprefix(base + "id/")
    if local != iri and PLAIN.match(local):
        return f"/doc/{local}"
    return f"/iri/{path_of(iri)}" if suffixed else f"/doc?iri={quote(iri, safe='')}"


def dotted(suffix: str) -> str:
    """The name of a format as it ends an address; nothing where none is named."""
    return f".{suffix}" if suffix else ""
