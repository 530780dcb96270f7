"""Which form a client wants, by suffix or by Accept with its weights; in which language; in which content coding."""

from __future__ import annotations

import re
from functools import lru_cache

from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from delmaal.formats import Format

HTML = Format("html", "HTML", "text/html", "html", aliases=("application/xhtml+xml",))
LANGUAGES = ("nb", "en")
CODINGS = ("zstd", "gzip")

_PARAMETERS = re.compile(r""";\s*(?!q\s*=)[\w.-]+\s*=\s*("[^"]*"|[^;,\s"]*)""", re.IGNORECASE)
"""Parameters of a media range but its weight: a profile or charset does not make Turtle unacceptable."""


@lru_cache(maxsize=4096)
def choose(accept: str, rows: tuple[Format, ...]) -> Format | None:
    """The row that an Accept header weighs highest, the earlier one where it weighs them alike; None where it accepts
    none.

    RFC 9110, section 12.5.1: an absent Accept takes anything, a more specific range overrides a wider one.
    """
    if not accept.strip():
        return rows[0]
    parsed = parse_accept_header(_PARAMETERS.sub("", accept), MIMEAccept)
    by_type = {row.media_type: row for row in rows}
    for row in rows:
        for alias in row.aliases:
            by_type.setdefault(alias, row)
    best, best_quality = None, 0.0
    for name, row in by_type.items():
        quality = float(parsed.quality(name))
        if quality > best_quality:
            best, best_quality = row, quality
    return best


def by_suffix(path: str, rows: tuple[Format, ...]) -> tuple[str, Format | None]:
    """A path without the suffix of one of the rows, and that row; the path as it is where it has none."""
    stem, dot, suffix = path.rpartition(".")
    if dot and stem and not stem.endswith("/"):
        for row in rows:
            if row.suffix == suffix:
                return stem, row
    return path, None


@lru_cache(maxsize=4096)
def language(accept: str, asked: str | None) -> str:
    """The language of a page: the one asked for, else by Accept-Language, else bokmål."""
    if asked in LANGUAGES:
        return asked
    parsed = parse_accept_header(accept, LanguageAccept)
    best = parsed.best_match(["nb", "no", "nn", "da", "sv", "en"], default="nb" if not parsed else "en")
    return "en" if best == "en" else "nb"


@lru_cache(maxsize=1024)
def coding(accept: str) -> str:
    """The content coding to send: zstd or gzip where they are asked for by name, else none (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for item in accept.lower().split(","):
        name, _, parameters = item.partition(";")
        weight = parameters.strip().removeprefix("q=")
        try:
            weights[name.strip()] = float(weight) if weight else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    best = max(CODINGS, key=lambda name: weights.get(name, 0.0))
    return best if weights.get(best, 0.0) > 0 else ""
