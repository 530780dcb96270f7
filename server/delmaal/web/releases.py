"""Which release a request is served from: the current one, noticed when it changes and kept for the request's life."""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Hashable
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from werkzeug.http import http_date

from delmaal.errors import ReleaseError
from delmaal.lookup import Lookup
from delmaal.ntriples import Term, read_term
from delmaal.records import LICENCES, Licence
from delmaal.records.licences import BY_AUTHORITY
from delmaal.release import Release, Shelf
from delmaal.release.log import read_switches
from delmaal.release.retention import hold
from delmaal.terms import Minter, term
from delmaal.turtle import Labels, labelling

KEPT_OPEN = 3
AGAIN = 1.0
"""Seconds until a release that could not be opened is tried again: requests in the meantime are not held up by it."""

LABELS_KEPT = 16_000
"""How many resources' labels a release keeps at hand, so that a worker's memory does not grow with the data."""

LABELS = {
    str(term(name)).encode(): rank
    for rank, name in enumerate(
        ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "delmaal:shortLabel", "schema:name"))
}

_MANY = 1_000_000
_Key = TypeVar("_Key", bound=Hashable)
_Found = TypeVar("_Found")

log = logging.getLogger("delmaal.web")


class Opened:
    """A release that requests are served from."""

    def __init__(self, release: Release, since: datetime | None, lookup: Lookup | None = None) -> None:
        self.release = release
        self.became_current(since)
        self.lookup = lookup or Lookup(release.folder)
        self.iri = Minter(release.base)
        self._label_pairs: dict[str, list[bytes]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._label_turtle: dict[bytes, Labels] = {}
        self.writers: dict[str, Any] = {}  # what writes its generic pages, by language; here, so that it goes with it

    @cached_property
    def folder(self) -> str:
        """The release's folder, as it is found whatever `current` leads to by then."""
        return str(self.release.folder.resolve())

    def became_current(self, since: datetime | None) -> None:
        """Note when the release became current, which it may more than once; `modified` is as Last-Modified has it.

        `state` is another whenever answers are.
        """
        self.since = since
        self.modified = http_date(since) if since is not None else ""
        self.state = f"{self.release.id} {self.modified}"

    @cached_property
    def own(self) -> bytes:
        """The release's own IRI as a token."""
        return str(self.iri.thing("release", self.release.id)).encode()

    @cached_property
    def licence(self) -> Licence:
        """The licence of the release's data: as its manifest names it; in a release older than that, its catalogue."""
        told = self.release.manifest.get("licence")
        if told is not None:
            return Licence(told["name"], told["iri"], told["iri"])
        named = (BY_AUTHORITY.get(found.value)
                 for found in self.objects(self.iri.document("catalog").value, "dct:license"))
        return next((licence for licence in named if licence is not None), LICENCES["CC BY 4.0"])

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
                pairs = [line[cut:] for line in self.lookup.about(iri, 0, _MANY)[0]]
            ranked = [(rank, pair) for pair in pairs if (rank := LABELS.get(pair[: pair.index(b" ")])) is not None]
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
        lines, _ = self.lookup.about(iri, 0, 100_000)
        split = (line.split(b" ", 2) for line in lines)
        return [read_term(obj) for _, found, obj in split if found == predicate]


def _keep(kept: dict[_Key, _Found], key: _Key, found: _Found) -> None:
    if len(kept) >= LABELS_KEPT:
        kept.clear()
    kept[key] = found


class Releases:
    """Opens the current release, and notices when another becomes current.

    If the new one cannot be opened, the old one is kept, and `trouble` says why.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.trouble: str | None = None
        self._link = str(shelf.folder / "current")
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._serving: Opened | None = None
        self._refused = ""
        self._tried = 0.0
        self._undated = False

    def current(self) -> Opened:
        """The release to serve a request from.

        Raises ReleaseError where no release was ever opened.
        """
        serving = self._serving
        try:
            name = os.readlink(self._link).rpartition("/")[2]  # noqa: PTH115  # a quarter of pathlib's cost, per request
        except OSError:
            name = serving.release.id if serving else ""
        if serving is None or serving.release.id != name:
            if serving is None or name != self._refused or time.monotonic() - self._tried > AGAIN:
                serving = self._move(name)
        elif self.trouble is not None:
            self.trouble = None  # the link leads back to what is served
        elif self._undated and time.monotonic() - self._tried > AGAIN:
            self._date(serving)
        return serving

    def _date(self, serving: Opened) -> None:
        """Read when a release became current; the log has it a moment after the link, and is read again until then."""
        rows = read_switches(self.shelf.folder)
        self._undated, self._tried = not rows or rows[-1].release != serving.release.id, time.monotonic()
        serving.became_current(next((row.time for row in reversed(rows) if row.release == serving.release.id), None))

    def _move(self, name: str) -> Opened:
        with self._lock:
            if self._serving is not None and self._serving.release.id == name:
                return self._serving
            try:
                fresh = self._opened.get(name) or self._open(name)
            except ReleaseError as error:
                if self._serving is None:
                    raise
                if self.trouble is None:
                    log.error("release %s cannot be opened, %s is kept: %s", name, self._serving.release.id, error)
                self.trouble, self._refused, self._tried = str(error), name, time.monotonic()
                return self._serving
            self.trouble, self._refused = None, ""
            self._date(fresh)
            self._opened[name] = fresh
            self._opened.move_to_end(name)
            while len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
            self._serving = fresh
            return fresh

    def _open(self, name: str) -> Opened:
        release = self.shelf.open(name) if name else self.shelf.current()
        held = hold(release)  # retention leaves it alone for as long as it is open here
        opened = Opened(release, None)
        if held is not None:
            weakref.finalize(opened, held.close)
        return opened
