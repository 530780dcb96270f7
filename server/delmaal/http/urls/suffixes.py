"""The language and the number of a page as suffixes of its address: `/doc/theme/x.nn.html`, `/doc/theme/x.nn.2.html`.

A number stands only behind a language, so that `target-link/x-3.4.html` is no fourth page. `index` stands for what ends
in a slash.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ENDING = ".html"

_SUFFIX = re.compile(r"\.([A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*)(?:\.([2-9]|[1-9][0-9]{1,8}))?\.html\Z")
_INDEX = re.compile(r"((?:/release/[^/]+)?/)index\Z")


class Suffix(NamedTuple):
    """What the end of a path says: the path without it, the language, the number of the page; empty for the first."""

    bare: str
    language: str
    number: str


def suffix_of(path: str, languages: tuple[str, ...]) -> Suffix | None:
    """The language and number that a path ends in; None where it names none of these languages."""
    found = _SUFFIX.search(path)
    if found is None or found[1] not in languages:
        return None
    bare = path[: found.start()]
    index = _INDEX.match(bare)
    return Suffix(index[1] if index else bare, found[1], found[2] or "")


def suffixed(address: str, language: str, number: int | str = "") -> str:
    """An address with a language and a number."""
    stem = f"{address}index" if address.endswith("/") else address
    return f"{stem}.{language}{'.' if number else ''}{number}{ENDING}"
