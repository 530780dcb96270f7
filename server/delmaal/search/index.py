"""Answers searches from a release's search index.

What fits best comes first: the code itself, the whole title, its first words, titles with every word, titles and words
that begin so, texts, where that is little words within words (as in a compound), and, where it is nothing, words that
are spelt nearly so. What fits equally well comes by kind, in the order of KINDS, things before details.
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from delmaal.errors import ReleaseError
from delmaal.search.asker import SHORTEST_BEGINNING, SHORTEST_WITHIN, Asker
from delmaal.search.build import DETAILS, FOLDER, THINGS
from delmaal.search.kinds import BY_NAME, KINDS
from delmaal.search.words import asked_words, distance, is_number, name, slips, surfaces
from delmaal.settings import surroundings

REACH = 1000
"""Results that can be leafed through; whoever wants more narrows the search."""

FEW = 20
"""Results below which words within words are looked for as well."""

_MOST = "figure"
_log = logging.getLogger("delmaal.search")
P = ParamSpec("P")
R = TypeVar("R")
_TRIES, _PAUSE_SECONDS = 50, 0.01


@dataclass(frozen=True, slots=True)
class Hit:
    """What was found: for a thing its codes, titles and summaries by language; of a detail the IRI alone."""

    iri: str
    kind: str
    score: float
    codes: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of results: the words that it was found by, how many there are of each kind, which words were taken for
    mistyped ones, and whether it was enough that some words were found."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    total: int = 0
    corrected: str = ""
    partial: bool = False

    @property
    def alike(self) -> bool:
        """Whether nothing was found that is spelt as it was asked."""
        return bool(self.corrected)


def _in_words(method: Callable[P, R]) -> Callable[P, R]:
    """A search whose failure is a ReleaseError: the engine meets a damaged index with errors of many kinds, and panics,
    which are no Exception. No text is ever parsed, so that none of it is for what was asked."""
    @wraps(method)
    def search(*args: P.args, **named: P.kwargs) -> R:
        try:
            return method(*args, **named)
        except (KeyboardInterrupt, SystemExit, ReleaseError):
            raise
        except BaseException as error:
            _log.exception("a search failed")
            raise ReleaseError("search-unreadable", "the search index of the release cannot be read") from error

    return search


class Search:
    """The search index of one release.

    Raises ReleaseError where it cannot be opened. A process may ask from many threads; the files are mapped, so that
    the index of a million figures needs no more memory than that of a hundred.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import tantivy  # noqa: PLC0415  # a worker that nobody searches with does without

            self._tantivy = tantivy
            self._searchers = {part: open_index(folder / FOLDER / part) for part in (THINGS, DETAILS)}
        except Exception as error:  # Tantivy has errors of many kinds for a file that is not what it wrote
            sentence = f"the search index of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("search-unreadable", f"{sentence}; run `delmaal build`") from error
        self._ask = Asker(tantivy, self._searchers)
        self._lock = threading.Lock()

    def entities(self) -> int:
        """How many things can be found, figures not counted."""
        return int(self._searchers[THINGS][1].num_docs)

    @_in_words
    def find(self, text: str, kinds: Sequence[str] = (), start: int = 0, limit: int = 20) -> Found:
        """The results of a search from the `start`-th on; `kinds` leaves out all others."""
        words = asked_words(text)
        if not words:
            return Found(())
        with self._lock:
            found = self._spelt(text, words, kinds, start, limit)
            if not found.total and not found.counts:
                found = self._misspelt(words, kinds, start, limit) or found
            if not found.total and not found.counts and len(words) > 1:
                found = self._partly(words, kinds, start, limit)
        return found

    @_in_words
    def named(self, text: str, kinds: Sequence[str] = (), start: int = 0, limit: int = 20) -> list[Hit]:
        """The things whose titles or codes begin with a text, or else hold words that begin with its words."""
        words = asked_words(text)
        if not words and not text.strip():
            query = self._ask.every(kinds)
        elif not words:
            return []
        else:
            query = self._ask.filtered(self._ask.begun(text, words), kinds)
        with self._lock:
            return self._things(query, start, limit)[0]

    @_in_words
    def candidates(self, text: str, kinds: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """The things that a text may mean, exact ones first; those spelt alike are among them."""
        words = asked_words(text)
        if not words:
            return []
        with self._lock:
            hits, _ = self._things(self._ask.filtered(self._ask.spelt(text, words), kinds), 0, limit)
            if len(hits) < limit:
                for wider in (self._ask.alike(words), self._ask.partly(words)):
                    known = {hit.iri for hit in hits}
                    more, _ = self._things(self._ask.filtered(wider, kinds), 0, limit)
                    hits += [hit for hit in more if hit.iri not in known]
                    if len(hits) >= limit:
                        break
        return hits[:limit]

    @_in_words
    def by_code(self, code: str, kinds: Sequence[str] = ()) -> list[Hit]:
        """The things with a code, an IRI, or a path below `id/`."""
        with self._lock:
            return self._things(self._ask.filtered(self._ask.code(code, name(code)), kinds), 0, 10)[0]

    def _spelt(self, text: str, words: list[str], kinds: Sequence[str], start: int, limit: int) -> Found:
        things = self._ask.spelt(text, words)
        counts = self._counts(THINGS, things)
        if sum(counts.values()) < FEW and any(len(word) >= SHORTEST_WITHIN for word in words):
            things = self._ask.any_of(things, self._ask.within(words))
            counts = self._counts(THINGS, things)
        return self._page(tuple(words), things, counts, self._ask.details(words), kinds, start, limit)

    def _misspelt(self, words: list[str], kinds: Sequence[str], start: int, limit: int) -> Found | None:
        """What is found where words are taken for mistyped ones; None where no word is like these."""
        nearest = {word: self._nearest(word) for word in words}
        if not all(nearest.values()):
            return None
        mended = [found[0] for found in nearest.values() if found]
        if mended == words:
            return None
        things = self._ask.any_of(self._ask.spelt(" ".join(mended), mended), self._ask.alike(words))
        found = self._page(tuple(mended), things, self._counts(THINGS, things), self._ask.details(mended), kinds, start,
                           limit)
        said = " ".join(surface[1] for surface in nearest.values() if surface)
        return Found((*mended, *words), found.hits, found.counts, found.total, said)

    def _partly(self, words: list[str], kinds: Sequence[str], start: int, limit: int) -> Found:
        things = self._ask.partly(words)
        found = self._page(tuple(words), things, self._counts(THINGS, things), None, kinds, start, limit)
        return Found(found.words, found.hits, found.counts, found.total, partial=bool(found.total))

    def _page(self, words: tuple[str, ...], things: Any, counts: dict[str, int], details: Any, kinds: Sequence[str],
              start: int, limit: int) -> Found:
        """A page over both indexes: the details begin where the things end."""
        if details is not None:
            counts = counts | self._count_details(details)
        kinds = kinds or tuple(BY_NAME)
        hits: list[Hit] = []
        own = sum(counts.get(kind, 0) for kind in kinds if not BY_NAME[kind].detail)
        total = sum(counts.get(kind, 0) for kind in kinds)
        if start < own:
            hits, _ = self._things(self._ask.filtered(things, kinds), start, limit)
        if details is not None and len(hits) < limit and start + len(hits) < total:
            query = self._ask.filtered(details, kinds, DETAILS)
            hits += self._details(query, max(0, start - own), limit - len(hits))
        return Found(words, tuple(hits), counts, total)

    def _counts(self, part: str, query: Any) -> dict[str, int]:
        found = self._searchers[part][1].aggregate(query, {"kinds": {"terms": {"field": "kind", "size": 64}}})
        return {bucket["key"]: bucket["doc_count"] for bucket in found["kinds"]["buckets"]}

    def _count_details(self, query: Any) -> dict[str, int]:
        """How many details there are of each kind: a look at each of a million takes long, so the rare kinds are
        counted, and what is left of all is figures."""
        found = {kind.name: self._search_details(self._ask.filtered(query, (kind.name,), DETAILS), 0, 1).count
                 for kind in KINDS if kind.detail and kind.name != _MOST}
        found[_MOST] = self._search_details(query, 0, 1).count - sum(found.values())
        return {kind: number for kind, number in found.items() if number}

    def _things(self, query: Any, start: int, limit: int) -> tuple[list[Hit], int]:
        searcher = self._searchers[THINGS][1]
        found = searcher.search(query, limit, offset=start)
        hits = []
        for score, address in found.hits:
            document = searcher.doc(address)
            shown = json.loads(bytes(document["shown"][0]))
            hits.append(Hit(shown["iri"], document["kind"][0], score, tuple(shown["codes"]), shown["titles"],
                            shown["about"]))
        return hits, found.count

    def _details(self, query: Any, start: int, limit: int) -> list[Hit]:
        searcher = self._searchers[DETAILS][1]
        documents = (searcher.doc(address) for _, address in self._search_details(query, start, limit).hits)
        return [Hit(bytes(each["iri"][0]).decode(), each["kind"][0], 0.0) for each in documents]

    def _search_details(self, query: Any, start: int, limit: int) -> Any:
        """Details in their order; where a field orders them, no score is computed."""
        return self._searchers[DETAILS][1].search(query, limit, offset=start, order_by_field="order",
                                                  order=self._tantivy.Order.Asc)

    def _nearest(self, word: str) -> tuple[str, str] | None:
        """The word of a thing that is spelt most nearly like one, and how it is written; the word itself if known."""
        if self._known(word):
            return word, word
        allowed = slips(word)
        if not allowed:
            return None
        best: tuple[int, int, str, str] | None = None
        seen: set[str] = set()
        for hit in self._things(self._ask.alike([word]), 0, 40)[0]:
            for text in (*hit.titles.values(), *hit.about.values()):
                for surface in surfaces(text):
                    if surface.word in seen:
                        continue
                    seen.add(surface.word)
                    away = distance(word, surface.word, allowed)
                    if away <= allowed:
                        common = -int(self._searchers[THINGS][1].doc_freq("title", surface.word))
                        found = away, common, surface.word, text[surface.start : surface.end]
                        best = min(best, found) if best else found
        return (best[2], best[3].lower()) if best else None

    def _known(self, word: str) -> bool:
        """Whether anything is found by a word, as it is or as a beginning."""
        things, details = self._searchers[THINGS][1], self._searchers[DETAILS][1]
        if is_number(word) or len(word) < SHORTEST_BEGINNING:
            return any(each.doc_freq(name, word) for each, name in
                       ((things, "title"), (things, "text"), (things, "code"), (details, "words")))
        return any(each.terms_with_prefix(name, word, limit=1) for each, name in
                   ((things, "title"), (things, "text"), (details, "words")))


@contextmanager
def _passing_folder() -> Iterator[str]:
    """A folder that goes afterwards, also where Tantivy still writes and removes its lock in it meanwhile."""
    run_dir = surroundings().run_dir  # in a server's own folder, which goes even where the server is killed
    folder = tempfile.mkdtemp(prefix="delmaal-search-", dir=run_dir if run_dir and Path(run_dir).is_dir() else None)
    try:
        yield folder
    finally:
        for _ in range(_TRIES):
            shutil.rmtree(folder, ignore_errors=True)
            if not Path(folder).exists():
                break
            time.sleep(_PAUSE_SECONDS)


def open_index(folder: Path) -> tuple[Any, Any]:
    """Schema and searcher of an index; nothing watches its files, since a release never changes.

    Tantivy writes a lock beside what it reads, and a server need not be allowed to write to a release: so the files are
    opened by links in a folder of their own, which can go as soon as they are mapped.
    """
    import tantivy  # noqa: PLC0415  # a worker that nobody searches with does without

    if not (folder / "meta.json").is_file():
        raise OSError(f"{folder.parent.name}/{folder.name} is not there")
    with _passing_folder() as links:
        for file in (path for path in folder.resolve().iterdir() if path.is_file()):
            (Path(links) / file.name).symlink_to(file)
        index = tantivy.Index.open(links)
        index.config_reader("manual")
        return index.schema, index.searcher()
