"""What languages are called: in another language, and by those who speak them."""

from __future__ import annotations

from functools import lru_cache

from delmaal.languages.tags import locale_of, ranges, told_in
from delmaal.languages.words import Words

NAMES = Words("language", {"nb": "Norwegian Bokmål", "nn": "Norwegian Nynorsk"})
"""The languages that CLDR calls otherwise than their readers do."""

_NORWEGIAN = frozenset(("nb", "nn", "no"))


@lru_cache(maxsize=1024)
def name_of(tag: str, language: str) -> str:
    """What a language is called in another; its tag where nobody knows it."""
    base, told = ranges(tag)[-1], told_in(language)
    return NAMES.say(base, told) if base in NAMES else locale_of(told).languages.get(base) or tag


@lru_cache(maxsize=256)
def own_name(tag: str, among: tuple[str, ...]) -> str:
    """What those who read a language call it, among the languages of a publication; its tag where nobody knows it.

    One of the Norwegian languages alone is just `Norsk`.
    """
    base = ranges(tag)[-1]
    if base in _NORWEGIAN:
        alone = sum(ranges(each)[-1] in _NORWEGIAN for each in among) == 1
        return "Norsk" if alone or base == "no" else NAMES.say(base, base).capitalize()
    known = locale_of(tag)
    name = known.languages.get(base, "") if known.language == base else ""
    return f"{name[:1].upper()}{name[1:]}" or tag
