"""An open release: what pages and protocols read of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from werkzeug.http import http_date

from delmaal.languages import spoken
from delmaal.lookup import Lookup
from delmaal.ntriples import Term, read_term
from delmaal.records import Licence
from delmaal.records.licences import OWN, licence_at
from delmaal.release import Release
from delmaal.release.log import is_ahead
from delmaal.terms import LABELS, Minter, term
from delmaal.turtle import Labels, labelling

LABELS_KEPT = 16_000
"""How many resources' labels a release keeps at hand, so that a worker's memory does not grow with the data."""

RANKS = {str(term(name)).encode(): rank for rank, name in enumerate(LABELS)}
"""What labels a resource, as it stands in the dump, the better first."""

_Key = TypeVar("_Key", bound=Hashable)
_Found = TypeVar("_Found")


class Opened:
    """A release that requests are served from; `public` is the server's public address, or empty."""

    def __init__(self, release: Release, since: datetime | None, lookup: Lookup | None = None,
                 public: str = "") -> None:
        self.release = release
        self.public = public
        self.became_current(since)
        self.lookup = lookup or Lookup(release.folder)
        self.iri = Minter(release.base)
        self._label_pairs: dict[str, list[bytes]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._label_turtle: dict[bytes, Labels] = {}
        self._made: dict[tuple[type, str], object] = {}

    def made(self, kind: type[_Found], name: str, make: Callable[[], _Found]) -> _Found:
        """What was made of the release once and goes with it, by its kind and name; else it is made now."""
        found = self._made.get((kind, name))
        if not isinstance(found, kind):
            found = self._made[kind, name] = make()
        return found

    @cached_property
    def folder(self) -> str:
        """The release's folder, as it is found whatever `current` leads to by then."""
        return str(self.release.folder.resolve())

    def became_current(self, since: datetime | None) -> None:
        """Note when the release became current, which it may more than once; `modified` is as Last-Modified has it.

        `state` is another whenever answers are.
        """
        if since is not None and is_ahead(since):
            since = None  # a Last-Modified that is to come would keep caches from ever asking again (RFC 9110, 8.8.2)
        self.since = since
        self.modified = http_date(since) if since is not None else ""
        self.state = f"{self.release.id} {self.modified}"

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages of the publication, the main one first; releases older than the key are in bokmål and English.
        """
        return spoken(tuple(self.release.manifest.get("languages") or ("nb", "en")))

    @cached_property
    def site(self) -> str:
        """Where its pages are read, with a slash at the end: at the server's public address; where none is set, where
        the publication's own IRIs lead."""
        return f"{self.public}/" if self.public else self.release.base

    def reached(self, iri: str) -> str:
        """Where an IRI under the publication's base is answered with 200, the document of a thing; another as it is."""
        local = iri.removeprefix(self.release.base)
        if local == iri:
            return iri
        return f"{self.site}doc/{local[3:]}" if local.startswith("id/") else f"{self.site}{local}"

    @cached_property
    def own(self) -> bytes:
        """The release's own IRI as a token."""
        return str(self.iri.thing("release", self.release.id)).encode()

    @cached_property
    def named(self) -> tuple[tuple[str, str], ...]:
        """The headers by which an answer to a question says which release it is from: the id, and where the release is
        told of and stays (`via` is where an answer's information comes from, RFC 4287)."""
        release = self.release
        return ("Delmaal-Release", release.id), ("Link", f'<{release.base}release/{release.id}>; rel="via"')

    @cached_property
    def licence(self) -> Licence:
        """The licence of the release's data: as its manifest names it; in a release older than that, its catalogue."""
        told = self.release.manifest.get("licence")
        if told is not None:
            return Licence(told["name"], told["iri"])
        named = (licence_at(found.value)
                 for found in self.objects(self.iri.document("catalog").value, "dct:license"))
        return next((licence for licence in named if licence is not None), OWN)

    @cached_property
    def licensed(self) -> bytes:
        """That a document is under this licence, as `predicate object`."""
        return f"{term('dct:license')} <{self.licence.page}>".encode()

    def label_pairs(self, iri: str) -> list[bytes]:
        """What labels a resource, as `predicate object`, one for each language."""
        found = self._label_pairs.get(iri)
        if found is None:
            pairs, more = self.lookup.pairs(iri, 1)
            if more:  # labels may stand behind thousands of members
                cut = len(iri.encode()) + 3
                pairs = [line[cut:] for line in self.lookup.whole(iri)]
            ranked = [(rank, pair) for pair in pairs if (rank := RANKS.get(pair[: pair.index(b" ")])) is not None]
            seen: set[bytes] = set()
            found = []
            for _, pair in sorted(ranked):
                language = pair.rpartition(b'"')[2]
                if language not in seen:
                    seen.add(language)
                    found.append(pair)
            _keep(self._label_pairs, iri, found)
        return found

    def label_lines(self, iri: str) -> list[bytes]:
        """The statements that label a resource, one for each language."""
        subject = b"<" + iri.encode() + b"> "
        return [subject + pair for pair in self.label_pairs(iri)]

    def label_turtle(self, token: bytes) -> Labels:
        """What labels a resource (`<iri>`) as Turtle."""
        found = self._label_turtle.get(token)
        if found is None:
            found = labelling(token, self.label_pairs(token[1:-1].decode()))
            _keep(self._label_turtle, token, found)
        return found

    def labels(self, iri: str) -> dict[str, str]:
        """The labels of a resource by language."""
        found = self._labels.get(iri)
        if found is None:
            terms = (read_term(pair.partition(b" ")[2]) for pair in self.label_pairs(iri))
            found = {found_term.language: found_term.value for found_term in terms}
            _keep(self._labels, iri, found)
        return found

    def objects(self, iri: str, name: str) -> list[Term]:
        """The values of a property, given by its prefixed name."""
        predicate = str(term(name)).encode()
        split = (line.split(b" ", 2) for line in self.lookup.whole(iri))
        return [read_term(obj) for _, found, obj in split if found == predicate]


def _keep(kept: dict[_Key, _Found], key: _Key, found: _Found) -> None:
    if len(kept) >= LABELS_KEPT:
        kept.clear()
    kept[key] = found
