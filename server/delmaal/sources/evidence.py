"""Reads what a publication draws on, and what a record says of where it comes from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from delmaal import codes
from delmaal.errors import Mark, SourceError, short
from delmaal.marks import Mapping, Refused, read_bytes
from delmaal.records import LICENCES, LOCATORS, WHOLE, Citation, Lines, Source
from delmaal.sources.addresses import web_address
from delmaal.sources.fields import Fields, pairs
from delmaal.terms import SLUG

MAX_LOCATOR = 300
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")
_FILE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.txt\Z")
_RIGHT_SUM = "write 64 hexadecimal digits in lower case"


def read_sources(fields: Fields, errors: list[SourceError]) -> tuple[Source, ...]:
    """The sources under `sources`, by their slugs; or the one text under `source`, as it was written before."""
    single, several = fields.node("source"), fields.node("sources")
    if single is not None and several is not None:
        sentence = "source and sources both stand here; write the text under sources too, and delete source"
        fields.refuse("sources-contradicted", "source", sentence)
    if several is not None:
        found: dict[str, Source] = {}
        for slug, mark, node in pairs(several, "sources", errors):
            if not SLUG.match(slug):
                sentence = f'"{short(slug)}" in sources is no slug; write letters a-z, digits and single hyphens'
                errors.append(SourceError("slug-malformed", mark, sentence))
                fields.doubt("sources", unknown=True)
            else:
                found[slug] = _source(Fields(node, f'source "{slug}"', errors, mark), slug)
        fields.doubt("sources", isinstance(several, Refused) or not isinstance(several, Mapping))
        return tuple(found.values())
    return (_only_text(Fields(single, "the source", errors)),) if single is not None else ()


def _only_text(fields: Fields) -> Source:
    slug = fields.matching("slug", SLUG, "write lower-case letters, digits and hyphens")
    title = fields.require_label("title")
    sha256 = fields.matching("sha256", _SHA256, _RIGHT_SUM)
    count = fields.integer("lines", 1, 10_000_000)
    return Source(fields.done(), slug, "text", title, sha256=sha256, line_count=count)


def _source(fields: Fields, slug: str) -> Source:
    kind = fields.choice("kind", LOCATORS, "source-kind-unknown")
    source = Source(
        slug=slug,
        kind=kind,
        title=fields.require_label("title"),
        publisher=fields.label("publisher", required=False),
        url=fields.parsed("url", web_address, "address-malformed", required=False),
        accessed=fields.parsed("accessed", date, "date-malformed", required=False),
        licence=fields.parsed("licence", licence, "licence-unknown", required=False),
        marks=fields.marks(),
    )
    if kind == "text":
        file = fields.matching("file", _FILE, "write the name of a file in the folder sources, as in plan.txt",
                               required=False)
        source = replace(
            source, file=file,
            sha256=fields.matching("sha256", _SHA256, _RIGHT_SUM, required=not fields.has("file")),
            line_count=fields.integer("lines", 1, 10_000_000) if fields.has("lines") or not fields.has("file") else 0,
            pages=_pages(fields),
        )
    elif kind:
        for name in ("lines", "sha256", "pages", "file"):
            if fields.has(name):
                fields.node(name)
                sentence = f"{fields.what} is a {kind}, and {name} is of a text alone; delete it, or write kind: text"
                fields.refuse("source-no-text", name, sentence)
    else:
        for name in ("lines", "sha256", "pages", "file"):
            fields.node(name)
    fields.done()
    return source


def _pages(fields: Fields) -> tuple[tuple[str, int], ...]:
    """Each page by the line on which it begins, in the order of the text."""
    node = fields.node("pages")
    if node is None:
        return ()
    inner, found = Fields(node, f"the pages of {fields.what}", fields.errors), []
    for page in list(node.items) if isinstance(node, Mapping) else ():
        found.append((page, inner.line(page)))
        if len(found) > 1 and 0 < found[-1][1] <= found[-2][1]:
            sentence = f"page {short(page)} begins on line {found[-1][1]}, not after page {short(found[-2][0])}"
            inner.refuse("pages-unordered", page, f"{sentence}; write pages in their order, each with its first line")
    fields.doubt("pages", bool(inner.done().refused))
    return tuple(found)


def with_text(source: Source, path: Path, name: str, errors: list[SourceError]) -> Source:
    """The source with the lines of its file, called `name` in messages; lines and checksum must be the file's."""
    marks = source.marks
    try:
        data = read_bytes(path, name)
        text = data.decode("utf-8")
    except SourceError as error:
        errors.append(error)
        return source
    except OSError as error:
        why = error.strerror or "unknown"
        sentence = f"{name} cannot be read ({why}); put the text there, or delete file"
        errors.append(SourceError("file-unreadable", marks.at("file"), sentence))
        return source
    except UnicodeDecodeError as error:
        sentence = f"byte 0x{data[error.start]:02X} is not UTF-8; save the file as UTF-8"
        errors.append(SourceError("file-not-utf8", Mark(name), sentence))
        return source
    lines, found = text.splitlines(), hashlib.sha256(path.read_bytes()).hexdigest()
    if source.sha256 and source.sha256 != found:
        sentence = f"sha256 is not that of {name}; put the text there that the lines are of"
        right = f"{sentence}, or look at all lines again and write {found}"
        errors.append(SourceError("source-checksum", marks.at("sha256"), right))
        return source
    if source.line_count and source.line_count != len(lines):
        sentence = f"lines is {source.line_count}, and {name} has {len(lines)}; write {len(lines)}"
        errors.append(SourceError("source-lines", marks.at("lines"), sentence))
    return replace(source, sha256=found, line_count=len(lines), quoted=tuple(lines))


def read_citation(fields: Fields, required: bool = False) -> Citation:
    """What a record says it comes from: `source`, and `at` with locators of its kind, which `references` checks."""
    slug, node = fields.text("source", required), fields.node("at")
    if node is None:
        return Citation(slug)
    if not slug and not fields.marks().lacks("source", WHOLE):
        fields.refuse("source-missing", "at", f"{fields.what} says at, and no source; add source with its slug")
    inner = Fields(node, f"the place in the source of {fields.what}", fields.errors)
    lines: Lines = ()
    found = []
    for names in LOCATORS.values():
        for name in names:
            if name == "lines":
                lines = inner.lines(required=False)
                continue
            value = inner.parsed(name, _LOCATOR.get(name, _locator), "locator-malformed", required=False)
            if value:
                found.append((name, value))
    fields.doubt("at", bool(inner.done().refused))
    return Citation(slug, tuple(found), lines)


def read_themes(fields: Fields) -> tuple[str, ...]:
    """The themes that a record belongs to where no mention says so."""
    return fields.texts("themes", lambda _: None, "theme-unknown")


def read_headline(fields: Fields) -> tuple[str, ...]:
    """The figures that the publisher wants seen first, by their slugs."""
    return fields.texts("headline", lambda _: None, "statistic-unknown")


def check_evidence(fields: Fields, other: str = "") -> None:
    """A record has mentions where a text prints it, else themes and a source; `other` names what would do too."""
    if fields.has("mentions"):
        if fields.has("themes"):
            sentence = f"{fields.what} has mentions, which say the themes; delete themes"
            fields.refuse("themes-contradicted", "themes", sentence)
    elif not (fields.has("themes") and fields.has("source")) and not fields.marks().lacks(WHOLE):
        lacking = " and ".join(name for name in ("themes", "source") if not fields.has(name))
        sentence = f"{fields.what} does not say where it comes from; add {lacking}"
        fields.refuse("evidence-missing", "mentions", f"{sentence}, or {other}mentions where a text prints it")


def date(value: str) -> None:
    """Accept a day: `2020-05-19`.

    Raises ValueError for anything else.
    """
    if codes.period(value).start != value:
        raise ValueError("write a date: 2020-05-19")


def point(value: str) -> None:
    """Accept a year, a month or a day.

    Raises ValueError for anything else.
    """
    if not codes.is_point(value):
        raise ValueError("write a year, a month or a day: 2019, 2019-11 or 2020-05-19")
    codes.period(value)


def licence(value: str) -> None:
    """Accept a licence by the name that a publication's has, or by the address of its terms.

    Raises ValueError for anything else.
    """
    if value not in LICENCES:
        try:
            web_address(value)
        except ValueError as error:
            raise ValueError(f"write one of {', '.join(LICENCES)}, or the address of the terms") from error


def _locator(value: str) -> None:
    if len(value) > MAX_LOCATOR or "\n" in value:
        raise ValueError(f"write it on one line, with at most {MAX_LOCATOR} signs")


_LOCATOR: dict[str, Callable[[str], None]] = {"date": date}
