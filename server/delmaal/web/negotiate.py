"""Which form a client wants, by suffix or by Accept with its weights, and in which language."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import LanguageAccept, MIMEAccept

from delmaal.formats import Format

HTML = Format("html", "HTML", "text/html", "html", aliases=("application/xhtml+xml",))
LANGUAGES = ("nb", "en")


def choose(accept: MIMEAccept, rows: Sequence[Format]) -> Format | None:
    """The row that the client weighs highest, the earlier one where it weighs them alike; None where it accepts none.

    RFC 9110, section 12.5.1: an absent Accept takes anything, a more specific range overrides a wider one.
    """
    if not accept:
        return rows[0]
    by_type = {row.media_type: row for row in rows}
    for row in rows:
        for alias in row.aliases:
            by_type.setdefault(alias, row)
    best, best_quality = None, 0.0
    for name, row in by_type.items():
        quality = float(accept.quality(name))
        if quality > best_quality:
            best, best_quality = row, quality
    return best


def by_suffix(path: str, rows: Sequence[Format]) -> tuple[str, Format | None]:
    """A path without the suffix of one of the rows, and that row; the path as it is where it has none."""
    stem, dot, suffix = path.rpartition(".")
    if dot and stem and not stem.endswith("/"):
        for row in rows:
            if row.suffix == suffix:
                return stem, row
    return path, None


def language(accept: LanguageAccept, asked: str | None) -> str:
    """The language of a page: the one asked for, else by Accept-Language, else bokmål."""
    if asked in LANGUAGES:
        return asked
    best = accept.best_match(["nb", "no", "nn", "da", "sv", "en"], default="nb" if not accept else "en")
    return "en" if best == "en" else "nb"
