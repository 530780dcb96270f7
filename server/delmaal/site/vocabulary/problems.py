"""The errors that are no shapes, as the documentation tells them: `docs/errors.md`, and `docs/errors.<language>.md`.

The documents are the source; the page is made from their sections: a table with a row for each error, or a paragraph
that begins with codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

from delmaal.languages import fallback, told_in
from delmaal.languages.catalogues import SOURCE
from delmaal.settings import share

_ENGLISH = "errors.md"
COLUMNS: dict[str, str] = {
    "code": "code", "kode": "code",
    "what it means": "means", "hva det betyr": "means", "kva det tyder": "means",
    "what to do": "do", "hva du gjør": "do", "kva du gjer": "do",
    "exit": "exit", "sluttkode": "exit",
    "status": "status",
}
"""What the columns of the tables are called in the documents."""

_CODE = re.compile(r"`([a-z0-9]+(?:-[a-z0-9]+)+)`")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_PROSE = re.compile(r"((?:`[a-z0-9-]+`(?:,\s*)?)+):\s+(.+)\Z", re.DOTALL)


class Known(NamedTuple):
    """A row: the codes that it is about, what they mean, what to do, the exit code or HTTP status, and the language."""

    codes: tuple[str, ...]
    means: str = ""
    do: str = ""
    exit: str = ""
    status: str = ""
    language: str = ""


@dataclass
class Section:
    """A heading, the paragraphs under it, and the errors."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    rows: list[Known] = field(default_factory=list)

    def has(self, column: str) -> bool:
        """Whether any row says something in a column."""
        return any(getattr(row, column) for row in self.rows)


@cache
def written_in() -> dict[str, Path]:
    """The documents by language."""
    found = {path.name.split(".")[1]: path for path in sorted(share("docs").glob("errors.*.md"))}
    return {**found, SOURCE: share("docs") / _ENGLISH}


def told_of_errors_in(language: str) -> str:
    """The language of the document that the reader of a page gets."""
    return fallback(told_in(language), tuple(written_in()))


@cache
def sections(language: str) -> tuple[Section, ...]:
    """The sections of the documentation in a language; what stands before the first heading is left out.

    A row that the English document has alone is taken from there, and says so. What stands in a column that COLUMNS
    does not know is taken for what the error means, so that nothing is dropped.
    """
    found = _read(written_in()[language].read_text("utf-8"), language)
    if language != "en":
        known = {code for section in found for row in section.rows for code in row.codes}
        for number, section in enumerate(sections("en")):
            for row in section.rows:
                missing = tuple(code for code in row.codes if code not in known)
                if missing:
                    found[min(number, len(found) - 1)].rows.append(row._replace(codes=missing))
    return tuple(found)


@cache
def homes(language: str) -> dict[str, tuple[int, int]]:
    """Which section and row has the anchor of a code: the one of the server's answers, else the first."""
    found: dict[str, tuple[int, int]] = {}
    for number, section in enumerate(sections(language)):
        for index, row in enumerate(section.rows):
            for code in row.codes:
                if code not in found or row.status:
                    found[code] = number, index
    return found


def meaning(code: str, language: str) -> Known | None:
    """What an error means and what to do, for the reader of a page; None where the documentation does not say it in
    another language than that of the error itself."""
    language = told_of_errors_in(language)
    if language == SOURCE:
        return None
    home = homes(language).get(code)
    if home is None:
        return None
    row = sections(language)[home[0]].rows[home[1]]
    if not (row.means or row.do) or row.language != language:
        return None
    return row._replace(means=_sentence(row.means), do=_sentence(row.do))


def _sentence(text: str) -> str:
    """A cell of a table as a sentence."""
    plain = "".join(part for _, part in pieces(text)).strip()
    return f"{plain[:1].upper()}{plain[1:]}{'' if plain[-1:] in '.!?' else '.'}" if plain else ""


def pieces(text: str) -> list[tuple[bool, str]]:
    """A text with what stands between backticks told apart."""
    plain = _LINK.sub(r"\1", text)  # a document beside the source is no page
    return [(index % 2 == 1, part) for index, part in enumerate(plain.split("`")) if part]


def _read(text: str, language: str) -> list[Section]:
    found: list[Section] = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        section = Section(title.strip())
        for chunk in re.split(r"\n\s*\n", body.strip()):
            lines = chunk.strip().splitlines()
            if lines and lines[0].startswith("|"):
                section.rows += _table(lines, language)
            else:
                _paragraph(section, " ".join(line.strip() for line in lines), language)
        found.append(section)
    return found


def _table(lines: list[str], language: str) -> list[Known]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    names = [COLUMNS.get(name.lower(), "means") for name in rows[0]]
    found = []
    for cells in rows[2:]:
        said = dict(zip(names, cells, strict=False))
        codes = tuple(_CODE.findall(said.pop("code", "")))
        found.append(Known(codes, **said, language=language))
    return found


def _paragraph(section: Section, text: str, language: str) -> None:
    match = _PROSE.match(text)
    if match:
        section.rows.append(Known(tuple(_CODE.findall(match[1])), match[2], language=language))
    elif text:
        section.paragraphs.append(text)
