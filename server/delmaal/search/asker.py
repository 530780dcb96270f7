"""Makes the queries for the two indexes of a release; nothing of what is asked is ever parsed.

A query is put together from words, which are letters, digits and points; each way in which a thing may fit has a score
of its own, so that what fits better comes first, and what fits alike comes as it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from delmaal.search.build import DETAILS, THINGS
from delmaal.search.kinds import BY_NAME
from delmaal.search.words import is_number, name, slips

CODE, NAME, FIRST, WORDS, BEGINNING, BEGINNINGS, TEXT, WITHIN, ALIKE = (float(score) for score in range(90, 0, -10))
"""The scores of a hit, by how it was found."""

SHORTEST_BEGINNING, SHORTEST_WITHIN = 2, 4
"""Letters of a word that is searched for as the beginning of others, and within others."""

_BEGINNINGS_OF_DETAILS = 64
"""Words of details that begin as the last word of a search does and are searched for."""

Searchers = Mapping[str, tuple[Any, Any]]
"""Schema and searcher of each of the two indexes."""


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
            (BEGINNING, self._begin("name", name(text)) if len(name(text)) >= SHORTEST_BEGINNING else None),
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
        if is_number(word) or len(word) < SHORTEST_BEGINNING:
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
        if is_number(word) or len(word) < SHORTEST_BEGINNING:
            return self._term(name, word, part)
        return self._begin(name, word, part)

    def _within(self, name: str, word: str) -> Any:
        """Words of things that have a word in them."""
        if is_number(word) or len(word) < SHORTEST_WITHIN:
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
