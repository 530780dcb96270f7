"""Texts as the words that are searched: folded, so that a reader need not spell as the writer did.

æ, ae and a are one letter here, ø, oe and o one, å, aa and a one; accents and capitals count for nothing. A number is
one word with a point (`73,5` is `73.5`), and where thousands are set apart (`217 000`), joined (`217000`) as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST_WORD = 60
"""Letters of a word that count: what is longer is no word of a language."""

_FOLDED = 4 * LONGEST_WORD
"""Letters that are folded, since some fall away: `fold` remembers what it was given."""

_WORD = re.compile(r"\d{1,2}\.[a-d](?![^\W_])|\d+(?:[.,]\d+)*|[^\W_]+")
_THOUSANDS = re.compile("(?<![\\w.,])\\d{1,3}(?:[ \u00a0\u202f]\\d{3})+(?!\\w)")
_LETTERS = str.maketrans({"æ": "a", "ø": "o", "ð": "d", "đ": "d", "þ": "th", "ł": "l", "œ": "o"})
_PAIRS = re.compile("a[ae]+|oe+")


class Surface(NamedTuple):
    """A word where it stands in a text (NFC): its first position, the one after its last, and the word folded."""

    start: int
    end: int
    word: str


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """One word in the form in which words are compared."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold()).translate(_LETTERS)
    plain = "".join(letter for letter in letters if letter.isalnum() or letter == ".")
    return _PAIRS.sub(lambda pair: pair[0][0], plain)[:LONGEST_WORD]


def normal(text: str) -> str:
    """A text as `surfaces` counts its positions: composed, and without the halves of characters."""
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())


def surfaces(text: str) -> Iterator[Surface]:
    """The words of a text that `normal` gave."""
    for found in _WORD.finditer(text):
        word = fold(found[0][:_FOLDED].replace(",", "."))
        if word:
            yield Surface(found.start(), found.end(), word)


def words(text: str) -> list[str]:
    """The words of a text that is indexed, in their order; what thousands are joined to comes last."""
    text = normal(text)
    return [surface.word for surface in surfaces(text)] + [_joined(found[0]) for found in _THOUSANDS.finditer(text)]


def asked_words(text: str) -> list[str]:
    """The words of what is searched for, each once; thousands are joined."""
    joined = _THOUSANDS.sub(lambda found: _joined(found[0]), normal(text))
    return list(dict.fromkeys(surface.word for surface in surfaces(joined)))


def name(text: str) -> str:
    """A whole title as one word, so that titles can be compared."""
    return " ".join(surface.word for surface in surfaces(normal(text)))[:1000]


def is_number(word: str) -> bool:
    """Whether a word is a number or a code: such a word is searched as it is, never by its beginning or by likeness."""
    return word[:1].isdigit()


def slips(word: str) -> int:
    """How many letters of a word may be mistyped."""
    if len(word) < 4 or is_number(word):
        return 0
    return 1 if len(word) < 8 else 2


def distance(one: str, other: str, limit: int) -> int:
    """How many letters have to be put in, left out, exchanged or swapped with their neighbour to get from one word to
    the other; `limit + 1` where it is more (restricted Damerau-Levenshtein)."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, against in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        before, last = last, row
    return min(last[-1], limit + 1)


def _joined(number: str) -> str:
    return "".join(letter for letter in number if letter.isdigit())
