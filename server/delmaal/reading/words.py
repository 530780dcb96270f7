"""How the pages speak: words and sentences by their key, and numbers with their noun."""

from __future__ import annotations

from decimal import Decimal

from delmaal.languages import Words
from delmaal.reading.numbers import NBSP, number
from delmaal.reading.wording import WORDS

COUNTED = Words("count", {
    "theme": ("theme", "themes"),
    "target": ("target", "targets"),
    "figure": ("figure", "figures"),
    "document": ("governing document", "governing documents"),
    "shared": ("shared target", "shared targets"),
    "link": ("link", "links"),
    "observation": ("observation", "observations"),
    "unsure": ("pairing is not certain", "pairings are not certain"),
})
"""Words that stand after a number."""

say = WORDS.say
noun = COUNTED.noun


def counted(count: int, key: str, language: str) -> str:
    """A number with its noun: `1 tema`, `14 temaer`."""
    return f"{written(count, language)}{NBSP}{noun(count, key, language)}"


def written(count: int, language: str) -> str:
    """A whole number as it is written."""
    return number(Decimal(count), language)


__all__ = ["COUNTED", "WORDS", "counted", "noun", "say", "written"]
