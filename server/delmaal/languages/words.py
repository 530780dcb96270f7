"""A table of words: English by key, said in any language by the catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from delmaal.languages.catalogues import CATALOGUES, Catalogue, catalogue
from delmaal.languages.tags import told_in

English = str | tuple[str, str]
"""A word or sentence; or what stands with one and with several."""


class Words:
    """The words of one part of the product.

    `extraction` finds a table where the code says `Words("name", {"key": "English", "noun": ("one", "several")})` with
    literals alone; the context of a message in the catalogues is `name.key`.
    """

    __slots__ = ("_plurals", "_said", "english", "name")

    def __init__(self, name: str, english: Mapping[str, English]) -> None:
        self.name = name
        self.english = english
        self._said: dict[str, dict[str, str]] = {}
        self._plurals: dict[str, tuple[Catalogue, dict[str, tuple[str, ...]]]] = {}

    def __contains__(self, key: object) -> bool:
        return key in self.english

    def __iter__(self) -> Iterator[str]:
        return iter(self.english)

    def say(self, key: str, language: str, *values: object) -> str:
        """A word or sentence in a language, or in the one that stands in for it, the values put in.

        Raises KeyError where there is no such word.
        """
        said = self._said.get(language) or self.within(language)
        found = said[key]
        return found.format(*values) if values else found

    def within(self, language: str) -> dict[str, str]:
        """All words in a language, by key; of a noun the first form."""
        tag = told_in(language)
        found = self._said.get(tag)
        if found is None:
            found = self._said[tag] = {key: forms[0] for key, forms in self._forms(tag)[1].items()}
        return found

    def noun(self, count: int, key: str, language: str) -> str:
        """The noun that stands with a number, by the rules of the language.

        Raises KeyError.
        """
        found, forms = self._forms(told_in(language))
        said = forms[key]
        return said[min(found.plural(count), len(said) - 1)]

    def forms(self, key: str, language: str) -> tuple[str, ...]:
        """All forms of a noun, in the order of the catalogue's plurals.

        Raises KeyError.
        """
        return self._forms(told_in(language))[1][key]

    def labelled(self, key: str, *values: object) -> dict[str, str]:
        """A word in every language of the catalogues, by tag."""
        return {tag: self.say(key, tag, *values) for tag in CATALOGUES}

    def _forms(self, tag: str) -> tuple[Catalogue, dict[str, tuple[str, ...]]]:
        found = self._plurals.get(tag)
        if found is None:
            book, said = catalogue(tag), {}
            for key, words in self.english.items():
                forms = (words,) if isinstance(words, str) else words
                said[key] = book.forms.get((f"{self.name}.{key}", forms[0])) or forms
            found = self._plurals[tag] = book, said
        return found
