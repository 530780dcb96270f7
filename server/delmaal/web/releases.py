"""Which release a request is served from: the current one, noticed when it changes and kept for the request's life."""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from datetime import datetime
from functools import cached_property

from delmaal.errors import ReleaseError
from delmaal.lookup import Lookup
from delmaal.ntriples import Term, read_term
from delmaal.release import Release, Shelf
from delmaal.terms import Minter, term
from delmaal.turtle import Block, block

KEPT_OPEN = 3
LABELS_KEPT = 50_000
"""How many resources' labels a release keeps at hand, so that a worker's memory does not grow with the data."""

LABELS = {
    str(term(name)).encode(): rank
    for rank, name in enumerate(
        ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "delmaal:shortLabel", "schema:name"))
}

log = logging.getLogger("delmaal.web")


class Opened:
    """A release that requests are served from."""

    def __init__(self, release: Release, since: datetime | None) -> None:
        self.release = release
        self.since = since
        self.lookup = Lookup(release.folder)
        self.iri = Minter(release.base)
        self._label_lines: dict[str, list[bytes]] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._label_blocks: dict[str, Block] = {}

    @cached_property
    def own(self) -> bytes:
        """The release's own IRI as a token."""
        return str(self.iri.thing("release", self.release.id)).encode()

    def label_lines(self, iri: str) -> list[bytes]:
        """The statements that label a resource, one for each language."""
        found = self._label_lines.get(iri)
        if found is None:
            lines, _ = self.lookup.about(iri, 0, 400)
            ranked = sorted(
                (rank, line) for line in lines if (rank := LABELS.get(line.split(b" ", 2)[1])) is not None
            )
            seen: set[bytes] = set()
            found = []
            for _, line in ranked:
                language = line.rpartition(b'"')[2]
                if language not in seen:
                    seen.add(language)
                    found.append(line)
            if len(self._label_lines) >= LABELS_KEPT:
                self._label_lines.clear()
            self._label_lines[iri] = found
        return found

    def label_block(self, iri: str) -> Block:
        """The labels of a resource as Turtle."""
        found = self._label_blocks.get(iri)
        if found is None:
            if len(self._label_blocks) >= LABELS_KEPT:
                self._label_blocks.clear()
            found = self._label_blocks[iri] = block(self.label_lines(iri))
        return found

    def labels(self, iri: str) -> dict[str, str]:
        """The labels of a resource by language."""
        found = self._labels.get(iri)
        if found is None:
            terms = (read_term(line.split(b" ", 2)[2]) for line in self.label_lines(iri))
            found = {found_term.language: found_term.value for found_term in terms}
            if len(self._labels) >= LABELS_KEPT:
                self._labels.clear()
            self._labels[iri] = found
        return found

    def objects(self, iri: str, name: str) -> list[Term]:
        """The values of a property, given by its prefixed name."""
        predicate = str(term(name)).encode()
        lines, _ = self.lookup.about(iri, 0, 100_000)
        split = (line.split(b" ", 2) for line in lines)
        return [read_term(obj) for _, found, obj in split if found == predicate]


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
            serving = self._move(name)
        elif self.trouble is not None:
            self.trouble = None  # the link leads back to what is served
        return serving

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
                self.trouble = str(error)
                return self._serving
            self.trouble = None
            self._opened[name] = fresh
            self._opened.move_to_end(name)
            while len(self._opened) > KEPT_OPEN:
                self._opened.popitem(last=False)
            self._serving = fresh
            return fresh

    def _open(self, name: str) -> Opened:
        release = self.shelf.open(name) if name else self.shelf.current()
        return Opened(release, self.shelf.switched_at(release))
