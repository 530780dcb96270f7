"""The order in which readers look for words: that of their own alphabet, not of code points.

In Norwegian æ, ø and å follow z, aa is an å, ä stands with æ and ö with ø; in English an å is an a and an ø an o. In
both é stands with e, capitals with small letters, marks of punctuation count for nothing and numbers go by size. Where
two texts are alike in all of that, the accents decide, then the capitals, so that the order is always the same.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

Key = tuple[str, str, str]

_AFTER_Z = {"æ": "{", "ä": "{", "œ": "{", "ø": "|", "ö": "|", "ő": "|", "å": "}", "aa": "}", "ü": "y", "ű": "y"}
"""Letters of Norwegian that the base letter does not tell; the three signs follow z in ASCII."""
_AS_LETTERS = {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h",
               "ŋ": "n", "ŧ": "t", "ı": "i"}
"""Letters that have no accent to be taken off."""
_NORWEGIAN = frozenset({"nb", "nn", "no"})
_OWN = re.compile("|".join(_AFTER_Z))
_STRANGE = re.compile("|".join(_AS_LETTERS))
_NUMBER = re.compile(r"[0-9]+")
_BETWEEN = re.compile(r"[\s/–—-]+|(?<=[0-9])[.,](?=\w)")
"""What parts words, and what parts the numbers of a code: 3.4 stands before 3.10."""
_SILENT = re.compile(r"[^\w {|}]|_")


@lru_cache(maxsize=8192)
def collate(text: str, language: str) -> Key:
    """The key that sorts a text as readers of a language expect: Norwegian's, and English's for any other tag."""
    composed = unicodedata.normalize("NFC", text)
    small = composed.casefold().translate(_BRACES)
    if language.partition("-")[0].lower() in _NORWEGIAN:
        small = _OWN.sub(lambda match: _AFTER_Z[match[0]], small)
    small = _STRANGE.sub(lambda match: _AS_LETTERS[match[0]], small)
    letters = "".join(sign for sign in unicodedata.normalize("NFKD", small) if not unicodedata.combining(sign))
    words = _SILENT.sub("", _BETWEEN.sub(" ", letters)).strip()
    return _NUMBER.sub(_by_size, words), composed.casefold(), composed.swapcase()


_BRACES = str.maketrans("{|}", "   ")


def _by_size(match: re.Match[str]) -> str:
    """A number that sorts by its size: its length stands first, and all of it before letters."""
    digits = match[0].lstrip("0") or "0"
    return f"0{min(len(digits), 999):03}{digits}"
