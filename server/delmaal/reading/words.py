"""How the pages speak: words and sentences by their key, numbers with their noun, names of languages."""

from __future__ import annotations

from decimal import Decimal

from delmaal.reading.numbers import NBSP, number
from delmaal.reading.wording import WORDS

COUNTED: dict[str, tuple[str, str, str, str]] = {
    "theme": ("tema", "temaer", "theme", "themes"),
    "target": ("delmål", "delmål", "target", "targets"),
    "figure": ("tall", "tall", "figure", "figures"),
    "document": ("styringsdokument", "styringsdokumenter", "governing document", "governing documents"),
    "shared": ("felles delmål", "felles delmål", "shared target", "shared targets"),
    "link": ("kobling", "koblinger", "link", "links"),
    "observation": ("observasjon", "observasjoner", "observation", "observations"),
    "unsure": ("tall er usikkert tolket", "tall er usikkert tolket", "pairing is not certain",
               "pairings are not certain"),
}
"""Words that stand after a number: one and several in bokmål, one and several in English."""

LANGUAGE_NAMES: dict[str, tuple[str, str]] = {
    "nb": ("bokmål", "Norwegian Bokmål"), "nn": ("nynorsk", "Norwegian Nynorsk"), "no": ("norsk", "Norwegian"),
    "en": ("engelsk", "English"), "se": ("nordsamisk", "Northern Sami"), "da": ("dansk", "Danish"),
    "sv": ("svensk", "Swedish"),
}


def say(key: str, language: str) -> str:
    """A word or sentence of the pages in a language."""
    return WORDS[key][0 if language == "nb" else 1]


def counted(count: int, key: str, language: str) -> str:
    """A number with its noun: `1 tema`, `14 temaer`."""
    one, several = COUNTED[key][:2] if language == "nb" else COUNTED[key][2:]
    return f"{written(count, language)}{NBSP}{one if count == 1 else several}"


def written(count: int, language: str) -> str:
    """A whole number as it is written."""
    return number(Decimal(count), language)


def language_name(tag: str, language: str) -> str:
    """What a language is called; its tag where we have no name for it."""
    names = LANGUAGE_NAMES.get(tag.partition("-")[0])
    return names[0 if language == "nb" else 1] if names else tag


__all__ = ["COUNTED", "LANGUAGE_NAMES", "WORDS", "counted", "language_name", "say", "written"]
