"""The words of the product in the languages that it speaks, and what is known of languages.

    words.py        a table of words: English by key, said in any language
    catalogues.py   the translations: po/<tag>.po, gettext catalogues, found by being there
    tags.py         language tags (BCP 47): which language stands in for another, and how it runs
    names.py        what languages are called
    extraction.py   how Babel finds the words in the code; `make messages` writes po/delmaal.pot and every .po anew

Another language is one .po: a copy of po/delmaal.pot, translated. No code names the languages that there are.
"""

from __future__ import annotations

from delmaal.languages.catalogues import CATALOGUES
from delmaal.languages.names import name_of, own_name
from delmaal.languages.tags import (
    Spoken,
    best,
    direction,
    fallback,
    locale_of,
    lookup,
    scandinavian,
    spoken,
    territory_of,
    told_in,
)
from delmaal.languages.words import Words

__all__ = ["CATALOGUES", "Spoken", "Words", "best", "direction", "fallback", "locale_of", "lookup", "name_of",
           "own_name", "scandinavian", "spoken", "territory_of", "told_in"]
