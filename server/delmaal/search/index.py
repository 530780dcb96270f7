"""Answers searches from a release's search index.

What fits best comes first: the code itself, the whole title, its first words, titles with every word, titles and words
that begin so, texts, where that is little words within words (as in a compound), and, where it is nothing, words that
are spelt nearly so. What fits equally well comes by kind, in the order of KINDS, things before details.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from delmaal.errors import ReleaseError
from delmaal.search.build import DETAILS, FOLDER, THINGS
from delmaal.search.kinds import BY_NAME, KINDS
from delmaal.search.words import asked_words, distance, is_number, name, slips, surfaces

REACH = 1000
"""Results that can be leafed through; whoever wants more narrows the search."""

FEW = 20
"""Results below which words within words are looked for as well."""

CODE, NAME, FIRST, WORDS, BEGINNING, BEGINNINGS, TEXT, WITHIN, ALIKE = (float(score) for score in range(90, 0, -10))
"""The scores of a hit, by how it was found."""

_SHORTEST_BEGINNING, _SHORTEST_WITHIN = 2, 4
_MOST = "figure"
_BEGINNINGS_OF_DETAILS = 64
"""Words of details that begin as the last word of a search does and are searched for."""

Searchers = Mapping[str, tuple[Any, Any]]
"""Schema and searcher of each of the two indexes."""


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


class Search:
    """The search index of one release.

    Raises ReleaseError where it cannot be opened. A process may ask from many threads; the files are mapped, so that
    the index of a million figures needs no more memory than that of a hundred.
    """

    def __init__(self, folder: Path) -> None:
        try:
            import tantivy  # noqa: PLC0415  # a worker that nobody searches with does without

            self._tantivy = tantivy
            self._searchers = {part: _open(folder / FOLDER / part) for part in (THINGS, DETAILS)}
        except (OSError, ValueError) as error:
            sentence = f"the search index of release {folder.name[:12]} cannot be opened ({error})"
            raise ReleaseError("search-unreadable", f"{sentence}; run `delmaal build`") from error
        self._ask = Asker(tantivy, self._searchers)
        self._lock = threading.Lock()

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

    def by_code(self, code: str, kinds: Sequence[str] = ()) -> list[Hit]:
        """The things with a code, an IRI, or a path below `id/`."""
        with self._lock:
            return self._things(self._ask.filtered(self._ask.code(code, name(code)), kinds), 0, 10)[0]

    def _spelt(self, text: str, words: list[str], kinds: Sequence[str], start: int, limit: int) -> Found:
        things = self._ask.spelt(text, words)
        counts = self._counts(THINGS, things)
        if sum(counts.values()) < FEW and any(len(word) >= _SHORTEST_WITHIN for word in words):
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
        if is_number(word) or len(word) < _SHORTEST_BEGINNING:
            return any(each.doc_freq(name, word) for each, name in
                       ((things, "title"), (things, "text"), (things, "code"), (details, "words")))
        return any(each.terms_with_prefix(name, word, limit=1) for each, name in
                   ((things, "title"), (things, "text"), (details, "words")))


class Asker:
    """Makes queries for the two indexes; nothing of what is asked is ever parsed."""

    def __init__(self, tantivy: Any, searchers: Searchers) -> None:
        self._query, self._occur = tantivy.Query, tantivy.Occur
        self._schemas = {part: schema for part, (schema, _) in searchers.items()}
        self._searchers = {part: searcher for part, (_, searcher) in searchers.items()}
        self._vocabulary: dict[str, tuple[str, ...]] = {}

    def spelt(self, text: str, words: list[str]) -> Any:
        """Things that are found by words as they are spelt."""
        return self._best(
            (CODE, self.code(text.strip(), name(text))),
            (NAME, self._term("name", name(text))),
            (FIRST, self._begin("name", f"{name(text)} ")),
            (WORDS, self._every(words, lambda word: self._term("title", word))),
            (BEGINNING, self._begin("name", name(text)) if len(name(text)) >= _SHORTEST_BEGINNING else None),
            (BEGINNINGS, self._every(words, lambda word: self._word("title", word))),
            (TEXT, self._every(words, lambda word: self.any_of(
                self._word("title", word), self._word("text", word), self._term("code", word)))),
        )

    def within(self, words: list[str]) -> Any:
        """Things with words that have these in them, as compounds do."""
        return self._best((WITHIN, self._every(words, lambda word: self.any_of(
            self._within("title", word), self._within("text", word), self._term("code", word)))))

    def begun(self, text: str, words: list[str]) -> Any:
        """Things whose codes, titles or words begin so: what a field that completes is asked for."""
        whole = name(text)
        return self._best(
            (CODE, self.code(text.strip(), whole)),
            (NAME, self._term("name", whole)),
            (BEGINNING, self.any_of(self._begin("name", whole), self._begin("code", whole))),
            (BEGINNINGS, self._every(words, lambda word: self._begin("title", word))),
        )

    def alike(self, words: list[str]) -> Any:
        """Things with words that are spelt nearly so."""
        return self._best((ALIKE, self._every(words, lambda word: self.any_of(
            self._near("title", word), self._near("text", word), self._term("code", word)))))

    def partly(self, words: list[str]) -> Any:
        """Things with all of the words but one, or with one of two."""
        each = [self.any_of(self._word("title", word), self._word("text", word), self._near("title", word))
                for word in words]
        return self._query.boolean_query([(self._occur.Should, query) for query in each],
                                         minimum_number_should_match=max(1, len(words) - 1))

    def details(self, words: list[str]) -> Any:
        """Details that have every word; the last one may be a beginning, as it is while it is being typed."""
        *whole, last = words
        queries = [*(self._term("words", word, DETAILS) for word in whole), self._last(last)]
        return self._query.boolean_query([(self._occur.Must, query) for query in queries])

    def _last(self, word: str) -> Any:
        """A word of details, or those that begin with it: as a union of terms, which is read no further than the other
        words of a search reach, where a set of all that have them would be made first."""
        if is_number(word) or len(word) < _SHORTEST_BEGINNING:
            return self._term("words", word, DETAILS)
        found = self._searchers[DETAILS].terms_with_prefix("words", word, limit=_BEGINNINGS_OF_DETAILS)
        terms = [term for term, _ in found] or [word]
        return self._query.boolean_query([(self._occur.Should, self._term("words", term, DETAILS)) for term in terms])

    def code(self, code: str, folded: str) -> Any:
        """Things with a code, as it is written or folded."""
        return self.any_of(self._term("code", code[:1000]), self._term("code", folded))

    def every(self, kinds: Sequence[str]) -> Any:
        """All things of some kinds."""
        return self.filtered(self._query.const_score_query(self._query.all_query(), 1.0), kinds)

    def filtered(self, query: Any, kinds: Sequence[str], part: str = THINGS) -> Any:
        """What a query finds among some kinds; among all where none is named."""
        if not kinds or len(kinds) == len(BY_NAME):
            return query
        allowed = self._query.term_set_query(self._schemas[part], "kind", list(kinds))
        return self._query.boolean_query([(self._occur.Must, query),
                                          (self._occur.Must, self._query.const_score_query(allowed, 0.0))])

    def any_of(self, *queries: Any) -> Any:
        """What any of some queries finds, at the best score."""
        return self._query.disjunction_max_query([query for query in queries if query is not None])

    def _best(self, *scored: tuple[float, Any]) -> Any:
        return self.any_of(*(self._query.const_score_query(query, score) for score, query in scored
                             if query is not None))

    def _every(self, words: list[str], make: Callable[[str], Any]) -> Any:
        return self._query.boolean_query([(self._occur.Must, make(word)) for word in words])

    def _term(self, name: str, word: str, part: str = THINGS) -> Any:
        return self._query.term_query(self._schemas[part], name, word, index_option="basic")

    def _begin(self, name: str, word: str, part: str = THINGS) -> Any:
        return self._query.fuzzy_term_query(self._schemas[part], name, word, 0, prefix=True)

    def _word(self, name: str, word: str, part: str = THINGS) -> Any:
        """A word, or words that begin with it; a number is never a beginning."""
        if is_number(word) or len(word) < _SHORTEST_BEGINNING:
            return self._term(name, word, part)
        return self._begin(name, word, part)

    def _within(self, name: str, word: str) -> Any:
        """Words of things that have a word in them."""
        if is_number(word) or len(word) < _SHORTEST_WITHIN:
            return self._word(name, word)
        if name not in self._vocabulary:
            found = self._searchers[THINGS].terms_with_prefix(name, "")
            self._vocabulary[name] = tuple(term for term, _ in found)
        terms = [term for term in self._vocabulary[name] if word in term]
        return self._query.term_set_query(self._schemas[THINGS], name, terms)

    def _near(self, name: str, word: str) -> Any:
        allowed = slips(word)
        if not allowed:
            return self._word(name, word)
        return self._query.fuzzy_term_query(self._schemas[THINGS], name, word, allowed, True, len(word) >= 8)


def _open(folder: Path) -> tuple[Any, Any]:
    """Schema and searcher of an index; nothing watches its files, since a release never changes."""
    import tantivy  # noqa: PLC0415  # see above

    if not (folder / "meta.json").is_file():
        raise OSError(f"{folder.parent.name}/{folder.name} is not there")
    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")
    return index.schema, index.searcher()
