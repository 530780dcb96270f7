"""Language tags (BCP 47): which language stands in for another, how it runs, what it is called."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from delmaal.languages.catalogues import CATALOGUES, SOURCE

NEAR: dict[str, tuple[str, ...]] = {
    "nb": ("no", "nn", "da", "sv"),
    "nn": ("no", "nb", "da", "sv"),
    "no": ("nb", "nn", "da", "sv"),
    "da": ("nb", "no", "nn", "sv"),
    "sv": ("nb", "no", "nn", "da"),
    "fo": ("da", "nb", "no", "nn"),
    "se": ("nb", "no", "nn", "sv"),
    "sma": ("nb", "no", "nn", "sv"),
    "smj": ("nb", "no", "nn", "sv"),
}
"""The languages that readers of another read before English, the nearest first."""

_RIGHT_TO_LEFT = frozenset(("Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"))
"""Scripts that run from right to left."""


_REGIONAL = {"en": "en-GB"}
"""The region whose usage we follow in a language that is written otherwise in another."""


class Spoken(str):
    """The language of a page in which the product has no words: its tag, and the language that the words are in."""

    __slots__ = ("chrome",)
    chrome: str

    def __new__(cls, tag: str, chrome: str) -> Spoken:
        """A tag that knows in which language the words stand beside it."""
        made = super().__new__(cls, tag)
        made.chrome = chrome
        return made


@lru_cache(maxsize=2048)
def ranges(tag: str) -> tuple[str, ...]:
    """A tag and what it is cut to, one subtag at a time (RFC 4647, section 3.4): zh-hant-tw, zh-hant, zh."""
    found, parts = [], tag.lower().replace("_", "-").split("-")
    while parts:
        found.append("-".join(parts))
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()
    return tuple(found)


@lru_cache(maxsize=1024)
def lookup(tag: str, among: tuple[str, ...]) -> str:
    """The language that a reader of another gets by RFC 4647, by a narrower tag, or by nearness; empty for none."""
    known = {each.lower(): each for each in among}
    for each in ranges(tag):
        if each in known:
            return known[each]
    base = ranges(tag)[-1]
    for each in (base, *NEAR.get(base, ())):
        found = next((known[other] for other in known if other == each or other.startswith(f"{each}-")), "")
        if found:
            return found
    return ""


def fallback(tag: str, among: tuple[str, ...]) -> str:
    """The language that stands in for another: what `lookup` finds, else English, else the first."""
    return lookup(tag, among) or lookup(SOURCE, among) or among[0]


_NORWEGIAN = ("nb", "nn", "no")


def preference(language: str) -> tuple[str, ...]:
    """The languages in which a reader of a page takes a text, the best first: the page's own and what it is cut to,
    another Norwegian for a Norwegian one, the one of the page's words, what is near, English, none in particular."""
    return _preference(str(language), told_in(language))


@lru_cache(maxsize=1024)
def _preference(language: str, told: str) -> tuple[str, ...]:
    base = ranges(language)[-1]
    norwegian = _NORWEGIAN if base in _NORWEGIAN else ()
    return tuple(dict.fromkeys((language, *ranges(language)[1:], *norwegian, told, *NEAR.get(base, ()), SOURCE, "")))


def best(texts: Collection[str], language: str) -> str:
    """The language of a text that a reader of a page takes: by `preference`, else the first; empty where there is none.
    """
    for each in preference(language):
        if each in texts:
            return each
    return next(iter(texts), "")


@lru_cache(maxsize=256)
def spoken(languages: tuple[str, ...]) -> tuple[str, ...]:
    """The languages of a publication as its pages speak them.

    Where one has no catalogue, the words are in the nearest of the publication's own that has one; else in the nearest
    that there is.
    """
    own = tuple(tag for tag in languages if tag in CATALOGUES)
    return tuple(tag if tag in CATALOGUES else Spoken(tag, _chrome(tag, own)) for tag in languages)


def _chrome(tag: str, own: tuple[str, ...]) -> str:
    found = lookup(tag, CATALOGUES)
    if found and ranges(found)[-1] == ranges(tag)[-1]:
        return found
    return fallback(tag, own or CATALOGUES)


@lru_cache(maxsize=256)
def locale_of(tag: str) -> Locale:
    """What CLDR knows of a language; of the nearest wider one where it knows none, and of English at last."""
    for each in ranges(tag):
        try:
            return Locale.parse(_REGIONAL.get(each, each), sep="-")
        except (ValueError, UnknownLocaleError):
            continue
    return Locale.parse(SOURCE)


def scandinavian(tag: str) -> bool:
    """Whether a language is read beside the Scandinavian ones."""
    return ranges(tag)[-1] in NEAR


@lru_cache(maxsize=256)
def territory_of(tag: str) -> str:
    """Language and country as the Open Graph protocol has a page's language: `nb_NO`, by CLDR's likeliest country."""
    known = locale_of(tag)
    likely: str = get_global("likely_subtags").get(ranges(tag)[-1], "")
    country = known.territory or likely.rpartition("_")[2]
    return f"{ranges(tag)[-1]}_{country}" if len(country) == 2 else ranges(tag)[-1]


@lru_cache(maxsize=256)
def direction(tag: str) -> str:
    """Whether a language is written from left to right (`ltr`) or from right to left (`rtl`)."""
    parts = tag.lower().replace("_", "-").split("-")[1:]
    script = next((part for part in parts if len(part) == 4 and part.isalpha()), "")
    if script:
        return "rtl" if script.capitalize() in _RIGHT_TO_LEFT else "ltr"
    return locale_of(tag).text_direction if locale_of(tag).language == ranges(tag)[-1] else "ltr"


def told_in(language: str) -> str:
    """The language of the catalogues in which a page of a language has its words."""
    if isinstance(language, Spoken):
        return language.chrome
    return language if language in CATALOGUES else fallback(language, CATALOGUES)
