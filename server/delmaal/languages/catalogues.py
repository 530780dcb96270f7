"""The translations of the product's words: one gettext catalogue for each language, read at its first use.

A catalogue is po/<tag>.po, with the tag as BCP 47 writes it; that it is there is all that it takes. English needs
none, since it is what the code says.
"""

from __future__ import annotations

import gettext
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import read_po

SOURCE = "en"
"""The language of the words in the code."""

FOLDER = Path(__file__).parent / "po"

Message = tuple[str, str]
"""Its context, which is the table and key of a word, and the English."""


class Catalogue(NamedTuple):
    """The words of a language: the forms of each message, and which of them stands with a number."""

    forms: Mapping[Message, tuple[str, ...]]
    plural: Callable[[int], int]


_FILES = {path.stem: path for path in sorted(FOLDER.glob("*.po"))}

CATALOGUES: tuple[str, ...] = tuple(dict.fromkeys((*(tag for tag in ("nb", "nn") if tag in _FILES), SOURCE, *_FILES)))
"""The languages that the product speaks: nb, nn and en, then the others that have a catalogue."""


@cache
def catalogue(tag: str) -> Catalogue:
    """The catalogue of one of CATALOGUES; what is not translated or fuzzy is not in it, and is said in English."""
    if tag not in _FILES:
        return Catalogue({}, lambda count: int(count != 1))
    read = read_po(BytesIO(_FILES[tag].read_bytes()), ignore_obsolete=True)
    forms: dict[Message, tuple[str, ...]] = {}
    for message in read:
        text = message.string
        said = (text,) if isinstance(text, str) else tuple(each or "" for each in text or ())
        if message.id and message.context and said and all(said) and not message.fuzzy:
            english = message.id if isinstance(message.id, str) else message.id[0]
            forms[message.context, english] = said
    return Catalogue(forms, gettext.c2py(read.plural_expr))  # what gettext itself compiles the expression with
