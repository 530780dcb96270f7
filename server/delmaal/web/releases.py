"""Which release a request is served from: the current one, noticed when it changes and kept for the request's life."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pyoxigraph import NamedNode

from delmaal.engine import Engine
from delmaal.errors import ReleaseError
from delmaal.release import Release, Shelf
from delmaal.terms import Minter, term

KEPT_OPEN = 3
LABELS = tuple(term(name) for name in ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "delmaal:shortLabel"))

log = logging.getLogger("delmaal.web")


@dataclass(frozen=True, slots=True)
class Opened:
    """A release with its engine, and the labels that were looked up in it."""

    release: Release
    engine: Engine
    since: datetime | None
    iri: Minter
    labels: dict[str, dict[str, str]] = field(default_factory=dict)

    def labels_of(self, iri: str) -> dict[str, str]:
        """The labels of a resource by language; a release never changes, so each is looked up once."""
        found = self.labels.get(iri)
        if found is None:
            found = {}
            for predicate in LABELS:
                for value in self.engine.objects(NamedNode(iri), predicate):
                    found.setdefault(getattr(value, "language", None) or "", value.value)
            if len(self.labels) < 100_000:
                self.labels[iri] = found
        return found


class Releases:
    """Opens the current release, and notices when another becomes current.

    If the new one cannot be opened, the old one is kept, and `trouble` says why.
    """

    def __init__(self, shelf: Shelf, open_engine: Callable[[Path], Engine]) -> None:
        self.shelf = shelf
        self.trouble: str | None = None
        self._open_engine = open_engine
        self._opened: OrderedDict[str, Opened] = OrderedDict()
        self._lock = threading.Lock()
        self._serving: Opened | None = None

    def current(self) -> Opened:
        """The release to serve a request from.

        Raises ReleaseError where no release was ever opened.
        """
        serving = self._serving
        try:
            name = (self.shelf.folder / "current").readlink().name
        except OSError:
            name = serving.release.id if serving else ""
        if serving is None or serving.release.id != name:
            serving = self._move(name)
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
        engine = self._open_engine(release.folder)
        return Opened(release, engine, self.shelf.switched_at(release), Minter(release.base))
